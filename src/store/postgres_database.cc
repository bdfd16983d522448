// Transactions that write are SERIALIZABLE: on SQLite they run one at a time, and the same body
// must decide the same here. REPEATABLE READ would let two transactions each act on what the other
// is about to change (write skew). The price is a repeated body when the server sees such a pair.
// Transactions that only read are REPEATABLE READ: one snapshot, never repeated, never in a
// writer's way.
#include "store/postgres_database.h"

#include <atomic>
#include <random>
#include <thread>

#include "store/nesting.h"
#include "store/pool.h"
#include "store/postgres_connection.h"

namespace perennial::store {
namespace {

constexpr int kTries = 40;  // of one write() that meets serialization failures
// Of one write() that meets a key that is taken. Two transactions that both take the next number of
// a table may be told this instead of a serialization failure, also where one is the last of a
// process that was killed; whoever really asks for a key that is taken is told so a little later.
constexpr int kTakenTries = 6;
constexpr int kBrokenTries = 3;      // of one write() whose connection breaks before COMMIT
constexpr int kLongestPauseMs = 64;  // between two tries
constexpr const char* kBeginWrite = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";
constexpr const char* kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

using PostgresPool = Pool<PostgresConnection>;

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(std::string url, Options options)
      : pool_(options.readers, std::chrono::milliseconds(options.busy_timeout_ms),
              [url = std::move(url), options] {
                return PostgresConnection::open(url,
                                                std::chrono::milliseconds(options.busy_timeout_ms));
              }) {}

  Engine engine() const override { return Engine::kPostgres; }
  Result<int64_t> size_bytes() override;
  Result<void> connect();

 protected:
  Result<void> transaction(bool writes,
                           const std::function<Result<void>(Connection&)>& body) override;

 private:
  Result<void> attempt(PostgresConnection& connection, bool writes,
                       const std::function<Result<void>(Connection&)>& body);

  PostgresPool pool_;
  std::atomic<uint64_t> schema_ = 0;  // counts the scripts that may have changed tables
};

// Grows with the tries and is random, so that those who met do not meet again.
void pause_before(int next_try) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int longest = std::min(kLongestPauseMs, 1 << std::min(next_try, 10));
  // tidy allows: a pause between tries, there is no condition to wait for.
  std::this_thread::sleep_for(
      std::chrono::milliseconds(std::uniform_int_distribution(0, longest)(random)));
}

class RollBackAtEnd {
 public:
  explicit RollBackAtEnd(PostgresConnection& connection) : connection_(connection) {}
  ~RollBackAtEnd() { connection_.roll_back(); }

 private:
  PostgresConnection& connection_;
};

Result<void> PostgresDatabase::attempt(PostgresConnection& connection, bool writes,
                                       const std::function<Result<void>(Connection&)>& body) {
  RollBackAtEnd end(connection);
  TRY(connection.begin(writes ? kBeginWrite : kBeginRead, schema_.load()));
  auto done = body(connection);
  // What the body makes of a key that is taken is its own to say.
  const bool its_own =
      connection.trouble() == Trouble::kNone || connection.trouble() == Trouble::kTaken;
  if (connection.failure() && (done || !its_own)) {
    return std::unexpected(*connection.failure());
  }
  if (!done) return done;
  TRY(connection.commit());
  if (connection.ran_script()) ++schema_;
  return {};
}

Result<void> PostgresDatabase::transaction(bool writes,
                                           const std::function<Result<void>(Connection&)>& body) {
  NestingGuard nesting(this);
  TRY(nesting.check());
  auto connection = TRY(pool_.take());
  int taken = 0;
  for (int tried = 1;; ++tried) {
    auto done = attempt(*connection, writes, body);
    const auto trouble = connection->trouble();
    if (done || !writes || trouble == Trouble::kNone) return done;
    if (trouble == Trouble::kTaken && ++taken == kTakenTries) return done;
    const bool met_others = trouble == Trouble::kSerialization || trouble == Trouble::kTaken;
    if (tried >= (met_others ? kTries : kBrokenTries)) return done;
    pause_before(tried);
  }
}

Result<void> PostgresDatabase::connect() {
  TRY(pool_.take());
  return {};
}

Result<int64_t> PostgresDatabase::size_bytes() {
  auto row = TRY(read(
      [](Connection& c) { return c.query_one("SELECT pg_database_size(current_database())"); }));
  return row->integer(0);
}

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(std::string url, Options options) {
  const std::string address = TRY(describe_address(url));
  auto database = std::make_unique<PostgresDatabase>(std::move(url), options);
  auto connected = database->connect();
  if (!connected) {
    auto error = std::move(connected).error();
    error.where = address;
    if (error.code == Code::kBusy)
      error.code = Code::kInternal;  // at the start nobody can wait for it
    return std::unexpected(std::move(error));
  }
  return database;
}

}  // namespace perennial::store
