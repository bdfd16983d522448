// What is known of everybody, for a dry run: some hundred people at a time, on several threads.
#pragma once

#include <functional>

#include "loyalty/late_facts.h"

namespace perennial::loyalty {

class Everybody {
 public:
  // On a thread of [0, threads()).
  using Each = std::function<void(size_t thread, Known known)>;

  // Of these terms; `needs` is what all rules that are tried look at. Refers to all but `needs`.
  Everybody(store::Database& database, const Terms& terms, const Needs& needs,
            const LateFacts& late);

  // As many as there are cores, at most three, so that a connection to the database is left for
  // others.
  size_t threads() const { return threads_; }
  // Calls `each` for everybody, in no order.
  Result<void> visit(const Each& each) const;
  // For these people alone.
  Result<void> visit(std::span<const PersonId> people, const Each& each) const;

 private:
  // The next people, for whichever thread asks; none when there are no more.
  using Next = std::function<Result<std::vector<PersonId>>()>;
  Result<void> visit(const Next& next, const Each& each) const;

  store::Database& database_;
  const Terms& terms_;
  Needs needs_;
  const LateFacts& late_;
  size_t threads_;
};

}  // namespace perennial::loyalty
