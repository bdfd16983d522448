#include "goals/goal.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "goals/goals.h"

namespace perennial::goals {
namespace {

struct Named {
  Measure measure;
  std::string_view name;
};
constexpr std::array kMeasures = {
    Named{Measure::kRetention, "retention_rate"}, Named{Measure::kRepurchase, "repurchase_rate"},
    Named{Measure::kCustomers, "customers"},      Named{Measure::kNewCustomers, "new_customers"},
    Named{Measure::kRevenue, "revenue"},          Named{Measure::kCac, "cac"}};
constexpr std::array<std::string_view, 3> kAims = {"value", "points", "share"};

Result<std::string> text_of(const Json& json, const char* member, size_t limit) {
  std::string text = TRY(json_string_or(json, member, ""));
  if (!is_storable_text(text)) return fail(Code::kInvalid, "the text is not UTF-8", member);
  if (text.size() <= limit) return text;
  return fail(Code::kTooLarge, "at most " + std::to_string(limit) + " bytes are possible", member);
}

// A finite number, or nothing for a missing member or null.
Result<std::optional<double>> number_of(const Json& json, const char* member) {
  const auto found = json.find(member);
  if (found == json.end() || found->is_null()) return std::nullopt;
  if (!found->is_number() || !std::isfinite(found->get<double>())) {
    return fail(Code::kInvalid, "a number is expected", member);
  }
  return found->get<double>();
}

Result<GoalDraft> read_document(const Json& json) {
  GoalDraft draft;
  draft.name = TRY(text_of(json, "name", kMaxNameBytes));
  if (trim(draft.name).empty()) return fail(Code::kInvalid, "a text is needed", "name");
  draft.owner = TRY(text_of(json, "owner", kMaxNameBytes));
  const auto measure =
      std::ranges::find(kMeasures, TRY(json_string(json, "measure")), &Named::name);
  if (measure == kMeasures.end()) {
    return fail(Code::kInvalid, "there is no such measure", "measure",
                "take retention_rate, repurchase_rate, customers, new_customers, revenue or cac");
  }
  draft.measure = measure->measure;
  const auto aim = std::ranges::find(kAims, TRY(json_string_or(json, "aim", "points")));
  if (aim == kAims.end()) {
    return fail(Code::kInvalid, "there is no such aim", "aim", "take value, points or share");
  }
  draft.aim = static_cast<Aim>(aim - kAims.begin());
  const auto amount = TRY(number_of(json, "amount"));
  if (!amount) return fail(Code::kInvalid, "a number is expected", "amount");
  draft.amount = *amount;
  draft.base = TRY(number_of(json, "base"));
  draft.from = TRY(json_string(json, "from"));
  draft.to = TRY(json_string(json, "to"));
  return draft;
}

Goal read_goal(const store::Row& row) {
  const auto draft = read_document(parse_stored(row.text(1)));
  return Goal{draft ? *draft : GoalDraft{}, row.text(0), from_millis(row.integer(2))};
}

}  // namespace

std::string_view measure_name(Measure measure) {
  return std::ranges::find(kMeasures, measure, &Named::measure)->name;
}

bool is_rate(Measure measure) {
  return measure == Measure::kRetention || measure == Measure::kRepurchase;
}

bool less_is_better(Measure measure) { return measure == Measure::kCac; }

std::string_view aim_name(Aim aim) { return kAims[static_cast<size_t>(aim)]; }

Json parse_stored(const std::string& document) {
  auto json = parse_json(document);
  return json ? std::move(*json) : Json::object();
}

Result<GoalDraft> goal_from_json(const Json& json, const Calendar& calendar) {
  GoalDraft draft = TRY(read_document(json));
  const auto month = [&](const std::string& label, const char* member) -> Result<Instant> {
    const auto start = calendar.parse_label(Period::kMonth, label);
    if (start) return *start;
    return fail(Code::kInvalid, "a month is expected", member, "write it as 2026-03");
  };
  const Instant from = TRY(month(draft.from, "from")), to = TRY(month(draft.to, "to"));
  if (to < from) return fail(Code::kInvalid, "the last month lies before the first", "to");
  if (calendar.advance(Period::kMonth, from, kMaxGoalMonths) <= to) {
    return fail(Code::kInvalid,
                "a goal of at most " + std::to_string(kMaxGoalMonths) + " months is possible",
                "to");
  }
  const auto out_of_range = [&](double value) { return value < 0 || value > 1; };
  if (is_rate(draft.measure) && ((draft.aim == Aim::kValue && out_of_range(draft.amount)) ||
                                 (draft.base && out_of_range(*draft.base)))) {
    return fail(Code::kInvalid, "a rate lies between 0 and 1", draft.base ? "base" : "amount");
  }
  return draft;
}

Json to_json(const GoalDraft& draft) {
  return {{"name", draft.name},
          {"owner", draft.owner},
          {"measure", measure_name(draft.measure)},
          {"aim", aim_name(draft.aim)},
          {"amount", draft.amount},
          {"base", draft.base ? Json(*draft.base) : Json()},
          {"from", draft.from},
          {"to", draft.to}};
}

Result<Goal> create_goal(store::Connection& c, const GoalDraft& draft, Instant now) {
  const auto count = TRY(c.query_one("SELECT count(*) FROM goals"));
  if (count && count->integer(0) >= static_cast<int64_t>(kMaxGoals)) {
    return fail(Code::kTooLarge, "there are " + std::to_string(kMaxGoals) + " goals already", "",
                "Remove one that is over.");
  }
  Goal goal{draft, new_id("goa"), now};
  TRY(c.execute("INSERT INTO goals (id, document, created_at) VALUES ($1, $2, $3)",
                {goal.id, to_text(to_json(draft)), to_millis(now)}));
  return goal;
}

Result<Goal> update_goal(store::Connection& c, std::string_view id, const GoalDraft& draft) {
  const auto row =
      TRY(c.query_one("UPDATE goals SET document = $2 WHERE id = $1 RETURNING id, document, "
                      "created_at",
                      {std::string(id), to_text(to_json(draft))}));
  if (!row) return fail(Code::kNotFound, "there is no such goal", "id");
  return read_goal(*row);
}

Result<void> delete_goal(store::Connection& c, std::string_view id) {
  if (TRY(c.execute("DELETE FROM goals WHERE id = $1", {std::string(id)})) == 0) {
    return fail(Code::kNotFound, "there is no such goal", "id");
  }
  return {};
}

Result<std::vector<Goal>> list_goals(store::Connection& c) {
  std::vector<Goal> goals;
  for (const auto& row : TRY(c.query(
           "SELECT id, document, created_at FROM goals ORDER BY created_at DESC, id DESC"))) {
    goals.push_back(read_goal(row));
  }
  return goals;
}

}  // namespace perennial::goals
