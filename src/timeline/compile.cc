#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "people/own_events.h"
#include "timeline/plan.h"

namespace perennial::timeline {
namespace {

using Op = Test::Op;

void each_test(const Condition& condition, const std::function<void(const Test&)>& each) {
  if (condition.kind == Condition::Kind::kTest) each(condition.test);
  for (const Condition& part : condition.parts) each_test(part, each);
}

CarriedCodes carried_codes(const std::string& path, const Dictionary& dictionary) {
  CarriedCodes out;
  if (path.empty()) return out;
  out.wanted = true;
  out.property = dictionary.find_property(path);
  if (out.property) out.texts = dictionary.texts(*out.property);
  return out;
}

// The operator's positive form.
CompiledTest positive(const Test& test) {
  CompiledTest out{.op = test.op, .numbers = test.numbers};
  if (test.op == Op::kIsNot || test.op == Op::kNotContains || test.op == Op::kIsNotSet) {
    out.opposite = true;
    out.op = test.op == Op::kIsNot      ? Op::kIs
             : test.op == Op::kIsNotSet ? Op::kIsSet
                                        : Op::kContains;
  }
  return out;
}

CompiledTest compile_test(const Test& test, const Dictionary& dictionary) {
  CompiledTest out = positive(test);
  out.property = dictionary.find_property(test.property);
  if (!out.property) return out;
  out.texts.assign(size_t{dictionary.texts(*out.property)} + 1, 0);
  const auto fitting = dictionary.texts_where(*out.property, [&](std::string_view text) {
    return out.op == Op::kIsSet || fits_text(test, text);
  });
  for (uint32_t code : fitting) {
    if (code < out.texts.size()) out.texts[code] = 1;
  }
  return out;
}

// Whether nothing of the event is looked at but that it happened.
bool plain(const EventSelector& event) { return event.where.always(); }

std::vector<uint32_t> own_events(const Dictionary& dictionary) {
  std::vector<uint32_t> out;
  for (std::string_view name : people::kOwnEvents) {
    if (const auto number = dictionary.find_event(events::Type::kTrack, name))
      out.push_back(*number);
  }
  return out;
}

CompiledSelector compile_selector(const Selector& selector, const Dictionary& dictionary) {
  CompiledSelector out{.from = selector.from,
                       .to = selector.to,
                       .open_start = selector.open_start,
                       .at_least = selector.at_least,
                       .group_is_name = selector.group_is_name,
                       .names_as_they_lie = selector.names_as_they_lie,
                       .group = carried_codes(selector.group, dictionary),
                       .held = carried_codes(selector.held, dictionary),
                       .carries_number = !selector.number.empty()};
  if (out.carries_number) out.number = dictionary.find_property(selector.number);
  const std::vector<uint32_t> own = own_events(dictionary);
  const bool properties = out.group.wanted || out.held.wanted || out.carries_number;
  const auto anything = [](const EventSelector& event) {
    return !event.type && !event.name && plain(event);
  };
  if (!properties && (selector.any_of.empty() || std::ranges::any_of(selector.any_of, anything))) {
    out.any_event = true;
    if (own.empty()) return out;
    out.own = own;
  }
  std::vector<EventSelector> events = selector.any_of;
  if (events.empty()) events.push_back({.type = std::nullopt});
  const size_t names = dictionary.events();
  out.names.assign(names, 0);
  size_t fitting = 0;
  for (uint32_t number = 0; number < names; ++number) {
    const EventName name = dictionary.event_name(number);
    std::vector<CompiledCondition> conditions;
    bool whole = false;  // one of them asks for every event of that name
    for (const EventSelector& event : events) {
      if (event.type && *event.type != name.type) continue;
      if (event.name ? *event.name != name.name : std::ranges::count(own, number) != 0) continue;
      whole |= plain(event);
      if (!plain(event)) conditions.push_back(compile_condition(event.where, dictionary));
    }
    if (!whole && conditions.empty()) continue;
    if (whole) conditions.clear();
    // Names share the entry of conditions when they have none, which is the usual case.
    const auto same = std::ranges::find_if(
        out.conditions, [&](const auto& known) { return known.empty() && conditions.empty(); });
    if (same == out.conditions.end()) {
      out.conditions.push_back(std::move(conditions));
      out.names[number] = static_cast<uint16_t>(out.conditions.size());
    } else {
      out.names[number] = static_cast<uint16_t>(same - out.conditions.begin() + 1);
    }
    out.only_name = ++fitting == 1 ? std::optional(number) : std::nullopt;
  }
  return out;
}

std::optional<DayBorders> day_borders(const Periods& periods, Zone zone) {
  DayBorders out;
  const Calendar calendar{.zone = zone};
  for (int i = 0; i <= periods.size(); ++i) {
    const Instant border = to_instant(i < periods.size() ? periods.from(i) : periods.end());
    if (calendar.start_of(Period::kDay, border) != border) return std::nullopt;
    const auto local = zone.to_local(border).time_since_epoch();
    // Noon is on the same day whether or not the day began at midnight.
    out.days.push_back(static_cast<int32_t>(
        std::chrono::floor<std::chrono::days>(local + std::chrono::hours(12)).count()));
  }
  return out;
}

// Distinct numbers of a property in the events of selectors.
class NumberKernel {
 public:
  explicit NumberKernel(double step) : codes_{.step = step} {}
  void add(const Slice& slice) {
    for (const Hits& hits : slice.hits) {
      slice.who.for_each([&](uint32_t person) {
        for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
          if (std::isnan(hits.number[hit]) || hits.number[hit] == last_) continue;
          last_ = hits.number[hit];
          if (numbers_.size() <= kMaxNumberGroups) numbers_.insert(codes_.bin(last_));
        }
      });
    }
  }
  void merge(const NumberKernel& other) {
    numbers_.insert(other.numbers_.begin(), other.numbers_.end());
  }
  const std::set<double>& numbers() const { return numbers_; }

