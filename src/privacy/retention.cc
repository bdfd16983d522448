#include "privacy/retention.h"

#include <algorithm>
#include <array>

namespace perennial::privacy {
namespace {

constexpr std::string_view kDocument = "privacy.retention";
constexpr std::string_view kLastRun = "privacy.retention_run";
constexpr std::string_view kUnderWay = "privacy.retention_under_way";  // as kLastRun, or {}
constexpr std::chrono::milliseconds kTimelinePoll{200};
constexpr std::chrono::hours kHourOfDay{kRetentionHour};
constexpr size_t kMaxNameBytes = 255;
// What totals, results and proofs of consent follow from; also what net results are charged with.
constexpr std::array<std::string_view, 11> kKept = {
    "Order Completed", "Order Refunded",    "Order Line",       "Experiment Viewed",
    "Subscribed",      "Unsubscribed",      "Message Sent",     "Points Earned",
    "Points Spent",    "Points Taken Back", "Points Given Back"};

std::string at_rule(size_t i, std::string_view member) {
  return "rules[" + std::to_string(i) + "]." + std::string(member);
}

Result<RetentionRule> read_rule(const Json& json, size_t i) {
  if (!json.is_object()) return fail(Code::kInvalid, "expected an object", at_rule(i, "name"));
  RetentionRule rule;
  const auto type = events::parse_type(
      json.value("type", Json("track")).is_string() ? json.value("type", "track") : std::string());
  if (!type || (*type != events::Type::kTrack && *type != events::Type::kPage &&
                *type != events::Type::kScreen)) {
    return fail(Code::kInvalid, "expected track, page or screen", at_rule(i, "type"));
  }
  rule.type = *type;
  const Json name = json.value("name", Json());
  if (!name.is_string() || name.get_ref<const std::string&>().empty() ||
      name.get_ref<const std::string&>().size() > kMaxNameBytes ||
      !is_storable_text(name.get_ref<const std::string&>())) {
    return fail(Code::kInvalid, "expected the name of an event", at_rule(i, "name"));
  }
  rule.name = name.get<std::string>();
  if (rule.type == events::Type::kTrack && std::ranges::find(kKept, rule.name) != kKept.end()) {
    return fail(Code::kInvalid, "totals and proofs follow from these events: they are kept",
                at_rule(i, "name"), "erase a person to take out what is personal in them");
  }
  const Json days = json.value("days", Json());
  if (!days.is_number_integer() || days.get<int64_t>() < 1 ||
      days.get<int64_t>() > kMaxRetentionDays) {
    return fail(Code::kInvalid, "expected 1 to 36500 days", at_rule(i, "days"));
  }
  rule.days = days.get<int64_t>();
  return rule;
}

}  // namespace

Result<void> forget_in_timeline(const Privacy::Wiring& wiring, std::vector<people::PersonId> people,
                                const std::function<bool()>& stopping) {
  const auto began = std::chrono::steady_clock::now();
  const uint64_t request = wiring.timeline.forget(std::move(people));
  do {
    if (stopping()) return fail(Code::kBusy, "the program stops");
    const std::string error = wiring.timeline.stats().error;
    if (!error.empty() && std::chrono::steady_clock::now() - began >= wiring.timeline_patience)
      return fail(Code::kBusy, "the timeline cannot be written anew: " + error);
  } while (!wiring.timeline.forgotten(request, kTimelinePoll));
  return {};
}

Result<std::vector<RetentionRule>> read_retention(const Json& body) {
  const Json rules = body.is_object() ? body.value("rules", Json()) : Json();
  if (!rules.is_array()) return fail(Code::kInvalid, "expected a list", "rules");
  if (rules.size() > kMaxRetentionRules) {
    return fail(Code::kTooLarge, "expected at most 200 rules", "rules");
  }
  std::vector<RetentionRule> out;
  for (size_t i = 0; i < rules.size(); ++i) {
    RetentionRule rule = TRY(read_rule(rules[i], i));
    const auto same = [&](const RetentionRule& other) {
      return other.type == rule.type && other.name == rule.name;
    };
    if (std::ranges::any_of(out, same)) {
      return fail(Code::kInvalid, "has a period already", at_rule(i, "name"));
    }
    out.push_back(std::move(rule));
  }
  return out;
}

Json to_json(const std::vector<RetentionRule>& rules) {
  Json out = Json::array();
  for (const RetentionRule& rule : rules) {
    out.push_back(
        {{"type", events::type_name(rule.type)}, {"name", rule.name}, {"days", rule.days}});
  }
  return out;
}

// A workspace that stands on a day counts from there.
Instant Retention::cut_of(const RetentionRule& rule) const {
  const access::Workspace workspace = wiring_.settings.workspace();
  const Instant today = workspace.calendar.start_of(Period::kDay, workspace.now(wiring_.clock));
  return workspace.calendar.advance(Period::kDay, today, -static_cast<int>(rule.days));
}

events::Erase Retention::what_goes(const RetentionRule& rule) const {
  return {.names = {rule.name}, .types = {rule.type}, .before = cut_of(rule), .remember = false};
}

Instant Retention::last_due(Instant now) const {
  const Zone zone = wiring_.settings.workspace().calendar.zone;
  const auto day = std::chrono::floor<std::chrono::days>(zone.to_local(now));
  const Instant today = zone.to_instant(day + kHourOfDay);
  return today <= now ? today : zone.to_instant(day - std::chrono::days(1) + kHourOfDay);
}

Instant Retention::next_due(Instant now) const {
  const Zone zone = wiring_.settings.workspace().calendar.zone;
  const auto day = std::chrono::floor<std::chrono::days>(zone.to_local(now));
  const Instant today = zone.to_instant(day + kHourOfDay);
  return today > now ? today : zone.to_instant(day + std::chrono::days(1) + kHourOfDay);
}

Result<Json> Retention::show() {
  return wiring_.database.read([&](store::Connection& c) -> Result<Json> {
    const Json kept = TRY(access::Settings::document(c, kDocument));
    const Json last = TRY(access::Settings::document(c, kLastRun));
    Json out{{"rules", kept.is_object() ? kept.value("rules", Json::array()) : Json::array()}};
    out["next_run_at"] = format_instant(next_due(wiring_.clock()));
    out["last_run"] = last.is_object() && last.contains("at") ? last : Json();
    return out;
  });
}

// The first pass after a change is the next one of the clock, so that a slip can be taken back.
Result<Json> Retention::save(const http::Request& request) {
  const auto rules = TRY(read_retention(TRY(http::json_body(request))));
  const Instant now = wiring_.clock();
  TRY(wiring_.database.write([&](store::Connection& c) -> Result<void> {
    TRY(access::Settings::put_document(
        c, kDocument, Json{{"rules", to_json(rules)}, {"since", format_instant(now)}}));
    return access::record(c, request.principal, "privacy.retention", "settings",
                          Json{{"rules", to_json(rules)}}, now);
  }));
  return show();
}

Result<Json> Retention::dry_run(const std::vector<RetentionRule>& rules) {
  Json out{{"rules", Json::array()}, {"events", 0}};
  uint64_t events = 0;
  for (const RetentionRule& rule : rules) {
    const uint64_t count = TRY(wiring_.log.count(what_goes(rule)));
    events += count;
    out["rules"].push_back({{"type", events::type_name(rule.type)},
                            {"name", rule.name},
                            {"days", rule.days},
                            {"before", format_instant(cut_of(rule))},
                            {"events", count}});
  }
  out["events"] = events;
  return out;
}

// What a pass takes is counted and written down before any of it goes: one that was cut off goes on
// with that, however little is left to count, and has the timeline written anew in any case.
Result<std::optional<Json>> Retention::pass_due(const std::vector<RetentionRule>& rules,
                                                const Json& kept, Instant now) {
  Json last, under_way;
  TRY(wiring_.database.read([&](store::Connection& c) -> Result<void> {
    last = TRY(access::Settings::document(c, kLastRun));
    under_way = TRY(access::Settings::document(c, kUnderWay));
    return {};
  }));
  if (under_way.is_object() && under_way.contains("due")) return under_way;
  const Instant due = last_due(now);
  if (rules.empty() || TRY(parse_instant(kept.value("since", ""))) > due) return std::nullopt;
  if (last.is_object() && TRY(parse_instant(last.value("due", ""))) >= due) return std::nullopt;
  Json run = TRY(dry_run(rules));
  run["at"] = format_instant(now);
  run["due"] = format_instant(due);
  TRY(wiring_.database.write(
      [&](store::Connection& c) { return access::Settings::put_document(c, kUnderWay, run); }));
  return run;
}

Result<bool> Retention::run_if_due(const std::function<bool()>& stopping) {
  const Instant now = wiring_.clock();
  const Json kept = TRY(wiring_.database.read(
      [](store::Connection& c) { return access::Settings::document(c, kDocument); }));
  std::vector<RetentionRule> rules;
  if (kept.is_object()) rules = TRY(read_retention(kept));
  const auto run = TRY(pass_due(rules, kept, now));
  if (!run) return false;
  for (const RetentionRule& rule : rules) TRY(wiring_.log.erase(what_goes(rule)));
  if (run->at("events") != 0) TRY(forget_in_timeline(wiring_, {}, stopping));
  TRY(wiring_.database.write([&](store::Connection& c) -> Result<void> {
    TRY(access::Settings::put_document(c, kLastRun, *run));
    TRY(access::Settings::put_document(c, kUnderWay, Json::object()));
    const http::Principal system{.id = "system", .name = "system", .role = "", .source = ""};
    return access::record(c, system, "privacy.retention_run", "events",
                          Json{{"events", run->at("events")}}, now);
  }));
  return true;
}

}  // namespace perennial::privacy
