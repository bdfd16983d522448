#include "loyalty/service.h"

#include "loyalty/held_out.h"
#include "loyalty/late_facts.h"

namespace perennial::loyalty {
namespace {

constexpr std::chrono::seconds kWorkerPause{30};
constexpr size_t kSettleAtOnce = 1'000;
constexpr size_t kFactsAtOnce = 5'000;

}  // namespace

Result<std::unique_ptr<Loyalty>> Loyalty::open(Wiring wiring) {
  return std::make_unique<Service>(wiring);
}

Service::Service(Wiring wiring)
    : wiring_(wiring),
      writer_(wiring.database, [this] { return now(); }),
      teller_(wiring.database, wiring.log, wiring.clock) {
  worker_ = std::thread([this] { work(); });
}

void Service::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (worker_.joinable()) worker_.join();
  writer_.stop();
  teller_.stop();
}

events::Stage Service::follow(events::Stage stage) {
  stage.apply = [this, people = std::move(stage.apply)](
                    store::Connection& c,
                    std::span<const events::StoredEvent> events) -> Result<void> {
    TRY(people(c, events));
    return take_events(c, events, now(), wiring_.held_newcomers);
  };
  return stage;
}

std::optional<Result<std::vector<PersonId>>> Service::resolve_set(std::string_view set) {
  constexpr std::string_view kLevel = "level:";
  if (!set.starts_with(kLevel)) return std::nullopt;
  set.remove_prefix(kLevel.size());
  const size_t colon = set.find(':');
  if (colon == set.npos) return fail(Code::kInvalid, "names a programme and a level", "set");
  const std::string programme(set.substr(0, colon)), level(set.substr(colon + 1));
  return wiring_.database.read([&](store::Connection& c) -> Result<std::vector<PersonId>> {
    std::vector<PersonId> people;
    for (const auto& row : TRY(c.query("SELECT person FROM loyalty_members WHERE programme = "
                                       "$1 AND level = $2 ORDER BY person",
                                       {programme, level})))
      people.push_back(row.integer(0));
    return people;
  });
}

void Service::add_routes(http::Router& router) {
  add_setup_routes(router);
  add_ledger_routes(router);
  add_approval_routes(router);
  add_posting_routes(router);
  add_report_routes(router);
  add_coupon_routes(router);
  add_reward_routes(router);
  add_play_routes(router);
  add_referral_routes(router);
  add_price_routes(router);
  add_member_routes(router);
}

void Service::add(http::Router& router, std::string method, std::string path, std::string right,
                  Handler handler) {
  router.add({.method = std::move(method),
              .path = "/v1/loyalty" + std::move(path),
              .right = std::move(right)},
             [this, handler](const http::Request& request) {
               auto answer = (this->*handler)(request);
               return answer ? std::move(*answer) : http::problem(answer.error());
             });
}

Result<Programme> Service::programme_of(const http::Request& request) {
  const std::string& id = request.params.at("programme");
  auto programme =
      TRY(wiring_.database.read([&](store::Connection& c) { return find_programme(c, id); }));
  if (!programme) return fail(Code::kNotFound, "there is no such programme", "programme");
  return std::move(*programme);
}

Result<const Currency*> Service::currency_of(const Programme& programme,
                                             const http::Request& request) {
  const std::string code = request.query_or("currency", programme.currencies.front().code);
  const Currency* currency = programme.find(code);
  if (!currency) return fail(Code::kNotFound, "the programme has no such currency", "currency");
  return currency;
}

Result<void> Service::begin_backfill(store::Connection& c, const Programme& programme, bool facts) {
  const auto reached = TRY(people::reached(c));
  TRY(
      c.execute("INSERT INTO loyalty_backfills (programme, facts_done, after_person, "
                "up_to_person) VALUES ($1, $2, 0, $3) ON CONFLICT (programme) DO UPDATE SET "
                "facts_done = CASE WHEN excluded.facts_done = 0 THEN 0 ELSE "
                "loyalty_backfills.facts_done END, after_person = 0, "
                "up_to_person = excluded.up_to_person",
                {programme.id, int64_t{!facts}, reached.last_person}));
  return {};
}

