#pragma once

#include <perdure/core/abi.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace perdure::inline PERDURE_ABI::time::detail {

/// Reads a short ASCII text from left to right. A reader that does not match leaves the position where it was.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : text_{text} {}

  [[nodiscard]] bool done() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] bool sees(char c) const noexcept { return !done() && text_[at_] == c; }

  [[nodiscard]] bool take(char c) noexcept {
    if (!sees(c)) return false;
    ++at_;
    return true;
  }

  /// A number of `least` to `most` decimal digits. `most` is at most 9, so that the number fits.
  [[nodiscard]] std::optional<int> digits(std::size_t least, std::size_t most) noexcept {
    std::size_t end = at_;
    int number = 0;
    while (end < text_.size() && end - at_ < most && is_digit(text_[end])) number = 10 * number + (text_[end++] - '0');
    if (end - at_ < least) return std::nullopt;
    at_ = end;
    return number;
  }

  [[nodiscard]] bool sees_digit() const noexcept { return !done() && is_digit(text_[at_]); }

  /// The longest run of characters that satisfy `accepts`; empty when there is none.
  template <class Accepts>
  [[nodiscard]] std::string_view run(Accepts accepts) noexcept {
    const std::size_t from = at_;
    while (!done() && accepts(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }

 private:
  static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  std::string_view text_;
  std::size_t at_{0};
};

}  // namespace perdure::inline PERDURE_ABI::time::detail
