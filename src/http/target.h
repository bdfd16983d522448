// The target of a request line: percent decoding, parts of the path, the query.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"

namespace perennial::http {

struct Target {
  std::string path;                // decoded
  std::vector<std::string> parts;  // split at the slashes that were sent as slashes, then decoded
  std::map<std::string, std::string, std::less<>> query;
};

// Takes the origin form ("/a/b?c=d") and the absolute form ("http://host/a"). Fails with kInvalid
// for a broken escape, a control character, text that is not UTF-8, and more than
// kMaxQueryParameters parameters. Of a parameter that comes twice the last counts.
Result<Target> parse_target(std::string_view raw);

}  // namespace perennial::http
