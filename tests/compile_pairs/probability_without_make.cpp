// A probability comes from `make` (checked) or `saturate` (clamped), never from a bare number.
// error: (private|no matching|could not convert|no viable)

#include <perdure/core/probability.hpp>

double target() {
#if defined(PERDURE_SHOULD_NOT_COMPILE)
  const perdure::Probability probability{0.9};
#else
  const perdure::Probability probability = perdure::Probability::saturate(0.9);
#endif
  return probability.value();
}
