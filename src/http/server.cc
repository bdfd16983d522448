#include "http/connection.h"
#include "http/connection_stream.h"
#include "http/io.h"

namespace perennial::http {
namespace {

// Connections above the limit that are told so before they are closed; further ones are closed at
// once.
constexpr int kMaxRefusing = 128;
constexpr std::chrono::milliseconds kAcceptPause{50};  // when descriptors ran out

Result<tcp::endpoint> endpoint_of(const Options& options) {
  ErrorCode ec;
  std::string host = options.host == "localhost" ? "127.0.0.1" : options.host;
  auto address = asio::ip::make_address(host, ec);
  if (ec) {
    return fail(Code::kInvalid, "\"" + options.host + "\" is not an IP address", "host",
                "use 127.0.0.1 for this machine alone, 0.0.0.0 for every network");
  }
  return tcp::endpoint(address, options.port);
}

std::unexpected<Error> listen_error(const ErrorCode& ec, const Options& options) {
  std::string port = std::to_string(options.port);
  if (ec == asio::error::address_in_use) {
    return fail(Code::kConflict, "port " + port + " of " + options.host + " is in use", "port",
                "stop the other program or choose another port");
  }
  if (ec == asio::error::access_denied) {
    return fail(Code::kForbidden, "port " + port + " is not allowed to this user", "port",
                "choose one from 1024 up");
  }
  if (ec == boost::system::errc::address_not_available) {
    return fail(Code::kInvalid, options.host + " is no address of this machine", "host");
  }
  return fail(Code::kInternal,
              "cannot listen on " + options.host + " port " + port + ": " + ec.message());
}

class BeastServer final : public Server {
 public:
  BeastServer(std::unique_ptr<RouteTable> router, Options options)
      : core_(std::move(router), std::move(options)) {
    for (int i = 0; i < std::max(core_.dispatcher.options().io_threads, 1); ++i) {
      homes_.push_back(std::make_unique<Home>());
    }
    acceptor_.emplace(homes_[0]->context);
  }
  ~BeastServer() override { stop(std::chrono::milliseconds(0)); }

  // One acceptor deals connections out in turn: with SO_REUSEPORT on every thread a second server
  // could bind the same port without an error, and a few connections would spread unevenly.
  Result<> listen(const tcp::endpoint& endpoint) {
    ErrorCode ec;
    acceptor_->open(endpoint.protocol(), ec);
    if (!ec) acceptor_->set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_->bind(endpoint, ec);
    if (!ec) acceptor_->listen(asio::socket_base::max_listen_connections, ec);
    if (ec) return listen_error(ec, core_.dispatcher.options());
    port_ = acceptor_->local_endpoint(ec).port();
    return {};
  }

  void run() {
    for (auto& home : homes_) {
      asio::co_spawn(home->context.get_executor(), sweep(*home), asio::detached);
    }
    asio::co_spawn(homes_[0]->context.get_executor(), accept(), asio::detached);
    for (auto& home : homes_) {
      home->thread = std::thread([context = &home->context] { context->run(); });
    }
  }

  uint16_t port() const override { return port_; }

  void stop(std::chrono::milliseconds grace) override {
    std::lock_guard once(stop_mutex_);
    if (stopped_) return;
    stopped_ = true;
    core_.stopping = true;
    post_to(0, [this] {
      ErrorCode ignored;
      acceptor_->close(ignored);
    });
    for_all_connections([](Connection& connection) { connection.close_if_idle(); });
    wait_until_empty(grace);
    core_.workers.close();
    for_all_connections([](Connection& connection) { connection.close_now(); });
    wait_until_empty(kCloseTime);
    for (auto& home : homes_) {
      home->mailbox->close();
      home->context.stop();
    }
    for (auto& home : homes_) {
      if (home->thread.joinable()) home->thread.join();
    }
  }

 private:
  static constexpr std::chrono::seconds kCloseTime{2};

  template <class Work>
  void post_to(size_t home, Work work) {
    homes_[home]->mailbox->post(std::move(work));
  }

  template <class Visit>
  void for_all_connections(Visit visit) {
    for (auto& home : homes_) {
      home->mailbox->post([home = home.get(), visit] {
        for (Connection* connection : home->connections) visit(*connection);
      });
    }
  }

  void wait_until_empty(std::chrono::milliseconds limit) {
    std::unique_lock lock(core_.mutex);
    core_.empty.wait_for(lock, limit, [this] { return core_.connections == 0; });
  }

  Task<> sweep(Home& home) {
    const Options& options = core_.dispatcher.options();
    auto shortest = std::min({options.header_timeout, options.body_timeout, options.idle_timeout});
    auto pause =
        std::clamp(shortest / 8, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
    while (true) {
      ErrorCode ignored;
      home.sweeper.expires_after(pause);
      co_await home.sweeper.async_wait(asio::redirect_error(kAwait, ignored));
      auto now = SteadyClock::now();
      for (Connection* connection : home.connections) connection->sweep(now);
    }
  }

  Task<> accept() {
    Timer pause(homes_[0]->context);
    for (size_t next = 0;; next = (next + 1) % homes_.size()) {
      ErrorCode ec;
      Socket socket =
          co_await acceptor_->async_accept(homes_[next]->context, asio::redirect_error(kAwait, ec));
      if (!acceptor_->is_open() || core_.stopping) co_return;
      if (ec) {
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(asio::redirect_error(kAwait, ec));
        continue;
      }
      welcome(*homes_[next], std::move(socket));
    }
  }

  void welcome(Home& home, Socket socket) {
    int before = 0;
    {
      std::lock_guard lock(core_.mutex);
      before = core_.connections;
    }
    int limit = core_.dispatcher.options().max_connections;
    if (before >= limit + kMaxRefusing) return;  // the socket closes
    core_.count_connection(1);
    asio::post(home.context, [this, &home, refused = before >= limit,
                              socket = std::move(socket)]() mutable {
      auto connection = std::make_shared<Connection>(std::move(socket), home, core_, refused);
      connection->start();
    });
  }

  Core core_;
  std::vector<std::unique_ptr<Home>> homes_;
  std::optional<Acceptor> acceptor_;
  uint16_t port_ = 0;
  std::mutex stop_mutex_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(Router router, Options options) {
  tcp::endpoint endpoint = TRY(endpoint_of(options));
  bool wants_uploads = false;
  for (const auto& entry : router.impl_->entries) wants_uploads |= entry->route.body == Body::kFile;
  if (wants_uploads) {
    struct stat status{};
    if (::stat(options.upload_directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
      return fail(Code::kInvalid, "the directory for uploads does not exist", "upload_directory");
    }
    remove_abandoned_uploads(options.upload_directory);
  }
  try {
    auto server = std::make_unique<BeastServer>(std::move(router.impl_), std::move(options));
    TRY(server->listen(endpoint));
    server->run();
    return server;
  } catch (const std::exception& e) {
    return fail(Code::kInternal, std::string("cannot start the HTTP server: ") + e.what());
  }
}

}  // namespace perennial::http
