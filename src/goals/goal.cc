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
constexpr std::array kMeasures = {Named{Measure::kRetention, "retention_rate"},
                                  Named{Measure::kRepurchase, "repurchase_rate"},
                                  Named{Measure::kCustomers, "customers"},
                                  Named{Measure::kNewCustomers, "new_customers"},
                                  Named{Measure::kRevenue, "revenue"},
                                  Named{Measure::kCac, "cac"},
                                  Named{Measure::kNps, "nps"},
                                  Named{Measure::kComplaintRate, "complaint_rate"},
                                  Named{Measure::kLtvCac, "ltv_cac"}};
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

Result<Reads> reads_of(const Json& json) {
  Reads reads;
  const auto given = json.find("reads");
  if (given == json.end() || given->is_null()) return reads;
  if (!given->is_object()) return fail(Code::kInvalid, "an object is expected", "reads");
  const Json names = given->value("events", Json::array());
  if (!names.is_array() || names.size() > kMaxReadEvents)
    return fail(Code::kInvalid, "must be a list of at most 16 names of events", "reads.events");
  for (const Json& name : names) {
    const bool fits = name.is_string() && !name.get_ref<const std::string&>().empty() &&
                      name.get_ref<const std::string&>().size() <= kMaxNameBytes &&
                      is_storable_text(name.get_ref<const std::string&>());
    if (!fits) return fail(Code::kInvalid, "must hold names of events", "reads.events");
    reads.events.push_back(name);
  }
  reads.score = TRY(text_of(*given, "score", kMaxNameBytes));
  if (given->contains("kind_property"))
    reads.kind_property = TRY(text_of(*given, "kind_property", kMaxNameBytes));
  if (given->contains("kind")) reads.kind = TRY(text_of(*given, "kind", kMaxNameBytes));
  if (reads.kind_property.empty() && !reads.kind.empty())
    return fail(Code::kInvalid, "this says not in which property the kind stands",
                "reads.kind_property", "Name it, or leave the kind empty.");
  return reads;
}

Result<GoalDraft> read_document(const Json& json) {
  GoalDraft draft;
  draft.name = TRY(text_of(json, "name", kMaxNameBytes));
  if (trim(draft.name).empty()) return fail(Code::kInvalid, "a text is needed", "name");
  draft.owner = TRY(text_of(json, "owner", kMaxNameBytes));
  const auto measure =
      std::ranges::find(kMeasures, TRY(json_string(json, "measure")), &Named::name);
  if (measure == kMeasures.end()) {
    return fail(
        Code::kInvalid, "there is no such measure", "measure",
        "take retention_rate, repurchase_rate, customers, new_customers, revenue, cac, nps, "
        "complaint_rate or ltv_cac");
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
  const auto linked = json.find("hold_out");
  if (linked != json.end() && !linked->is_null())
    draft.hold_out = TRY(text_of(json, "hold_out", kMaxNameBytes));
  if (is_said(draft.measure)) draft.reads = TRY(reads_of(json));
  return draft;
}

// A share of a score that may be 0 or below says nothing.
Result<void> check_nps(const GoalDraft& draft) {
  if (draft.aim == Aim::kShare)
    return fail(Code::kInvalid, "a share of an NPS says nothing", "aim", "take value or points");
  const auto out_of_range = [](double value) { return value < -100 || value > 100; };
  if (draft.base && out_of_range(*draft.base))
    return fail(Code::kInvalid, "an NPS lies between -100 and 100", "base");
  if (draft.aim == Aim::kValue && out_of_range(draft.amount))
    return fail(Code::kInvalid, "an NPS lies between -100 and 100", "amount");
  return {};
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
  return measure == Measure::kRetention || measure == Measure::kRepurchase ||
         measure == Measure::kComplaintRate;
}

bool is_said(Measure measure) {
  return measure == Measure::kNps || measure == Measure::kComplaintRate;
}

bool less_is_better(Measure measure) {
  return measure == Measure::kCac || measure == Measure::kComplaintRate;
}

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
  if (draft.measure == Measure::kNps) TRY(check_nps(draft));
  return draft;
}

Json to_json(const GoalDraft& draft) {
  Json reads;
  if (is_said(draft.measure)) {
    reads = {{"events", draft.reads.events},
             {"score", draft.reads.score},
             {"kind_property", draft.reads.kind_property},
             {"kind", draft.reads.kind}};
  }
  return {{"name", draft.name},
          {"owner", draft.owner},
          {"measure", measure_name(draft.measure)},
          {"aim", aim_name(draft.aim)},
          {"amount", draft.amount},
          {"base", draft.base ? Json(*draft.base) : Json()},
          {"from", draft.from},
          {"to", draft.to},
          {"reads", std::move(reads)},
          {"hold_out", draft.hold_out.empty() ? Json() : Json(draft.hold_out)}};
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

Result<Goal> find_goal(store::Connection& c, std::string_view id) {
  const auto row = TRY(
      c.query_one("SELECT id, document, created_at FROM goals WHERE id = $1", {std::string(id)}));
  if (!row) return fail(Code::kNotFound, "there is no such goal", "id");
  return read_goal(*row);
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
