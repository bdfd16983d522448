// Who asks: first a bearer token, then the session's cookie; on collect routes a write key. Keys
// are found in memory and sessions nearly always, because this runs on the connections' own
// threads.
#include <array>
#include <condition_variable>
#include <thread>

#include "access/credentials.h"
#include "access/gate_state.h"

namespace perennial::access {
namespace {

constexpr std::chrono::seconds kReadKeysEvery{4};
constexpr std::chrono::seconds kWriteTimesEvery{10};

using Refusal = std::optional<http::Response>;

Error nobody() {
  return {Code::kUnauthenticated, "nobody is signed in", "",
          "sign in, or send an API key as Authorization: Bearer ak_…"};
}

http::Response refuse(const Error& error) {
  http::Response response = http::problem(error);
  if (error.code == Code::kUnauthenticated)
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"perennial\"");
  return response;
}

// Runs a function on a thread of its own, again and again until it is destroyed.
class Repeated {
 public:
  Repeated(std::chrono::seconds interval, std::function<void()> function)
      : thread_([this, interval, function = std::move(function)](std::stop_token stop) {
          std::unique_lock lock(mutex_);
          while (!wakes_.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); }))
            function();
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wakes_;
  std::jthread thread_;  // last: it uses the others
};

bool is_safe(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

Result<http::Principal> principal_of_bearer(GateState& state, std::string_view token) {
  if (!state.local_hash.empty() && equal_in_constant_time(sha256_hex(token), state.local_hash))
    return http::Principal{
        .id = "local", .name = "local", .role = "administrator", .source = "local"};
  if (auto key = state.keys.find(KeyKind::kApi, token, state.clock())) return key->principal;
  return fail(Code::kUnauthenticated, "the API key is unknown or revoked");
}

// An empty id if the request names nobody.
Result<http::Principal> identify(GateState& state, const http::Request& request) {
  if (auto token = bearer_of(request)) return principal_of_bearer(state, *token);
  auto session = TRY(state.session_of(request));
  if (!session) return http::Principal{};
  if (!is_safe(request) && !equal_in_constant_time(csrf_token(state.secret, session->hash),
                                                   request.header("x-csrf-token")))
    return fail(Code::kForbidden, "the request does not carry the session's CSRF token",
                "X-CSRF-Token", "send csrf_token of GET /v1/session");
  return session->principal;
}

Refusal authorize_collect(GateState& state, http::Request& request) {
  if (auto secret = write_key_of(request)) {
    auto key = state.keys.find(KeyKind::kWrite, *secret, state.clock());
    if (!key) return refuse({Code::kUnauthenticated, "the write key is unknown or revoked"});
    request.principal = key->principal;
    return std::nullopt;
  }
  auto token = bearer_of(request);
  if (!token) return std::nullopt;  // the key may be in the body
  auto principal = principal_of_bearer(state, *token);
  if (!principal) return refuse(principal.error());
  if (principal->id != "local") return refuse({Code::kForbidden, "this takes a write key"});
  request.principal = *principal;
  return std::nullopt;
}

}  // namespace

Result<std::optional<Session>> GateState::session_of(const http::Request& request) {
  std::string_view token = request.cookie(kSessionCookie);
  if (token.empty() || !is_own_token(secret, token)) return std::nullopt;
  Instant now = clock();
  std::string hash = sha256_hex(token);
  if (auto known = sessions.find(hash, now)) return known;
  uint64_t generation = sessions.generation();
  auto found = TRY(database.read([&](store::Connection& c) { return find_session(c, hash, now); }));
  if (found) sessions.put(*found, now, generation);
  return found;
}

struct Gate::Impl {
  std::shared_ptr<GateState> state;
  std::array<std::unique_ptr<Repeated>, 2> threads;

  // Failures here are passing: keys stay as they were read last, times are written the next time.
  void write_times() {
    (void)state->keys.write_used(state->database);
    auto seen = state->sessions.take_seen();
    if (seen.empty()) return;
    (void)state->database.write([&](store::Connection& c) { return write_seen(c, seen); });
  }
};

Gate::Gate(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Gate::~Gate() {
  impl_->threads = {};
  impl_->write_times();
}

Result<std::unique_ptr<Gate>> Gate::open(store::Database& database, Settings& settings, Clock clock,
                                         std::string local_token) {
  auto secret = TRY(
      database.write([](store::Connection& c) { return Settings::secret(c, "access.session"); }));
  std::shared_ptr<GateState> state(
      new GateState{.database = database,
                    .settings = settings,
                    .clock = std::move(clock),
                    .local_hash = local_token.empty() ? "" : sha256_hex(local_token),
                    .secret = std::move(secret)});
  TRY(state->keys.reload(database));
  auto impl = std::make_shared<Impl>();
  impl->state = state;
  impl->threads[0] = std::make_unique<Repeated>(
      kReadKeysEvery, [state] { (void)state->keys.reload(state->database); });
  impl->threads[1] =
      std::make_unique<Repeated>(kWriteTimesEvery, [raw = impl.get()] { raw->write_times(); });
  return std::unique_ptr<Gate>(new Gate(std::move(impl)));
}

void Gate::refresh() {
  (void)impl_->state->keys.reload(impl_->state->database);
  impl_->write_times();
}

std::optional<http::Response> Gate::authorize(const http::Route& route, http::Request& request) {
  GateState& state = *impl_->state;
  if (route.right == "collect") return authorize_collect(state, request);
  auto principal = identify(state, request);
  if (route.right == "public") {
    if (principal) request.principal = *principal;
    return std::nullopt;
  }
  if (!principal || principal->id.empty()) {
    if (route.right == "metrics.read" && is_from_this_machine(request)) return std::nullopt;
    return refuse(principal ? nobody() : principal.error());
  }
  auto role = parse_role(principal->role);
  if (!role || !may(*role, route.right))
    return refuse({Code::kForbidden, "this takes the right " + route.right, "",
                   "ask an administrator for another role"});
  request.principal = *principal;
  return std::nullopt;
}

std::optional<http::Principal> Gate::write_key(std::string_view secret) {
  auto key = impl_->state->keys.find(KeyKind::kWrite, secret, impl_->state->clock());
  if (!key) return std::nullopt;
  return key->principal;
}

bool Gate::knows_write_key(std::string_view secret) { return write_key(secret).has_value(); }

void Gate::add_routes(http::Router& router) {
  add_session_routes(router, impl_->state);
  add_user_routes(router, impl_->state);
  add_key_routes(router, impl_->state);
  add_settings_routes(router, impl_->state);
}

}  // namespace perennial::access
