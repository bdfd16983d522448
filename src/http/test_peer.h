// For tests of this module: a server with one call, and a raw socket that sends exactly the bytes
// it is told.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "http/fd.h"
#include "http/http.h"

namespace perennial::http {

inline std::unique_ptr<Server> started(Router router, Options options = {}) {
  options.port = 0;
  auto server = Server::start(std::move(router), std::move(options));
  if (!server) throw std::runtime_error(server.error().text());
  return std::move(*server);
}

// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    path_ = std::filesystem::temp_directory_path() / ("http_test-" + random_token(9));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;

  std::string path() const { return path_; }
  size_t count() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

// Waits for what another thread brings about; false after ten seconds.
template <class Condition>
bool eventually(Condition condition) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class Peer {
 public:
  explicit Peer(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  bool connected() const { return connected_; }
  // False when the other side has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }
  bool is_readable_within(std::chrono::milliseconds limit) const {
    pollfd waiting{socket_.get(), POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(limit.count())) > 0;
  }
  void half_close() { ::shutdown(socket_.get(), SHUT_WR); }
  // Closes so that the other side sees a reset.
  void abort() {
    linger now{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    socket_.reset();
  }
  void close() { socket_.reset(); }

  // Everything up to the end of the stream, or what came within ten seconds.
  std::string read_to_end() {
    while (read_some()) continue;
    return std::exchange(received_, {});
  }
  // True when the other side closes within ten seconds, whatever it still sends before.
  bool closed() {
    while (read_some()) continue;
    received_.clear();
    pollfd waiting{socket_.get(), POLLIN, 0};
    std::array<char, 1> byte;
    return ::poll(&waiting, 1, 0) > 0 && ::recv(socket_.get(), byte.data(), 1, 0) <= 0;
  }
  // Up to and including `mark`; shorter when the stream ends before.
  std::string read_until(std::string_view mark) {
    size_t at = 0;
    while ((at = received_.find(mark)) == received_.npos) {
      if (!read_some()) return std::exchange(received_, {});
    }
    std::string out = received_.substr(0, at + mark.size());
    received_.erase(0, out.size());
    return out;
  }
  std::string read_exactly(size_t bytes) {
    while (received_.size() < bytes && read_some()) continue;
    std::string out = received_.substr(0, bytes);
    received_.erase(0, out.size());
    return out;
  }

 private:
  bool read_some() {
    pollfd waiting{socket_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) <= 0) return false;
    std::array<char, 65536> piece;
    ssize_t count = ::recv(socket_.get(), piece.data(), piece.size(), 0);
    if (count <= 0) return false;
    received_.append(piece.data(), static_cast<size_t>(count));
    return true;
  }

  Fd socket_;
  bool connected_ = false;
  std::string received_;
};

inline std::string post(std::string_view target, std::string_view body,
                        std::string_view headers = "") {
  std::string out = "POST " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n";
  out += headers;
  out += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return out += body;
}

inline std::string get(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers) +
         "\r\n";
}

}  // namespace perennial::http
