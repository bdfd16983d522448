// Segments within questions about behaviour, numbers of answers that become segments, and previews
// that are opened: a question and a rule must agree about who is meant.
#include "segments/segments_testing.h"

namespace perennial::segments {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Questions : public SegmentsTest {
 protected:
  void TearDown() override {
    behaviour_.reset();
    SegmentsTest::TearDown();
  }
  Result<std::vector<PersonId>> resolve(std::string_view set) {
    if (auto found = behaviour_->resolve_set(set)) return *found;
    if (auto found = segments_->resolve_set(set)) return *found;
    return fail(Code::kInvalid, "no such set of people", "set");
  }
  // Ann ordered three times, bob twice, cid once; all but cid looked at something.
  void open_shop() {
    for (int i = 0; i < 3; ++i) track("ann", "Order");
    for (int i = 0; i < 2; ++i) track("bob", "Order");
    track("cid", "Order");
    for (const char* user : {"ann", "bob", "eve"}) track(user, "View");
    flush();
    auto own = parts();
    own.resolve_set = [this](std::string_view set) { return resolve(set); };
    segments_ = Segments::open(own).value();
    segments_->start();
    behaviour_ = std::make_unique<insight::Behaviour>(insight::BehaviourParts{
        .timeline = *timeline_,
        .database = *database_,
        .settings = *settings_,
        .resolve_set = [this](std::string_view set) { return resolve(set); },
        .lists = own.lists,
        .clock = [this] { return now(); },
        .name_of_set = [this](std::string_view set) { return segments_->name_of_set(set); }});
    flush();
  }
  Result<Json> orders(const std::string& more) {
    after(1s);  // what happens at the moment of asking does not count yet
    const auto question = parse_json(
        R"({"analysis": "trends", "range": {"last": 7, "unit": "day"}, "by": "day",
            "series": [{"select": {"event": "Order"}, "measure": "people"}])" +
        more + "}");
    EXPECT_TRUE(question) << more;
    return behaviour_->ask(*question, "ann");
  }
  std::vector<std::string> people(const Json& number) {
    const auto found = resolve("people:" + number["people"].get<std::string>());
    EXPECT_TRUE(found) << number;
    return found ? names(*found) : std::vector<std::string>{};
  }
  Error fault(const std::string& more) {
    const auto answer = orders(more);
    EXPECT_FALSE(answer) << more;
    return answer ? Error{} : answer.error();
  }

  std::unique_ptr<insight::Behaviour> behaviour_;
};

TEST_F(Questions, ASegmentIsAFilter) {
  open_shop();
  const std::string set = "segment:" + make("Often", kBoughtOften);
  const Json in = *orders(R"(, "people": {"set": ")" + set + "\"}");
  EXPECT_EQ(in["series"][0]["total"]["value"], 1);
  EXPECT_THAT(people(in["series"][0]["total"]), ElementsAre("ann"));
  const Json out = *orders(R"(, "people": {"not": {"set": ")" + set + "\"}}");
  EXPECT_THAT(people(out["series"][0]["total"]), ElementsAre("bob", "cid"));
  // A third order, and the same question counts bob.
  track("bob", "Order");
  flush();
  const Json later = *orders(R"(, "people": {"set": ")" + set + "\"}");
  EXPECT_THAT(people(later["series"][0]["total"]), ElementsAre("ann", "bob"));
}

TEST_F(Questions, SegmentsAreABreakdown) {
  open_shop();
  const std::string often = "segment:" + make("Often", kBoughtOften);
  const std::string looked = "segment:" + make("Looked", kLooked);
  const Json answer =
      *orders(R"(, "breakdown": {"sets": [")" + often + R"(", ")" + looked + R"("]})");
  for (const Json& series : answer["series"]) {
    const Json& group = series["group"];
    EXPECT_EQ(group.value("name", ""), group["label"] == often    ? "Often"
                                       : group["label"] == looked ? "Looked"
                                                                  : "");
  }
  std::map<std::string, std::vector<std::string>> groups;
  for (const Json& series : answer["series"]) {
    const Json& group = series["group"];
    const bool set = group["kind"] == "set";
    groups[set ? group["label"] : group["kind"]] = people(series["total"]);
  }
  // The first set that somebody is in has them.
  EXPECT_THAT(groups[often], ElementsAre("ann"));
  EXPECT_THAT(groups[looked], ElementsAre("bob"));
  EXPECT_THAT(groups["none"], ElementsAre("cid"));
}

