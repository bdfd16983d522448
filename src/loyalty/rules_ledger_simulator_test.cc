// Random stories of several people, event by event through the people stage and the ledger: late,
// repeated, by visitors who turn out to be users, with the workers coming by at random moments. The
// separate model says what everybody must have by each rule, what budgets have used, the balances,
// missions, streaks, and levels with their history. Seeds are printed; PERENNIAL_SEED repeats one,
// PERENNIAL_SOAK_SECONDS makes the soak run for hours.
#include <iostream>

#include <gtest/gtest.h>

#include "loyalty/assess.h"
#include "loyalty/rules_text_testing.h"
#include "loyalty/story_testing.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using model::Happening;
using model::RulesModel;
using model::Story;
using model::Teller;

// When the workers come by.
enum class Workers { kNever, kOften, kRandom };

// What arrives together, and when.
struct Parcel {
  int64_t arrives = 0;
  int person = 0;
  bool as_visitor = false;
  bool join = false;
  const Happening* told = nullptr;  // nothing for a join
  std::vector<events::StoredEvent> events;
};

class RulesOnTheLedger : public StageTest {
 protected:
  void set_up(const Story& story);
  std::vector<Parcel> parcels(const Story& story, uint64_t seed, bool in_order);
  void play(const Story& story, std::vector<Parcel> parcels, uint64_t seed, Workers workers,
            bool compares);
  void simulate(uint64_t seed, int people, int happenings, bool in_order);
  bool work(size_t limit);
  // Everybody's.
  std::string statements(const Story& story);
  std::string levels(const Story& story);

 private:
  events::StoredEvent event_of(const Happening& one, int person, bool as_visitor) const;
  std::vector<events::StoredEvent> events_of(const Happening& one, int person, bool as_visitor,
                                             bool rest) const;
  void deliver(std::vector<events::StoredEvent> events, std::vector<const Parcel*> of);
  void give(const Parcel& parcel);
  void compare(const Story& story, bool measures);
  int64_t rest_of(const std::string& order) const;
  void compare_awards(const RulesModel& model);
  void compare_people(const Story& story, const RulesModel& model, int64_t now, bool measures);
  void compare_budgets(const Story& story, const RulesModel& model);
  // A visitor who is not known to be a user yet is a person of their own.
  int model_person(const Story& story, int person, bool as_visitor) const {
    const auto people = static_cast<int>(story.traits.size());
    return as_visitor && !joined_.contains(person) ? person + people : person;
  }
  Terms terms() {
    Terms terms;
    write([&](store::Connection& c) -> Result<void> {
      terms = TRY(terms_of(c, ledger_->programme()));
      return {};
    });
    return terms;
  }

  Terms terms_;
  std::set<int> joined_;
  std::vector<Happening> arrived_;
  std::set<int64_t> by_visitors_, without_amount_;  // when they happened
  std::map<std::string, std::string> keys_;         // of a happening → of the event in the ledger
};

void RulesOnTheLedger::set_up(const Story& story) {
  start_again();
  joined_.clear();
  arrived_.clear();
  by_visitors_.clear();
  keys_.clear();
  ledger_->change([&](Programme& p) {
    p.zone = story.programme.zone;
    p.week_start = story.programme.week_start;
    for (const Currency& told : story.programme.currencies) {
      auto known = std::ranges::find(p.currencies, told.code, &Currency::code);
      if (known == p.currencies.end()) known = p.currencies.insert(known, {.code = told.code});
      known->name = told.name;
      known->expiry = told.expiry;
      known->delay_days = told.delay_days;
    }
  });
  write([&](store::Connection& c) -> Result<void> {
    for (Rule rule : story.rules) {
      --rule.version;
      TRY(save_rule(c, ledger_->programme(), rule, "", ledger_->now()));
    }
    if (story.levels.on()) TRY(save_levels(c, ledger_->programme(), story.levels));
    return {};
  });
  terms_ = terms();
}

