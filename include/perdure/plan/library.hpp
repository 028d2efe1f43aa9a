#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/grid.hpp>
#include <perdure/plan/prices.hpp>
#include <perdure/plan/problem.hpp>
#include <perdure/plan/question_values.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// How prices for a problem are found.
struct LibraryOptions {
  Resolution search{1.6, 7, 1'500};  ///< of the grid on which prices are looked for
  std::size_t most_groups = 4;       ///< learners of like room for what they have to learn share prices
  std::size_t sample = 200;          ///< learners that stand for a group
  std::size_t evaluations = 60;      ///< of a group's dual
  unsigned threads = 1;
};

/// Prices under which a policy ranks questions.
struct Entry {
  std::vector<double> place;   ///< of a question's place in a session, by askable day
  std::vector<double> asking;  ///< the same and its place in the budget: what asking costs
  double budget = 0.0;         ///< the latter part
  bool found = true;           ///< as the best of a group; false for a multiple of such
};

/// Learners whose questions share tables, and the prices found for groups of them, in chains: one for learners with a budget of questions, one for
/// those without.
struct Section {
  std::vector<Entry> entries;
};

/// Entries of a section, [begin, end), the dearer, the later: what the learners of a group choose between.
struct Chain {
  std::size_t begin = 0, end = 0;
};

/// Prices for all learners of a problem.
class Library {
 public:
  /// Finds prices. The result does not depend on the number of threads. Throws Exception for a problem that is none (`check`).
  explicit Library(const Problem& problem, const LibraryOptions& options = {});

  [[nodiscard]] const Problem& problem() const noexcept { return *problem_; }
  [[nodiscard]] std::span<const Section> sections() const noexcept { return sections_; }
  [[nodiscard]] const Section& section_of(std::size_t learner) const { return sections_[section_[learner]]; }
  [[nodiscard]] std::size_t section_of_class(std::size_t c) const { return section_of_class_[c]; }
  /// Entry of a learner's group, in its section.
  [[nodiscard]] std::size_t entry_of(std::size_t learner) const { return entry_[learner]; }
  /// Entries between which a learner's policy chooses.
  [[nodiscard]] const Chain& chain_of(std::size_t learner) const { return chains_[chain_[learner]]; }
  /// Questions that one session of a learner has room for: the cap, or what its minutes allow.
  [[nodiscard]] std::uint32_t room_of(std::size_t learner) const { return room_[learner]; }
  /// Price of a session's place in the organisation's capacity, by askable day.
  [[nodiscard]] std::span<const double> session_price() const noexcept { return session_price_; }
  /// Days of last answers before the plan, of a class: the rows that its values begin with.
  [[nodiscard]] std::span<const std::int32_t> starts_of(std::size_t c) const { return starts_[c]; }

  /// Values of a class on a grid.
  [[nodiscard]] std::unique_ptr<QuestionValues> values_on(std::size_t c, const Resolution& resolution) const;
  /// What the days of a learner allow, as a group's dual counts it.
  [[nodiscard]] Attendance attendance_of(std::size_t learner) const;

 private:
  class Groups;
  void find_starts();
  void find_sections();
  void find_room();

  const Problem* problem_;
  std::vector<Section> sections_;
  std::vector<Chain> chains_;
  std::vector<std::uint16_t> section_, chain_, entry_;  ///< by learner
  std::vector<std::size_t> section_of_class_;
  std::vector<std::uint32_t> room_;
  std::vector<double> session_price_;
  std::vector<std::vector<std::int32_t>> starts_;  ///< by class
  std::vector<std::vector<State>> start_states_;   ///< by class: a sample, with the least and the most of each field
};

}  // namespace perdure::inline PERDURE_ABI::plan
