// The client speaks over a plain socket with poll(): requests go out whole, and a reply that comes
// before the request is sent (a refusal) ends the sending.
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "http/ascii.h"
#include "http/fd.h"
#include "http/http.h"

namespace perennial::http {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr size_t kMaxReplyHeadBytes = 64 * 1024;
constexpr size_t kMaxReplyBodyBytes = size_t{1} << 30;
constexpr size_t kPieceBytes = 64 * 1024;

std::unexpected<Error> broken(std::string message) {
  return fail(Code::kInternal, std::move(message), "reply");
}

// The next piece of a body; empty at its end.
using Source = std::function<Result<std::string_view>()>;

}  // namespace

struct Client::Impl {
  std::string host;
  uint16_t port = 0;
  std::chrono::milliseconds timeout;
  Fd socket;
  std::string received;  // bytes read ahead
  SteadyClock::time_point deadline;

  std::string name() const { return host + " port " + std::to_string(port); }

  Result<> wait(short events, short* got = nullptr) {
    while (true) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
      if (left.count() <= 0) return fail(Code::kTimeout, "no answer from " + name() + " in time");
      pollfd waiting{socket.get(), events, 0};
      int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
      if (ready < 0 && errno != EINTR) return broken(std::strerror(errno));
      if (ready <= 0) continue;
      if (got) *got = waiting.revents;
      return {};
    }
  }

  Result<> connect_to(const addrinfo& address) {
    socket = Fd(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return broken(std::string("cannot open a socket: ") + std::strerror(errno));
    int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    int error = 0;
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) != 0) {
      error = errno;
      if (error == EINPROGRESS) {
        TRY(wait(POLLOUT));
        socklen_t size = sizeof error;
        ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
      }
    }
    if (error == 0) return {};
    socket.reset();
    if (error == ECONNREFUSED) {
      return fail(Code::kNotFound, "nothing listens on " + name(), "", "is the server running?");
    }
    return broken("cannot connect to " + name() + ": " + std::strerror(error));
  }

  Result<> connect() {
    received.clear();
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0 || !found) {
      return fail(Code::kInvalid, "\"" + host + "\" is not a known host", "host");
    }
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    Result<> connected;
    for (addrinfo* address = found; address; address = address->ai_next) {
      connected = connect_to(*address);
      if (connected) return {};
    }
    return connected;
  }

  // A kept connection that the server closed meanwhile shows as readable.
  bool is_stale() const {
    pollfd waiting{socket.get(), POLLIN, 0};
    return !socket || ::poll(&waiting, 1, 0) != 0;
  }

  // False when the server answers or closes before everything is sent.
  Result<bool> write(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t count = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count >= 0) {
        bytes.remove_prefix(static_cast<size_t>(count));
        continue;
      }
      if (errno == EPIPE || errno == ECONNRESET) return false;
      if (errno != EAGAIN && errno != EINTR)
        return broken(std::string("cannot send: ") + std::strerror(errno));
      short got = 0;
      TRY(wait(POLLOUT | POLLIN, &got));
      if (got & POLLIN) return false;
    }
    return true;
  }

  // Reads once more; false at the end of the stream.
  Result<bool> read() {
    std::array<char, kPieceBytes> piece;
    while (true) {
      ssize_t count = ::recv(socket.get(), piece.data(), piece.size(), 0);
      if (count > 0) {
        received.append(piece.data(), static_cast<size_t>(count));
        return true;
      }
      if (count == 0) return false;
      if (errno == ECONNRESET) return false;
      if (errno != EAGAIN && errno != EINTR)
        return broken(std::string("cannot receive: ") + std::strerror(errno));
      TRY(wait(POLLIN));
    }
  }

  Result<> read_at_least(size_t bytes) {
    while (received.size() < bytes) {
      if (!TRY(read())) return broken("the reply was cut short");
    }
    return {};
  }

  // One line without its end.
  Result<std::string> read_line() {
    size_t end = 0;
    while ((end = received.find("\r\n")) == received.npos) {
      if (received.size() > kMaxReplyHeadBytes) return broken("a line of the reply is too long");
      if (!TRY(read())) return broken("the server closed the connection without a reply");
    }
    std::string line = received.substr(0, end);
    received.erase(0, end + 2);
    return line;
  }

  Result<ClientResponse> read_head() {
    std::string line = TRY(read_line());
    ClientResponse out;
    if (!line.starts_with("HTTP/1.") || line.size() < 12) return broken("the answer is not HTTP");
    auto [end, ec] = std::from_chars(line.data() + 9, line.data() + 12, out.status);
    if (ec != std::errc() || end != line.data() + 12) return broken("the answer has no status");
    for (size_t size = line.size();; size += line.size()) {
      line = TRY(read_line());
      if (line.empty()) return out;
      size_t colon = line.find(':');
      if (colon == line.npos || size > kMaxReplyHeadBytes)
        return broken("the reply's head is malformed");
      out.headers.emplace_back(lower_case(line.substr(0, colon)),
                               strip(std::string_view(line).substr(colon + 1)));
    }
  }

  Result<> read_sized(std::string_view length, std::string& body) {
    size_t size = 0;
    auto [end, ec] = std::from_chars(length.data(), length.data() + length.size(), size);
    if (ec != std::errc() || end != length.data() + length.size())
      return broken("Content-Length is malformed");
    if (size > kMaxReplyBodyBytes) return fail(Code::kTooLarge, "the reply is too large");
    TRY(read_at_least(size));
    body = received.substr(0, size);
    received.erase(0, size);
    return {};
  }

  Result<> read_chunked(std::string& body) {
    while (true) {
      std::string line = TRY(read_line());
      size_t size = 0;
      auto [end, ec] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
      if (ec != std::errc()) return broken("a chunk's size is malformed");
      if (size > kMaxReplyBodyBytes - body.size())
        return fail(Code::kTooLarge, "the reply is too large");
      if (size == 0) break;
      TRY(read_at_least(size + 2));
      body.append(received, 0, size);
      received.erase(0, size + 2);
    }
    while (!TRY(read_line()).empty()) continue;  // trailers
    return {};
  }

  Result<> read_to_end(std::string& body) {
    while (TRY(read())) {
      if (received.size() > kMaxReplyBodyBytes)
        return fail(Code::kTooLarge, "the reply is too large");
    }
    body = std::exchange(received, {});
    return {};
  }

  Result<ClientResponse> read_reply(std::string_view method) {
    ClientResponse out = TRY(read_head());
    while (out.status / 100 == 1) out = TRY(read_head());
    bool keep = !equal_ignoring_case(out.header("connection"), "close");
    bool bodiless = method == "HEAD" || out.status == 204 || out.status == 304;
    if (!bodiless) {
      std::string_view length = out.header("content-length");
      if (equal_ignoring_case(out.header("transfer-encoding"), "chunked")) {
        TRY(read_chunked(out.body));
      } else if (!length.empty()) {
        TRY(read_sized(length, out.body));
      } else {
        keep = false;
        TRY(read_to_end(out.body));
      }
    }
    if (!keep) socket.reset();
    return out;
  }

  std::string head(std::string_view method, std::string_view target, uint64_t length,
                   const std::vector<std::pair<std::string, std::string>>& headers) const {
    std::string out;
    out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
    bool has_host = false;
    for (const auto& [name, value] : headers) {
      has_host |= equal_ignoring_case(name, "host");
      out.append(name).append(": ").append(value).append("\r\n");
    }
    if (!has_host) {
      bool ipv6 = host.contains(':');
      out.append("Host: ").append(ipv6 ? "[" + host + "]" : host);
      out.append(":").append(std::to_string(port)).append("\r\n");
    }
    if (length > 0 || (method != "GET" && method != "HEAD")) {
      out.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
    }
    return out + "\r\n";
  }

  Result<ClientResponse> try_once(std::string_view method, const std::string& head,
                                  const Source& body) {
    bool whole = TRY(write(head));
    while (whole) {
      std::string_view piece = TRY(body());
      if (piece.empty()) break;
      whole = TRY(write(piece));
    }
    Result<ClientResponse> reply = read_reply(method);
    if (!whole) socket.reset();  // what was not sent cannot be followed by another request
    return reply;
  }

  Result<ClientResponse> send(std::string_view method, const std::string& head,
                              const Source& body) {
    deadline = SteadyClock::now() + timeout;
    if (is_stale()) TRY(connect());
    Result<ClientResponse> reply = try_once(method, head, body);
    if (!reply) socket.reset();
    return reply;
  }
};

