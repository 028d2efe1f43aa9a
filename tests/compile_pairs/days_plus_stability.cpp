// Two units do not mix, though both are counted in days.
// error: operator\+

#include <perdure/core/quantity.hpp>

double sum() {
  const perdure::Days gap{3.0};
  const perdure::Days more{0.5};
  const perdure::Stability stability{4.0};
#if defined(PERDURE_SHOULD_NOT_COMPILE)
  return (gap + more + stability).value();
#else
  return (gap + more).value() + stability.value();
#endif
}
