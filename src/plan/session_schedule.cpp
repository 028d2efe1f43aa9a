#include <perdure/core/parallel.hpp>
#include <perdure/plan/session_schedule.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

constexpr double trifle = 1e-6;  ///< what a session is worth at least: one that is free is held

/// Best days for sessions, kept for learners that differ in nothing that matters for them.
class BestDays {
 public:
  BestDays(const Library& library, const PreviousPlan* previous) : library_{library}, previous_{previous} {}

  /// Positions of the days.
  const std::vector<std::size_t>& of(std::size_t learner) {
    const Problem& p = library_.problem();
    if (previous_ != nullptr) return alone_ = find(learner);
    const auto section = static_cast<std::size_t>(&library_.section_of(learner) - library_.sections().data());
    const auto [found, fresh] =
        known_.try_emplace({p.calendar[learner], p.cap[learner], library_.room_of(learner), section, library_.entry_of(learner)});
    if (fresh) found->second = find(learner);
    return found->second;
  }

 private:
  [[nodiscard]] std::vector<std::size_t> find(std::size_t learner) const {
    const Attendance a = library_.attendance_of(learner);
    const Entry& entry = library_.section_of(learner).entries[library_.entry_of(learner)];
    std::vector<double> worth(a.open.size());
    for (std::size_t t = 0; t < worth.size(); ++t) {
      if (a.open[t] != 0) worth[t] = a.questions_per_session * entry.asking[t] + trifle + kept(learner, library_.problem().askable[t]);
    }
    return best_session_days(library_.problem().askable, worth, a.limits).chosen;
  }

  /// What the margin adds for a day of the previous plan, by question; on any other a session changes one question at least.
  [[nodiscard]] double kept(std::size_t learner, std::int32_t day) const {
    if (previous_ == nullptr) return 0.0;
    const std::size_t questions = previous_->on(learner, day).size();
    return previous_->margin * (questions == 0 ? -1.0 : static_cast<double>(questions));
  }

  const Library& library_;
  const PreviousPlan* previous_;
  std::vector<std::size_t> alone_;  ///< of the learner asked for last, who shares with nobody
  std::map<std::array<std::size_t, 5>, std::vector<std::size_t>> known_;
};

}  // namespace

SessionSchedule::SessionSchedule(const Library& library, unsigned threads, const PreviousPlan* previous)
    : problem_{&library.problem()}, words_{(library.problem().askable.size() + 63) / 64} {
  const Problem& p = *problem_;
  if (previous != nullptr) check(*previous, p);
  bits_.resize(p.learners() * words_);
  constexpr std::size_t block = 4096;
  const std::size_t blocks = (p.learners() + block - 1) / block;
  std::vector<std::vector<std::int64_t>> held(blocks, std::vector<std::int64_t>(p.capacity.size()));
  parallel_for(blocks, threads, [&](std::size_t b) {
    BestDays best{library, previous};
    for (std::size_t u = b * block; u < std::min((b + 1) * block, p.learners()); ++u) {
      for (const std::size_t day : best.of(u)) {
        bits_[u * words_ + day / 64] |= std::uint64_t{1} << (day % 64);
        if (!p.capacity.empty()) ++held[b][day];
      }
    }
  });
  expected_.resize(p.capacity.size() + 1);
  for (std::size_t t = p.capacity.size(); t-- > 0;) {
    std::int64_t sum = 0;
    for (const auto& h : held) sum += h[t];
    by_day_ = by_day_ || sum > p.capacity[t];
    expected_[t] = expected_[t + 1] + static_cast<double>(p.capacity[t]) / static_cast<double>(p.learners());
  }
}

double SessionSchedule::count_from(std::size_t learner, std::size_t day) const noexcept {
  double count = 0.0;
  for (std::size_t w = day / 64; w < words_; ++w) {
    std::uint64_t word = bits_[learner * words_ + w];
    if (w == day / 64) word &= ~std::uint64_t{0} << (day % 64);
    count += static_cast<double>(std::popcount(word));
  }
  return by_day_ ? std::min(count, std::max(expected_[day], 1.0)) : count;
}

std::size_t SessionSchedule::share(std::size_t day, std::size_t first, std::size_t learners) const noexcept {
  const auto before = [&](std::size_t n) {
    return static_cast<std::size_t>(static_cast<double>(std::max<std::int64_t>(problem_->capacity[day], 0)) * static_cast<double>(n) /
                                    static_cast<double>(problem_->learners()));
  };
  return before(first + learners) - before(first);
}

}  // namespace perdure::inline PERDURE_ABI::plan
