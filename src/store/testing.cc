#include "store/testing.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <libpq-fe.h>
#include <unistd.h>

namespace perennial::store {
namespace {

[[noreturn]] void give_up(std::string_view message) { die(message, __FILE__, __LINE__); }

bool on_postgres() {
  const char* engine = std::getenv("PERENNIAL_TEST_STATE");
  if (!engine || std::string_view(engine) == "sqlite") return false;
  if (std::string_view(engine) == "postgres") return true;
  give_up("PERENNIAL_TEST_STATE is neither sqlite nor postgres");
}

std::string make_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "perennial-test-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) give_up("no temporary directory for a test database");
  return pattern;
}

// The address of the cluster's own database.
std::string cluster_address() {
  if (const char* address = std::getenv("PERENNIAL_TEST_POSTGRES")) return address;
  std::ifstream file(PERENNIAL_BINARY_DIR "/postgres_cluster.url");
  std::string address;
  if (!std::getline(file, address)) {
    give_up(
        "no PostgreSQL cluster: set PERENNIAL_TEST_POSTGRES or run tests/postgres_cluster "
        "up " PERENNIAL_BINARY_DIR);
  }
  return address;
}

// Past Database, which has no statements outside a transaction.
void run_sql(const std::string& address, const std::string& sql) {
  PGconn* connection = PQconnectdb(address.c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
  const std::string message = PQerrorMessage(connection);
  PQclear(result);
  PQfinish(connection);
  if (!done) give_up("the PostgreSQL cluster refused " + sql + ": " + message);
}

// One database for the whole test program: making and dropping one takes half a second, a schema
// takes milliseconds. It goes when the program that made it ends.
class ProgramDatabase {
 public:
  ProgramDatabase() : owner_(::getpid()) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    name_ = "test_" + std::to_string(owner_) + "_" + std::to_string(now);
    const auto cluster = cluster_address();
    run_sql(cluster, "CREATE DATABASE " + name_);
    address_ = cluster.substr(0, cluster.rfind('/') + 1) + name_;
  }
  ~ProgramDatabase() {
    if (::getpid() != owner_) return;  // a child that was forked
    run_sql(cluster_address(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  }

  const std::string& address() const { return address_; }

 private:
  ::pid_t owner_;
  std::string name_;
  std::string address_;
};

// An empty schema that its address makes the only one in sight.
std::string create_schema() {
  static const ProgramDatabase database;
  static std::atomic<int> count = 0;
  const std::string name = "test_" + std::to_string(++count);
  run_sql(database.address(), "CREATE SCHEMA " + name);
  return database.address() + "?options=-csearch_path%3D" + name;
}

}  // namespace

TestDatabase::TestDatabase() {
  if (on_postgres()) {
    where_ = create_schema();
  } else {
    directory_ = make_directory();
    where_ = directory_ + "/state.db";
  }
  reopen();
}

TestDatabase::~TestDatabase() {
  database_.reset();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

void TestDatabase::reopen() {
  database_.reset();
  auto opened = Database::open(where_);
  if (!opened) give_up("the test database cannot be opened: " + opened.error().text());
  database_ = std::move(*opened);
}

}  // namespace perennial::store
