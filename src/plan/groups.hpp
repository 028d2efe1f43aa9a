#pragma once

#include <perdure/plan/library.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// Finds the prices of a library: of the organisation's capacity for all learners together, then of questions, for groups of learners with a
/// like room for what they have to learn.
class Library::Groups {
 public:
  Groups(Library& library, const LibraryOptions& options);
  void find_session_price();
  void find_entries();

 private:
  using Learners = std::vector<std::uint32_t>;

  [[nodiscard]] double room_for(std::size_t learner) const;
  [[nodiscard]] double to_gain(std::size_t learner) const;
  [[nodiscard]] GroupProblem problem_of(const Learners& learners) const;
  [[nodiscard]] std::vector<Learners> split(Learners learners) const;
  void add_chain(std::size_t section, Learners learners);
  void add_entry(std::size_t section, const PricedGroup& prices, double scale);

  Library& library_;
  const Problem& problem_;
  const LibraryOptions& options_;
  std::vector<std::unique_ptr<QuestionValues>> values_;  ///< by class, on the grid for the search
  std::vector<double> tightness_;                        ///< by learner: what there is to gain for each place of a question
  PricedGroup start_;
};

}  // namespace perdure::inline PERDURE_ABI::plan
