#pragma once

#include <perdure/core/abi.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace perdure::inline PERDURE_ABI {

/// What kind of fact about data an Error reports.
enum class Errc { out_of_domain, shape_mismatch, not_converged, bad_record, unknown_name, not_found };

/// A fact about data that the caller has to look at. `what` is one sentence that names the thing, its value and what was expected.
struct Error {
  Errc code{};
  std::string what;
  std::optional<std::size_t> where{};  ///< row, byte or line, when there is one
};

/// Thrown at a public boundary: a caller's mistake, or a Result whose error was not looked at.
class Exception : public std::runtime_error {
 public:
  explicit Exception(Error error) : std::runtime_error{error.what}, error_{std::move(error)} {}
  [[nodiscard]] const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

/// Either a value or the Error that says why there is none. Dereference only after a check; `value()` throws Exception instead.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : slot_{std::in_place_index<0>, std::move(value)} {}      // NOLINT(google-explicit-constructor): return value; reads best
  Result(Error error) : slot_{std::in_place_index<1>, std::move(error)} {}  // NOLINT(google-explicit-constructor): return Error{...};

  [[nodiscard]] explicit operator bool() const noexcept { return slot_.index() == 0; }
  [[nodiscard]] const T& operator*() const& noexcept { return *std::get_if<0>(&slot_); }
  [[nodiscard]] T&& operator*() && noexcept { return std::move(*std::get_if<0>(&slot_)); }
  [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&slot_); }
  [[nodiscard]] const Error& error() const& noexcept { return *std::get_if<1>(&slot_); }

  [[nodiscard]] const T& value() const& {
    if (!*this) throw Exception{error()};
    return **this;
  }
  [[nodiscard]] T value() && {
    if (!*this) throw Exception{std::move(*std::get_if<1>(&slot_))};
    return std::move(*std::get_if<0>(&slot_));
  }

 private:
  std::variant<T, Error> slot_;
};

}  // namespace perdure::inline PERDURE_ABI
