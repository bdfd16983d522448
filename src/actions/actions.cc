#include "actions/actions.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "experiments/experiments.h"
#include "people/telling.h"

namespace perennial::actions {
namespace {

using store::Connection;

constexpr std::array<std::string_view, 4> kKinds = {"list", "coupon", "points", "follow_up"};

// What makes one request another one. The people and the words may be somebody's; they count by
// their fingerprint alone.
Json document_of(const Request& request) {
  std::string people;
  for (const PersonId person : request.people) people += std::to_string(person) + ",";
  return {{"kind", kind_name(request.kind)}, {"segment", request.segment},
          {"programme", request.programme},  {"batch", request.batch},
          {"points", request.points},        {"due", to_millis(request.due)},
          {"people", sha256_hex(people)},    {"text", sha256_hex(request.text)}};
}

Json to_json(const Outcome& outcome) {
  return {{"asked", outcome.asked},
          {"done", outcome.done},
          {"held_out", outcome.held_out},
          {"skipped", outcome.skipped},
          {"refused", outcome.refused}};
}

Outcome outcome_of(const Json& json) {
  Outcome outcome;
  outcome.asked = json.value("asked", int64_t{0});
  outcome.done = json.value("done", int64_t{0});
  outcome.held_out = json.value("held_out", int64_t{0});
  outcome.skipped = json.value("skipped", int64_t{0});
  outcome.refused = json.value("refused", int64_t{0});
  return outcome;
}

// Whom it is done to, and whom it is not.
struct Chosen {
  std::vector<PersonId> people;
  Outcome outcome;
};

// In the transaction that acts or begins to act: whoever a hold-out takes becomes its member here.
Result<Chosen> choose(Connection& c, const Request& request, Instant now) {
  Chosen chosen;
  std::vector<PersonId> asked = request.people;
  std::ranges::sort(asked);
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  chosen.outcome.asked = static_cast<int64_t>(asked.size());
  const auto known = TRY(people::find_people(c, asked));
  chosen.outcome.refused = chosen.outcome.asked - static_cast<int64_t>(known.size());
  const bool gives = request.kind == Kind::kCoupon || request.kind == Kind::kPoints;
  const auto held = TRY(experiments::HeldOut::load(c, gives ? "loyalty" : "campaigns"));
  std::vector<experiments::HeldPerson> kept;
  for (const people::Person& person : known) {
    const std::string_view by = held.by(person.id, person.user_id);
    if (request.kind == Kind::kList || by.empty()) {
      chosen.people.push_back(person.id);
    } else {
      kept.push_back({std::string(by), person.id, person.user_id});
    }
  }
  chosen.outcome.held_out = static_cast<int64_t>(kept.size());
  if (!request.dry_run && !kept.empty()) TRY(experiments::keep_members(c, kept, now));
  return chosen;
}

Json what_of(const Request& request) {
  switch (request.kind) {
    case Kind::kList:
      return {{"segment", request.segment}};
    case Kind::kCoupon:
      return {{"programme", request.programme}, {"batch", request.batch}};
    case Kind::kPoints:
      return {{"programme", request.programme}, {"points", request.points}};
    case Kind::kFollowUp:
      return {{"due", format_instant(request.due)}};
  }
  return Json::object();
}

Result<std::optional<events::Event>> event_of(Connection& c, PersonId person) {
  const PersonId now = TRY(people::current_person(c, person));
  events::Event event;
  for (const people::Identity& identity : TRY(people::identities_of(c, now))) {
    std::string& into = identity.kind == "user_id" ? event.user_id : event.anonymous_id;
    if (into.empty()) into = identity.value;
  }
  if (event.user_id.empty() && event.anonymous_id.empty()) return std::nullopt;
  if (!event.user_id.empty()) event.anonymous_id.clear();
  return event;
}

}  // namespace

std::string_view kind_name(Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

struct Actions::Impl {
  const Wiring& wiring;
  std::mutex mutex;  // one request at a time

  Result<Outcome> take(const Request& request, const http::Principal& by);
  Result<std::optional<Outcome>> begin(const Request& request, const http::Principal& by,
                                       Chosen& chosen);
  Result<Given> act(const Request& request, const http::Principal& by, const Chosen& chosen);
  Result<void> finish(Connection& c, const Request& request, const http::Principal& by,
                      Chosen& chosen, const Given& given);
  Result<void> tell_waiting();
  Result<void> tell(const std::string& id);
};

// An answer that was given before, or nothing; then `chosen` says to whom it is done, the same
// people as before where a crash came between.
Result<std::optional<Outcome>> Actions::Impl::begin(const Request& request,
                                                    const http::Principal& by, Chosen& chosen) {
  const std::string document = to_text(document_of(request));
  return wiring.database.write([&](Connection& c) -> Result<std::optional<Outcome>> {
    const auto row = TRY(c.query_one(
        "SELECT request, answer, people FROM people_actions WHERE id = $1", {request.id}));
    chosen = TRY(choose(c, request, wiring.clock()));
    if (!row) {
      TRY(
          c.execute("INSERT INTO people_actions (id, request, done_by, people, answer, taken_ms) "
                    "VALUES ($1, $2, $3, $4, '', $5)",
                    {request.id, document, by.name, to_text(Json(chosen.people)),
                     to_millis(wiring.clock())}));
      return std::nullopt;
    }
    if (row->text(0) != document) {
      return fail(Code::kConflict, "this id stands for another request", "request_id",
                  "take a new id for each request");
    }
    if (!row->text(1).empty()) {
      Outcome known = outcome_of(TRY(parse_json(row->text(1))));
      known.repeated = true;
      return known;
    }
    chosen.people = TRY(parse_json(row->text(2))).get<std::vector<PersonId>>();
    return std::nullopt;
  });
}

Result<void> Actions::Impl::finish(Connection& c, const Request& request, const http::Principal& by,
                                   Chosen& chosen, const Given& given) {
  chosen.outcome.done = static_cast<int64_t>(given.done.size());
  chosen.outcome.skipped = given.skipped;
  chosen.outcome.refused += given.refused;
  TRY(c.execute("UPDATE people_actions SET answer = $2, people = $3 WHERE id = $1",
                {request.id, to_text(to_json(chosen.outcome)),
                 given.done.empty() ? std::string() : to_text(Json(given.done))}));
  Json detail = what_of(request);
  detail.update(to_json(chosen.outcome));
  return access::record(c, by, "actions." + std::string(kind_name(request.kind)), request.id,
                        detail, wiring.clock());
}

Result<Outcome> Actions::Impl::take(const Request& request, const http::Principal& by) {
  const std::lock_guard lock(mutex);
  Chosen chosen;
  if (request.dry_run) {
    chosen = TRY(
        wiring.database.read([&](Connection& c) { return choose(c, request, wiring.clock()); }));
    chosen.outcome.done = static_cast<int64_t>(chosen.people.size());
    return chosen.outcome;
  }
  if (const auto known = TRY(begin(request, by, chosen))) {
    TRY(tell_waiting());
    return *known;
  }
  const bool inside = request.kind == Kind::kCoupon || request.kind == Kind::kFollowUp;
  Given before;
  if (!inside) before = TRY(act(request, by, chosen));
  TRY(wiring.database.write([&](Connection& c) -> Result<void> {
    if (!inside) return finish(c, request, by, chosen, before);
    const Given given = request.kind == Kind::kCoupon
                            ? TRY(wiring.coupons(c, request, chosen.people))
                            : TRY(wiring.follow_up(c, request, chosen.people, by));
    return finish(c, request, by, chosen, given);
  }));
  TRY(tell_waiting());
  return chosen.outcome;
}

// What has a transaction of its own: it does nothing a second time.
Result<Given> Actions::Impl::act(const Request& request, const http::Principal& by,
                                 const Chosen& chosen) {
  if (chosen.people.empty()) return Given{};
  return request.kind == Kind::kPoints ? wiring.points(request, chosen.people)
                                       : wiring.list(request, chosen.people, by);
}

Result<void> Actions::Impl::tell_waiting() {
  const auto waiting =
      TRY(wiring.database.read([](Connection& c) -> Result<std::vector<std::string>> {
        std::vector<std::string> ids;
        for (const auto& row : TRY(c.query(
                 "SELECT id FROM people_actions WHERE people <> '' AND answer <> '' ORDER BY id")))
          ids.push_back(row.text(0));
        return ids;
      }));
  for (const std::string& id : waiting) TRY(tell(id));
  return {};
}

Result<void> Actions::Impl::tell(const std::string& id) {
  const people::Telling telling;
  auto events = TRY(wiring.database.read([&](Connection& c) -> Result<std::vector<events::Event>> {
    std::vector<events::Event> all;
    const auto row = TRY(c.query_one(
        "SELECT request, done_by, people, taken_ms FROM people_actions WHERE id = $1", {id}));
    Json what = TRY(parse_json(row->text(0)));
    for (const char* const own : {"people", "text"}) what.erase(own);
    // What the action does not need says nothing.
    for (auto one = what.begin(); one != what.end();)
      one = *one == "" || *one == 0 ? what.erase(one) : std::next(one);
    what["action"] = what["kind"];
    what.erase("kind");
    what["by"] = row->text(1);
    for (const Json& person : TRY(parse_json(row->text(2)))) {
      auto event = TRY(event_of(c, person.get<PersonId>()));
      if (!event) continue;
      event->source = kSource;
      event->message_id = id + ":" + std::to_string(person.get<PersonId>());
      event->type = events::Type::kTrack;
      event->name = kTaken;
      event->timestamp = event->received_at = from_millis(row->integer(3));
      event->properties = to_text(what);
      all.push_back(std::move(*event));
    }
    return all;
  }));
  if (!events.empty()) TRY(wiring.log.append_and_wait(std::move(events)));
  TRY(wiring.database.write([&](Connection& c) {
    return c.execute("UPDATE people_actions SET people = '' WHERE id = $1", {id});
  }));
  return {};
}

Actions::Actions(Wiring wiring)
    : wiring_(std::move(wiring)), impl_(new Impl{.wiring = wiring_, .mutex = {}}) {}
Actions::~Actions() = default;

Result<Outcome> Actions::take(const Request& request, const http::Principal& by) {
  return impl_->take(request, by);
}

Result<void> Actions::tell_waiting() {
  const std::lock_guard lock(impl_->mutex);
  return impl_->tell_waiting();
}

}  // namespace perennial::actions
