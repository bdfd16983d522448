// A fresh, empty state database for a test, on the engine that the environment variable
// PERENNIAL_TEST_STATE names: "sqlite" (the default; a file in a temporary directory) or "postgres"
// (a schema of its own in a database that the test program makes in the cluster which
// tests/postgres_cluster started; its address is in PERENNIAL_TEST_POSTGRES or in
// build/postgres_cluster.url). The file goes with the object, the schemas go with the test program.
#pragma once

#include <memory>
#include <string>

#include "store/store.h"

namespace perennial::store {

class TestDatabase {
 public:
  TestDatabase();  // ends the test program with a message if no database can be had
  ~TestDatabase();
  Database& operator*() { return *database_; }
  Database* operator->() { return database_.get(); }
  const std::string& where() const { return where_; }  // what Database::open takes
  // Closes and opens again, as a restart of the program does.
  void reopen();

 private:
  std::string where_;
  std::string directory_;
  std::unique_ptr<Database> database_;
};

}  // namespace perennial::store
