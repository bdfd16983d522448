// For tests: rules held against plain lists of events, person by person, by the words of the
// contract and nothing else.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "segments/rule.h"
#include "segments/trait.h"

namespace perennial::segments {

struct TwinEvent {
  int64_t ms = 0;
  int order = 0;  // of arrival
  std::string name;
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> texts;
  Second at() const { return static_cast<Second>(ms / 1000); }
};

struct TwinPerson {
  bool known = true;
  std::string traits = "{}";
  std::vector<TwinEvent> events;  // in order
};

class Twin {
 public:
  Twin(Calendar calendar, Instant now)
      : calendar_(calendar), now_(timeline::to_second(now)), today_(Today::of(calendar, now)) {}

  bool holds(const Rule& rule, const TwinPerson& person) const {
    switch (rule.kind) {
      case Rule::Kind::kAll:
        return std::ranges::all_of(rule.parts, [&](const Rule& r) { return holds(r, person); });
      case Rule::Kind::kAny:
        return std::ranges::any_of(rule.parts, [&](const Rule& r) { return holds(r, person); });
      case Rule::Kind::kNot:
        return !holds(rule.parts[0], person);
      case Rule::Kind::kTrait: {
        TraitReader reader(rule.trait.property);
        return fits(reader.read("", person.traits), rule.trait, today_);
      }
      case Rule::Kind::kDid:
        return did(rule.did, person);
      case Rule::Kind::kEdge: {
        const auto all = those(rule.edge.select, person, {});
        if (all.empty()) return false;
        return inside(rule.edge.last ? *all.back() : *all.front(), rule.edge.window);
      }
      case Rule::Kind::kSequence:
        return sequence(rule.sequence, person);
      case Rule::Kind::kConsent:
        return std::ranges::count(rule.consent.is, consent(rule.consent, person)) != 0;
      default:
        return false;
    }
  }

 private:
  // The last word on the topic, or else on the channel.
  ConsentTest::Word consent(const ConsentTest& test, const TwinPerson& person) const {
    const auto last = [&](const std::string& topic) {
      auto word = ConsentTest::Word::kUnknown;
      for (const TwinEvent& event : person.events) {
        const auto said = [&](const char* name) {
          const auto found = event.texts.find(name);
          return found == event.texts.end() ? std::string() : found->second;
        };
        if (event.at() > now_ || said("channel") != test.channel || said("topic") != topic)
          continue;
        if (event.name == "Subscribed") word = ConsentTest::Word::kSubscribed;
        if (event.name == "Unsubscribed") word = ConsentTest::Word::kUnsubscribed;
      }
      return word;
    };
    const auto word = test.topic.empty() ? ConsentTest::Word::kUnknown : last(test.topic);
    return word != ConsentTest::Word::kUnknown ? word : last("");
  }

  using Some = std::vector<const TwinEvent*>;

  static bool fits_test(const timeline::Test& test, const TwinEvent& event) {
    using Op = timeline::Test::Op;
    const auto number = event.numbers.find(test.property);
    const auto text = event.texts.find(test.property);
    const bool has_number = number != event.numbers.end(), has_text = text != event.texts.end();
    const auto is = [&] {
      return (has_number && std::ranges::count(test.numbers, number->second) != 0) ||
             (has_text && std::ranges::count(test.texts, text->second) != 0);
    };
    switch (test.op) {
      case Op::kIs:
        return is();
      case Op::kIsNot:
        return !is();
      case Op::kIsSet:
        return has_number || has_text;
      case Op::kIsNotSet:
        return !has_number && !has_text;
      case Op::kAtLeast:
        return has_number && number->second >= test.numbers[0];
      case Op::kLess:
        return has_number && number->second < test.numbers[0];
      default:
        ADD_FAILURE() << "the twin does not know this operator";
        return false;
    }
  }
  static bool fits_condition(const timeline::Condition& condition, const TwinEvent& event) {
    using Kind = timeline::Condition::Kind;
    const auto part = [&](const auto& one) { return fits_condition(one, event); };
    if (condition.kind == Kind::kTest) return fits_test(condition.test, event);
    if (condition.kind == Kind::kAny) return std::ranges::any_of(condition.parts, part);
    if (condition.kind == Kind::kNot) return !part(condition.parts[0]);
    return std::ranges::all_of(condition.parts, part);
  }
  static bool fits_event(const NamedSelector& select, const TwinEvent& event) {
    return std::ranges::any_of(select.select.any_of, [&](const auto& one) {
      return (!one.name || *one.name == event.name) && fits_condition(one.where, event);
    });
  }

