// What is done with a request once its head is there: which route, may it, the handler. Knows no
// socket.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/http.h"
#include "http/router.h"
#include "http/stream.h"
#include "http/workers.h"

namespace perennial::http {

// What is decided from the head alone: either an answer, or the entry whose handler will give one.
struct Plan {
  const Entry* entry = nullptr;
  std::optional<Response> answer;
  bool cors =
      false;  // also for answers such as 405, which a page on another site must be able to read
};

class Dispatcher {
 public:
  Dispatcher(std::unique_ptr<RouteTable> router, Options options);

  const Options& options() const { return options_; }

  // Fills request.path, query and params. HTTP/1.1 needs a Host header.
  Plan plan(Request& request, bool http10 = false) const;
  // Nothing when the request may go on. Exceptions become 500.
  std::optional<Response> authorize(const Route& route, Request& request) const;
  // Runs a blocking handler. Exceptions become 500.
  Response run(const Entry& entry, const Request& request) const;
  void run_async(const Entry& entry, std::shared_ptr<Request> request, const Reply& reply) const;
  // Runs the handler of a stream. Exceptions become 500.
  std::optional<Response> open(const Entry& entry, const Request& request,
                               const StreamHandler& handler, std::shared_ptr<Stream> stream) const;
  // The last touches on every reply.
  void finish(const Plan& plan, const Request& request, Response& response) const;
  void observe(const Exchange& exchange) const;

 private:
  Plan plan_for_target(Request& request) const;
  Plan without_route(const Request& request, const Match& match,
                     const std::vector<std::string>& parts) const;
  Response guarded(const Route& route, const Request& request,
                   const std::function<Response()>& work) const;

  std::unique_ptr<RouteTable> router_;
  Options options_;
};

}  // namespace perennial::http
