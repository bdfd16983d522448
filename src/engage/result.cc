#include "engage/result.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace perennial::engage {
namespace {

using std::chrono::days;

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

struct Arm {
  int64_t people = 0, ordered = 0, orders = 0, revenue_minor = 0;
  std::vector<double> revenue;  // per person
};
using Arms = std::array<Arm, 2>;  // treated, held out

Arms sum_up(const std::vector<PersonOutcome>& people) {
  Arms arms;
  for (const auto& person : people) {
    Arm& arm = arms[person.held_out];
    ++arm.people;
    arm.ordered += person.orders > 0;
    arm.orders += person.orders;
    arm.revenue_minor += person.revenue_minor;
    arm.revenue.push_back(static_cast<double>(person.revenue_minor));
  }
  return arms;
}

proof::Difference compare_rates(const Arms& arms) {
  return proof::compare(proof::Proportion{arms[0].ordered, arms[0].people},
                        proof::Proportion{arms[1].ordered, arms[1].people});
}

Json comparison(std::string_view measure, std::string_view method, const proof::Difference& d) {
  return {{"measure", measure},
          {"treated", number(d.treated)},
          {"held_out", number(d.held_out)},
          {"difference", number(d.difference)},
          {"low", number(d.low)},
          {"high", number(d.high)},
          {"p_value", number(d.p_value)},
          {"verdict", proof::verdict_name(d.verdict)},
          {"method", method}};
}

Json arm_json(const Arm& arm, std::string_view id, std::string_view word, int64_t days) {
  const std::string campaign = "campaign:" + std::string(id), name(word);
  const auto per_person = [&](int64_t count) {
    return arm.people ? Json(static_cast<double>(count) / static_cast<double>(arm.people)) : Json();
  };
  return {{"people", arm.people},
          {"ordered", arm.ordered},
          {"orders", arm.orders},
          {"revenue_minor", arm.revenue_minor},
          {"rate", per_person(arm.ordered)},
          {"revenue_per_person_minor", per_person(arm.revenue_minor)},
          {"set", campaign + ":arm:" + name},
          {"ordered_set", campaign + ":ordered:" + name + ":" + std::to_string(days)}};
}

// For each day that has begun, the share of each arm that ordered by its end (or by now).
Json daily_curve(const std::vector<PersonOutcome>& people, const Arms& arms, Span window,
                 Instant now) {
  const int64_t length = std::chrono::ceil<days>(std::min(window.to, now) - window.from).count();
  std::vector<std::array<int64_t, 2>> first_orders(std::max<int64_t>(length, 0));
  for (const auto& person : people) {
    if (person.orders == 0) continue;
    const int64_t day = (person.first_order_ms - to_millis(window.from)) / Millis(days(1)).count();
    if (day < length) ++first_orders[day][person.held_out];
  }
  const auto share = [](int64_t ordered, int64_t of) {
    return of ? static_cast<double>(ordered) / static_cast<double>(of) : 0.0;
  };
  Json curve = Json::array();
  std::array<int64_t, 2> ordered{};
  for (int64_t day = 0; day < length; ++day) {
    for (size_t arm : {0, 1}) ordered[arm] += first_orders[day][arm];
    curve.push_back({{"day", day + 1},
                     {"treated", share(ordered[0], arms[0].people)},
                     {"held_out", share(ordered[1], arms[1].people)}});
  }
  return curve;
}

struct Draw {
  double share;
  std::optional<double> observed, p_value;
  bool ok;
};

Draw check_draw(const Campaign& campaign, const Arms& arms) {
  const int64_t total = arms[0].people + arms[1].people;
  Draw draw{.share = campaign.hold_out_percent / 100};
  if (total > 0) draw.observed = static_cast<double>(arms[1].people) / static_cast<double>(total);
  draw.p_value = proof::sample_ratio_p(arms[1].people, total, draw.share);
  draw.ok = !draw.p_value || *draw.p_value >= proof::kMismatch;
  return draw;
}

Json notes_of(const Campaign& campaign, const Arms& arms, bool complete, bool drawn_well) {
  Json notes = Json::array();
  if (!campaign.really_sends) notes.push_back("aa");
  if (!complete) notes.push_back("incomplete");
  if (std::min(arms[0].people, arms[1].people) < proof::kMinPerArm) notes.push_back("few_people");
  if (!drawn_well) notes.push_back("sample_ratio_mismatch");
  if (arms[1].people == 0) notes.push_back("no_hold_out");
  return notes;
}

struct Member {
  people::PersonId person;
  std::string user_id;
  bool held_out;
};

// People who were joined with another since the plan stand under the other's number. If that one
// took part too, they count once, in the arm of the one who stayed.
Result<void> follow_joins(store::Connection& c, std::vector<Member>& members) {
  const auto known = TRY(people::known_people(c));
  std::unordered_set<people::PersonId> taken;
  for (const Member& member : members) taken.insert(member.person);
  for (Member& member : members) {
    if (member.user_id.empty() || std::ranges::binary_search(known, member.person)) continue;
    const auto now_is = TRY(people::resolve(c, member.user_id, ""));
    if (!now_is || *now_is == member.person) continue;
    member.person = taken.insert(*now_is).second ? *now_is : 0;
  }
  std::erase_if(members, [](const Member& member) { return member.person == 0; });
  std::ranges::sort(members, {}, &Member::person);
  return {};
}

void add_orders(PersonOutcome& outcome, const people::OrderBook& book, Span window) {
  const auto [first, last] = std::ranges::equal_range(book.person, outcome.person);
  for (auto it = first; it != last; ++it) {
    const auto row = static_cast<size_t>(it - book.person.begin());
    if (!window.contains(from_millis(book.at_ms[row]))) continue;
    outcome.revenue_minor += book.amount_minor[row];
    if (book.refund[row]) continue;
    if (outcome.orders++ == 0) outcome.first_order_ms = book.at_ms[row];
  }
}

}  // namespace

