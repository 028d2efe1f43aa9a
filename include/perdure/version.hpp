#pragma once

#include <perdure/core/abi.hpp>

#include <string_view>

/// The version of the library, `major.minor.patch`. The only place where it stands: CMake and pyproject.toml read this line.
#define PERDURE_VERSION "0.1.0"

namespace perdure::inline PERDURE_ABI {

/// The version that the compiled library was built from. It differs from `PERDURE_VERSION` when the headers and the library of two releases are mixed.
/// \return `major.minor.patch`, for example "0.1.0"; never empty
[[nodiscard]] std::string_view version() noexcept;

}  // namespace perdure::inline PERDURE_ABI
