#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/data/answers.hpp>
#include <perdure/data/card_order.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

/// What ReviewLog::import asks of the columns. Each question has a cheap answer for the usual log, and a dear one for the rows it leaves
/// open.
namespace perdure::inline PERDURE_ABI::data::detail {

/// True when `check_row` has nothing to say about rows [begin, end). No branch on data: one pass in vector registers.
[[nodiscard]] inline bool all_valid(const AnswerColumns& c, std::size_t begin, std::size_t end) {
  unsigned bad = 0;
  for (std::size_t i = begin; i < end; ++i) {
    bad |= static_cast<unsigned>(c.answered_at[i] < earliest_ms) | static_cast<unsigned>(c.answered_at[i] >= latest_ms);
  }
  for (std::size_t i = begin; i < end && !c.shown_at.empty(); ++i) {
    bad |= static_cast<unsigned>(c.shown_at[i] > c.answered_at[i]) | static_cast<unsigned>(c.shown_at[i] < earliest_ms);
  }
  for (std::size_t i = begin; i < end; ++i)
    bad |= 1U ^ (static_cast<unsigned>(c.score[i] >= 0.0F) & static_cast<unsigned>(c.score[i] <= 1.0F));
  for (std::size_t i = begin; i < end; ++i) bad |= static_cast<unsigned>(static_cast<std::uint8_t>(c.grade[i] - 1U) > 3U);
  return bad == 0;
}

/// Rows that can be used; what is wrong with the others goes to `rejected`.
[[nodiscard]] inline std::vector<std::uint32_t> valid_rows(const AnswerColumns& c, std::vector<Error>& rejected) {
  constexpr std::size_t at_a_time = 1024;
  std::vector<std::uint32_t> valid(c.size());
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < c.size(); begin += at_a_time) {
    const std::size_t end = std::min(c.size(), begin + at_a_time);
    const bool all = all_valid(c, begin, end);
    for (std::size_t i = begin; i < end; ++i) {
      if (!all) {
        if (auto problem = check_row(c, i)) {
          rejected.push_back(std::move(*problem));
          continue;
        }
      }
      valid[count++] = static_cast<std::uint32_t>(i);
    }
  }
  valid.resize(count);
  return valid;
}

/// What one walk over the rows in the source's order tells.
struct TimeFacts {
  std::vector<std::uint32_t> late;       ///< rows whose time lies before that of an earlier row of the same learner
  std::vector<std::uint32_t> same_time;  ///< rows that share learner and time with another, where no row is late
  bool hasty = false;                    ///< a row may have been shown before the last answer to its item, or some row is late
};

[[nodiscard]] inline TimeFacts look_through(const AnswerColumns& c, const std::vector<std::uint32_t>& kept) {
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();
  constexpr std::uint32_t noted = std::numeric_limits<std::uint32_t>::max();
  struct Seen {                   // of one learner
    std::int64_t time = never;    // the latest answer so far
    std::int64_t before = never;  // the latest one that is strictly earlier
    std::uint32_t row = noted;    // the first row with that time, unless it stands in same_time
  };
  TimeFacts facts;
  const auto walk = [&](const auto& of_learner) {
    for (const std::uint32_t i : kept) {
      Seen& seen = of_learner(c.learner[i]);
      const std::int64_t now = c.answered_at[i];
      if (now > seen.time) {
        seen = {now, seen.time, i};
      } else if (now < seen.time) {
        facts.late.push_back(i);
      } else {
        if (seen.row != noted) facts.same_time.push_back(std::exchange(seen.row, noted));
        facts.same_time.push_back(i);
      }
      if (!c.shown_at.empty() && c.shown_at[i] < seen.before) facts.hasty = true;
    }
  };
  std::uint32_t least = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t most = 0;
  for (const std::uint32_t code : c.learner) {
    least = std::min(least, code);
    most = std::max(most, code);
  }
  if (!kept.empty() && most - least <= kept.size()) {
    std::vector<Seen> seen(std::size_t{most - least} + 1);
    walk([&](std::uint32_t code) -> Seen& { return seen[code - least]; });
  } else {
    std::unordered_map<std::uint32_t, Seen> seen;  // codes may be any numbers, a database's ids for instance
    walk([&](std::uint32_t code) -> Seen& { return seen[code]; });
  }
  facts.hasty = facts.hasty || (!c.shown_at.empty() && !facts.late.empty());
  return facts;
}

