// The ledger over all people: /v1/loyalty/programmes/{programme}/postings, …/postings.csv and
// …/entries/{entry}.
#include <algorithm>
#include <map>
#include <ranges>

#include "loyalty/postings.h"
#include "loyalty/service.h"

namespace perennial::loyalty {
namespace {

constexpr size_t kMaxCsvRows = 500'000;
constexpr size_t kCsvPage = 10'000;
constexpr int64_t kMaxPage = 500;
constexpr CommandKind kLastKind = CommandKind::kRecognise;
constexpr std::string_view kCsvHead =
    "entry,line,at,recorded_at,kind,debit,credit,amount,currency,person,lot,command,rule,version,"
    "event,order,reason,by\n";

std::string csv_field(const std::string& text) {
  std::string quoted = "\"";
  // A spreadsheet would take these for a formula.
  if (!text.empty() && std::string_view("=+-@\t\r").contains(text[0])) quoted += '\'';
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string who(const FoundPosting& one) { return one.by_name.empty() ? one.by : one.by_name; }

void add_csv_row(std::string& csv, const Programme& programme, const FoundPosting& one) {
  const StatementLine& line = one.line;
  for (const std::string& field :
       {std::to_string(line.entry), std::to_string(one.number), format_instant(line.at),
        format_instant(one.recorded_at), std::string(kind_name(line.kind)),
        std::string(account_name(line.debit)), std::string(account_name(line.credit)),
        std::to_string(line.amount), programme.find(one.currency)->code, std::to_string(one.person),
        std::to_string(line.lot), csv_field(line.command), csv_field(line.rule),
        std::to_string(line.version), csv_field(line.event), csv_field(line.order),
        csv_field(line.reason)})
    csv += field + ",";
  csv += csv_field(who(one)) + "\n";
}

Json posting_json(const Programme& programme, const FoundPosting& one) {
  const StatementLine& line = one.line;
  return {{"entry", line.entry},
          {"line", one.number},
          {"at", format_instant(line.at)},
          {"recorded_at", format_instant(one.recorded_at)},
          {"kind", kind_name(line.kind)},
          {"debit", account_name(line.debit)},
          {"credit", account_name(line.credit)},
          {"amount", line.amount},
          {"currency", programme.find(one.currency)->code},
          {"person", one.person == 0 ? Json() : Json(one.person)},
          {"lot", line.lot},
          {"command", line.command},
          {"rule", line.rule},
          {"version", line.version},
          {"event", line.event},
          {"order", line.order},
          {"reason", line.reason},
          {"by", one.by},
          {"by_name", who(one)}};
}

Result<std::vector<CommandKind>> kinds_from(const std::string& words) {
  std::vector<CommandKind> kinds;
  if (words.empty()) return kinds;
  for (const auto part : std::views::split(words, ',')) {
    const std::string_view word(part.begin(), part.end());
    auto kind = static_cast<int64_t>(CommandKind::kEarn);
    const auto last = static_cast<int64_t>(kLastKind);
    while (kind <= last && (word.empty() || kind_name(static_cast<CommandKind>(kind)) != word))
      ++kind;
    if (kind > last)
      return fail(Code::kInvalid, "there is no such kind of posting: " + std::string(word), "kind");
    if (std::ranges::find(kinds, static_cast<CommandKind>(kind)) == kinds.end())
      kinds.push_back(static_cast<CommandKind>(kind));
  }
  return kinds;
}

Result<std::string> short_word(const http::Request& request, std::string_view name) {
  std::string word = request.query_or(name, "");
  if (word.size() > kMaxIdBytes || !is_storable_text(word))
    return fail(Code::kInvalid, "is no id", std::string(name));
  return word;
}

Result<PostingSearch> search_from(const http::Request& request, const Programme& programme) {
  PostingSearch search;
  const std::string code = request.query_or("currency", "");
  if (!code.empty() && !programme.find(code))
    return fail(Code::kNotFound, "the programme has no such currency", "currency");
  for (const Currency& currency : programme.currencies) {
    if (code.empty() || currency.code == code) search.currencies.push_back(currency.id);
  }
  search.kinds = TRY(kinds_from(request.query_or("kind", "")));
  search.person = TRY(request.query_integer("person", 0, 0, INT64_MAX));
  search.reference = TRY(short_word(request, "reference"));
  search.rule = TRY(short_word(request, "rule"));
  search.by = TRY(short_word(request, "by"));
  search.min = TRY(request.query_integer("min", 0, 0, INT64_MAX));
  search.max = TRY(request.query_integer("max", INT64_MAX, 0, INT64_MAX));
  for (const auto& [name, ms] :
       {std::pair("from", &search.from_ms), std::pair("to", &search.to_ms)}) {
    const std::string text = request.query_or(name, "");
    if (text.empty()) continue;
    auto at = parse_instant(text, programme.zone);
    if (!at) return fail(Code::kInvalid, "is no time or day", name);
    *ms = to_millis(*at);
  }
  if (search.from_ms >= search.to_ms) return fail(Code::kInvalid, "is not before `to`", "from");
  const std::string after = request.query_or("after", "");
  if (!after.empty()) search.after = TRY(place_from_text(after));
  return search;
}

PostingPlace place_of(const FoundPosting& one) {
  return {to_millis(one.line.at), one.line.entry, one.number};
}

}  // namespace

void Service::add_posting_routes(http::Router& router) {
  const std::string one = "/programmes/{programme}";
  add(router, "GET", one + "/postings", "loyalty.read", &Service::postings);
  add(router, "GET", one + "/postings.csv", "loyalty.read", &Service::postings_csv);
  add(router, "GET", one + "/entries/{entry}", "loyalty.read", &Service::entry);
}

Result<void> Service::know_actor(const http::Principal& who) {
  {
    std::lock_guard lock(mutex_);
    const auto known = actors_.find(who.id);
    if (known != actors_.end() && known->second == who.name) return {};
  }
  TRY(wiring_.database.write([&](store::Connection& c) {
    return c.execute(
        "INSERT INTO loyalty_actors (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name "
        "= excluded.name",
        {who.id, who.name});
  }));
  std::lock_guard lock(mutex_);
  actors_[who.id] = who.name;
  return {};
}

Service::Answer Service::postings(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  PostingSearch search = TRY(search_from(request, programme));
  const auto limit = static_cast<size_t>(TRY(request.query_integer("limit", 50, 1, kMaxPage)));
  search.limit = limit + 1;  // one more tells whether there is a next page
  if (!search.after) settle_all(programme);
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    auto found = TRY(find_postings(c, programme, search));
    Json next;
    if (found.size() > limit) {
      found.resize(limit);
      next = to_text(place_of(found.back()));
    }
    Json rows = Json::array(), actors = Json::array();
    for (const FoundPosting& one : found) rows.push_back(posting_json(programme, one));
    for (const auto& row :
         TRY(c.query("SELECT id, name FROM loyalty_actors ORDER BY name, id LIMIT $1", {kMaxPage})))
      actors.push_back({{"id", row.text(0)}, {"name", row.text(1)}});
    return http::json(
        200, {{"postings", std::move(rows)}, {"next", std::move(next)}, {"actors", actors}});
  });
}

