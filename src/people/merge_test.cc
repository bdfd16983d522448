// Scenarios of joining and undoing.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "people/hand.h"
#include "people/identifier.h"
#include "people/identity.h"
#include "people/merges.h"
#include "people/test_people.h"

namespace perennial::people {
namespace {

events::StoredEvent hand(int64_t ms, Side a, Side b, bool merged) {
  events::StoredEvent out;
  static_cast<events::Event&>(out) = hand_event(
      {.a = std::move(a), .b = std::move(b), .merged = merged, .by = "usr_1", .reason = "because"},
      kTestDay + Millis(ms));
  return out;
}
Side user(std::string value) { return {IdentityKind::kUser, std::move(value)}; }
Side visitor(std::string value) { return {IdentityKind::kAnonymous, std::move(value)}; }

class Merging : public testing::Test {
 protected:
  template <class Body>
  auto read(Body&& body) {
    auto out = people_.database().read(std::forward<Body>(body));
    EXPECT_TRUE(out.has_value()) << out.error().text();
    return std::move(*out);
  }
  std::vector<Proposal> proposals() {
    return read([](store::Connection& c) { return open_proposals(c, 0, 100); });
  }
  PersonId now(PersonId person) {
    return read([&](store::Connection& c) { return current_person(c, person); });
  }
  TestPeople people_;
};

TEST_F(Merging, AFamilyPhoneJoinsNobodyAndIsShown) {
  people_.apply({identify(1, "mother", "a1", R"({"phone":"138 1234 5678"})"),
                 identify(2, "son", "a2", R"({"phone":"+8613812345678"})")});
  EXPECT_NE(people_.id_of("mother"), people_.id_of("son"));
  const auto open = proposals();
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].kind, "phone");
  EXPECT_EQ(open[0].value, "+8613812345678");
  people_.apply({hand(3, user("mother"), user("son"), false)});
  EXPECT_TRUE(proposals().empty());
}

TEST_F(Merging, AnApprovedProposalJoinsBothHistories) {
  people_.apply({identify(1, "u1", "", R"({"email":"ann@Shop.cn"})"),
                 track(2, "u1", "", "Order Completed", R"({"order_id":"1","total":3})"),
                 identify(3, "u2", "", R"({"email":"ann@shop.cn","city":"Lyon"})"),
                 track(4, "u2", "", "Order Completed", R"({"order_id":"2","total":4})")});
  ASSERT_EQ(proposals().size(), 1u);
  people_.apply({hand(5, user("u1"), user("u2"), true)});
  EXPECT_EQ(people_.id_of("u1"), people_.id_of("u2"));
  EXPECT_EQ(people_.person("u1").orders, 2);
  EXPECT_TRUE(proposals().empty());
}

TEST_F(Merging, UndoingAWrongMergeRestoresBothSides) {
  people_.apply({identify(1, "u1", "a1", R"({"name":"Ann"})"),
                 track(2, "u1", "", "Order Completed", R"({"order_id":"1","total":3})"),
                 identify(3, "u2", "a2", R"({"name":"Bob","city":"Lyon"})"),
                 track(4, "", "a2", "Order Completed", R"({"order_id":"2","total":4})")});
  const std::string before = people_.text();
  const PersonId ann = people_.id_of("u1"), bob = people_.id_of("u2");
  people_.apply({hand(5, user("u1"), user("u2"), true)});
  EXPECT_EQ(people_.person("u2").orders, 2);
  EXPECT_EQ(now(bob), ann);
  people_.apply({hand(6, user("u2"), user("u1"), false)});
  EXPECT_EQ(people_.text(), before);
  EXPECT_EQ(people_.id_of("u1"), ann);
  EXPECT_EQ(now(bob), people_.id_of("u2"));
  EXPECT_EQ(people_.id_of("", "a2"), people_.id_of("u2"));
  // What comes later goes to its own side, also after a restart.
  people_.forget_cache();
  people_.apply({track(7, "", "a2", "Order Completed", R"({"order_id":"3","total":1})")});
  EXPECT_EQ(people_.person("u2").orders, 2);
  EXPECT_EQ(people_.person("u1").orders, 1);
}

