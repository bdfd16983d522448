// What the server itself costs: bodies of 19 KB over 64 kept connections, received, handed to a
// handler and discarded. The load generator is one thread with non-blocking sockets in the same
// process, so both share the machine's cores.
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "http/fd.h"
#include "http/http.h"

namespace perennial::http {
namespace {

constexpr int kConnections = 64;
constexpr size_t kBodyBytes = 19 * 1024;
constexpr int kRequestsPerConnection = 100;  // in one iteration
constexpr std::string_view kAccepted = "HTTP/1.1 202";

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Lane {
  Fd socket;
  size_t sent = 0;      // bytes of the request under way
  size_t received = 0;  // bytes of its reply
  int left = 0;         // requests still to send

  // Where it stands, and what the kernel still holds of it in both directions.
  void print(size_t number) const {
    int unread = 0;
    int unsent = 0;
    ::ioctl(socket.get(), SIOCINQ, &unread);
    ::ioctl(socket.get(), SIOCOUTQ, &unsent);
    std::fprintf(stderr, "lane %zu: %d left, sent %zu (%d not taken), received %zu (%d not read)\n",
                 number, left, sent, unsent, received, unread);
  }
};

class Load {
 public:
  explicit Load(uint16_t port) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    request_ =
        "POST /v1/batch HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nX-Request-Id: "
        "bench\r\n";
    request_ +=
        "Content-Length: " + std::to_string(kBodyBytes) + "\r\n\r\n" + std::string(kBodyBytes, 'b');
    for (Lane& lane : lanes_) open(lane, port);
    reply_bytes_ = probe(lanes_[0]);
  }

  // Every lane sends its requests one after the other; returns when all are answered.
  void run() {
    int open_lanes = kConnections;
    for (Lane& lane : lanes_) {
      lane.left = kRequestsPerConnection;
      if (advance(lane)) --open_lanes;
    }
    std::array<epoll_event, kConnections> events;
    while (open_lanes > 0) {
      int count =
          ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 30'000);
      if (count < 0 && errno == EINTR) continue;  // the process was stopped and goes on
      if (count <= 0) stalled();
      for (int i = 0; i < count; ++i) {
        Lane& lane = lanes_[events[static_cast<size_t>(i)].data.u32];
        if (lane.left > 0 && advance(lane)) --open_lanes;
      }
    }
  }

 private:
  [[noreturn]] void stalled() const {
    for (size_t i = 0; i < lanes_.size(); ++i) {
      if (lanes_[i].left > 0) lanes_[i].print(i);
    }
    give_up("the server does not answer");
  }

  void open(Lane& lane, uint16_t port) {
    lane.socket = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(lane.socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      give_up("connect");
    int yes = 1;
    ::setsockopt(lane.socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }

  // Learns the size of a reply, which is the same for all, and makes the sockets non-blocking.
  size_t probe(Lane& first) {
    if (::send(first.socket.get(), request_.data(), request_.size(), 0) < 0) give_up("send");
    std::array<char, 4096> reply;
    ssize_t size = ::recv(first.socket.get(), reply.data(), reply.size(), 0);
    if (size <= 0 ||
        !std::string_view(reply.data(), static_cast<size_t>(size)).starts_with(kAccepted))
      give_up("the first reply");
    for (uint32_t i = 0; i < kConnections; ++i) {
      int fd = lanes_[i].socket.get();
      ::fcntl(fd, F_SETFL, O_NONBLOCK);
      epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u32 = i}};
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
    }
    return static_cast<size_t>(size);
  }

  // Sends and reads what is possible; true when the lane's last reply is there.
  bool advance(Lane& lane) {
    std::array<char, 4096> reply;
    while (true) {
      if (lane.sent < request_.size()) {
        ssize_t count = ::send(lane.socket.get(), request_.data() + lane.sent,
                               request_.size() - lane.sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN) give_up("send");
        if (count < 0) return false;
        lane.sent += static_cast<size_t>(count);
        continue;
      }
      ssize_t count = ::recv(lane.socket.get(), reply.data(), reply.size(), 0);
      if (count == 0) give_up("the server closed a connection");
      if (count < 0 && errno != EAGAIN) give_up("recv");
      if (count < 0) return false;
      // A refusal is of another length: it would be waited for in vain.
      if (lane.received == 0 &&
          !std::string_view(reply.data(), static_cast<size_t>(count)).starts_with(kAccepted)) {
        std::fprintf(stderr, "%.*s\n", static_cast<int>(count), reply.data());
        give_up("a reply that is not 202");
      }
      lane.received += static_cast<size_t>(count);
      if (lane.received < reply_bytes_) continue;
      lane.received = 0;
      if (--lane.left == 0) {
        lane.sent = 0;
        return true;
      }
      lane.sent = 0;
    }
  }

  Fd epoll_;
  std::string request_;
  size_t reply_bytes_ = 0;
  std::array<Lane, kConnections> lanes_;
};

double microseconds(const rusage& usage) {
  return 1e6 * static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

// Processor time of every thread but the one that makes the load.
double server_microseconds() {
  rusage all{};
  rusage mine{};
  ::getrusage(RUSAGE_SELF, &all);
  ::getrusage(RUSAGE_THREAD, &mine);
  return microseconds(all) - microseconds(mine);
}

void post_and_discard(benchmark::State& state, Router router) {
  auto server = Server::start(std::move(router), {.port = 0});
  if (!server) give_up(server.error().text().c_str());
  Load load((*server)->port());
  double before = server_microseconds();
  for (auto _ : state) load.run();
  double spent = server_microseconds() - before;
  int64_t requests = state.iterations() * kConnections * kRequestsPerConnection;
  state.SetItemsProcessed(requests);
  state.SetBytesProcessed(requests * static_cast<int64_t>(kBodyBytes));
  // Unlike the rate, this hardly depends on what else the machine does.
  state.counters["server_us_per_request"] = spent / static_cast<double>(requests);
}

void async_handler(benchmark::State& state) {
  Router router;
  router.add_async({.method = "POST", .path = "/v1/batch", .right = "public"},
                   [](const std::shared_ptr<Request>&, const Reply& reply) {
                     reply({.status = 202, .body = "{}"});
                   });
  post_and_discard(state, std::move(router));
}
BENCHMARK(async_handler)->Unit(benchmark::kMillisecond)->UseRealTime();

void blocking_handler(benchmark::State& state) {
  Router router;
  router.add({.method = "POST", .path = "/v1/batch", .right = "public"},
             [](const Request&) { return Response{.status = 202, .body = "{}"}; });
  post_and_discard(state, std::move(router));
}
BENCHMARK(blocking_handler)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace perennial::http
