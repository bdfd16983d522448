#include "engage/plan.h"

#include <algorithm>
#include <unordered_set>

#include "engage/address.h"
#include "engage/unsubscribe.h"
#include "experiments/experiments.h"
#include "proof/proof.h"

namespace perennial::engage {
namespace {

constexpr size_t kPeopleAtOnce = 5'000;
constexpr size_t kRowsAtOnce = 5'000;

// What the draw of the hold-out goes by: the same person keeps it when the state is rebuilt.
std::string unit_of(const people::Person& person) {
  return person.known() ? experiments::unit_of_user(person.user_id)
                        : "p:" + std::to_string(person.id);
}

class Planner {
 public:
  Planner(Suppressed suppressed, experiments::HeldOut held, std::string_view salt, double share)
      : suppressed_(std::move(suppressed)), held_(std::move(held)), salt_(salt), share_(share) {}

  Considered decide(const people::Person& person) {
    Considered row{.person = person.id, .user_id = person.user_id, .address = {}, .arm = "none"};
    const std::string_view address = trim(person.email);
    if (address.empty()) return because(row, "no_address", "no_address");
    if (!is_address(address)) return because(row, "no_address", "invalid_address");
    row.address = address;
    const std::string folded = fold_address(address);
    if (suppressed_.holds(person, folded)) {
      return because(row, "no_consent", "unsubscribed");
    }
    if (!taken_.insert(folded).second) {
      return because(row, "duplicate_address", "duplicate_address");
    }
    row.hold_out = held_.by(person.id, person.user_id);
    if (!row.hold_out.empty()) return because(row, "global_hold_out", "global_hold_out");
    const proof::Arm arm = proof::assign(salt_, unit_of(person), share_);
    row.arm = proof::arm_name(arm);
    row.verdict = arm == proof::Arm::kTreated ? "pending" : "held_out";
    return row;
  }

 private:
  static Considered& because(Considered& row, std::string_view verdict, std::string_view reason) {
    row.verdict = verdict;
    row.reason = reason;
    return row;
  }

  const Suppressed suppressed_;
  const experiments::HeldOut held_;
  const std::string_view salt_;
  const double share_;
  std::unordered_set<std::string> taken_;
};

std::vector<store::Value> ledger_row(const Campaign& campaign, const Considered& person,
                                     Instant now) {
  const bool pending = person.verdict == "pending";
  return {new_id("snd"),
          campaign.id,
          person.person,
          person.user_id,
          std::string(person.arm),
          std::string(person.verdict),
          std::string(person.reason),
          person.address,
          int64_t{0},
          int64_t{0},
          int64_t{0},
          pending ? store::Value() : store::Value(to_millis(now)),
          int64_t{0}};
}

}  // namespace

Result<std::vector<Considered>> consider(store::Connection& c,
                                         std::span<const people::PersonId> members,
                                         std::string_view salt, double hold_out_percent) {
  Planner planner(TRY(load_suppressed(c)), TRY(experiments::HeldOut::load(c, "campaigns")), salt,
                  hold_out_percent / 100);
  std::vector<Considered> considered;
  considered.reserve(members.size());
  for (size_t at = 0; at < members.size(); at += kPeopleAtOnce) {
    const auto chunk = members.subspan(at, std::min(kPeopleAtOnce, members.size() - at));
    for (const auto& person : TRY(people::find_people(c, chunk))) {
      considered.push_back(planner.decide(person));
    }
  }
  return considered;
}

Result<void> write_plan(store::Connection& c, const Campaign& campaign,
                        std::span<const Considered> considered, std::string_view channel,
                        bool really_sends, Instant now) {
  const int64_t started = TRY(c.execute(
      "UPDATE campaigns SET state = 'sending', channel = $2, really_sends = $3, started_at = $4 "
      "WHERE id = $1 AND state = 'draft'",
      {campaign.id, std::string(channel), int64_t{really_sends}, to_millis(now)}));
  if (started == 0) return fail(Code::kConflict, "the campaign was sent already", "state");
  constexpr std::string_view kColumns[] = {
      "id",      "campaign_id", "person_id", "user_id", "arm", "verdict", "reason",
      "address", "claimed",     "attempts",  "due_at",  "at",  "told"};
  std::vector<std::vector<store::Value>> rows;
  for (size_t at = 0; at < considered.size(); at += kRowsAtOnce) {
    rows.clear();
    for (const auto& person :
         considered.subspan(at, std::min(kRowsAtOnce, considered.size() - at))) {
      rows.push_back(ledger_row(campaign, person, now));
    }
    TRY(c.insert_many("sends", kColumns, rows));
  }
  std::vector<experiments::HeldPerson> held;
  for (const auto& person : considered) {
    if (!person.hold_out.empty()) held.push_back({person.hold_out, person.person, person.user_id});
  }
  return experiments::keep_members(c, held, now);
}

Result<void> cancel_campaign(store::Connection& c, std::string_view id, Instant now) {
  const int64_t stopped =
      TRY(c.execute("UPDATE campaigns SET state = 'cancelled', finished_at = $2 "
                    "WHERE id = $1 AND state = 'sending'",
                    {std::string(id), to_millis(now)}));
  if (stopped == 0) return fail(Code::kConflict, "the campaign is not being sent", "state");
  TRY(
      c.execute("UPDATE sends SET verdict = 'cancelled', at = $2 "
                "WHERE campaign_id = $1 AND verdict = 'pending' AND claimed = 0",
                {std::string(id), to_millis(now)}));
  return {};
}

}  // namespace perennial::engage
