// The simulator and its auditor: thousands of people over two years send commands, some twice, some
// late, some that must be refused, while a worker settles at random moments. The answers, the
// balances and in the end every account are compared with the model, on the engine that the tests
// run on. Another ledger gets the same commands in other batches and never sees a worker: its
// statements must be the same. PERENNIAL_SOAK_SECONDS makes the soak run this for hours.
#include <cstdlib>
#include <iostream>
#include <random>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loyalty/model.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using enum CommandKind;

struct Step {
  int64_t now = 0;
  Command command;
};

// Commands that depend on nothing but the seed.
class Workload {
 public:
  Workload(uint64_t seed, int people, int64_t start)
      : random_(seed), people_(people), now_(start) {}

  std::vector<Step> steps(int count) {
    constexpr int64_t kTwoYears = 2LL * 365 * kDay;
    for (int i = 0; i < count; ++i) {
      now_ += pick(0, 2 * kTwoYears / count);
      Command c{.id = "c" + std::to_string(i), .person = pick(1, people_)};
      c.currency = std::vector{"points", "stars", "coins"}[static_cast<size_t>(pick(0, 2))];
      if (pick(0, 2) > 0) c.order = order_of(c.person);
      choose(c, pick(0, 99));
      // The clock is now and then an hour behind.
      list_.push_back({pick(0, 30) == 0 ? now_ - 3'600'000 : now_, std::move(c)});
    }
    return std::move(list_);
  }

