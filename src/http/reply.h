// From a handler's Response to the bytes of the reply's head: the headers that every reply carries,
// CORS, gzip.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/http.h"

namespace perennial::http {

inline constexpr std::string_view kProblemType = "application/problem+json";
inline constexpr int kRetryAfterSeconds = 1;
// Replies shorter than this are sent as they are; longer ones than the maximum too, for their
// memory.
inline constexpr size_t kMinGzipBytes = 1024;
inline constexpr size_t kMaxGzipBytes = 64 * 1024 * 1024;
inline constexpr int kGzipLevel = 3;
inline constexpr size_t kMaxRequestIdBytes = 128;

std::string_view status_phrase(int status);
// problem() with a status that the error's code does not tell.
Response problem_with(int status, const Error& error);

// The X-Request-Id that came with the request if it is made of 1 to 128 letters, digits, "-", "_",
// "." and ":"; a new one otherwise.
std::string request_id(const Request& request);

bool accepts_gzip(const Request& request);
// Replaces the body by its gzip form when the peer accepts that and it is worth it. May take a
// while for a large body.
void compress(const Request& request, Response& response);

void set_header(Response& response, std::string_view name, std::string value);
bool has_header(const Response& response, std::string_view name);
void add_vary(Response& response, std::string_view name);

// The reply to a preflight request (Fetch standard, section 3.2.2) for routes that take `methods`.
Response preflight(const Request& request, const std::string& methods);
void add_cors(const Request& request, Response& response);
// Puts the request's id into a problem reply.
void add_request_id(const Request& request, Response& response);

struct Framing {
  uint64_t content_length = 0;
  bool keep_alive = true;
  bool http10 = false;
};
std::string head_of(const Response& response, const Framing& framing, std::time_t now);
// Of a reply that ends with its connection.
std::string stream_head_of(const Response& response, std::time_t now);

// Replies with these have neither a body nor a Content-Length (RFC 9110, section 8.6).
bool is_bodiless(int status);

}  // namespace perennial::http
