// People behind numbers, names that nobody sent, pickers, reports, dashboards, cancelling.
#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(BehaviourTest, People) {
  small_shop();
  auto count = [&](std::string_view people) {
    Json answer = ask(march(R"("analysis": "trends", "by": "month", "series":
      [{"select": {"event": "View"}, "measure": "people"}], "people": )" +
                            std::string(people)));
    return users(answer["series"][0]["total"]);
  };
  EXPECT_THAT(count(R"({"property": "plan", "op": "is", "value": "gold"})"), ElementsAre("ann"));
  EXPECT_THAT(count(R"({"property": "plan", "op": "is_not", "value": "gold"})"),
              ElementsAre("bob", "eve"));
  EXPECT_THAT(count(R"({"property": "age", "op": "greater", "value": 40})"), ElementsAre("bob"));
  EXPECT_THAT(count(R"({"not": {"set": "stage:ann"}})"), ElementsAre("bob", "eve"));
  EXPECT_THAT(count(R"({"any": [{"set": "stage:ann"},
                                {"property": "plan", "op": "is_not_set"}]})"),
              ElementsAre("ann", "eve"));
  Json orders = ask(march(R"("analysis": "trends", "by": "month", "series":
      [{"select": {"event": "Order"}, "measure": "people"}])"));
  const std::string handle = orders["series"][0]["total"]["people"];
  EXPECT_THAT(count(R"({"set": "people:)" + handle + "\"}"), ElementsAre("ann", "bob"));
  EXPECT_EQ(refused(march(R"("analysis": "active", "people": {"set": "nobody"})"))["where"],
            "people.set");

  EXPECT_EQ(send("GET", "/v1/insights/people?handle=" + handle + "&limit=1").second["total"], 2);
  const Json csv = send("GET", "/v1/insights/people.csv?handle=" + handle).second;
  EXPECT_THAT(csv.get<std::string>(), HasSubstr("bob"));
  for (const std::string& wrong : {std::string("x"), handle + "0", "q" + handle,
                                   handle.substr(0, handle.find('.')) + ".9_9_9_9_9.0000000000"})
    EXPECT_EQ(send("GET", "/v1/insights/people?handle=" + wrong).first, 404) << wrong;
  EXPECT_EQ(send("GET", "/v1/insights/people").first, 400);
}

TEST_F(BehaviourTest, NamesThatNobodySent) {
  small_shop();
  auto wrong = [&](std::string_view question) {
    const Json body = refused(march(question));
    return std::pair(body["where"].get<std::string>(), body.value("hint", ""));
  };
  EXPECT_EQ(wrong(R"("analysis": "lifecycle", "select": {"event": "Ordr"})"),
            std::pair(std::string("select.event"), std::string("did you mean \"Order\"?")));
  EXPECT_EQ(wrong(R"("analysis": "funnel", "steps": [{"event": "View"}, {"any_of": [
      {"event": "Order", "where": {"any": [{"property": "revenu", "op": "is_set"}]}}]}])"),
            std::pair(std::string("steps[1].any_of[0].where.any[0].property"),
                      std::string("did you mean \"revenue\"?")));
  EXPECT_EQ(wrong(R"("analysis": "active", "people": {"not": {"property": "plann",
      "op": "is_set"}})"),
            std::pair(std::string("people.not.property"), std::string("did you mean \"plan\"?")));
  EXPECT_EQ(wrong(R"("analysis": "stickiness", "select": {"event": "View"},
      "breakdown": {"person_property": "agee"})")
                .first,
            "breakdown.person_property");
  EXPECT_EQ(wrong(R"("analysis": "trends", "series": [{"select": {"event": "View"},
      "measure": "sum", "property": "revenue"}])")
                .first,
            "series[0].property");
  EXPECT_EQ(wrong(R"("analysis": "trends", "series": [{"select": {"event": "View"},
      "measure": "count"}], "formulas": [{"expression": "A / B"}])")
                .first,
            "formulas[0].expression");
}

TEST_F(BehaviourTest, Pickers) {
  small_shop();
  Json events = send("GET", "/v1/insights/events?search=ORD").second["events"];
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0]["name"], "Order");
  EXPECT_EQ(events[0]["count"], 4);
  Json properties = send("GET", "/v1/insights/properties?event=Order&search=re").second;
  EXPECT_EQ(properties["properties"][0]["name"], "revenue");
  EXPECT_GE(send("GET", "/v1/insights/properties").second["properties"].size(), 4u);
  EXPECT_EQ(send("GET", "/v1/insights/properties?scope=person").second["properties"].size(), 3u);
  Json values = send("GET", "/v1/insights/values?property=pay&event=Order").second;
  EXPECT_EQ(values["values"][0], (Json{{"value", "card"}, {"count", 2}}));
  EXPECT_EQ(values["truncated"], false);
  Json plans = send("GET", "/v1/insights/values?property=plan&scope=person&limit=1").second;
  EXPECT_EQ(plans["values"].size(), 1u);
  EXPECT_EQ(plans["truncated"], true);
  EXPECT_EQ(send("GET", "/v1/insights/values").first, 400);
  EXPECT_EQ(send("GET", "/v1/insights/properties?scope=dog").first, 400);
}

