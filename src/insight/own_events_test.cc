// What the program itself writes about people is nobody's activity, in any kind of question.
#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

// A segment tells who entered; nobody did anything by that.
TEST_F(BehaviourTest, WhatTheProgramWritesIsNoActivity) {
  const auto plain = [&](const std::string& analysis) {
    Json answer = ask(march(analysis));
    for (const char* member : {"read", "query_id"}) answer.erase(member);
    std::string text = to_text(answer);
    // Handles are different in each answer.
    for (size_t at; (at = text.find(R"("people":"q)")) != text.npos;)
      text.erase(at, text.find('"', at + 10) + 1 - at);
    return text;
  };
  const std::vector<std::string> questions = {
      R"("analysis": "active", "select": {"any_event": true})",
      R"("analysis": "active", "select": {"any_event": true, "type": "track"})",
      R"("analysis": "stickiness", "select": {"any_event": true})",
      R"("analysis": "retention", "start": {"event": "View"}, "return": {"any_event": true},
         "by": "day")",
      R"("analysis": "lifecycle", "by": "week", "select": {"any_event": true})",
      R"("analysis": "sessions")",
      R"("analysis": "paths")",
      R"("analysis": "trends", "by": "day", "series": [{"select": {"any_event": true},
         "measure": "count"}], "breakdown": {"event_name": true})",
      R"("analysis": "funnel", "order": "strict",
         "steps": [{"event": "View"}, {"event": "Cart"}])"};
  small_shop();
  loose_ = true;
  std::vector<std::string> before;
  for (const auto& question : questions) before.push_back(plain(question));
  for (const char* user : {"ann", "bob", "eve"}) {
    track(user, "Segment Entered", "2026-03-02T10:01:00Z", {{"segment_id", "seg_1"}});
    track(user, "Segment Left", "2026-03-11T10:00:00Z", {{"segment_id", "seg_1"}});
  }
  ASSERT_TRUE(log_->append_and_wait(std::move(waiting_)));
  ASSERT_TRUE(stages_->wait_until(log_->last_seq(), 20s));
  ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), 20s));
  for (size_t i = 0; i < questions.size(); ++i) EXPECT_EQ(plain(questions[i]), before[i]);
  // By its name it is asked for like any other, once a program looks at the names anew.
  server_->stop(500ms);
  start_server();
  Json entered = ask(march(R"("analysis": "trends", "by": "month",
      "series": [{"select": {"event": "Segment Entered"}, "measure": "count"}])"));
  EXPECT_EQ(entered["series"][0]["total"]["value"], 3);
}

}  // namespace
}  // namespace perennial::insight
