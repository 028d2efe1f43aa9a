#pragma once

#include <perdure/core/abi.hpp>

#include <algorithm>
#include <cctype>
#include <string>

namespace perdure::inline PERDURE_ABI::testing {

/// Names an instantiation of a typed test after its model and profile.
struct ModelName {
  template <class M>
  static std::string GetName(int) {
    std::string text = std::string{M::id} + "_" + std::string{M::profile};
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return text;
  }
};

}  // namespace perdure::inline PERDURE_ABI::testing
