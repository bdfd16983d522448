#include <filesystem>
#include <map>
#include <thread>

#include <malloc.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "access/access.h"
#include "collect/collect.h"
#include "engage/engage.h"
#include "events/events.h"
#include "experiments/experiments.h"
#include "goals/goals.h"
#include "insight/insight.h"
#include "loyalty/loyalty.h"
#include "loyalty/referral_graph.h"
#include "people/people.h"
#include "portrait/portrait.h"
#include "privacy/privacy.h"
#include "segments/segments.h"
#include "server/action_sources.h"
#include "server/data_directory.h"
#include "server/goal_sources.h"
#include "server/masked_routes.h"
#include "server/net_costs.h"
#include "server/observe.h"
#include "server/overview.h"
#include "server/run_routes.h"
#include "server/seen_people.h"
#include "server/segment_facts.h"
#include "server/server.h"
#include "store/store.h"
#include "timeline/timeline.h"
#include "value/value.h"
#include "webhooks/webhooks.h"

namespace perennial::server {
namespace {

constexpr std::chrono::milliseconds kSettlePoll{250};
constexpr size_t kCampaignsLookedAt = 200;
constexpr std::chrono::seconds kLookIntoFolders{60};
constexpr std::chrono::seconds kSettleAtMost{3};  // of what the console says, before it reads again

std::vector<store::Migration> all_migrations() {
  std::vector<store::Migration> all;
  for (auto part :
       {access::migrations(), events::migrations(), webhooks::migrations(), people::migrations(),
        collect::migrations(), insight::migrations(), segments::migrations(), value::migrations(),
        loyalty::migrations(), portrait::migrations(), experiments::migrations(),
        engage::migrations(), goals::migrations(), actions::migrations(), privacy::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

// Sent with every reply. The console loads nothing from elsewhere; styles are set inline by its
// components.
std::map<std::string, std::string> security_headers() {
  return {{"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"},
          {"Referrer-Policy", "no-referrer"},
          {"Content-Security-Policy",
           "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
           "script-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; "
           "base-uri 'none'; form-action 'self'"}};
}

// Members stand in the order of their dependencies, so that destruction takes them down in reverse.
class Wired final : public Program {
 public:
  Result<void> open(const Config& config);
  ~Wired() override { stop(); }

  uint16_t port() const override { return server_->port(); }
  const std::string& local_token() const override { return token_; }
  const std::string& first_link() const override { return first_link_; }
  void stop() override;

 private:
  Result<void> open_stores(const Config& config);
  Result<void> open_modules();
  Result<void> open_questions();
  Result<void> open_webhooks(const Config& config);
  Result<void> open_imports();
  Result<void> listen(const Config& config);
  people::Extensions extensions();
  Result<void> open_portrait();
  void open_experiments();
  void open_goals();
  Result<void> open_privacy();
  Result<std::vector<proof::Gain>> gains();
  Result<goals::Worth> worth(std::span<const people::PersonId> people);
  Result<std::vector<people::PersonId>> resolve_set(std::string_view set);
  Result<std::vector<Json>> describe(std::span<const people::Person> page);
  Result<Json> describe_file(const people::Person& person);
  Result<Instant> campaign_sent(std::string_view id);
  Result<std::vector<loyalty::Suited>> suited_products(people::PersonId person,
                                                       std::span<const std::string> products);
  Result<std::vector<loyalty::HeldOut>> held_of_loyalty(store::Connection& c,
                                                        std::span<const people::PersonId> people);
  Result<value::Likings> likings_at(Instant at, const std::stop_token& stop);
  std::vector<value::Liking> likings_of(people::PersonId person);
  Result<std::vector<value::Brought>> brought(uint64_t seq);
  bool settle(uint64_t seq);

  std::unique_ptr<DataDirectory> directory_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<access::Settings> settings_;
  events::ChdbOptions log_options_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<access::Gate> gate_;
  std::unique_ptr<SeenPeople> seen_people_;
  std::unique_ptr<people::OrderBooks> books_;
  std::unique_ptr<timeline::Timeline> timeline_;
  std::unique_ptr<insight::Insight> insight_;
  std::unique_ptr<insight::Behaviour> behaviour_;
  std::unique_ptr<value::Value> value_;
  std::unique_ptr<value::Models> models_;
  std::unique_ptr<segments::Segments> segments_;
  std::unique_ptr<portrait::Portrait> portrait_;
  std::unique_ptr<loyalty::Loyalty> loyalty_;
  std::unique_ptr<experiments::Experiments> experiments_;
  std::unique_ptr<events::Stages> stages_;
  std::unique_ptr<webhooks::Webhooks> webhooks_;
  std::unique_ptr<collect::Importer> importer_;
  std::unique_ptr<collect::ImportFolders> folders_;
  std::unique_ptr<engage::Engage> engage_;
  std::unique_ptr<goals::Goals> goals_;
  std::unique_ptr<actions::Actions> actions_;
  std::unique_ptr<privacy::Privacy> privacy_;
  std::unique_ptr<Observation> observation_;
  std::unique_ptr<http::Server> server_;
  std::atomic<bool> stopping_ = false;
  std::string token_ = random_token();
  std::string first_link_;
};

Result<void> Wired::open(const Config& config) {
  TRY(open_stores(config));
  TRY(open_modules());
  TRY(open_webhooks(config));
  TRY(open_privacy());
  return listen(config);
}

Result<void> Wired::open_stores(const Config& config) {
  directory_ = TRY(DataDirectory::hold(config.data));
  database_ = TRY(store::Database::open(config.state));
  TRY(database_->migrate(all_migrations()));
  settings_ = TRY(access::Settings::load(*database_));
  log_options_ = {.directory = directory_->sub("events"), .library = config.chdb};
  log_ = TRY(events::open_chdb(log_options_));
  return {};
}

Result<void> Wired::open_modules() {
  gate_ = TRY(access::Gate::open(*database_, *settings_, system_now, token_));
  seen_people_ = std::make_unique<SeenPeople>(*database_);
  books_ = std::make_unique<people::OrderBooks>(*database_, *settings_);
  TRY(open_questions());
  TRY(open_portrait());
  loyalty_ = TRY(loyalty::Loyalty::open(
      {.database = *database_,
       .log = *log_,
       .settings = *settings_,
       .clock = system_now,
       .resolve_set = [this](std::string_view set) { return resolve_set(set); },
       .suited = [this](people::PersonId person,
                        auto products) { return suited_products(person, products); },
       .held_newcomers = [this](store::Connection& c,
                                auto people) { return held_of_loyalty(c, people); }}));
  open_experiments();

  std::vector<events::Stage> stages;
  stages.push_back(events::schema_stage());
  stages.push_back(loyalty_->follow(people::people_stage(*settings_)));
  stages.back().committed = [before = std::move(stages.back().committed), books = books_.get(),
                             timeline = timeline_.get()](uint64_t seq) {
    if (before) before(seq);
    books->changed();
    timeline->people_committed();
  };
  stages.push_back(collect::items_stage());
  stages_ = std::make_unique<events::Stages>(*log_, *database_, std::move(stages));

  TRY(open_imports());
  engage_ = TRY(engage::Engage::open({.database = *database_,
                                      .log = *log_,
                                      .settings = *settings_,
                                      .value = *value_,
                                      .books = *books_,
                                      .clock = system_now,
                                      .outbox_directory = directory_->sub("outbox"),
                                      .recommended = [this](people::PersonId person) {
                                        return models_->recommended_names(person);
                                      }}));
  open_goals();
  actions_ = std::make_unique<actions::Actions>(
      action_wiring(*database_, *log_, *segments_, *loyalty_, system_now,
                    [this](std::string_view set) { return resolve_set(set); }));
  TRY(actions_->tell_waiting());
  segments_->start();
  return {};
}

// What is computed from the events: the timeline and what asks it.
Result<void> Wired::open_questions() {
  timeline_ = TRY(
      timeline::Timeline::open({.directory = directory_->sub("timeline"),
                                .log = *log_,
                                .database = *database_,
                                .zone = [this] { return settings_->workspace().calendar.zone; },
                                .threads = std::max(2u, std::thread::hardware_concurrency()),
                                .say = [](const std::string& line) { spdlog::info("{}", line); }}));
  insight_ = std::make_unique<insight::Insight>(*books_, *settings_, system_now);
  value_ =
      std::make_unique<value::Value>(*books_, *settings_, system_now, database_.get(),
                                     [this](std::string_view set) { return resolve_set(set); });
  models_ = TRY(value::Models::open(
      {.database = *database_,
       .books = *books_,
       .settings = *settings_,
       .clock = system_now,
       .log = log_.get(),
       .timeline = timeline_.get(),
       .resolve_set = [this](std::string_view set) { return resolve_set(set); },
       .likings_at = [this](Instant at,
                            const std::stop_token& stop) { return likings_at(at, stop); },
       .likings_of = [this](people::PersonId person) { return likings_of(person); },
       .brought = [this](uint64_t seq) { return brought(seq); },
       .stages = [this] { return value_->settled_snapshot(); },
       .region_trait = [this] { return database_->read(portrait::region_trait); }}));
  behaviour_ = std::make_unique<insight::Behaviour>(insight::BehaviourParts{
      .timeline = *timeline_,
      .database = *database_,
      .settings = *settings_,
      .resolve_set = [this](std::string_view set) { return resolve_set(set); },
      .lists = people::list_handlers(*database_, *log_, *settings_, extensions()),
      .clock = system_now,
      .name_of_set = [this](std::string_view set) { return segments_->name_of_set(set); }});
  segments_ = TRY(segments::Segments::open(
      {.timeline = *timeline_,
       .database = *database_,
       .log = *log_,
       .settings = *settings_,
       .resolve_set = [this](std::string_view set) { return resolve_set(set); },
       .describe = [this](std::span<const people::Person> page) { return describe(page); },
       .lists = people::list_handlers(*database_, *log_, *settings_, extensions()),
       .clock = system_now,
       .say = [](const std::string& line) { spdlog::warn("{}", line); },
       .funnel_number =
           [this](std::string_view handle) { return behaviour_->funnel_number(handle); }}));
  add_segment_facts(*segments_, *value_, *models_, *database_);
  return {};
}

Result<void> Wired::open_portrait() {
  portrait_ = TRY(portrait::Portrait::open(
      {.timeline = *timeline_,
       .log = *log_,
       .database = *database_,
       .settings = *settings_,
       .books = *books_,
       .resolve_set = [this](std::string_view set) { return resolve_set(set); },
       .clock = system_now,
       .say = [](const std::string& line) { spdlog::warn("{}", line); }}));
  for (segments::FactProvider& provider : portrait_->facts())
    segments_->add_facts(std::move(provider));
  return {};
}

Result<void> Wired::open_webhooks(const Config& config) {
  webhooks_ = TRY(webhooks::Webhooks::open({.database = *database_,
                                            .log = *log_,
                                            .clock = system_now,
                                            .reach = config.webhook_addresses == "any"
                                                         ? webhooks::Reach::kAny
                                                         : webhooks::Reach::kPublic}));
  webhooks_->start();
  return {};
}

void Wired::open_experiments() {
  experiments_ = std::make_unique<experiments::Experiments>(experiments::Experiments::Wiring{
      .database = *database_,
      .log = *log_,
      .settings = *settings_,
      .timeline = *timeline_,
      .books = *books_,
      .resolve_set = [this](std::string_view set) { return resolve_set(set); },
      .clock = system_now,
      .campaign_sent = [this](std::string_view id) { return campaign_sent(id); },
      .net_costs = [this] { return net_costs(*database_, *goals_); },
      .hold_out_of_loyalty = loyalty::hold_out,
      .let_into_loyalty = loyalty::end_hold_out});
}

Result<void> Wired::open_imports() {
  importer_ = TRY(collect::Importer::open(
      *database_, *log_, *settings_, system_now, directory_->sub("imports"),
      [this](uint64_t seq) { return settle(seq); },
      [options = log_options_](const auto& from, const auto& to) {
        return events::parquet_to_json_lines(options, from, to);
      }));
  folders_ = TRY(
      collect::ImportFolders::open(*database_, *importer_, system_now, directory_->sub("inbox")));
  folders_->look_every(kLookIntoFolders);
  return {};
}

// Blocks until the stages have passed `seq`; false when the program stops. An import leaves the
// heap full of holes, because one thread makes its events and others free them: they go back here.
bool Wired::settle(uint64_t seq) {
  while (!stopping_) {
    if (!stages_->wait_until(seq, kSettlePoll)) continue;
    ::malloc_trim(0);
    return true;
  }
  return false;
}

void Wired::open_goals() {
  goals_ = std::make_unique<goals::Goals>(goals::Goals::Wiring{
      .database = *database_,
      .settings = *settings_,
      .insight = *insight_,
      .gains = [this] { return gains(); },
      .hold_out = [this] { return experiments_->whole_hold_out_json(); },
      .clock = system_now,
      .worth = [this](auto people) { return worth(people); },
      .hold_out_of = [this](auto id) { return experiments_->hold_out_json(id); },
      .timeline = timeline_.get(),
      .said_names = [this] { return said_names(*database_); },
      .programmes =
          [this](const auto& gains) {
            return programme_returns(*database_, gains, settings_->workspace().now(system_now),
                                     [this](std::string_view set) { return resolve_set(set); });
          },
      .say = [](const std::string& line) { spdlog::warn("{}", line); },
      .caught_up =
          [this] {
            const uint64_t last = log_->last_seq();
            return stages_->wait_until(last, kSettlePoll) &&
                   timeline_->wait_until(last, kSettlePoll);
          }});
}

Result<goals::Worth> Wired::worth(std::span<const people::PersonId> people) {
  goals::Worth worth;
  const auto snapshot = TRY(value_->snapshot());
  for (const people::PersonId person : people) {
    const auto row = snapshot->find(person);
    worth.paid_minor.push_back(row ? snapshot->revenue_minor[*row] : 0);
  }
  worth.expected_minor = TRY(models_->lifetime_values(people));
  return worth;
}

Result<void> Wired::open_privacy() {
  privacy_ = TRY(privacy::Privacy::open(
      {.database = *database_,
       .log = *log_,
       .timeline = *timeline_,
       .settings = *settings_,
       .places =
           privacy::places_of(*database_, *importer_, *segments_, *engage_, *webhooks_, system_now),
       .settle = [this](uint64_t seq) { return stages_->wait_until(seq, kSettleAtMost); },
       .clock = system_now,
       .say = [](const std::string& line) { spdlog::warn("{}", line); }}));
  return {};
}

Result<std::vector<proof::Gain>> Wired::gains() {
  auto all = TRY(engage_->gains());
  for (proof::Gain& gain : TRY(experiments_->gains())) all.push_back(std::move(gain));
  return all;
}

Result<Instant> Wired::campaign_sent(std::string_view id) {
  const Json all = TRY(engage_->summaries_json(kCampaignsLookedAt));
  for (const Json& campaign : all) {
    if (campaign.at("id") == id && campaign.at("started_at").is_string())
      return parse_instant(campaign.at("started_at").get<std::string>());
  }
  return fail(Code::kNotFound, "no campaign of this id has been sent", "of");
}

Result<std::vector<loyalty::Suited>> Wired::suited_products(people::PersonId person,
                                                            std::span<const std::string> products) {
  std::vector<loyalty::Suited> list;
  for (value::Suited& one : TRY(models_->suited(person, products)))
    list.push_back({.product = std::move(one.product),
                    .reason = std::move(one.reason),
                    .with = std::move(one.with),
                    .en = std::move(one.en),
                    .zh = std::move(one.zh)});
  return list;
}

Result<std::vector<loyalty::HeldOut>> Wired::held_of_loyalty(
    store::Connection& c, std::span<const people::PersonId> people) {
  std::vector<loyalty::HeldOut> held;
  const Instant now = settings_->workspace().now(system_now);
  for (auto& one : TRY(experiments::hold_newcomers(c, "loyalty", people, now)))
    held.push_back({.hold_out = std::move(one.hold_out), .person = one.person, .from = one.from});
  return held;
}

Result<value::Likings> Wired::likings_at(Instant at, const std::stop_token& stop) {
  value::Likings all;
  std::map<std::string, uint32_t, std::less<>> places;
  for (const auto& one : TRY(portrait_->interests_at(at, stop))) {
    const auto [place, added] = places.emplace(one.word, static_cast<uint32_t>(all.words.size()));
    if (added) all.words.push_back(one.word);
    all.rows.push_back({.person = one.person, .word = place->second, .share = one.share});
  }
  return all;
}

std::vector<value::Liking> Wired::likings_of(people::PersonId person) {
  std::vector<value::Liking> likings;
  for (auto& one : portrait_->interests_of(person))
    likings.push_back({.word = std::move(one.word), .share = one.share});
  return likings;
}

Result<std::vector<value::Brought>> Wired::brought(uint64_t seq) {
  std::vector<value::Brought> all;
  for (const loyalty::Brought& one : TRY(database_->read([&](store::Connection& c) {
         return loyalty::who_brought_whom(c, static_cast<int64_t>(seq));
       })))
    all.push_back({.by = one.by,
                   .whom = one.whom,
                   .at_ms = one.claimed_ms,
                   .seq = static_cast<uint64_t>(one.claim)});
  return all;
}

Result<std::vector<people::PersonId>> Wired::resolve_set(std::string_view set) {
  if (auto found = insight_->resolve_set(set)) return std::move(*found);
  if (auto found = behaviour_->resolve_set(set)) return std::move(*found);
  if (auto found = segments_->resolve_set(set)) return std::move(*found);
  if (auto found = value_->resolve_set(set)) return std::move(*found);
  if (auto found = models_->resolve_set(set)) return std::move(*found);
  if (auto found = portrait_->resolve_set(set)) return std::move(*found);
  if (auto found = loyalty_->resolve_set(set)) return std::move(*found);
  if (auto found = experiments_->resolve_set(set)) return std::move(*found);
  if (auto found = engage_->resolve_set(set)) return std::move(*found);
  if (auto found = goals_->resolve_set(set)) return std::move(*found);
  return fail(Code::kInvalid, "no such set of people", "set",
              "take the word from the answer that shows the number");
}

Result<std::vector<Json>> Wired::describe(std::span<const people::Person> page) {
  auto described = TRY(value_->describe(page));
  const auto more = TRY(models_->describe(page));
  for (size_t i = 0; i < described.size(); ++i) described[i].update(more[i]);
  return described;
}

Result<Json> Wired::describe_file(const people::Person& person) {
  Json file = TRY(value_->describe_file(person));
  file.update(TRY(models_->describe_file(person)));
  file.update(TRY(portrait_->describe_file(person)));
  return file;
}

people::Extensions Wired::extensions() {
  return {.resolve_set = [this](std::string_view set) { return resolve_set(set); },
          .describe = [this](std::span<const people::Person> page) { return describe(page); },
          .describe_file = [this](const people::Person& person) { return describe_file(person); },
          .messages = [this](store::Connection& c, people::PersonId person, Instant before,
                             size_t limit) { return engage_->messages(c, person, before, limit); },
          .settle = [this](uint64_t seq) { return stages_->wait_until(seq, kSettleAtMost); }};
}

Result<void> Wired::listen(const Config& config) {
  observation_ = TRY(Observation::open(config.record));
  http::Router router;
  gate_->add_routes(router);
  webhooks_->add_routes(router);
  people::add_routes(router, *database_, *log_, *settings_, extensions());
  collect::add_routes(router, *database_, *log_, *settings_, *gate_, *importer_, system_now);
  folders_->add_routes(router);
  insight_->add_routes(router);
  behaviour_->add_routes(router);
  segments_->add_routes(router);
  value_->add_routes(router);
  models_->add_routes(router);
  portrait_->add_routes(router);
  loyalty_->add_routes(router);
  experiments_->add_routes(router);
  engage_->add_routes(router);
  goals_->add_routes(router);
  actions_->add_routes(router);
  privacy_->add_routes(router);
  add_overview_route(router,
                     {*database_, *log_, *settings_, *books_, *insight_, *value_, *engage_});
  add_run_routes(router, *database_, *log_, *stages_, *timeline_, *observation_);
  if (!config.web.empty()) {
    router.serve_files(config.web, "index.html");
  } else {
    spdlog::warn("the console is not built: only the API is served");
  }

  http::Options options;
  options.host = config.host;
  options.port = config.port;
  options.workers = config.workers;
  options.upload_directory = directory_->sub("uploads");
  options.authorize = [this](const http::Route& route, http::Request& request) {
    if (auto refused = gate_->authorize(route, request)) return refused;
    return refuse_raw(*database_, route, request);
  };
  options.revise = [this](const http::Route& route, const http::Request& request,
                          http::Response& response) {
    mask_people(*database_, route, request, response);
    seen_people_->record(route, request, response, system_now());
  };
  options.observe = [this](const http::Exchange& exchange) { observation_->exchange(exchange); };
  options.headers = security_headers();
  behaviour_->start();
  server_ = TRY(http::Server::start(std::move(router), std::move(options)));
  models_->start();
  portrait_->start();
  goals_->start();
  privacy_->start();
  TRY(directory_->announce({config.host, server_->port(), token_, ::getpid()}));
  if (auto link = TRY(access::first_link(*database_, system_now()))) {
    std::string host = config.host == "0.0.0.0" || config.host == "::" ? "127.0.0.1" : config.host;
    first_link_ = "http://" + host + ":" + std::to_string(server_->port()) + *link;
  }
  return {};
}

void Wired::stop() {
  if (stopping_.exchange(true)) return;
  if (server_) server_->stop(kDrainTime);
  if (privacy_) privacy_->stop();
  if (goals_) goals_->stop();
  if (importer_) importer_->stop();
  if (behaviour_) behaviour_->stop();
  if (engage_) engage_->stop();
  if (segments_) segments_->stop();
  if (models_) models_->stop();
  if (portrait_) portrait_->stop();
  if (stages_) stages_->stop();
  if (loyalty_) loyalty_->stop();
  if (webhooks_) webhooks_->stop();
  if (timeline_) timeline_->stop();
}

}  // namespace

Result<std::unique_ptr<Program>> Program::start(const Config& config) {
  auto program = std::make_unique<Wired>();
  auto opened = program->open(config);
  if (!opened) return std::unexpected(opened.error());
  return program;
}

int exit_code(Code code) {
  switch (code) {
    case Code::kInvalid:
    case Code::kTooLarge:
      return 2;
    case Code::kNotFound:
      return 3;
    case Code::kConflict:
      return 4;
    case Code::kUnauthenticated:
    case Code::kForbidden:
      return 5;
    case Code::kBusy:
    case Code::kTimeout:
      return 6;
    case Code::kFull:
      return 7;
    case Code::kInternal:
      return 1;
  }
  return 1;
}

}  // namespace perennial::server
