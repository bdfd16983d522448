// The part of a connection that serves streams (stream.h).
#pragma once

#include "http/connection.h"

namespace perennial::http {

// Asks the handler on a worker. When it refuses, that is the reply; else the stream is served to
// its end here, and the connection closes with it.
inline Task<std::optional<Response>> Connection::open_stream(std::shared_ptr<Incoming> incoming,
                                                             const Plan& plan,
                                                             const StreamHandler& handler) {
  const Dispatcher& dispatcher = core_.dispatcher;
  auto state = std::make_shared<StreamState>([mailbox = home_.mailbox, me = weak_from_this()] {
    mailbox->post([me] {
      if (auto alive = me.lock()) alive->answered_.cancel();
    });
  });
  auto opened = std::make_shared<std::atomic<bool>>(false);
  Reply done = new_reply();
  std::function<void()> job = [&dispatcher, &handler, incoming, plan, state, opened,
                               done = std::move(done)] {
    auto refusal = dispatcher.authorize(plan.entry->route, incoming->request);
    const auto held = std::make_shared<HeldStream>(state);
    if (!refusal) refusal = dispatcher.open(*plan.entry, incoming->request, handler, held);
    *opened = !refusal;
    Response head = refusal ? std::move(*refusal) : Response{};
    dispatcher.finish(plan, incoming->request, head);
    done(std::move(head));
  };
  const bool queued = core_.workers.post(std::move(job));
  if (!queued) {
    Response busy = problem({Code::kBusy, "too many requests wait for an answer"});
    dispatcher.finish(plan, incoming->request, busy);
    co_return busy;
  }
  co_await await_answer();
  if (*opened && answer_) {
    co_await serve_stream(incoming->request, plan, state);
    close_now();
    answer_.reset();
  }
  state->lose();
  co_return std::move(answer_);
}

inline Task<> Connection::serve_stream(const Request& request, const Plan& plan,
                                       std::shared_ptr<StreamState> state) {
  Response& response = *answer_;
  response.content_type = "text/event-stream";
  set_header(response, "Cache-Control", "no-store");
  set_header(response, "X-Accel-Buffering", "no");  // nginx would hold the events back
  bool sent = co_await write_all(stream_head_of(response, std::time(nullptr)), "");
  core_.dispatcher.observe({&plan.entry->route, request, response, {}});
  if (!sent || request.method == "HEAD") co_return;
  asio::co_spawn(home_.context.get_executor(), watch_peer(shared_from_this(), state),
                 asio::detached);
  auto beat = SteadyClock::now() + options().idle_timeout / kHeartbeatsOfIdleTime;
  while (!closing_ && !core_.stopping) {
    std::string piece = state->take();
    if (piece.empty() && state->ended()) co_return;
    if (piece.empty() && SteadyClock::now() >= beat) piece = ":\n\n";
    if (!piece.empty()) {
      beat = SteadyClock::now() + options().idle_timeout / kHeartbeatsOfIdleTime;
      sent = co_await write_all(piece, "");
      if (!sent) co_return;
      continue;
    }
    idle_ = true;  // stopping need not wait for this
    answered_.expires_at(beat);
    ErrorCode ignored;
    co_await answered_.async_wait(asio::redirect_error(kAwait, ignored));
    idle_ = false;
  }
}

// A peer that goes closes its side: reading tells. What it sends is nobody's.
inline Task<> Connection::watch_peer(std::shared_ptr<Connection> self,
                                     std::shared_ptr<StreamState> state) {
  std::array<char, 512> scrap{};
  ErrorCode ec;
  while (!ec && !self->closing_) {
    co_await self->socket_.async_read_some(asio::buffer(scrap), asio::redirect_error(kAwait, ec));
  }
  state->lose();
  self->answered_.cancel();
}

}  // namespace perennial::http
