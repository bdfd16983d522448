// Erasing a person: what is left equals what a replay of the log would make that holds only what
// stays.
#include "people/erase.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "people/notes.h"
#include "people/test_people.h"

namespace perennial::people {
namespace {

using events::StoredEvent;

template <class T>
T must(Result<T> result) {
  if (!result) die(result.error().text(), __FILE__, __LINE__);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

ErasedPerson erase(TestPeople& people, PersonId person, const Erasure& erasure) {
  must(people.database().migrate(access::migrations()));
  return must(people.database().write(
      [&](store::Connection& c) { return erase_person(c, person, erasure); }));
}

StoredEvent remains(const ErasedPerson& erased, const Erasure& erasure, uint64_t seq) {
  StoredEvent out = identify(0, erased_identity(erasure).substr(2), "");
  out.timestamp = erased.first_seen_at;
  out.seq = seq;
  out.message_id = erasure.id;
  return out;
}

std::string text_of(store::Database& database) {
  std::string out;
  for (const char* table :
       {"people", "identities", "identity_facts", "person_aliases", "person_merges", "orders",
        "identity_joins", "identity_claims", "hand_links", "merge_proposals", "customer_notes",
        "customer_views", "customer_files"}) {
    for (const auto& row : must(database.read([&](store::Connection& c) {
           return c.query("SELECT * FROM " + std::string(table));
         }))) {
      for (size_t i = 0; i < row.size(); ++i) {
        if (const auto* text = std::get_if<std::string>(&row.value(i))) out += *text + "\n";
      }
    }
  }
  return out;
}

constexpr std::string_view kOrder = R"({"order_id":"A-1","total":20,"currency":"CNY",
    "shipping_address":"Her Street 1","products":[{"sku":"tea","quantity":2,"note":"for Wang"}]})";

TEST(Erase, LeavesOrdersWithoutWhose) {
  TestPeople people;
  people.apply({identify(0, "wang", "phone-1", R"({"name":"王小薇","email":"Wang@Shop.cn",
                                                   "phone":"13761234987","vip":true})"),
                track(1000, "wang", "", "Order Completed", std::string(kOrder)),
                track(2000, "", "phone-1", "Viewed"), alias(2500, "old-wang", "wang"),
                identify(3000, "li", "", R"({"email":"li@shop.cn"})"),
                track(3500, "li", "", "Order Completed", R"({"order_id":"A-2","total":5})")});
  const PersonId wang = people.id_of("wang"), li = people.id_of("li");
  must(people.database().write([&](store::Connection& c) -> Result<void> {
    TRY(add_note(c, wang, {.text = "calls at noon", .author = "Chen", .at = kTestDay}));
    return {};
  }));
  const Person before = people.person("wang");
  const Erasure erasure{"era_1", "key"};
  const ErasedPerson erased = erase(people, wang, erasure);
  EXPECT_EQ(erased.counts.at("notes"), 1);
  EXPECT_EQ(erased.kept.at("orders"), 1);
  EXPECT_THAT(erased.words, testing::IsSupersetOf({"wang", "phone-1", "wang@shop.cn", "13761234987",
                                                   "+8613761234987"}));
  EXPECT_EQ(erased.name, "王小薇");  // others are called so too
  EXPECT_THAT(erased.words, testing::Not(testing::Contains("王小薇")));
  EXPECT_THAT(erased.numbers, testing::ElementsAre(wang));
  EXPECT_THAT(erased.identities, testing::IsSupersetOf({"u:wang", "a:phone-1"}));

  const auto after =
      *must(people.database().read([&](store::Connection& c) { return find_person(c, wang); }));
  EXPECT_TRUE(is_erased(after));
  EXPECT_EQ(after.name + after.email + after.phone, "");
  EXPECT_EQ(after.traits, "{}");
  EXPECT_EQ(after.orders, before.orders);
  EXPECT_EQ(after.revenue_minor, before.revenue_minor);
  EXPECT_EQ(after.first_order_at, before.first_order_at);
  EXPECT_EQ(people.id_of("wang"), 0);
  EXPECT_EQ(people.id_of("", "phone-1"), 0);
  EXPECT_EQ(people.person("li").id, li);
  EXPECT_EQ(people.person("li").email, "li@shop.cn");
  const std::string left = text_of(people.database());
  for (const char* word : {"ang@", "old-wang", "phone-1", "137612", "王小薇", "noon", "A-1"}) {
    EXPECT_EQ(left.find(word), left.npos) << word;
  }
  EXPECT_EQ(people.database()
                .write([&](store::Connection& c) { return erase_person(c, wang, erasure); })
                .error()
                .code,
            Code::kConflict);
  EXPECT_EQ(people.database()
                .write([&](store::Connection& c) { return erase_person(c, 999, erasure); })
                .error()
                .code,
            Code::kNotFound);
}

