#include "tzif.hpp"

#include <perdure/core/text.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::time::detail {

namespace {

constexpr std::size_t header_size = 44;
constexpr std::int64_t least_offset = -89'999;  // RFC 9636, section 3.2: between -25 and 26 hours, both excluded
constexpr std::int64_t most_offset = 93'599;

Error bad(std::size_t byte, std::string what) { return Error{Errc::bad_record, std::move(what), byte}; }

/// Big-endian numbers from the front of a byte range. Callers check `left()` first.
class Bytes {
 public:
  explicit Bytes(std::span<const std::byte> bytes) noexcept : bytes_{bytes} {}

  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] std::uint64_t left() const noexcept { return bytes_.size() - at_; }
  void skip(std::uint64_t count) noexcept { at_ += static_cast<std::size_t>(count); }
  [[nodiscard]] std::uint8_t u8() noexcept { return std::to_integer<std::uint8_t>(bytes_[at_++]); }
  [[nodiscard]] std::uint32_t u32() noexcept {
    std::uint32_t number = 0;
    for (int i = 0; i < 4; ++i) number = number << 8 | u8();
    return number;
  }
  [[nodiscard]] std::int32_t i32() noexcept { return static_cast<std::int32_t>(u32()); }
  [[nodiscard]] std::int64_t i64() noexcept {
    const std::uint64_t high = u32();
    return static_cast<std::int64_t>(high << 32 | u32());
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_{0};
};

struct Header {
  char version{};
  std::uint64_t utc_flags{}, standard_flags{}, leaps{}, times{}, types{}, chars{};

  /// Bytes of the block that follows, where a time has `width` bytes. 64 bits hold the sum of any six 32-bit counts.
  [[nodiscard]] std::uint64_t block_size(std::uint64_t width) const noexcept {
    return times * (width + 1) + types * 6 + chars + leaps * (width + 4) + standard_flags + utc_flags;
  }
};

Result<Header> read_header(Bytes& in) {
  const std::size_t start = in.at();
  if (in.left() < header_size) return bad(start, "is cut off in a header");
  if (in.u8() != 'T' || in.u8() != 'Z' || in.u8() != 'i' || in.u8() != 'f') return bad(start, "does not begin with TZif");
  Header header;
  header.version = static_cast<char>(in.u8());
  if (header.version != '\0' && (header.version < '2' || header.version > '9')) return bad(start + 4, "has an unknown version byte");
  in.skip(15);
  for (auto* count : {&header.utc_flags, &header.standard_flags, &header.leaps, &header.times, &header.types, &header.chars})
    *count = in.u32();
  return header;
}

Result<Tzif> read_block(Bytes& in, const Header& header, std::uint64_t width) {
  const std::size_t start = in.at();
  if (in.left() < header.block_size(width)) return bad(start, "is cut off in its data");
  if (header.types == 0 || header.types > 256 || header.chars == 0) return bad(start, "has no local time types, or more than 256");
  if ((header.utc_flags != 0 && header.utc_flags != header.types) ||
      (header.standard_flags != 0 && header.standard_flags != header.types)) {
    return bad(start, "has a number of flags other than its number of local time types");
  }
  if (header.leaps != 0) return bad(start, "counts leap seconds; expected a zone in POSIX time, not one of right/");

  Tzif out;
  out.transitions.resize(static_cast<std::size_t>(header.times));
  for (std::size_t i = 0; i < out.transitions.size(); ++i) {
    const std::size_t byte = in.at();
    out.transitions[i].at = width == 8 ? in.i64() : in.i32();
    if (i > 0 && out.transitions[i].at <= out.transitions[i - 1].at) return bad(byte, "has transitions out of order");
  }
  std::vector<std::uint8_t> type_of(out.transitions.size());
  for (std::uint8_t& index : type_of) {
    index = in.u8();
    if (index >= header.types) return bad(in.at() - 1, "refers to a local time type that it does not have");
  }
  std::vector<std::int32_t> offsets(static_cast<std::size_t>(header.types));
  for (std::int32_t& offset : offsets) {
    const std::size_t byte = in.at();
    offset = in.i32();
    if (offset < least_offset || offset > most_offset)
      return bad(byte, "has an offset of " + to_text(offset) + " s, outside -25 h to 26 h");
    if (in.u8() > 1) return bad(in.at() - 1, "has a daylight flag that is neither 0 nor 1");
    if (in.u8() >= header.chars) return bad(in.at() - 1, "refers to an abbreviation that it does not have");
  }
  for (std::size_t i = 0; i < type_of.size(); ++i) out.transitions[i].offset = offsets[type_of[i]];
  out.first_offset = offsets[0];
  in.skip(header.chars + header.standard_flags + header.utc_flags);
  return out;
}

/// The rule between two newlines.
Result<std::string> read_footer(Bytes& in) {
  if (in.left() == 0 || in.u8() != '\n') return bad(in.at(), "has no footer");
  std::string footer;
  while (in.left() != 0) {
    const char c = static_cast<char>(in.u8());
    if (c == '\n') return footer;
    if (c < 0x20 || c > 0x7e) return bad(in.at() - 1, "has a footer that is not plain text");
    footer += c;
  }
  return bad(in.at(), "is cut off in its footer");
}

}  // namespace

Result<Tzif> parse_tzif(std::span<const std::byte> bytes) {
  Bytes in{bytes};
  const auto first = read_header(in);
  if (!first) return first.error();
  if (first->version == '\0') return read_block(in, *first, 4);
  // Versions 2 and up repeat everything with 64-bit times; the first block is for old readers.
  if (in.left() < first->block_size(4)) return bad(in.at(), "is cut off in its first block");
  in.skip(first->block_size(4));
  const auto second = read_header(in);
  if (!second) return second.error();
  if (second->version != first->version) return bad(in.at(), "has two headers of different versions");
  auto zone = read_block(in, *second, 8);
  if (!zone) return zone.error();
  auto footer = read_footer(in);
  if (!footer) return footer.error();
  Tzif out = *std::move(zone);
  out.footer = *std::move(footer);
  return out;
}

}  // namespace perdure::inline PERDURE_ABI::time::detail
