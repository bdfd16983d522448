#include "experiments/hold_outs.h"

#include <algorithm>
#include <array>

#include "experiments/experiments.h"
#include "experiments/fields.h"
#include "proof/proof.h"

namespace perennial::experiments {
namespace {

constexpr size_t kAtOnce = 5'000;
constexpr std::array<std::string_view, 3> kScopes = {"global", "campaigns", "loyalty"};
constexpr std::string_view kSelect =
    "SELECT id, name, scope, percent, salt, started_at, ended_at, last_person, "
    "(SELECT count(*) FROM hold_out_members m WHERE m.hold_out_id = h.id) FROM hold_outs h ";
// The same without their members, who are not counted with every batch of events.
constexpr std::string_view kSelectUncounted =
    "SELECT id, name, scope, percent, salt, started_at, ended_at, last_person, CAST(0 AS BIGINT) "
    "FROM hold_outs ";

HoldOut read_hold_out(const store::Row& row) {
  HoldOut hold_out;
  hold_out.id = row.text(0);
  hold_out.name = row.text(1);
  hold_out.scope = row.text(2);
  hold_out.percent = row.real(3);
  hold_out.salt = row.text(4);
  hold_out.started_at = from_millis(row.integer(5));
  if (const auto ended = row.maybe_integer(6)) hold_out.ended_at = from_millis(*ended);
  hold_out.last_person = row.integer(7);
  hold_out.members = row.integer(8);
  return hold_out;
}

bool draws(const HoldOut& hold_out, const std::string& user_id) {
  return proof::assign(hold_out.salt, unit_of_user(user_id), hold_out.percent / 100) ==
         proof::Arm::kHeldOut;
}

// `members` of them stays 0.
Result<std::vector<HoldOut>> active(store::Connection& c, std::string_view kind) {
  std::vector<HoldOut> found;
  for (const auto& row :
       TRY(c.query(std::string(kSelectUncounted) + "WHERE ended_at IS NULL AND (scope = 'global' "
                                                   "OR scope = $1) ORDER BY started_at, id",
                   {std::string(kind)}))) {
    found.push_back(read_hold_out(row));
  }
  return found;
}

Result<std::vector<HoldOut>> newest(store::Connection& c, std::string_view select) {
  std::vector<HoldOut> all;
  for (const auto& row :
       TRY(c.query(std::string(select) + "ORDER BY started_at DESC, id DESC LIMIT 500"))) {
    all.push_back(read_hold_out(row));
  }
  return all;
}

}  // namespace

std::string unit_of_user(std::string_view user_id) { return "u:" + std::string(user_id); }

Json to_json(const HoldOut& hold_out) {
  return {{"id", hold_out.id},
          {"name", hold_out.name},
          {"scope", hold_out.scope},
          {"percent", hold_out.percent},
          {"salt", hold_out.salt},
          {"started_at", format_instant(hold_out.started_at)},
          {"ended_at", hold_out.ended_at ? Json(format_instant(*hold_out.ended_at)) : Json()},
          {"members", hold_out.members},
          {"set", "hold_out:" + hold_out.id + ":held_out"}};
}

Result<HoldOutDraft> hold_out_from_json(const Json& json) {
  HoldOutDraft draft;
  draft.name = TRY(text_in(json, "name", "", 400, true));
  draft.scope = TRY(text_in(json, "scope", "", 20, false));
  if (draft.scope.empty()) draft.scope = kScopes[0];
  if (draft.scope == "journeys") {
    return fail(Code::kInvalid, "there are no journeys yet from which people could be held out",
                "scope", "take global, campaigns or loyalty");
  }
  if (std::ranges::find(kScopes, draft.scope) == kScopes.end()) {
    return fail(Code::kInvalid, "there is no such scope", "scope",
                "take global, campaigns or loyalty");
  }
  draft.salt = TRY(text_in(json, "salt", "", 100, false));
  draft.percent = TRY(number_in(json, "percent", "", 0, 0, kMaxHoldOutPercent));
  if (draft.percent <= 0) {
    return fail(Code::kInvalid, "more than 0 and at most 90 percent are possible", "percent");
  }
  return draft;
}

Result<HoldOut> create_hold_out(store::Connection& c, const HoldOutDraft& draft, Instant now) {
  const std::string id = new_id("hld");
  const auto known = TRY(people::known_people(c));
  const int64_t last = TRY(people::reached(c)).last_person;
  TRY(
      c.execute("INSERT INTO hold_outs (id, name, scope, percent, salt, created_at, started_at, "
                "last_person) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
                {id, draft.name, draft.scope, draft.percent,
                 draft.salt.empty() ? random_token() : draft.salt, to_millis(now), last}));
  const HoldOut hold_out = TRY(find_hold_out(c, id));
  for (size_t at = 0; at < known.size(); at += kAtOnce) {
    const auto chunk = std::span(known).subspan(at, std::min(kAtOnce, known.size() - at));
    std::vector<HeldPerson> held;
    for (const auto& person : TRY(people::find_people(c, chunk))) {
      if (draws(hold_out, person.user_id)) held.push_back({id, person.id, person.user_id});
    }
    TRY(keep_members(c, held, now));
  }
  return find_hold_out(c, id);
}

Result<HoldOut> find_hold_out(store::Connection& c, std::string_view id) {
  const auto row = TRY(c.query_one(std::string(kSelect) + "WHERE id = $1", {std::string(id)}));
  if (!row) return fail(Code::kNotFound, "there is no such hold-out", "id");
  return read_hold_out(*row);
}

Result<std::vector<HoldOut>> list_hold_outs(store::Connection& c) { return newest(c, kSelect); }

Result<std::vector<HoldOut>> list_hold_outs_uncounted(store::Connection& c) {
  return newest(c, kSelectUncounted);
}

Result<HoldOut> end_hold_out(store::Connection& c, std::string_view id, Instant now) {
  TRY(find_hold_out(c, id));
  const int64_t ended =
      TRY(c.execute("UPDATE hold_outs SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
                    {std::string(id), to_millis(now)}));
  if (ended == 0) return fail(Code::kConflict, "the hold-out has ended", "state");
  TRY(c.execute("UPDATE hold_out_members SET left_at = $2 WHERE hold_out_id = $1",
                {std::string(id), to_millis(now)}));
  return find_hold_out(c, id);
}

Result<std::vector<Membership>> members_of(store::Connection& c, std::string_view id, size_t offset,
                                           size_t limit) {
  std::vector<Membership> members;
  for (const auto& row : TRY(c.query(
           "SELECT person_id, joined_at, left_at FROM hold_out_members WHERE hold_out_id = $1 "
           "ORDER BY person_id LIMIT $2 OFFSET $3",
           {std::string(id), static_cast<int64_t>(limit), static_cast<int64_t>(offset)}))) {
    Membership member{row.integer(0), from_millis(row.integer(1)), std::nullopt};
    if (const auto left = row.maybe_integer(2)) member.left_at = from_millis(*left);
    members.push_back(member);
  }
  return members;
}

Result<std::vector<people::PersonId>> member_people(store::Connection& c, std::string_view id) {
  std::vector<people::PersonId> members;
  const std::vector<store::Value> wanted = {std::string(id)};
  TRY(c.each("SELECT person_id FROM hold_out_members WHERE hold_out_id = $1 ORDER BY person_id",
             wanted, [&](const store::Row& row) -> Result<void> {
               members.push_back(row.integer(0));
               return {};
             }));
  return members;
}

Result<std::vector<people::PersonId>> current_members(store::Connection& c, std::string_view id) {
  const auto known = TRY(people::known_people(c));
  std::vector<people::PersonId> members;
  std::vector<people::PersonId> moved;
  for (people::PersonId person : TRY(member_people(c, id))) {
    (std::ranges::binary_search(known, person) ? members : moved).push_back(person);
  }
  for (people::PersonId person : moved) members.push_back(TRY(people::current_person(c, person)));
  std::ranges::sort(members);
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return members;
}

Result<std::shared_ptr<const Exposed>> arms_of(store::Connection& c, const HoldOut& hold_out) {
  auto exposed = std::make_shared<Exposed>();
  const auto at = static_cast<Second>(to_millis(hold_out.started_at) / 1000);
  for (people::PersonId person : TRY(people::known_people(c))) {
    if (person <= hold_out.last_person) exposed->put(person, 1, at);
  }
  // Whoever was held out stays so, whoever they were joined with since.
  for (people::PersonId person : TRY(current_members(c, hold_out.id))) {
    if (person <= hold_out.last_person) exposed->put(person, 0, at);
  }
  return exposed;
}

Result<HeldOut> HeldOut::load(store::Connection& c, std::string_view kind) {
  HeldOut held;
  for (HoldOut& hold_out : TRY(active(c, kind))) {
    const auto members = TRY(current_members(c, hold_out.id));
    held.parts_.push_back({hold_out.id, hold_out.salt, hold_out.percent / 100,
                           std::unordered_set(members.begin(), members.end())});
  }
  return held;
}

std::string_view HeldOut::by(people::PersonId person, std::string_view user_id) const {
  for (const Part& part : parts_) {
    if (part.members.contains(person)) return part.id;
    if (!user_id.empty() &&
        proof::assign(part.salt, unit_of_user(user_id), part.share) == proof::Arm::kHeldOut) {
      return part.id;
    }
  }
  return "";
}

Result<void> keep_members(store::Connection& c, std::span<const HeldPerson> people, Instant now) {
  constexpr std::string_view kColumns[] = {"hold_out_id", "person_id", "user_id", "joined_at"};
  std::vector<std::vector<store::Value>> rows;
  for (const HeldPerson& one : people) {
    rows.push_back({one.hold_out, one.person, one.user_id, to_millis(now)});
  }
  if (rows.empty()) return {};
  TRY(c.insert_many("hold_out_members", kColumns, rows,
                    "ON CONFLICT (hold_out_id, person_id) DO NOTHING"));
  return {};
}

Result<std::vector<HeldFrom>> hold_newcomers(store::Connection& c, std::string_view kind,
                                             std::span<const people::PersonId> people,
                                             Instant now) {
  std::vector<HeldFrom> held;
  const auto hold_outs = TRY(active(c, kind));
  if (hold_outs.empty()) return held;
  for (size_t at = 0; at < people.size(); at += kAtOnce) {
    const auto chunk = people.subspan(at, std::min(kAtOnce, people.size() - at));
    std::vector<HeldPerson> members;
    for (const auto& person : TRY(people::find_people(c, chunk))) {
      for (const HoldOut& hold_out : hold_outs) {
        if (person.user_id.empty() || !draws(hold_out, person.user_id)) continue;
        members.push_back({hold_out.id, person.id, person.user_id});
        held.push_back({hold_out.id, person.id, hold_out.started_at});
      }
    }
    TRY(keep_members(c, members, now));
  }
  return held;
}

}  // namespace perennial::experiments
