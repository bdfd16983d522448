// The workspace as JSON: Workspace of the contract.
#include <algorithm>

#include "access/access.h"

namespace perennial::access {
namespace {

constexpr size_t kMaxNameCharacters = 200;
constexpr size_t kMaxAddressBytes = 500;
constexpr int kMaxActiveWindowDays = 730;

size_t characters(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

Result<std::string> name_of(const Json& json) {
  std::string name(trim(TRY(json_string(json, "name"))));
  if (name.empty() || characters(name) > kMaxNameCharacters || !is_storable_text(name))
    return fail(Code::kInvalid, "must have 1 to 200 characters", "name");
  return name;
}

// Scheme and host, without a slash at the end: paths are put behind it.
Result<std::string> address_of(const Json& json) {
  std::string address = TRY(json_string(json, "public_address"));
  while (address.ends_with('/')) address.pop_back();
  size_t scheme = address.starts_with("https://") ? 8 : address.starts_with("http://") ? 7 : 0;
  bool plain = std::ranges::all_of(address.substr(scheme), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
  if (scheme == 0 || address.size() == scheme || address.size() > kMaxAddressBytes || !plain)
    return fail(Code::kInvalid, "must be http:// or https:// and a host", "public_address",
                "write it as https://crm.example.com");
  return address;
}

Result<Calendar> calendar_of(const Json& json) {
  auto zone = Zone::named(TRY(json_string(json, "zone")));
  if (!zone) return fail(Code::kInvalid, zone.error().message, "zone");
  auto week_start = parse_week_start(TRY(json_string(json, "week_start")));
  if (!week_start) return fail(Code::kInvalid, week_start.error().message, "week_start");
  return Calendar{*zone, *week_start};
}

Result<std::optional<Instant>> stands_on_of(const Json& json, Zone zone) {
  std::string text = TRY(json_string_or(json, "stands_on", ""));
  if (text.empty()) return std::nullopt;
  auto instant = parse_instant(text, zone);
  if (!instant) return fail(Code::kInvalid, instant.error().message, "stands_on");
  return *instant;
}

}  // namespace

Json to_json(const Workspace& w) {
  return {{"name", w.name},
          {"zone", w.calendar.zone.name()},
          {"week_start", week_start_name(w.calendar.week_start)},
          {"currency", w.currency},
          {"language", w.language},
          {"stands_on", w.stands_on ? Json(format_instant(*w.stands_on)) : Json(nullptr)},
          {"public_address", w.public_address},
          {"active_window_days", w.active_window_days}};
}

Result<Workspace> workspace_from_json(const Json& json) {
  Workspace w;
  w.name = TRY(name_of(json));
  w.calendar = TRY(calendar_of(json));
  w.currency = TRY(json_string(json, "currency"));
  if (!is_currency(w.currency))
    return fail(Code::kInvalid, "must be three upper-case letters of ISO 4217", "currency");
  w.language = TRY(json_string(json, "language"));
  if (w.language != "zh" && w.language != "en")
    return fail(Code::kInvalid, "must be zh or en", "language");
  w.stands_on = TRY(stands_on_of(json, w.calendar.zone));
  w.public_address = TRY(address_of(json));
  int64_t days = TRY(json_integer(json, "active_window_days"));
  if (days < 1 || days > kMaxActiveWindowDays)
    return fail(Code::kInvalid, "must be 1 to 730", "active_window_days");
  w.active_window_days = static_cast<int>(days);
  return w;
}

}  // namespace perennial::access