// The stage's cache must not lead events to the number that was erased.
TEST(Erase, WhoComesBackIsSomebodyNew) {
  TestPeople people;
  people.apply({identify(0, "wang", "phone-1", R"({"name":"Wang"})"),
                track(1000, "wang", "", "Order Completed", std::string(kOrder))});
  const PersonId old = people.id_of("wang");
  erase(people, old, {"era_1", "key"});
  people.apply({identify(9000, "wang", "phone-1", R"({"city":"Suzhou"})")});
  const Person again = people.person("wang");
  EXPECT_NE(again.id, old);
  EXPECT_NE(again.id, 0);
  EXPECT_EQ(people.id_of("", "phone-1"), again.id);
  EXPECT_EQ(again.name, "");
  EXPECT_EQ(again.orders, 0);
  EXPECT_EQ(again.first_seen_at, kTestDay + Millis(9000));
  EXPECT_EQ(
      must(people.database().read([&](store::Connection& c) { return current_person(c, old); })),
      old);
}

// Rows of other modules stand under the numbers from before joins too.
TEST(Erase, NamesEveryNumberThatThePersonHad) {
  TestPeople people;
  people.apply({identify(0, "first", "", R"({"name":"First"})")});
  people.apply({identify(1, "second", ""), identify(1, "other", "")});
  people.apply({identify(2, "third", "")});
  const PersonId first = people.id_of("first"), second = people.id_of("second"),
                 third = people.id_of("third"), other = people.id_of("other");
  people.apply({alias(3, "third", "second")});
  people.apply({alias(4, "second", "first")});
  ASSERT_EQ(people.id_of("third"), first);
  const ErasedPerson erased = erase(people, first, {"era_1", "key"});
  EXPECT_THAT(erased.numbers, testing::ElementsAre(first, second, third));
  const auto now = [&](PersonId id) {
    return must(
        people.database().read([&](store::Connection& c) { return current_person(c, id); }));
  };
  // What was counted for them counts on.
  EXPECT_EQ(now(second), first);
  EXPECT_EQ(now(third), first);
  EXPECT_EQ(now(other), other);
  const std::string left = text_of(people.database());
  for (const char* word : {"second", "third"}) EXPECT_EQ(left.find(word), left.npos) << word;
}

// An alias is found by its source too: ids of messages are of one source alone.
TEST(Erase, KnowsEventsThatNameThePersonBySourceAndMessage) {
  TestPeople people;
  StoredEvent named = alias(1, "wang", "ghost");
  named.source = "app";
  named.message_id = "a1";
  people.apply({identify(0, "wang", ""), identify(0, "li", ""), named});
  const ErasedPerson erased = erase(people, people.id_of("wang"), {"era_1", "key"});
  EXPECT_THAT(erased.messages, testing::Contains(testing::Pair("app", "a1")));
}

// A short identifier is a part of many searches that mean somebody else.
TEST(Erase, TakesOnlySearchesForThePerson) {
  TestPeople people;
  people.apply({identify(0, "1", "", R"({"name":"Li","email":"li@shop.cn"})")});
  const std::vector<std::pair<std::string, bool>> searches = {
      {"1", false},  {"alice 1", false}, {"alice1", true},
      {"li", false}, {"alice", true},    {"x li@shop.cn", false}};
  must(people.database().write([&](store::Connection& c) -> Result<void> {
    for (const auto& [search, stays] : searches) {
      TRY(
          c.execute("INSERT INTO customer_views (id, owner, owner_name, name, shared, query,"
                    " columns, version, at_ms) VALUES ($1, '', '', $1, 0, $2, '[]', 1, 0)",
                    {search, to_text(Json{{"search", search}})}));
    }
    return {};
  }));
  erase(people, people.id_of("1"), {"era_1", "key"});
  for (const auto& [search, stays] : searches) {
    const auto rows = must(people.database().read([&](store::Connection& c) {
      return c.query("SELECT query FROM customer_views WHERE id = $1", {search});
    }));
    EXPECT_EQ(rows.at(0).text(0).find("search") != std::string::npos, stays) << search;
  }
}

// A device of two: what is the other's stays, and the device is theirs from then on.
TEST(Erase, ASharedDevicePassesToTheOther) {
  TestPeople people;
  people.apply({identify(0, "wang", "tablet", R"({"name":"Wang"})"),
                identify(1000, "li", "tablet", R"({"name":"Li"})"),
                track(2000, "", "tablet", "Viewed"), track(3000, "li", "tablet", "Viewed")});
  EXPECT_EQ(people.id_of("", "tablet"), people.id_of("wang"));
  const ErasedPerson erased = erase(people, people.id_of("wang"), {"era_1", "key"});
  EXPECT_THAT(erased.identities, testing::UnorderedElementsAre("u:wang", "a:tablet"));
  EXPECT_THAT(erased.words, testing::UnorderedElementsAre("wang"));
  const PersonId li = people.id_of("li");
  EXPECT_NE(li, 0);
  EXPECT_EQ(people.id_of("", "tablet"), li);
  const auto found = must(people.database().read([&](store::Connection& c) {
    return list_people(c, {.search = "tablet", .known = std::nullopt});
  }));
  ASSERT_EQ(found.people.size(), 1u);
  EXPECT_EQ(found.people[0].id, li);
  people.apply({track(9000, "", "tablet", "Viewed"), identify(9500, "wang", "tablet")});
  EXPECT_EQ(people.id_of("", "tablet"), li);
  EXPECT_NE(people.id_of("wang"), li);
}

