#include <perdure/cohort/parameters.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>

#include <string>

namespace perdure::inline PERDURE_ABI::cohort {

void require_in_bounds(const std::array<double, parameter_count>& values) {
  for (std::size_t i = 0; i < parameter_count; ++i) {
    const models::ParamSpec& spec = specs[i].spec;
    if (!(values[i] >= spec.lower && values[i] <= spec.upper)) {
      throw Exception{{Errc::out_of_domain,
                       "parameter " + std::string{spec.name} + " must be in [" + to_text(spec.lower) + ", " + to_text(spec.upper) +
                           "], got " + to_text(values[i]),
                       i}};
    }
  }
}

}  // namespace perdure::inline PERDURE_ABI::cohort