// Lets everybody's time pass, so that sums over all people miss nothing that is due.
void Service::settle_all(const Programme& programme) {
  while (true) {
    const auto settled = wiring_.database.write(
        [&](store::Connection& c) { return settle_due(c, programme, now(), kSettleAtOnce); });
    if (!settled || *settled == 0) return;
  }
}

void Service::wake_worker() {
  {
    std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_all();
}

void Service::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    woken_ = false;
    lock.unlock();
    const auto more = work_once();
    lock.lock();
    worker_error_ = more ? "" : more.error().text();
    if (more && *more) continue;
    wake_.wait_for(lock, kWorkerPause, [&] { return stopping_ || woken_; });
  }
}

Result<bool> Service::work_once() {
  const auto programmes =
      TRY(wiring_.database.read([](store::Connection& c) { return list_programmes(c); }));
  bool more = false;
  for (const Programme& programme : programmes) {
    const size_t settled = TRY(wiring_.database.write(
        [&](store::Connection& c) { return settle_due(c, programme, now(), kSettleAtOnce); }));
    more = more || settled > 0;
    const Terms terms =
        TRY(wiring_.database.read([&](store::Connection& c) { return terms_of(c, programme); }));
    const size_t assessed = TRY(wiring_.database.write(
        [&](store::Connection& c) { return assess_due(c, terms, now(), kAssessAtOnce); }));
    more = more || assessed == kAssessAtOnce;
    if (programme.takes_events && TRY(backfill(terms))) more = true;
  }
  return more;
}

Result<bool> Service::backfill(const Terms& terms) {
  const std::string& id = terms.programme.id;
  const auto job = TRY(wiring_.database.read([&](store::Connection& c) {
    return c.query_one(
        "SELECT facts_done, after_person, up_to_person FROM loyalty_backfills "
        "WHERE programme = $1",
        {id});
  }));
  if (!job) return false;
  if (job->integer(0) == 0) {
    auto facts = TRY(read_facts(wiring_.database, wiring_.log, event_names({terms})));
    for (size_t at = 0; at < facts.size(); at += kFactsAtOnce) {
      const auto part = std::span(facts).subspan(at, std::min(kFactsAtOnce, facts.size() - at));
      std::vector<std::string> identities;
      for (const NewFact& fact : part) identities.push_back(fact.identity);
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<void> {
        // Somebody may have been joined since the log was read.
        const auto people = TRY(people::people_of(c, identities));
        for (size_t i = 0; i < part.size(); ++i) part[i].person = people[i];
        return add_facts(c, part);
      }));
    }
    TRY(wiring_.database.write([&](store::Connection& c) {
      return c.execute("UPDATE loyalty_backfills SET facts_done = 1 WHERE programme = $1", {id});
    }));
    return true;
  }
  return wiring_.database.write([&](store::Connection& c) -> Result<bool> {
    std::vector<PersonId> people;
    for (const auto& row :
         TRY(c.query("SELECT id FROM people WHERE id > $1 AND id <= $2 "
                     "ORDER BY id LIMIT $3",
                     {job->integer(1), job->integer(2), static_cast<int64_t>(kAssessAtOnce)})))
      people.push_back(row.integer(0));
    if (people.empty()) {
      TRY(c.execute("DELETE FROM loyalty_backfills WHERE programme = $1 AND after_person = $2",
                    {id, job->integer(1)}));
      return true;
    }
    TRY(hold_newcomers(c, people, now(), wiring_.held_newcomers));
    // As they are in this transaction: they may have changed since.
    const auto programme = TRY(find_programme(c, id));
    TRY(assess_with_referrals(c, TRY(terms_of(c, *programme)), people, now()));
    TRY(
        c.execute("UPDATE loyalty_backfills SET after_person = $2 WHERE programme = $1 AND "
                  "after_person = $3",
                  {id, people.back(), job->integer(1)}));
    return true;
  });
}

}  // namespace perennial::loyalty
