#include "insight/answers.h"

#include <charconv>

namespace perennial::insight {
namespace {

struct Benchmark {
  std::string_view industry;
  double low, high;
};
// What is commonly quoted as usual for these trades, to put a shop's own rate beside.
constexpr Benchmark kBenchmarks[] = {
    {"retail", 0.63, 0.63}, {"saas", 0.75, 0.85}, {"finance", 0.75, 0.80}};

Json rate_json(const Rate& rate) {
  auto value = rate.value();
  return {{"numerator", rate.numerator},
          {"denominator", rate.denominator},
          {"rate", value ? Json(*value) : Json(nullptr)}};
}

// label, from, to, complete: how every row begins.
Json head_of(const Question& q, size_t i) {
  const Span& span = q.periods[i];
  return {{"label", q.label(span)},
          {"from", format_instant(span.from)},
          {"to", format_instant(span.to)},
          {"complete", q.complete(span)}};
}

void add_counts(Json& json, const ActivityRow& row) {
  json["customers"] = row.customers;
  json["new_customers"] = row.new_customers;
  json["orders"] = row.orders;
  json["refunds"] = row.refunds;
  json["anonymous_orders"] = row.anonymous_orders;
  json["revenue_minor"] = row.revenue_minor;
  json["repurchase"] = rate_json({row.repeat_customers, row.customers});
}

// {"start": "rate:start:month:2011-08", …}
Json sets_of(std::string_view kind, std::initializer_list<std::string_view> words,
             const Question& q, const std::string& label) {
  Json sets = Json::object();
  for (std::string_view word : words) {
    sets[std::string(word)] = std::string(kind) + ":" + std::string(word) + ":" +
                              std::string(period_name(q.by)) + ":" + label;
  }
  return sets;
}

template <class Number>
void append_number(std::string& out, Number number) {
  char digits[32];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// One cohort as text: a triangle by day has 70,000 cells a year, for which a tree of JSON values
// takes five times as long.
void append_cohort(std::string& out, const Question& q, const Cohort& cohort, size_t i,
                   std::string_view word) {
  std::string label = q.label(q.periods[i]);
  std::string set =
      "triangle:" + std::string(word) + ":" + std::string(period_name(q.by)) + ":" + label + ":";
  int64_t size = cohort.cells.front();
  out += R"({"label":")" + label + R"(","size":)";
  append_number(out, size);
  out += R"(,"cells":[)";
  for (size_t k = 0; k < cohort.cells.size(); ++k) {
    int64_t people = cohort.cells[k];
    out += k == 0 ? R"({"offset":)" : R"(,{"offset":)";
    append_number(out, k);
    out += R"(,"people":)";
    append_number(out, people);
    out += R"(,"rate":)";
    append_number(out, size == 0 ? 0.0 : static_cast<double>(people) / static_cast<double>(size));
    out += q.complete(q.periods[i + k]) ? R"(,"complete":true,"set":")"
                                        : R"(,"complete":false,"set":")";
    out += set;
    append_number(out, k);
    out += "\"}";
  }
  out += "]}";
}

// Over the cohorts whose period `offset` later is over: people active then ÷ people of the cohorts.
Json average_json(const Question& q, const std::vector<Cohort>& cohorts) {
  Json rows = Json::array();
  for (size_t offset = 0; offset < cohorts.size(); ++offset) {
    int64_t people = 0, base = 0;
    for (size_t i = 0; i + offset < cohorts.size() && q.complete(q.periods[i + offset]); ++i) {
      people += cohorts[i].cells[offset];
      base += cohorts[i].cells.front();
    }
    auto rate = Rate{people, base}.value();
    rows.push_back({{"offset", offset},
                    {"rate", rate ? Json(*rate) : Json(nullptr)},
                    {"people", people},
                    {"base", base}});
  }
  return rows;
}

}  // namespace

Json answer_activity(const Question& q) {
  Json json = {{"by", period_name(q.by)},
               {"zone", q.workspace.calendar.zone.name()},
               {"currency", q.workspace.currency},
               {"rows", Json::array()},
               {"totals", Json::object()}};
  auto rows = activity(*q.book, q.counted);
  for (size_t i = 0; i < rows.size(); ++i) {
    Json row = head_of(q, i);
    add_counts(row, rows[i]);
    row["sets"] = sets_of("activity", {"customers", "new", "repeat"}, q, row["label"]);
    json["rows"].push_back(std::move(row));
  }
  ActivityRow total;
  if (!rows.empty()) {
    const Span all{q.counted.front().from, q.counted.back().to};
    total = activity(*q.book, {&all, 1}).front();
  }
  add_counts(json["totals"], total);
  return json;
}

Json answer_retention_rate(const Question& q) {
  Json benchmarks = Json::array();
  for (const auto& [industry, low, high] : kBenchmarks)
    benchmarks.push_back({{"industry", industry}, {"low", low}, {"high", high}});
  Json rows = Json::array();
  auto counted = retention_rate(*q.book, q.counted, q.workspace.active_window_days);
  for (size_t i = 0; i < counted.size(); ++i) {
    const RetentionRateRow& r = counted[i];
    Json row = head_of(q, i);
    row["at_start"] = r.at_start;
    row["at_end"] = r.at_end;
    row["new_customers"] = r.new_customers;
    row["kept"] = r.kept();
    row["won_back"] = r.won_back;
    row["lost"] = r.lost;
    row["rate"] = rate_json({r.kept(), r.at_start});
    row["sets"] = sets_of("rate", {"start", "end", "new", "kept", "lost"}, q, row["label"]);
    rows.push_back(std::move(row));
  }
  return {{"by", period_name(q.by)},
          {"zone", q.workspace.calendar.zone.name()},
          {"window_days", q.workspace.active_window_days},
          {"benchmarks", benchmarks},
          {"rows", rows}};
}

std::string answer_retention_triangle(const Question& q, Activity activity) {
  std::string word = activity == Activity::kOrder ? "order" : "any";
  auto counted = retention_triangle(*q.book, q.counted, activity);
  // Everything but the cohorts, which take the place of the last brace.
  std::string text = to_text({{"by", period_name(q.by)},
                              {"zone", q.workspace.calendar.zone.name()},
                              {"activity", word},
                              {"average", average_json(q, counted)}});
  text.back() = ',';
  text += R"("cohorts":[)";
  for (size_t i = 0; i < counted.size(); ++i) {
    if (i > 0) text += ',';
    append_cohort(text, q, counted[i], i, word);
  }
  return text + "]}";
}

}  // namespace perennial::insight
