// Segments over HTTP: errors that name the bad part, reasons, members, sizes.
#include "segments/segments_testing.h"

namespace perennial::segments {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Routes : public SegmentsTest {
 protected:
  void SetUp() override {
    SegmentsTest::SetUp();
    identify("ann", {{"plan", "gold"}, {"age", 31}});
    identify("bob", {{"plan", "free"}});
    for (int i = 0; i < 2; ++i) track("ann", "Order", {{"revenue", 40.5}, {"pay", "card"}});
    track("bob", "View");
    flush();
    start();
  }
};

TEST_F(Routes, UnknownNamesAreNamedWithWhatIsClose) {
  Json body = refused(R"({"any": [{"did": {"event": "Ordre"}}]})");
  EXPECT_EQ(body["where"], "rule.any[0].did.event");
  EXPECT_THAT(body["hint"].get<std::string>(), HasSubstr("\"Order\""));
  body = refused(R"({"did": {"event": "Order", "measure": "sum", "property": "revenu",
                             "op": "less", "value": 1}})");
  EXPECT_EQ(body["where"], "rule.did.property");
  EXPECT_THAT(body["hint"].get<std::string>(), HasSubstr("revenue"));
  EXPECT_EQ(refused(R"({"trait": {"property": "plane", "op": "is_set"}})")["where"],
            "rule.trait.property");
  EXPECT_EQ(refused(R"({"segment": "seg_none"})")["where"], "rule.segment");
  EXPECT_EQ(refused(R"({"all": []})", {{"segment", "seg_none"}})["where"], "universe.segment");
}

TEST_F(Routes, ASegmentCannotReferToItselfThroughOthers) {
  const std::string a = make("A", R"({"did": {"event": "Order"}})");
  const std::string b = make("B", R"({"not": {"segment": ")" + a + "\"}}");
  const std::string c = make("C", R"({"all": []})", {{"segment", b}});
  auto edit = [&](const std::string& id, const std::string& refers) {
    return call(
        "PUT", "/v1/segments/" + id,
        {{"name", "X"},
         {"version", 1},
         {"definition", {{"universe", "known"}, {"rule", {{"any", {{{"segment", refers}}}}}}}}});
  };
  auto [status, body] = edit(a, c);
  EXPECT_EQ(status, 400);
  EXPECT_EQ(body["where"], "definition.rule.any[0].segment");
  EXPECT_THAT(body["detail"].get<std::string>(), HasSubstr("\"A\" → \"C\" → \"B\" → \"A\""));
  EXPECT_EQ(edit(a, a).first, 400);
  EXPECT_EQ(edit(c, a).first, 200);
  EXPECT_EQ(call("DELETE", "/v1/segments/" + a).first, 409);
  EXPECT_EQ(call("GET", "/v1/segments/" + a).second["used_by"].size(), 2u);
}

TEST_F(Routes, ReasonsTellWhatWasSeenAndWhatIsMissing) {
  const std::string id = make("Often", std::string(R"({"all": [)") + std::string(kBoughtOften) +
                                           R"(, {"not": {"did": {"event": "View"}}},
      {"trait": {"property": "plan", "op": "is", "value": "gold"}}]})");
  auto [status, why] =
      call("GET", "/v1/segments/" + id + "/why?person=" + std::to_string(person("ann")));
  ASSERT_EQ(status, 200) << why;
  EXPECT_FALSE(why["member"]);
  const Json& parts = why["rule"]["parts"];
  EXPECT_FALSE(parts[0]["holds"]);
  EXPECT_EQ(parts[0]["path"], "rule.all[0]");
  EXPECT_EQ(parts[0]["seen"]["value"], 2.0);
  EXPECT_EQ(parts[0]["seen"]["needed"], 1.0);
  EXPECT_TRUE(parts[1]["holds"]);
  EXPECT_EQ(parts[1]["kind"], "not");
  EXPECT_FALSE(parts[1]["parts"][0]["holds"]);
  EXPECT_EQ(parts[2]["seen"]["value"], "gold");
  track("ann", "Order");
  flush();
  why = call("GET", "/v1/segments/" + id + "/why?person=" + std::to_string(person("ann"))).second;
  EXPECT_TRUE(why["member"]);
  EXPECT_EQ(why["turns_at"], "2026-06-16T12:00:00.000Z");
  EXPECT_EQ(call("GET", "/v1/segments/" + id + "/why?person=999").first, 404);
}

TEST_F(Routes, MembersSizesAndPreview) {
  const std::string id = make("Gold", R"({"trait": {"property": "age", "op": "is_set"}})");
  const Json page = call("GET", "/v1/segments/" + id + "/members").second;
  EXPECT_EQ(page["total"], 1);
  EXPECT_EQ(page["customers"][0]["user_id"], "ann");
  const Json sizes = call("GET", "/v1/segments/" + id + "/sizes").second["sizes"];
  ASSERT_EQ(sizes.size(), 1u);
  EXPECT_EQ(sizes[0]["people"], 1);
  EXPECT_THAT(preview(R"({"did": {"event": "Order", "measure": "sum", "property": "revenue",
                                  "op": "is", "value": 81}})"),
              ElementsAre("ann"));
  EXPECT_THAT(preview(R"({"did": {"event": "Order", "measure": "last", "property": "pay",
                                  "op": "is", "value": "card"}})"),
              ElementsAre("ann"));
  EXPECT_EQ(call("GET", "/v1/segments/seg_none").first, 404);
  EXPECT_EQ(call("POST", "/v1/segments",
                 {{"name", "Gold"}, {"kind", "static"}, {"from", {{"identifiers", {"ann"}}}}})
                .first,
            409);
}

TEST(Packed, MembersSurviveAsABitmap) {
  People people;
  for (PersonId person : {1, 511, 512, 70'000, 999'999}) put(people, person, true);
  for (PersonId person = 2'000; person < 9'000; ++person) put(people, person, true);
  auto back = unpack(pack(people));
  ASSERT_TRUE(back);
  EXPECT_EQ(ids_of(*back), ids_of(people));
  EXPECT_EQ(size_of(*unpack(pack(People()))), 0u);
  EXPECT_FALSE(unpack("broken"));
  EXPECT_EQ(sample_of(people, 3).size(), 3u);
  EXPECT_EQ(sample_of(people, 100'000).size(), size_of(people));
}

}  // namespace
}  // namespace perennial::segments
