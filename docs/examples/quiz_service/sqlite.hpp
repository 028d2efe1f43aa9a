#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <sqlite3.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

/// The few parts of SQLite that a service needs, as values that clean up after themselves. One connection belongs to one thread.
namespace quiz {

/// The database cannot be opened, read or written. Nothing of the transaction at hand is kept.
class StoreFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Connection {
 public:
  Connection(const std::string& path, bool create) : path_{path} {
    sqlite3* raw = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0), nullptr);
    handle_.reset(raw);
    check(code);
    check(sqlite3_busy_timeout(raw, static_cast<int>(patience.count())));
  }

  void execute(const char* sql) { check(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr)); }

  /// For the few statements that SQLite gives up at once where it should wait for other connections, as when one turns on the write-ahead log.
  void execute_patiently(const char* sql) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point end = Clock::now() + patience;
    int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    while (code == SQLITE_BUSY && Clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
      code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    }
    check(code);
  }

  void check(int code) const {
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    throw StoreFailure{path_ + ": " + (handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code))};
  }

  [[nodiscard]] sqlite3* get() const noexcept { return handle_.get(); }

 private:
  static constexpr std::chrono::milliseconds patience{60'000};  // how long one transaction waits for those of other connections

  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement. Calling it binds the arguments to ?1, ?2, ... and gives the rows.
class Statement {
 public:
  Statement(Connection& connection, std::string_view sql) : connection_{&connection} {
    sqlite3_stmt* raw = nullptr;
    connection.check(
        sqlite3_prepare_v3(connection.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr));
    handle_.reset(raw);
  }

  /// The rows of one run. The statement is free for the next run when they go out of scope.
  class Rows {
   public:
    explicit Rows(const Statement& statement) : statement_{&statement} {}
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows() { sqlite3_reset(statement_->handle_.get()); }

    /// Goes to the next row; false when there is none.
    [[nodiscard]] bool next() {
      const int code = sqlite3_step(statement_->handle_.get());
      statement_->connection_->check(code);
      return code == SQLITE_ROW;
    }
    [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_->handle_.get(), column); }
    [[nodiscard]] std::string text(int column) const {
      const auto* characters = sqlite3_column_text(statement_->handle_.get(), column);
      const int size = sqlite3_column_bytes(statement_->handle_.get(), column);
      return characters == nullptr ? std::string{} : std::string{reinterpret_cast<const char*>(characters), static_cast<std::size_t>(size)};
    }
    /// Holds until the next call of `next`.
    [[nodiscard]] std::span<const std::byte> blob(int column) const {
      const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement_->handle_.get(), column));
      return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_->handle_.get(), column))};
    }

   private:
    const Statement* statement_;
  };

  template <class... Arguments>
  [[nodiscard]] Rows operator()(const Arguments&... arguments) {
    int index = 0;
    (bind(++index, arguments), ...);
    return Rows{*this};
  }

  /// Runs a statement that gives no rows.
  template <class... Arguments>
  void run(const Arguments&... arguments) {
    Rows rows = (*this)(arguments...);
    while (rows.next()) continue;
  }

 private:
  void bind(int index, std::int64_t number) { connection_->check(sqlite3_bind_int64(handle_.get(), index, number)); }
  void bind(int index, std::string_view text) {
    connection_->check(sqlite3_bind_text(handle_.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT));
  }
  void bind(int index, std::span<const std::byte> bytes) {
    connection_->check(sqlite3_bind_blob(handle_.get(), index, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT));
  }

  struct Finalize {
    void operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }
  };
  Connection* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Takes the write lock at once, so that what it reads is what it writes over. Rolled back unless committed. SQLite has one writer at a time;
/// those of one process wait for their turn on a mutex, which wakes them at once, where SQLite's own wait sleeps for milliseconds.
class Transaction {
 public:
  Transaction(Connection& connection, std::mutex& turn) : turn_{turn}, connection_{&connection} { connection.execute("BEGIN IMMEDIATE"); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (connection_ != nullptr) sqlite3_exec(connection_->get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  void commit() {
    connection_->execute("COMMIT");
    connection_ = nullptr;
  }

 private:
  std::unique_lock<std::mutex> turn_;
  Connection* connection_;
};

}  // namespace quiz
