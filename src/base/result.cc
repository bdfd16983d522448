#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace perennial {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kInvalid:
      return "invalid";
    case Code::kUnauthenticated:
      return "unauthenticated";
    case Code::kForbidden:
      return "forbidden";
    case Code::kNotFound:
      return "not_found";
    case Code::kConflict:
      return "conflict";
    case Code::kTooLarge:
      return "too_large";
    case Code::kBusy:
      return "busy";
    case Code::kTimeout:
      return "timeout";
    case Code::kFull:
      return "full";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

std::string Error::text() const {
  std::string out;
  if (!where.empty()) out += where + ": ";
  out += message;
  if (!hint.empty()) out += " (" + hint + ")";
  return out;
}

std::unexpected<Error> fail_with(std::string_view context, Error error) {
  error.message = std::string(context) + ": " + error.message;
  return std::unexpected(std::move(error));
}

void die(std::string_view what, std::string_view file, int line) {
  std::fprintf(stderr, "perennial: %.*s at %.*s:%d\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(file.size()), file.data(), line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace perennial
