// A segment's rule as a tree: what the document (SegmentDefinition of api/openapi.yaml) says,
// checked in itself. Names of events and properties are checked by check_rule.h.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/base.h"
#include "insight/insight.h"
#include "segments/window.h"

namespace perennial::segments {

inline constexpr size_t kMaxRuleDepth = 16;
inline constexpr size_t kMaxRuleNodes = 256;
inline constexpr size_t kMinSteps = 2, kMaxSteps = 8;  // of a sequence
inline constexpr size_t kMaxListValues = 1'000;        // of one comparison with a trait
inline constexpr int kMaxDays = 3'660;                 // of a condition on a date

using insight::NamedSelector;

// A comparison with a trait.
struct TraitTest {
  enum class Op {
    kCompare,  // `test`: the operators that properties of events have
    kHasAll,   // a list that holds all of test.texts and test.numbers
    // Dates: days of the workspace's calendar.
    kBefore,                 // earlier than `at`
    kOnOrAfter,              // `at` or later
    kWithinLast,             // the day is in (today − days, today]
    kWithinNext,             // the day is in [today, today + days)
    kMoreThanAgo,            // the day is today − days or earlier
    kAnniversaryWithinNext,  // its next anniversary is in [today, today + days)
  };
  std::string property;
  Op op = Op::kCompare;
  timeline::Test test;
  Instant at;
  int days = 0;
  bool relative() const { return op >= Op::kWithinLast; }
};

// A comparison with a number.
struct Compare {
  enum class Op { kAtLeast, kAtMost, kGreater, kLess, kIs, kIsNot, kBetween };
  Op op = Op::kAtLeast;
  double low = 1, high = 0;  // `high` of kBetween: low ≤ value < high
  bool fits(double value) const;
};

// Events since another one of the same person.
struct Since {
  NamedSelector event;
  bool last = false;             // since the last one; else since the first
  std::optional<Second> within;  // and less than this after it
};

struct EventTest {
  enum class Measure { kCount, kDays, kSum, kAverage, kMinimum, kMaximum, kFirst, kLast };
  NamedSelector select;
  Measure measure = Measure::kCount;
  std::string property;  // of the measures from kSum on
  Compare compare;       // of the measures up to kMaximum
  timeline::Test value;  // of kFirst and kLast: what the property is then compared with
  Window window;
  std::optional<Since> since;
};

// Whether the first or the last event ever is in the window.
struct EdgeTest {
  NamedSelector select;
  bool last = false;
  Window window;
};

struct SequenceTest {
  std::vector<NamedSelector> steps;
  std::vector<NamedSelector> without;
  std::optional<Second> within;  // from the first step to the last
  Window window;                 // that holds all steps
};

struct FactTest {
  std::string fact;
  std::vector<std::string> is;
};

// What somebody said last about a channel, or a topic on it: of a topic that they said nothing
// about, what they said about the channel as a whole.
struct ConsentTest {
  enum class Word { kSubscribed, kUnsubscribed, kUnknown };
  std::string channel, topic;  // topic "": the channel as a whole
  std::vector<Word> is;
};
std::string_view word_of(ConsentTest::Word word);

struct Rule {
  // Conditions on consent are made of conditions on events: parts[0].
  enum class Kind { kAll, kAny, kNot, kConsent, kTrait, kDid, kEdge, kSequence, kSegment, kFact };
  Kind kind = Kind::kAll;
  std::string path;         // in the document: "rule.all[1]"
  std::vector<Rule> parts;  // exactly one of kNot and kConsent
  Json source;              // of a leaf and of kConsent: its document
  TraitTest trait;
  EventTest did;
  EdgeTest edge;
  SequenceTest sequence;
  std::string segment;
  FactTest fact;
  ConsentTest consent;
  bool leaf() const { return kind >= Kind::kTrait; }
};

// Against whom the rule is held: everyone there is, those with a user id, or another segment.
struct Universe {
  enum class Kind { kEveryone, kKnown, kSegment } kind = Kind::kEveryone;
  std::string segment;
};

struct Definition {
  Universe universe;
  Rule rule;
};

// `json` holds the members `universe` and `rule`. kInvalid names the bad part by its path.
Result<Definition> parse_definition(const Json& json, const Calendar& calendar,
                                    const std::string& path = "");

// What a segment itself causes cannot be what it is made of: these names are refused, and events of
// any name do not include them.
inline constexpr std::array<std::string_view, 2> kOwnEvents = {"Segment Entered", "Segment Left"};

// The condition alone, as parse_definition() makes it.
Rule consent_rule(ConsentTest test, const std::string& path);

// Calls each(leaf) for all leaves, in the order of the document. Those that a condition on consent
// is made of have no document of their own.
void each_leaf(const Rule& rule, const std::function<void(const Rule&)>& each);
// The segments that a definition refers to, the universe included.
std::set<std::string> references_of(const Definition& definition);
std::set<std::string> facts_of(const Definition& definition);
// Calls each(rule) for all conditions on consent.
void each_consent(const Rule& rule, const std::function<void(const Rule&)>& each);

}  // namespace perennial::segments
