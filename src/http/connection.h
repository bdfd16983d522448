// One connection: reads requests one after the other, has them answered, writes the replies.
// Everything here runs on the connection's I/O thread; other threads only reach deliver(), through
// the mailbox.
//
// Deadlines are kept as a time that a sweep over all connections looks at: arming one costs an
// assignment.
#pragma once

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>

#include "http/ascii.h"
#include "http/body.h"
#include "http/fd.h"
#include "http/io.h"
#include "http/parser.h"
#include "http/reply.h"
#include "http/streaming.h"

namespace perennial::http {

inline constexpr size_t kReadBufferBytes =
    32 * 1024;  // holds a whole head, and most batches in one read
inline constexpr size_t kFilePieceBytes = 64 * 1024;
// A body that nobody wants is read to its end when it is short, so that the connection can stay.
inline constexpr uint64_t kMaxDiscardBytes = 64 * 1024;
// After a refusal the peer may still be sending; closing at once could destroy the reply before it
// is read.
inline constexpr uint64_t kMaxDrainBytes = 16 * 1024 * 1024;
inline constexpr std::chrono::seconds kDrainTime{5};
inline constexpr int kHeartbeatsOfIdleTime = 5;  // of streams: every 15 s unless a test says other

// A request and the file that its body came in, which goes with it.
struct Incoming {
  Request request;
  std::string upload;
  Share share;

  void remove_upload() {
    if (!upload.empty()) ::unlink(upload.c_str());
    upload.clear();
  }
  void forget_body() {
    request.body = std::string();
    share = Share();
  }
  Incoming() = default;
  Incoming(const Incoming&) = delete;
  ~Incoming() { remove_upload(); }
};

class ReadBuffer {
 public:
  std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(size_t count) { begin_ += count; }
  // Room for more; empty when the buffer is full of bytes that nobody took.
  asio::mutable_buffer room() {
    if (begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {bytes_.get() + end_, kReadBufferBytes - end_};
  }
  void added(size_t count) { end_ += count; }

 private:
  std::unique_ptr<char[]> bytes_ = std::make_unique_for_overwrite<char[]>(kReadBufferBytes);
  size_t begin_ = 0;
  size_t end_ = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `refused`: there are too many connections; this one is told so and closed.
  Connection(Socket socket, Home& home, Core& core, bool refused)
      : socket_(std::move(socket)),
        home_(home),
        core_(core),
        answered_(home.context),
        refused_(refused) {
    home_.connections.insert(this);
    ErrorCode ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    auto peer = socket_.remote_endpoint(ignored);
    if (!ignored) remote_ = peer.address().to_string();
  }
  ~Connection() {
    home_.connections.erase(this);
    core_.count_connection(-1);
  }
  Connection(const Connection&) = delete;

  void start() {
    asio::co_spawn(home_.context.get_executor(), live(shared_from_this()), asio::detached);
  }
  void sweep(SteadyClock::time_point now) {
    if (now < deadline_) return;
    timed_out_ = true;
    deadline_ = kNever;
    ErrorCode ignored;
    socket_.cancel(ignored);
  }
  void close_if_idle() {
    if (idle_) close_now();
  }
  void close_now() {
    closing_ = true;
    ErrorCode ignored;
    socket_.close(ignored);
    answered_.cancel();
  }
  void deliver(uint64_t turn, Response response) {
    if (turn != turn_) return;
    answer_ = std::move(response);
    answered_.cancel();
  }

 private:
  static constexpr SteadyClock::time_point kNever = SteadyClock::time_point::max();
  enum class Head { kReady, kRefused, kGone };

  const Options& options() const { return core_.dispatcher.options(); }

  static Task<> live(std::shared_ptr<Connection> self);
  Task<bool> serve_one();
  Task<Head> read_head(Parser& parser);
  Task<bool> receive(SteadyClock::time_point deadline);
  Task<std::optional<Response>> answer(std::shared_ptr<Incoming> incoming, Parser& parser,
                                       const Plan& plan);
  Task<std::optional<Response>> handle(std::shared_ptr<Incoming> incoming, const Plan& plan);
  Task<std::optional<Response>> authorize_early(std::shared_ptr<Incoming> incoming,
                                                const Plan& plan);
  Task<bool> read_body(Parser& parser, const Route& route, Incoming& incoming);
  Task<bool> fill(Parser& parser);
  Task<> discard_body(Parser& parser, const Request& request);
  Task<bool> invite_body(Parser& parser, const Request& request);
  Task<> await_answer();
  Task<bool> reply(Incoming& incoming, const Plan& plan, Response& response, bool keep_alive,
                   bool http10);
  Task<std::optional<Response>> open_stream(std::shared_ptr<Incoming> incoming, const Plan& plan,
                                            const StreamHandler& handler);
  Task<> serve_stream(const Request& request, const Plan& plan, std::shared_ptr<StreamState> state);
  static Task<> watch_peer(std::shared_ptr<Connection> self, std::shared_ptr<StreamState> state);
  Task<bool> write_file(Fd& file, uint64_t length);
  Task<bool> write_all(std::string_view head, std::string_view body);
  Task<> drain();
  Reply new_reply();
  Response take_fault();

  Socket socket_;
  Home& home_;
  Core& core_;
  Timer answered_;  // never expires; cancelling it wakes the coroutine that waits for an answer
  const bool refused_;
  std::string remote_;
  ReadBuffer buffer_;
  SteadyClock::time_point deadline_ = kNever;
  bool timed_out_ = false;
  bool idle_ = false;           // between requests
  bool closing_ = false;        // the socket was closed under the coroutine
  bool fresh_ = true;           // nothing was asked yet
  std::optional<Fault> fault_;  // why the request under way is refused
  uint64_t turn_ =
      0;  // number of the request under way: a late answer to an earlier one is ignored
  std::optional<Response> answer_;
};

// The one answer that a request gets; if nobody gives it, the peer hears of a fault.
class ReplySlot {
 public:
  ReplySlot(std::shared_ptr<Mailbox> mailbox, std::weak_ptr<Connection> connection, uint64_t turn)
      : mailbox_(std::move(mailbox)), connection_(std::move(connection)), turn_(turn) {}
  ~ReplySlot() { send(problem({Code::kInternal, "the request was dropped without an answer"})); }