  bool inside(const TwinEvent& event, const Window& window) const {
    const Second at = event.at();
    if (at > now_) return false;
    if (window.last && add(calendar_, at, *window.last) <= now_) return false;
    if (window.before && add(calendar_, at, *window.before) > now_) return false;
    if (window.from && at < *window.from) return false;
    if (window.to && at >= *window.to) return false;
    if (!window.current) return true;
    return calendar_.start_of(*window.current, timeline::to_instant(at)) ==
           calendar_.start_of(*window.current, timeline::to_instant(now_));
  }

  Some those(const NamedSelector& select, const TwinPerson& person, const Window& window) const {
    Some out;
    for (const TwinEvent& event : person.events) {
      if (fits_event(select, event) && inside(event, window)) out.push_back(&event);
    }
    return out;
  }

  bool did(const EventTest& test, const TwinPerson& person) const {
    Some all = those(test.select, person, test.window);
    if (test.since) {
      const Some others = those(test.since->event, person, {});
      if (others.empty()) {
        all.clear();
        if (test.measure < EventTest::Measure::kAverage) return false;
      } else {
        const TwinEvent* other = test.since->last ? others.back() : others.front();
        std::erase_if(all, [&](const TwinEvent* event) {
          const bool late = test.since->within &&
                            int64_t{event->at()} >= int64_t{other->at()} + *test.since->within;
          return event <= other || late;  // they lie in one list, in order
        });
      }
    }
    if (test.measure >= EventTest::Measure::kFirst) {
      std::erase_if(all, [&](const TwinEvent* event) {
        return !event->numbers.contains(test.property) && !event->texts.contains(test.property);
      });
      if (all.empty()) return false;
      const bool last = test.measure == EventTest::Measure::kLast;
      return fits_test(test.value, last ? *all.back() : *all.front());
    }
    const auto value = measure(test, all);
    return value && test.compare.fits(*value);
  }

  std::optional<double> measure(const EventTest& test, const Some& all) const {
    using Measure = EventTest::Measure;
    if (test.measure == Measure::kCount) return static_cast<double>(all.size());
    if (test.measure == Measure::kDays) {
      std::set<Instant> days;
      for (const auto* event : all)
        days.insert(calendar_.start_of(Period::kDay, timeline::to_instant(event->at())));
      return static_cast<double>(days.size());
    }
    std::vector<double> numbers;
    for (const auto* event : all) {
      const auto found = event->numbers.find(test.property);
      if (found != event->numbers.end()) numbers.push_back(found->second);
    }
    double sum = 0;
    for (double number : numbers) sum += number;
    if (test.measure == Measure::kSum) return sum;
    if (numbers.empty()) return std::nullopt;
    if (test.measure == Measure::kAverage) return sum / static_cast<double>(numbers.size());
    return test.measure == Measure::kMinimum ? std::ranges::min(numbers)
                                             : std::ranges::max(numbers);
  }

  bool sequence(const SequenceTest& test, const TwinPerson& person) const {
    std::vector<const TwinEvent*> chosen;
    return chain(test, person, 0, chosen);
  }
  bool chain(const SequenceTest& test, const TwinPerson& person, size_t step,
             std::vector<const TwinEvent*>& chosen) const {
    if (step == test.steps.size()) {
      const TwinEvent *first = chosen.front(), *last = chosen.back();
      if (test.within && int64_t{last->at()} - first->at() > int64_t{*test.within}) return false;
      for (const auto& without : test.without) {
        for (const TwinEvent* event : those(without, person, test.window)) {
          if (event > first && event < last) return false;
        }
      }
      return true;
    }
    for (const TwinEvent* event : those(test.steps[step], person, test.window)) {
      if (!chosen.empty() && event <= chosen.back()) continue;
      chosen.push_back(event);
      if (chain(test, person, step + 1, chosen)) return true;
      chosen.pop_back();
    }
    return false;
  }

  Calendar calendar_;
  Second now_;
  Today today_;
};

}  // namespace perennial::segments
