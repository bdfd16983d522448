// A transaction inside a transaction of the same thread would wait for itself (the SQLite writer)
// or see old data. It is refused instead.
#pragma once

#include "store/store.h"

namespace perennial::store {

class NestingGuard {
 public:
  explicit NestingGuard(const Database* database);
  ~NestingGuard();
  NestingGuard(const NestingGuard&) = delete;
  NestingGuard& operator=(const NestingGuard&) = delete;
  // Fails with kInternal if this thread is already in a transaction of the database.
  Result<void> check() const;

 private:
  bool nested_;
};

}  // namespace perennial::store
