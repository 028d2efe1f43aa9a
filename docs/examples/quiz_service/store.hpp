#pragma once

#include "sqlite.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quiz {

/// How much a commit costs. `full` outlives a power cut; `normal` outlives the death of the process, and may lose the last commits in a
/// power cut, never part of one.
enum class Durability { full, normal };

struct StoreOptions {
  std::string database;
  bool create{true};  ///< a database that is not there
  Durability durability{Durability::full};
  std::shared_ptr<std::mutex> turn{std::make_shared<std::mutex>()};  ///< of writers; copies of the options share it
};

/// What is known of one learner and one item.
struct Card {
  std::vector<std::byte> state;    ///< of the memory model
  std::int64_t answered_at_ms{0};  ///< last answer; milliseconds since 1970, UTC
};

/// An answer that was stored before, and what was replied to it.
struct StoredAnswer {
  std::int64_t grade{0};
  std::string due;
};

/// When a learner studies.
struct Study {
  std::string zone{"UTC"};
  std::string calendar{"every-day"};
};

/// The tables of the service, on a connection of its own: one Store per thread. Every function throws StoreFailure when SQLite fails.
class Store {
 public:
  /// Opens the database, or makes it.
  explicit Store(const StoreOptions& options);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// All that is read and written until `commit` is seen by others as one change; whoever else writes waits.
  [[nodiscard]] Transaction transaction() { return {connection_, *turn_}; }

  /// A setting of the whole database: the stored one, or else `value`, which is then stored.
  std::string setting(std::string_view key, std::string_view value);

  [[nodiscard]] std::optional<Card> card(std::string_view learner, std::string_view item);
  [[nodiscard]] std::optional<StoredAnswer> answer(std::string_view learner, std::string_view item, std::int64_t at_ms);
  [[nodiscard]] Study study(std::string_view learner);

  void keep(std::string_view learner, std::string_view item, const Card& card, const StoredAnswer& answer);
  void enroll(std::string_view learner, const Study& study);

  /// Calls `row(learner, item, due)` for all that is due on `day` (YYYY-MM-DD) or before, earliest first.
  void each_due(std::string_view day, const std::function<void(const std::string&, const std::string&, const std::string&)>& row);

  /// Calls `row(learner, item, answered_at_ms, grade)` for all answers, of each card in order of time.
  void each_answer(const std::function<void(const std::string&, const std::string&, std::int64_t, std::int64_t)>& row);

 private:
  std::shared_ptr<std::mutex> turn_;
  Connection connection_;
  Statement find_setting_, add_setting_, find_card_, find_answer_, find_study_, keep_card_, keep_answer_, enroll_, due_, answers_;
};

}  // namespace quiz
