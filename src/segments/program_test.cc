// Whole evaluation, single people, the event log and a slow twin must agree about random rules over
// random histories; and nothing may change before a bucket says that time will change it.
#include "segments/program.h"

#include <random>

#include "segments/segments_testing.h"
#include "segments/twin.h"

namespace perennial::segments {
namespace {

constexpr int kPeople = 600;  // more than a bucket
constexpr const char* kNames[] = {"A", "B", "C", "D"};
constexpr int64_t kDayMs = 86'400'000;

class ProgramTest : public SegmentsTest {
 protected:
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  bool chance(int percent) { return pick(1, 100) <= percent; }

  void add_event(int who, int64_t ms) {
    TwinEvent event{.ms = ms, .order = sent_, .name = kNames[pick(0, 3)]};
    Json properties = Json::object();
    if (chance(20)) {
      event.name = chance(50) ? "Subscribed" : "Unsubscribed";
      if (chance(90)) properties["channel"] = event.texts["channel"] = "sms";
      if (chance(60)) properties["topic"] = event.texts["topic"] = chance(80) ? "news" : "";
    }
    if (chance(70))
      properties["price"] = event.numbers["price"] = static_cast<double>(pick(0, 40)) / 4;
    if (chance(60)) properties["pay"] = event.texts["pay"] = chance(50) ? "card" : "cash";
    auto one = this->event("u" + std::to_string(who), event.name, properties);
    one.timestamp = from_millis(ms);
    send(std::move(one));
    people_[static_cast<size_t>(who)].events.push_back(std::move(event));
  }

  void fill() {
    people_.resize(kPeople);
    const int64_t now = to_millis(this->now());
    for (int batch = 0; batch < 3; ++batch) {
      for (int who = 0; who < kPeople; ++who) {
        if (batch == 0) {
          Json traits = {{"plan", chance(50) ? "gold" : "free"}};
          if (chance(50)) traits["birthday"] = "1990-03-" + std::to_string(pick(10, 28));
          people_[static_cast<size_t>(who)].traits = to_text(traits);
          identify("u" + std::to_string(who), traits);
        }
        for (int64_t i = pick(0, 6); i > 0; --i) {
          // Often in one second with another event, often in the future, often long ago.
          int64_t ms = now - pick(-3, 100) * kDayMs - pick(0, kDayMs);
          auto& events = people_[static_cast<size_t>(who)].events;
          if (!events.empty() && chance(30)) ms = events.back().ms + pick(-2, 900);
          add_event(who, ms);
        }
      }
      flush();
    }
    for (TwinPerson& person : people_) {
      std::ranges::stable_sort(person.events, {},
                               [](const TwinEvent& e) { return std::pair(e.ms, e.order); });
    }
  }

