#include "loyalty/birthday.h"

#include <algorithm>

#include "loyalty/coupons.h"
#include "loyalty/held_out.h"
#include "loyalty/rewards.h"
#include "loyalty/rows.h"
#include "loyalty/settle.h"
#include "people/readers.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

constexpr std::string_view kPrivilege = "birthday_gift";
constexpr std::string_view kRule = "birthday_gift";  // names it in postings
constexpr int64_t kMaxDays = 3'650;
// A gift of the last days of a year is given this long into the next one, should nobody have looked
// before.
constexpr std::chrono::days kIntoNextYear{31};

std::unexpected<Error> bad(std::string message, const std::string& field) {
  return fail(Code::kInvalid, std::move(message), std::string(kPrivilege) + "." + field);
}

Result<int64_t> bounded(const Json& json, const char* field, int64_t low, int64_t high) {
  const int64_t value = TRY(json_integer_or(json, field, 0));
  if (value < low || value > high)
    return bad("is between " + std::to_string(low) + " and " + std::to_string(high), field);
  return value;
}

int64_t start_of_day(std::chrono::year_month_day day, const Zone& zone) {
  return to_millis(zone.to_instant(std::chrono::local_time<Millis>(std::chrono::local_days(day))));
}

int year_of(int64_t at_ms, const Zone& zone) {
  using namespace std::chrono;
  return static_cast<int>(year_month_day(floor<days>(zone.to_local(from_millis(at_ms)))).year());
}

const Level* level_called(const Levels& levels, const std::string& code) {
  const auto found = std::ranges::find(levels.levels, code, &Level::code);
  return found == levels.levels.end() ? nullptr : &*found;
}

// The gift of a level; what is stored was looked at when it was saved.
std::optional<BirthdayGift> gift_of(const Level* level) {
  if (!level) return std::nullopt;
  auto gift = birthday_gift_of(level->privileges);
  return gift ? *gift : std::nullopt;
}

// The years of which something may be due now.
std::vector<int> years_of(const Zone& zone, Instant now) {
  const int year = year_of(to_millis(now), zone);
  const int before = year_of(to_millis(now - kIntoNextYear), zone);
  if (before == year) return {year};
  return {before, year};
}

// ---- giving

struct Gift {
  PersonId person = 0;
  DueGift due;
  std::string id() const { return std::to_string(person) + ":" + std::to_string(due.year); }
};

Result<bool> give_points(store::Connection& c, const Terms& terms, const Gift& gift, Instant now) {
  const BirthdayGift& what = gift.due.gift;
  Command command{.kind = CommandKind::kEarn,
                  .id = "birthday:" + gift.id(),
                  .currency = what.currency,
                  .person = gift.person,
                  .amount = what.points,
                  .reason = gift.due.level->name,
                  .earned_ms = gift.due.at_ms,
                  .at_ms = gift.due.at_ms,
                  .version = terms.levels.revision,
                  .rule = std::string(kRule),
                  .event = "birthday:" + std::to_string(gift.due.year)};
  if (what.expires_days > 0) {
    const Expiry expiry{
        .kind = Expiry::Kind::kDays, .unit = Expiry::Unit::kDay, .count = what.expires_days};
    command.expires_ms = expires_at(expiry, terms.programme.zone, gift.due.at_ms);
  }
  // What was due before comes before it, whoever looks when.
  TRY(settle_people(c, terms.programme, std::span(&gift.person, 1), now));
  if (TRY(decide(c, terms.programme, std::span(&command, 1), now)).front().done()) return true;
  // A refusal is not for ever: the next look may give it.
  TRY(c.execute("DELETE FROM loyalty_commands WHERE programme = $1 AND id = $2 AND code <> ''",
                {terms.programme.id, command.id}));
  return false;
}

// What was given, as text; nothing if it cannot be had.
Result<std::optional<std::string>> give(store::Connection& c, const Terms& terms, const Gift& gift,
                                        Instant now) {
  const BirthdayGift& what = gift.due.gift;
  switch (what.kind) {
    case BirthdayGift::Kind::kPoints:
      if (!TRY(give_points(c, terms, gift, now))) return std::nullopt;
      return std::to_string(what.points);
    case BirthdayGift::Kind::kCoupon: {
      const auto batch = TRY(find_terms(c, terms.programme, what.batch));
      if (!batch) return std::nullopt;
      std::string code = TRY(make_codes(c, terms.programme, *batch, 1)).front();
      TRY(give_code(c, terms.programme, code, gift.person, now));
      return code;
    }
    case BirthdayGift::Kind::kReward: {
      const Redemption one = TRY(
          give_reward(c, terms.programme, "birthday:" + gift.id(), what.reward, gift.person, now));
      if (!one.done()) return std::nullopt;
      return one.id;
    }
  }
  return std::nullopt;
}