Result<Span> window_of(const Campaign& campaign, int64_t length) {
  if (!campaign.started_at) {
    return fail(Code::kConflict, "the campaign was not sent yet", "state", "Send it first.");
  }
  return Span{*campaign.started_at, *campaign.started_at + days(length)};
}

Result<std::vector<PersonOutcome>> outcomes(store::Connection& c, const Campaign& campaign,
                                            const people::OrderBook& book, Span window) {
  std::vector<Member> members;
  TRY(
      c.each("SELECT person_id, user_id, arm FROM sends WHERE campaign_id = $1 AND arm <> 'none' "
             "ORDER BY person_id",
             std::vector<store::Value>{campaign.id}, [&](const store::Row& row) -> Result<void> {
               members.push_back({row.integer(0), row.text(1), row.text(2) == "held_out"});
               return {};
             }));
  TRY(follow_joins(c, members));
  std::vector<PersonOutcome> people;
  people.reserve(members.size());
  for (const Member& member : members) {
    people.push_back({.person = member.person, .held_out = member.held_out});
    add_orders(people.back(), book, window);
  }
  return people;
}

proof::Gain gain_of(const Campaign& campaign, const std::vector<PersonOutcome>& people, Span window,
                    Instant now) {
  const Arms arms = sum_up(people);
  const auto sent = campaign.counts.find("sent");
  proof::Gain gain{.about = "campaign:" + campaign.id,
                   .kind = "campaign",
                   .id = campaign.id,
                   .name = campaign.name,
                   .span = window,
                   .complete = now >= window.to,
                   .reached = campaign.really_sends,
                   .people = arms[0].people};
  gain.messages = campaign.really_sends && sent != campaign.counts.end() ? sent->second : 0;
  gain.people_set = "campaign:" + campaign.id + ":arm:treated";
  const auto per_person =
      proof::compare(proof::sample_of(arms[0].revenue), proof::sample_of(arms[1].revenue));
  const auto of_all = [&](const std::optional<double>& one) {
    return one ? std::optional(*one * static_cast<double>(arms[0].people)) : std::nullopt;
  };
  gain.value = of_all(per_person.difference);
  gain.low = of_all(per_person.low);
  gain.high = of_all(per_person.high);
  const bool drawn_well = check_draw(campaign, arms).ok;
  for (const Json& note : notes_of(campaign, arms, gain.complete, drawn_well)) {
    const auto word = note.get<std::string>();
    if (word == "aa" || (word == "few_people" && arms[1].people == 0)) continue;
    if (gain.why.empty()) gain.why = word;
  }
  return gain;
}

Json headline_json(const std::vector<PersonOutcome>& people) {
  return comparison("order_rate", "newcombe", compare_rates(sum_up(people)));
}

Json result_json(const Campaign& campaign, const std::vector<PersonOutcome>& people, int64_t length,
                 const access::Workspace& workspace, Instant now) {
  const Arms arms = sum_up(people);
  const Span window{*campaign.started_at, *campaign.started_at + days(length)};
  const bool complete = now >= window.to;
  const proof::Difference rates = compare_rates(arms);
  const proof::Difference revenue =
      proof::compare(proof::sample_of(arms[0].revenue), proof::sample_of(arms[1].revenue));
  const Draw draw = check_draw(campaign, arms);
  const auto incremental = [&](const std::optional<double>& rate) {
    return rate ? Json(*rate * static_cast<double>(arms[0].people)) : Json();
  };
  return {{"campaign_id", campaign.id},
          {"days", length},
          {"from", format_instant(window.from)},
          {"to", format_instant(window.to)},
          {"complete", complete},
          {"currency", workspace.currency},
          {"treated", arm_json(arms[0], campaign.id, "treated", length)},
          {"held_out", arm_json(arms[1], campaign.id, "held_out", length)},
          {"comparisons", Json::array({comparison("order_rate", "newcombe", rates),
                                       comparison("revenue_per_person", "welch", revenue)})},
          {"incremental_customers", incremental(rates.difference)},
          {"incremental_low", incremental(rates.low)},
          {"incremental_high", incremental(rates.high)},
          {"aa", !campaign.really_sends},
          {"sample_ratio",
           {{"expected_hold_out", draw.share},
            {"observed_hold_out", number(draw.observed)},
            {"p_value", number(draw.p_value)},
            {"ok", draw.ok}}},
          {"notes", notes_of(campaign, arms, complete, draw.ok)},
          {"daily", daily_curve(people, arms, window, now)}};
}

}  // namespace perennial::engage
