// How a verb of the command line reaches the data: through the API of the server that runs on the
// data directory, or, when none runs, through a program of its own that it starts on a free
// loopback port for the time of the verb. One path for both.
#pragma once

#include <memory>
#include <string>

#include "http/http.h"
#include "server/server.h"

namespace perennial::server {

class CommandLink {
 public:
  static Result<std::unique_ptr<CommandLink>> open(const Config& config);
  ~CommandLink();
  // The reply's JSON (null for 204); a problem reply comes back as the error it describes.
  Result<Json> call(std::string_view method, std::string_view target, const Json& body = nullptr);
  Result<Json> upload(std::string_view target, const std::string& file);
  Result<std::string> fetch_text(std::string_view target);
  const std::string& address() const { return address_; }  // "http://127.0.0.1:8080"

 private:
  CommandLink() = default;
  std::unique_ptr<Program> own_;
  std::unique_ptr<http::Client> client_;
  std::string token_, address_;
};

// For query parameters (RFC 3986).
std::string percent_encode(std::string_view text);

}  // namespace perennial::server
