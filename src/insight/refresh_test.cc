// Dashboards that are answered ahead of who looks at them.
#include "insight/refresh.h"

#include <map>

#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

class RefreshTest : public BehaviourTest {
 protected:
  std::string report(const std::string& name, const std::string& members) {
    auto [status, body] =
        send("POST", "/v1/insights/reports", {{"name", name}, {"question", *parse_json(members)}});
    EXPECT_EQ(status, 201) << body;
    return body.value("id", "");
  }
  std::string board(int minutes, const std::vector<std::string>& reports) {
    Json tiles = Json::array();
    for (const auto& id : reports)
      tiles.push_back({{"report_id", id}, {"x", 0}, {"y", 0}, {"w", 6}, {"h", 4}});
    auto [status, body] = send("POST", "/v1/insights/dashboards",
                               {{"name", "Board"}, {"tiles", tiles}, {"refresh_minutes", minutes}});
    EXPECT_EQ(status, 201) << body;
    return body.value("id", "");
  }
  size_t refresh(std::chrono::seconds after) {
    auto asked = behaviour_->refresh_due(start_ + after);
    EXPECT_TRUE(asked) << asked.error().text();
    return asked.value_or(0);
  }
  // What a dashboard shows, by report.
  std::map<std::string, Json> shown(const std::string& dashboard) {
    auto [status, body] = send("GET", "/v1/insights/dashboards/" + dashboard + "/answers");
    EXPECT_EQ(status, 200) << body;
    std::map<std::string, Json> answers;
    for (const Json& one : body["answers"]) answers[one["report_id"]] = one;
    return answers;
  }
  static std::string at(std::chrono::seconds after) { return format_instant(start_ + after); }

  static constexpr const char* kViews =
      R"({"analysis":"trends","range":{"this":"month"},"by":"month",
          "series":[{"select":{"event":"View"},"measure":"people"}]})";
  static inline const Instant start_ = *parse_instant("2026-03-18T12:00:00Z");
};

TEST_F(RefreshTest, AnswersWhatIsDueAndOnlyThat) {
  small_shop();
  const auto often = report("Often", kViews), seldom = report("Seldom", kViews);
  report("On no dashboard", kViews);
  const auto busy = board(5, {often, seldom}), slow = board(60, {seldom});
  const auto still = board(0, {report("Never by itself", kViews)});

  EXPECT_EQ(refresh(0s), 2u);
  EXPECT_EQ(refresh(1s), 0u);
  EXPECT_EQ(shown(busy)[often]["answered_at"], at(0s));
  EXPECT_TRUE(shown(still).empty());

  EXPECT_EQ(refresh(5min - 1s), 0u);
  EXPECT_EQ(refresh(5min), 2u);  // the shortest time of a report's dashboards counts
  EXPECT_EQ(shown(slow)[seldom]["answered_at"], at(5min));
  EXPECT_EQ(refresh(3h), 2u);  // what was missed is asked once
  EXPECT_EQ(refresh(3h + 4min), 0u);
}

TEST_F(RefreshTest, TheKeptAnswerIsTheQuestionsAnswerAndOpens) {
  small_shop();
  const auto id = report("Views", kViews);
  const auto dashboard = board(1, {id});
  ASSERT_EQ(refresh(0s), 1u);
  const Json kept = shown(dashboard)[id]["answer"];
  const Json asked = ask(kViews);
  EXPECT_EQ(kept["series"][0]["total"]["value"], asked["series"][0]["total"]["value"]);
  EXPECT_EQ(users(kept["series"][0]["total"]), (std::vector<std::string>{"ann", "bob", "eve"}));
  // The answers of analysts do not push it out.
  for (size_t i = 0; i <= kKeptAnswers; ++i) ask(kViews);
  EXPECT_EQ(users(kept["series"][0]["total"]), (std::vector<std::string>{"ann", "bob", "eve"}));
}

