#pragma once

#include <perdure/core/abi.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::data::detail {

/// Sorts words whose bits below `from` already ascend, as the places of a column do. Radix sort, least digit first: each pass streams over
/// the words once and writes to at most 2^11 places at a time.
inline void sort_words(std::vector<std::uint64_t>& words, unsigned from) {
  constexpr std::size_t few = 512;  // a comparison sort is faster: the counts alone fill two pages
  constexpr unsigned widest = 11;
  if (std::is_sorted(words.begin(), words.end())) return;
  if (words.size() <= few) {
    std::sort(words.begin(), words.end());  // the bits below `from` are the places, so equal keys keep their order
    return;
  }
  std::uint64_t used = 0;
  for (const std::uint64_t word : words) used |= word;
  const auto top = static_cast<unsigned>(std::bit_width(used));
  if (top <= from) return;
  const unsigned passes = (top - from + widest - 1) / widest;
  const unsigned digit = (top - from + passes - 1) / passes;
  const std::uint64_t mask = (std::uint64_t{1} << digit) - 1;
  std::vector<std::uint64_t> sorted(words.size());
  std::vector<std::uint32_t> place(std::size_t{1} << digit);
  for (unsigned pass = 0; pass < passes; ++pass) {
    const unsigned shift = from + pass * digit;
    std::fill(place.begin(), place.end(), 0U);
    for (const std::uint64_t word : words) ++place[(word >> shift) & mask];
    std::uint32_t next = 0;
    for (std::uint32_t& p : place) next += std::exchange(p, next);
    for (const std::uint64_t word : words) sorted[place[(word >> shift) & mask]++] = word;
    words.swap(sorted);
  }
}

/// Places 0 .. n - 1 in ascending order of `key(place)`, equal keys in the order of their places; n < 2^32. Where `groups` is given, it
/// gets the offsets of the runs of equal keys, n at the end.
template <class Key>
[[nodiscard]] std::vector<std::uint32_t> ordered_by(std::size_t n, const Key& key, std::vector<std::size_t>* groups = nullptr) {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t k = key(i);
    least = std::min(least, k);
    most = std::max(most, k);
  }
  const auto key_bits = n == 0 ? 0U : static_cast<unsigned>(std::bit_width(most - least));
  const auto place_bits = static_cast<unsigned>(std::bit_width(n));
  const std::uint64_t place_mask = (std::uint64_t{1} << place_bits) - 1;
  const unsigned room = 64 - place_bits;  // for the key in a word
  std::vector<std::uint64_t> words(n);
  for (std::size_t i = 0; i < n; ++i) words[i] = ((key(i) - least) << place_bits) | i;
  sort_words(words, place_bits);
  std::vector<std::uint32_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<std::uint32_t>(words[i] & place_mask);
  for (unsigned done = room; done < key_bits; done += room) {  // a long log whose keys are far apart: the rest of the key
    for (std::size_t i = 0; i < n; ++i) words[i] = (((key(order[i]) - least) >> done) << place_bits) | i;
    sort_words(words, place_bits);
    std::vector<std::uint32_t> next(n);
    for (std::size_t i = 0; i < n; ++i) next[i] = order[words[i] & place_mask];
    order.swap(next);
  }
  if (groups == nullptr) return order;
  const auto fill = [&](const auto& begins) {
    std::size_t count = 0;
    for (std::size_t k = 1; k < n; ++k) count += begins(k) ? 1 : 0;
    groups->clear();
    groups->reserve(count + 2);
    if (n > 0) groups->push_back(0);
    for (std::size_t k = 1; k < n; ++k) {
      if (begins(k)) groups->push_back(k);
    }
    groups->push_back(n);
  };
  if (key_bits <= room) {
    fill([&](std::size_t k) { return words[k] >> place_bits != words[k - 1] >> place_bits; });
  } else {
    fill([&](std::size_t k) { return key(order[k]) != key(order[k - 1]); });
  }
  return order;
}

/// Answers grouped by card: places of a column in the order of cards (by learner, then item; equal ones as they came), and where cards
/// begin.
struct CardOrder {
  std::vector<std::uint32_t> place;  ///< (answers)
  std::vector<std::size_t> offset;   ///< (cards + 1)
};

/// The card order of answers 0 .. n - 1 of `learner(i)` to `item(i)`, codes of 32 bits; n < 2^32.
template <class Learner, class Item>
[[nodiscard]] CardOrder card_order(std::size_t n, const Learner& learner, const Item& item) {
  std::uint32_t least_item = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t most_item = 0;
  for (std::size_t i = 0; i < n; ++i) {
    least_item = std::min(least_item, item(i));
    most_item = std::max(most_item, item(i));
  }
  const auto item_bits = n == 0 ? 0U : static_cast<unsigned>(std::bit_width(most_item - least_item));
  const auto card = [&](std::size_t i) { return (std::uint64_t{learner(i)} << item_bits) | (item(i) - least_item); };
  CardOrder order;
  order.place = ordered_by(n, card, &order.offset);
  return order;
}

}  // namespace perdure::inline PERDURE_ABI::data::detail
