#pragma once

#include "store.hpp"

#include <perdure/core/grade.hpp>
#include <perdure/core/result.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/schedule/on_calendar.hpp>
#include <perdure/schedule/target_retention.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/elapsed.hpp>
#include <perdure/time/zone.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quiz {

/// The memory model of the service, and its rule for dates: the last day on which recall is still at the target, moved to a study day.
/// Others of the catalog go here, and nothing else changes.
using Model = perdure::models::Fsrs6;
using Policy = perdure::schedule::OnCalendar<perdure::schedule::TargetRetention>;

struct Answer {
  std::string learner;
  std::string item;
  perdure::time::Instant at;  ///< a service that knows when the question was shown counts elapsed time to that moment
  perdure::Grade grade{};
};

struct Reply {
  std::string due;       ///< YYYY-MM-DD, the learner's local day
  bool repeated{false};  ///< the answer was stored before; nothing has changed
};

struct ServiceOptions {
  StoreOptions store;
  std::optional<std::vector<double>> parameters;  ///< of the model, for a new database; its defaults when there are none
  std::optional<double> target;                   ///< recall at which an item is asked again, in (0, 1), for a new database; or else 0.9
};

/// Answer in, next due date out. One Service per thread; any number of them, in any number of processes, share one database.
class Service {
 public:
  /// Throws StoreFailure when the database cannot be used, or was made with another model, other parameters or another target.
  explicit Service(const ServiceOptions& options);

  /// Stores the answer and the memory that follows from it, and says when to ask again. All of it is stored, or nothing. An answer that was
  /// stored before gets the reply that it got then. An Error says why an answer cannot be used: older than the card's last answer, stored
  /// with another grade, or a date out of range. Throws StoreFailure.
  [[nodiscard]] perdure::Result<Reply> answer(const Answer& answer);

 private:
  using Memory = Model::Memory;
  [[nodiscard]] perdure::Result<Memory> next_memory(const std::optional<Card>& card, const Answer& answer) const;
  [[nodiscard]] perdure::Result<perdure::time::Date> due(const Memory& memory, const Answer& answer);

  Store store_;
  Model model_;
  double target_;
  perdure::time::ElapsedRule rule_;

  std::map<std::string, perdure::time::Zone> zones_;  ///< those that were needed before, by name
  std::map<std::string, Policy> policies_;            ///< the same, by the text of the calendar
};

}  // namespace quiz
