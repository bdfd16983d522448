// The program is killed while it sends, again and again, and started again: everyone who should get
// the message gets one, nobody gets two, and everybody has a row that says so.
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engage/testing.h"
#include "store/testing.h"

namespace perennial::engage {
namespace {

constexpr int kPeople = 600;  // of whom about 300 are treated
constexpr int kKills = 24;
constexpr const char* kDatabase = "PERENNIAL_CRASH_DATABASE";
constexpr const char* kDirectory = "PERENNIAL_CRASH_DIRECTORY";

bool all_sent(Shop& shop) {
  const Json reply = shop.call("GET", "/v1/campaigns");
  for (const Json& campaign : reply["campaigns"]) {
    if (campaign["state"] == "sending") return false;
  }
  return true;
}

// What the killed program does; run only by the test below, in a process of its own.
TEST(CrashChild, DISABLED_SendsUntilDone) {
  const char* database = std::getenv(kDatabase);
  if (!database) GTEST_SKIP();
  Shop shop({.database = database, .directory = std::getenv(kDirectory)});
  ASSERT_TRUE(wait_for([&] { return all_sent(shop); }, std::chrono::minutes(5)));
}

class Child {
 public:
  Child(const std::string& database, const std::string& directory) {
    const std::string d = std::string(kDatabase) + "=" + database;
    const std::string p = std::string(kDirectory) + "=" + directory;
    const char* arguments[] = {"engage_test", "--gtest_filter=CrashChild.*",
                               "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr};
    std::vector<char*> environment = {const_cast<char*>(d.c_str()), const_cast<char*>(p.c_str())};
    for (char** word = environ; *word; ++word) environment.push_back(*word);
    environment.push_back(nullptr);
    id_ = ::fork();
    if (id_ == 0) {
      ::execve("/proc/self/exe", const_cast<char**>(arguments), environment.data());
      ::_exit(127);
    }
  }
  ~Child() { kill(); }
  bool running() {
    if (id_ > 0 && ::waitpid(id_, &status_, WNOHANG) == id_) id_ = -1;
    return id_ > 0;
  }
  void kill() {
    if (!running()) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, &status_, 0);
    id_ = -1;
  }
  bool ended_well() const { return WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }

 private:
  pid_t id_ = -1;
  int status_ = 0;
};

// Address and number of messages that arrived.
using Arrived = std::map<std::string, int>;

Arrived in_outbox(const std::string& directory) {
  Arrived arrived;
  for (const auto& path : files_in(directory + "/outbox", ".eml")) {
    const std::string mail = read_whole(path);
    const size_t open = mail.find('<', mail.find("\r\nTo: "));
    ++arrived[mail.substr(open + 1, mail.find('>', open) - open - 1)];
  }
  return arrived;
}

Arrived at_server(const MailServer& server) {
  Arrived arrived;
  for (const auto& delivery : server.deliveries()) ++arrived[delivery.address];
  return arrived;
}

class Crashes : public testing::Test {
 protected:
  // A campaign that is being sent, over the outbox folder or a mail server.
  void begin(const MailServer* server) {
    Shop shop({.database = database_.where(), .directory = directory_.path()});
    shop.add_people(kPeople);
    if (server) {
      shop.call("PUT", "/v1/channels/email",
                {{"kind", "smtp"},
                 {"from_name", "Shop"},
                 {"from_address", "shop@example.com"},
                 {"host", "127.0.0.1"},
                 {"port", server->port()},
                 {"security", "none"}});
    }
    campaign_ = shop.draft();
    shop.call("POST", "/v1/campaigns/" + campaign_ + "/send", Json::object(), 202);
  }

  // Kills the program at kKills moments, then lets it finish. Most of the moments are counted in
  // messages, so that they lie in the middle of the work on a fast machine and on a slow one.
  void kill_and_restart(const std::function<size_t()>& count_arrived) {
    const auto seed = std::random_device()();
    std::cout << "seed " << seed << "\n";
    std::mt19937 random(seed);
    for (int kill = 0; kill < kKills; ++kill) {
      const size_t target = count_arrived() + random() % 12;
      Child child(database_.where(), directory_.path());
      const auto deadline =
          kill % 6 == 0 ? std::chrono::milliseconds(random() % 100) : std::chrono::minutes(2);
      wait_for([&] { return !child.running() || count_arrived() > target; }, deadline);
      const auto moment =
          std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 4000);
      while (std::chrono::steady_clock::now() < moment) {
      }
      killed_ += child.running();
      child.kill();
    }
    Child last(database_.where(), directory_.path());
    ASSERT_TRUE(wait_for([&] { return !last.running(); }, std::chrono::minutes(4)));
    EXPECT_TRUE(last.ended_well());
  }

  // Checks the ledger against what arrived.
  void check(const Arrived& arrived, int most_in_doubt) {
    Shop shop({.database = database_.where(), .directory = directory_.path()});
    EXPECT_EQ(shop.call("GET", "/v1/campaigns/" + campaign_)["state"], "sent");
    std::set<int64_t> people;
    size_t matched = 0;
    int in_doubt = 0;
    for (const Json& send : shop.sends(campaign_)) {
      EXPECT_TRUE(people.insert(send["person_id"].get<int64_t>()).second);
      const auto found = arrived.find(send["address"].get<std::string>());
      const int messages = found == arrived.end() ? 0 : found->second;
      matched += messages > 0;
      if (send["arm"] == "held_out") {
        EXPECT_EQ(send["verdict"], "held_out");
        EXPECT_EQ(messages, 0);
      } else if (send["verdict"] == "in_doubt") {
        EXPECT_LE(messages, 1);
        ++in_doubt;
      } else {
        EXPECT_EQ(send["verdict"], "sent");
        EXPECT_EQ(messages, 1) << send;
      }
    }
    EXPECT_EQ(people.size(), size_t{kPeople});
    EXPECT_EQ(matched, arrived.size());
    EXPECT_LE(in_doubt, most_in_doubt);
    EXPECT_GE(killed_, 20);
    std::cout << killed_ << " kills, " << arrived.size() << " arrived, " << in_doubt
              << " in doubt\n";
  }

  store::TestDatabase database_;
  TemporaryDirectory directory_;
  std::string campaign_;
  int killed_ = 0;
};

TEST_F(Crashes, LoseAndRepeatNothingInTheOutbox) {
  begin(nullptr);
  kill_and_restart([&] { return files_in(directory_.path() + "/outbox", ".eml").size(); });
  check(in_outbox(directory_.path()), 0);
}

TEST_F(Crashes, RepeatNothingOverSmtp) {
  const MailServer server;
  begin(&server);
  kill_and_restart([&] { return server.deliveries().size(); });
  check(at_server(server), kKills + 1);
}

}  // namespace
}  // namespace perennial::engage
