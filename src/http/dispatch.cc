#include "http/dispatch.h"

#include <cstdio>
#include <exception>
#include <set>
#include <typeinfo>

#include "http/ascii.h"
#include "http/files.h"
#include "http/reply.h"
#include "http/target.h"

namespace perennial::http {
namespace {

Response internal_problem() {
  return problem({Code::kInternal, "the server failed while answering", "",
                  "the fault is logged under the request id"});
}

// RFC 9112, section 3.2: one Host header, no more and no less.
std::optional<Error> check_host(const Request& request) {
  auto hosts =
      std::ranges::count_if(request.headers, [](const auto& h) { return h.first == "host"; });
  if (hosts == 1) return std::nullopt;
  return Error{Code::kInvalid,
               hosts == 0 ? "the Host header is missing" : "there is more than one Host header",
               "host"};
}

std::string methods_of(const Match& match, bool cors_only) {
  std::set<std::string> methods;
  for (const Entry* entry : match.at_path) {
    if (cors_only && !entry->route.cors) continue;
    methods.insert(entry->route.method);
    if (entry->route.method == "GET") methods.insert("HEAD");
  }
  if (!methods.empty()) methods.insert("OPTIONS");
  std::string out;
  for (const std::string& method : methods) out += (out.empty() ? "" : ", ") + method;
  return out;
}

bool any_cors(const Match& match) {
  return std::ranges::any_of(match.at_path, [](const Entry* entry) { return entry->route.cors; });
}

void report_fault(const Route& route, const Request& request, const char* what) {
  std::fprintf(stderr, "http: the handler of %s %s threw %s; request %s\n", route.method.c_str(),
               route.path.c_str(), what, request.id.c_str());
}

}  // namespace

Dispatcher::Dispatcher(std::unique_ptr<RouteTable> router, Options options)
    : router_(std::move(router)), options_(std::move(options)) {}

Plan Dispatcher::plan(Request& request, bool http10) const {
  std::optional<Error> error = http10 ? std::nullopt : check_host(request);
  if (error) return {.answer = problem(*error)};
  return plan_for_target(request);
}

Plan Dispatcher::plan_for_target(Request& request) const {
  Result<Target> target = parse_target(request.target);
  if (!target) return {.answer = problem(target.error())};
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  Match match = router_->find(request.method, target->parts);
  if (!match.entry) return without_route(request, match, target->parts);
  request.params = std::move(match.params);
  return {.entry = match.entry, .cors = match.entry->route.cors};
}

Plan Dispatcher::without_route(const Request& request, const Match& match,
                               const std::vector<std::string>& parts) const {
  bool cors = any_cors(match);
  if (!match.at_path.empty() || request.path == "*") {
    if (request.method == "OPTIONS") {
      if (cors) return {.answer = preflight(request, methods_of(match, true))};
      Response options{.status = 204};
      set_header(options, "Allow",
                 match.at_path.empty() ? "GET, HEAD, POST, OPTIONS" : methods_of(match, false));
      return {.answer = std::move(options)};
    }
    Response refused =
        problem_with(405, {Code::kInvalid, "this path does not take " + request.method, "method"});
    set_header(refused, "Allow", methods_of(match, false));
    return {.answer = std::move(refused), .cors = cors};
  }
  bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && !router_->files.empty()) {
    bool gzip = accepts_gzip(request);
    if (auto file = static_file(router_->files, parts, gzip)) return {.answer = std::move(file)};
    bool page = may_be_a_page(parts) && (parts.empty() || !router_->begins_route(parts.front()));
    if (page) {
      if (auto file = static_file(router_->files, {router_->fallback}, gzip))
        return {.answer = std::move(file)};
    }
  }
  return {.answer = problem({Code::kNotFound, "nothing is at this path", "path"})};
}

std::optional<Response> Dispatcher::authorize(const Route& route, Request& request) const {
  if (!options_.authorize) return std::nullopt;
  std::optional<Response> refusal;
  bool failed = true;
  Response fault = guarded(route, request, [&]() -> Response {
    refusal = options_.authorize(route, request);
    failed = false;
    return {};
  });
  if (failed) return fault;
  return refusal;
}

Response Dispatcher::guarded(const Route& route, const Request& request,
                             const std::function<Response()>& work) const {
  try {
    return work();
  } catch (const std::exception& e) {
    // The type tells the kind of fault; the text of an exception may quote what a person sent.
    report_fault(route, request, typeid(e).name());
  } catch (...) {
    report_fault(route, request, "an unknown exception");
  }
  return internal_problem();
}

Response Dispatcher::run(const Entry& entry, const Request& request) const {
  return guarded(entry.route, request, [&] {
    Response response = entry.handler(request);
    if (options_.revise) options_.revise(entry.route, request, response);
    return response;
  });
}

void Dispatcher::run_async(const Entry& entry, std::shared_ptr<Request> request,
                           const Reply& reply) const {
  bool failed = true;
  Request& alive = *request;  // the caller holds it too
  Response fault = guarded(entry.route, alive, [&]() -> Response {
    entry.async(std::move(request), reply);
    failed = false;
    return {};
  });
  if (failed) reply(std::move(fault));
}

std::optional<Response> Dispatcher::open(const Entry& entry, const Request& request,
                                         const StreamHandler& handler,
                                         std::shared_ptr<Stream> stream) const {
  std::optional<Response> refusal;
  bool failed = true;
  Response fault = guarded(entry.route, request, [&]() -> Response {
    refusal = handler(request, std::move(stream));
    failed = false;
    return {};
  });
  if (failed) return fault;
  return refusal;
}

void Dispatcher::finish(const Plan& plan, const Request& request, Response& response) const {
  if (response.status < 200 || response.status > 599) response = internal_problem();
  if (plan.cors) add_cors(request, response);
  add_request_id(request, response);
  compress(request, response);
  for (const auto& [name, value] : options_.headers) {
    if (!has_header(response, name)) set_header(response, name, value);
  }
}

void Dispatcher::observe(const Exchange& exchange) const {
  if (!options_.observe) return;
  try {
    options_.observe(exchange);
  } catch (...) {
    std::fprintf(stderr, "http: the observer threw; request %s\n", exchange.request.id.c_str());
  }
}

}  // namespace perennial::http