TEST_F(BehaviourTest, ReportsAndDashboards) {
  small_shop();
  const Json question = *parse_json(march(R"("analysis": "active", "query_id": "x")"));
  auto [status, report] =
      send("POST", "/v1/insights/reports", {{"name", "DAU"}, {"question", question}});
  ASSERT_EQ(status, 201) << report;
  EXPECT_EQ(report["version"], 1);
  EXPECT_FALSE(report["question"].contains("query_id"));
  const std::string path = "/v1/insights/reports/" + report["id"].get<std::string>();
  Json change = {{"version", 1}, {"name", "Daily"}, {"question", question}};
  EXPECT_EQ(send("PUT", path, change).second["version"], 2);
  EXPECT_EQ(send("PUT", path, change).first, 409);
  change["question"]["range"] = "soon";
  auto refused = send("PUT", path, change);
  EXPECT_EQ(refused.first, 400);
  EXPECT_EQ(refused.second["where"], "question.range");
  EXPECT_EQ(send("POST", "/v1/insights/reports", {{"name", " "}, {"question", question}}).first,
            400);
  EXPECT_EQ(send("GET", path).second["name"], "Daily");
  EXPECT_EQ(send("GET", "/v1/insights/reports").second["reports"].size(), 1u);

  const Json tile = {{"report_id", report["id"]}, {"x", 0}, {"y", 0}, {"w", 6}, {"h", 4}};
  auto [made, dashboard] =
      send("POST", "/v1/insights/dashboards", {{"name", "Board"}, {"tiles", Json::array({tile})}});
  ASSERT_EQ(made, 201) << dashboard;
  const std::string board = "/v1/insights/dashboards/" + dashboard["id"].get<std::string>();
  Json wide = dashboard["tiles"];
  wide[0]["w"] = 13;
  Json update = {{"version", 1}, {"name", "B"}, {"tiles", wide}, {"refresh_minutes", 5}};
  EXPECT_EQ(send("PUT", board, update).second["where"], "tiles[0].w");
  update["tiles"] = dashboard["tiles"];
  EXPECT_EQ(send("PUT", board, update).second["refresh_minutes"], 5);
  EXPECT_EQ(send("PUT", board, update).first, 409);
  update["version"] = 2;
  update["tiles"][0]["report_id"] = "rep_none";
  EXPECT_EQ(send("PUT", board, update).second["where"], "tiles[0].report_id");

  auto [shared, link] = send("POST", path + "/share", Json::object());
  ASSERT_EQ(shared, 201);
  const std::string token = link["link"].get<std::string>().substr(sizeof("/shared/") - 1);
  EXPECT_EQ(send("GET", path).second["shared"], true);
  Json open = send("GET", "/v1/shared/reports/" + token).second;
  EXPECT_EQ(open["name"], "Daily");
  EXPECT_FALSE(open["answer"]["rows"][0]["day"].contains("people"));
  EXPECT_EQ(send("DELETE", path + "/share").first, 204);
  EXPECT_EQ(send("GET", "/v1/shared/reports/" + token).first, 404);
  EXPECT_EQ(send("GET", "/v1/shared/reports/").first, 404);

  EXPECT_EQ(send("DELETE", path).first, 204);
  EXPECT_EQ(send("DELETE", path).first, 404);
  EXPECT_EQ(send("GET", board).second["tiles"].size(), 0u);
  EXPECT_EQ(send("DELETE", board).first, 204);
  EXPECT_EQ(send("GET", board).first, 404);
}

// Who reads a public report may ask for nothing else: the answer itself says how sets are called.
TEST_F(BehaviourTest, APublicReportCallsSetsByTheirNames) {
  small_shop();
  const Json question = *parse_json(march(R"("analysis": "trends", "by": "week",
      "series": [{"select": {"event": "Order"}, "measure": "people"}],
      "breakdown": {"sets": ["stage:ann"]})"));
  const auto report =
      send("POST", "/v1/insights/reports", {{"name", "Ann"}, {"question", question}}).second;
  const auto link =
      send("POST", "/v1/insights/reports/" + report["id"].get<std::string>() + "/share",
           Json::object())
          .second;
  const std::string token = link["link"].get<std::string>().substr(sizeof("/shared/") - 1);
  const Json answer = send("GET", "/v1/shared/reports/" + token).second["answer"];
  std::vector<std::string> names;
  for (const Json& series : answer["series"]) {
    EXPECT_FALSE(series["total"].contains("people"));
    names.push_back(series["group"].value("name", series["group"]["kind"].get<std::string>()));
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("Ann alone", "none"));
}

TEST_F(BehaviourTest, Cancelling) {
  small_shop();
  EXPECT_EQ(send("DELETE", "/v1/insights/queries/none").first, 204);
  Running running(kMaxQuestionMemory, kMaxQuestionsMemory, kMaxQuestionTime);
  auto entry = running.begin("a\nx", 60s);
  ASSERT_TRUE(entry);
  EXPECT_FALSE(running.begin("a\nx", 60s));
  EXPECT_TRUE((*entry)->stop().check());
  EXPECT_FALSE(running.cancel("b\nx"));
  EXPECT_TRUE(running.cancel("a\nx"));
  EXPECT_EQ((*entry)->stop().check().error().code, Code::kConflict);
  entry->reset();
  EXPECT_FALSE(running.cancel("a\nx"));
  std::vector<std::unique_ptr<Running::Entry>> many;
  for (size_t i = 0; i < kMaxRunning; ++i) many.push_back(*running.begin("", 60s));
  EXPECT_EQ(running.begin("", 60s).error().code, Code::kBusy);
}

}  // namespace
}  // namespace perennial::insight
