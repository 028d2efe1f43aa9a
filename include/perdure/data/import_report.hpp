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
  std::vector<std::uint32_t> repaired;    ///< source rows kept, moved to where their time belongs
  std::vector<std::uint32_t> duplicates;  ///< source rows that repeat an earlier one in every column
  std::vector<Error> rejected;            ///< source rows that cannot be used; `where` is the row

  [[nodiscard]] std::size_t rows() const noexcept { return accepted + repaired.size() + duplicates.size() + rejected.size(); }
};

}  // namespace perdure::inline PERDURE_ABI::data
