#include "engage/testing.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "experiments/experiments.h"

namespace perennial::engage {
namespace {

[[noreturn]] void give_up(const std::string& what) { die(what, __FILE__, __LINE__); }

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().text());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

struct Process {
  pid_t id = -1;
  int input = -1, output = -1;
};

Process start(const std::vector<std::string>& program) {
  int in[2], out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) give_up("no pipe");
  std::vector<char*> arguments;
  for (const auto& word : program) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t id = ::fork();
  if (id == 0) {
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  return {id, in[1], out[0]};
}

std::string read_line(int descriptor, std::chrono::milliseconds at_most) {
  std::string line;
  pollfd waiting{descriptor, POLLIN, 0};
  char c;
  while (::poll(&waiting, 1, static_cast<int>(at_most.count())) == 1 &&
         ::read(descriptor, &c, 1) == 1 && c != '\n') {
    line += c;
  }
  return line;
}

const std::string kSources = PERENNIAL_ENGAGE_DIR;

}  // namespace

TemporaryDirectory::TemporaryDirectory()
    : path_(std::filesystem::temp_directory_path() / "perennial-engage-XXXXXX") {
  if (!::mkdtemp(path_.data())) give_up("no temporary directory");
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> files_in(const std::string& directory, std::string_view ending) {
  std::vector<std::string> paths;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(directory, missing)) {
    if (entry.path().string().ends_with(ending)) paths.push_back(entry.path());
  }
  return paths;
}

bool wait_for(const std::function<bool()>& done, std::chrono::milliseconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 2);  // leaves the processor to what is waited for
  }
  return true;
}

std::string answer_of(const std::vector<std::string>& program, std::string_view input) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/input";
  std::ofstream(path, std::ios::binary) << input;
  std::string command;
  for (const auto& word : program) command += "'" + word + "' ";
  command += "< '" + path + "' 2> '" + directory.path() + "/errors'";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string answer;
  char buffer[4096];
  while (const size_t length = std::fread(buffer, 1, sizeof buffer, pipe)) {
    answer.append(buffer, length);
  }
  if (::pclose(pipe) != 0) {
    give_up("a program failed: " + command + "\n" + read_whole(directory.path() + "/errors"));
  }
  return answer;
}

