// Programmes: their definition as JSON, and the table that keeps them.
#include <algorithm>

#include "loyalty/loyalty.h"

namespace perennial::loyalty {
namespace {

constexpr size_t kMaxNameBytes = 200;
constexpr int64_t kMaxExpiryCount = 10'000;
constexpr int64_t kMaxDelayDays = 3'650;

std::unexpected<Error> bad(std::string message, std::string where) {
  return fail(Code::kInvalid, std::move(message), std::move(where));
}

bool is_word(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, fits);
}

Result<int64_t> bounded(const Json& json, std::string_view field, int64_t preset, int64_t low,
                        int64_t high) {
  const int64_t value = TRY(json_integer_or(json, field, preset));
  if (value >= low && value <= high) return value;
  return bad("is between " + std::to_string(low) + " and " + std::to_string(high),
             std::string(field));
}

constexpr std::pair<Expiry::Unit, std::string_view> kUnits[] = {{Expiry::Unit::kDay, "day"},
                                                                {Expiry::Unit::kMonth, "month"},
                                                                {Expiry::Unit::kQuarter, "quarter"},
                                                                {Expiry::Unit::kYear, "year"}};
constexpr std::pair<Shortfall, std::string_view> kShortfalls[] = {
    {Shortfall::kNegative, "negative"},
    {Shortfall::kRecover, "recover"},
    {Shortfall::kWriteOff, "write_off"}};

Result<Expiry> expiry_from_json(const Json& json) {
  if (!json.is_object()) return bad("is an object with kind", "expiry");
  const std::string kind = TRY(json_string(json, "kind"));
  if (kind == "never") return Expiry{.kind = Expiry::Kind::kNever};
  if (kind == "days") {
    const int64_t days = TRY(bounded(json, "days", 365, 0, kMaxExpiryCount));
    return Expiry{.kind = Expiry::Kind::kDays, .unit = Expiry::Unit::kDay, .count = days};
  }
  if (kind != "end_of") return bad("is never, days or end_of", "expiry.kind");
  const std::string word = TRY(json_string(json, "unit"));
  auto unit = std::ranges::find(kUnits, word, &std::pair<Expiry::Unit, std::string_view>::second);
  if (unit == std::end(kUnits)) return bad("is day, month, quarter or year", "expiry.unit");
  const int64_t after = TRY(bounded(json, "after", 0, 0, kMaxExpiryCount));
  return Expiry{.kind = Expiry::Kind::kEndOf, .unit = unit->first, .count = after};
}

Json to_json(const Expiry& expiry) {
  switch (expiry.kind) {
    case Expiry::Kind::kNever:
      return {{"kind", "never"}};
    case Expiry::Kind::kDays:
      return {{"kind", "days"}, {"days", expiry.count}};
    case Expiry::Kind::kEndOf:
      break;
  }
  const auto unit =
      std::ranges::find(kUnits, expiry.unit, &std::pair<Expiry::Unit, std::string_view>::first);
  return {{"kind", "end_of"}, {"unit", unit->second}, {"after", expiry.count}};
}

Result<Currency> currency_from_json(const Json& json) {
  if (!json.is_object()) return bad("a currency is an object", "");
  Currency currency;
  currency.code = TRY(json_string(json, "code"));
  if (!is_word(currency.code)) return bad("is a word of a–z, 0–9, - and _", "code");
  currency.name = TRY(json_string_or(json, "name", currency.code));
  if (currency.name.size() > kMaxNameBytes || !is_storable_text(currency.name))
    return bad("is too long", "name");
  if (json.contains("expiry") && !json["expiry"].is_null())
    currency.expiry = TRY(expiry_from_json(json["expiry"]));
  currency.delay_days = TRY(bounded(json, "delay_days", 0, 0, kMaxDelayDays));
  const std::string word = TRY(json_string_or(json, "shortfall", "negative"));
  auto shortfall =
      std::ranges::find(kShortfalls, word, &std::pair<Shortfall, std::string_view>::second);
  if (shortfall == std::end(kShortfalls))
    return bad("is negative, recover or write_off", "shortfall");
  currency.shortfall = shortfall->first;
  currency.spendable = TRY(json_bool_or(json, "spendable", true));
  currency.cost_minor_per_1000 = TRY(bounded(json, "cost_minor_per_1000", 0, 0, kMaxPoints));
  currency.expected_redemption_ppm =
      TRY(bounded(json, "expected_redemption_ppm", 800'000, 0, 1'000'000));
  currency.spend_points = TRY(bounded(json, "spend_points", 100, 1, kMaxPoints));
  currency.spend_minor = TRY(bounded(json, "spend_minor", 100, 0, kMaxPoints));
  currency.spend_max_percent = TRY(bounded(json, "spend_max_percent", 100, 0, 100));
  return currency;
}

Json to_json(const Currency& currency) {
  const auto shortfall = std::ranges::find(kShortfalls, currency.shortfall,
                                           &std::pair<Shortfall, std::string_view>::first);
  return {{"code", currency.code},
          {"name", currency.name},
          {"expiry", to_json(currency.expiry)},
          {"delay_days", currency.delay_days},
          {"shortfall", shortfall->second},
          {"spendable", currency.spendable},
          {"cost_minor_per_1000", currency.cost_minor_per_1000},
          {"expected_redemption_ppm", currency.expected_redemption_ppm},
          {"spend_points", currency.spend_points},
          {"spend_minor", currency.spend_minor},
          {"spend_max_percent", currency.spend_max_percent}};
}

Result<Programme> read_programme(store::Connection& c, const store::Row& row) {
  Programme programme = TRY(programme_from_json(TRY(parse_json(row.text(1)))));
  programme.id = row.text(0);
  programme.revision = row.integer(2);
  programme.closed_ms = row.integer(3);
  for (const auto& known : TRY(c.query("SELECT id, code FROM loyalty_currencies "
                                       "WHERE programme = $1",
                                       {programme.id}))) {
    for (Currency& currency : programme.currencies) {
      if (currency.code == known.text(1)) currency.id = known.integer(0);
    }
  }
  return programme;
}

// Gives numbers to new currencies; a currency that is missing stays needed.
Result<void> save_currencies(store::Connection& c, const Programme& programme) {
  for (const auto& row :
       TRY(c.query("SELECT code FROM loyalty_currencies WHERE programme = $1", {programme.id}))) {
    if (!programme.find(row.text(0))) {
      return fail(Code::kConflict, "the currency " + row.text(0) + " cannot be removed",
                  "currencies", "its postings stay for ever");
    }
  }
  for (const Currency& currency : programme.currencies) {
    TRY(
        c.execute("INSERT INTO loyalty_currencies (id, programme, code) "
                  "SELECT COALESCE(max(id), 0) + 1, $1, $2 FROM loyalty_currencies WHERE 1 = 1 "
                  "ON CONFLICT (programme, code) DO NOTHING",
                  {programme.id, currency.code}));
  }
  return {};
}

}  // namespace

const Currency* Programme::find(std::string_view code) const {
  auto found = std::ranges::find(currencies, code, &Currency::code);
  return found == currencies.end() ? nullptr : &*found;
}

const Currency* Programme::find(int64_t currency_id) const {
  auto found = std::ranges::find(currencies, currency_id, &Currency::id);
  return found == currencies.end() ? nullptr : &*found;
}

Result<Programme> programme_from_json(const Json& json) {
  Programme programme;
  programme.id = TRY(json_string_or(json, "id", ""));
  if (!programme.id.empty() && !is_word(programme.id))
    return bad("is a word of at most 40 characters a–z, 0–9, - and _", "id");
  programme.name = TRY(json_string(json, "name"));
  if (programme.name.empty() || programme.name.size() > kMaxNameBytes ||
      !is_storable_text(programme.name))
    return bad("is between 1 and 200 bytes long", "name");
  auto zone = Zone::named(TRY(json_string(json, "zone")));
  if (!zone) return bad(zone.error().message, "zone");
  programme.zone = *zone;
  programme.week_start = TRY(parse_week_start(TRY(json_string_or(json, "week_start", "monday"))));
  if (!json.contains("currencies") || !json["currencies"].is_array() ||
      json["currencies"].empty() || json["currencies"].size() > kMaxCurrencies)
    return bad("between 1 and 8 currencies are needed", "currencies");
  for (size_t i = 0; i < json["currencies"].size(); ++i) {
    const std::string place = "currencies." + std::to_string(i);
    auto currency = currency_from_json(json["currencies"][i]);
    if (!currency) {
      const std::string& where = currency.error().where;
      return bad(currency.error().message, where.empty() ? place : place + "." + where);
    }
    if (programme.find(currency->code)) return bad("two have the same code", place + ".code");
    programme.currencies.push_back(std::move(*currency));
  }
  programme.hold_seconds = TRY(bounded(json, "hold_seconds", 1800, 1, kMaxHoldSeconds));
  programme.approval_limit = TRY(bounded(json, "approval_limit", 10'000, 0, kMaxPoints));
  programme.takes_events = TRY(json_bool_or(json, "takes_events", true));
  programme.revision = TRY(json_integer_or(json, "revision", 0));
  programme.events_said = json.contains("events_from");
  if (programme.events_said && !json["events_from"].is_null()) {
    const auto from = parse_instant(TRY(json_string(json, "events_from")), programme.zone);
    if (!from) return bad(from.error().message, "events_from");
    programme.events_from = *from;
  }
  return programme;
}

Json to_json(const Programme& programme) {
  Json currencies = Json::array();
  for (const Currency& currency : programme.currencies) currencies.push_back(to_json(currency));
  return {{"id", programme.id},
          {"name", programme.name},
          {"zone", programme.zone.name()},
          {"week_start", week_start_name(programme.week_start)},
          {"currencies", std::move(currencies)},
          {"hold_seconds", programme.hold_seconds},
          {"approval_limit", programme.approval_limit},
          {"takes_events", programme.takes_events},
          {"events_from",
           programme.events_from ? Json(format_instant(*programme.events_from)) : Json()},
          {"revision", programme.revision},
          {"closed_until", programme.closed_ms == INT64_MIN
                               ? Json()
                               : Json(format_instant(from_millis(programme.closed_ms)))}};
}

Result<Programme> save_programme(store::Connection& c, Programme programme, Instant now) {
  const auto before = TRY(find_programme(c, programme.id));
  if ((before ? before->revision : 0) != programme.revision) {
    return fail(Code::kConflict, "the programme was changed meanwhile", "revision",
                "read it again and repeat the change");
  }
  if (before && before->zone.name() != programme.zone.name() && before->closed_ms != INT64_MIN) {
    return fail(Code::kConflict, "the time zone cannot change once a month is closed", "zone");
  }
  if (!before && TRY(list_programmes(c)).size() >= kMaxProgrammes)
    return fail(Code::kTooLarge, "there are 100 programmes already", "id");
  if (!programme.events_said) programme.events_from = before ? before->events_from : now;
  ++programme.revision;
  Json definition = to_json(programme);
  definition.erase("closed_until");
  TRY(c.execute(
      "INSERT INTO loyalty_programmes (id, definition, revision, closed_ms, created_ms) "
      "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET "
      "definition = excluded.definition, revision = excluded.revision",
      {programme.id, to_text(definition), programme.revision, INT64_MIN, to_millis(now)}));
  TRY(save_currencies(c, programme));
  // From now on merges of people are followed.
  const people::Reached reached = TRY(people::reached(c));
  TRY(
      c.execute("INSERT INTO loyalty_progress (id, last_move) VALUES (1, $1) "
                "ON CONFLICT (id) DO NOTHING",
                {reached.last_move}));
  return *TRY(find_programme(c, programme.id));
}

Result<std::optional<Programme>> find_programme(store::Connection& c, std::string_view id) {
  const auto row =
      TRY(c.query_one("SELECT id, definition, revision, closed_ms "
                      "FROM loyalty_programmes WHERE id = $1",
                      {std::string(id)}));
  if (!row) return std::nullopt;
  return TRY(read_programme(c, *row));
}

Result<std::vector<Programme>> list_programmes(store::Connection& c) {
  std::vector<Programme> programmes;
  for (const auto& row : TRY(c.query("SELECT id, definition, revision, closed_ms "
                                     "FROM loyalty_programmes ORDER BY created_ms, id"))) {
    programmes.push_back(TRY(read_programme(c, row)));
  }
  return programmes;
}

}  // namespace perennial::loyalty
