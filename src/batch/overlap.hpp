#pragma once

#include <perdure/batch/wide.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Which columns of a call share memory. A kernel reads a row before it writes it, so that an output may be a whole input column; any other
/// overlap would let a result overwrite what has yet to be read.
namespace perdure::inline PERDURE_ABI::batch {

template <class A, class B>
[[nodiscard]] bool overlap(std::span<A> a, std::span<B> b) {
  const std::less<const void*> before;
  return !a.empty() && !b.empty() && before(a.data(), b.data() + b.size()) && before(b.data(), a.data() + a.size());
}

[[nodiscard]] inline bool same(std::span<const float> a, std::span<const float> b) { return a.data() == b.data() && a.size() == b.size(); }

/// Throws where two columns overlap.
template <class B>
void require_apart(std::string_view out_name, std::span<const float> out, std::string_view with, std::span<B> column) {
  if (!overlap(out, column)) return;
  throw Exception{{Errc::shape_mismatch, "the output column " + std::string{out_name} + " overlaps " + std::string{with}, std::nullopt}};
}

/// Whether an output column is the input column; throws where it overlaps it in any other way.
[[nodiscard]] inline bool same_or_apart(std::string_view out_name, std::span<const float> out, std::string_view in_name,
                                        std::span<const float> in) {
  if (same(out, in)) return true;
  require_apart(out_name, out, "the input column " + std::string{in_name}, in);
  return false;
}

/// Throws where a state's output columns overlap each other, or one of the other columns of the call.
template <class... Others>
void require_outputs_apart(std::span<const models::StateSpec> fields, MutableStateColumns out, const Others&... others) {
  for (std::size_t k = 0; k < out.size(); ++k) {
    (require_apart(fields[k].name, out[k], "an input column", others), ...);
    for (std::size_t j = 0; j < k; ++j) require_apart(fields[k].name, out[k], "another output column", out[j]);
  }
}

/// Whether a state is written where it is read: an output may be the input column of its own field. Throws on any other overlap.
[[nodiscard]] inline bool state_in_place(std::span<const models::StateSpec> fields, StateColumns in, MutableStateColumns out) {
  bool any = false;
  for (std::size_t k = 0; k < out.size(); ++k) {
    for (std::size_t j = 0; j < in.size(); ++j) {
      if (j == k) {
        any = same_or_apart(fields[k].name, out[k], fields[j].name, in[j]) || any;
      } else {
        require_apart(fields[k].name, out[k], "the input column " + std::string{fields[j].name}, in[j]);
      }
    }
  }
  return any;
}

/// Whether one output column is one of a state's columns, or the other input; throws where it overlaps one in any other way.
[[nodiscard]] inline bool column_in_place(std::string_view out_name, std::span<const float> out, std::span<const models::StateSpec> fields,
                                          StateColumns in, std::string_view other_name, std::span<const float> other) {
  bool any = same_or_apart(out_name, out, other_name, other);
  for (std::size_t k = 0; k < in.size(); ++k) any = same_or_apart(out_name, out, fields[k].name, in[k]) || any;
  return any;
}

}  // namespace perdure::inline PERDURE_ABI::batch
