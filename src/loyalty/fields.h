// Members of the documents of loyalty's catalogues, read with their bounds. Each fails with
// kInvalid, naming the field.
#pragma once

#include "loyalty/loyalty.h"
#include "loyalty/rules.h"

namespace perennial::loyalty {

inline constexpr size_t kMaxWordBytes = 40;
inline constexpr size_t kMaxNameBytes = 200;

// An integer of [low, high]; `low` when it is missing.
Result<int64_t> read_bounded(const Json& json, std::string_view field, int64_t low, int64_t high);
// What operators name things by: 1–40 characters a–z, 0–9, "-" and "_".
Result<std::string> read_word(const Json& json, std::string_view field);
Result<std::string> read_name(const Json& json, std::string_view field);
// Text of at most `most` bytes; "" when it is missing and not needed.
Result<std::string> read_text(const Json& json, std::string_view field, size_t most, bool needed);
// "from" and "to"; times without a zone are the programme's.
Result<Span> read_validity(const Json& json, const Zone& zone);
// "day", "week", "month" or "total", which is what is meant when it is missing.
Result<Cap::Every> read_every(const Json& json, std::string_view field);
std::string_view every_name(Cap::Every every);
// The start of the period of `every` that contains `at`; the beginning of time for kTotal.
Instant period_start(const Programme& programme, Cap::Every every, Instant at);

}  // namespace perennial::loyalty
