// What the tests and benchmarks of engage/ share: a real SMTP server in a process of its own, and a
// shop with people, a log and campaigns behind a real HTTP server.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "engage/engage.h"

namespace perennial::engage {

// A directory that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string read_whole(const std::string& path);
std::vector<std::string> files_in(const std::string& directory, std::string_view ending);
// Runs `done` again and again until it is true; false when `at_most` is over.
bool wait_for(const std::function<bool()>& done,
              std::chrono::milliseconds at_most = std::chrono::seconds(60));
// The answer of `program` (an absolute path and its arguments) to `input`.
std::string answer_of(const std::vector<std::string>& program, std::string_view input);
inline constexpr const char* kPython = "/usr/bin/python3";  // Debian's, which has its packages

// mail_server.py: see there for what it does to which address.
class MailServer {
 public:
  struct Options {
    std::string security = "none", user, password;
  };
  explicit MailServer(Options options);
  MailServer() : MailServer(Options()) {}
  ~MailServer();
  int port() const { return port_; }
  EmailSettings settings() const;  // that fit it
  struct Delivery {
    std::string address, message_id, connection;
  };
  std::vector<Delivery> deliveries() const;
  std::string message(size_t number) const;  // from 1

 private:
  Options options_;
  TemporaryDirectory directory_;
  pid_t process_ = -1;
  int input_ = -1, port_ = 0;
};

// Everything that engage stands on, over one state database and one directory, which both outlive
// it: opening a second Shop on them is a restart of the program.
class Shop {
 public:
  struct Options {
    std::string database;   // what store::Database::open takes
    std::string directory;  // of the outbox
    Clock clock = system_now;
    Retry retry = {};
  };
  explicit Shop(Options options);
  ~Shop();

  // Events become people and orders at once.
  void take(std::vector<events::Event> events);
  // `count` people person1@example.com, … with user ids u1, …
  void add_people(int count, int first = 1);
  void set_workspace(const std::function<void(access::Workspace&)>& change);
  // Takes what engage told the log, as the people stage does.
  void catch_up();

  Json call(std::string_view method, std::string_view path, const Json& body = {},
            int expected_status = 200);
  http::ClientResponse raw(std::string_view method, std::string_view path,
                           std::string_view body = "");
  // A draft for all people without an order; returns its id.
  std::string draft(const Json& changes = Json::object());
  Json send_and_wait(const std::string& id);  // until it is sent; the campaign
  std::vector<Json> sends(const std::string& id);
  people::PersonId person(std::string_view user_id);

  store::Database& database() { return *database_; }
  events::Log& log() { return *log_; }
  Engage& engage() { return *engage_; }
  std::string outbox() const { return options_.directory + "/outbox"; }
  void stop();

 private:
  Options options_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<people::OrderBooks> books_;
  std::unique_ptr<value::Value> value_;
  std::unique_ptr<Engage> engage_;
  std::unique_ptr<http::Server> server_;
  events::Stage people_stage_;
  uint64_t taken_ = 0;  // of the log, by the people stage
};

events::Event identify(std::string user_id, const Json& traits);
events::Event order(std::string user_id, std::string order_id, Instant at, int64_t total_minor,
                    bool refund = false);

}  // namespace perennial::engage
