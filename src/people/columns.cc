#include "people/columns.h"

#include "people/csv.h"

namespace perennial::people {
namespace {

constexpr Millis kSameView = std::chrono::minutes(10);
constexpr size_t kMaxSeen = 20'000;
constexpr std::string_view kTrait = "trait:";

std::string maybe_time(const std::optional<Instant>& at) { return at ? format_instant(*at) : ""; }

std::string plain(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

std::string_view consent_word(Person::Consent consent) {
  switch (consent) {
    case Person::Consent::kUnknown:
      return "unknown";
    case Person::Consent::kSubscribed:
      return "subscribed";
    case Person::Consent::kUnsubscribed:
      return "unsubscribed";
  }
  return "unknown";
}

std::string text_of(std::string_view column, const RowSource& row) {
  const Person& p = row.person;
  if (column == "user_id") {
    return masked(Json(p.user_id), row.mask).get<std::string>();
  }
  if (column == "name") return p.name;
  if (column == "email") return p.email;
  if (column == "phone") return p.phone;
  if (column == "country") return p.country;
  if (column.starts_with(kTrait)) {
    const auto found = row.traits.find(std::string(column.substr(kTrait.size())));
    return found == row.traits.end() ? "" : plain(*found);
  }
  return plain(row.described.value(std::string(column), Json()));
}

// Numbers, times and words of our own making; nothing for a text.
std::optional<std::string> own_word(std::string_view column, const RowSource& row) {
  const Person& p = row.person;
  if (column == "id") return std::to_string(p.id);
  if (column == "orders") return std::to_string(p.orders);
  if (column == "refunds") return std::to_string(p.refunds);
  if (column == "revenue") return format_minor(p.revenue_minor, row.currency);
  if (column == "currency") return std::string(row.currency);
  if (column.starts_with("first_order")) return maybe_time(p.first_order_at);
  if (column.starts_with("last_order")) return maybe_time(p.last_order_at);
  if (column.starts_with("first_seen")) return format_instant(p.first_seen_at);
  if (column.starts_with("last_seen")) return format_instant(p.last_seen_at);
  if (column == "email_consent") return std::string(consent_word(p.email_consent));
  return std::nullopt;
}

}  // namespace

void append_cell(std::string& out, std::string_view column, const RowSource& row) {
  if (const auto word = own_word(column, row)) {
    out += *word;
    return;
  }
  const std::string_view field = column.starts_with(kTrait) ? column.substr(kTrait.size()) : column;
  const std::string text = text_of(column, row);
  append_csv_text(out, row.mask.hides(field) ? mask_text(field, text) : text);
}

Result<void> ViewTrail::record(store::Database& database, const http::Request& request,
                               std::string_view action, const std::string& object,
                               const Json& detail, Instant now) {
  const std::string key = request.principal.id + '\n' + std::string(action) + '\n' + object + '\n' +
                          sha256_hex(to_text(detail));
  {
    std::lock_guard lock(mutex_);
    const auto before = seen_.find(key);
    if (before != seen_.end() && now - before->second < kSameView) return {};
  }
  TRY(database.write([&](store::Connection& c) {
    return access::record(c, request.principal, action, object, detail, now);
  }));
  std::lock_guard lock(mutex_);
  if (seen_.size() >= kMaxSeen) seen_.clear();
  seen_[key] = now;
  return {};
}

}  // namespace perennial::people
