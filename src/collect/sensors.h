// 神策 (Sensors Analytics) records.
#pragma once

#include <string_view>

#include "collect/client_body.h"
#include "collect/collect.h"

namespace perennial::collect {

// Decodes what came to /sa or /sa.gif: a form with `data` or `data_list` (base64, also of gzip) in
// the body or, with an empty body, in the query; or JSON, one record a line or in an array. Never
// fails: what cannot be read is rejected, because the SDKs lose or repeat for ever what they get an
// error for.
Decoded decode_sensors(std::string_view body, const Form& query, std::string_view source,
                       Instant received_at);

}  // namespace perennial::collect
