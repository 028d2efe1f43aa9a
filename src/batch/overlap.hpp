#pragma once

#include <perdure/batch/wide.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Which columns of a call share memory.
namespace perdure::inline PERDURE_ABI::batch {

[[nodiscard]] inline bool overlap(const void* a, std::size_t a_bytes, const void* b, std::size_t b_bytes) {
  const std::less<const std::byte*> before;
  const auto* const x = static_cast<const std::byte*>(a);
  const auto* const y = static_cast<const std::byte*>(b);
  return a_bytes > 0 && b_bytes > 0 && before(x, y + b_bytes) && before(y, x + a_bytes);
}

template <class In>
[[nodiscard]] bool overlaps_any(MutableStateColumns out, std::span<const In> in) {
  return std::any_of(out.begin(), out.end(), [&](const auto& o) { return overlap(o.data(), o.size_bytes(), in.data(), in.size_bytes()); });
}

[[nodiscard]] inline bool overlaps_any(MutableStateColumns out, StateColumns in) {
  return std::any_of(in.begin(), in.end(), [&](const auto& column) { return overlaps_any(out, column); });
}

[[nodiscard]] inline bool same(std::span<const float> a, std::span<const float> b) { return a.data() == b.data() && a.size() == b.size(); }

/// An output may be the input column of its own field, whole; any other overlap would let a result overwrite what has yet to be read.
inline void require_apart(std::span<const models::StateSpec> fields, StateColumns in, MutableStateColumns out) {
  const auto clash = [&](std::size_t k, std::string_view with) {
    throw Exception{
        {Errc::shape_mismatch, "the output column " + std::string{fields[k].name} + " overlaps " + std::string{with}, std::nullopt}};
  };
  for (std::size_t k = 0; k < out.size(); ++k) {
    for (std::size_t j = 0; j < out.size(); ++j) {
      const bool is_itself = j < in.size() && j == k && same(in[j], out[k]);
      if (j < in.size() && !is_itself && overlaps_any(out.subspan(k, 1), in[j]))
        clash(k, "the input column " + std::string{fields[j].name});
      if (j < k && overlap(out[k].data(), out[k].size_bytes(), out[j].data(), out[j].size_bytes())) clash(k, "another output column");
    }
  }
}

}  // namespace perdure::inline PERDURE_ABI::batch
