#pragma once

#include <perdure/data/review_log.hpp>
#include <perdure/time/elapsed.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

/// Import and grouping as their definitions read: maps and comparison sorts, no cheap answers.
namespace perdure_test {

struct OldImport {
  std::vector<std::uint32_t> rejected, duplicates, reordered, mistimed, source_row;
  std::vector<std::int64_t> shown_at;
};

inline OldImport old_import(const perdure::data::AnswerColumns& c) {
  OldImport result;
  const auto shown = [&c](std::uint32_t i) { return c.shown_at.empty() ? c.answered_at[i] : c.shown_at[i]; };
  std::set<std::tuple<std::int64_t, std::uint32_t, std::uint32_t, std::uint8_t, float, std::int64_t, std::uint32_t>> known;
  std::vector<std::uint32_t>& kept = result.source_row;
  for (std::uint32_t i = 0; i < c.size(); ++i) {
    if (perdure::data::check_row(c, i)) {
      result.rejected.push_back(i);
    } else if (known
                   .emplace(c.answered_at[i], c.learner[i], c.item[i], c.grade[i], c.score[i], shown(i),
                            c.attempt.empty() ? 0 : c.attempt[i])
                   .second) {
      kept.push_back(i);
    } else {
      result.duplicates.push_back(i);
    }
  }
  std::map<std::uint32_t, std::int64_t> latest;
  for (const std::uint32_t i : kept) {
    std::int64_t& seen = latest.try_emplace(c.learner[i], c.answered_at[i]).first->second;
    if (c.answered_at[i] < seen) result.reordered.push_back(i);
    seen = std::max(seen, c.answered_at[i]);
  }
  if (!result.reordered.empty()) {
    std::stable_sort(kept.begin(), kept.end(), [&c](std::uint32_t a, std::uint32_t b) { return c.answered_at[a] < c.answered_at[b]; });
  }
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::set<std::int64_t>> times;
  for (const std::uint32_t i : kept) {
    auto& of_card = times[{c.learner[i], c.item[i]}];
    const auto not_earlier = of_card.lower_bound(c.answered_at[i]);
    const bool early = not_earlier != of_card.begin() && shown(i) < *std::prev(not_earlier);
    if (early) result.mistimed.push_back(i);
    result.shown_at.push_back(early ? c.answered_at[i] : shown(i));
    of_card.insert(c.answered_at[i]);
  }
  std::sort(result.mistimed.begin(), result.mistimed.end());
  return result;
}

struct OldHistories {
  std::vector<std::size_t> offset{0};
  std::vector<std::uint32_t> row;
  std::vector<double> elapsed;
  std::vector<std::uint8_t> tied;
};

inline OldHistories old_histories(const perdure::data::ReviewLog& log, const perdure::time::ElapsedRule& rule) {
  const auto instant = [](std::int64_t ms) { return perdure::time::Instant{std::chrono::milliseconds{ms}}; };
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> cards;
  for (std::uint32_t i = 0; i < log.size(); ++i) cards[{log.learner()[i], log.item()[i]}].push_back(i);
  OldHistories result;
  for (const auto& [card, rows] : cards) {
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const std::int64_t now = log.answered_at()[rows[k]];
      double days = 0.0;
      for (std::size_t j = k; j-- > 0;) {
        if (log.answered_at()[rows[j]] == now) continue;
        days = rule.elapsed(instant(log.answered_at()[rows[j]]), instant(log.shown_at()[rows[k]])).value();
        break;
      }
      result.row.push_back(rows[k]);
      result.elapsed.push_back(days);
      result.tied.push_back(k > 0 && log.answered_at()[rows[k - 1]] == now ? 1 : 0);
    }
    result.offset.push_back(result.row.size());
  }
  return result;
}

}  // namespace perdure_test