Result<void> keep(store::Connection& c, const Programme& programme, const Gift& gift,
                  const std::string& given, Instant now) {
  TRY(c.execute(
      "INSERT INTO loyalty_birthday_gifts (programme, id, person, year, level, kind, given, at_ms, "
      "given_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {programme.id, gift.id(), gift.person, int64_t{gift.due.year}, gift.due.level->code,
       static_cast<int64_t>(gift.due.gift.kind), given, gift.due.at_ms, to_millis(now)}));
  return {};
}

// People and years of which something was given.
Result<std::set<std::pair<PersonId, int>>> given_before(store::Connection& c,
                                                        const Programme& programme,
                                                        std::span<const PersonId> people) {
  std::set<std::pair<PersonId, int>> given;
  const Value fixed = programme.id;
  const std::vector<Value> keys(people.begin(), people.end());
  TRY(each_in(c,
              "SELECT person, year FROM loyalty_birthday_gifts WHERE programme = $1 AND person "
              "IN {}",
              std::span(&fixed, 1), keys, [&](const Row& row) -> Result<void> {
                given.emplace(row.integer(0), static_cast<int>(row.integer(1)));
                return {};
              }));
  return given;
}

// Time alone makes somebody have a birthday: then they are looked at again.
Result<void> look_again(store::Connection& c, const Programme& programme, PersonId person,
                        std::string_view birthday, Instant now) {
  const int year = year_of(to_millis(now), programme.zone);
  auto next = birthday_in(birthday, year, programme.zone);
  if (next && *next <= to_millis(now)) next = birthday_in(birthday, year + 1, programme.zone);
  if (!next) return {};
  TRY(
      c.execute("UPDATE loyalty_members SET next_ms = $3 WHERE programme = $1 AND person = $2 AND "
                "(next_ms IS NULL OR next_ms > $3)",
                {programme.id, person, *next}));
  return {};
}

bool counts_for_levels(const Terms& terms, const BirthdayGift& gift) {
  const std::string& first = terms.programme.currencies.front().code;
  return gift.kind == BirthdayGift::Kind::kPoints &&
         terms.levels.measure == Levels::Measure::kPoints &&
         (gift.currency.empty() ? first : gift.currency) ==
             (terms.levels.currency.empty() ? first : terms.levels.currency);
}

}  // namespace

Result<std::optional<BirthdayGift>> birthday_gift_of(const Json& privileges) {
  if (!privileges.is_object() || !privileges.contains(kPrivilege)) return std::nullopt;
  const Json& json = privileges[kPrivilege];
  if (!json.is_object()) return std::nullopt;
  BirthdayGift gift;
  const std::string kind = TRY(json_string_or(json, "kind", ""));
  gift.late = TRY(json_bool_or(json, "late", false));
  if (json.contains("from") && !json["from"].is_null()) {
    const auto from = parse_instant(TRY(json_string_or(json, "from", "")));
    if (!from) return bad("is no time", "from");
    gift.from_ms = to_millis(*from);
  }
  if (kind == "points") {
    gift.points = TRY(bounded(json, "points", 1, kMaxPoints));
    gift.currency = TRY(json_string_or(json, "currency", ""));
    gift.expires_days = TRY(bounded(json, "expires_in_days", 0, kMaxDays));
  } else if (kind == "coupon") {
    gift.kind = BirthdayGift::Kind::kCoupon;
    gift.batch = TRY(json_string_or(json, "batch", ""));
    if (gift.batch.empty()) return bad("names the coupons", "batch");
  } else if (kind == "reward") {
    gift.kind = BirthdayGift::Kind::kReward;
    gift.reward = TRY(json_string_or(json, "reward", ""));
    if (gift.reward.empty()) return bad("names the reward", "reward");
  } else {
    return bad("is points, coupon or reward", "kind");
  }
  return gift;
}

Result<void> prepare_birthday_gifts(store::Connection& c, const Programme& programme,
                                    Levels& levels, Instant now) {
  const Levels before = TRY(find_levels(c, programme));
  for (Level& level : levels.levels) {
    const auto gift = TRY(birthday_gift_of(level.privileges));
    if (!gift) continue;
    const Currency* currency =
        gift->currency.empty() ? &programme.currencies.front() : programme.find(gift->currency);
    if (!currency)
      return fail(Code::kNotFound, "the programme has no such currency", "birthday_gift.currency");
    if (gift->expires_days > 0 && gift->expires_days <= currency->delay_days)
      return bad("ends before its points can be spent", "expires_in_days");
    if (gift->kind == BirthdayGift::Kind::kCoupon) {
      const auto batch = TRY(find_terms(c, programme, gift->batch));
      if (!batch) return fail(Code::kNotFound, "there are no such coupons", "birthday_gift.batch");
      if (!batch->shared_code.empty())
        return bad("has one code for everybody; a gift has a code of its own", "batch");
    }
    if (gift->kind == BirthdayGift::Kind::kReward && !TRY(find_reward(c, programme, gift->reward)))
      return fail(Code::kNotFound, "there is no such reward", "birthday_gift.reward");
    if (gift->from_ms != INT64_MIN) continue;
    const auto known = gift_of(level_called(before, level.code));
    level.privileges[kPrivilege]["from"] =
        format_instant(known && known->from_ms != INT64_MIN ? from_millis(known->from_ms) : now);
  }
  return {};
}