 private:
  static constexpr int64_t kDay = 86'400'000;
  using Earlier = std::vector<std::pair<PersonId, std::string>>;

  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  std::string order_of(PersonId person) {
    return "o" + std::to_string(person) + "-" + std::to_string(pick(0, 3));
  }
  void choose(Command& c, int64_t what) {
    if (what < 40) return earn(c);
    if (what < 52) {
      c.kind = kHold;
      c.amount = pick(0, 30);
      c.hold_seconds = pick(0, 3) == 0 ? pick(1, 40 * 86'400) : 0;
      holds_.emplace_back(c.person, c.id);
    } else if (what < 66 && !holds_.empty()) {
      c.kind = pick(0, 2) > 0 ? kCapture : kRelease;
      aim_at(c, holds_, 20);
      c.amount = pick(0, 1) * pick(1, 20);
      c.release_rest = c.kind == kCapture && pick(0, 1) == 0;
    } else if (what < 74) {
      c.kind = kRedeem;
      c.amount = pick(1, 30);
    } else if (what < 86) {
      refund(c);
    } else if (what < 91) {
      c.kind = kAdjust;
      c.amount = pick(-20, 20);
    } else if (what < 95) {
      c.kind = kTransfer;
      c.amount = pick(1, 20);
      c.other = pick(1, people_);
    } else if (what < 98 || merges_.empty()) {
      c.kind = kMerge;
      c.other = pick(1, people_);
      merges_.emplace_back(c.person, c.id);
    } else {
      c.kind = kUnmerge;
      aim_at(c, merges_, 1'000'000);
    }
  }
  void earn(Command& c) {
    c.kind = kEarn;
    c.amount = pick(1, 40);
    if (pick(0, 3) == 0) c.line = std::to_string(pick(1, 2));
    if (pick(0, 4) == 0) c.activates_ms = now_ + pick(-5, 20) * kDay;
    if (pick(0, 5) == 0) c.expires_ms = now_ + pick(0, 60) * kDay + 1;
    if (pick(0, 6) == 0) c.earned_ms = now_ - pick(0, 200) * kDay;
  }
  void refund(Command& c) {
    c.kind = kRefund;
    c.order = order_of(c.person);
    if (pick(0, 2) == 0) c.line = std::to_string(pick(1, 2));
    if (pick(0, 2) == 0) return;
    c.total_minor = 100;
    c.refunded_minor = pick(1, 70);
    if (!c.line.empty() && pick(0, 1) == 0) c.order_total_minor = 250;
  }
  // At one of the newest of them.
  void aim_at(Command& c, const Earlier& earlier, int64_t newest) {
    const auto size = static_cast<int64_t>(earlier.size());
    const auto& one =
        earlier[static_cast<size_t>(pick(std::max<int64_t>(0, size - newest), size - 1))];
    c.person = one.first;
    c.target = one.second;
    c.currency = list_[static_cast<size_t>(std::stoi(c.target.substr(1)))].command.currency;
  }

  std::mt19937_64 random_;
  int people_;
  int64_t now_;
  std::vector<Step> list_;
  Earlier holds_, merges_;
};

std::vector<Step> workload(uint64_t seed, int people, int steps, int64_t start) {
  return Workload(seed, people, start).steps(steps);
}

// Runs the steps in batches of at most `most`, all of a batch at the time of its first step.
void feed(store::Database& database, const Programme& programme, const std::vector<Step>& steps,
          uint64_t seed, int most, bool worker,
          const std::function<void(const Step&, int64_t now, const Outcome&)>& see) {
  std::mt19937_64 random(seed);
  for (size_t i = 0; i < steps.size();) {
    const size_t size =
        std::min<size_t>(1 + random() % static_cast<uint64_t>(most), steps.size() - i);
    std::vector<Command> commands;
    for (size_t k = 0; k < size; ++k) {
      commands.push_back(steps[i + k].command);
      commands.back().at_ms = steps[i + k].now;
    }
    if (i > 0 && random() % 4 == 0) {  // somebody sends an old one again
      commands.push_back(steps[random() % i].command);
    }
    const auto outcomes = database.write([&](store::Connection& c) {
      return decide(c, programme, commands, from_millis(steps[i].now));
    });
    ASSERT_TRUE(outcomes) << outcomes.error().text();
    for (size_t k = 0; k < size; ++k) see(steps[i + k], steps[i + k].now, (*outcomes)[k]);
    if (commands.size() > size) {
      ASSERT_TRUE(outcomes->back().repeated);
    }
    i += size;
    if (worker && random() % 3 == 0) {
      const auto settled = database.write([&](store::Connection& c) {
        return settle_due(c, programme, from_millis(steps[i - 1].now), 1 + random() % 100);
      });
      ASSERT_TRUE(settled) << settled.error().text();
    }
  }
}

// Whether a step is decided anew or was before (after a kill) makes no difference to the answer.
void compare_answer(Model& model, const Step& step, int64_t now, const Outcome& outcome) {
  const std::string expected = model.apply(step.command, now);
  ASSERT_EQ(outcome.refusal.code, expected)
      << step.command.id << " " << kind_name(step.command.kind) << " of person "
      << step.command.person << ", " << step.command.currency;
}

void compare_balances(TestLedger& ledger, Model& model, int people, int64_t now) {
  for (const Currency& currency : ledger.programme().currencies) {
    for (PersonId person = 1; person <= people; ++person) {
      const auto shown = ledger.database().read([&](store::Connection& c) {
        return balance_now(c, ledger.programme(), currency, person, from_millis(now));
      });
      ASSERT_TRUE(shown);
      PersonId called = person;
      while (model.became.contains({currency.id, called})) {
        called = model.became[{currency.id, called}];
      }
      const Balance expected = model.balance(called, currency, now);
      ASSERT_EQ(shown->balance.available, expected.available) << currency.code << " " << person;
      ASSERT_EQ(shown->balance.pending, expected.pending) << currency.code << " " << person;
      ASSERT_EQ(shown->balance.held, expected.held) << currency.code << " " << person;
      ASSERT_EQ(shown->balance.owed, expected.owed) << currency.code << " " << person;
    }
  }
}

std::string all_statements(TestLedger& ledger, int people) {
  std::string text;
  for (const Currency& currency : ledger.programme().currencies) {
    for (PersonId person = 1; person <= people; ++person) {
      text += currency.code + " " + std::to_string(person) + "\n";
      text += ledger.statement_text(person, currency.code);
    }
  }
  return text;
}

void simulate(uint64_t seed, int people, int steps) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  TestLedger one(people), other(people);
  const auto list = workload(seed, people, steps, to_millis(one.now()));
  Model model(one.programme());
  feed(one.database(), one.programme(), list, seed, 150, true,
       [&](const Step& step, int64_t now, const Outcome& outcome) {
         if (!testing::Test::HasFailure()) compare_answer(model, step, now, outcome);
       });
  if (testing::Test::HasFailure()) return;
  const int64_t end = list.back().now + 3'600'000;
  for (TestLedger* ledger : {&one, &other}) ledger->pass(Millis(end - to_millis(ledger->now())));
  compare_balances(one, model, people, end);
  feed(other.database(), other.programme(), list, seed + 1, 400, false,
       [](const Step&, int64_t, const Outcome&) {});
  ASSERT_EQ(all_statements(one, people), all_statements(other, people));
  one.settle();
  one.verify();
  other.verify();
}

uint64_t new_seed() {
  if (const char* given = std::getenv("PERENNIAL_SEED")) return std::stoull(given);
  return std::random_device()();
}

TEST(Simulator, FewPeopleWhoMeetOften) {
  for (int i = 0; i < 6; ++i) {
    const uint64_t seed = new_seed();
    std::cout << "seed " << seed << "\n";
    simulate(seed, 4, 400);
    if (HasFailure()) return;
  }
}

