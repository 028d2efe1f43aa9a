#include <perdure/cohort/training.hpp>
#include <perdure/core/random.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <unordered_map>
#include <utility>

namespace perdure::inline PERDURE_ABI::cohort {
namespace {

constexpr std::uint64_t shuffle_seed = 20261123;
constexpr std::size_t burn_in = 5;  // one row in so many is not scored

/// Rows by learner, and each learner's by time.
struct ByLearner {
  std::vector<std::size_t> begin;
  std::vector<std::uint32_t> row;
};

ByLearner by_learner(const AnswerColumns& answers, std::size_t learners) {
  ByLearner found;
  found.begin.assign(learners + 1, 0);
  for (const std::uint32_t u : answers.learner) ++found.begin[u + 1];
  std::partial_sum(found.begin.begin(), found.begin.end(), found.begin.begin());
  found.row.resize(answers.size());
  std::vector<std::size_t> next(found.begin.begin(), found.begin.end() - 1);
  for (std::uint32_t r = 0; r < answers.size(); ++r) found.row[next[answers.learner[r]]++] = r;
  for (std::size_t u = 0; u < learners; ++u) {
    const auto rows = std::span{found.row}.subspan(found.begin[u], found.begin[u + 1] - found.begin[u]);
    const auto earlier = [&answers](std::uint32_t a, std::uint32_t b) { return answers.answered[a] < answers.answered[b]; };
    if (!std::is_sorted(rows.begin(), rows.end(), earlier)) std::stable_sort(rows.begin(), rows.end(), earlier);
  }
  return found;
}

std::vector<std::uint32_t> shuffled(std::size_t n) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  random::Stream stream{{.seed = shuffle_seed}};
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[stream.below(static_cast<std::uint32_t>(i))]);
  return order;
}

/// Numbers things as they come.
class Numbers {
 public:
  std::uint32_t of(std::uint32_t thing) { return number_.try_emplace(thing, static_cast<std::uint32_t>(number_.size())).first->second; }
  [[nodiscard]] std::size_t size() const noexcept { return number_.size(); }
  void clear() { number_.clear(); }

 private:
  std::unordered_map<std::uint32_t, std::uint32_t> number_;
};

}  // namespace

Training::Training(const AnswerColumns& answers, const Items& items, std::size_t learners, std::size_t most_rows, float late) {
  const ByLearner rows = by_learner(answers, learners);
  std::vector<std::uint32_t> item_of_row;
  for (const std::uint32_t u : shuffled(learners)) {
    if (item_of_row.size() >= most_rows) break;
    if (rows.begin[u] == rows.begin[u + 1]) continue;
    for (std::size_t k = rows.begin[u]; k < rows.begin[u + 1]; ++k) {
      const std::uint32_t r = rows.row[k];
      item_of_row.push_back(answers.item[r]);
      answered_.push_back(answers.answered[r]);
      shown_.push_back(std::min(answers.shown[r], answers.answered[r]));
      score_.push_back(answers.score[r] < 0.0F ? -1.0F : answers.score[r]);
      guess_.push_back(items.guess[answers.item[r]]);
    }
    learner_begin_.push_back(item_of_row.size());
  }
  item_ = item_of_row;
  number_items();
  number_memories(item_of_row, items);
  count_answers(item_of_row, late);
}

void Training::count_answers(const std::vector<std::uint32_t>& item_of_row, float late) {
  constexpr double day = 1.0;
  std::unordered_map<std::uint32_t, double> last;
  for (std::size_t u = 0; u + 1 < learner_begin_.size(); ++u) {
    last.clear();
    for (std::size_t r = learner_begin_[u]; r < learner_begin_[u + 1]; ++r) {
      const auto [before, is_first] = last.try_emplace(item_of_row[r], answered_[r]);
      counts_.push_back(!is_first && shown_[r] - before->second > day ? late : 1.0F);
      before->second = answered_[r];
    }
  }
}

/// Items of several learners first, then places for those that only one learner answers.
void Training::number_items() {
  constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();
  constexpr std::uint32_t several = nobody - 1;
  std::unordered_map<std::uint32_t, std::uint32_t> whose;
  for (std::uint32_t u = 0; u + 1 < learner_begin_.size(); ++u) {
    for (std::size_t r = learner_begin_[u]; r < learner_begin_[u + 1]; ++r) {
      std::uint32_t& owner = whose.try_emplace(item_[r], nobody).first->second;
      if (owner != u) owner = owner == nobody ? u : several;
    }
  }
  Numbers shared;
  for (const std::uint32_t i : item_) {
    if (whose.at(i) == several) static_cast<void>(shared.of(i));
  }
  shared_items_ = items_ = shared.size();
  Numbers own;
  for (std::size_t u = 0; u + 1 < learner_begin_.size(); ++u) {
    own.clear();
    for (std::size_t r = learner_begin_[u]; r < learner_begin_[u + 1]; ++r) {
      const bool is_shared = whose.at(item_[r]) == several;
      item_[r] = is_shared ? shared.of(item_[r]) : static_cast<std::uint32_t>(shared_items_) + own.of(item_[r]);
    }
    items_ = std::max(items_, shared_items_ + own.size());
  }
}

void Training::number_memories(const std::vector<std::uint32_t>& item_of_row, const Items& items) {
  Numbers skills;
  Numbers memories;
  Numbers skill_memories;
  for (std::size_t u = 0; u + 1 < learner_begin_.size(); ++u) {
    memories.clear();
    skill_memories.clear();
    for (std::size_t r = learner_begin_[u]; r < learner_begin_[u + 1]; ++r) {
      const std::uint32_t item = item_of_row[r];
      memory_.push_back(memories.of(item));
      for (std::size_t k = items.skill_begin[item]; k < items.skill_begin[item + 1]; ++k) {
        skill_.push_back(skills.of(items.skill[k]));
        skill_memory_.push_back(skill_memories.of(items.skill[k]));
        weight_.push_back(items.weight[k]);
      }
      skill_begin_.push_back(skill_.size());
    }
    memories_ = std::max(memories_, memories.size());
    skill_memories_ = std::max(skill_memories_, skill_memories.size());
  }
  skills_ = skills.size();
}

perdure_cohort_rows Training::rows() const noexcept {
  return {.learners = learner_begin_.size() - 1,
          .learner_begin = learner_begin_.data(),
          .answered = answered_.data(),
          .shown = shown_.data(),
          .score = score_.data(),
          .counts = counts_.data(),
          .guess = guess_.data(),
          .item = item_.data(),
          .memory = memory_.data(),
          .skill_begin = skill_begin_.data(),
          .skill = skill_.data(),
          .skill_memory = skill_memory_.data(),
          .weight = weight_.data(),
          .items = items_,
          .shared_items = shared_items_,
          .skills = skills_,
          .memories = memories_,
          .skill_memories = skill_memories_,
          .uncounted = item_.size() / burn_in};
}

}  // namespace perdure::inline PERDURE_ABI::cohort
