#include "goals/costs.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "access/access.h"
#include "goals/goals.h"

namespace perennial::goals {
namespace {

constexpr size_t kMaxAboutBytes = 200;
constexpr int64_t kMaxMessageCost = 100'000'000;  // of 1,000 messages, in minor units
constexpr std::array<std::string_view, 5> kSubjects = {
    "campaign:", "experiment:", "hold_out:", "programme:", "acquisition:"};
constexpr std::string_view kTermsName = "goals.terms";

Result<Sums> sums_of(store::Connection& c, std::string_view sql) {
  Sums sums;
  for (const auto& row : TRY(c.query(std::string(sql)))) sums[row.text(0)] = row.integer(1);
  return sums;
}

}  // namespace

Result<CostDraft> cost_from_json(const Json& json, const Calendar& calendar) {
  CostDraft draft;
  draft.about = TRY(json_string(json, "about"));
  const bool known = std::ranges::any_of(kSubjects, [&](std::string_view subject) {
    return draft.about.starts_with(subject) && draft.about.size() > subject.size();
  });
  if (!known || draft.about.size() > kMaxAboutBytes || !is_storable_text(draft.about)) {
    return fail(Code::kInvalid, "this says not what the cost is for", "about",
                "write campaign:, experiment:, hold_out:, programme: or acquisition: and whose");
  }
  draft.day = TRY(json_string(json, "day"));
  if (!calendar.parse_label(Period::kDay, draft.day)) {
    return fail(Code::kInvalid, "a date is expected", "day", "write it as 2026-03-31");
  }
  draft.amount_minor = TRY(json_integer(json, "amount_minor"));
  if (draft.amount_minor <= 0 || draft.amount_minor > kMaxCostMinor) {
    return fail(Code::kInvalid, "the amount is out of range", "amount_minor",
                "give one from 1 to " + std::to_string(kMaxCostMinor) + " in minor units");
  }
  draft.note = TRY(json_string_or(json, "note", ""));
  if (draft.note.size() > kMaxNoteBytes) {
    return fail(Code::kTooLarge, "at most " + std::to_string(kMaxNoteBytes) + " bytes are possible",
                "note");
  }
  if (!is_storable_text(draft.note)) return fail(Code::kInvalid, "the text is not UTF-8", "note");
  return draft;
}

Json to_json(const Cost& cost) {
  return {{"id", cost.id},     {"about", cost.about},
          {"day", cost.day},   {"amount_minor", cost.amount_minor},
          {"note", cost.note}, {"created_at", format_instant(cost.created_at)}};
}

Result<Cost> create_cost(store::Connection& c, const CostDraft& draft, Instant now) {
  if (TRY(count_costs(c)) >= static_cast<int64_t>(kMaxCosts)) {
    return fail(Code::kTooLarge, "there are too many costs already", "",
                "Remove old ones, or enter sums of a month.");
  }
  Cost cost{draft, new_id("cst"), now};
  TRY(
      c.execute("INSERT INTO costs (id, about, day, amount_minor, note, created_at) "
                "VALUES ($1, $2, $3, $4, $5, $6)",
                {cost.id, cost.about, cost.day, cost.amount_minor, cost.note, to_millis(now)}));
  return cost;
}

Result<void> delete_cost(store::Connection& c, std::string_view id) {
  if (TRY(c.execute("DELETE FROM costs WHERE id = $1", {std::string(id)})) == 0) {
    return fail(Code::kNotFound, "there is no such cost", "id");
  }
  return {};
}

Result<std::vector<Cost>> list_costs(store::Connection& c, size_t offset, size_t limit) {
  std::vector<Cost> costs;
  for (const auto& row :
       TRY(c.query("SELECT id, about, day, amount_minor, note, created_at FROM costs "
                   "ORDER BY day DESC, created_at DESC, id LIMIT $1 OFFSET $2",
                   {static_cast<int64_t>(limit), static_cast<int64_t>(offset)}))) {
    costs.push_back({{.about = row.text(1),
                      .day = row.text(2),
                      .note = row.text(4),
                      .amount_minor = row.integer(3)},
                     row.text(0),
                     from_millis(row.integer(5))});
  }
  return costs;
}

Result<int64_t> count_costs(store::Connection& c) {
  const auto row = TRY(c.query_one("SELECT count(*) FROM costs"));
  return row ? row->integer(0) : 0;
}

Result<Sums> costs_by_subject(store::Connection& c) {
  return sums_of(c,
                 "SELECT about, CAST(sum(amount_minor) AS BIGINT) FROM costs WHERE about NOT LIKE "
                 "'acquisition:%' GROUP BY about");
}

Result<int64_t> cost_within(store::Connection& c, const std::string& about, const Span& span,
                            const Calendar& calendar) {
  if (span.from >= span.to) return 0;
  // Dates are in order as texts. The day on which the span ends counts unless it begins there.
  Instant end = calendar.start_of(Period::kDay, span.to);
  if (end < span.to) end = calendar.advance(Period::kDay, end, 1);
  const auto row = TRY(
      c.query_one("SELECT CAST(coalesce(sum(amount_minor), 0) AS BIGINT) FROM costs "
                  "WHERE about = $1 AND day >= $2 AND day < $3",
                  {about, calendar.label(Period::kDay, calendar.start_of(Period::kDay, span.from)),
                   calendar.label(Period::kDay, end)}));
  return row ? row->integer(0) : 0;
}

Result<Sums> acquisition_by_month(store::Connection& c) {
  return sums_of(c,
                 "SELECT substr(day, 1, 7) AS month, CAST(sum(amount_minor) AS BIGINT) FROM costs "
                 "WHERE about LIKE 'acquisition:%' GROUP BY substr(day, 1, 7)");
}

Result<Sums> acquisition_by_channel(store::Connection& c) {
  Sums sums;
  for (const auto& row :
       TRY(c.query("SELECT substr(day, 1, 7), substr(about, 13), CAST(sum(amount_minor) AS BIGINT) "
                   "FROM costs WHERE about LIKE 'acquisition:%' "
                   "GROUP BY substr(day, 1, 7), substr(about, 13)"))) {
    sums[row.text(0) + "\t" + row.text(1)] = row.integer(2);
  }
  return sums;
}

Result<Terms> terms_from_json(const Json& json) {
  Terms terms;
  const auto margin = json.find("margin_share");
  if (margin == json.end() || !margin->is_number()) {
    return fail(Code::kInvalid, "a number is expected", "margin_share");
  }
  terms.margin_share = margin->get<double>();
  if (!std::isfinite(terms.margin_share) || terms.margin_share <= 0 || terms.margin_share > 1) {
    return fail(Code::kInvalid, "a share above 0 and at most 1 is expected", "margin_share");
  }
  terms.message_cost_per_1000_minor = TRY(json_integer_or(json, "message_cost_per_1000_minor", 0));
  if (terms.message_cost_per_1000_minor < 0 ||
      terms.message_cost_per_1000_minor > kMaxMessageCost) {
    return fail(Code::kInvalid, "the amount is out of range", "message_cost_per_1000_minor",
                "give one from 0 to " + std::to_string(kMaxMessageCost));
  }
  terms.channel_trait = TRY(json_string_or(json, "channel_trait", terms.channel_trait));
  if (terms.channel_trait.empty() || terms.channel_trait.size() > kMaxNameBytes ||
      !is_storable_text(terms.channel_trait)) {
    return fail(Code::kInvalid, "the name of a trait is expected", "channel_trait");
  }
  terms.set = true;
  return terms;
}

Json to_json(const Terms& terms) {
  return {{"margin_share", terms.margin_share},
          {"message_cost_per_1000_minor", terms.message_cost_per_1000_minor},
          {"channel_trait", terms.channel_trait},
          {"set", terms.set}};
}

Result<Terms> load_terms(store::Connection& c) {
  const Json json = TRY(access::Settings::document(c, kTermsName));
  if (json.is_null()) return Terms{};
  return terms_from_json(json);
}

Result<void> save_terms(store::Connection& c, const Terms& terms) {
  return access::Settings::put_document(c, kTermsName, to_json(terms));
}

}  // namespace perennial::goals
