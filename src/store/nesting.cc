#include "store/nesting.h"

#include <algorithm>

namespace perennial::store {
namespace {
thread_local std::vector<const Database*> open_here;
}  // namespace

NestingGuard::NestingGuard(const Database* database)
    : nested_(std::ranges::find(open_here, database) != open_here.end()) {
  open_here.push_back(database);
}

NestingGuard::~NestingGuard() { open_here.pop_back(); }

Result<void> NestingGuard::check() const {
  if (!nested_) return {};
  return fail(Code::kInternal,
              "a transaction was begun inside another transaction of the same thread");
}

}  // namespace perennial::store
