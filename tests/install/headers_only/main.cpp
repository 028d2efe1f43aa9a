#include <perdure/core/probability.hpp>
#include <perdure/core/quantity.hpp>
#include <perdure/version.hpp>

#include <cstdio>

int main() {
  const auto probability = perdure::Probability::make(0.9);
  const perdure::Days gap = perdure::Days{3.0} + perdure::Days{0.5};
  std::printf("%s %.2f %.2f\n", PERDURE_VERSION, probability ? (*probability).value() : -1.0, gap.value());
  return probability && gap.value() == 3.5 ? 0 : 1;
}
