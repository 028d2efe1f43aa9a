// A result that nobody looks at is an error where unused results are.
// error: (nodiscard|unused-result)

#include <perdure/core/probability.hpp>

void check() {
#if defined(PERDURE_SHOULD_NOT_COMPILE)
  perdure::Probability::make(1.5);
#else
  if (!perdure::Probability::make(1.5)) return;
#endif
}
