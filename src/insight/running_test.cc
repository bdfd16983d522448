// Which questions share a run, and whose cancelling stops it.
#include "insight/running.h"

#include <atomic>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

class RunningTest : public ::testing::Test {
 protected:
  using Entry = std::unique_ptr<Running::Entry>;
  Entry begin(const std::string& key, std::string what) {
    auto entry =
        running_.begin(key, kMaxQuestionTime, {.what = std::move(what), .snapshot = snapshot_});
    EXPECT_TRUE(entry);
    return std::move(*entry);
  }
  static std::shared_ptr<const Told> told(std::string own) {
    auto out = std::make_shared<Told>();
    out->head = {{"analysis", "funnel"}, {"query_id", ""}};
    out->own = std::move(own);
    return out;
  }
  // What an asker on a thread of its own gets.
  struct Waiting {
    explicit Waiting(Running::Entry& entry) : thread([this, &entry] { found = entry.wait(); }) {}
    const Found& get() {
      thread.join();
      return *found;
    }
    std::optional<Found> found;
    std::thread thread;
  };

  Running running_{kMaxQuestionMemory, kMaxQuestionsMemory, kMaxQuestionTime};
  std::shared_ptr<const timeline::Snapshot> snapshot_ =
      std::make_shared<const timeline::Snapshot>();
};

TEST_F(RunningTest, EqualQuestionsAreOneRun) {
  const Entry first = begin("ann\n1", "q"), second = begin("bob\n1", "q");
  EXPECT_TRUE(first->first());
  EXPECT_FALSE(second->first());
  EXPECT_EQ(&first->stop(), &second->stop());
  Waiting waiting(*second);
  const Found found = first->end(told(R"({"steps":[]})"));
  ASSERT_TRUE(found);
  ASSERT_TRUE(waiting.get());
  EXPECT_EQ(**waiting.found, *found);
  EXPECT_EQ((*found)->text("mine"), R"({"analysis":"funnel","query_id":"mine","steps":[]})");
  // What is over is not joined.
  EXPECT_TRUE(begin("eve\n1", "q")->first());
}

TEST_F(RunningTest, OtherQuestionsSnapshotsAndAskersRunAlone) {
  const Entry first = begin("ann\n1", "q");
  EXPECT_TRUE(begin("ann\n2", "other")->first());
  EXPECT_TRUE(begin("ann\n2", "")->first());
  const Entry nameless = begin("ann\n3", "");
  EXPECT_TRUE(begin("ann\n4", "")->first());
  snapshot_ = std::make_shared<const timeline::Snapshot>();
  EXPECT_TRUE(begin("ann\n5", "q")->first());
  EXPECT_EQ(running_.begin("ann\n1").error().where, "query_id");
}

