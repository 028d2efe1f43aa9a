#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/param_spec.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace perdure::inline PERDURE_ABI::models {

/// A memory as a store keeps it: one float32 per state field, in the order of M::state_fields, and nothing else. FSRS-6 takes 8 bytes. A plain
/// value: trivially copyable, without padding, so that an array of them is a column file.
///
///     const auto row = Stored<Fsrs6>::of(memory).to_bytes();                     // into a BLOB of 8 bytes
///     const auto memory = Stored<Fsrs6>::from_bytes(row).value().memory().value();  // and back
///
/// Rounding: a member moves to the nearest float32, by at most 6e-8 of itself (below 1e-38 by at most 1e-45). Where a bound is no float32 and
/// rounding leads out of it, the member comes back as the bound. Law: of(stored.memory()) == stored, for every stored value that memory()
/// accepts.
///
/// Bytes do not say which model wrote them: keep `tag()` once per table, and compare it before reading. Nor do they say with which parameters
/// the memory was made: keep these beside the tag. A memory goes on under new parameters only by replaying its answers.
template <MemoryModel M>
struct Stored {
  using Memory = typename M::template State<double>;
  static constexpr std::size_t fields = M::state_fields.size();
  static constexpr std::size_t byte_count = 4 * fields;
  using Bytes = std::array<std::byte, byte_count>;

  std::array<float, fields> value;  ///< in the units of M::state_fields

  /// The memory, rounded. Throws std::invalid_argument when a member is NaN or outside the bounds of its field: no model makes such a memory.
  [[nodiscard]] static Stored of(const Memory& memory) {
    const auto members = std::bit_cast<std::array<double, fields>>(memory);
    Stored stored;
    for (std::size_t k = 0; k < fields; ++k) {
      const StateSpec& field = M::state_fields[k];
      if (!(members[k] >= field.lower && members[k] <= field.upper)) throw std::invalid_argument{outside(k, members[k]).what};
      stored.value[k] = static_cast<float>(members[k]);
    }
    return stored;
  }

  /// The memory that was stored. An Error (out_of_domain) names the first field that is NaN or outside its bounds, its value and its range;
  /// `where` is the number of the field. The bounds are those of M::state_fields, rounded as values are.
  [[nodiscard]] Result<Memory> memory() const {
    std::array<double, fields> members;
    for (std::size_t k = 0; k < fields; ++k) {
      const StateSpec& field = M::state_fields[k];
      if (!(value[k] >= static_cast<float>(field.lower) && value[k] <= static_cast<float>(field.upper))) return outside(k, value[k]);
      members[k] = std::clamp(double{value[k]}, field.lower, field.upper);
    }
    return std::bit_cast<Memory>(members);
  }

  /// IEEE 754 binary32, little-endian, in field order, on every machine.
  [[nodiscard]] Bytes to_bytes() const noexcept {
    Bytes bytes;
    for (std::size_t k = 0; k < fields; ++k) {
      const auto bits = std::bit_cast<std::uint32_t>(value[k]);
      for (std::size_t b = 0; b < 4; ++b) bytes[4 * k + b] = static_cast<std::byte>(bits >> (8 * b));
    }
    return bytes;
  }

  /// What `to_bytes` wrote. An Error (shape_mismatch) when the size is another one. Values are looked at by `memory()`.
  [[nodiscard]] static Result<Stored> from_bytes(std::span<const std::byte> bytes) {
    if (bytes.size() != byte_count) {
      return Error{Errc::shape_mismatch,
                   "stored " + std::string{M::id} + " state has " + to_text(byte_count) + " bytes, got " + to_text(bytes.size())};
    }
    Stored stored;
    for (std::size_t k = 0; k < fields; ++k) {
      std::uint32_t bits = 0;
      for (std::size_t b = 0; b < 4; ++b) bits |= std::to_integer<std::uint32_t>(bytes[4 * k + b]) << (8 * b);
      stored.value[k] = std::bit_cast<float>(bits);
    }
    return stored;
  }

  /// A number of the layout: changes with the model's id, its profile, and the names, units and order of its fields; not with bounds,
  /// parameters or the version of Perdure. FNV-1a of these texts.
  static constexpr std::uint64_t fingerprint = [] {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&hash](std::string_view text) {
      for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
      hash = (hash ^ 0xffU) * 0x100000001b3U;  // the end of a text: no UTF-8 text holds this byte
    };
    add(M::id);
    add(M::profile);
    for (const StateSpec& field : M::state_fields) {
      add(field.name);
      add(field.unit);
    }
    return hash;
  }();

  /// The model's id, its profile and the fingerprint, `fsrs6/perdure/` and 16 hexadecimal digits: to be kept once beside stored states.
  [[nodiscard]] static std::string tag() {
    std::string text = std::string{M::id} + "/" + std::string{M::profile} + "/";
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(fingerprint >> shift) & 0xfU];
    return text;
  }

  friend bool operator==(const Stored&, const Stored&) = default;

 private:
  [[nodiscard]] static Error outside(std::size_t k, double got) {
    const StateSpec& field = M::state_fields[k];
    return {Errc::out_of_domain,
            std::string{M::id} + " " + std::string{field.name} + " must be in [" + to_text(field.lower) + ", " + to_text(field.upper) +
                "], got " + to_text(got),
            k};
  }

  /// A bound beyond the range of float32 would be stored as 0 or infinity.
  static constexpr bool fits_float32 = std::ranges::all_of(M::state_fields, [](const StateSpec& field) {
    constexpr double smallest = std::numeric_limits<float>::min();
    constexpr double largest = std::numeric_limits<float>::max();
    const auto fits = [](double bound) {
      const double size = bound < 0.0 ? -bound : bound;
      return size == 0.0 || size == std::numeric_limits<double>::infinity() || (size >= smallest && size <= largest);
    };
    return fits(field.lower) && fits(field.upper);
  });
  static_assert(fits_float32, "bounds of state fields are in the range of float32");
  static_assert(std::numeric_limits<float>::is_iec559 && sizeof(float) == 4);
  static_assert(sizeof(Memory) == fields * sizeof(double), "State<T> has exactly one T per state field");
};

}  // namespace perdure::inline PERDURE_ABI::models