 private:
  CarriedCodes codes_;
  std::set<double> numbers_;
  double last_ = std::nan("");
};

Result<std::vector<double>> distinct_numbers(const Snapshot& snapshot, const Ask& ask,
                                             const std::string& path, double step, Pool& pool,
                                             const Stop& stop) {
  Ask numbers{.selectors = {}, .among = ask.among, .person_group = nullptr, .presence = {}};
  for (const Selector& selector : ask.selectors) {
    if (selector.group != path && selector.held != path) continue;
    numbers.selectors.push_back({.any_of = selector.any_of,
                                 .from = selector.from,
                                 .to = selector.to,
                                 .number = path,
                                 .group = "",
                                 .held = ""});
  }
  const auto plan = TRY(compile(snapshot, std::move(numbers), pool, stop));
  const NumberKernel found = TRY(run(*plan, NumberKernel(step), pool, stop));
  if (found.numbers().size() > kMaxNumberGroups) {
    return fail(
        Code::kTooLarge,
        "the property has more than " + std::to_string(kMaxNumberGroups) + " different numbers",
        path, "break down by a property with fewer values");
  }
  return std::vector<double>(found.numbers().begin(), found.numbers().end());
}

}  // namespace

bool fits_text(const Test& test, std::string_view text) {
  return std::ranges::any_of(test.texts, [&](const std::string& wanted) {
    switch (test.op) {
      case Op::kContains:
      case Op::kNotContains:
        return text.find(wanted) != std::string_view::npos;
      case Op::kStartsWith:
        return text.starts_with(wanted);
      default:
        return text == wanted;
    }
  });
}

CompiledCondition compile_condition(const Condition& condition, const Dictionary& dictionary) {
  CompiledCondition out{.kind = condition.kind};
  if (condition.kind == Condition::Kind::kTest) {
    out.test = compile_test(condition.test, dictionary);
  }
  for (const Condition& part : condition.parts) {
    out.parts.push_back(compile_condition(part, dictionary));
  }
  return out;
}

uint32_t Snapshot::buckets() const {
  uint32_t most = 0;
  for (const auto& layer : layers) most = std::max(most, layer->buckets());
  return most;
}

std::set<std::string> properties_of(const Ask& ask) {
  std::set<std::string> out;
  for (const Selector& selector : ask.selectors) {
    for (const std::string* carried : {&selector.number, &selector.group, &selector.held}) {
      if (!carried->empty()) out.insert(*carried);
    }
    for (const EventSelector& event : selector.any_of) {
      each_test(event.where, [&](const Test& test) { out.insert(test.property); });
    }
  }
  return out;
}

