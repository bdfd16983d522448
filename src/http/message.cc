// What handlers read from requests and build replies with.
#include <charconv>

#include "http/ascii.h"
#include "http/http.h"
#include "http/reply.h"

namespace perennial::http {
namespace {

std::string_view find_header(const std::vector<std::pair<std::string, std::string>>& headers,
                             std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

std::string_view Request::header(std::string_view lower_case_name) const {
  return find_header(headers, lower_case_name);
}

std::string_view ClientResponse::header(std::string_view lower_case_name) const {
  return find_header(headers, lower_case_name);
}

std::string_view Request::cookie(std::string_view name) const {
  std::string_view found;
  for (const auto& [key, value] : headers) {
    if (key != "cookie") continue;
    for_each_item(value, ';', [&](std::string_view pair) {
      size_t equals = pair.find('=');
      if (!found.empty() || equals == pair.npos || strip(pair.substr(0, equals)) != name) return;
      found = strip(pair.substr(equals + 1));
      if (found.size() >= 2 && found.front() == '"' && found.back() == '"')
        found = found.substr(1, found.size() - 2);
    });
  }
  return found;
}

std::string Request::query_or(std::string_view name, std::string_view fallback) const {
  auto found = query.find(name);
  return found == query.end() ? std::string(fallback) : found->second;
}

Result<int64_t> Request::query_integer(std::string_view name, int64_t fallback, int64_t low,
                                       int64_t high) const {
  auto found = query.find(name);
  if (found == query.end()) return fallback;
  const std::string& text = found->second;
  int64_t value = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    return fail(Code::kInvalid,
                "must be an integer from " + std::to_string(low) + " to " + std::to_string(high),
                std::string(name));
  }
  return value;
}

Response json(int status, const Json& body) { return {.status = status, .body = to_text(body)}; }

Response text(int status, std::string body, std::string content_type) {
  return {.status = status, .content_type = std::move(content_type), .body = std::move(body)};
}

int status_of(Code code) {
  switch (code) {
    case Code::kInvalid:
      return 400;
    case Code::kUnauthenticated:
      return 401;
    case Code::kForbidden:
      return 403;
    case Code::kNotFound:
      return 404;
    case Code::kConflict:
      return 409;
    case Code::kTooLarge:
      return 413;
    case Code::kBusy:
      return 503;
    case Code::kTimeout:
      return 504;
    case Code::kFull:
      return 507;
    case Code::kInternal:
      return 500;
  }
  return 500;
}

Response problem(const Error& error) { return problem_with(status_of(error.code), error); }

Response problem_with(int status, const Error& error) {
  Json body = {{"type", "about:blank"},
               {"title", status_phrase(status)},
               {"status", status},
               {"detail", error.message},
               {"code", code_name(error.code)}};
  if (!error.where.empty()) body["where"] = error.where;
  if (!error.hint.empty()) body["hint"] = error.hint;
  Response out{.status = status, .content_type = std::string(kProblemType), .body = to_text(body)};
  if (error.code == Code::kBusy)
    out.headers.emplace_back("Retry-After", std::to_string(kRetryAfterSeconds));
  return out;
}

Result<Json> json_body(const Request& request) {
  Json body = TRY(parse_json(request.body));
  if (!body.is_object()) return fail(Code::kInvalid, "must be a JSON object", "body");
  return body;
}

}  // namespace perennial::http