/// Rows of `kept` in order of time, those of the same time in the source's order.
[[nodiscard]] inline std::vector<std::uint32_t> in_time_order(const AnswerColumns& c, const std::vector<std::uint32_t>& kept) {
  std::vector<std::uint32_t> order =
      ordered_by(kept.size(), [&](std::size_t k) { return static_cast<std::uint64_t>(c.answered_at[kept[k]]); });
  for (std::uint32_t& row : order) row = kept[row];
  return order;
}

/// Rows that share their time with a neighbor; `order` is in order of time.
[[nodiscard]] inline std::vector<std::uint32_t> rows_of_same_time(const AnswerColumns& c, const std::vector<std::uint32_t>& order) {
  std::vector<std::uint32_t> rows;
  const auto same = [&](std::size_t a, std::size_t b) { return c.answered_at[order[a]] == c.answered_at[order[b]]; };
  for (std::size_t k = 0; k < order.size(); ++k) {
    if ((k > 0 && same(k - 1, k)) || (k + 1 < order.size() && same(k, k + 1))) rows.push_back(order[k]);
  }
  return rows;
}

/// Rows among `suspects` that equal an earlier one of them in every column, in ascending order. Rows that are equal stand in `suspects` in
/// the source's order.
[[nodiscard]] inline std::vector<std::uint32_t> repeated_rows(const AnswerColumns& c, const std::vector<std::uint32_t>& suspects) {
  const auto same = [&c](std::uint32_t a, std::uint32_t b) {
    return c.answered_at[a] == c.answered_at[b] && c.learner[a] == c.learner[b] && c.item[a] == c.item[b] && c.grade[a] == c.grade[b] &&
           c.score[a] == c.score[b] && (c.shown_at.empty() || c.shown_at[a] == c.shown_at[b]) &&
           (c.attempt.empty() || c.attempt[a] == c.attempt[b]);
  };
  const auto mixed = [](std::uint64_t x) {  // Stafford's mixer 13, the finalizer of SplitMix64
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
  };
  const auto hash = [&](std::uint32_t i) {
    const std::uint64_t card = (std::uint64_t{c.learner[i]} << 32U) | c.item[i];
    return mixed(mixed(card) + static_cast<std::uint64_t>(c.answered_at[i]));
  };
  constexpr std::uint32_t free = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> table(std::bit_ceil(2 * suspects.size() + 1), free);  // open addressing, at most half full
  std::vector<std::uint32_t> repeated;
  for (const std::uint32_t i : suspects) {
    std::size_t at = hash(i) & (table.size() - 1);
    while (table[at] != free && !same(table[at], i)) at = (at + 1) & (table.size() - 1);
    if (table[at] == free) {
      table[at] = i;
    } else {
      repeated.push_back(i);
    }
  }
  std::sort(repeated.begin(), repeated.end());
  return repeated;
}

/// Rows of `ordered` that were shown before the last strictly earlier answer of the same learner to the same item: a latency that long is a
/// broken clock or unit, and would hide the time that passed. In ascending order; rows of a learner are in order of time.
[[nodiscard]] inline std::vector<std::uint32_t> rows_shown_too_early(const AnswerColumns& c, const std::vector<std::uint32_t>& ordered) {
  const CardOrder cards = card_order(
      ordered.size(), [&](std::size_t k) { return c.learner[ordered[k]]; }, [&](std::size_t k) { return c.item[ordered[k]]; });
  std::vector<std::uint32_t> early;
  for (std::size_t card = 0; card + 1 < cards.offset.size(); ++card) {
    std::int64_t before = std::numeric_limits<std::int64_t>::min();  // the last strictly earlier answer
    std::int64_t last = c.answered_at[ordered[cards.place[cards.offset[card]]]];
    for (std::size_t k = cards.offset[card]; k < cards.offset[card + 1]; ++k) {
      const std::uint32_t i = ordered[cards.place[k]];
      if (c.answered_at[i] > last) before = std::exchange(last, c.answered_at[i]);
      if (c.shown_at[i] < before) early.push_back(i);
    }
  }
  std::sort(early.begin(), early.end());
  return early;
}

}  // namespace perdure::inline PERDURE_ABI::data::detail