std::vector<std::string> missing_properties(const Dictionary& dictionary, const Ask& ask) {
  std::vector<std::string> out;
  for (const std::string& path : properties_of(ask)) {
    const auto property = dictionary.find_property(path);
    if (property ? dictionary.dropped(*property) : dictionary.full()) out.push_back(path);
  }
  return out;
}

Result<std::shared_ptr<const Plan>> compile(const Snapshot& snapshot, Ask ask, Pool& pool,
                                            const Stop& stop) {
  if (ask.selectors.size() > kMaxSelectors) {
    return fail(Code::kInvalid,
                "a question has at most " + std::to_string(kMaxSelectors) + " selectors of events");
  }
  auto plan = std::make_shared<Plan>();
  plan->snapshot = snapshot;
  plan->buckets = snapshot.buckets();
  // What one property is carried as: the dictionary may grow between two selectors.
  std::map<std::pair<std::string, double>, CarriedCodes> shared;
  for (const Selector& selector : ask.selectors) {
    CompiledSelector compiled = compile_selector(selector, *snapshot.dictionary);
    for (auto [codes, path, step] :
         {std::tuple(&compiled.group, &selector.group, selector.group_step),
          std::tuple(&compiled.held, &selector.held, 0.0)}) {
      if (!codes->property) continue;
      auto [place, added] = shared.try_emplace({*path, step}, *codes);
      if (added && snapshot.dictionary->has_numbers(*codes->property)) {
        place->second.step = step;
        place->second.numbers = TRY(distinct_numbers(snapshot, ask, *path, step, pool, stop));
      }
      *codes = place->second;
    }
    plan->selectors.push_back(std::move(compiled));
  }
  if (ask.presence) plan->day_borders = day_borders(*ask.presence, snapshot.zone);
  plan->ask = std::move(ask);
  return plan;
}

uint32_t buckets_of(const Plan& plan) { return plan.buckets; }
const Snapshot& snapshot_of(const Plan& plan) { return plan.snapshot; }

size_t group_codes(const Plan& plan, size_t selector) {
  const CompiledSelector& of = plan.selectors[selector];
  if (of.group_is_name) return plan.snapshot.dictionary->events() + size_t{1};
  return of.group.texts + of.group.numbers.size() + 1;
}

std::string group_label(const Plan& plan, size_t selector, uint32_t code, bool held) {
  const CompiledSelector& of = plan.selectors[selector];
  if (code == 0) return "";
  if (of.group_is_name && !held) return plan.snapshot.dictionary->event_name(code - 1).name;
  const CarriedCodes& codes = held ? of.held : of.group;
  if (code <= codes.texts) return plan.snapshot.dictionary->text_of(*codes.property, code);
  const double number = codes.numbers[code - codes.texts - 1];
  if (codes.step != 0) return fmt::format("[{}, {})", number, number + codes.step);
  return fmt::format("{}", number);
}

CodeBefore label_order(const Plan& plan, size_t selector) {
  const CompiledSelector& of = plan.selectors[selector];
  const uint32_t texts = of.group_is_name ? UINT32_MAX : of.group.texts;
  return [&plan, selector, texts](uint32_t a, uint32_t b) {
    // The numbers of a property have ascending codes above those of its texts.
    if (a == 0 || b == 0 || a > texts || b > texts) return a < b;
    return group_label(plan, selector, a) < group_label(plan, selector, b);
  };
}

Result<People> collect(const Plan& plan, Pool& pool, const Stop& stop,
                       const std::function<void(const Slice&, Crowd& out)>& each) {
  People people(plan.buckets);
  std::vector<std::unique_ptr<BucketReader>> readers;
  for (unsigned i = 0; i < pool.threads(); ++i) {
    readers.push_back(std::make_unique<BucketReader>(plan));
  }
  TRY(pool.run(plan.buckets, stop, [&](uint32_t bucket, unsigned thread) {
    each(readers[thread]->read(bucket), people[bucket]);
  }));
  return people;
}

}  // namespace perennial::timeline
