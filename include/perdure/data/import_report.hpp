#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace perdure::inline PERDURE_ABI::data {

/// What became of every row that was read. The counts add up: rows() == accepted + repaired + duplicates + rejected.
struct ImportReport {
  std::size_t accepted{};                 ///< rows kept as they came
  std::size_t repaired{};                 ///< rows kept after a change that loses nothing: reordered, mistimed or both
  std::vector<std::uint32_t> reordered;   ///< source rows that came after a later one of the same learner
  std::vector<std::uint32_t> mistimed;    ///< source rows shown before the last answer to the same item; the answer's time stands in
  std::vector<std::uint32_t> duplicates;  ///< source rows that repeat an earlier one in every column
  std::vector<Error> rejected;            ///< source rows that cannot be used; `where` is the row

  [[nodiscard]] std::size_t rows() const noexcept { return accepted + repaired + duplicates.size() + rejected.size(); }
};

}  // namespace perdure::inline PERDURE_ABI::data
