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

std::vector<PersonId> each_once(std::vector<PersonId> people) {
  std::ranges::sort(people);
  people.erase(std::unique(people.begin(), people.end()), people.end());
  return people;
}

// What makes one request another one. The people and the words may be somebody's; they count by
// their fingerprint alone. A set counts by its words, whoever is in it.
Json document_of(const Request& request) {
  std::string people = request.set;
  if (people.empty()) {
    for (const PersonId person : each_once(request.people)) people += std::to_string(person) + ",";
  }
  return {{"kind", kind_name(request.kind)},
          {"segment", request.segment},
          {"programme", request.programme},
          {"batch", request.batch},
          {"points", request.points},
          {"due", to_millis(request.due)},
          {request.set.empty() ? "people" : "set", sha256_hex(people)},
          {"text", sha256_hex(request.text)}};
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
Result<Chosen> choose(Connection& c, const Request& request, std::vector<PersonId> asked,
                      Instant now) {
  Chosen chosen;
  asked = each_once(std::move(asked));
  chosen.outcome.asked = static_cast<int64_t>(asked.size());
  auto known = TRY(people::find_people(c, asked));
  std::erase_if(known, people::is_erased);
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

// What is written down before anything is done.
Json begun_json(const Chosen& chosen) {
  return {{"asked", chosen.outcome.asked},
          {"held_out", chosen.outcome.held_out},
          {"people", chosen.people}};
}

// Who was erased or is held out since it was begun is left out; nobody is added.
Result<Chosen> choose_again(Connection& c, const Request& request, const Json& begun, Instant now) {
  const bool named = begun.is_array();  // earlier versions wrote the people alone
  const auto people = (named ? begun : begun.at("people")).get<std::vector<PersonId>>();
  Chosen chosen = TRY(choose(c, request, people, now));
  Outcome& outcome = chosen.outcome;
  if (!named) {
    outcome.asked = begun.value("asked", outcome.asked);
    outcome.held_out += begun.value("held_out", int64_t{0});
  }
  outcome.refused = outcome.asked - outcome.held_out - static_cast<int64_t>(chosen.people.size());
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

}  // namespace

Result<void> unless_too_many(std::span<const PersonId> people, const char* where) {
  if (people.empty()) return fail(Code::kInvalid, "nobody is chosen", where);
  if (people.size() > kMaxPeople) {
    return fail(Code::kTooLarge, "at most 10,000 people at once", where,
                "choose fewer, or make a segment and a campaign of it");
  }
  return {};
}

std::string_view kind_name(Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

struct Actions::Impl {
  const Wiring& wiring;
  std::mutex mutex;  // one request at a time

  Result<Outcome> take(Request request, const http::Principal& by);
  Result<void> resolve(Request& request);
  Result<std::optional<Outcome>> begin(const Request& request, const http::Principal& by,
                                       Chosen& chosen);
  Result<Given> act(Connection& c, const Request& request, const http::Principal& by,
                    std::span<const PersonId> people);
  Result<Outcome> finish(Connection& c, const Request& request, const http::Principal& by,
                         Outcome outcome, const Given& given);
  Result<void> tell_waiting();
  Result<void> tell(const std::string& id);
};

// An answer that was given before, or nothing; then `chosen` says to whom it is done, nobody but
// the same people as before where a crash came between.
Result<std::optional<Outcome>> Actions::Impl::begin(const Request& request,
                                                    const http::Principal& by, Chosen& chosen) {
  const std::string document = to_text(document_of(request));
  return wiring.database.write([&](Connection& c) -> Result<std::optional<Outcome>> {
    const auto row = TRY(c.query_one(
        "SELECT request, answer, people FROM people_actions WHERE id = $1", {request.id}));
    if (!row) {
      chosen = TRY(choose(c, request, request.people, wiring.clock()));
      TRY(c.execute(
          "INSERT INTO people_actions (id, request, done_by, people, answer, taken_ms) "
          "VALUES ($1, $2, $3, $4, '', $5)",
          {request.id, document, by.name, to_text(begun_json(chosen)), to_millis(wiring.clock())}));
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
    chosen = TRY(choose_again(c, request, TRY(parse_json(row->text(2))), wiring.clock()));
    return std::nullopt;
  });
}

// The transaction may run more than once: what it begins with stays as it was.
Result<Outcome> Actions::Impl::finish(Connection& c, const Request& request,
                                      const http::Principal& by, Outcome outcome,
                                      const Given& given) {
  outcome.done = static_cast<int64_t>(given.done.size());
  outcome.skipped = given.skipped;
  outcome.refused += given.refused;
  TRY(c.execute("UPDATE people_actions SET answer = $2, people = $3 WHERE id = $1",
                {request.id, to_text(to_json(outcome)),
                 given.done.empty() ? std::string() : to_text(Json(given.done))}));
  Json detail = what_of(request);
  detail.update(to_json(outcome));
  TRY(access::record(c, by, "actions." + std::string(kind_name(request.kind)), request.id, detail,
                     wiring.clock()));
  return outcome;
}

// Whom a set names now; of a request that is known nobody asks again.
Result<void> Actions::Impl::resolve(Request& request) {
  if (request.set.empty()) return {};
  if (!request.dry_run) {
    const auto row = TRY(wiring.database.read([&](Connection& c) {
      return c.query_one("SELECT 1 FROM people_actions WHERE id = $1", {request.id});
    }));
    if (row) return {};
  }
  request.people = TRY(wiring.resolve_set(request.set));
  return unless_too_many(request.people, "set");
}

Result<Outcome> Actions::Impl::take(Request request, const http::Principal& by) {
  const std::lock_guard lock(mutex);
  TRY(resolve(request));
  Chosen chosen;
  if (request.dry_run) {
    chosen = TRY(wiring.database.read(
        [&](Connection& c) { return choose(c, request, request.people, wiring.clock()); }));
    chosen.outcome.done = static_cast<int64_t>(chosen.people.size());
    return chosen.outcome;
  }
  if (const auto known = TRY(begin(request, by, chosen))) {
    TRY(tell_waiting());
    return *known;
  }
  // Points have transactions of their own, and are given nothing a second time.
  Given points;
  if (request.kind == Kind::kPoints && !chosen.people.empty()) {
    points = TRY(wiring.points(request, chosen.people, by));
  }
  const Outcome outcome = TRY(wiring.database.write([&](Connection& c) -> Result<Outcome> {
    const Given given =
        request.kind == Kind::kPoints ? points : TRY(act(c, request, by, chosen.people));
    return finish(c, request, by, chosen.outcome, given);
  }));
  if (request.kind == Kind::kList && outcome.done > 0) wiring.list_changed(request.segment);
  TRY(tell_waiting());
  return outcome;
}

// In the transaction that writes the answer: a crash leaves both or neither.
Result<Given> Actions::Impl::act(Connection& c, const Request& request, const http::Principal& by,
                                 std::span<const PersonId> people) {
  if (people.empty()) return Given{};
  switch (request.kind) {
    case Kind::kList:
      return wiring.list(c, request, people, by);
    case Kind::kCoupon:
      return wiring.coupons(c, request, people, by);
    case Kind::kFollowUp:
      return wiring.follow_up(c, request, people, by);
    case Kind::kPoints:
      break;
  }
  return Given{};
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
    for (const char* const own : {"people", "set", "text"}) what.erase(own);
    // What the action does not need says nothing.
    for (auto one = what.begin(); one != what.end();)
      one = *one == "" || *one == 0 ? what.erase(one) : std::next(one);
    what["action"] = what["kind"];
    what.erase("kind");
    what["by"] = row->text(1);
    for (const Json& person : TRY(parse_json(row->text(2)))) {
      events::Event event;
      if (!TRY(people::name_event(c, person.get<PersonId>(), event))) continue;
      event.source = kSource;
      event.message_id = id + ":" + std::to_string(person.get<PersonId>());
      event.type = events::Type::kTrack;
      event.name = kTaken;
      event.timestamp = event.received_at = from_millis(row->integer(3));
      event.properties = to_text(what);
      all.push_back(std::move(event));
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
