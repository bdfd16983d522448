#include "http/parser.h"

#include <utility>

#include <limits>

#include <boost/beast/http/basic_parser.hpp>

#include "http/ascii.h"

namespace perennial::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using ErrorCode = beast::error_code;
using BoostView = beast::string_view;

std::string_view view(BoostView text) { return {text.data(), text.size()}; }

Fault bad_request(std::string message) {
  return {400, {Code::kInvalid, std::move(message), "", "send HTTP/1.1 as RFC 9112 describes it"}};
}

std::string explain(const ErrorCode& ec) {
  if (ec == bhttp::error::bad_version) return "only HTTP/1.0 and HTTP/1.1 are spoken here";
  if (ec == bhttp::error::bad_method || ec == bhttp::error::bad_target)
    return "the request line is malformed";
  if (ec == bhttp::error::bad_content_length)
    return "Content-Length is malformed or contradicts itself";
  if (ec == bhttp::error::bad_transfer_encoding)
    return "Transfer-Encoding is malformed or contradicts itself";
  if (ec == bhttp::error::bad_chunk || ec == bhttp::error::bad_chunk_extension)
    return "the chunked body is malformed";
  return "the request's head is malformed";
}

// Collects the head into a Request and hands the body to a sink.
class Collector final : public bhttp::basic_parser<true> {
 public:
  explicit Collector(Request& request) : request_(request) {}

  Parser::Sink sink;
  std::optional<Fault> fault;
  int minor_version = 1;

 private:
  void refuse(Fault reason, ErrorCode& ec) {
    fault = std::move(reason);
    ec = bhttp::error::bad_value;
  }

  void on_request_impl(bhttp::verb, BoostView method, BoostView target, int version,
                       ErrorCode&) override {
    minor_version = version % 10;
    request_.method = view(method);
    request_.target = view(target);
  }

  void on_field_impl(bhttp::field field, BoostView name, BoostView value, ErrorCode& ec) override {
    // Trailers come after the request was judged by its headers; they must not add to them.
    if (is_header_done()) return;
    for (char c : value) {
      if (is_control(c) && c != '\t')
        return refuse(bad_request("a header holds a control character"), ec);
    }
    if (field == bhttp::field::transfer_encoding && !equal_ignoring_case(view(value), "chunked"))
      return refuse(
          {501, {Code::kInvalid, "the only transfer coding taken is chunked", "transfer-encoding"}},
          ec);
    if (field == bhttp::field::transfer_encoding && minor_version == 0)
      return refuse(bad_request("HTTP/1.0 knows no chunks"), ec);
    request_.headers.emplace_back(lower_case(view(name)), view(value));
  }

  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<uint64_t>&, ErrorCode&) override {}
  void on_chunk_header_impl(uint64_t, BoostView, ErrorCode&) override {}
  void on_finish_impl(ErrorCode&) override {}
  void on_response_impl(int, BoostView, int, ErrorCode&) override {}

  size_t on_body_impl(BoostView body, ErrorCode& ec) override {
    if (auto taken = sink(view(body)); !taken) {
      int status = status_of(taken.error().code);
      refuse({status, std::move(taken).error()}, ec);
    }
    return body.size();
  }

  size_t on_chunk_body_impl(uint64_t, BoostView body, ErrorCode& ec) override {
    return on_body_impl(body, ec);
  }

  Request& request_;
};

}  // namespace

struct Parser::Impl {
  Impl(Request& request, size_t limit) : collector(request), head_left(limit) {
    // The limits are kept here, since Beast counts the request line and the fields apart.
    collector.header_limit(static_cast<uint32_t>(2 * limit + 16));
    // Bodies are limited by the sink; "no limit" would compare as less than every Content-Length.
    collector.body_limit(std::numeric_limits<uint64_t>::max());
  }

  size_t put(std::string_view bytes, bool& wants_more) {
    ErrorCode ec;
    size_t used = collector.put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
    wants_more = ec == bhttp::error::need_more;
    if (ec && !wants_more && !collector.fault) collector.fault = bad_request(explain(ec));
    return used;
  }

  size_t feed_head(std::string_view bytes) {
    bool wants_more = false;
    size_t used = put(bytes.substr(0, head_left), wants_more);
    head_left -= used;
    if (wants_more && bytes.size() - used >= head_left) {
      collector.fault =
          Fault{431,
                {Code::kTooLarge,
                 "the request's head is over " + std::to_string(kMaxHeaderBytes) + " bytes", "",
                 "send fewer or shorter headers, or a shorter address"}};
    }
    if (collector.is_header_done()) collector.eager(true);
    return used;
  }

  Collector collector;
  size_t head_left;
};

Parser::Parser(Request& request, size_t max_header_bytes)
    : impl_(std::make_unique<Impl>(request, max_header_bytes)) {}
Parser::~Parser() = default;

size_t Parser::feed(std::string_view bytes) {
  if (bytes.empty() || fault() || done()) return 0;
  if (!head_done()) return impl_->feed_head(bytes);
  bool wants_more = false;
  return impl_->put(bytes, wants_more);
}

bool Parser::head_done() const { return impl_->collector.is_header_done(); }
bool Parser::done() const { return impl_->collector.is_done(); }
const Fault* Parser::fault() const {
  return impl_->collector.fault ? &*impl_->collector.fault : nullptr;
}
bool Parser::keep_alive() const { return impl_->collector.keep_alive(); }
bool Parser::chunked() const { return impl_->collector.chunked(); }
int Parser::minor_version() const { return impl_->collector.minor_version; }
uint64_t Parser::content_length() const { return impl_->collector.content_length().value_or(0); }
void Parser::set_sink(Sink sink) { impl_->collector.sink = std::move(sink); }

}  // namespace perennial::http