std::optional<int64_t> birthday_in(std::string_view birthday, int year, const Zone& zone) {
  using namespace std::chrono;
  const size_t at = birthday.size() >= 10 ? 5 : 0;
  if (birthday.size() < at + 5 || birthday[at + 2] != '-') return std::nullopt;
  const auto number = [&](size_t place) {
    const char tens = birthday[place], ones = birthday[place + 1];
    const bool digits = tens >= '0' && tens <= '9' && ones >= '0' && ones <= '9';
    return digits ? static_cast<unsigned>((tens - '0') * 10 + (ones - '0')) : 0u;
  };
  const std::chrono::month month(number(at));
  year_month_day date = std::chrono::year(year) / month / std::chrono::day(number(at + 3));
  if (date == std::chrono::year(year) / February / 29 && !date.ok())
    date = std::chrono::year(year) / February / 28;
  if (!date.ok()) return std::nullopt;
  return start_of_day(date, zone);
}

std::optional<DueGift> due_gift(const Levels& levels, std::span<const LevelChange> history,
                                std::string_view birthday, int year, const Zone& zone,
                                int64_t now_ms) {
  using namespace std::chrono;
  const auto begins = birthday_in(birthday, year, zone);
  if (!begins || *begins > now_ms || levels.levels.empty()) return std::nullopt;
  const local_days day = floor<days>(zone.to_local(from_millis(*begins)));
  const int64_t ends = start_of_day(year_month_day(day + days(1)), zone);
  const int64_t next_year = start_of_day(std::chrono::year(year + 1) / January / 1, zone);
  const auto due = [&](const std::string& code, int64_t at_ms) -> std::optional<DueGift> {
    const Level* level = level_called(levels, code);
    const auto gift = gift_of(level);
    if (!gift || at_ms < gift->from_ms || (at_ms >= ends && !gift->late)) return std::nullopt;
    return DueGift{.year = year, .at_ms = at_ms, .level = level, .gift = *gift};
  };
  std::string held = levels.levels.front().code;
  for (const LevelChange& change : history) {
    if (change.at_ms <= *begins) held = change.to;
  }
  if (auto first = due(held, *begins)) return first;
  for (const LevelChange& change : history) {
    if (change.at_ms <= *begins || change.at_ms > now_ms || change.at_ms >= next_year) continue;
    if (auto later = due(change.to, change.at_ms)) return later;
  }
  return std::nullopt;
}

Result<std::vector<PersonId>> give_birthday_gifts(
    store::Connection& c, const Terms& terms, std::span<const std::pair<PersonId, Replay>> replays,
    Instant now) {
  std::vector<PersonId> again;
  const auto gives = [](const Level& level) { return gift_of(&level).has_value(); };
  if (!terms.levels.on() || !terms.programme.takes_events ||
      std::ranges::none_of(terms.levels.levels, gives))
    return again;
  std::vector<PersonId> people;
  std::map<PersonId, std::string> birthdays;
  for (const auto& [person, replay] : replays) people.push_back(person);
  TRY(people::each_traits_of(c, people, [&](PersonId person, const std::string& traits) {
    const auto json = parse_json(traits);
    if (json && json->is_object() && json->contains("birthday") && (*json)["birthday"].is_string())
      birthdays[person] = (*json)["birthday"].get<std::string>();
  }));
  const auto before = TRY(given_before(c, terms.programme, people));
  const auto years = years_of(terms.programme.zone, now);
  for (const auto& [person, replay] : replays) {
    const auto birthday = birthdays.find(person);
    if (birthday == birthdays.end()) continue;
    TRY(look_again(c, terms.programme, person, birthday->second, now));
    for (int year : years) {
      if (before.contains({person, year})) continue;
      auto due = due_gift(terms.levels, replay.standing.changes, birthday->second, year,
                          terms.programme.zone, to_millis(now));
      if (!due || !TRY(held_at(c, std::span(&person, 1), from_millis(due->at_ms))).empty())
        continue;
      const Gift gift{.person = person, .due = std::move(*due)};
      const auto given = TRY(give(c, terms, gift, now));
      if (!given) continue;
      TRY(keep(c, terms.programme, gift, *given, now));
      if (counts_for_levels(terms, gift.due.gift)) again.push_back(person);
    }
  }
  return again;
}

}  // namespace perennial::loyalty
