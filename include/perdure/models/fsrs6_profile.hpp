#pragma once

#include <perdure/core/abi.hpp>

#include <limits>
#include <string_view>

/// Where public implementations of FSRS-6 differ. Each difference is a member; each implementation a type.
namespace perdure::inline PERDURE_ABI::models::fsrs6 {

/// Perdure's own choice, and the values that the others start from.
struct Perdure {
  static constexpr std::string_view id = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";  ///< how time between answers is counted (time/elapsed.hpp)
  static constexpr bool hard_floor = true;                   ///< a same-day Hard never lowers stability
  static constexpr double lowest_first_stability = 0.001;    ///< days
  static constexpr double lowest_stability = 0.001;          ///< days
  static constexpr double highest_stability = 36500.0;       ///< days
  static constexpr double resolution = 0.0;                  ///< states are rounded to multiples of this; 0: not at all
};

/// py-fsrs up to 6.3.1: no floor under a same-day Hard, no ceiling on stability, whole 24-hour periods.
struct PyFsrs631 : Perdure {
  static constexpr std::string_view id = "py_fsrs_6_3_1";
  static constexpr std::string_view elapsed_rule = "whole-days";
  static constexpr bool hard_floor = false;
  static constexpr double highest_stability = std::numeric_limits<double>::infinity();
};

/// py-fsrs 6.3.2: as before, with the floor.
struct PyFsrs632 : PyFsrs631 {
  static constexpr std::string_view id = "py_fsrs_6_3_2";
  static constexpr bool hard_floor = true;
};

/// The fsrs crate (model, not its simulator). It computes in float32; Perdure computes the same equations in double.
struct FsrsRs : Perdure {
  static constexpr std::string_view id = "fsrs_rs";
  static constexpr std::string_view elapsed_rule = "whole-days";
};

/// ts-fsrs 5.x: difference of UTC dates, first stability at least 0.1 days, states rounded to 8 decimals.
struct TsFsrs5 : Perdure {
  static constexpr std::string_view id = "ts_fsrs_5";
  static constexpr std::string_view elapsed_rule = "calendar-days:UTC:0";
  static constexpr double lowest_first_stability = 0.1;
  static constexpr double resolution = 1e-8;
};

}  // namespace perdure::inline PERDURE_ABI::models::fsrs6
