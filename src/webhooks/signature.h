// Signatures of Standard Webhooks 1.0 (github.com/standard-webhooks), symmetric: v1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace perennial::webhooks {

// "whsec_" and the base 64 of 32 bytes, for the `number`-th secret of a webhook. The same for the
// same arguments: nothing else needs to be kept.
std::string secret_of(std::string_view master, std::string_view webhook, int64_t number);
// "v1,SIGNATURE" of "ID.TIMESTAMP.BODY". `secret` is as secret_of() gives it.
std::string signature(std::string_view secret, std::string_view id, int64_t timestamp_seconds,
                      std::string_view body);

}  // namespace perennial::webhooks
