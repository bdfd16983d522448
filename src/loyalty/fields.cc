#include "loyalty/fields.h"

#include <algorithm>
#include <array>

namespace perennial::loyalty {
namespace {

constexpr std::array<std::pair<Cap::Every, std::string_view>, 4> kEvery = {
    {{Cap::Every::kDay, "day"},
     {Cap::Every::kWeek, "week"},
     {Cap::Every::kMonth, "month"},
     {Cap::Every::kTotal, "total"}}};

std::unexpected<Error> bad(std::string message, std::string_view where) {
  return fail(Code::kInvalid, std::move(message), std::string(where));
}

}  // namespace

Result<int64_t> read_bounded(const Json& json, std::string_view field, int64_t low, int64_t high) {
  const int64_t value = TRY(json_integer_or(json, field, low));
  if (value >= low && value <= high) return value;
  return bad("is between " + std::to_string(low) + " and " + std::to_string(high), field);
}

Result<std::string> read_word(const Json& json, std::string_view field) {
  std::string word = TRY(json_string(json, field));
  const bool good = !word.empty() && word.size() <= kMaxWordBytes &&
                    word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == word.npos;
  if (!good) return bad("is a word of at most 40 characters a–z, 0–9, - and _", field);
  return word;
}

Result<std::string> read_name(const Json& json, std::string_view field) {
  return read_text(json, field, kMaxNameBytes, true);
}

Result<std::string> read_text(const Json& json, std::string_view field, size_t most, bool needed) {
  std::string text = needed ? TRY(json_string(json, field)) : TRY(json_string_or(json, field, ""));
  if ((needed && text.empty()) || text.size() > most || !is_storable_text(text)) {
    const std::string low = needed ? "1" : "0";
    return bad("is between " + low + " and " + std::to_string(most) + " bytes long", field);
  }
  return text;
}

Result<Span> read_validity(const Json& json, const Zone& zone) {
  const auto from = parse_instant(TRY(json_string(json, "from")), zone);
  if (!from) return bad(from.error().message, "from");
  const auto to = parse_instant(TRY(json_string(json, "to")), zone);
  if (!to) return bad(to.error().message, "to");
  if (*to <= *from) return bad("is after from", "to");
  return Span{*from, *to};
}

Result<Cap::Every> read_every(const Json& json, std::string_view field) {
  const std::string word = TRY(json_string_or(json, field, "total"));
  const auto found =
      std::ranges::find(kEvery, word, &std::pair<Cap::Every, std::string_view>::second);
  if (found == kEvery.end()) return bad("is one of day week month total", field);
  return found->first;
}

std::string_view every_name(Cap::Every every) {
  return std::ranges::find(kEvery, every, &std::pair<Cap::Every, std::string_view>::first)->second;
}

Instant period_start(const Programme& programme, Cap::Every every, Instant at) {
  switch (every) {
    case Cap::Every::kDay:
      return programme.calendar().start_of(Period::kDay, at);
    case Cap::Every::kWeek:
      return programme.calendar().start_of(Period::kWeek, at);
    case Cap::Every::kMonth:
      return programme.calendar().start_of(Period::kMonth, at);
    case Cap::Every::kTotal:
      break;
  }
  return from_millis(0);
}

}  // namespace perennial::loyalty
