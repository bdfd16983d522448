// /v1/identity* and the identity of one customer: who was joined to whom and why, what waits for a
// person, and what people decide by hand.
#include <algorithm>

#include "people/desk.h"
#include "people/hand.h"
#include "people/identifier.h"
#include "people/masking.h"
#include "people/merges.h"
#include "people/notes.h"

namespace perennial::people {
namespace {

using http::Request;
using http::Response;

constexpr size_t kMaxBonds = 500;
constexpr size_t kMaxReviewed = 200;
constexpr int64_t kMaxIdentitiesToJoin = 10'000;  // of the two people together

Response respond(const Result<Json>& answer) {
  return answer ? http::json(200, *answer) : http::problem(answer.error());
}

Json side_json(const Side& side) {
  return {{"kind", std::string(kind_name(side.kind))}, {"value", side.value}};
}

Result<Side> read_side(const Json& body, const char* member) {
  const Json side = body.value(member, Json());
  const std::string kind = side.is_object() ? side.value("kind", "") : "";
  if (kind != "user_id" && kind != "anonymous_id") {
    return fail(Code::kInvalid, "expected {kind: user_id or anonymous_id, value}", member);
  }
  const std::string value = side.value("value", "");
  if (!names_somebody(value)) return fail(Code::kInvalid, "names nobody", member);
  return Side{kind == "user_id" ? IdentityKind::kUser : IdentityKind::kAnonymous, value};
}

Result<std::string> read_reason(const Json& body) {
  const Json reason = body.value("reason", Json(""));
  if (!reason.is_string() || reason.get_ref<const std::string&>().size() > kMaxReasonBytes ||
      !is_storable_text(reason.get_ref<const std::string&>())) {
    return fail(Code::kInvalid, "expected a text of at most 500 bytes", "reason");
  }
  return reason.get<std::string>();
}

Result<PersonId> person_of_side(store::Connection& c, const Side& side, const char* member) {
  const bool user = side.kind == IdentityKind::kUser;
  const auto person = TRY(resolve(c, user ? side.value : "", user ? "" : side.value));
  if (!person) return fail(Code::kNotFound, "nobody has this identity", member);
  return *person;
}

class IdentityDesk {
 public:
  explicit IdentityDesk(DeskParts parts) : parts_(std::move(parts)) {}

  Result<Json> of_customer(const Request& request) {
    const Person person =
        TRY(parts_.database.read([&](store::Connection& c) { return asked_person(c, request); }));
    TRY(saw(request, "customer:" + std::to_string(person.id), "identity"));
    return parts_.database.read([&](store::Connection& c) -> Result<Json> {
      Json out{{"bonds", Json::array()}, {"identifiers", Json::array()}, {"log", Json::array()}};
      for (const Bond& bond : TRY(bonds_of(c, person.id, kMaxBonds))) {
        out["bonds"].push_back({{"one", side_json(bond.one)},
                                {"other", side_json(bond.other)},
                                {"means", bond.means},
                                {"source", bond.source},
                                {"at", bond.at ? Json(format_instant(*bond.at)) : Json()}});
      }
      for (const Named& named : TRY(identifiers_of(c, person.id, kMaxBonds))) {
        out["identifiers"].push_back({{"kind", named.kind},
                                      {"value", named.value},
                                      {"first_at", format_instant(named.first_at)},
                                      {"source", named.source}});
      }
      for (const Merge& merge : TRY(merges_of(c, person.id, kMaxReviewed))) {
        out["log"].push_back({{"id", merge.id},
                              {"from", merge.from},
                              {"into", merge.into},
                              {"whole", merge.whole},
                              {"reason", merge.reason},
                              {"identity", side_json(merge.side)},
                              {"source", merge.source},
                              {"message_id", merge.message_id},
                              {"at", format_instant(merge.at)}});
      }
      return out;
    });
  }

  Result<Json> review(const Request& request) {
    const auto offset = TRY(request.query_integer("offset", 0, 0, 1'000'000));
    const auto limit = TRY(request.query_integer("limit", 50, 1, kMaxReviewed));
    TRY(saw(request, "customers", "review"));
    return parts_.database.read([&](store::Connection& c) -> Result<Json> {
      Json out{{"proposals", Json::array()}, {"junk", Json::array()}, {"shared", Json::array()}};
      out["proposals_total"] = TRY(count_proposals(c));
      for (const Proposal& one :
           TRY(open_proposals(c, static_cast<size_t>(offset), static_cast<size_t>(limit)))) {
        Json a = TRY(party(c, one.a, one.a_person));
        Json b = TRY(party(c, one.b, one.b_person));
        out["proposals"].push_back(
            {{"a", std::move(a)}, {"b", std::move(b)}, {"kind", one.kind}, {"value", one.value}});
      }
      for (const JunkValue& junk : TRY(junk_values(c, kMaxReviewed))) {
        out["junk"].push_back({{"kind", junk.kind},
                               {"value", junk.value},
                               {"events", junk.events},
                               {"source", junk.source},
                               {"first_at", format_instant(junk.first_at)},
                               {"last_at", format_instant(junk.last_at)}});
      }
      for (const SharedValue& one : TRY(shared_values(c, kMaxReviewed))) {
        out["shared"].push_back({{"kind", one.kind}, {"value", one.value}, {"above", one.above}});
      }
      out["shared_above"] = kMaxClaimants;
      return out;
    });
  }

