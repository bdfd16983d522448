#include "loyalty/command.h"

#include <algorithm>
#include <array>

namespace perennial::loyalty {
namespace {

struct Word {
  CommandKind kind;
  std::string_view word;
  bool outside;  // may come from the API
};
constexpr std::array<Word, 17> kWords = {{{CommandKind::kEarn, "earn", true},
                                          {CommandKind::kHold, "hold", true},
                                          {CommandKind::kCapture, "capture", true},
                                          {CommandKind::kRelease, "release", true},
                                          {CommandKind::kRedeem, "redeem", true},
                                          {CommandKind::kRefund, "refund", true},
                                          {CommandKind::kExpire, "expire", true},
                                          {CommandKind::kAdjust, "adjust", true},
                                          {CommandKind::kTransfer, "transfer", true},
                                          {CommandKind::kMerge, "merge", true},
                                          {CommandKind::kUnmerge, "unmerge", true},
                                          {CommandKind::kActivate, "activate", false},
                                          {CommandKind::kLapse, "lapse", false},
                                          {CommandKind::kTimeOut, "time_out", false},
                                          {CommandKind::kAward, "award", false},
                                          {CommandKind::kTakeBack, "take_back", false},
                                          {CommandKind::kRecognise, "recognise", false}}};

std::unexpected<Error> bad(std::string message, std::string where) {
  return fail(Code::kInvalid, std::move(message), std::move(where));
}

Result<std::string> text(const Json& json, std::string_view field, bool needed, size_t limit) {
  std::string value = needed ? TRY(json_string(json, field)) : TRY(json_string_or(json, field, ""));
  if (needed && value.empty()) return bad("is empty", std::string(field));
  if (value.size() > limit)
    return bad("is longer than " + std::to_string(limit) + " bytes", std::string(field));
  if (!is_storable_text(value)) return bad("is no well-formed text", std::string(field));
  return value;
}

Result<std::optional<int64_t>> time(const Json& json, std::string_view field) {
  const std::string value = TRY(json_string_or(json, field, ""));
  if (value.empty()) return std::nullopt;
  auto instant = parse_instant(value);
  if (!instant) return bad(instant.error().message, std::string(field));
  return to_millis(*instant);
}

// An amount of points: the ledger itself says which are possible, so that a refusal is remembered.
Result<Points> points(const Json& json, std::string_view field) {
  auto value = json_integer(json, field);
  if (!value) return bad("points are whole numbers within 64 bits", std::string(field));
  return *value;
}

Result<PersonId> person(const Json& json, std::string_view field) {
  const PersonId id = TRY(json_integer(json, field));
  if (id < 1 || id > INT32_MAX) return bad("is no number of a person", std::string(field));
  return id;
}

Result<void> read_refund(const Json& json, Command& command) {
  command.order = TRY(text(json, "order", true, kMaxIdBytes));
  command.line = TRY(text(json, "line", false, kMaxIdBytes));
  command.refunded_minor = TRY(json_integer_or(json, "refunded_minor", 0));
  command.total_minor = TRY(json_integer_or(json, "total_minor", 0));
  command.order_total_minor = TRY(json_integer_or(json, "order_total_minor", 0));
  if ((command.refunded_minor == 0) != (command.total_minor == 0))
    return bad("refunded_minor and total_minor belong together", "total_minor");
  if (command.refunded_minor < 0 || command.refunded_minor > command.total_minor)
    return bad("is between 1 and total_minor", "refunded_minor");
  if (command.order_total_minor != 0 &&
      (command.line.empty() || command.order_total_minor < command.total_minor))
    return bad("is for a line, and at least the line's total", "order_total_minor");
  return {};
}

Result<void> read_lot_dates(const Json& json, Command& command) {
  command.earned_ms = TRY(time(json, "earned_at"));
  command.activates_ms = TRY(time(json, "activates_at"));
  command.expires_ms = TRY(time(json, "expires_at"));
  return {};
}

Result<void> read_fields(const Json& json, Command& command) {
  switch (command.kind) {
    case CommandKind::kEarn:
      command.amount = TRY(points(json, "amount"));
      command.line = TRY(text(json, "line", false, kMaxIdBytes));
      return read_lot_dates(json, command);
    case CommandKind::kAdjust:
      command.amount = TRY(points(json, "amount"));
      TRY(text(json, "reason", true, kMaxReasonBytes));
      return read_lot_dates(json, command);
    case CommandKind::kHold:
      command.amount = TRY(points(json, "amount"));
      command.hold_seconds = TRY(json_integer_or(json, "seconds", 0));
      if (command.hold_seconds < 0 || command.hold_seconds > kMaxHoldSeconds)
        return bad("is between 1 and " + std::to_string(kMaxHoldSeconds), "seconds");
      return {};
    case CommandKind::kRedeem:
      command.amount = TRY(points(json, "amount"));
      return {};
    case CommandKind::kCapture:
    case CommandKind::kRelease:
      command.target = TRY(text(json, "hold", true, kMaxIdBytes));
      if (json.contains("amount") && !json["amount"].is_null()) {
        command.amount = TRY(points(json, "amount"));
        // 0 means all that is held, but only when nothing is said.
        if (command.amount < 1) return bad("an amount is at least 1", "amount");
      }
      command.release_rest = TRY(json_bool_or(json, "release_rest", false));
      return {};
    case CommandKind::kRefund:
      return read_refund(json, command);
    case CommandKind::kExpire:
      command.lot = TRY(json_integer(json, "lot"));
      return {};
    case CommandKind::kTransfer:
      command.amount = TRY(points(json, "amount"));
      command.other = TRY(person(json, "to"));
      return {};
    case CommandKind::kMerge:
      command.other = TRY(person(json, "from"));
      return {};
    case CommandKind::kUnmerge:
      command.target = TRY(text(json, "merge", true, kMaxIdBytes));
      return {};
    default:
      return bad("there is no such command", "kind");
  }
}

void add(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += out.size() > 1 ? ",\"" : "\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

void add(std::string& out, std::string_view name, std::optional<int64_t> value) {
  if (!value) return;
  out += out.size() > 1 ? ",\"" : "\"";
  out += name;
  out += "\":";
  out += std::to_string(*value);
}

std::optional<int64_t> given(int64_t value) {
  return value == 0 ? std::nullopt : std::optional(value);
}

}  // namespace

std::string_view kind_name(CommandKind kind) {
  auto found = std::ranges::find(kWords, kind, &Word::kind);
  return found == kWords.end() ? "" : found->word;
}

Result<Command> command_from_json(const Json& json) {
  if (!json.is_object()) return bad("a command is an object", "");
  const std::string word = TRY(json_string(json, "kind"));
  auto found = std::ranges::find(kWords, word, &Word::word);
  if (found == kWords.end() || !found->outside) return bad("there is no such command", "kind");
  Command command{.kind = found->kind};
  command.id = TRY(text(json, "id", true, kMaxIdBytes));
  command.currency = TRY(text(json, "currency", false, kMaxIdBytes));
  command.person = TRY(person(json, "person"));
  command.order = TRY(text(json, "order", false, kMaxIdBytes));
  command.reason = TRY(text(json, "reason", false, kMaxReasonBytes));
  TRY(read_fields(json, command));
  return command;
}

std::string payload_of(const Command& c) {
  std::string out = "{";
  add(out, "kind", kind_name(c.kind));
  add(out, "currency", c.currency);
  add(out, "person", c.person);
  add(out, "amount", given(c.amount));
  add(out, "order", c.order);
  add(out, "line", c.line);
  add(out, "reason", c.reason);
  add(out, "earned_at", c.earned_ms);
  add(out, "activates_at", c.activates_ms);
  add(out, "expires_at", c.expires_ms);
  add(out, "refunded_minor", given(c.refunded_minor));
  add(out, "total_minor", given(c.total_minor));
  add(out, "order_total_minor", given(c.order_total_minor));
  if (c.kind == CommandKind::kCapture || c.kind == CommandKind::kRelease)
    add(out, "hold", c.target);
  if (c.kind == CommandKind::kUnmerge) add(out, "merge", c.target);
  if (c.kind == CommandKind::kTransfer) add(out, "to", c.other);
  if (c.kind == CommandKind::kMerge) add(out, "from", c.other);
  add(out, "lot", given(c.lot));
  add(out, "seconds", given(c.hold_seconds));
  add(out, "release_rest", given(c.release_rest));
  out += "}";
  return out;
}

std::string differing_field(std::string_view a, std::string_view b) {
  if (a == b) return "";
  const auto left = parse_json(a), right = parse_json(b);
  INVARIANT(left && right);
  for (const auto& [name, value] : left->items()) {
    if (!right->contains(name) || (*right)[name] != value) return name;
  }
  for (const auto& [name, value] : right->items()) {
    if (!left->contains(name)) return name;
  }
  return "";
}

Result<Command> command_of_payload(std::string_view payload, std::string id) {
  Json json = TRY(parse_json(payload));
  for (const char* field : {"earned_at", "activates_at", "expires_at"}) {
    if (json.contains(field)) json[field] = format_instant(from_millis(json[field]));
  }
  if (json.contains("release_rest")) json["release_rest"] = json["release_rest"] == 1;
  json["id"] = std::move(id);
  return command_from_json(json);
}

Json to_json(const Outcome& outcome) {
  Json json = {{"status", outcome.done() ? "done" : "refused"}};
  if (!outcome.done()) {
    json["code"] = outcome.refusal.code;
    json["detail"] = outcome.refusal.message;
    json["where"] = outcome.refusal.where;
  }
  json["repeated"] = outcome.repeated;
  json["entry"] = outcome.entry;
  json["amount"] = outcome.amount;
  if (outcome.given_back > 0) json["given_back"] = outcome.given_back;
  json["available"] = outcome.available;
  json["pending"] = outcome.pending;
  json["held"] = outcome.held;
  json["owed"] = outcome.owed;
  json["at"] = format_instant(outcome.at);
  return json;
}

}  // namespace perennial::loyalty
