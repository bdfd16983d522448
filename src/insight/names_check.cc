// Whether the names in a question were ever seen. Selectors know where they stand in the document,
// and conditions are trees as written, so that paths can be told again.
#include "insight/names_check.h"

#include <algorithm>
#include <functional>

#include "insight/query_fields.h"

namespace perennial::insight {
namespace {

using timeline::Condition;
using timeline::EventSelector;

constexpr std::string_view kRest = "(other)";  // of the registry: names beyond its limit

// Calls each(test, path) for all comparisons of a tree.
template <class Tree, class Each>
Result<void> each_test(const Tree& tree, const std::string& path, const Each& each) {
  using Kind = typename Tree::Kind;
  switch (tree.kind) {
    case Kind::kAll:
    case Kind::kAny: {
      const std::string parts = join_path(path, tree.kind == Kind::kAll ? "all" : "any");
      for (size_t i = 0; i < tree.parts.size(); ++i)
        TRY(each_test(tree.parts[i], join_path(parts, i), each));
      return {};
    }
    case Kind::kNot:
      return each_test(tree.parts[0], join_path(path, "not"), each);
    case Kind::kTest:
      return each(tree.test, path);
    default:  // a set of people
      return {};
  }
}

struct PropertyUse {
  std::string name, path;
};

class Checker {
 public:
  explicit Checker(Names& names) : names_(names) {}

  Result<void> selector(const NamedSelector& named) {
    for (size_t i = 0; i < named.select.any_of.size(); ++i) {
      const EventSelector& event = named.select.any_of[i];
      const std::string path =
          named.listed ? join_path(join_path(named.path, "any_of"), i) : named.path;
      if (event.name) TRY(event_name(*event.type, *event.name, join_path(path, "event")));
      TRY(each_test(event.where, join_path(path, "where"),
                    [&](const timeline::Test& test, const std::string& where) {
                      return property_of_events({test.property, join_path(where, "property")},
                                                std::span(&event, 1));
                    }));
    }
    return {};
  }

  // A property that at least one of the events must carry.
  Result<void> property_of_events(const PropertyUse& use, std::span<const EventSelector> events) {
    std::vector<std::string> known;
    for (const EventSelector& event : events) {
      bool all = true;
      if (contains(*TRY(list_of(event, kNamesAge, all)), use.name)) return {};
      const auto newest = TRY(list_of(event, kNamesRetry, all));
      if (contains(*newest, use.name) || !all) return {};
      for (const auto& property : *newest) known.push_back(property.name);
    }
    const std::string of = events.size() == 1 && events[0].name
                               ? "\"" + std::string(cut_text(*events[0].name, 100)) + "\""
                               : "these events";
    return unknown("no property \"" + use.name + "\" was seen at " + of, use.path, use.name, known);
  }

  Result<void> property_of_people(const PropertyUse& use) {
    const auto properties = TRY(names_.person_properties());
    if (contains(*properties, use.name)) return {};
    std::vector<std::string> known;
    for (const auto& property : *properties) known.push_back(property.name);
    return unknown("no person was seen with the property \"" + use.name + "\"", use.path, use.name,
                   known);
  }

  Result<void> breakdown(const std::optional<Breakdown>& breakdown,
                         std::span<const EventSelector> events) {
    if (!breakdown) return {};
    if (breakdown->by == Breakdown::By::kEventProperty)
      return property_of_events({breakdown->property, "breakdown.event_property"}, events);
    if (breakdown->by == Breakdown::By::kPersonProperty)
      return property_of_people({breakdown->property, "breakdown.person_property"});
    return {};
  }

 private:
  static bool contains(const std::vector<events::PropertySchema>& list, std::string_view name) {
    return std::ranges::any_of(list, [&](const auto& property) {
      return property.name == name || property.name == kRest;
    });
  }

  Result<Names::Properties> list_of(const EventSelector& event, std::chrono::seconds age,
                                    bool& all) {
    all = true;
    if (event.name) return names_.properties(*event.type, *event.name, age);
    const bool nameless = event.type && *event.type != events::Type::kTrack &&
                          *event.type != events::Type::kPage &&
                          *event.type != events::Type::kScreen;
    if (nameless) return names_.properties(*event.type, "", age);
    return names_.properties_of_any(event.type, all);
  }

  Result<void> event_name(events::Type type, const std::string& name, const std::string& path) {
    std::vector<std::string> known;
    for (std::chrono::seconds age : {kNamesAge, kNamesRetry}) {
      known.clear();
      for (const auto& event : *TRY(names_.events(age))) {
        if (event.type != type) continue;
        if (event.name == name || event.name == kRest) return {};
        known.push_back(event.name);
      }
    }
    return unknown("no " + std::string(events::type_name(type)) + " event \"" +
                       std::string(cut_text(name, 100)) + "\" was seen",
                   path, name, known);
  }

  static std::unexpected<Error> unknown(std::string message, const std::string& path,
                                        std::string_view name,
                                        const std::vector<std::string>& known) {
    std::string hint = did_you_mean(close_matches(name, known));
    if (hint.empty() && known.empty()) hint = "nothing of the kind was seen yet";
    return fail(Code::kInvalid, std::move(message), path, hint);
  }