TEST_F(Merging, ANumberStaysWithWhoWasItsFirst) {
  people_.apply({track(1, "u1", "", "Viewed"), track(2, "u2", "", "Viewed"),
                 track(3, "u3", "", "Viewed"), track(4, "u4", "", "Viewed")});
  const PersonId third = people_.id_of("u3"), second = people_.id_of("u2");
  people_.apply({hand(5, user("u1"), user("u2"), true)});
  people_.apply({hand(6, user("u1"), user("u2"), false)});
  // u2 was there before u3, but its number is newer.
  people_.apply({hand(7, user("u2"), user("u3"), true)});
  EXPECT_EQ(people_.id_of("u2"), third);
  people_.apply({hand(8, user("u2"), user("u3"), false)});
  EXPECT_EQ(people_.id_of("u3"), third);
  EXPECT_EQ(now(second), people_.id_of("u2"));
  // A number that went leads to its first user, whoever the join was about.
  people_.apply({hand(9, user("u3"), user("u4"), true)});
  people_.apply({hand(10, user("u4"), user("u1"), true)});
  people_.apply({hand(11, user("u3"), user("u4"), false)});
  EXPECT_EQ(people_.id_of("u4"), people_.id_of("u1"));
  EXPECT_NE(people_.id_of("u3"), people_.id_of("u1"));
  EXPECT_EQ(now(third), people_.id_of("u3"));
}

TEST_F(Merging, AnAliasThatWasUndoneStaysUndoneWhenItComesAgain) {
  people_.apply({track(1, "u1", "", "Viewed"), track(2, "u2", "", "Viewed"), alias(3, "u1", "u2")});
  EXPECT_EQ(people_.id_of("u1"), people_.id_of("u2"));
  people_.apply({hand(4, user("u1"), user("u2"), false)});
  EXPECT_NE(people_.id_of("u1"), people_.id_of("u2"));
  people_.apply({alias(5, "u1", "u2"), track(6, "u1", "", "Viewed")});
  EXPECT_NE(people_.id_of("u1"), people_.id_of("u2"));
}

TEST_F(Merging, ADeviceTakenFromAUserGoesToTheNextWhoJoinedIt) {
  people_.apply(
      {track(1, "", "pad", "Viewed"), identify(2, "u1", "pad"), identify(3, "u2", "pad")});
  EXPECT_EQ(people_.id_of("", "pad"), people_.id_of("u1"));
  people_.apply({hand(4, user("u1"), visitor("pad"), false)});
  EXPECT_EQ(people_.id_of("", "pad"), people_.id_of("u2"));
  people_.apply({hand(5, user("u2"), visitor("pad"), false)});
  EXPECT_NE(people_.id_of("", "pad"), people_.id_of("u2"));
  EXPECT_FALSE(people_.person("", "pad").known());
  EXPECT_EQ(to_millis(people_.person("", "pad").last_seen_at), to_millis(kTestDay) + 1);
  people_.apply({hand(6, visitor("pad"), user("u1"), true)});
  EXPECT_EQ(people_.id_of("", "pad"), people_.id_of("u1"));
}

TEST_F(Merging, AVisitorJoinsTheUserWhoNamedTheSameEmail) {
  people_.apply({identify(1, "u1", "", R"({"email":"ann@shop.cn"})"),
                 identify(2, "", "v", R"({"email":"ann@SHOP.cn"})"),
                 track(3, "", "v", "Order Completed", R"({"order_id":"1","total":3})")});
  EXPECT_EQ(people_.id_of("", "v"), people_.id_of("u1"));
  EXPECT_EQ(people_.person("u1").orders, 1);
  // A real join is stronger than an e-mail.
  people_.apply({identify(4, "u2", "v")});
  EXPECT_EQ(people_.id_of("", "v"), people_.id_of("u2"));
  EXPECT_EQ(people_.person("u1").orders, 0);
}

TEST_F(Merging, ALateUserTakesTheVisitorsWhoNamedTheirPhone) {
  people_.apply({identify(1, "", "v", R"({"phone":"13812345678"})")});
  people_.apply({identify(2, "u", "", R"({"phone":13812345678})")});
  EXPECT_EQ(people_.id_of("", "v"), people_.id_of("u"));
}

TEST_F(Merging, AnIdentifierOfTooManyJoinsNobody) {
  const std::string traits = R"({"email":"info@shop.cn"})";
  people_.apply({identify(1, "u", "", traits)});
  for (int64_t i = 1; i < kMaxClaimants; ++i) {
    people_.apply({identify(1 + i, "", "v" + std::to_string(i), traits)});
  }
  EXPECT_EQ(people_.id_of("", "v1"), people_.id_of("u"));
  people_.apply({identify(100, "", "one more", traits)});
  EXPECT_NE(people_.id_of("", "v1"), people_.id_of("u"));
  const auto shared = read([](store::Connection& c) { return shared_values(c, 10); });
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared[0].value, "info@shop.cn");
  people_.apply({identify(101, "w", "", traits)});
  EXPECT_TRUE(proposals().empty());
}

