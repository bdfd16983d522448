#include "http/reply.h"

#include <array>

#include "http/ascii.h"
#include "http/encoding.h"

namespace perennial::http {
namespace {

constexpr std::string_view kPreflightHeaders =
    "authorization, anonymousid, sentat, content-type, x-retry-count";
constexpr std::string_view kPreflightSeconds = "7200";  // what browsers take at most

bool is_compressible(std::string_view type) {
  type = type.substr(0, type.find(';'));
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("javascript") ||
         type.ends_with("xml");
}

// A header must not end early: what comes from outside cannot start a new one.
void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  for (char c : value) {
    if (!is_control(c) || c == '\t') out += c;
  }
  out += "\r\n";
}

std::string_view date_line(std::time_t now) {
  struct Cached {
    std::time_t at = -1;
    std::array<char, 40> text{};
    size_t size = 0;
  };
  thread_local Cached cached;
  if (cached.at != now) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    cached.size = std::strftime(cached.text.data(), cached.text.size(),
                                "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    cached.at = now;
  }
  return {cached.text.data(), cached.size};
}

// Header names that a page asks to send, each a token, besides those always allowed.
std::string allowed_headers(std::string_view asked) {
  std::string out(kPreflightHeaders);
  for_each_item(asked, ',', [&](std::string_view name) {
    if (std::ranges::all_of(name, is_token_char)) out += ", " + lower_case(name);
  });
  return out;
}

}  // namespace

std::string_view status_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

std::string request_id(const Request& request) {
  std::string_view given = request.header("x-request-id");
  bool well_formed = !given.empty() && given.size() <= kMaxRequestIdBytes &&
                     std::ranges::all_of(given, [](char c) {
                       return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == ':';
                     });
  return well_formed ? std::string(given) : new_id("req");
}

bool accepts_gzip(const Request& request) {
  bool accepted = false;
  for_each_item(request.header("accept-encoding"), ',', [&](std::string_view item) {
    std::string_view name = strip(item.substr(0, item.find(';')));
    if (!equal_ignoring_case(name, "gzip") && name != "*") return;
    size_t weight = item.find("q=");
    // "q=0", "q=0.0" and "q=0.000" refuse; every other weight accepts.
    bool refused = weight != item.npos && item.find_first_not_of("0.", weight + 2) == item.npos;
    accepted = !refused;
  });
  return accepted;
}

void compress(const Request& request, Response& response) {
  if (!response.body_file.empty() || response.body.size() <= kMinGzipBytes ||
      response.body.size() > kMaxGzipBytes || !is_compressible(response.content_type) ||
      has_header(response, "content-encoding")) {
    return;
  }
  add_vary(response, "Accept-Encoding");
  if (!accepts_gzip(request)) return;
  response.body = gzip(response.body, kGzipLevel);
  set_header(response, "Content-Encoding", "gzip");
}

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers,
                             [&](const auto& h) { return equal_ignoring_case(h.first, name); });
}

void set_header(Response& response, std::string_view name, std::string value) {
  for (auto& [key, old] : response.headers) {
    if (equal_ignoring_case(key, name)) {
      old = std::move(value);
      return;
    }
  }
  response.headers.emplace_back(name, std::move(value));
}

void add_vary(Response& response, std::string_view name) {
  for (auto& [key, value] : response.headers) {
    if (!equal_ignoring_case(key, "vary")) continue;
    bool there = false;
    for_each_item(value, ',',
                  [&](std::string_view item) { there |= equal_ignoring_case(item, name); });
    if (!there) value.append(", ").append(name);
    return;
  }
  response.headers.emplace_back("Vary", name);
}

void add_cors(const Request& request, Response& response) {
  std::string_view origin = request.header("origin");
  set_header(response, "Access-Control-Allow-Origin", origin.empty() ? "*" : std::string(origin));
  set_header(response, "Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
  add_vary(response, "Origin");
}

Response preflight(const Request& request, const std::string& methods) {
  Response out{.status = 204};
  add_cors(request, out);
  set_header(out, "Access-Control-Allow-Methods", methods);
  set_header(out, "Access-Control-Allow-Headers",
             allowed_headers(request.header("access-control-request-headers")));
  set_header(out, "Access-Control-Max-Age", std::string(kPreflightSeconds));
  add_vary(out, "Access-Control-Request-Headers");
  return out;
}

void add_request_id(const Request& request, Response& response) {
  set_header(response, "X-Request-Id", request.id);
  std::string& body = response.body;
  if (response.content_type != kProblemType || has_header(response, "content-encoding")) return;
  if (!body.ends_with('}') || body.size() < 3) return;
  body.pop_back();
  body += ",\"request_id\":";
  append_json_string(body, request.id);
  body += '}';
}

bool is_bodiless(int status) { return status / 100 == 1 || status == 204 || status == 304; }

namespace {

std::string status_lines(const Response& response, std::time_t now) {
  std::string out;
  out.reserve(512);
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += status_phrase(response.status);
  out += "\r\n";
  out += date_line(now);
  return out;
}

}  // namespace

std::string stream_head_of(const Response& response, std::time_t now) {
  std::string out = status_lines(response, now);
  append_header(out, "Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  append_header(out, "Connection", "close");
  out += "\r\n";
  return out;
}

std::string head_of(const Response& response, const Framing& framing, std::time_t now) {
  std::string out = status_lines(response, now);
  if (!is_bodiless(response.status)) {
    if (framing.content_length > 0) append_header(out, "Content-Type", response.content_type);
    append_header(out, "Content-Length", std::to_string(framing.content_length));
  }
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  if (!framing.keep_alive) append_header(out, "Connection", "close");
  if (framing.keep_alive && framing.http10) append_header(out, "Connection", "keep-alive");
  out += "\r\n";
  return out;
}

}  // namespace perennial::http