  Json choice() {
    Json out = {{"event", kNames[pick(0, 3)]}};
    if (chance(15)) out = {{"any_event", true}, {"type", "track"}};
    if (chance(25)) {
      Json test = {{"property", "price"}, {"op", chance(50) ? "at_least" : "less"}, {"value", 5}};
      if (chance(50))
        test = {{"property", "pay"}, {"op", chance(50) ? "is" : "is_not"}, {"value", "card"}};
      out["where"] = chance(30) ? Json{{"not", test}} : test;
    }
    return out;
  }
  Json duration() {
    constexpr const char* kUnits[] = {"hour", "day", "week", "month"};
    const int64_t unit = pick(0, 3);
    const int64_t most[] = {900, 60, 9, 3};
    return {{"count", pick(1, most[unit])}, {"unit", kUnits[unit]}};
  }
  Json window(bool since) {
    Json out = Json::object();
    if (chance(60)) out["last"] = duration();
    if (chance(20)) out["before"] = duration();
    if (chance(10)) out["this"] = chance(50) ? "month" : "week";
    if (chance(10)) out["from"] = "2026-02-01";
    if (chance(10)) out["to"] = "2026-03-10";
    if (since && chance(25)) {
      out["since"] = choice();
      if (chance(50)) out["since"]["which"] = "last";
      if (chance(50)) out["since"]["within"] = {{"count", pick(1, 30)}, {"unit", "day"}};
    }
    if (out.empty()) out["last"] = duration();
    return out;
  }
  Json leaf() {
    constexpr const char* kOps[] = {"at_least", "at_most", "greater", "less", "is", "is_not"};
    constexpr const char* kMeasures[] = {"count",   "days",    "sum",   "average",
                                         "minimum", "maximum", "first", "last"};
    Json body = choice();
    const int64_t kind = pick(0, 9);
    if (kind == 0) {
      body["window"] = window(false);
      return {{chance(50) ? "first_did" : "last_did", body}};
    }
    if (kind <= 2) {
      Json steps = Json::array();
      for (int64_t i = pick(2, 3); i > 0; --i) steps.push_back(choice());
      body = {{"steps", steps}};
      if (chance(60)) body["within"] = {{"count", pick(1, 240)}, {"unit", "hour"}};
      if (chance(50)) body["without"] = {choice()};
      if (chance(60)) body["window"] = window(false);
      return {{"sequence", body}};
    }
    if (kind == 3) {
      if (chance(40)) {
        Json test = {{"channel", "sms"}, {"is", Json::array({"subscribed"})}};
        if (chance(60)) test["topic"] = "news";
        if (chance(50)) test["is"] = Json::array({"unsubscribed"});
        if (chance(40)) test["is"].push_back("unknown");
        return {{"consent", test}};
      }
      if (chance(50)) return {{"trait", {{"property", "plan"}, {"op", "is"}, {"value", "gold"}}}};
      return {
          {"trait", {{"property", "birthday"}, {"op", "anniversary_within_next"}, {"days", 5}}}};
    }
    const int64_t measure = chance(60) ? 0 : pick(1, 7);
    body["measure"] = kMeasures[measure];
    if (measure >= 2) body["property"] = measure >= 6 && chance(50) ? "pay" : "price";
    if (measure >= 6 && body["property"] == "pay") {
      body["op"] = chance(50) ? "is" : "is_not";
      body["value"] = "cash";
    } else if (measure >= 6) {
      body["op"] = "at_least";
      body["value"] = 5;
    } else {
      body["op"] = kOps[pick(0, 5)];
      body["value"] = pick(0, measure >= 2 ? 12 : 4);
    }
    if (chance(80)) body["window"] = window(true);
    return {{"did", body}};
  }
  Json rule(int depth) {
    if (depth == 0 || chance(45)) return leaf();
    if (chance(25)) return {{"not", rule(depth - 1)}};
    Json parts = Json::array();
    for (int64_t i = pick(1, 3); i > 0; --i) parts.push_back(rule(depth - 1));
    return {{chance(50) ? "all" : "any", parts}};
  }

  std::set<PersonId> twin(const Definition& definition, Instant now) {
    std::set<PersonId> out;
    const Twin twin(settings_->workspace().calendar, now);
    for (size_t who = 0; who < people_.size(); ++who) {
      if (twin.holds(definition.rule, people_[who])) out.insert(ids_[who]);
    }
    return out;
  }
  static std::set<PersonId> set_of(const People& people) {
    const auto ids = segments::ids_of(people);
    return {ids.begin(), ids.end()};
  }