TEST_F(RunningTest, OneAskerIsCancelledAlone) {
  const Entry first = begin("ann\n1", "q"), second = begin("bob\n1", "q"),
              third = begin("eve\n1", "q");
  Waiting second_waits(*second), third_waits(*third);
  EXPECT_TRUE(running_.cancel("bob\n1"));
  ASSERT_FALSE(second_waits.get());
  EXPECT_EQ(second_waits.found->error().code, Code::kConflict);
  // The first goes on for the others, and has no answer itself.
  EXPECT_TRUE(running_.cancel("ann\n1"));
  EXPECT_TRUE(first->stop().check());
  const Found found = first->end(told("{}"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kConflict);
  EXPECT_TRUE(third_waits.get());
}

TEST_F(RunningTest, TheLastToBeCancelledStopsTheRun) {
  const Entry first = begin("ann\n1", "q"), second = begin("bob\n1", "q");
  running_.cancel("ann\n1");
  running_.cancel("ann\n1");  // twice is once
  EXPECT_TRUE(first->stop().check());
  running_.cancel("bob\n1");
  EXPECT_EQ(first->stop().check().error().code, Code::kConflict);
  // Nobody joins what is being stopped.
  EXPECT_TRUE(begin("eve\n1", "q")->first());
}

TEST_F(RunningTest, WhoeverWaitsHearsOfAnEndWithoutAnAnswer) {
  Entry first = begin("ann\n1", "q");
  const Entry second = begin("bob\n1", "q"), third = begin("eve\n1", "r");
  Waiting waiting(*second);
  EXPECT_TRUE(running_.cancel("ann\n1"));
  first.reset();
  EXPECT_EQ(waiting.get().error().code, Code::kInternal);
  running_.close();
  EXPECT_FALSE(third->stop().check());
  EXPECT_EQ(running_.begin("x\n1").error().code, Code::kBusy);
}

TEST_F(RunningTest, EveryAskerCounts) {
  std::vector<Entry> many;
  for (size_t i = 0; i < kMaxRunning; ++i) many.push_back(begin("", "q"));
  EXPECT_EQ(running_.askers(), kMaxRunning);
  EXPECT_EQ(running_.begin("", kMaxQuestionTime, {.what = "q", .snapshot = snapshot_}).error().code,
            Code::kBusy);
  many.pop_back();
  EXPECT_FALSE(begin("", "q")->first());
}

class EqualQuestionsTest : public BehaviourTest {
 protected:
  // Asks all while the threads of the timeline are kept busy, so that nothing ends before all wait.
  std::vector<Result<Json>> ask_at_once(
      const std::vector<std::pair<std::string, std::string>>& roles_and_questions) {
    Behaviour::Impl impl({.timeline = *timeline_,
                          .database = *database_,
                          .settings = *settings_,
                          .resolve_set = [this](std::string_view) -> Result<std::vector<PersonId>> {
                            return std::vector{person("ann")};
                          },
                          .lists = {},
                          .clock = [] { return *parse_instant("2026-03-18T12:00:00Z"); }});
    std::latch kept_busy(timeline_->pool().threads());
    std::latch all_ask(1);
    std::thread busy([&] {
      timeline::Pool& pool = timeline_->pool();
      const timeline::Stop stop;
      (void)pool.run(pool.threads(), stop, [&](uint32_t, unsigned) {
        kept_busy.count_down();
        all_ask.wait();
      });
    });
    kept_busy.wait();
    std::vector<Result<Json>> answers(roles_and_questions.size(), Json());
    std::vector<std::thread> askers;
    std::atomic<size_t> refused = 0;
    for (size_t i = 0; i < answers.size(); ++i) {
      askers.emplace_back([&, i] {
        const auto& [role, question] = roles_and_questions[i];
        answers[i] = impl.ask(*parse_json(question), {.id = "u", .role = role}, &impl.kept);
        if (!answers[i]) ++refused;
      });
    }
    while (impl.running.askers() + refused < answers.size()) std::this_thread::yield();
    all_ask.count_down();
    for (auto& asker : askers) asker.join();
    busy.join();
    return answers;
  }
  // Which answer it is: what its handles begin with.
  static std::string id_of(const Result<Json>& answer) {
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().text());
    if (!answer) return "";
    const auto handle = (*answer)["groups"][0]["steps"][0]["reached"]["people"].get<std::string>();
    return handle.substr(0, handle.find('.'));
  }
};

std::string funnel(std::string_view members) {
  return march(R"("analysis": "funnel", "window": {"count": 7, "unit": "day"},
      "steps": [{"event": "View"}, {"event": "Order"}])" +
               std::string(members));
}

TEST_F(EqualQuestionsTest, ShareARunAndKeepTheirNames) {
  small_shop();
  const auto answers = ask_at_once({{"analyst", funnel(R"(, "query_id": "one")")},
                                    {"analyst", funnel(R"(, "query_id": "two")")},
                                    {"analyst", funnel("")},
                                    {"marketer", funnel("")},
                                    {"analyst", funnel(R"(, "by": "week")")}});
  EXPECT_EQ(id_of(answers[0]), id_of(answers[1]));
  EXPECT_EQ(id_of(answers[0]), id_of(answers[2]));
  EXPECT_NE(id_of(answers[0]), id_of(answers[3]));  // who may see other things
  EXPECT_NE(id_of(answers[0]), id_of(answers[4]));
  EXPECT_EQ((*answers[0])["query_id"], "one");
  EXPECT_EQ((*answers[1])["query_id"], "two");
  EXPECT_EQ((*answers[2])["query_id"], "");
  EXPECT_EQ((*answers[0])["groups"], (*answers[1])["groups"]);
}

TEST_F(EqualQuestionsTest, AboutPeopleRunAlone) {
  small_shop();
  const std::string of_set = R"(, "people": {"set": "stage:ann"})";
  const std::string by_trait = R"(, "breakdown": {"person_property": "plan"})";
  const auto answers = ask_at_once({{"analyst", funnel(of_set)},
                                    {"analyst", funnel(of_set)},
                                    {"analyst", funnel(by_trait)},
                                    {"analyst", funnel(by_trait)}});
  EXPECT_NE(id_of(answers[0]), id_of(answers[1]));
  EXPECT_NE(id_of(answers[2]), id_of(answers[3]));
}

}  // namespace
}  // namespace perennial::insight
