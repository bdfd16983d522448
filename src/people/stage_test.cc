#include "people/stage.h"

#include <random>

#include <gtest/gtest.h>

#include "people/hand.h"
#include "people/refund_parts.h"
#include "people/test_people.h"

namespace perennial::people {
namespace {

using events::StoredEvent;

template <class T>
const T& pick(const std::vector<T>& from, std::mt19937_64& random) {
  return from[random() % from.size()];
}

StoredEvent random_order_event(std::mt19937_64& random, int64_t at, const std::string& user,
                               const std::string& visitor) {
  const std::string id = "O" + std::to_string(random() % 6);
  Json p{{"order_id", id}};
  if (random() % 6 == 0) p["currency"] = "USD";
  switch (random() % 4) {
    case 0:
      p["kind"] = random() % 3 ? "order" : "refund";
      p["amount_minor"] = static_cast<int64_t>(random() % 1000) - 200;
      p["quantity"] = static_cast<double>(random() % 8) / 4;
      p["country"] = pick<std::string>({"France", "中国", "Norway"}, random);
      break;
    case 1:
      if (random() % 2) p["total"] = static_cast<double>(random() % 4000) / 8;
      p["products"] = {{{"sku", "a"}, {"quantity", 2}}, {{"sku", "b"}}};
      return track(at, user, visitor, "Order Completed", to_text(p));
    case 2:
      if (random() % 3) p["total"] = static_cast<double>(random() % 4000) / 8;
      if (random() % 2) p["refund_id"] = std::string(1, static_cast<char>('A' + random() % 3));
      return track(at, user, visitor, "Order Refunded", to_text(p));
    default:
      p["amount_minor"] = 100;
      p["quantity"] = 1;
      if (random() % 9 == 0) p.erase("order_id");
      break;
  }
  auto e = track(at, user, visitor, "Order Line", to_text(p));
  if (random() % 5 == 0) {
    e.source = "import:orders";
    if (random() % 2) {
      e.user_id.clear();
      e.anonymous_id = "order:" + id;
    }
  }
  return e;
}

std::string random_traits(std::mt19937_64& random) {
  Json traits = Json::object();
  const auto chance = [&] { return random() % 3 == 0; };
  if (chance()) traits["name"] = pick<std::string>({"Émile", "王伟", "Zoë O'Neil", ""}, random);
  if (chance()) traits["firstName"] = pick<std::string>({"Ann", "Bob"}, random);
  if (chance()) traits["lastName"] = pick<std::string>({"Lee", "Nguyen"}, random);
  if (chance()) traits["email"] = "e" + std::to_string(random() % 9) + "@example.org";
  if (chance()) traits["wechat_unionid"] = "o" + std::to_string(random() % 5);
  if (random() % 9 == 0) traits["phone"] = pick<Json>({"138 1234 5678", "13800138000"}, random);
  if (chance()) traits["email_subscribed"] = random() % 2 == 0;
  if (chance()) traits["address"] = {{"country", "Peru"}, {"city", "Lima"}};
  if (chance()) traits["country"] = pick<Json>({"Chile", nullptr}, random);
  if (chance()) traits["age"] = random() % 90;
  if (chance()) traits["score"] = static_cast<double>(random() % 100) / 8;
  if (chance()) traits["$set_once"] = {{"age", random() % 90}, {"first", random() % 9}};
  if (chance()) traits["$increment"] = {{"visits", random() % 5}, {"age", 1}, {"tags", 1}};
  if (chance()) traits["$append"] = {{"tags", {random() % 5, "x"}}, {"first", "y"}};
  if (chance()) traits["tags"] = pick<Json>({nullptr, Json::array({1}), "one"}, random);
  if (random() % 20 == 0) traits["$delete"] = true;
  return to_text(traits);
}

StoredEvent random_event(std::mt19937_64& random, int64_t at) {
  static const std::vector<std::string> kUsers = {"u1", "u2", "u3", "u4",  "用户5",
                                                  "u6", "",   "",   "null"};
  static const std::vector<std::string> kVisitors = {"a1", "a2", "a3", "a4",        "a5",
                                                     "u1", "",   "",   "undefined", "0"};
  const std::string user = pick(kUsers, random), visitor = pick(kVisitors, random);
  switch (random() % 13) {
    case 12: {
      auto side = [&] {
        return random() % 2 ? Side{IdentityKind::kUser, kUsers[random() % 6]}
                            : Side{IdentityKind::kAnonymous, kVisitors[random() % 6]};
      };
      HandWord word{.a = side(), .b = side(), .merged = random() % 2 == 0, .by = "usr_1"};
      while (word.a == word.b) word.b = side();
      StoredEvent e;
      static_cast<events::Event&>(e) = hand_event(word, kTestDay + Millis(at));
      return e;
    }
    case 0:
    case 1:
    case 2:
      return identify(at, user, visitor, random_traits(random));
    case 3: {
      auto e = alias(at, pick(random() % 3 ? kVisitors : kUsers, random), user);
      if (random() % 4 == 0) {
        e.properties = "{}";
        e.anonymous_id = visitor;
      }
      return e;
    }
    case 4:
    case 5:
    case 6:
    case 7:
      return random_order_event(random, at, user, visitor);
    case 8:
      return track(at, user, visitor, random() % 2 ? "Subscribed" : "Unsubscribed",
                   random() % 3 ? R"({"channel":"email"})" : R"({"channel":"sms"})");
    default:
      return track(at, user, visitor, "Product Viewed", R"({"order_id":"O1","total":5})");
  }
}

// Applies in random batches; some fail and come again, some come twice, and now and then the
// program starts anew.
void apply_at_random(TestPeople& people, std::vector<StoredEvent>& events,
                     std::mt19937_64& random) {
  for (size_t i = 0; i < events.size(); ++i) {
    events[i].seq = i + 1;
    events[i].message_id = "m" + std::to_string(i);
  }
  for (size_t i = 0; i < events.size();) {
    const size_t size = std::min(events.size() - i, 1 + random() % 20);
    const std::span<const StoredEvent> batch(events.data() + i, size);
    if (random() % 5 == 0) people.apply_and_fail(batch);
    if (random() % 7 == 0) people.forget_cache();
    people.apply({batch.begin(), batch.end()});
    if (random() % 5 == 0) people.apply({batch.begin(), batch.end()});
    i += size;
  }
}

uint64_t test_seed() {
  const char* given = std::getenv("PERENNIAL_TEST_SEED");
  return given ? std::stoull(given) : std::random_device{}();
}

constexpr int kRounds = 40;

TEST(PeopleStage, AgreesWithTheModelOnRandomEvents) {
  const uint64_t seed = test_seed();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("PERENNIAL_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  TestPeople people;
  for (int round = 0; round < kRounds; ++round) {
    people.clear();
    std::vector<StoredEvent> events;
    const size_t count = 1 + random() % 120;
    // Few different times, so that ties are frequent.
    for (size_t i = 0; i < count; ++i) {
      events.push_back(random_event(random, static_cast<int64_t>(random() % 60)));
    }
    apply_at_random(people, events, random);
    ASSERT_EQ(people.text(), model_text(events, "CNY")) << "round " << round;
  }
}

TEST(PeopleStage, OrderOfArrivalDoesNotMatter) {
  const uint64_t seed = test_seed();
  SCOPED_TRACE("PERENNIAL_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  TestPeople people;
  for (int round = 0; round < kRounds / 4; ++round) {
    std::vector<StoredEvent> events;
    for (size_t i = 0; i < 80; ++i) {
      auto e = random_event(random, static_cast<int64_t>(i));
      // Orders without an id are named by the message, which numbering would change here.
      if (e.properties.find("order_id") != std::string::npos || e.name != "Order Line") {
        events.push_back(e);
      }
    }
    auto arrival = events;
    people.clear();
    apply_at_random(people, arrival, random);
    const std::string on_time = people.text();
    std::shuffle(events.begin(), events.end(), random);
    people.clear();
    apply_at_random(people, events, random);
    ASSERT_EQ(on_time, people.text()) << "round " << round;
  }
}

TEST(PeopleStage, IdentifyGivesTheAnonymousHistoryToTheUser) {
  TestPeople people;
  people.apply({track(1, "", "a", "Product Viewed"),
                track(2, "", "a", "Order Completed", R"({"order_id":"1","total":"12.50"})")});
  const PersonId visitor = people.id_of("", "a");
  EXPECT_FALSE(people.person("", "a").known());
  people.apply({identify(5, "u", "a", R"({"name":"王伟","phone":8613800138000})")});
  const Person person = people.person("u");
  EXPECT_EQ(people.id_of("", "a"), person.id);
  EXPECT_EQ(person.orders, 1);
  EXPECT_EQ(person.revenue_minor, 1250);
  EXPECT_EQ(person.name, "王伟");
  EXPECT_EQ(person.phone, "8613800138000");
  EXPECT_EQ(to_millis(person.first_seen_at), to_millis(kTestDay) + 1);
  // The old number leads to the person; the join is in the log.
  const auto now =
      people.database().read([&](store::Connection& c) { return current_person(c, visitor); });
  EXPECT_EQ(*now, person.id);
  const auto log = people.database().read([&](store::Connection& c) {
    return c.query("SELECT from_person, into_person, whole, reason, value FROM person_merges");
  });
  ASSERT_EQ(log->size(), 1u);
  EXPECT_EQ(log->at(0).integer(0), visitor);
  EXPECT_EQ(log->at(0).integer(1), person.id);
  EXPECT_EQ(log->at(0).text(3), "identify");
  EXPECT_EQ(log->at(0).text(4), "a");
}

TEST(PeopleStage, SharedDeviceMergesNobody) {
  TestPeople people;
  people.apply({track(1, "", "a", "Product Viewed"), identify(2, "u1", "a"), identify(3, "u2", "a"),
                alias(4, "a", "u3"), alias(5, "a", "u2"), track(6, "", "a", "Product Viewed")});
  EXPECT_NE(people.id_of("u1"), people.id_of("u2"));
  EXPECT_NE(people.id_of("u1"), people.id_of("u3"));
  EXPECT_EQ(people.id_of("", "a"), people.id_of("u1"));
}

TEST(PeopleStage, AnEarlierJoinThatComesLateMovesTheDevice) {
  TestPeople people;
  people.apply({track(1, "", "a", "Order Completed", R"({"order_id":"1","total":3})"),
                identify(9, "u2", "a"), track(20, "", "a", "Product Viewed")});
  EXPECT_EQ(people.person("u2").orders, 1);
  people.apply({identify(5, "u1", "a")});
  EXPECT_EQ(people.id_of("", "a"), people.id_of("u1"));
  EXPECT_EQ(people.person("u1").orders, 1);
  EXPECT_EQ(people.person("u2").orders, 0);
  EXPECT_FALSE(people.person("u2").last_order_at);
  EXPECT_EQ(to_millis(people.person("u1").last_seen_at), to_millis(kTestDay) + 20);
  EXPECT_EQ(to_millis(people.person("u2").last_seen_at), to_millis(kTestDay) + 9);
}

TEST(PeopleStage, AliasChainsJoinUsersWheneverTheyAppear) {
  TestPeople people;
  people.apply({alias(1, "u1", "u2"), alias(2, "u2", "u3")});
  EXPECT_EQ(people.id_of("u1"), 0);
  EXPECT_EQ(people.id_of("u2"), people.id_of("u3"));
  people.forget_cache();
  people.apply({track(3, "u1", "", "Order Completed", R"({"order_id":"9","total":1})")});
  EXPECT_EQ(people.id_of("u1"), people.id_of("u3"));
  EXPECT_EQ(people.person("u3").orders, 1);
  people.apply({track(4, "u2", "", "Order Completed", R"({"order_id":"8","total":1})")});
  EXPECT_EQ(people.person("u1").orders, 2);
  EXPECT_EQ(people.person("u1").user_id, "u2");  // seen first
}

// a is b, b is c, c is a, and a is a: one person, whichever batch they come in and how often.
TEST(PeopleStage, AliasesInACircleAreOnePerson) {
  for (const size_t batch : {size_t{1}, size_t{1000}}) {
    TestPeople people;
    const auto order = [](int64_t ms, const char* user, const char* id) {
      return track(ms, user, "", "Order Completed",
                   R"({"order_id":")" + std::string(id) + R"(","total":1})");
    };
    people.apply({order(1, "a", "1"), order(2, "b", "2"), order(3, "c", "3"), alias(4, "a", "b"),
                  alias(5, "b", "c"), alias(6, "c", "a"), alias(7, "a", "a"), alias(8, "b", "a"),
                  order(9, "b", "4")},
                 batch);
    people.apply({alias(10, "a", "b"), alias(11, "c", "b")}, batch);
    const PersonId one = people.id_of("a");
    EXPECT_NE(one, 0);
    EXPECT_EQ(people.id_of("b"), one);
    EXPECT_EQ(people.id_of("c"), one);
    EXPECT_EQ(people.person("c").orders, 4);
  }
}

TEST(PeopleStage, NobodyWasSeenByWhatIsToldOfThem) {
  TestPeople people;
  people.apply({track(1, "ann", "", "Viewed"), track(2, "bob", "", "Viewed")});
  const auto told = [](int64_t ms, const char* name, const char* source) {
    auto event = track(ms, "ann", "", name);
    event.source = source;
    return event;
  };
  people.apply({told(100, "Points Expired", "loyalty"), told(101, "Stage Changed", "stages"),
                told(102, "Message Sent", "engage"), track(50, "bob", "", "Viewed")});
  EXPECT_EQ(to_millis(people.person("ann").last_seen_at), to_millis(kTestDay) + 1);
  EXPECT_EQ(to_millis(people.person("bob").last_seen_at), to_millis(kTestDay) + 50);
  // Of a shop's own source, and what she does in the member centre, she does herself.
  people.apply({told(200, "Points Expired", "shop"), told(201, "Signed In", "loyalty")});
  EXPECT_EQ(to_millis(people.person("ann").last_seen_at), to_millis(kTestDay) + 201);
}

TEST(PeopleStage, DevicesOfAJoinedUserFollowFromMemoryToo) {
  TestPeople people;
  people.apply({identify(1, "u1", "a1"), identify(2, "u2", "a2"), track(3, "u3", "", "Viewed")});
  people.apply({alias(4, "u2", "u1")});
  people.apply({alias(5, "u1", "u3")});
  people.apply({track(6, "", "a2", "Order Completed", R"({"order_id":"1","total":4})")});
  EXPECT_EQ(people.id_of("", "a2"), people.id_of("u3"));
  EXPECT_EQ(people.person("u3").orders, 1);
  EXPECT_EQ(to_millis(people.person("u3").last_seen_at), to_millis(kTestDay) + 6);
}

TEST(PeopleStage, JunkNeverJoinsAnybody) {
  TestPeople people;
  for (const char* junk : {"null", "undefined", "0", "", "NULL", " none ", "0000-0000", "NaN",
                           "00000000-0000-0000-0000-000000000000", "[object Object]"}) {
    people.clear();
    EXPECT_TRUE(is_junk_id(junk)) << junk;
    people.apply({identify(1, "u1", junk), identify(2, "u2", junk), alias(3, junk, "u1"),
                  alias(4, junk, "u2"), identify(5, junk, "a1"), identify(6, junk, "a2")});
    EXPECT_NE(people.id_of("u1"), people.id_of("u2")) << junk;
    EXPECT_NE(people.id_of("", "a1"), people.id_of("", "a2")) << junk;
    EXPECT_EQ(people.id_of("", junk), 0) << junk;
  }
  EXPECT_FALSE(is_junk_id("10"));
  EXPECT_FALSE(is_junk_id("用户"));
}

TEST(PeopleStage, LateEventsDoNotOverwriteNewerTraits) {
  TestPeople people;
  people.apply({identify(9, "u", "", R"({"email":"new@x.org","plan":"b"})")});
  people.apply({identify(5, "u", "", R"({"email":"old@x.org","phone":"1"})"),
                track(7, "u", "", "Unsubscribed", R"({"channel":"email"})"),
                track(6, "u", "", "Subscribed", R"({"channel":"email"})")});
  Person person = people.person("u");
  EXPECT_EQ(person.email, "new@x.org");
  EXPECT_EQ(person.phone, "1");
  EXPECT_EQ(person.email_consent, Person::Consent::kUnsubscribed);
  people.apply({identify(10, "u", "", R"({"plan":null,"email_subscribed":true})")});
  person = people.person("u");
  EXPECT_EQ(parse_json(person.traits)->contains("plan"), false);
  EXPECT_EQ(person.email_consent, Person::Consent::kSubscribed);
}

TEST(PeopleStage, OrdersOfLinesHeadersAndRefunds) {
  TestPeople people;
  people.apply(
      {track(5, "u", "", "Order Line",
             R"({"order_id":"1","kind":"order","amount_minor":150,"quantity":2,"country":"Peru"})"),
       track(4, "u", "", "Order Line", R"({"order_id":"1","amount_minor":-50,"quantity":0.5})"),
       track(6, "u", "", "Order Completed", R"({"order_id":"1"})"),
       track(8, "u", "", "Order Refunded", R"({"order_id":"1","total":-0.4})"),
       track(9, "u", "", "Order Completed",
             R"({"order_id":2,"value":"7","revenue":8,"total":9.99})"),
       track(9, "u", "", "Order Refunded", R"({"order_id":"2"})"),
       track(9, "u", "", "Order Completed", R"({"order_id":"3","total":5,"currency":"USD"})")});
  const Person person = people.person("u");
  EXPECT_EQ(person.orders, 3);
  EXPECT_EQ(person.refunds, 2);
  EXPECT_EQ(person.revenue_minor, 100 - 40);
  EXPECT_EQ(person.country, "Peru");
  EXPECT_EQ(to_millis(*person.first_order_at), to_millis(kTestDay) + 4);
  people.currency = "USD";
  people.apply({track(10, "u", "", "Product Viewed")});
  EXPECT_EQ(people.person("u").revenue_minor, 500);
}

TEST(PeopleStage, RefundsOfAnOrderAddUp) {
  TestPeople people;
  const auto revenue = [&] { return people.person("u").revenue_minor; };
  const auto refund = [](int64_t at, const char* properties, const char* message = "") {
    auto event = track(at, "u", "", "Order Refunded", properties);
    event.message_id = message;
    return event;
  };
  people.apply({track(1, "u", "", "Order Completed", R"({"order_id":"1","total":100})")});
  people.apply({refund(2, R"({"order_id":"1","total":40})")});
  EXPECT_EQ(revenue(), 6'000);
  people.apply({refund(3, R"({"order_id":"1","total":40})")});
  EXPECT_EQ(revenue(), 2'000) << "another message is another refund";
  people.apply({refund(4, R"({"order_id":"1","total":5,"refund_id":"r1"})"),
                refund(6, R"({"order_id":"1","total":8,"refund_id":"r1"})")});
  people.apply({refund(5, R"({"order_id":"1","total":7,"refund_id":"r1"})"),
                refund(7, R"({"order_id":"1","refund_id":"r1"})")});
  EXPECT_EQ(revenue(), 1'200) << "the last word with an amount on the refund r1";
  people.apply({refund(8, R"({"order_id":"1","total":3,"currency":"USD","refund_id":7})")});
  EXPECT_EQ(revenue(), 1'200) << "money of another currency than the order's takes nothing";
  people.apply({refund(9, R"({"order_id":"1","total":1,"refund_id":7})")});
  EXPECT_EQ(revenue(), 1'100);
  EXPECT_EQ(people.person("u").refunds, 1) << "one order was refunded";
  people.apply({refund(10, R"({"order_id":"1","refund_id":"all"})")});
  EXPECT_EQ(revenue(), 0) << "all of it";
  people.apply({refund(11, R"({"order_id":"1","total":500})")});
  EXPECT_EQ(revenue(), 10'000 - 4'000 - 4'000 - 800 - 100 - 50'000) << "more than the order was";
}

// Whichever of the two arrives first.
TEST(PeopleStage, ARefundIsInTheMoneyOfItsOrder) {
  const auto order =
      track(1, "u", "", "Order Completed", R"({"order_id":"1","total":1000,"currency":"JPY"})");
  auto refund = track(2, "u", "", "Order Refunded", R"({"order_id":"1","total":400})");
  auto other =
      track(3, "u", "", "Order Refunded", R"({"order_id":"1","total":5,"currency":"CNY"})");
  refund.message_id = "m1";
  other.message_id = "m2";
  for (auto events : {std::vector{order, refund, other}, std::vector{other, refund, order}}) {
    TestPeople people;
    for (const auto& event : events) people.apply({event});
    std::string orders;
    const PersonId who = people.person("u").id;
    ASSERT_TRUE(people.database().read([&](store::Connection& c) -> Result<void> {
      for (const Order& one : TRY(orders_of(c, who, 0, 10)))
        orders += std::to_string(one.total_minor) + " " + one.currency + "; ";
      return {};
    }));
    EXPECT_EQ(orders, "-400 JPY; 1000 JPY; ");
  }
  // Of an order that is not known it is the workspace's money.
  TestPeople people;
  people.apply({refund});
  EXPECT_EQ(people.person("u").revenue_minor, -40'000);
  // Nothing but refused ones: nothing went back.
  TestPeople none;
  none.apply({order, other});
  none.currency = "JPY";
  none.apply({track(4, "u", "", "Product Viewed")});
  EXPECT_EQ(none.person("u").revenue_minor, 1'000);
}

// Refunds that were stored before they were told apart stay, and what comes is added.
TEST(PeopleStage, EarlierRefundsAreKept) {
  TestPeople people;
  people.apply({track(1, "u", "", "Order Completed", R"({"order_id":"1","total":100})"),
                track(2, "u", "", "Order Refunded", R"({"order_id":"1","total":40})")});
  ASSERT_TRUE(people.database().write([](store::Connection& c) {
    return c.execute("UPDATE orders SET refunds = '' WHERE refund = 1", {});
  }));
  people.apply({track(3, "u", "", "Product Viewed")});
  EXPECT_EQ(people.person("u").revenue_minor, 6'000);
  people.apply({track(4, "u", "", "Order Refunded", R"({"order_id":"1","total":30})")});
  people.apply({track(5, "u", "", "Order Refunded", R"({"order_id":"1","total":20})")});
  EXPECT_EQ(people.person("u").revenue_minor, 1'000);
}

TEST(PeopleStage, NoMoreRefundsThanTheLimitAreToldApart) {
  RefundParts parts, reversed;
  const auto part = [](size_t number) {
    return RefundPart{.name = refund_name(std::to_string(number), ""),
                      .at_ms = static_cast<int64_t>(number),
                      .rank = 2,
                      .minor = 1,
                      .currency = "CNY"};
  };
  for (size_t i = 0; i < kMaxRefundParts; ++i) add_part(parts, part(i));
  EXPECT_EQ(named_refunds(parts, "CNY").minor, kMaxRefundParts);
  add_part(parts, part(kMaxRefundParts));
  EXPECT_EQ(named_refunds(parts, "CNY").minor, kMaxRefundParts);
  for (size_t i = kMaxRefundParts + 1; i-- > 0;) add_part(reversed, part(i));
  EXPECT_EQ(parts_text(parts), parts_text(reversed));
  EXPECT_EQ(parts_text(parse_parts(parts_text(parts))), parts_text(parts));
}

// What each refund gave back at its time adds up to what the order's row says.
TEST(PeopleStage, SharesOfRefundsAddUp) {
  const auto part = [](int64_t at, int64_t rank, int64_t minor, const char* currency = "CNY") {
    return RefundPart{.name = std::to_string(at),
                      .at_ms = at,
                      .rank = rank,
                      .minor = minor,
                      .currency = currency};
  };
  const auto text = [](const RefundParts& parts, int64_t total) {
    std::string out;
    for (const RefundShare& share : refund_shares(parts, 1, total, "CNY"))
      out += std::to_string(share.at_ms) + ":" + std::to_string(share.minor) + " ";
    return out;
  };
  EXPECT_EQ(text({part(5, 2, 40), part(3, 2, -30)}, 70), "3:30 5:40 ");
  EXPECT_EQ(text({part(5, 2, 40), part(7, 1, 0)}, 100), "5:40 7:60 ");
  EXPECT_EQ(text({part(5, 2, 40), part(6, 2, 9, "USD")}, 40), "5:40 ");
  EXPECT_EQ(text({}, 100), "1:100 ");
  EXPECT_EQ(text({part(5, 1, 0)}, 80), "1:80 ") << "when the order's row says";
}

TEST(PeopleStage, TheOrderBookHasEachRefundAtItsTime) {
  TestPeople people;
  const auto refund = [](int64_t at, const char* properties) {
    auto event = track(at, "u", "", "Order Refunded", properties);
    event.message_id = "m" + std::to_string(at);
    return event;
  };
  people.apply({track(1, "u", "", "Order Completed", R"({"order_id":"1","total":100})"),
                refund(2, R"({"order_id":"1","total":40,"refund_id":"a"})"),
                refund(5, R"({"order_id":"1","total":25,"refund_id":"b"})"),
                refund(7, R"({"order_id":"1","total":40,"refund_id":"a"})"),
                track(3, "u", "", "Order Completed", R"({"order_id":"2","total":9})"),
                refund(9, R"({"order_id":"2"})")});
  std::string rows;
  ASSERT_TRUE(people.database().read([&](store::Connection& c) -> Result<void> {
    const OrderBook book = TRY(load_orders(c, "CNY"));
    for (size_t i = 0; i < book.rows(); ++i)
      rows += std::to_string(book.at_ms[i] - to_millis(kTestDay)) + ":" +
              std::to_string(book.amount_minor[i]) + (book.refund[i] ? "r " : " ");
    return {};
  }));
  EXPECT_EQ(rows, "1:10000 2:-4000r 3:900 5:-2500r 9:-900r ");
}

TEST(PeopleStage, ImportedOrdersWithoutCustomerHaveNoPerson) {
  TestPeople people;
  auto line = track(1, "", "order:1", "Order Line", R"({"order_id":"1","amount_minor":5})");
  line.source = "import:orders";
  auto other = line;
  other.anonymous_id = "order:2";
  other.properties = R"({"order_id":"2","amount_minor":6})";
  people.apply({line, other});
  EXPECT_EQ(people.id_of("", "order:1"), 0);
  EXPECT_NE(people.text().find("nobody: order import:orders/2"), std::string::npos);
}

TEST(PeopleStage, NothingInAnEventStopsIt) {
  TestPeople people;
  const std::string long_text(5'000, 'x');
  people.apply({
      identify(1, "u", "", "not json"),
      identify(2, "u", "", R"([1,2])"),
      identify(3, "u", "",
               R"({"name":"a\u0000b","bad":"\ud800","big":123456789012345678901234567890})"),
      identify(4, "u", "", R"({"ok":1e10,"x\u0000y":1,"huge":1e999})"),
      identify(4, "u", "", R"({"name":["x"],"email":{"a":1},"phone":true})"),
      identify(5, "u", "", R"({"long":")" + long_text + R"(","ok":2})"),
      identify(5, long_text, "v", "{}"),
      track(6, "u", "", "Order Completed", R"({"order_id":"a\u0000b","total":"x"})"),
      track(6, "u", "", "Order Completed", R"({"order_id":")" + long_text + R"(","total":1e300})"),
      track(6, "u", "", "Order Completed", R"({"order_id":"9","total":1e999,"currency":"??"})"),
      track(6, "u", "", "Order Completed", "{"),
      track(6, "u", "", "Order Line",
            R"({"amount_minor":99999999999999999999,"country":"\u0000"})"),
      track(6, "u", "", "Order Line", R"({"order_id":{},"amount_minor":"7","quantity":"1e99"})"),
  });
  const Person person = people.person("u");
  EXPECT_EQ(person.orders, 6);
  EXPECT_TRUE(is_storable_text(person.name));
  EXPECT_EQ(parse_json(person.traits)->at("ok"), 2);
  EXPECT_EQ(people.id_of("", "v") != 0, true);
}

TEST(PeopleStage, TraitsAreLimitedTheSameWayInAnyOrder) {
  std::vector<StoredEvent> events;
  for (int i = 0; i < 60; ++i) {
    Json traits;
    for (int j = 0; j < 10; ++j) traits["t" + std::to_string(1000 + i * 10 + j)] = i;
    events.push_back(identify(i, "u", "", to_text(traits)));
  }
  TestPeople forward, backward;
  forward.apply(events, 7);
  std::ranges::reverse(events);
  backward.apply(events, 11);
  EXPECT_EQ(forward.text(), backward.text());
  EXPECT_EQ(parse_json(forward.person("u").traits)->size(), 500u);
}

TEST(PeopleStage, NumbersAreNeverUsedAgain) {
  TestPeople people;
  people.apply({track(1, "", "a", "X")});
  const PersonId visitor = people.id_of("", "a");
  people.apply({identify(2, "u", "a")});
  people.forget_cache();
  people.apply({track(3, "", "b", "X")});
  EXPECT_GT(people.id_of("", "b"), people.id_of("u"));
  EXPECT_GT(people.id_of("u"), visitor);
}

}  // namespace
}  // namespace perennial::people