MailServer::MailServer(Options options) : options_(std::move(options)) {
  const std::string cert = directory_.path() + "/cert.pem", key = directory_.path() + "/key.pem";
  std::vector<std::string> program = {kPython, kSources + "/mail_server.py", directory_.path(),
                                      "--security", options_.security};
  if (options_.security != "none") {
    answer_of({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-batch",
               "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert},
              "");
    program.insert(program.end(), {"--cert", cert, "--key", key});
  }
  if (!options_.user.empty()) {
    program.insert(program.end(), {"--user", options_.user, "--password", options_.password});
  }
  const Process process = start(program);
  process_ = process.id;
  input_ = process.input;
  const std::string line = read_line(process.output, std::chrono::seconds(60));
  ::close(process.output);
  if (line.empty()) give_up("the mail server did not start (is python3-aiosmtpd installed?)");
  port_ = std::stoi(line);
}

MailServer::~MailServer() {
  ::close(input_);
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

EmailSettings MailServer::settings() const {
  EmailSettings settings;
  settings.kind = "smtp";
  settings.from_address = "shop@example.com";
  settings.host = "127.0.0.1";
  settings.port = port_;
  settings.security = options_.security;
  settings.user = options_.user;
  settings.password = options_.password;
  settings.allow_any_certificate = true;
  return settings;
}

std::vector<MailServer::Delivery> MailServer::deliveries() const {
  std::vector<Delivery> all;
  std::istringstream lines(read_whole(directory_.path() + "/deliveries"));
  Delivery one;
  while (std::getline(lines, one.address, '\t') && std::getline(lines, one.message_id, '\t') &&
         std::getline(lines, one.connection)) {
    all.push_back(one);
  }
  return all;
}

std::string MailServer::message(size_t number) const {
  return read_whole(directory_.path() + "/" + std::to_string(number) + ".eml");
}

Shop::Shop(Options options) : options_(std::move(options)) {
  database_ = must(store::Database::open(options_.database));
  for (const auto steps : {access::migrations(), events::migrations(), people::migrations(),
                           experiments::migrations(), engage::migrations()}) {
    must(database_->migrate(steps));
  }
  settings_ = must(access::Settings::load(*database_));
  log_ = events::open_memory();
  people_stage_ = people::people_stage(*settings_);
  books_ = std::make_unique<people::OrderBooks>(*database_, *settings_);
  value_ = std::make_unique<value::Value>(*books_, *settings_, options_.clock);
  engage_ = must(Engage::open({.database = *database_,
                               .log = *log_,
                               .settings = *settings_,
                               .value = *value_,
                               .books = *books_,
                               .clock = options_.clock,
                               .outbox_directory = outbox(),
                               .retry = options_.retry,
                               .recommended = [](people::PersonId) {
                                 return Result<std::vector<std::string>>({"Tea & cake", "Cup"});
                               }}));
  http::Router router;
  engage_->add_routes(router);
  server_ =
      must(http::Server::start(std::move(router), {.port = 0, .io_threads = 1, .workers = 2}));
}

Shop::~Shop() { stop(); }

void Shop::stop() {
  if (server_) server_->stop(std::chrono::seconds(5));
  if (engage_) engage_->stop();
}

void Shop::take(std::vector<events::Event> events) {
  must(log_->append_and_wait(std::move(events)));
  catch_up();
}

void Shop::catch_up() {
  const auto events = must(log_->read_arrivals(taken_, 1'000'000));
  if (events.empty()) return;
  taken_ = events.back().seq;
  must(database_->write([&](store::Connection& c) { return people_stage_.apply(c, events); }));
  if (people_stage_.committed) people_stage_.committed(taken_);
  books_->changed();
}

void Shop::add_people(int count, int first) {
  std::vector<events::Event> events;
  for (int i = first; i < first + count; ++i) {
    const std::string n = std::to_string(i);
    events.push_back(
        identify("u" + n, {{"email", "person" + n + "@example.com"}, {"name", "客户 " + n}}));
  }
  take(std::move(events));
}

void Shop::set_workspace(const std::function<void(access::Workspace&)>& change) {
  access::Workspace workspace = settings_->workspace();
  change(workspace);
  must(database_->write([&](store::Connection& c) { return settings_->save(c, workspace); }));
  settings_->changed();
}

http::ClientResponse Shop::raw(std::string_view method, std::string_view path,
                               std::string_view body) {
  http::Client client("127.0.0.1", server_->port());
  return must(client.send(method, path, body));
}

Json Shop::call(std::string_view method, std::string_view path, const Json& body,
                int expected_status) {
  const auto reply = raw(method, path, body.is_null() ? "" : to_text(body));
  if (reply.status != expected_status) {
    give_up(std::string(method) + " " + std::string(path) + " gave " +
            std::to_string(reply.status) + ": " + reply.body);
  }
  return reply.body.empty() ? Json() : must(parse_json(reply.body));
}

std::string Shop::draft(const Json& changes) {
  Json body = {{"name", "Recall"},
               {"audience", {{"stages", {"prospect"}}, {"cells", Json::array()}}},
               {"hold_out_percent", 50},
               {"subject", "回来吧，{{ name | 朋友 }}"},
               {"text", "Dear {{ name | customer }},\nwe miss you.\n"}};
  body.update(changes);
  return call("POST", "/v1/campaigns", body, 201)["id"].get<std::string>();
}

Json Shop::send_and_wait(const std::string& id) {
  call("POST", "/v1/campaigns/" + id + "/send", Json::object(), 202);
  Json campaign;
  const bool sent = wait_for(
      [&] {
        campaign = call("GET", "/v1/campaigns/" + id);
        return campaign["state"] == "sent";
      },
      std::chrono::minutes(5));
  if (!sent) give_up("the campaign is not sent: " + to_text(campaign));
  return campaign;
}

std::vector<Json> Shop::sends(const std::string& id) {
  std::vector<Json> all;
  while (true) {
    const Json page = call(
        "GET", "/v1/campaigns/" + id + "/sends?limit=500&offset=" + std::to_string(all.size()));
    for (const Json& item : page["sends"]) all.push_back(item);
    if (page["sends"].empty() || all.size() >= page["total"].get<size_t>()) return all;
  }
}

people::PersonId Shop::person(std::string_view user_id) {
  const auto found =
      must(database_->read([&](store::Connection& c) { return people::resolve(c, user_id, ""); }));
  if (!found) give_up("nobody has the user id " + std::string(user_id));
  return *found;
}

events::Event identify(std::string user_id, const Json& traits) {
  events::Event event;
  event.source = "test";
  event.message_id = new_id("msg");
  event.type = events::Type::kIdentify;
  event.user_id = std::move(user_id);
  event.timestamp = event.received_at = from_millis(1'300'000'000'000);
  event.properties = to_text(traits);
  return event;
}

events::Event order(std::string user_id, std::string order_id, Instant at, int64_t total_minor,
                    bool refund) {
  events::Event event = identify(std::move(user_id), {});
  event.type = events::Type::kTrack;
  event.name = refund ? people::kOrderRefunded : people::kOrderCompleted;
  event.timestamp = event.received_at = at;
  event.properties = to_text(
      {{"order_id", std::move(order_id)}, {"total", static_cast<double>(total_minor) / 100}});
  return event;
}

}  // namespace perennial::engage