Service::Answer Service::postings_csv(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  PostingSearch search = TRY(search_from(request, programme));
  const std::string month = request.query_or("month", "");
  const bool monthly = !month.empty();
  if (monthly) {  // for the accountants: one currency, in the order of entries
    const Calendar calendar = programme.calendar();
    const Instant from = TRY(calendar.parse_label(Period::kMonth, month));
    search.from_ms = to_millis(from);
    search.to_ms = to_millis(calendar.advance(Period::kMonth, from, 1));
    const Currency* currency = TRY(currency_of(programme, request));
    search.currencies = {currency->id};
  }
  settle_all(programme);
  search.limit = kCsvPage;
  std::vector<FoundPosting> rows;
  TRY(wiring_.database.read([&](store::Connection& c) -> Result<void> {
    while (true) {
      auto page = TRY(find_postings(c, programme, search));
      const bool last = page.size() < search.limit;
      if (rows.size() + page.size() > kMaxCsvRows)
        return fail(Code::kTooLarge, "more than 500,000 postings", monthly ? "month" : "from",
                    "ask for less time");
      if (!page.empty()) search.after = place_of(page.back());
      std::ranges::move(page, std::back_inserter(rows));
      if (last) return {};
    }
  }));
  if (monthly) {
    std::ranges::sort(
        rows, {}, [](const FoundPosting& one) { return std::pair(one.line.entry, one.number); });
  }
  std::string csv(kCsvHead);
  for (const FoundPosting& one : rows) add_csv_row(csv, programme, one);
  return http::text(200, std::move(csv), "text/csv; charset=utf-8");
}

Service::Answer Service::entry(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const int64_t number = std::strtoll(request.params.at("entry").c_str(), nullptr, 10);
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const auto found = TRY(postings_of_entry(c, programme, number));
    if (found.empty()) return fail(Code::kNotFound, "there is no such entry", "entry");
    Json rows = Json::array(), accounts = Json::array();
    std::map<Account, AccountTotal> totals;
    Points debits = 0, credits = 0;
    for (const FoundPosting& one : found) {
      rows.push_back(posting_json(programme, one));
      totals[one.line.debit].debits += one.line.amount;
      totals[one.line.credit].credits += one.line.amount;
    }
    for (const auto& [account, total] : totals) {
      debits += total.debits;
      credits += total.credits;
      accounts.push_back({{"account", account_name(account)},
                          {"debits", total.debits},
                          {"credits", total.credits}});
    }
    return http::json(200, {{"entry", number},
                            {"postings", std::move(rows)},
                            {"accounts", std::move(accounts)},
                            {"debits", debits},
                            {"credits", credits}});
  });
}

}  // namespace perennial::loyalty