TEST_F(Questions, WhatIsNoSegmentIsNamed) {
  open_shop();
  for (const bool deleted : {false, true}) {
    std::string id = "seg_nobody";
    if (deleted) {
      id = make("Often", kBoughtOften);
      ASSERT_EQ(call("DELETE", "/v1/segments/" + id).first, 204);
    }
    const std::string words = "segment:" + id;
    // The deleting is taken up by the thread that keeps segments.
    flush();
    const Error filter = fault(R"(, "people": {"all": [{"set": ")" + words + "\"}]}");
    EXPECT_EQ(filter.code, Code::kInvalid);
    EXPECT_EQ(filter.where, "people.all[0].set");
    EXPECT_THAT(filter.message, HasSubstr(words));
    EXPECT_THAT(filter.message, HasSubstr("there is no such segment"));
    EXPECT_FALSE(filter.hint.empty());
    const Error split = fault(R"(, "breakdown": {"sets": [")" + words + R"("]})");
    EXPECT_EQ(split.code, Code::kInvalid);
    EXPECT_EQ(split.where, "breakdown.sets[0]");
  }
}

TEST_F(Questions, ANumberBecomesAList) {
  open_shop();
  const Json answer = *orders("");
  const std::string handle = answer["series"][0]["total"]["people"];
  const auto [status, list] =
      call("POST", "/v1/segments",
           {{"name", "Buyers"}, {"kind", "static"}, {"from", {{"set", "people:" + handle}}}});
  ASSERT_EQ(status, 201) << list;
  EXPECT_EQ(list["people"], 3);
  EXPECT_THAT(members(list["id"]), ElementsAre("ann", "bob", "cid"));
  // It is what it was: later buyers are in the answer alone.
  track("eve", "Order");
  flush();
  EXPECT_EQ(members(list["id"]).size(), 3u);
  EXPECT_EQ((*orders(""))["series"][0]["total"]["value"], 4);
  const auto [gone, problem] =
      call("POST", "/v1/segments",
           {{"name", "Nobody"}, {"kind", "static"}, {"from", {{"set", "people:q0.0.0"}}}});
  EXPECT_EQ(gone, 404);
  EXPECT_EQ(problem["where"], "from.set");
}

// At least three orders, and no look in 30 days.
TEST_F(Questions, APreviewOpensToItsPeople) {
  open_shop();
  for (int i = 0; i < 3; ++i) track("cid", "Order");
  flush();
  const std::string rule =
      R"({"all": [)" + std::string(kBoughtOften) + R"(, {"not": )" + std::string(kLooked) + "}]}";
  const auto [status, body] =
      call("POST", "/v1/segments/preview",
           {{"universe", "everyone"}, {"rule", *parse_json(rule)}, {"sample", 0}});
  ASSERT_EQ(status, 200) << body;
  EXPECT_EQ(body["people"], 1);
  const std::string set = body["set"];
  EXPECT_THAT(names(*resolve(set)), ElementsAre("cid"));
  // A question about them, and a list of them.
  const Json answer = *orders(R"(, "people": {"set": ")" + set + "\"}");
  EXPECT_THAT(people(answer["series"][0]["total"]), ElementsAre("cid"));
  const auto [made, list] = call("POST", "/v1/segments",
                                 {{"name", "Gone"}, {"kind", "static"}, {"from", {{"set", set}}}});
  ASSERT_EQ(made, 201) << list;
  EXPECT_THAT(members(list["id"]), ElementsAre("cid"));
  after(kPreviewKeptFor - 1s);  // one went by while the question was asked
  EXPECT_TRUE(resolve(set));
  after(1ms);
  const auto gone = resolve(set);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::kNotFound);
  EXPECT_FALSE(gone.error().hint.empty());
  EXPECT_FALSE(resolve("preview:"));
}

TEST(Previews, TheNewestAreKept) {
  Previews previews;
  const Instant now = from_millis(0);
  const auto some = std::make_shared<const People>();
  const std::string first = previews.keep(some, now);
  for (size_t i = 1; i < kKeptPreviews; ++i) previews.keep(some, now);
  EXPECT_TRUE(previews.members(first, now));
  previews.keep(some, now);
  EXPECT_FALSE(previews.members(first, now));
}

}  // namespace
}  // namespace perennial::segments