TEST_F(Merging, AUserIdOfTooManyDevicesJoinsNobody) {
  const auto device = [](int64_t i) { return "d" + std::to_string(i); };
  std::vector<events::StoredEvent> all;
  for (int64_t i = 1; i <= kMaxDevicesOfUser; ++i) {
    all.push_back(identify(i, "default", device(i)));
    all.push_back(track(1'000 + i, "", device(i), "Viewed"));
  }
  all.push_back(identify(3'000, "ann", device(7)));
  people_.apply(all);
  EXPECT_EQ(people_.id_of("", "d1"), people_.id_of("default"));
  EXPECT_EQ(people_.id_of("", "d7"), people_.id_of("default")) << "who signed in first";
  EXPECT_TRUE(read([](store::Connection& c) { return shared_values(c, 10); }).empty());
  const auto more = [&](std::vector<events::StoredEvent> events) {
    all.insert(all.end(), events.begin(), events.end());
    people_.apply(std::move(events));
  };
  more({identify(4'000, "default", "one more"), identify(4'001, "default", "one more")});
  const PersonId junk = people_.id_of("default");
  for (const char* visitor : {"d1", "d2", "d200", "one more"})
    EXPECT_NE(people_.id_of("", visitor), junk) << visitor;
  EXPECT_NE(people_.id_of("", "d1"), people_.id_of("", "d2"));
  EXPECT_EQ(people_.id_of("", "d7"), people_.id_of("ann"));
  const auto shared = read([](store::Connection& c) { return shared_values(c, 10); });
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared[0].kind + " " + shared[0].value, "user_id default");
  EXPECT_EQ(shared[0].claimants, kMaxDevicesOfUser + 1);
  EXPECT_EQ(shared[0].above, kMaxDevicesOfUser);
  people_.forget_cache();
  more({identify(5'000, "default", "late"), identify(1, "default", device(1)),
        identify(5'001, "bob", "late"), identify(500, "default", "bobs"),
        identify(600, "bob", "bobs")});
  EXPECT_EQ(people_.id_of("", "late"), people_.id_of("bob"));
  EXPECT_EQ(people_.id_of("", "bobs"), people_.id_of("bob"));
  EXPECT_NE(people_.id_of("", "d1"), people_.id_of("default"));
  // The same people, whatever came first and with what.
  const std::string text = people_.text();
  for (size_t i = 0; i < all.size(); ++i) all[i].seq = i + 1;
  EXPECT_EQ(text, model_text(all, "CNY"));
  for (const size_t batch : {size_t{1}, size_t{60}, size_t{5'000}}) {
    auto shuffled = all;
    std::ranges::shuffle(shuffled, std::mt19937_64(batch));
    for (auto& event : shuffled) event.seq = 0;
    people_.clear();
    people_.apply(std::move(shuffled), batch);
    EXPECT_EQ(people_.text(), text) << batch;
  }
}

TEST_F(Merging, JunkIsListed) {
  auto taken_out = track(3, "u", "", "Viewed");
  taken_out.context = R"({"junk_anonymous_id":"undefined"})";
  people_.apply({track(1, "NULL", "v", "Viewed"), track(2, "000", "v", "Viewed"), taken_out,
                 identify(4, "u", "", R"({"email":"test@test.com","phone":"13800138000"})")});
  const auto junk = read([](store::Connection& c) { return junk_values(c, 10); });
  std::string text;
  for (const auto& one : junk) text += one.kind + " " + one.value + ";";
  EXPECT_EQ(text,
            "anonymous_id undefined;email test@test.com;phone +8613800138000;user_id 0;"
            "user_id null;");
  const PersonId person = people_.id_of("u");
  EXPECT_TRUE(read([&](store::Connection& c) { return identifiers_of(c, person, 10); }).empty());
}

TEST_F(Merging, BondsSayWhatHoldsAPersonTogether) {
  people_.apply({identify(1, "u1", "a1"), track(2, "u2", "", "Viewed"), alias(3, "u1", "u2"),
                 identify(4, "u1", "", R"({"email":"x@shop.cn"})"),
                 identify(5, "", "v", R"({"email":"x@shop.cn"})")});
  const PersonId person = people_.id_of("u1");
  const auto bonds = read([&](store::Connection& c) { return bonds_of(c, person, 100); });
  std::string text;
  for (const auto& bond : bonds) {
    text += bond.one.value + " " + bond.other.value + " " + bond.means + ";";
  }
  EXPECT_EQ(text, "v u1 identifier;u1 u2 alias;a1 u1 identify;");
}

}  // namespace
}  // namespace perennial::people