  Names& names_;
};

std::vector<EventSelector> together(std::initializer_list<const NamedSelector*> selectors) {
  std::vector<EventSelector> events;
  for (const NamedSelector* one : selectors)
    events.insert(events.end(), one->select.any_of.begin(), one->select.any_of.end());
  return events;
}

std::vector<EventSelector> together(std::span<const NamedSelector> selectors) {
  std::vector<EventSelector> events;
  for (const NamedSelector& one : selectors)
    events.insert(events.end(), one.select.any_of.begin(), one.select.any_of.end());
  return events;
}

// What the steps of paths are unless the question says which events count.
std::vector<EventSelector> steps_of_paths() {
  std::vector<EventSelector> events;
  for (events::Type type : {events::Type::kTrack, events::Type::kPage, events::Type::kScreen})
    events.push_back({.type = type, .name = std::nullopt, .where = {}});
  return events;
}

// One for each analysis.
struct Visit {
  Checker& check;

  Result<void> property(const std::string& name, const std::string& path,
                        std::span<const EventSelector> events) const {
    if (name.empty()) return {};
    return check.property_of_events({name, path}, events);
  }
  Result<void> all(std::span<const NamedSelector> selectors) const {
    for (const auto& selector : selectors) TRY(check.selector(selector));
    return {};
  }

  Result<void> operator()(const TrendsQuery& q) const {
    std::vector<EventSelector> events;
    for (size_t i = 0; i < q.series.size(); ++i) {
      TRY(check.selector(q.series[i].select));
      const auto own = together({&q.series[i].select});
      TRY(property(q.series[i].property, join_path(join_path("series", i), "property"), own));
      events.insert(events.end(), own.begin(), own.end());
    }
    return check.breakdown(q.breakdown, events);
  }
  Result<void> operator()(const FunnelQuery& q) const {
    TRY(all(q.steps));
    for (const auto& exclusion : q.exclusions) TRY(check.selector(exclusion.select));
    const auto events = together(q.steps);
    TRY(property(q.held_property, "held_property", events));
    return check.breakdown(q.breakdown, events);
  }
  Result<void> operator()(const RetentionQuery& q) const {
    TRY(check.selector(q.start));
    TRY(check.selector(q.comes_back));
    return check.breakdown(q.breakdown, together({&q.start}));
  }
  Result<void> operator()(const LifecycleQuery& q) const { return check.selector(q.select); }
  Result<void> operator()(const StickinessQuery& q) const {
    TRY(check.selector(q.select));
    return check.breakdown(q.breakdown, together({&q.select}));
  }
  Result<void> operator()(const ActiveQuery& q) const { return check.selector(q.select); }
  Result<void> operator()(const DistributionQuery& q) const {
    TRY(check.selector(q.select));
    TRY(property(q.property, "property", together({&q.select})));
    return check.breakdown(q.breakdown, together({&q.select}));
  }
  Result<void> operator()(const IntervalQuery& q) const {
    TRY(check.selector(q.start));
    TRY(check.selector(q.end));
    TRY(property(q.held_property, "held_property", together({&q.start, &q.end})));
    return check.breakdown(q.breakdown, together({&q.start}));
  }
  Result<void> operator()(const PathsQuery& q) const {
    if (q.from) TRY(check.selector(*q.from));
    if (q.to) TRY(check.selector(*q.to));
    TRY(all(q.events));
    TRY(all(q.without));
    if (!q.split) return {};
    TRY(all(q.split->events));
    return property(q.split->property, "split.property",
                    !q.split->events.empty() ? together(q.split->events)
                    : !q.events.empty()      ? together(q.events)
                                             : steps_of_paths());
  }
  Result<void> operator()(const AttributionQuery& q) const {
    TRY(check.selector(q.conversion));
    TRY(all(q.touches));
    TRY(property(q.value_property, "value_property", together({&q.conversion})));
    return property(q.touch_property, "touch_property", together(q.touches));
  }
  Result<void> operator()(const SessionsQuery& q) const {
    TRY(check.selector(q.select));
    return check.breakdown(q.breakdown, together({&q.select}));
  }
  Result<void> operator()(const RfmQuery& q) const {
    TRY(check.selector(q.select));
    return property(q.value_property, "value_property", together({&q.select}));
  }
};

}  // namespace

Result<void> check_names(const Query& query, Names& names) {
  Checker check(names);
  TRY(each_test(query.people, "people", [&](const timeline::Test& test, const std::string& path) {
    return check.property_of_people({test.property, join_path(path, "property")});
  }));
  return std::visit(Visit{check}, query.analysis);
}

Result<void> check_selector(const NamedSelector& selector, Names& names) {
  return Checker(names).selector(selector);
}

Result<void> check_event_property(const std::string& property, const std::string& path,
                                  std::span<const EventSelector> events, Names& names) {
  return Checker(names).property_of_events({property, path}, events);
}

Result<void> check_person_property(const std::string& property, const std::string& path,
                                   Names& names) {
  return Checker(names).property_of_people({property, path});
}

}  // namespace perennial::insight
