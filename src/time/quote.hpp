#pragma once

#include <perdure/core/abi.hpp>

#include <string>
#include <string_view>

namespace perdure::inline PERDURE_ABI::time::detail {

/// The text of a caller as it stands in an error message: in quotes, at most 60 characters, control characters as '?'.
[[nodiscard]] inline std::string quote(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string out{"\""};
  for (const char c : text.substr(0, most)) out += (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) ? '?' : c;
  out += text.size() > most ? "...\"" : "\"";
  return out;
}

}  // namespace perdure::inline PERDURE_ABI::time::detail