Client::Client(std::string host, uint16_t port, std::chrono::milliseconds timeout)
    : impl_(std::make_unique<Impl>()) {
  impl_->host = std::move(host);
  impl_->port = port;
  impl_->timeout = timeout;
}
Client::~Client() = default;

Result<ClientResponse> Client::send(
    std::string_view method, std::string_view target, std::string_view body,
    const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string head = impl_->head(method, target, body.size(), headers);
  return impl_->send(method, head,
                     [&]() -> Result<std::string_view> { return std::exchange(body, {}); });
}

Result<ClientResponse> Client::send_file(
    std::string_view method, std::string_view target, const std::string& path,
    const std::vector<std::pair<std::string, std::string>>& headers) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return fail(errno == ENOENT ? Code::kNotFound : Code::kInvalid,
                std::string("cannot read it: ") + std::strerror(errno), path);
  }
  uint64_t left = static_cast<uint64_t>(status.st_size);
  std::string head = impl_->head(method, target, left, headers);
  std::string piece(kPieceBytes, '\0');
  return impl_->send(method, head, [&]() -> Result<std::string_view> {
    if (left == 0) return std::string_view();
    ssize_t count = ::read(file.get(), piece.data(), std::min<uint64_t>(piece.size(), left));
    if (count <= 0) return fail(Code::kInvalid, "the file changed while it was sent", path);
    left -= static_cast<uint64_t>(count);
    return std::string_view(piece.data(), static_cast<size_t>(count));
  });
}

}  // namespace perennial::http