  void send(Response response) {
    if (used_.exchange(true)) return;
    mailbox_->post(
        [connection = connection_, turn = turn_, response = std::move(response)]() mutable {
          if (auto alive = connection.lock()) alive->deliver(turn, std::move(response));
        });
  }

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::weak_ptr<Connection> connection_;
  uint64_t turn_;
  std::atomic<bool> used_ = false;
};

inline Reply Connection::new_reply() {
  answer_.reset();
  auto slot = std::make_shared<ReplySlot>(home_.mailbox, weak_from_this(), ++turn_);
  return [slot](Response response) { slot->send(std::move(response)); };
}

inline Task<> Connection::live(std::shared_ptr<Connection> self) {
  if (self->refused_) {
    Incoming nobody;
    nobody.request.id = new_id("req");
    Response busy = problem({Code::kBusy, "too many connections", "", "try again soon"});
    self->core_.dispatcher.finish({}, nobody.request, busy);
    co_await self->reply(nobody, {}, busy, false, false);
    co_await self->drain();
    co_return;
  }
  bool go_on = true;
  while (go_on) go_on = co_await self->serve_one();
}

// Reads once. False at the end of the stream, at an error and at the deadline (then timed_out_ is
// set).
inline Task<bool> Connection::receive(SteadyClock::time_point deadline) {
  timed_out_ = false;
  deadline_ = deadline;
  ErrorCode ec;
  size_t count = co_await socket_.async_read_some(buffer_.room(), asio::redirect_error(kAwait, ec));
  deadline_ = kNever;
  if (ec || closing_) co_return false;
  timed_out_ = false;
  buffer_.added(count);
  co_return true;
}

inline Task<Connection::Head> Connection::read_head(Parser& parser) {
  bool begun = false;
  auto deadline = SteadyClock::now() + (fresh_ ? options().header_timeout : options().idle_timeout);
  fresh_ = false;
  while (true) {
    // Empty lines before a request are let pass (RFC 9112, section 2.2).
    while (!begun && buffer_.view().starts_with("\r\n")) buffer_.consume(2);
    if (!buffer_.empty()) {
      if (!begun) deadline = SteadyClock::now() + options().header_timeout;
      begun = begun || buffer_.view() != "\r";
      if (begun) buffer_.consume(parser.feed(buffer_.view()));
      if (parser.fault()) {
        fault_ = *parser.fault();
        co_return Head::kRefused;
      }
      if (parser.head_done()) co_return Head::kReady;
    }
    idle_ = !begun;
    if (idle_ && core_.stopping) co_return Head::kGone;
    bool more = co_await receive(deadline);
    idle_ = false;
    if (more) continue;
    if (!begun || !timed_out_) co_return Head::kGone;
    fault_ = Fault{408, {Code::kTimeout, "the request's head took too long to arrive"}};
    co_return Head::kRefused;
  }
}

// One request and its reply. False when the connection is to be closed, which the end of the
// coroutine does.
inline Task<bool> Connection::serve_one() {
  auto incoming = std::make_shared<Incoming>();
  Request& request = incoming->request;
  request.remote = remote_;
  fault_.reset();
  Parser parser(request, kMaxHeaderBytes);
  Head head = co_await read_head(parser);
  if (head == Head::kGone) co_return false;
  auto start = SteadyClock::now();
  request.id = request_id(request);
  Plan plan;
  std::optional<Response> response;
  if (head == Head::kRefused) {
    response = take_fault();
    core_.dispatcher.finish(plan, request, *response);
  } else {
    plan = core_.dispatcher.plan(request, parser.minor_version() == 0);
    response = co_await answer(incoming, parser, plan);
  }
  if (!response || closing_) co_return false;
  bool whole = head == Head::kReady && !parser.fault() && parser.done();
  bool keep_alive = whole && parser.keep_alive() && !core_.stopping;
  bool http10 = head == Head::kReady && parser.minor_version() == 0;
  bool sent = co_await reply(*incoming, plan, *response, keep_alive, http10);
  if (sent) {
    auto duration =
        std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start);
    const Route* route = plan.entry ? &plan.entry->route : nullptr;
    core_.dispatcher.observe({route, request, *response, duration});
    if (!keep_alive && (!whole || !buffer_.empty())) co_await drain();
  }
  co_return sent&& keep_alive;
}

inline Response Connection::take_fault() {
  Response out = problem_with(fault_->status, fault_->error);
  if (fault_->status == 415) set_header(out, "Accept-Encoding", "gzip, deflate");
  return out;
}

// The finished reply, or nothing when the peer has gone.
inline Task<std::optional<Response>> Connection::answer(std::shared_ptr<Incoming> incoming,
                                                        Parser& parser, const Plan& plan) {
  Request& request = incoming->request;
  std::optional<Response> response = plan.answer;
  if (!response && plan.entry->route.body == Body::kFile)
    response = co_await authorize_early(incoming, plan);
  if (response) {
    co_await discard_body(parser, request);
  } else {
    bool complete = co_await read_body(parser, plan.entry->route, *incoming);
    if (!complete && !fault_) co_return std::nullopt;
    if (complete) co_return co_await handle(incoming, plan);
    incoming->forget_body();  // a refused peer may be drained for a while
    response = take_fault();
  }
  core_.dispatcher.finish(plan, request, *response);
  co_return response;
}

inline Task<std::optional<Response>> Connection::authorize_early(std::shared_ptr<Incoming> incoming,
                                                                 const Plan& plan) {
  struct Verdict {
    bool reached = false;
    std::optional<Response> refusal;
  };
  auto verdict = std::make_shared<Verdict>();
  const Route& route = plan.entry->route;
  const Dispatcher& dispatcher = core_.dispatcher;
  Reply done = new_reply();
  std::function<void()> job = [&dispatcher, &route, incoming, verdict, done = std::move(done)] {
    verdict->refusal = dispatcher.authorize(route, incoming->request);
    verdict->reached = true;
    done({});
  };
  bool queued = core_.workers.post(std::move(job));
  if (!queued)
    co_return problem({Code::kBusy, "too many requests wait for an answer", "", "try again soon"});
  co_await await_answer();
  if (!answer_) co_return problem({Code::kBusy, "the server is stopping"});
  if (!verdict->reached) co_return std::move(answer_);
  co_return std::move(verdict->refusal);
}

// False with fault_ set when the body is refused, without when the peer has gone.
inline Task<bool> Connection::read_body(Parser& parser, const Route& route, Incoming& incoming) {
  incoming.share = Share(core_.buffered, options().max_buffered_bytes);
  BodySink sink(route, incoming.request, options().upload_directory, incoming.share);
  fault_ = sink.open(parser.content_length());
  incoming.upload = incoming.request.body_file;
  if (fault_) co_return false;
  parser.set_sink([&sink](std::string_view piece) { return sink.write(piece); });
  if (!parser.done()) {
    bool invited = co_await invite_body(parser, incoming.request);
    if (!invited) co_return false;
    bool filled = co_await fill(parser);
    if (!filled) co_return false;
  }
  if (auto finished = sink.finish(); !finished) {
    fault_ = Fault{status_of(finished.error().code), finished.error()};
    co_return false;
  }
  co_return true;
}

inline Task<bool> Connection::fill(Parser& parser) {
  while (true) {
    buffer_.consume(parser.feed(buffer_.view()));
    if (parser.fault()) fault_ = *parser.fault();
    if (fault_) co_return false;
    if (parser.done()) co_return true;
    if (buffer_.room().size() == 0) {
      fault_ = Fault{400, {Code::kInvalid, "a chunk's header is too long", "body"}};
      co_return false;
    }
    bool more = co_await receive(SteadyClock::now() + options().body_timeout);
    if (more) continue;
    if (timed_out_)
      fault_ = Fault{408, {Code::kTimeout, "the request's body took too long to arrive", "body"}};
    co_return false;
  }
}

inline Task<bool> Connection::invite_body(Parser& parser, const Request& request) {
  std::string_view expect = request.header("expect");
  if (expect.empty() || parser.minor_version() == 0) co_return true;
  if (!equal_ignoring_case(expect, "100-continue")) {
    fault_ = Fault{417, {Code::kInvalid, "the only expectation met is 100-continue", "expect"}};
    co_return false;
  }
  if (!buffer_.empty()) co_return true;  // the peer did not wait
  co_return co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", "");
}

inline Task<> Connection::discard_body(Parser& parser, const Request& request) {
  bool is_short = !parser.chunked() && parser.content_length() <= kMaxDiscardBytes;
  if (parser.done() || !is_short || !request.header("expect").empty()) co_return;
  parser.set_sink([](std::string_view) -> Result<> { return {}; });
  co_await fill(parser);
  fault_.reset();  // the reply is there already; an incomplete body only ends the connection
}

inline Task<> Connection::await_answer() {
  while (!answer_ && !closing_) {
    answered_.expires_at(kNever);
    ErrorCode ignored;
    co_await answered_.async_wait(asio::redirect_error(kAwait, ignored));
  }
}

inline Task<std::optional<Response>> Connection::handle(std::shared_ptr<Incoming> incoming,
                                                        const Plan& plan) {
  const Dispatcher& dispatcher = core_.dispatcher;
  const Entry& entry = *plan.entry;
  bool authorized = entry.route.body == Body::kFile;
  Request& request = incoming->request;
  std::optional<Response> response;
  if (const auto* streaming = entry.async.target<Streaming>())
    co_return co_await open_stream(incoming, plan, streaming->handler);
  if (entry.async) {
    if (!authorized) response = dispatcher.authorize(entry.route, request);
    if (!response) {
      Reply done = new_reply();
      dispatcher.run_async(entry, std::shared_ptr<Request>(incoming, &request), done);
      done = nullptr;
      co_await await_answer();
      response = std::move(answer_);
    }
    if (response) dispatcher.finish(plan, request, *response);
    co_return response;
  }
  Reply done = new_reply();
  std::function<void()> job = [&dispatcher, &entry, incoming, authorized, plan,
                               done = std::move(done)] {
    std::optional<Response> out;
    if (!authorized) out = dispatcher.authorize(entry.route, incoming->request);
    if (!out) out = dispatcher.run(entry, incoming->request);
    dispatcher.finish(plan, incoming->request, *out);
    done(std::move(*out));
  };
  bool queued = core_.workers.post(std::move(job));
  if (!queued) {
    response = problem({Code::kBusy, "too many requests wait for an answer", "", "try again soon"});
    dispatcher.finish(plan, request, *response);
    co_return response;
  }
  co_await await_answer();
  co_return std::move(answer_);
}

inline Task<bool> Connection::reply(Incoming& incoming, const Plan& plan, Response& response,
                                    bool keep_alive, bool http10) {
  Fd file;
  struct stat status{};
  if (!response.body_file.empty()) {
    file = Fd(::open(response.body_file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
      response = problem({Code::kInternal, "the file of the reply cannot be read"});
      core_.dispatcher.finish(plan, incoming.request, response);
      file.reset();
    }
  }
  incoming.remove_upload();
  uint64_t length = file ? static_cast<uint64_t>(status.st_size) : response.body.size();
  Framing framing{.content_length = length, .keep_alive = keep_alive, .http10 = http10};
  std::string head = head_of(response, framing, std::time(nullptr));
  bool bodiless = incoming.request.method == "HEAD" || is_bodiless(response.status);
  std::string_view body = bodiless || file ? std::string_view() : std::string_view(response.body);
  bool sent = co_await write_all(head, body);
  if (!sent || bodiless || !file) co_return sent;
  co_return co_await write_file(file, length);
}

inline Task<bool> Connection::write_file(Fd& file, uint64_t length) {
  std::string piece(kFilePieceBytes, '\0');
  while (length > 0) {
    ssize_t count = ::read(file.get(), piece.data(), std::min<uint64_t>(piece.size(), length));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      co_return false;  // the file shrank: only an early end tells the peer that bytes are missing
    length -= static_cast<uint64_t>(count);
    bool sent = co_await write_all(std::string_view(piece.data(), static_cast<size_t>(count)), "");
    if (!sent) co_return false;
  }
  co_return true;
}

inline Task<bool> Connection::write_all(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    std::array<asio::const_buffer, 2> pieces{asio::const_buffer(head.data(), head.size()),
                                             asio::const_buffer(body.data(), body.size())};
    ErrorCode ec;
    // Most replies fit into the socket's buffer: written at once, they cost no turn of the event
    // loop.
    size_t count = socket_.write_some(pieces, ec);
    if (ec == asio::error::would_block || ec == asio::error::try_again) {
      deadline_ = SteadyClock::now() + options().body_timeout;
      count = co_await socket_.async_write_some(pieces, asio::redirect_error(kAwait, ec));
      deadline_ = kNever;
    }
    if (ec || closing_) co_return false;
    size_t of_head = std::min(count, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(count - of_head);
  }
  co_return true;
}

// Says that nothing more is coming and reads what the peer still sends, for a while.
inline Task<> Connection::drain() {
  ErrorCode ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  auto deadline = SteadyClock::now() + kDrainTime;
  uint64_t drained = 0;
  bool more = true;
  idle_ = true;  // nothing is owed any more: stopping need not wait for this
  while (more && drained < kMaxDrainBytes && !closing_) {
    drained += buffer_.view().size();
    buffer_.consume(buffer_.view().size());
    more = co_await receive(deadline);
  }
}

}  // namespace perennial::http
