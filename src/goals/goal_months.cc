// The months of a goal: asked of insight/ where it is orders that count, of the timeline where
// people said something, of worth where it is their value.
#include <algorithm>

#include "goals/service.h"
#include "goals/voice.h"

namespace perennial::goals {
namespace {

constexpr std::string_view kPrefix = "goal:";

std::string set_of(const Json& row, const char* name) {
  const auto sets = row.find("sets");
  return sets == row.end() ? "" : sets->value(name, "");
}

// A retention rate can have more people above the line than below it: those won back.
void add_interval(Month& month) {
  if (!month.value || *month.numerator > *month.denominator || *month.numerator < 0) return;
  const proof::Limits limits = proof::wilson_limits({*month.numerator, *month.denominator});
  month.low = limits.low;
  month.high = limits.high;
}

// What was spent on customers who came in a month, over how many they are.
void add_cac(Month& month, int64_t people, const Sums& spent) {
  const auto found = spent.find(month.label);
  if (found == spent.end()) {
    month.why = "no_cost";
  } else if (people == 0) {
    month.why = "nobody";
  } else {
    month.numerator = found->second;
    month.denominator = people;
    month.value = static_cast<double>(found->second) / static_cast<double>(people);
  }
}

// One row of insight/'s answers as a month of a goal.
Month month_of(Measure measure, const Json& row, const Sums& spent) {
  Month month;
  month.label = row["label"].get<std::string>();
  month.complete = row["complete"].get<bool>();
  const auto count = [&](const char* member, const char* set) {
    month.value = static_cast<double>(row[member].get<int64_t>());
    month.people_set = set_of(row, set);
  };
  const auto rate = [&](const Json& of, const char* set) {
    month.numerator = of["numerator"].get<int64_t>();
    month.denominator = of["denominator"].get<int64_t>();
    month.people_set = set_of(row, set);
    if (!of["rate"].is_number()) {
      month.why = "nobody";
      return;
    }
    month.value = of["rate"].get<double>();
    add_interval(month);
  };
  switch (measure) {
    case Measure::kRetention:
      rate(row["rate"], "kept");
      break;
    case Measure::kRepurchase:
      rate(row["repurchase"], "repeat");
      break;
    case Measure::kCustomers:
      count("customers", "customers");
      break;
    case Measure::kNewCustomers:
      count("new_customers", "new");
      break;
    case Measure::kRevenue:
      count("revenue_minor", "customers");
      break;
    default:
      month.people_set = set_of(row, "new");
      add_cac(month, row["new_customers"].get<int64_t>(), spent);
  }
  return month;
}

Month nps_month(const std::string& prefix, const std::array<int64_t, kSaids>& people) {
  Month month;
  month.numerator = people[kPromoters] - people[kDetractors];
  month.denominator = people[kPromoters] + people[kPassives] + people[kDetractors];
  month.people_set = prefix + "answered";
  month.parts = {{"promoters", people[kPromoters]},
                 {"passives", people[kPassives]},
                 {"detractors", people[kDetractors]}};
  const auto nps = nps_of(people[kPromoters], people[kPassives], people[kDetractors]);
  if (!nps) {
    month.why = "nobody";
    return month;
  }
  month.value = nps->value;
  month.low = nps->low;
  month.high = nps->high;
  return month;
}

Month complaint_month(const std::string& prefix, const std::array<int64_t, kSaids>& people) {
  Month month;
  month.numerator = people[kComplained];
  month.denominator = people[kComplained] + people[kOrderedOnly];
  month.people_set = prefix + "complained";
  month.parts = {{"customers", *month.denominator}};
  if (*month.denominator == 0) {
    month.why = "nobody";
    return month;
  }
  month.value = static_cast<double>(*month.numerator) / static_cast<double>(*month.denominator);
  add_interval(month);
  return month;
}

VoiceAsk ask_of(const Goal& goal, const SaidNames& names) {
  VoiceAsk ask;
  ask.complaints = goal.measure == Measure::kComplaintRate;
  ask.events = goal.reads.events;
  if (ask.events.empty()) ask.events = ask.complaints ? names.complained : names.answered;
  ask.score = goal.reads.score.empty() ? names.score : goal.reads.score;
  ask.kind_property = goal.reads.kind_property;
  ask.kind = goal.reads.kind;
  return ask;
}

Result<SaidNames> names_of(const Goals::Wiring& wiring) {
  return wiring.said_names ? wiring.said_names() : SaidNames{};
}

Result<Voice> voice_of(const Goals::Wiring& wiring, const VoiceAsk& ask) {
  if (wiring.timeline == nullptr)
    return fail(Code::kBusy, "there is no timeline to read", "", "Try again in a minute.");
  return read_voice(*wiring.timeline, ask);
}

}  // namespace

Result<Spent> Goals::Impl::spent(store::Connection& c) {
  Spent spent;
  spent.on_acquisition = TRY(acquisition_by_month(c));
  spent.terms = TRY(load_terms(c));
  return spent;
}

// Every month has a row: while the timeline cannot be read, with that reason.
Result<std::vector<Month>> Goals::Impl::said_months(const Goal& goal, Span span) {
  VoiceAsk ask = ask_of(goal, TRY(names_of(wiring)));
  const Calendar calendar = this->calendar();
  const Instant at = now();
  ask.months = calendar.periods(Period::kMonth, span);
  const auto voice = voice_of(wiring, ask);
  std::vector<Month> found;
  for (size_t i = 0; i < ask.months.size(); ++i) {
    const std::string label = calendar.label(Period::kMonth, ask.months[i].from);
    const std::string prefix = std::string(kPrefix) + goal.id + ":" + label + ":";
    Month month;
    if (!voice) {
      month.why = voice.error().code == Code::kInvalid ? "unreadable" : "busy";
    } else {
      month = ask.complaints ? complaint_month(prefix, voice->people[i])
                             : nps_month(prefix, voice->people[i]);
    }
    month.label = label;
    month.complete = ask.months[i].to <= at;
    found.push_back(std::move(month));
  }
  return found;
}

Result<std::vector<NewCustomers>> Goals::Impl::new_customers(Span span, const Sums& spent) {
  std::vector<NewCustomers> found;
  const Json activity = TRY(wiring.insight.activity_json(Period::kMonth, span));
  for (const Json& row : activity["rows"]) {
    const Month month = month_of(Measure::kCac, row, spent);
    NewCustomers customers{.label = month.label,
                           .set = month.people_set,
                           .complete = month.complete,
                           .count = row["new_customers"].get<int64_t>(),
                           .cac_minor = month.value};
    if (wiring.worth && customers.count > 0) {
      const auto people = wiring.insight.resolve_set(month.people_set);
      if (people) customers.people = TRY(*people);
      customers.worth = TRY(wiring.worth(customers.people));
    }
    found.push_back(std::move(customers));
  }
  return found;
}

Result<std::vector<Month>> Goals::Impl::value_months(Span span, const Spent& spent) {
  std::vector<Month> found;
  for (const NewCustomers& customers : TRY(new_customers(span, spent.on_acquisition))) {
    Month month;
    month.label = customers.label;
    month.complete = customers.complete;
    month.people_set = customers.set;
    month.denominator = customers.count;
    add_cac(month, customers.count, spent.on_acquisition);
    month.value.reset();
    const auto value =
        lifetime_of(customers, spent.terms.margin_share, [](size_t) { return true; });
    if (month.why.empty() && !value) month.why = "nobody";
    // What was paid alone is less than they are worth.
    if (month.why.empty() && !value->expected_minor) month.why = "no_model";
    if (month.why.empty() && customers.cac_minor && *customers.cac_minor > 0)
      month.value = value->total() / *customers.cac_minor;
    found.push_back(std::move(month));
  }
  return found;
}

Result<std::vector<Month>> Goals::Impl::months(const Goal& goal, Span span, const Spent& spent) {
  if (span.from >= span.to) return std::vector<Month>();
  if (is_said(goal.measure)) return said_months(goal, span);
  if (goal.measure == Measure::kLtvCac) return value_months(span, spent);
  const Json answer = TRY(goal.measure == Measure::kRetention
                              ? wiring.insight.retention_rate_json(Period::kMonth, span)
                              : wiring.insight.activity_json(Period::kMonth, span));
  std::vector<Month> found;
  for (const Json& row : answer["rows"])
    found.push_back(month_of(goal.measure, row, spent.on_acquisition));
  return found;
}

// The base may need as many months before as the goal has, and at least those of the base.
Result<Stand> Goals::Impl::stand(const Goal& goal, const Spent& spent) {
  const Calendar calendar = this->calendar();
  const Instant from = TRY(calendar.parse_label(Period::kMonth, goal.from));
  const Instant end =
      calendar.advance(Period::kMonth, TRY(calendar.parse_label(Period::kMonth, goal.to)), 1);
  Stand stand;
  stand.length = calendar.periods(Period::kMonth, {from, end}).size();
  const int back = static_cast<int>(std::max(stand.length, kBaseMonths));
  const Instant this_month = calendar.start_of(Period::kMonth, now());
  const Span earlier{calendar.advance(Period::kMonth, from, -back), std::min(from, this_month)};
  const Span since{from, std::min(end, calendar.advance(Period::kMonth, this_month, 1))};
  stand.before = TRY(months(goal, earlier, spent));
  stand.during = TRY(months(goal, since, spent));
  stand.progress = progress_of(goal, stand.before, stand.during, stand.length);
  return stand;
}

// "ID:MONTH:WHO"
Result<std::vector<people::PersonId>> Goals::Impl::who_said(std::string_view words) {
  const auto invalid = [] {
    return fail(Code::kInvalid, "the set names no month of a goal", "set",
                "take the word from the answer that shows the number");
  };
  const size_t one = words.find(':'), two = words.find(':', one + 1);
  if (one == std::string_view::npos || two == std::string_view::npos) return invalid();
  const auto bits = said_bits(words.substr(two + 1));
  const Calendar calendar = this->calendar();
  const auto month = calendar.parse_label(Period::kMonth, words.substr(one + 1, two - one - 1));
  if (!bits || !month) return invalid();
  const Goal goal = TRY(wiring.database.read(
      [&](store::Connection& c) { return find_goal(c, words.substr(0, one)); }));
  if (!is_said(goal.measure)) return invalid();
  VoiceAsk ask = ask_of(goal, TRY(names_of(wiring)));
  ask.months = {{*month, calendar.advance(Period::kMonth, *month, 1)}};
  ask.listed = *bits;
  return TRY(voice_of(wiring, ask)).listed;
}

std::optional<Result<std::vector<people::PersonId>>> Goals::resolve_set(std::string_view set) {
  if (!set.starts_with(kPrefix)) return std::nullopt;
  return impl_->who_said(set.substr(kPrefix.size()));
}

}  // namespace perennial::goals