TEST(Simulator, LongHistoriesWithManyMerges) {
  const uint64_t seed = new_seed();
  std::cout << "seed " << seed << "\n";
  simulate(seed, 40, 3'000);
}

TEST(Simulator, ThousandsOfPeopleOverTwoYears) {
  const uint64_t seed = new_seed();
  std::cout << "seed " << seed << "\n";
  // A step costs ten times as much on PostgreSQL; its long runs are those of the soak.
  const char* state = std::getenv("PERENNIAL_TEST_STATE");
  const bool postgres = state && std::string_view(state) == "postgres";
  simulate(seed, 2'000, postgres ? 6'000 : 20'000);
}

TEST(Simulator, Soak) {
  const char* seconds = std::getenv("PERENNIAL_SOAK_SECONDS");
  if (!seconds) GTEST_SKIP() << "only with PERENNIAL_SOAK_SECONDS";
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::stoi(seconds));
  int rounds = 0;
  for (; std::chrono::steady_clock::now() < end && !HasFailure(); ++rounds) {
    const uint64_t seed = std::random_device()();
    std::cout << "seed " << seed << "\n";
    simulate(seed, rounds % 2 == 0 ? 5 : 1'000, rounds % 2 == 0 ? 1'000 : 10'000);
  }
  std::cout << rounds << " rounds\n";
}

// Killed and started again.

constexpr int kCrashPeople = 40;
constexpr int kCrashSteps = 3'000;
constexpr int kKills = 50;

// What the killed program does; run only by the test below, in a process of its own.
TEST(KilledChild, DISABLED_FeedsUntilDone) {
  const char* where = std::getenv("PERENNIAL_CRASH_DATABASE");
  if (!where) GTEST_SKIP();
  auto database = store::Database::open(where);
  ASSERT_TRUE(database);
  const auto programme =
      (*database)->read([](store::Connection& c) { return find_programme(c, "shop"); });
  ASSERT_TRUE(programme && *programme);
  const uint64_t seed = std::stoull(std::getenv("PERENNIAL_SEED"));
  const int64_t start = std::stoll(std::getenv("PERENNIAL_CRASH_START"));
  feed(**database, **programme, workload(seed, kCrashPeople, kCrashSteps, start), seed, 20, true,
       [](const Step&, int64_t, const Outcome&) {});
}

pid_t start_child(const std::string& where, uint64_t seed, int64_t start) {
  const std::string words[] = {"PERENNIAL_CRASH_DATABASE=" + where,
                               "PERENNIAL_SEED=" + std::to_string(seed),
                               "PERENNIAL_CRASH_START=" + std::to_string(start)};
  std::vector<char*> environment;
  for (const auto& word : words) environment.push_back(const_cast<char*>(word.c_str()));
  for (char** word = environ; *word; ++word) environment.push_back(*word);
  environment.push_back(nullptr);
  const char* arguments[] = {"loyalty_test", "--gtest_filter=KilledChild.*",
                             "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr};
  const pid_t child = ::fork();
  if (child == 0) {
    ::execve("/proc/self/exe", const_cast<char**>(arguments), environment.data());
    ::_exit(127);
  }
  return child;
}

int64_t commands_in(store::Database& database) {
  const auto rows = database.read(
      [](store::Connection& c) { return c.query_one("SELECT count(*) FROM loyalty_commands"); });
  return rows && *rows ? (*rows)->integer(0) : 0;
}

TEST(Simulator, KilledAtFiftyMoments) {
  const uint64_t seed = new_seed();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  TestLedger ledger(kCrashPeople);
  const int64_t start = to_millis(ledger.now());
  int killed = 0, status = 0;
  for (int i = 0; i < kKills; ++i) {
    const int64_t before = commands_in(ledger.database());
    const int64_t target =
        std::min<int64_t>(before + 1 + static_cast<int64_t>(random() % 60), kCrashSteps - 1);
    const pid_t child = start_child(ledger.where(), seed, start);
    while (::waitpid(child, &status, WNOHANG) == 0 && commands_in(ledger.database()) < target) {
    }
    killed += ::kill(child, SIGKILL) == 0;
    ::waitpid(child, &status, 0);
    ledger.verify();
    if (HasFailure()) return;
  }
  const pid_t last = start_child(ledger.where(), seed, start);
  ASSERT_EQ(::waitpid(last, &status, 0), last);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_GE(killed, kKills / 2);
  ledger.verify();
  const auto steps = workload(seed, kCrashPeople, kCrashSteps, start);
  Model model(ledger.programme());
  feed(ledger.database(), ledger.programme(), steps, seed, 100, false,
       [&](const Step& step, int64_t now, const Outcome& outcome) {
         EXPECT_TRUE(outcome.repeated);
         if (!testing::Test::HasFailure()) compare_answer(model, step, now, outcome);
       });
  if (!HasFailure()) compare_balances(ledger, model, kCrashPeople, steps.back().now + 3'600'000);
}

}  // namespace
}  // namespace perennial::loyalty