// What an event leaves has numbers and goods; not what a client put beside them.
TEST(Erase, OfAnEventStaysWhatWasSold) {
  StoredEvent event = track(5, "wang", "phone-1", "Order Completed", std::string(kOrder));
  event.seq = 7;
  event.context = R"({"ip":"10.1.1.1"})";
  const Erasure erasure{"era_1", "key"};
  const auto left = what_stays(event, erasure);
  ASSERT_TRUE(left);
  EXPECT_EQ(left->user_id, "erased:era_1");
  EXPECT_EQ(left->anonymous_id, "");
  EXPECT_EQ(left->context, "{}");
  const Json said = *parse_json(left->properties);
  EXPECT_EQ(said.at("total"), 20);
  EXPECT_EQ(said.at("products")[0], Json({{"quantity", 2}, {"sku", "tea"}}));
  EXPECT_EQ(said.at("order_id"), erased_order_id("key", "A-1"));
  EXPECT_FALSE(said.contains("shipping_address"));
  EXPECT_NE(erased_order_id("key", "A-1"), erased_order_id("other", "A-1"));
  EXPECT_FALSE(what_stays(track(5, "wang", "", "Viewed"), erasure));
  EXPECT_FALSE(what_stays(identify(5, "wang", ""), erasure));
  const auto seen =
      what_stays(track(5, "wang", "", "Experiment Viewed",
                       R"({"experiment_id":"e","variation_id":"b","email":"wang@shop.cn"})"),
                 erasure);
  ASSERT_TRUE(seen);
  EXPECT_EQ(*parse_json(seen->properties), Json({{"experiment_id", "e"}, {"variation_id", "b"}}));
}

std::vector<StoredEvent> random_events(std::mt19937_64& random) {
  std::vector<StoredEvent> out;
  const auto below = [&](int64_t n) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(n));
  };
  for (int i = 0; i < 60; ++i) {
    const int64_t who = below(4), at = below(1'000'000);
    const std::string user = "user" + std::to_string(who);
    const int64_t device = below(4);
    const std::string visitor =
        device == 3 ? "shared" : "visitor" + std::to_string(4 * who + device);
    switch (below(6)) {
      case 0:
        out.push_back(identify(at, user, visitor,
                               R"({"name":"N)" + std::to_string(below(9)) +
                                   R"(","phone":"1380013800)" + std::to_string(who) + R"("})"));
        break;
      case 1:
        out.push_back(track(at, "", visitor, "Viewed"));
        break;
      case 2:
        out.push_back(track(at, user, "", "Subscribed", R"({"channel":"email"})"));
        break;
      default: {
        // Nobody's order is another's: an order that two people speak of stays with one of them.
        const bool refund = below(4) == 0, signed_in = below(3) != 0;
        out.push_back(
            track(at, signed_in ? user : "", visitor, refund ? "Order Refunded" : "Order Completed",
                  R"({"order_id":")" + (signed_in ? user : visitor) + std::to_string(below(5)) +
                      R"(","total":)" + std::to_string(1 + below(90)) + "}"));
      }
    }
    out.back().seq = static_cast<uint64_t>(i + 1);
    out.back().message_id = "m" + std::to_string(i + 1);
  }
  return out;
}

TEST(Erase, EqualsAReplayOfWhatStays) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  TestPeople erased_one, replayed;
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    erased_one.clear();
    replayed.clear();
    const auto events = random_events(random);
    erased_one.apply(events, 1 + random() % 60);
    const Erasure erasure{"era_" + std::to_string(round), "key"};
    const PersonId person = erased_one.id_of("user0");
    if (person == 0) continue;
    const ErasedPerson erased = erase(erased_one, person, erasure);
    std::vector<StoredEvent> left;
    for (const StoredEvent& event : events) {
      const auto identity = events::identity_of(event.user_id, event.anonymous_id);
      if (std::ranges::find(erased.identities, identity) == erased.identities.end()) {
        left.push_back(event);
      } else if (auto stays = what_stays(event, erasure)) {
        stays->timestamp = event.timestamp;
        left.push_back({std::move(*stays), event.seq});
      }
    }
    const StoredEvent last = remains(erased, erasure, 61);
    left.push_back(last);
    erased_one.apply({last});
    replayed.apply(left);
    EXPECT_EQ(erased_one.text(), replayed.text());
  }
}

}  // namespace
}  // namespace perennial::people
