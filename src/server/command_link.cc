#include "server/command_link.h"

namespace perennial::server {
namespace {

constexpr std::chrono::minutes kCallTimeout{10};  // an upload of a large file takes its time

Code code_of(std::string_view word) {
  for (Code code : {Code::kInvalid, Code::kUnauthenticated, Code::kForbidden, Code::kNotFound,
                    Code::kConflict, Code::kTooLarge, Code::kBusy, Code::kTimeout, Code::kFull}) {
    if (word == code_name(code)) return code;
  }
  return Code::kInternal;
}

Error error_of(const http::ClientResponse& response) {
  auto problem = parse_json(response.body);
  if (!problem || !problem->is_object()) {
    return {Code::kInternal, "the server answered " + std::to_string(response.status), "", ""};
  }
  return {code_of(problem->value("code", "internal")),
          problem->value("detail", problem->value("title", "")), problem->value("where", ""),
          problem->value("hint", "")};
}

Result<Json> read_reply(Result<http::ClientResponse> response) {
  if (!response) return std::unexpected(response.error());
  if (response->status >= 400) return std::unexpected(error_of(*response));
  if (response->body.empty()) return Json(nullptr);
  return parse_json(response->body);
}

}  // namespace

Result<std::unique_ptr<CommandLink>> CommandLink::open(const Config& config) {
  std::unique_ptr<CommandLink> link(new CommandLink);
  Running target;
  if (auto running = TRY(find_running(config.data))) {
    target = *running;
    if (target.host == "0.0.0.0" || target.host == "::") target.host = "127.0.0.1";
  } else {
    Config own = config;
    own.host = "127.0.0.1";
    own.port = 0;
    own.web.clear();
    link->own_ = TRY(Program::start(own));
    target = {"127.0.0.1", link->own_->port(), link->own_->local_token(), 0};
  }
  link->client_ = std::make_unique<http::Client>(target.host, target.port, kCallTimeout);
  link->token_ = target.token;
  link->address_ = "http://" + target.host + ":" + std::to_string(target.port);
  return link;
}

CommandLink::~CommandLink() = default;

Result<Json> CommandLink::call(std::string_view method, std::string_view target, const Json& body) {
  std::string text = body.is_null() ? "" : to_text(body);
  std::vector<std::pair<std::string, std::string>> headers = {
      {"Authorization", "Bearer " + token_}};
  if (!text.empty()) headers.emplace_back("Content-Type", "application/json");
  return read_reply(client_->send(method, target, text, headers));
}

Result<Json> CommandLink::upload(std::string_view target, const std::string& file) {
  return read_reply(client_->send_file(
      "POST", target, file,
      {{"Authorization", "Bearer " + token_}, {"Content-Type", "application/octet-stream"}}));
}

Result<std::string> CommandLink::fetch_text(std::string_view target) {
  auto response = TRY(client_->send("GET", target, "", {{"Authorization", "Bearer " + token_}}));
  if (response.status >= 400) return std::unexpected(error_of(response));
  return std::move(response.body);
}

std::string percent_encode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

}  // namespace perennial::server
