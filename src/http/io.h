// The one place, with connection.h and server.cc, that knows Asio: threads of I/O and how others
// reach them.
#pragma once

#include <utility>  // Boost 1.74 uses std::exchange without including it

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/dispatch.h"
#include "http/workers.h"

namespace perennial::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;
// The concrete executor: asking any_io_executor for every step would cost half the throughput.
using Executor = asio::io_context::executor_type;
template <class T = void>
using Task = asio::awaitable<T, Executor>;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor>;
inline constexpr asio::use_awaitable_t<Executor> kAwait;

// The way into an I/O thread from any other. Answers may come after the server is gone; then they
// fall on the floor.
class Mailbox {
 public:
  explicit Mailbox(asio::io_context& context) : context_(&context) {}

  template <class Work>
  void post(Work work) {
    std::lock_guard lock(mutex_);
    if (context_) asio::post(*context_, std::move(work));
  }
  void close() {
    std::lock_guard lock(mutex_);
    context_ = nullptr;
  }

 private:
  std::mutex mutex_;
  asio::io_context* context_;
};

class Connection;

// One I/O thread and the connections that live on it. Only the thread itself touches `connections`.
struct Home {
  Home() : mailbox(std::make_shared<Mailbox>(context)), sweeper(context) {}

  std::set<Connection*>
      connections;  // outlives the context, whose end destroys what is left of them
  asio::io_context context{1};
  std::shared_ptr<Mailbox> mailbox;
  Timer sweeper;
  std::thread thread;
};

// What all connections share.
struct Core {
  Core(std::unique_ptr<RouteTable> router, Options options)
      : dispatcher(std::move(router), std::move(options)),
        workers(dispatcher.options().workers, dispatcher.options().max_queued) {}

  void count_connection(int change) {
    std::lock_guard lock(mutex);
    connections += change;
    if (connections == 0) empty.notify_all();
  }

  Dispatcher dispatcher;
  Workers workers;  // after the dispatcher, which its jobs use
  std::atomic<bool> stopping = false;
  // Bytes of bodies in memory.
  std::shared_ptr<std::atomic<size_t>> buffered = std::make_shared<std::atomic<size_t>>(0);
  std::mutex mutex;
  std::condition_variable empty;
  int connections = 0;  // guarded by the mutex
};

}  // namespace perennial::http
