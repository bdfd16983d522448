// Keys as rows: what the gate and the routes need beside the public functions.
#pragma once

#include <string>
#include <vector>

#include "access/access.h"

namespace perennial::access {

Json to_json(const Key& key);
std::string_view kind_name(KeyKind kind);

struct StoredKey {
  Key key;
  std::string hash;  // SHA-256 of the secret in hex
};
// Those that are not revoked.
Result<std::vector<StoredKey>> working_keys(store::Connection& c);

}  // namespace perennial::access
