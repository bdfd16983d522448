// What tests of erasures share: a log, a real timeline and the real state tables, all of which may
// be closed and opened again as a restart does.
#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "events/testing.h"
#include "experiments/experiments.h"
#include "insight/insight.h"
#include "loyalty/loyalty.h"
#include "privacy/erasures.h"
#include "privacy/privacy.h"
#include "store/testing.h"
#include "value/value.h"

namespace perennial::privacy {

using namespace std::chrono_literals;

inline constexpr auto kSoon = 30s;
inline const Instant kDay = from_millis(1'700'000'000'000);

template <class T>
T must(Result<T> result) {
  if (!result) die(result.error().text(), __FILE__, __LINE__);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline std::vector<store::Migration> all_migrations() {
  std::vector<store::Migration> all;
  for (auto part :
       {access::migrations(), events::migrations(), people::migrations(), collect::migrations(),
        insight::migrations(), segments::migrations(), value::migrations(), loyalty::migrations(),
        experiments::migrations(), engage::migrations(), privacy::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

class PrivacyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    must(database_->migrate(all_migrations()));
    settings_ = must(access::Settings::load(*database_));
    using people::ErasedPerson;
    places_.push_back(
        {.name = "messages", .in_state = [](store::Connection& c, const ErasedPerson& erased) {
           return engage::erase_person(c, erased, kDay);
         }});
    places_.push_back({.name = "loyalty", .in_state = loyalty::erase_person});
    places_.push_back({.name = "value", .in_state = value::erase_person});
    places_.push_back({.name = "experiments", .in_state = experiments::erase_person});
    places_.push_back(
        {.name = "shelf", .beside = [this](const Traces& traces, bool take) -> Result<Json> {
           if (throws_) throw std::runtime_error("the shelf is on fire");
           if (!take) return Json{{"books", books_.load()}};
           if (refusals_-- > 0) return fail(Code::kBusy, "the shelf is locked");
           words_.insert(traces.words.begin(), traces.words.end());
           books_ = 0;
           if (falls_-- > 0) return fail(Code::kInternal, "and then the power went");
           return Json{{"books", 0}};
         }});
    open_world();
    open();
  }
  void TearDown() override {
    if (!log_) return;  // skipped before it was set up
    close();
    close_world();
  }

  // The log as a start of the program finds it.
  virtual events::Log& open_log() {
    if (memory_ == nullptr) memory_ = events::open_memory();
    return *memory_;
  }
  // The one that erasures work on.
  virtual events::Log& log_of_privacy() { return *log_; }

  void open_world() {
    log_ = &open_log();
    timeline_ = must(timeline::Timeline::open(
        {.directory = directory_, .log = *log_, .database = *database_, .zone = [this] {
           return settings_->workspace().calendar.zone;
         }}));
    std::vector<events::Stage> stages;
    stages.push_back(people::people_stage(*settings_));
    stages.back().committed = [this](uint64_t) { timeline_->people_committed(); };
    stages_ = std::make_unique<events::Stages>(*log_, *database_, std::move(stages));
  }
  void close_world() {
    stages_.reset();
    timeline_.reset();
  }

  void open() {
    privacy_ = must(Privacy::open({.database = *database_,
                                   .log = log_of_privacy(),
                                   .timeline = *timeline_,
                                   .settings = *settings_,
                                   .places = places_,
                                   .settle = [this](uint64_t seq) { return settle(seq); },
                                   .clock = [] { return kDay; },
                                   .say = [this](const std::string& line) { hear(line); },
                                   .first_pause = 5ms,
                                   .timeline_patience = 10ms}));
    http::Router router;
    privacy_->add_routes(router);
    http::Options options{.port = 0, .upload_directory = directory_};
    options.authorize = [](const http::Route& route, http::Request& request) {
      EXPECT_EQ(route.right, "privacy.erase");
      request.principal = {"usr_1", "Admin", "administrator", ""};
      return std::optional<http::Response>();
    };
    server_ = must(http::Server::start(std::move(router), std::move(options)));
    client_ = std::make_unique<http::Client>("127.0.0.1", server_->port());
  }
  void close() {
    server_->stop(100ms);
    privacy_.reset();
  }
  void hear(const std::string& line) {
    std::lock_guard lock(hearing_);
    heard_.emplace_back(line, std::chrono::steady_clock::now());
  }
  bool settle(uint64_t seq) { return stages_->wait_until(seq, kSoon); }

  void send(std::string type, std::string user, std::string visitor, std::string name,
            std::string properties, int64_t at_ms) {
    events::Event event;
    event.source = "web";
    event.message_id = "m" + std::to_string(++sent_);
    event.type = *events::parse_type(type);
    event.user_id = std::move(user);
    event.anonymous_id = std::move(visitor);
    event.name = std::move(name);
    event.properties = std::move(properties);
    event.timestamp = event.received_at = kDay + Millis(at_ms);
    must(log_->append_and_wait({event}));
  }
  void add_wang() {
    send("identify", "wang", "phone", "", R"({"name":"Wang","email":"wang@shop.cn"})", 0);
    send("track", "wang", "", "Order Completed", R"({"order_id":"A-1","total":20})", 1'000);
    send("page", "", "phone", "Home", R"({"email":"wang@shop.cn"})", 2'000);
    send("track", "li", "", "Order Completed", R"({"order_id":"A-2","total":7})", 1'000);
    ASSERT_TRUE(settle(log_->last_seq()));
  }
  people::PersonId id_of(const std::string& user) {
    return must(database_->read([&](store::Connection& c) { return people::resolve(c, user, ""); }))
        .value_or(0);
  }
  Json call(const std::string& method, const std::string& target, const Json& body = Json(),
            int status = 200) {
    const auto answer = must(client_->send(method, target, body.is_null() ? "" : to_text(body)));
    EXPECT_EQ(answer.status, status) << method << " " << target << " " << answer.body;
    return must(parse_json(answer.body));
  }
  Json ask(people::PersonId person, int status = 202) {
    return call("POST", "/v1/privacy/erasures",
                {{"person_id", person}, {"confirm", std::to_string(person)}}, status);
  }
  Json finished(const std::string& id) {
    EXPECT_TRUE(privacy_->wait_until_idle(kSoon));
    return call("GET", "/v1/privacy/erasures/" + id);
  }
  int64_t revenue() {
    const auto book =
        must(database_->read([&](store::Connection& c) { return people::load_orders(c, "CNY"); }));
    int64_t sum = 0;
    for (const int64_t amount : book.amount_minor) sum += amount;
    return sum;
  }
  // Every text of the state, but the table of secrets and what tells nothing of people.
  std::string state_text() {
    std::string out;
    for (const char* table :
         {"people",          "identities",       "identity_facts",   "identity_joins",
          "identity_claims", "person_aliases",   "hand_links",       "merge_proposals",
          "customer_notes",  "customer_files",   "customer_views",   "orders",
          "sends",           "suppressions",     "erasures",         "access_audit",
          "loyalty_facts",   "loyalty_postings", "loyalty_lots",     "loyalty_commands",
          "loyalty_moved",   "hold_out_members", "experiment_units", "person_merges"}) {
      for (const auto& row : must(database_->read([&](store::Connection& c) {
             return c.query("SELECT * FROM " + std::string(table));
           }))) {
        for (size_t i = 0; i < row.size(); ++i) {
          if (const auto* text = std::get_if<std::string>(&row.value(i))) out += *text + "\n";
        }
      }
    }
    return out;
  }
  // In the timeline, by number.
  std::set<people::PersonId> who_did(const std::string& name) {
    struct Present {
      std::set<people::PersonId> people;
      void add(const timeline::Slice& slice) {
        slice.presence[0].in[0].for_each([&](uint32_t place) {
          people.insert(people::PersonId{slice.bucket} * timeline::kBucketPeople + place);
        });
      }
      void merge(const Present& other) { people.insert(other.people.begin(), other.people.end()); }
    };
    const timeline::Second from = 0, to = timeline::to_second(kDay + std::chrono::days(9));
    const timeline::Ask ask{.selectors = {{.any_of = {{.name = name}}, .from = from, .to = to}},
                            .presence = timeline::Periods({from, to})};
    const timeline::Stop stop;
    const auto plan = must(timeline::compile(*timeline_->snapshot(), ask, timeline_->pool(), stop));
    return must(timeline::run(*plan, Present(), timeline_->pool(), stop)).people;
  }
  bool comes_to(const std::string& id, const std::string& state) {
    const auto deadline = std::chrono::steady_clock::now() + kSoon;
    while (call("GET", "/v1/privacy/erasures/" + id).at("state") != state) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      privacy_->wait_until_idle(5ms);
    }
    return true;
  }
  // Until the erasure has failed once.
  std::string error_of(const std::string& id) {
    const auto deadline = std::chrono::steady_clock::now() + kSoon;
    std::string error;
    while (error.empty() && std::chrono::steady_clock::now() < deadline) {
      error = call("GET", "/v1/privacy/erasures/" + id).at("error");
      privacy_->wait_until_idle(5ms);
    }
    return error;
  }
  std::string timeline_bytes() {
    std::string out;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      if (entry.path().extension() != ".timeline") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      out.append(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  }

  store::TestDatabase database_;
  const events::ScratchDirectory scratch_;
  const std::string& directory_ = scratch_.path();
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<events::Log> memory_;
  events::Log* log_ = nullptr;
  std::unique_ptr<timeline::Timeline> timeline_;
  std::unique_ptr<events::Stages> stages_;
  std::vector<Place> places_;
  std::atomic<int> refusals_ = 0, falls_ = 0, books_ = 1;
  std::atomic<bool> throws_ = false;
  std::set<std::string> words_;
  std::unique_ptr<Privacy> privacy_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Client> client_;
  int sent_ = 0;
  std::mutex hearing_;
  std::vector<std::pair<std::string, std::chrono::steady_clock::time_point>> heard_;  // faults
};

}  // namespace perennial::privacy
