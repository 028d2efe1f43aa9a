#include "store.hpp"

namespace quiz {
namespace {

constexpr const char* schema = R"(
  CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS learners (learner TEXT PRIMARY KEY, zone TEXT NOT NULL, calendar TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS memories (
    learner TEXT NOT NULL, item TEXT NOT NULL, state BLOB NOT NULL, answered_at_ms INTEGER NOT NULL, due TEXT NOT NULL,
    PRIMARY KEY (learner, item)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS memories_by_due ON memories (due);
  CREATE TABLE IF NOT EXISTS answers (
    learner TEXT NOT NULL, item TEXT NOT NULL, answered_at_ms INTEGER NOT NULL, grade INTEGER NOT NULL, due TEXT NOT NULL,
    PRIMARY KEY (learner, item, answered_at_ms)) WITHOUT ROWID;
)";

Connection open(const StoreOptions& options) {
  Connection connection{options.database, options.create};
  connection.execute_patiently("PRAGMA journal_mode = WAL");
  connection.execute(options.durability == Durability::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  Transaction transaction{connection, *options.turn};
  connection.execute(schema);
  transaction.commit();
  return connection;
}

}  // namespace

Store::Store(const StoreOptions& options)
    : turn_{options.turn},
      connection_{open(options)},
      find_setting_{connection_, "SELECT value FROM settings WHERE key = ?1"},
      add_setting_{connection_, "INSERT OR IGNORE INTO settings VALUES (?1, ?2)"},
      find_card_{connection_, "SELECT state, answered_at_ms FROM memories WHERE learner = ?1 AND item = ?2"},
      find_answer_{connection_, "SELECT grade, due FROM answers WHERE learner = ?1 AND item = ?2 AND answered_at_ms = ?3"},
      find_study_{connection_, "SELECT zone, calendar FROM learners WHERE learner = ?1"},
      keep_card_{connection_, "INSERT OR REPLACE INTO memories VALUES (?1, ?2, ?3, ?4, ?5)"},
      keep_answer_{connection_, "INSERT INTO answers VALUES (?1, ?2, ?3, ?4, ?5)"},
      enroll_{connection_, "INSERT OR REPLACE INTO learners VALUES (?1, ?2, ?3)"},
      due_{connection_, "SELECT learner, item, due FROM memories WHERE due <= ?1 ORDER BY due, learner, item"},
      answers_{connection_, "SELECT learner, item, answered_at_ms, grade FROM answers ORDER BY learner, item, answered_at_ms"} {}

std::string Store::setting(std::string_view key, std::string_view value) {
  add_setting_.run(key, value);
  auto rows = find_setting_(key);
  return rows.next() ? rows.text(0) : std::string{value};
}

std::optional<Card> Store::card(std::string_view learner, std::string_view item) {
  auto rows = find_card_(learner, item);
  if (!rows.next()) return std::nullopt;
  const auto state = rows.blob(0);
  return Card{{state.begin(), state.end()}, rows.integer(1)};
}

std::optional<StoredAnswer> Store::answer(std::string_view learner, std::string_view item, std::int64_t at_ms) {
  auto rows = find_answer_(learner, item, at_ms);
  if (!rows.next()) return std::nullopt;
  return StoredAnswer{rows.integer(0), rows.text(1)};
}

Study Store::study(std::string_view learner) {
  auto rows = find_study_(learner);
  if (!rows.next()) return {};
  return {rows.text(0), rows.text(1)};
}

void Store::keep(std::string_view learner, std::string_view item, const Card& card, const StoredAnswer& answer) {
  keep_card_.run(learner, item, std::span{card.state}, card.answered_at_ms, answer.due);
  keep_answer_.run(learner, item, card.answered_at_ms, answer.grade, answer.due);
}

void Store::enroll(std::string_view learner, const Study& study) { enroll_.run(learner, study.zone, study.calendar); }

void Store::each_due(std::string_view day, const std::function<void(const std::string&, const std::string&, const std::string&)>& row) {
  auto rows = due_(day);
  while (rows.next()) row(rows.text(0), rows.text(1), rows.text(2));
}

void Store::each_answer(const std::function<void(const std::string&, const std::string&, std::int64_t, std::int64_t)>& row) {
  auto rows = answers_();
  while (rows.next()) row(rows.text(0), rows.text(1), rows.integer(2), rows.integer(3));
}

}  // namespace quiz