  // Approving, refusing and undoing are all a word on two identities.
  Result<Json> decide(const Request& request) {
    const Json body = TRY(http::json_body(request));
    HandWord word{.by = request.principal.id};
    word.a = TRY(read_side(body, "a"));
    word.b = TRY(read_side(body, "b"));
    word.reason = TRY(read_reason(body));
    const Json merged = body.value("merged", Json());
    if (!merged.is_boolean()) return fail(Code::kInvalid, "expected true or false", "merged");
    word.merged = merged.get<bool>();
    if (word.a == word.b) return fail(Code::kInvalid, "is the same identity as a", "b");
    TRY(parts_.database.read([&](store::Connection& c) -> Result<void> {
      TRY(person_of_side(c, word.a, "a"));
      TRY(person_of_side(c, word.b, "b"));
      return {};
    }));
    return say(request, word);
  }

  // Joins another customer to this one.
  Result<Json> merge(const Request& request) {
    const Json body = TRY(http::json_body(request));
    const Json with = body.value("with", Json());
    if (!with.is_number_integer()) {
      return fail(Code::kInvalid, "expected the number of a customer", "with");
    }
    HandWord word{.merged = true, .by = request.principal.id};
    word.reason = TRY(read_reason(body));
    TRY(parts_.database.read([&](store::Connection& c) -> Result<void> {
      const Person person = TRY(asked_person(c, request));
      const PersonId other = TRY(current_person(c, with.get<int64_t>()));
      if (!TRY(find_person(c, other))) {
        return fail(Code::kNotFound, "there is no such customer", "with");
      }
      if (other == person.id) {
        return fail(Code::kConflict, "the two are one customer already", "with");
      }
      const auto row =
          TRY(c.query_one("SELECT count(*) FROM identities WHERE person = $1 OR"
                          " person = $2",
                          {person.id, other}));
      if (row->integer(0) > kMaxIdentitiesToJoin) {
        return fail(Code::kTooLarge, "together they have more than 10,000 identities", "with",
                    "look at their identities: such a customer is many people under one id");
      }
      word.a = TRY(side_of(c, person.id));
      word.b = TRY(side_of(c, other));
      return {};
    }));
    return say(request, word);
  }

 private:
  Result<void> saw(const Request& request, const std::string& object, std::string_view part) {
    return parts_.database.write([&](store::Connection& c) {
      return access::record(c, request.principal, "customers.view", object, Json{{"part", part}},
                            parts_.clock());
    });
  }

  static Result<Json> party(store::Connection& c, const Side& side, PersonId id) {
    Json out = side_json(side);
    out["person_id"] = id;
    const auto person = TRY(find_person(c, id));
    out["name"] = person ? person->name : "";
    out["orders"] = person ? person->orders : 0;
    out["last_seen_at"] = person ? Json(format_instant(person->last_seen_at)) : Json();
    return out;
  }

  Result<Json> say(const Request& request, HandWord word) {
    if (word.a.kind == IdentityKind::kAnonymous && word.b.kind == IdentityKind::kAnonymous) {
      return fail(Code::kInvalid, "one of the two must be a known customer, with a user id", "b",
                  "identify one of the visitors first");
    }
    const Instant now = parts_.clock();
    TRY(parts_.database.write([&](store::Connection& c) {
      return access::record(
          c, request.principal, word.merged ? "identity.merge" : "identity.separate", "identity",
          Json{{"a", side_json(word.a)}, {"b", side_json(word.b)}, {"reason", word.reason}}, now);
    }));
    const auto appended = TRY(parts_.log.append_and_wait({hand_event(word, now)}));
    const bool applied = parts_.settle && parts_.settle(appended.last_seq);
    return Json{{"seq", appended.last_seq}, {"applied", applied}};
  }

  DeskParts parts_;
};

}  // namespace

void add_identity_routes(http::Router& router, const DeskParts& parts) {
  auto identity = std::make_shared<IdentityDesk>(parts);
  router.add(
      {.method = "GET", .path = "/v1/customers/{person_id}/identity", .right = "customers.read"},
      [identity, &database = parts.database](const Request& r) {
        return respond(masked(database, r, identity->of_customer(r)));
      });
  router.add(
      {.method = "POST", .path = "/v1/customers/{person_id}/merge", .right = "customers.write"},
      [identity](const Request& r) { return respond(identity->merge(r)); });
  router.add({.method = "GET", .path = "/v1/identity/review", .right = "customers.read"},
             [identity, &database = parts.database](const Request& r) {
               return respond(masked(database, r, identity->review(r)));
             });
  router.add({.method = "POST", .path = "/v1/identity/decisions", .right = "customers.write"},
             [identity](const Request& r) { return respond(identity->decide(r)); });
}

}  // namespace perennial::people