events::StoredEvent RulesOnTheLedger::event_of(const Happening& one, int person,
                                               bool as_visitor) const {
  events::StoredEvent event;
  event.source = "web";
  if (!as_visitor) event.user_id = "u" + std::to_string(person);
  if (as_visitor) event.anonymous_id = "v" + std::to_string(person);
  event.timestamp = from_millis(one.at);
  event.received_at = from_millis(one.at);
  event.name = one.name;
  event.properties = to_text(one.properties);
  event.message_id = "m" + one.key + "-" + std::to_string(one.at);
  return event;
}

std::vector<events::StoredEvent> RulesOnTheLedger::events_of(const Happening& one, int person,
                                                             bool as_visitor, bool rest) const {
  events::StoredEvent event = event_of(one, person, as_visitor);
  std::vector<events::StoredEvent> events;
  if (one.properties.contains("lines")) {
    const auto lines = one.properties["lines"].get<int64_t>();
    const bool back = one.kind == Happening::Kind::kRefund;
    for (int64_t line = 0; line < lines; ++line) {
      const bool last = line == lines - 1;
      Json properties = {{"order_id", one.key}, {"currency", "CNY"}};
      const int64_t part = one.minor / lines;
      properties["amount_minor"] = (back ? -1 : 1) * (last ? one.minor - part * line : part);
      properties["quantity"] = last ? one.items - line * (one.items / lines) : one.items / lines;
      if (back) properties["kind"] = "refund";
      events.push_back(event);
      events.back().name = "Order Line";
      events.back().properties = to_text(properties);
      events.back().message_id += "/" + std::to_string(line);
    }
    return events;
  }
  if (one.kind == Happening::Kind::kRefund) {
    Json properties = {{"order_id", one.key}, {"currency", "CNY"}};
    if (!rest) properties["total"] = static_cast<double>(one.minor) / 100;
    event.properties = to_text(properties);
  }
  events.push_back(std::move(event));
  return events;
}

// When the refunds of each order were that came back with all of its amount.
std::map<std::string, std::vector<int64_t>> refunds_of_whole_orders(const Story& story) {
  std::map<std::string, int64_t> left;
  std::map<std::string, std::vector<int64_t>> refunds;
  for (const Happening& one : story.happenings) {
    if (one.kind == Happening::Kind::kOrder) left[one.key] = one.minor;
    if (one.kind != Happening::Kind::kRefund || !left.contains(one.key)) continue;
    left[one.key] -= one.minor;
    refunds[one.key].push_back(one.at);
  }
  std::erase_if(refunds, [&](const auto& one) { return left.at(one.first) != 0; });
  return refunds;
}

