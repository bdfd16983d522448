#include "loyalty/everybody.h"

#include <algorithm>
#include <mutex>
#include <thread>

namespace perennial::loyalty {
namespace {

constexpr size_t kPeopleAtOnce = 500;
constexpr unsigned kMostThreads = 3;

}  // namespace

Everybody::Everybody(store::Database& database, const Terms& terms, const Needs& needs,
                     const LateFacts& late)
    : database_(database),
      terms_(terms),
      needs_(needs),
      late_(late),
      threads_(std::clamp(std::thread::hardware_concurrency(), 1u, kMostThreads)) {}

Result<void> Everybody::visit(const Each& each) const {
  PersonId last = 0;
  const Next next = [&] {
    return database_.read([&](store::Connection& c) -> Result<std::vector<PersonId>> {
      std::vector<PersonId> ids;
      for (const auto& row : TRY(c.query("SELECT id FROM people WHERE id > $1 ORDER BY id LIMIT $2",
                                         {last, static_cast<int64_t>(kPeopleAtOnce)})))
        ids.push_back(row.integer(0));
      if (!ids.empty()) last = ids.back();
      return ids;
    });
  };
  return visit(next, each);
}

Result<void> Everybody::visit(std::span<const PersonId> people, const Each& each) const {
  const Next next = [&]() -> Result<std::vector<PersonId>> {
    const auto part = people.first(std::min(kPeopleAtOnce, people.size()));
    people = people.subspan(part.size());
    return std::vector<PersonId>(part.begin(), part.end());
  };
  return visit(next, each);
}

Result<void> Everybody::visit(const Next& next, const Each& each) const {
  std::mutex mutex;
  const auto ask = [&] {
    std::lock_guard lock(mutex);
    return next();
  };
  const auto work = [&](size_t thread) -> Result<void> {
    while (true) {
      const auto ids = TRY(ask());
      if (ids.empty()) return {};
      auto people = TRY(database_.read([&](store::Connection& c) {
        return load_known(c, terms_.programme, terms_.levels, ids, needs_);
      }));
      for (Known& one : people) {
        const size_t before = one.facts.size();
        late_.add_to(one.facts, one.person, needs_);
        for (Fact& fact : std::span(one.facts).subspan(before)) one.mark_held(fact);
        each(thread, std::move(one));
      }
    }
  };
  std::vector<Result<void>> done(threads_);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < threads_; ++i) threads.emplace_back([&, i] { done[i] = work(i); });
  for (auto& thread : threads) thread.join();
  for (const auto& one : done) {
    if (!one) return one;
  }
  return {};
}

}  // namespace perennial::loyalty
