#include "segments/rule_fields.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace perennial::segments {
namespace {

using insight::Fields;
using insight::join_path;
using timeline::Test;

constexpr size_t kMaxPropertyBytes = 200;
constexpr size_t kMaxTimeBytes = 40;
constexpr size_t kMaxWithout = 8;
constexpr std::array<std::string_view, 4> kEventMembers = {"event", "type", "any_event", "where"};
// By Duration::Unit.
constexpr std::array<int64_t, 6> kSeconds = {1, 60, 3'600, 86'400, 604'800, 31 * 86'400};

// The members of an object that choose an event, as a document of their own.
Json choice_of(const Json& json) {
  Json choice = Json::object();
  for (std::string_view member : kEventMembers) {
    if (json.contains(member)) choice[std::string(member)] = json[std::string(member)];
  }
  return choice;
}

Result<NamedSelector> choose(const Json& choice, const std::string& path) {
  NamedSelector out = TRY(insight::parse_event_choice(choice, path));
  for (auto& event : out.select.any_of) {
    if (event.name && std::ranges::count(timeline::kOwnEvents, *event.name) != 0) {
      return fail(Code::kInvalid, "segments are not made of what they cause themselves",
                  join_path(path, "event"), R"(refer to the segment: {"segment": ID})");
    }
  }
  return out;
}

bool has_clock_without_zone(std::string_view text) {
  if (text.size() <= 10) return false;
  const std::string_view clock = text.substr(10);
  return clock.find_first_of("Zz+-") == std::string_view::npos;
}

// A day of the workspace's calendar, or an instant that says its zone.
Result<Instant> parse_time(const Fields& fields, std::string_view member,
                           const Calendar& calendar) {
  const std::string text = TRY(fields.required_text(member, kMaxTimeBytes));
  const auto at = parse_instant(text, calendar.zone);
  if (!at) {
    return fail(Code::kInvalid, "is no day or instant", fields.at(member),
                "write 2026-03-01 or 2026-03-01T12:30:00+08:00");
  }
  if (has_clock_without_zone(text)) {
    return fail(Code::kInvalid, "is a time without a zone", fields.at(member),
                "write the zone (" + text + "Z, " + text + "+08:00), or the day alone");
  }
  return *at;
}

Result<std::optional<Second>> parse_second(const Fields& fields, std::string_view member,
                                           const Calendar& calendar) {
  if (!fields.has(member)) return std::nullopt;
  const Instant at = TRY(parse_time(fields, member, calendar));
  const int64_t ms = to_millis(at);
  if (ms < 0 || ms > insight::kLastSecond * 1000)
    return fail(Code::kInvalid, "is outside of 1970 to 2106", fields.at(member));
  return static_cast<Second>((ms + 999) / 1000);
}

Result<std::optional<Duration>> parse_duration(const Fields& fields, std::string_view member) {
  using Unit = Duration::Unit;
  const Json* json = fields.find(member);
  if (json == nullptr) return std::nullopt;
  const Fields own = TRY(Fields::of(*json, fields.at(member), {"count", "unit"}));
  Duration out;
  out.unit = TRY(own.word<Unit>("unit", std::nullopt,
                                {{"second", Unit::kSecond},
                                 {"minute", Unit::kMinute},
                                 {"hour", Unit::kHour},
                                 {"day", Unit::kDay},
                                 {"week", Unit::kWeek},
                                 {"month", Unit::kMonth}}));
  const int64_t most = kMaxWindowSeconds / kSeconds[static_cast<size_t>(out.unit)];
  TRY(own.required("count"));
  out.count =
      static_cast<int>(TRY(own.integer("count", 1, 1, std::min<int64_t>(most, 1'000'000'000))));
  return out;
}

// Between two events: hours of the clock, a day has 24 of them.
Result<std::optional<Second>> parse_length(const Fields& fields, std::string_view member) {
  const auto length = TRY(parse_duration(fields, member));
  if (!length) return std::nullopt;
  if (length->unit == Duration::Unit::kMonth) {
    return fail(Code::kInvalid, "months are of different lengths", fields.at(member) + ".unit",
                "give days");
  }
  return static_cast<Second>(int64_t{length->count} * kSeconds[static_cast<size_t>(length->unit)]);
}

Result<Since> parse_since(const Json& json, const std::string& path) {
  const Fields fields =
      TRY(Fields::of(json, path, {"event", "type", "any_event", "where", "which", "within"}));
  Since out;
  out.event = TRY(choose(choice_of(json), path));
  out.last = TRY(fields.word<bool>("which", false, {{"first", false}, {"last", true}}));
  out.within = TRY(parse_length(fields, "within"));
  return out;
}

// The member `window`; with `since` it may look behind another event.
Result<Window> parse_window(const Fields& fields, const Calendar& calendar,
                            std::optional<Since>* since = nullptr) {
  const Json* json = fields.find("window");
  if (json == nullptr) return Window{};
  const Fields own = TRY(
      Fields::of(*json, fields.at("window"), {"last", "before", "from", "to", "this", "since"}));
  Window out;
  out.last = TRY(parse_duration(own, "last"));
  out.before = TRY(parse_duration(own, "before"));
  out.from = TRY(parse_second(own, "from", calendar));
  out.to = TRY(parse_second(own, "to", calendar));
  if (own.has("this")) {
    out.current = TRY(own.word<Period>(
        "this", std::nullopt,
        {{"day", Period::kDay}, {"week", Period::kWeek}, {"month", Period::kMonth}}));
  }
  if (out.from && out.to && *out.from >= *out.to)
    return fail(Code::kInvalid, "must be after from", own.at("to"),
                "the window is half-open: to is the first instant that does not count");
  if (own.has("since")) {
    if (since == nullptr) {
      return fail(Code::kInvalid, "this condition takes no window since another event",
                  own.at("since"), "write a sequence");
    }
    *since = TRY(parse_since(*own.find("since"), own.at("since")));
  }
  const Window empty;
  if (out == empty && !own.has("since")) {
    return fail(Code::kInvalid, "says no time", own.path(),
                R"(write {"last": {"count": 90, "unit": "day"}}, {"from": …, "to": …}, or nothing )"
                "for ever");
  }
  return out;
}

Result<Compare> parse_compare(const Fields& fields) {
  using Op = Compare::Op;
  Compare out;
  out.op = TRY(fields.word<Op>("op", Op::kAtLeast,
                               {{"at_least", Op::kAtLeast},
                                {"at_most", Op::kAtMost},
                                {"greater", Op::kGreater},
                                {"less", Op::kLess},
                                {"is", Op::kIs},
                                {"is_not", Op::kIsNot},
                                {"between", Op::kBetween}}));
  const std::string where = fields.at("value");
  const Json* value = fields.find("value");
  if (value == nullptr) {
    if (fields.has("op")) return fields.missing("value");
    return out;  // at least once
  }
  if (out.op == Op::kBetween) {
    const auto borders = TRY(fields.borders("value", 2, 2));
    out.low = borders[0];
    out.high = borders[1];
    return out;
  }
  if (!value->is_number() || !std::isfinite(value->get<double>()))
    return fail(Code::kInvalid, "must be a number", where);
  out.low = value->get<double>();
  return out;
}

}  // namespace

bool Compare::fits(double value) const {
  switch (op) {
    case Op::kAtLeast:
      return value >= low;
    case Op::kAtMost:
      return value <= low;
    case Op::kGreater:
      return value > low;
    case Op::kLess:
      return value < low;
    case Op::kIs:
      return value == low;
    case Op::kIsNot:
      return value != low;
    case Op::kBetween:
      return low <= value && value < high;
  }
  return false;
}

Result<EventTest> parse_did(const Json& json, const std::string& path, const Calendar& calendar) {
  using Measure = EventTest::Measure;
  const Fields fields = TRY(Fields::of(
      json, path,
      {"event", "type", "any_event", "where", "measure", "property", "op", "value", "window"}));
  EventTest out;
  out.select = TRY(choose(choice_of(json), path));
  out.measure = TRY(fields.word<Measure>("measure", Measure::kCount,
                                         {{"count", Measure::kCount},
                                          {"days", Measure::kDays},
                                          {"sum", Measure::kSum},
                                          {"average", Measure::kAverage},
                                          {"minimum", Measure::kMinimum},
                                          {"maximum", Measure::kMaximum},
                                          {"first", Measure::kFirst},
                                          {"last", Measure::kLast}}));
  out.window = TRY(parse_window(fields, calendar, &out.since));
  if (out.measure < Measure::kSum) {
    if (fields.has("property"))
      return fail(Code::kInvalid, "this measure takes no property", fields.at("property"));
    out.compare = TRY(parse_compare(fields));
    return out;
  }
  out.property = TRY(fields.required_text("property", kMaxPropertyBytes));
  if (out.measure <= Measure::kMaximum) {
    TRY(fields.required("op"));
    out.compare = TRY(parse_compare(fields));
    return out;
  }
  Json test = {{"property", out.property}};
  for (const char* member : {"op", "value"}) {
    if (json.contains(member)) test[member] = json[member];
  }
  out.value = TRY(insight::parse_condition(test, path)).test;
  return out;
}

Result<EdgeTest> parse_edge(const Json& json, const std::string& path, bool last,
                            const Calendar& calendar) {
  const Fields fields =
      TRY(Fields::of(json, path, {"event", "type", "any_event", "where", "window"}));
  EdgeTest out;
  out.select = TRY(choose(choice_of(json), path));
  out.last = last;
  TRY(fields.required("window"));
  out.window = TRY(parse_window(fields, calendar));
  return out;
}

Result<SequenceTest> parse_sequence(const Json& json, const std::string& path,
                                    const Calendar& calendar) {
  const Fields fields = TRY(Fields::of(json, path, {"steps", "without", "within", "window"}));
  SequenceTest out;
  const auto read = [&](std::string_view member, size_t low, size_t high,
                        std::vector<NamedSelector>& into) -> Result<void> {
    const auto elements = TRY(fields.list(member, low, high));
    for (size_t i = 0; i < elements.size(); ++i)
      into.push_back(TRY(choose(*elements[i], join_path(fields.at(member), i))));
    return {};
  };
  TRY(fields.required("steps"));
  TRY(read("steps", kMinSteps, kMaxSteps, out.steps));
  TRY(read("without", 0, kMaxWithout, out.without));
  out.within = TRY(parse_length(fields, "within"));
  out.window = TRY(parse_window(fields, calendar));
  return out;
}

Result<TraitTest> parse_trait(const Json& json, const std::string& path, const Calendar& calendar) {
  using Op = TraitTest::Op;
  const Fields fields = TRY(Fields::of(json, path, {"property", "op", "value", "days"}));
  TraitTest out;
  out.property = TRY(fields.required_text("property", kMaxPropertyBytes));
  const auto unused = [&](std::string_view member) -> Result<void> {
    if (!fields.has(member)) return {};
    return fail(Code::kInvalid, "this comparison does not take it", fields.at(member));
  };
  static constexpr std::array<std::pair<std::string_view, Op>, 7> kOwn = {
      {{"has_all", Op::kHasAll},
       {"before", Op::kBefore},
       {"on_or_after", Op::kOnOrAfter},
       {"within_last", Op::kWithinLast},
       {"within_next", Op::kWithinNext},
       {"more_than_ago", Op::kMoreThanAgo},
       {"anniversary_within_next", Op::kAnniversaryWithinNext}}};
  const Json* op = fields.find("op");
  for (const auto& [word, meaning] : kOwn) {
    if (op != nullptr && op->is_string() && op->get_ref<const std::string&>() == word)
      out.op = meaning;
  }
  if (out.op == Op::kCompare || out.op == Op::kHasAll) {
    TRY(unused("days"));
    Json test = json;
    // A list is compared as `is` compares: what differs is how many must fit.
    if (out.op == Op::kHasAll) test["op"] = "is";
    auto condition = insight::parse_condition(test, path);
    if (!condition && condition.error().where == fields.at("op") && op != nullptr) {
      condition.error().hint +=
          " or one of has_all, before, on_or_after, within_last, "
          "within_next, more_than_ago, anniversary_within_next";
    }
    out.test = TRY(std::move(condition)).test;
    return out;
  }
  if (out.op == Op::kBefore || out.op == Op::kOnOrAfter) {
    TRY(unused("days"));
    out.at = TRY(parse_time(fields, "value", calendar));
    return out;
  }
  TRY(unused("value"));
  TRY(fields.required("days"));
  out.days = static_cast<int>(TRY(fields.integer("days", 1, 1, kMaxDays)));
  return out;
}

}  // namespace perennial::segments