std::vector<Parcel> RulesOnTheLedger::parcels(const Story& story, uint64_t seed, bool in_order) {
  std::mt19937_64 random(seed);
  const auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  constexpr int64_t kHour = 3'600'000;
  std::vector<Parcel> list;
  const auto refunds = refunds_of_whole_orders(story);
  std::set<std::string> whole;
  std::map<std::string, bool> visitors;  // by order
  for (const Happening& one : story.happenings) {
    Parcel parcel{.arrives = one.at, .person = one.person, .told = &one};
    const bool command = one.kind == Happening::Kind::kGiven;
    if (!in_order && !command) {
      const int64_t what = pick(0, 9);
      parcel.arrives += what < 6   ? pick(0, kHour)
                        : what < 8 ? pick(0, 120 * kHour)
                                   : pick(0, 5'000 * kHour);
      // A refund is told by who told of the order.
      const bool visitor = pick(0, 3) == 0;
      parcel.as_visitor = one.kind == Happening::Kind::kEvent
                              ? visitor
                              : visitors.try_emplace(one.key, visitor).first->second;
    }
    // The last word on an order that all came back may come without an amount. Heard before others
    // it would take what they take, until they are heard: only where the order of hearing is that
    // of time are there others.
    const auto of_order = refunds.find(one.key);
    bool rest = one.kind == Happening::Kind::kRefund && of_order != refunds.end() &&
                of_order->second.back() == one.at && (in_order || of_order->second.size() == 1) &&
                !one.properties.contains("lines");
    rest = rest && pick(0, 1) == 0 && whole.insert(one.key).second;
    if (rest) without_amount_.insert(one.at);
    if (!command) parcel.events = events_of(one, one.person, parcel.as_visitor, rest);
    list.push_back(parcel);
    const bool repeatable =
        !command && one.kind != Happening::Kind::kEvent && !one.properties.contains("lines");
    if (!in_order && repeatable && pick(0, 9) == 0) {
      parcel.arrives += pick(0, 500 * kHour);
      list.push_back(parcel);
    }
  }
  for (int person = 0; person < static_cast<int>(story.traits.size()); ++person) {
    Happening said{.at = story.from - 1'000 + person,
                   .person = person,
                   .key = "traits",
                   .properties = story.traits[static_cast<size_t>(person)]};
    Parcel parcel{.arrives = said.at, .person = person};
    parcel.events = {event_of(said, person, false)};
    parcel.events[0].type = events::Type::kIdentify;
    list.push_back(parcel);
    if (in_order) continue;
    said.at = pick(story.from, story.to);
    said.properties = Json::object();
    parcel.arrives = said.at + pick(0, 2'000 * kHour);
    parcel.join = true;
    parcel.events = {event_of(said, person, false)};
    parcel.events[0].anonymous_id = "v" + std::to_string(person);
    parcel.events[0].type = events::Type::kIdentify;
    list.push_back(parcel);
  }
  std::ranges::stable_sort(list, {}, &Parcel::arrives);
  return list;
}

void RulesOnTheLedger::deliver(std::vector<events::StoredEvent> events,
                               std::vector<const Parcel*> of) {
  const uint64_t first = seq_ + 1;
  for (auto& event : events) {
    event.seq = ++seq_;
    event.received_at = ledger_->now();
  }
  uint64_t seq = first;
  for (const Parcel* parcel : of) {
    if (parcel->join) joined_.insert(parcel->person);
    if (parcel->told) {
      const bool known = keys_.contains(parcel->told->key);
      const bool of_order = parcel->told->kind != Happening::Kind::kEvent;
      if (!of_order || !known)
        keys_[parcel->told->key] =
            of_order ? "order:web/" + parcel->told->key : "seq:" + std::to_string(seq);
      if (std::ranges::find(arrived_, parcel->told->at, &Happening::at) == arrived_.end())
        arrived_.push_back(*parcel->told);
      if (parcel->as_visitor) by_visitors_.insert(parcel->told->at);
    }
    seq += parcel->events.size();
  }
  for (int round = 0; round < (first % 7 == 0 ? 2 : 1); ++round) {  // some batches come twice
    write([&](store::Connection& c) -> Result<void> {
      TRY(stage_.apply(c, events));
      return take_events(c, events, ledger_->now());
    });
  }
}

void RulesOnTheLedger::give(const Parcel& parcel) {
  const Happening& told = *parcel.told;
  const PersonId who = person("u" + std::to_string(parcel.person));
  if (who == 0) return;  // nobody has heard of them yet
  const Outcome outcome = ledger_->run({.kind = CommandKind::kEarn,
                                        .id = told.key,
                                        .currency = told.name,
                                        .person = who,
                                        .amount = told.points});
  ASSERT_TRUE(outcome.done()) << outcome.refusal.message;
  ASSERT_EQ(outcome.at, from_millis(told.at));
  arrived_.push_back(told);
  write(
      [&](store::Connection& c) { return assess(c, terms_, std::span(&who, 1), ledger_->now()); });
}

// What time does, for few people at once. False when nothing was due.
bool RulesOnTheLedger::work(size_t limit) {
  size_t people = ledger_->settle(limit);
  write([&](store::Connection& c) -> Result<void> {
    people += TRY(assess_due(c, terms_, ledger_->now(), limit));
    return {};
  });
  return people > 0;
}

void RulesOnTheLedger::compare_awards(const RulesModel& model) {
  std::map<std::string, Points> expected, kept, posted;
  for (const model::Award& one : model.awards()) {
    if (one.points > 0) expected[one.rule->id + " " + keys_[one.key]] += one.points;
  }
  write([&](store::Connection& c) -> Result<void> {
    for (const auto& row : TRY(c.query("SELECT rule, event, points FROM loyalty_awards")))
      kept[row.text(0) + " " + base_key(row.text(1))] += row.integer(2);
    // Out of the account of what was issued, less what went back into it.
    for (const auto& row : TRY(c.query("SELECT rule, event, amount, debit, credit FROM "
                                       "loyalty_postings WHERE kind IN (23, 24)"))) {
      Points& sum = posted[row.text(0) + " " + base_key(row.text(1))];
      if (row.integer(3) == static_cast<int64_t>(Account::kIssued)) sum += row.integer(2);
      if (row.integer(4) == static_cast<int64_t>(Account::kIssued)) sum -= row.integer(2);
    }
    return {};
  });
  std::erase_if(kept, [](const auto& one) { return one.second == 0; });
  std::erase_if(posted, [](const auto& one) { return one.second == 0; });
  ASSERT_EQ(kept, expected);
  ASSERT_EQ(posted, expected);
}

void RulesOnTheLedger::compare_people(const Story& story, const RulesModel& model, int64_t now,
                                      bool measures) {
  const auto people = static_cast<int>(story.traits.size());
  for (int one = 0; one < 2 * people; ++one) {
    const std::string number = std::to_string(one % people);
    const PersonId who = one < people ? person("u" + number) : person("", "v" + number);
    if (who == 0 || (one >= people && joined_.contains(one - people))) continue;
    SCOPED_TRACE((one < people ? "u" : "v") + number);
    for (const Currency& currency : story.programme.currencies) {
      Balance expected;
      const auto add = [&](int64_t activates, int64_t expires, Points points) {
        if (now < activates) expected.pending += points;
        if (now >= activates && now < expires) expected.available += points;
      };
      for (const model::Award& award : model.awards()) {
        if (award.person == one && award.currency == currency.code)
          add(award.activates, award.expires, award.points);
      }
      for (const Happening& told : arrived_) {
        if (told.kind != Happening::Kind::kGiven || told.person != one ||
            told.name != currency.code)
          continue;
        const int64_t activates = told.at + currency.delay_days * 86'400'000;
        int64_t expires = model.expires(currency.expiry, told.at);
        if (expires <= activates) expires = model.expires(currency.expiry, activates);
        add(activates, expires, told.points);
      }
      const Balance balance = ledger_->balance(who, currency.code);
      ASSERT_EQ(std::tie(balance.available, balance.pending, balance.held, balance.owed),
                std::tie(expected.available, expected.pending, expected.held, expected.owed))
          << currency.code;
    }
    std::optional<Member> member;
    write([&](store::Connection& c) -> Result<void> {
      if (measures) TRY(assess(c, terms_, std::span(&who, 1), ledger_->now()));
      member = TRY(find_member(c, ledger_->programme(), who));
      return {};
    });
    if (!member) continue;
    const std::string standing = standing_text(member->standing);
    ASSERT_EQ(without_measure(standing), without_measure(model.level(one, now)));
    if (!measures) continue;
    ASSERT_EQ(standing, model.level(one, now));
    ASSERT_EQ(progress_text(member->missions, member->streaks), model.progress(one, now));
  }
}

// What caps over all people have used, where they were asked.
void RulesOnTheLedger::compare_budgets(const Story& story, const RulesModel& model) {
  static const std::map<std::string, Cap::Every> kEvery = {{"day", Cap::Every::kDay},
                                                           {"week", Cap::Every::kWeek},
                                                           {"month", Cap::Every::kMonth},
                                                           {"total", Cap::Every::kTotal}};
  write([&](store::Connection& c) -> Result<void> {
    for (const auto& row :
         TRY(c.query("SELECT scope, every, start_ms, points, times FROM loyalty_budgets"))) {
      const std::string scope = row.text(0);
      Points points = 0;
      int64_t times = 0;
      for (const model::Award& one : model.awards()) {
        const Cap::Every every = kEvery.at(row.text(1));
        const bool counts =
            (scope == "rule:" + one.rule->id || scope == "currency:" + one.currency) &&
            model.period(every, one.at) == model.period(every, row.integer(2));
        points += counts ? one.points : 0;
        times += counts && one.points > 0;
      }
      EXPECT_EQ(row.integer(3), points) << scope << " " << row.text(1) << " " << ms(row.integer(2));
      EXPECT_EQ(row.integer(4), times) << scope << " " << row.text(1) << " " << ms(row.integer(2));
    }
    return {};
  });
  EXPECT_FALSE(story.rules.empty());
}

// What a refund without an amount gives back: all that others have not, and nothing of an order
// that nobody knows yet.
int64_t RulesOnTheLedger::rest_of(const std::string& order) const {
  int64_t rest = 0;
  for (const Happening& one : arrived_) {
    if (one.key != order) continue;
    if (one.kind == Happening::Kind::kOrder) rest += one.minor;
    if (one.kind == Happening::Kind::kRefund && !without_amount_.contains(one.at))
      rest -= one.minor;
  }
  return std::max<int64_t>(0, rest);
}

void RulesOnTheLedger::compare(const Story& story, bool measures) {
  std::vector<Happening> happenings;
  for (Happening told : arrived_) {
    told.person = model_person(story, told.person, by_visitors_.contains(told.at));
    if (without_amount_.contains(told.at)) told.minor = rest_of(told.key);
    happenings.push_back(std::move(told));
  }
  auto traits = story.traits;
  traits.resize(2 * traits.size(), Json::object());  // visitors have told nothing of themselves
  RulesModel model(story.programme, story.rules, story.levels, traits);
  const int64_t now = to_millis(ledger_->now());
  model.run(std::move(happenings), now);
  compare_awards(model);
  if (HasFatalFailure()) return;
  compare_people(story, model, now, measures);
  if (measures) compare_budgets(story, model);
}

void RulesOnTheLedger::play(const Story& story, std::vector<Parcel> parcels, uint64_t seed,
                            Workers workers, bool compares) {
  set_up(story);
  std::mt19937_64 batches(seed), random(seed + static_cast<uint64_t>(workers));
  const bool in_order = std::ranges::none_of(parcels, &Parcel::join);
  size_t next_look = parcels.size() / 3;
  for (size_t i = 0; i < parcels.size() && !HasFailure();) {
    const size_t most = in_order ? 1 : 1 + batches() % 5;
    std::vector<const Parcel*> of;
    std::vector<events::StoredEvent> events;
    for (; i < parcels.size() && of.size() < most && !parcels[i].events.empty(); ++i) {
      of.push_back(&parcels[i]);
      events.insert(events.end(), parcels[i].events.begin(), parcels[i].events.end());
    }
    const bool command = of.empty();
    ledger_->pass(from_millis(command ? parcels[i].arrives : of.back()->arrives) - ledger_->now());
    if (command) give(parcels[i++]);
    if (!command) deliver(std::move(events), std::move(of));
    if (workers == Workers::kOften || (workers == Workers::kRandom && random() % 3 == 0))
      work(1 + random() % 3);
    if (!compares || i < next_look || HasFailure()) continue;
    next_look += parcels.size() / 3;
    while (work(100)) {
    }
    compare(story, false);
  }
  ledger_->pass(std::max(from_millis(story.to), ledger_->now()) + std::chrono::days(40) -
                ledger_->now());
}

void RulesOnTheLedger::simulate(uint64_t seed, int people, int happenings, bool in_order) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Story story = Teller(seed, people, happenings, in_order).tell();
  play(story, parcels(story, seed, in_order), seed, Workers::kRandom, true);
  if (HasFailure()) return;
  while (work(100)) {
  }
  compare(story, true);
  ledger_->verify();
}

std::string RulesOnTheLedger::statements(const Story& story) {
  std::string text;
  for (size_t one = 0; one < story.traits.size(); ++one) {
    const PersonId who = person("u" + std::to_string(one));
    for (const Currency& currency : story.programme.currencies)
      text += currency.code + "\n" + ledger_->statement_text(who, currency.code);
  }
  return text;
}

std::string RulesOnTheLedger::levels(const Story& story) {
  std::string text;
  for (size_t one = 0; one < story.traits.size(); ++one) {
    const PersonId who = person("u" + std::to_string(one));
    write([&](store::Connection& c) -> Result<void> {
      const auto member = TRY(find_member(c, ledger_->programme(), who));
      if (member) text += without_measure(standing_text(member->standing));
      return {};
    });
  }
  return text;
}

bool on_postgres() {
  const char* state = std::getenv("PERENNIAL_TEST_STATE");
  return state && std::string_view(state) == "postgres";
}

TEST_F(RulesOnTheLedger, LateRepeatedAndJoined) {
  const uint64_t seed = new_seed();
  std::cout << "seed " << seed << "\n";
  const uint64_t rounds = on_postgres() ? 3 : 25;
  for (uint64_t i = 0; i < rounds && !HasFailure(); ++i)
    simulate(seed + i, 1 + static_cast<int>((seed + i) % 4), 120, false);
}

TEST_F(RulesOnTheLedger, CapsOverAllPeopleInTheOrderOfTime) {
  const uint64_t seed = new_seed();
  std::cout << "seed " << seed << "\n";
  const uint64_t rounds = on_postgres() ? 2 : 15;
  for (uint64_t i = 0; i < rounds && !HasFailure(); ++i) simulate(seed + i, 4, 100, true);
}

// Whenever the workers came by that write down what time did (activations, expiries, the end of
// validity and grace), once more or not at all: statements and histories of levels are the same.
TEST_F(RulesOnTheLedger, AnyScheduleOfTheWorkersGivesTheSame) {
  const uint64_t seed = new_seed();
  std::cout << "seed " << seed << "\n";
  for (uint64_t i = 0; i < (on_postgres() ? 1 : 6) && !HasFailure(); ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed + i));
    const Story story = Teller(seed + i, 3, 100, false).tell();
    std::vector<std::string> texts;
    for (const Workers workers : {Workers::kNever, Workers::kOften, Workers::kRandom}) {
      play(story, parcels(story, seed + i, false), seed + i, workers, false);
      const std::string before = statements(story);
      while (work(100)) {
      }
      EXPECT_EQ(statements(story), before)
          << "what is due is in the statement before it is written";
      texts.push_back(before + levels(story));
      ledger_->verify();
    }
    EXPECT_EQ(texts[0], texts[1]);
    EXPECT_EQ(texts[0], texts[2]);
    EXPECT_FALSE(texts[0].empty());
  }
}

TEST_F(RulesOnTheLedger, Soak) {
  const char* seconds = std::getenv("PERENNIAL_SOAK_SECONDS");
  if (!seconds) GTEST_SKIP() << "only with PERENNIAL_SOAK_SECONDS";
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::stoi(seconds));
  int rounds = 0;
  for (; std::chrono::steady_clock::now() < end && !HasFailure(); ++rounds) {
    const uint64_t seed = std::random_device()();
    std::cout << "seed " << seed << "\n";
    simulate(seed, 1 + rounds % 5, 200, rounds % 2 == 1);
  }
  std::cout << rounds << " rounds\n";
}

}  // namespace
}  // namespace perennial::loyalty