TEST_F(RefreshTest, AFailureIsShownBesideTheLastAnswer) {
  small_shop();
  const auto id = report("Views", kViews);
  const auto dashboard = board(10, {id});
  ASSERT_EQ(refresh(0s), 1u);
  // A question that was good when it was saved, about a set that is gone.
  const Json broken = {{"analysis", "trends"},
                       {"range", {{"this", "month"}}},
                       {"by", "month"},
                       {"people", {{"set", "people:q0.0.0"}}},
                       {"series", {{{"select", {{"event", "View"}}}, {"measure", "people"}}}}};
  ASSERT_TRUE(database_->write([&](store::Connection& c) {
    return c.execute("UPDATE insight_reports SET question = $2 WHERE id = $1",
                     {id, to_text(broken)});
  }));
  EXPECT_EQ(refresh(10min), 1u);
  Json one = shown(dashboard)[id];
  EXPECT_EQ(one["answered_at"], at(0s));
  EXPECT_FALSE(one["answer"].is_null());
  EXPECT_EQ(one["tried_at"], at(10min));
  EXPECT_EQ(one["failure"]["code"], "invalid");
  EXPECT_EQ(one["failure"]["where"], "people.set");
  EXPECT_EQ(refresh(10min + 1s), 0u);  // no sooner because it failed
  EXPECT_EQ(refresh(20min), 1u);

  // Another question: what was answered before has no meaning for it.
  auto [status, body] =
      send("PUT", "/v1/insights/reports/" + id,
           {{"version", 1}, {"name", "Views"}, {"question", *parse_json(kViews)}});
  ASSERT_EQ(status, 200) << body;
  EXPECT_TRUE(shown(dashboard).empty());
  EXPECT_EQ(refresh(20min + 1s), 1u);
  EXPECT_TRUE(shown(dashboard)[id]["failure"].is_null());
}

TEST_F(RefreshTest, AnAnswerToAnEarlierQuestionIsNotKept) {
  small_shop();
  const auto id = report("Views", kViews);
  const auto dashboard = board(10, {id});
  const Report before = *database_->read([&](store::Connection& c) { return find_report(c, id); });
  const auto keep = [&](const Report& of, std::chrono::seconds after) {
    ASSERT_TRUE(database_->write([&](store::Connection& c) {
      return keep_report_answer(c, of, Json{{"after", after.count()}}, start_ + after);
    }));
  };
  keep(before, 2s);
  keep(before, 1s);  // began earlier, ended later
  EXPECT_EQ(shown(dashboard)[id]["answer"]["after"], 2);
  Report other = before;
  other.question["by"] = "week";
  keep(other, 3s);
  EXPECT_EQ(shown(dashboard)[id]["answer"]["after"], 2);
  ASSERT_EQ(send("DELETE", "/v1/insights/reports/" + id).first, 204);
  keep(before, 4s);
  EXPECT_TRUE(shown(dashboard).empty());
}

TEST_F(RefreshTest, AnAnswerOverTheLimitIsAFailure) {
  small_shop();
  const auto id = report("Views", kViews);
  const auto dashboard = board(10, {id});
  const Report report = *database_->read([&](store::Connection& c) { return find_report(c, id); });
  const auto keep = [&](size_t bytes, std::chrono::seconds after) {
    ASSERT_TRUE(database_->write([&](store::Connection& c) {
      return keep_report_answer(c, report, Json(std::string(bytes - 2, 'a')), start_ + after);
    }));
  };
  keep(kMaxReportAnswerBytes, 1s);
  EXPECT_TRUE(shown(dashboard)[id]["failure"].is_null());
  keep(kMaxReportAnswerBytes + 1, 2s);
  EXPECT_EQ(shown(dashboard)[id]["failure"]["code"], "too_large");
  EXPECT_EQ(shown(dashboard)[id]["answered_at"], at(1s));
}

TEST_F(RefreshTest, AnyoneWhoMayAskCanRefreshNow) {
  small_shop();
  const auto id = report("Views", kViews);
  const auto dashboard = board(0, {id});
  auto [status, body] =
      send("POST", "/v1/insights/reports/" + id + "/answer", {{"query_id", "abc"}});
  ASSERT_EQ(status, 200) << body;
  EXPECT_EQ(body["answer"]["query_id"], "abc");
  EXPECT_EQ(send("POST", "/v1/insights/reports/" + id + "/answer", {{"query_id", "a b"}}).first,
            400);
  EXPECT_EQ(body, shown(dashboard)[id]);
  EXPECT_EQ(users(body["answer"]["series"][0]["total"]).size(), 3u);
  EXPECT_EQ(send("POST", "/v1/insights/reports/rep_none/answer", Json::object()).first, 404);
  EXPECT_EQ(send("POST", "/v1/insights/reports/" + id + "/answer", {{"now", true}}).first, 400);
  EXPECT_EQ(send("GET", "/v1/insights/dashboards/dash_none/answers").first, 404);
}

TEST_F(RefreshTest, GoesOnWhereAnotherProgramStopped) {
  small_shop();
  const auto id = report("Views", kViews);
  board(10, {id});
  ASSERT_EQ(refresh(0s), 1u);
  server_->stop(500ms);
  serve();  // a new Behaviour on the same state
  EXPECT_EQ(refresh(9min), 0u);
  EXPECT_EQ(refresh(10min), 1u);
}

TEST_F(RefreshTest, StopsAtOnce) {
  small_shop();
  board(10, {report("Views", kViews)});
  behaviour_->start();
  behaviour_->stop();
  EXPECT_EQ(behaviour_->ask(*parse_json(kViews), "ann").error().code, Code::kBusy);
}

}  // namespace
}  // namespace perennial::insight