  void compare(Engine& engine, const Json& json) {
    const auto checked =
        parse_definition({{"universe", "everyone"}, {"rule", json}}, engine.calendar());
    ASSERT_TRUE(checked) << json << checked.error().text();
    const Instant compiled_for = now();
    const timeline::Stop stop;
    const auto program = engine.compile(*checked, stop, timeline_->snapshot());
    ASSERT_TRUE(program) << json << program.error().text();
    const auto from_log = engine.compile(*checked, stop, nullptr);
    ASSERT_TRUE(from_log) << json << from_log.error().text();
    // The same program at later instants, which is how it is used while time goes on.
    for (int i = 0; i < 3; ++i) {
      const auto reading = engine.read(*checked, nullptr, now());
      ASSERT_TRUE(reading) << reading.error().text();
      const Context& context = (*reading)->context();
      const auto whole = (*program)->evaluate(context, engine.pool(), stop);
      ASSERT_TRUE(whole);
      const auto expected = twin(*checked, now());
      ASSERT_EQ(set_of(whole->members), expected) << json << " at " << format_instant(now());
      const auto logged = (*from_log)->evaluate(context, engine.pool(), stop);
      ASSERT_EQ(set_of(logged->members), expected) << json;
      std::set<PersonId> singly;
      Program::Personal personal(**program, context);
      std::vector<Second> turns(whole->turns.size(), kNever);
      for (PersonId person : ids_) {
        if (personal.is_member(person)) singly.insert(person);
        auto& bucket = turns[static_cast<size_t>(person) / kBucketPeople];
        bucket = std::min(bucket, personal.take_turns());
      }
      ASSERT_EQ(singly, expected) << json;
      compare_shared(engine, **program, context, expected, json);
      check_turns(*checked, whole->turns, expected, json);
      check_turns(*checked, turns, expected, json);
      after(std::chrono::seconds(pick(1, 86'400 * 9)));
    }
    now_ = to_millis(compiled_for);
  }

  // Some people, read once for this rule and the ones before it.
  void compare_shared(Engine& engine, const Program& program, const Context& context,
                      const std::set<PersonId>& expected, const Json& json) {
    SharedHits shared(timeline_->snapshot());
    const size_t half = others_.size() / 2;
    shared.add(std::span(others_).first(half));
    const auto places = shared.add(program.selectors());
    shared.add(std::span(others_).subspan(half));
    others_.insert(others_.end(), program.selectors().begin(), program.selectors().end());
    if (others_.size() > 2 * timeline::kMaxSelectors) others_.clear();
    People people;
    for (PersonId person : ids_) put(people, person, chance(40));
    ASSERT_TRUE(shared.read(people, engine.pool(), timeline::Stop()));
    Program::Personal personal(program, context, &shared, &places);
    Program::Personal alone(program, context);
    for (PersonId person : ids_) {
      ASSERT_EQ(shared.find(person).has_value(), has(people, person));
      if (!has(people, person)) continue;
      ASSERT_EQ(personal.is_member(person), expected.contains(person)) << json;
      alone.is_member(person);
      ASSERT_EQ(personal.take_turns(), alone.take_turns()) << json;
    }
  }

  // Until a bucket's time comes nobody of it changes.
  void check_turns(const Definition& definition, const std::vector<Second>& turns,
                   const std::set<PersonId>& members, const Json& json) {
    const Second here = timeline::to_second(now());
    const int64_t week = int64_t{here} + 7 * 86'400;
    for (size_t bucket = 0; bucket < turns.size(); ++bucket) {
      ASSERT_GT(turns[bucket], here) << json;
      const int64_t until = std::min<int64_t>(turns[bucket], week) - 1;
      const auto late = static_cast<Second>(chance(50) ? until : pick(here, until));
      const auto then = twin(definition, timeline::to_instant(late));
      for (size_t who = 0; who < ids_.size(); ++who) {
        if (static_cast<size_t>(ids_[who]) / kBucketPeople != bucket) continue;
        ASSERT_EQ(then.contains(ids_[who]), members.contains(ids_[who]))
            << json << " from " << format_instant(now()) << " to "
            << format_instant(timeline::to_instant(late));
      }
    }
  }

  std::mt19937_64 random_;
  std::vector<TwinPerson> people_;
  std::vector<PersonId> ids_;
  std::vector<timeline::Selector> others_;  // of earlier rules
};

TEST_F(ProgramTest, RandomRulesAgree) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_.seed(seed);
  if (chance(50)) {
    access::Workspace workspace = settings_->workspace();
    workspace.calendar.zone = Zone::named("Europe/Berlin").value();
    ASSERT_TRUE(
        database_->write([&](store::Connection& c) { return settings_->save(c, workspace); }));
    settings_->changed();
    at("2026-03-27T11:59:30Z");
  }
  fill();
  for (int who = 0; who < kPeople; ++who) ids_.push_back(person("u" + std::to_string(who)));
  const Parts given = parts();
  Engine engine(given);
  for (int i = 0; i < 40; ++i) {
    compare(engine, rule(3));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace perennial::segments
