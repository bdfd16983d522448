#include "people/list.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "people/readers.h"
#include "people/search.h"
#include "people/test_people.h"

namespace perennial::people {
namespace {

std::string shopper(const std::string& name, const std::string& rest = "") {
  return to_text(Json{{"name", name}}).substr(0, to_text(Json{{"name", name}}).size() - 1) + rest +
         "}";
}

class PeopleList : public testing::Test {
 protected:
  std::vector<std::string> users(const ListQuery& query) {
    auto page =
        people_.database().read([&](store::Connection& c) { return list_people(c, query); });
    EXPECT_TRUE(page.has_value()) << page.error().text();
    std::vector<std::string> out;
    for (const auto& person : page->people) {
      out.push_back(person.known() ? person.user_id : "(visitor)");
    }
    total_ = page->total;
    return out;
  }

  using Users = std::vector<std::string>;
  TestPeople people_;
  size_t total_ = 0;
};

TEST_F(PeopleList, SortsByEveryColumnWithMissingValuesLast) {
  people_.apply({
      track(1, "b", "", "Order Completed", R"({"order_id":"1","total":5})"),
      track(2, "a", "", "Order Completed", R"({"order_id":"2","total":3})"),
      track(9, "a", "", "Order Completed", R"({"order_id":"3","total":1})"),
      track(4, "c", "", "Viewed"),
      track(5, "d", "", "Viewed"),
      identify(6, "c", "", shopper("Zed")),
      identify(7, "a", "", shopper("Amy")),
      track(8, "", "v", "Viewed"),
  });
  using Sort = ListQuery::Sort;
  EXPECT_EQ(users({}), (Users{"a", "b", "c", "d"}));
  EXPECT_EQ(total_, 4u);
  EXPECT_EQ(users({.sort = Sort::kLastOrder, .descending = false}), (Users{"b", "a", "c", "d"}));
  EXPECT_EQ(users({.sort = Sort::kFirstOrder}), (Users{"a", "b", "c", "d"}));
  EXPECT_EQ(users({.sort = Sort::kOrders}), (Users{"a", "b", "c", "d"}));
  EXPECT_EQ(users({.sort = Sort::kRevenue}), (Users{"b", "a", "c", "d"}));
  EXPECT_EQ(users({.sort = Sort::kRevenue, .descending = false}), (Users{"c", "d", "a", "b"}));
  EXPECT_EQ(users({.sort = Sort::kName}), (Users{"c", "a", "b", "d"}));
  EXPECT_EQ(users({.sort = Sort::kName, .descending = false}), (Users{"a", "c", "b", "d"}));
  EXPECT_EQ(users({.sort = Sort::kLastSeen}), (Users{"a", "c", "d", "b"}));
  EXPECT_EQ(users({.sort = Sort::kFirstSeen}), (Users{"d", "c", "a", "b"}));
  EXPECT_EQ(users({.known = false}), (Users{"(visitor)"}));
  EXPECT_EQ(users({.known = std::nullopt}).size(), 5u);
}

TEST_F(PeopleList, PagesWithoutGapsOrRepeats) {
  std::vector<events::StoredEvent> events;
  for (int i = 0; i < 57; ++i) events.push_back(track(1, "u" + std::to_string(i), "", "Viewed"));
  people_.apply(events);
  Users all;
  for (size_t offset = 0; offset < 70; offset += 10) {
    const auto page = users({.offset = offset, .limit = 10});
    all.insert(all.end(), page.begin(), page.end());
    EXPECT_EQ(total_, 57u);
  }
  EXPECT_EQ(all.size(), 57u);
  std::ranges::sort(all);
  EXPECT_EQ(std::ranges::unique(all).size(), 0u);
}

// So many are counted with their page, and more are counted by themselves.
TEST_F(PeopleList, CountsFewAndMany) {
  size_t there = 0;
  for (const size_t wanted : {499, 500, 501}) {
    std::vector<events::StoredEvent> events;
    for (; there < wanted; ++there) {
      events.push_back(track(1, "u" + std::to_string(there), "", "Viewed"));
    }
    people_.apply(events);
    for (const size_t offset : {size_t{0}, size_t{1}, wanted - 1, wanted, wanted + 1}) {
      const size_t shown = offset < wanted ? std::min<size_t>(wanted - offset, 10) : 0;
      EXPECT_EQ(users({.offset = offset, .limit = 10}).size(), shown);
      EXPECT_EQ(total_, wanted);
      EXPECT_EQ(users({.sort = ListQuery::Sort::kLastSeen, .offset = offset}).size(),
                offset < wanted ? std::min<size_t>(wanted - offset, 50) : 0);
      EXPECT_EQ(total_, wanted);
    }
  }
}

TEST_F(PeopleList, FiltersBySetAndCountry) {
  people_.apply({identify(1, "a", "", shopper("A", R"(,"country":"France")")),
                 identify(2, "b", "", shopper("B", R"(,"address":{"country":"France"})")),
                 identify(3, "c", "", shopper("C", R"(,"country":"Peru")")),
                 identify(4, "d", "", shopper("D"))});
  EXPECT_EQ(users({.country = "France", .sort = ListQuery::Sort::kName, .descending = false}),
            (Users{"a", "b"}));
  const std::vector<PersonId> set{people_.id_of("d"), people_.id_of("b"), 999, people_.id_of("c")};
  ListQuery query{.set = set, .sort = ListQuery::Sort::kName, .descending = false};
  EXPECT_EQ(users(query), (Users{"b", "c", "d"}));
  EXPECT_EQ(total_, 3u);
  query.offset = 1;
  query.limit = 1;
  EXPECT_EQ(users(query), (Users{"c"}));
  EXPECT_EQ(total_, 3u);
  query.country = "France";
  query.offset = 0;
  EXPECT_EQ(users(query), (Users{"b"}));
  query.set->clear();
  EXPECT_EQ(users(query), (Users{}));
  EXPECT_EQ(total_, 0u);
}

TEST_F(PeopleList, FindsFoldedPartsAndTakesWildcardsAsTheyAre) {
  people_.apply({
      identify(1, "u1", "", shopper("Émile Zola", R"(,"email":"Emile@Example.ORG")")),
      identify(2, "u2", "visitor-77", shopper("王小伟", R"(,"phone":"+86 138-0013-8000")")),
      identify(3, "100%_sure", "", shopper("O'Neil \\ \"Q\"")),
      identify(4, "u4", "", shopper("张敏")),
  });
  auto found = [&](const std::string& search) {
    return users({.search = search, .sort = ListQuery::Sort::kFirstSeen, .descending = false});
  };
  EXPECT_EQ(found("EMILE zo"), (Users{"u1"}));
  EXPECT_EQ(found("emile@example"), (Users{"u1"}));
  EXPECT_EQ(found("小伟"), (Users{"u2"}));
  EXPECT_EQ(found(" 伟 "), (Users{"u2"}));
  EXPECT_EQ(found("13800138000"), (Users{"u2"}));
  EXPECT_EQ(found("138-0013"), (Users{"u2"}));
  EXPECT_EQ(found("VISITOR-77"), (Users{"u2"}));
  EXPECT_EQ(found("%"), (Users{"100%_sure"}));
  EXPECT_EQ(found("0%_S"), (Users{"100%_sure"}));
  EXPECT_EQ(found("_"), (Users{"100%_sure"}));
  EXPECT_EQ(found("\\"), (Users{"100%_sure"}));
  EXPECT_EQ(found("'neil"), (Users{"100%_sure"}));
  EXPECT_EQ(found("wxw"), (Users{"u2"}));
  EXPECT_EQ(found("wangxiao"), (Users{"u2"}));
  EXPECT_EQ(found("ZM"), (Users{"u4"}));
  EXPECT_EQ(found("u_"), (Users{}));
  EXPECT_EQ(found("").size(), 4u);
}

TEST_F(PeopleList, FindsByAnyIdentifierHoweverManyThereAre) {
  constexpr int kIdentifiers = 10'000;
  std::vector<events::StoredEvent> events = {
      identify(1, "u1", "",
               R"({"name":"Ann","phone":"13761098342","email":"first@example.org",)"
               R"("unionid":"oUnion_1","openid":"oOpen_1"})"),
      // The newest words are others.
      identify(2, "u1", "", R"({"phone":"13951078264","email":"second@example.org"})"),
      identify(3, "u2", "", R"({"name":"Bob"})")};
  for (int i = 0; i < kIdentifiers; ++i) {
    const std::string n = std::to_string(i);
    events.push_back(identify(10 + i, "many", "", R"({"openid":"open-)" + n + R"("})"));
  }
  people_.apply(events);
  const auto found = [&](const std::string& search) {
    auto page = people_.database().read([&](store::Connection& c) {
      return list_people(
          c, {.search = search, .sort = ListQuery::Sort::kFirstSeen, .descending = false}, "CN");
    });
    EXPECT_TRUE(page) << page.error().text();
    Users users;
    for (const Person& person : page->people) users.push_back(person.user_id);
    return users;
  };
  EXPECT_EQ(found("137 6109 8342"), (Users{"u1"})) << "a number of earlier, as it is said here";
  EXPECT_EQ(found("+8613761098342"), (Users{"u1"}));
  EXPECT_EQ(found("First@EXAMPLE.org").size(), 0u) << "who writes the first part so is another";
  EXPECT_EQ(found("first@EXAMPLE.org"), (Users{"u1"}));
  EXPECT_EQ(found("oUnion_1"), (Users{"u1"}));
  EXPECT_EQ(found("oOpen_1"), (Users{"u1"}));
  EXPECT_EQ(found("open-0"), (Users{"many"}));
  EXPECT_EQ(found("open-9999"), (Users{"many"}));
  EXPECT_EQ(found("Bob"), (Users{"u2"}));
  EXPECT_TRUE(found("open-").empty()) << "a part of many is no name";
  EXPECT_TRUE(found("null").empty());
}

TEST_F(PeopleList, ChineseNamesSortByPinyin) {
  // wáng, zhāng, lǐ, chén, ōu: by code point the order would be 张 李 欧 王 陈.
  int64_t at = 0;
  for (const char* name : {"王", "张", "李", "陈", "欧"}) {
    people_.apply({identify(++at, name, "", shopper(name))});
  }
  EXPECT_EQ(users({.sort = ListQuery::Sort::kName, .descending = false}),
            (Users{"陈", "李", "欧", "王", "张"}));
  EXPECT_EQ(users({.sort = ListQuery::Sort::kName}), (Users{"张", "王", "欧", "李", "陈"}));
}

TEST_F(PeopleList, KnownPeopleAndOrderBookAreSorted) {
  auto anonymous = track(9, "", "order:7", "Order Line", R"({"order_id":"7","amount_minor":4})");
  anonymous.source = "import:orders";
  people_.apply(
      {track(5, "b", "", "Order Completed", R"({"order_id":"1","total":5})"),
       track(3, "b", "", "Order Completed", R"({"order_id":"2","total":2})"),
       track(4, "b", "", "Order Refunded", R"({"order_id":"2","total":2})"),
       track(1, "a", "", "Viewed"), track(1, "", "v", "Viewed"),
       track(1, "a", "", "Order Completed", R"({"order_id":"3","total":7,"currency":"USD"})"),
       anonymous});
  const PersonId a = people_.id_of("a"), b = people_.id_of("b");
  const auto read = people_.database().read([&](store::Connection& c) -> Result<void> {
    const auto book = TRY(load_orders(c, "CNY"));
    EXPECT_EQ(book.person, (std::vector<PersonId>{0, b, b, b, a}));
    EXPECT_EQ(book.amount_minor, (std::vector<int64_t>{4, 200, -200, 500, 0}));
    EXPECT_EQ(book.refund, (std::vector<uint8_t>{0, 0, 1, 0, 0}));
    EXPECT_TRUE(std::ranges::is_sorted(book.at_ms.begin() + 1, book.at_ms.begin() + 4));
    EXPECT_EQ(TRY(known_people(c)), (std::vector<PersonId>{b, a}));
    return {};
  });
  EXPECT_TRUE(read.has_value());
}

TEST_F(PeopleList, TheLastWordOnATraitComesWithItsTime) {
  people_.apply(
      {identify(5, "a", "", R"({"likes":["tea"],"plan":"x"})"),
       identify(9, "a", "", R"({"plan":"y"})"), identify(3, "a", "", R"({"likes":["old"]})"),
       identify(1, "b", "", R"({"likes":"cups"})"), identify(2, "b", "", R"({"likes":null})"),
       identify(4, "c", "v", R"({"$append":{"likes":["tea"]}})"),
       identify(6, "c", "", R"({"$append":{"likes":["cups"]}})"),
       identify(7, "d", "", R"({"likes_not":1})"), identify(1, "", "w", R"({"likes":"w1"})"),
       identify(8, "e", "w", R"({"x":1})")});
  std::vector<std::string> words;
  const auto read = people_.database().read([&](store::Connection& c) {
    return each_word_on(c, "likes", [&](PersonId person, const std::string& json, int64_t at_ms) {
      words.push_back(std::to_string(person) + " " + json + " " +
                      std::to_string(at_ms - to_millis(kTestDay)));
    });
  });
  ASSERT_TRUE(read.has_value());
  const auto line = [&](const char* user, const std::string& rest) {
    return std::to_string(people_.id_of(user)) + " " + rest;
  };
  std::vector<std::string> expected = {line("a", R"(["tea"] 5)"), line("c", R"(["tea","cups"] 6)"),
                                       line("e", R"("w1" 1)")};
  std::ranges::sort(expected);
  std::ranges::sort(words);
  EXPECT_EQ(words, expected);
}

TEST_F(PeopleList, PresentAreNeitherErasedNorJoined) {
  people_.apply({identify(1, "a", ""), track(1, "", "v", "Viewed"), identify(2, "b", "")});
  const PersonId a = people_.id_of("a"), b = people_.id_of("b"), visitor = people_.id_of("", "v");
  const auto present = [&] {
    auto found = people_.database().read([&](store::Connection& c) {
      return present_among(c, std::vector<PersonId>{a, b, visitor, 999});
    });
    EXPECT_TRUE(found.has_value());
    std::ranges::sort(*found);
    return *found;
  };
  std::vector<PersonId> all = {a, b, visitor};
  std::ranges::sort(all);
  EXPECT_EQ(present(), all);
  people_.apply({identify(3, "a", "v")});
  ASSERT_TRUE(
      people_.database().migrate(access::migrations()));  // erasing looks at the audit trail
  const auto gone = people_.database().write(
      [&](store::Connection& c) { return erase_person(c, b, {"era_1", "key"}); });
  ASSERT_TRUE(gone) << gone.error().text();
  EXPECT_EQ(present(), std::vector<PersonId>{a});
}

}  // namespace
}  // namespace perennial::people
