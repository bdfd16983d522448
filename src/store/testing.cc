#include "store/testing.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

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

}  // namespace

TestDatabase::TestDatabase() {
  if (on_postgres()) give_up("tests on PostgreSQL are not built");
  directory_ = make_directory();
  where_ = directory_ + "/state.db";
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
