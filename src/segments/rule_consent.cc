// Conditions on consent are written as conditions on the events that say it, so that they follow
// every event at once and read what the timeline holds. The last word is "subscribed" when nothing
// was taken back since the last Subscribed, and the other way round. Consent to e-mail as a whole
// is also said by a trait: people/ knows it.
#include <utility>

#include <algorithm>

#include "segments/rule.h"
#include "segments/rule_fields.h"

namespace perennial::segments {
namespace {

using insight::Fields;
using insight::join_path;
using timeline::Condition;
using timeline::EventSelector;
using timeline::Test;
using Kind = Rule::Kind;
using Word = ConsentTest::Word;

constexpr size_t kMaxChannelBytes = 100;
constexpr std::string_view kSubscribed = "Subscribed", kUnsubscribed = "Unsubscribed";
constexpr std::string_view kEmail = "email";
constexpr std::string_view kEmailFact = "email_consent";

Condition test_of(std::string_view property, Test::Op op, std::vector<std::string> texts) {
  Condition out;
  out.kind = Condition::Kind::kTest;
  out.test = {
      .property = std::string(property), .op = op, .texts = std::move(texts), .numbers = {}};
  return out;
}

// Words on exactly this channel and topic.
EventSelector said(std::string_view event, const ConsentTest& test) {
  EventSelector out;
  out.name = event;
  out.where.parts.push_back(test_of("channel", Test::Op::kIs, {test.channel}));
  if (!test.topic.empty()) {
    out.where.parts.push_back(test_of("topic", Test::Op::kIs, {test.topic}));
    return out;
  }
  Condition whole;  // without a topic, or with an empty one
  whole.kind = Condition::Kind::kAny;
  whole.parts = {test_of("topic", Test::Op::kIsNotSet, {}), test_of("topic", Test::Op::kIs, {""})};
  out.where.parts.push_back(std::move(whole));
  return out;
}

NamedSelector selector(std::vector<EventSelector> events) {
  NamedSelector out;
  out.select.any_of = std::move(events);
  return out;
}

// That this was said last about exactly this channel and topic.
Rule last_word(const ConsentTest& test, Word word, const std::string& path) {
  Rule rule;
  rule.kind = Kind::kDid;
  rule.path = path;
  rule.did.compare = {.op = Compare::Op::kAtMost, .low = 0, .high = 0};
  const EventSelector yes = said(kSubscribed, test), no = said(kUnsubscribed, test);
  if (word == Word::kUnknown) {
    rule.did.select = selector({yes, no});
    return rule;
  }
  const bool granted = word == Word::kSubscribed;
  rule.did.select = selector({granted ? no : yes});
  rule.did.since =
      Since{.event = selector({granted ? yes : no}), .last = true, .within = std::nullopt};
  return rule;
}

Rule group(Kind kind, std::vector<Rule> parts, const std::string& path) {
  Rule rule;
  rule.kind = kind;
  rule.path = path;
  rule.parts = std::move(parts);
  return rule;
}

// Of the channel as a whole.
Rule of_channel(const ConsentTest& test, const std::string& path) {
  if (test.channel == kEmail) {
    Rule rule;
    rule.kind = Kind::kFact;
    rule.path = path;
    rule.fact.fact = kEmailFact;
    for (const Word word : test.is) rule.fact.is.emplace_back(word_of(word));
    return rule;
  }
  const ConsentTest whole{.channel = test.channel, .topic = "", .is = {}};
  std::vector<Rule> parts;
  for (const Word word : test.is) parts.push_back(last_word(whole, word, path));
  return group(Kind::kAny, std::move(parts), path);
}

Rule meaning_of(const ConsentTest& test, const std::string& path) {
  if (test.topic.empty()) return of_channel(test, path);
  std::vector<Rule> parts;
  for (const Word word : test.is) {
    if (word != Word::kUnknown) parts.push_back(last_word(test, word, path));
  }
  parts.push_back(
      group(Kind::kAll, {last_word(test, Word::kUnknown, path), of_channel(test, path)}, path));
  return group(Kind::kAny, std::move(parts), path);
}

}  // namespace

std::string_view word_of(Word word) {
  switch (word) {
    case Word::kSubscribed:
      return "subscribed";
    case Word::kUnsubscribed:
      return "unsubscribed";
    case Word::kUnknown:
      return "unknown";
  }
  return "unknown";
}

Rule consent_rule(ConsentTest test, const std::string& path) {
  Rule rule = group(Kind::kConsent, {meaning_of(test, path)}, path);
  rule.consent = std::move(test);
  return rule;
}

Result<ConsentTest> parse_consent(const Json& json, const std::string& path) {
  const Fields fields = TRY(Fields::of(json, path, {"channel", "topic", "is"}));
  ConsentTest test;
  test.channel = TRY(fields.required_text("channel", kMaxChannelBytes));
  test.topic = TRY(fields.text("topic", kMaxChannelBytes));
  TRY(fields.required("is"));
  const auto words = TRY(fields.list("is", 1, 3));
  for (size_t i = 0; i < words.size(); ++i) {
    const Word word = TRY(Fields::word_of<Word>(*words[i], join_path(fields.at("is"), i),
                                                {{"subscribed", Word::kSubscribed},
                                                 {"unsubscribed", Word::kUnsubscribed},
                                                 {"unknown", Word::kUnknown}}));
    if (std::ranges::count(test.is, word) == 0) test.is.push_back(word);
  }
  return test;
}

}  // namespace perennial::segments
