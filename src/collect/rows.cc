#include "collect/rows.h"

#include <utility>

#include <algorithm>
#include <functional>

#include "collect/fields.h"
#include "collect/ids.h"
#include "collect/more_rows.h"
#include "collect/order_rows.h"
#include "people/people.h"

namespace perennial::collect {
namespace {

// Between cells of a row key: no cell holds it by chance.
constexpr char kCellBorder = '\x1F';
// Numbers with more digits are kept as text: they are names of something, not amounts.
constexpr size_t kMaxNumberCell = 15;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A number as JSON writes it, so that 007 and 1,5 stay text.
bool is_plain_number(std::string_view text) {
  if (text.size() > kMaxNumberCell) return false;
  if (text.starts_with('-')) text.remove_prefix(1);
  size_t point = text.find('.');
  std::string_view whole = text.substr(0, point);
  if (!is_digits(whole) || (whole.size() > 1 && whole.front() == '0')) return false;
  return point == std::string_view::npos || is_digits(text.substr(point + 1));
}

class CustomerRows final : public RowBuilder {
 public:
  CustomerRows(const FilePlan& plan, const Defaults& defaults, Zone zone)
      : RowBuilder(plan, Kind::kCustomers, defaults, zone),
        id_(column("customer_id")),
        created_at_(column("created_at")) {
    for (std::string_view field : {"name", "email", "phone", "country"}) {
      if (column(field) == kNone) continue;
      std::string member;
      append_json_string(member, field);
      extras_.push_back({member + ":", column(field)});
    }
  }

 protected:
  Verdict build_event(RowBatch& out) override {
    events::Event event;
    if (!read_id(id_, event.user_id)) return Verdict::kRejected;
    if (event.user_id.empty()) return reject(id_, "names nobody");
    std::string traits;
    if (!cell(created_at_).empty()) {
      Instant at;
      Verdict verdict = read_time(created_at_, at);
      if (verdict != Verdict::kGood) return verdict;
      facts.at = at;
      traits = ",\"createdAt\":\"" + format_instant(at) + "\"";
    }
    append_extras(traits, false);
    facts.customer = std::hash<std::string_view>()(event.user_id);
    event.source = source_;
    event.type = events::Type::kIdentify;
    event.message_id = "row:";
    append_row_key(event.message_id);
    event.timestamp = defaults_.as_of;
    event.received_at = defaults_.now;
    event.properties = traits.empty() ? "{}" : "{" + traits.substr(1) + "}";
    if (event.properties.size() > kMaxEventBytes) return reject(kNone, "is longer than 32 KB");
    out.rows.push_back(std::move(event));
    return Verdict::kGood;
  }

 private:
  size_t id_, created_at_;
};

class EventRows final : public RowBuilder {
 public:
  EventRows(const FilePlan& plan, const Defaults& defaults, Zone zone)
      : RowBuilder(plan, Kind::kEvents, defaults, zone),
        name_(column("name")),
        user_id_(column("user_id")),
        anonymous_id_(column("anonymous_id")),
        at_(column("at")),
        message_id_(column("message_id")) {}

 protected:
  Verdict build_event(RowBatch& out) override {
    events::Event event;
    event.name = cell(name_);
    if (event.name.empty()) return reject(name_, "is empty");
    if (event.name.size() > kMaxNameBytes) return reject(name_, "has at most 255 bytes");
    std::string junk_user, junk_anonymous;
    if (!read_id(user_id_, event.user_id, &junk_user) ||
        !read_id(anonymous_id_, event.anonymous_id, &junk_anonymous)) {
      return Verdict::kRejected;
    }
    note_junk(event.context, people::kJunkUserId, junk_user);
    note_junk(event.context, people::kJunkAnonymousId, junk_anonymous);
    if (event.user_id.empty() && event.anonymous_id.empty())
      return reject(user_id_, "names nobody");
    Verdict verdict = read_time(at_, event.timestamp);
    if (verdict != Verdict::kGood) return verdict;
    facts.at = event.timestamp;
    facts.anonymous = event.user_id.empty();
    if (!facts.anonymous) facts.customer = std::hash<std::string_view>()(event.user_id);
    event.message_id = cell(message_id_);
    if (event.message_id.size() > kMaxIdBytes) return reject(message_id_, "has at most 255 bytes");
    if (event.message_id.empty()) {
      event.message_id = "row:";
      append_row_key(event.message_id);
    }
    std::string properties;
    append_extras(properties, true);
    event.properties = properties.empty() ? "{}" : "{" + properties.substr(1) + "}";
    if (event.properties.size() > kMaxEventBytes) return reject(kNone, "is longer than 32 KB");
    event.source = source_;
    event.received_at = defaults_.now;
    out.rows.push_back(std::move(event));
    return Verdict::kGood;
  }

 private:
  size_t name_, user_id_, anonymous_id_, at_, message_id_;
};

}  // namespace

RowBuilder::RowBuilder(const FilePlan& plan, Kind kind, const Defaults& defaults, Zone zone)
    : plan_(plan),
      kind_(kind),
      defaults_(defaults),
      source_("import:" + std::string(kind_name(kind))),
      dates_(plan.mapping.date_format, zone) {
  for (const auto& [field, title] : plan_.mapping.columns) {
    auto place = plan_.find(title);
    if (!place) continue;
    mapped_.push_back(*place);
    if (find_field_rule(kind, field) != nullptr) continue;
    std::string member;
    append_json_string(member, field);
    extras_.push_back({member + ":", *place});
  }
  // The order in which the mapping names columns does not change a row's key.
  std::sort(mapped_.begin(), mapped_.end());
}

Result<std::unique_ptr<RowBuilder>> RowBuilder::make(Kind kind, const FilePlan& plan,
                                                     const Defaults& defaults) {
  Zone zone = defaults.zone;
  if (!plan.mapping.zone.empty()) zone = TRY(Zone::named(plan.mapping.zone));
  switch (kind) {
    case Kind::kCustomers:
      return std::make_unique<CustomerRows>(plan, defaults, zone);
    case Kind::kEvents:
      return std::make_unique<EventRows>(plan, defaults, zone);
    case Kind::kContracts:
    case Kind::kProducts:
    case Kind::kConsents:
      return make_more_rows(kind, plan, defaults, zone);
    case Kind::kOrders:
      break;
  }
  return make_order_rows(plan, defaults, zone);
}

Verdict RowBuilder::build(const CsvRow& row, RowBatch& out) {
  if (row.fault != nullptr) return reject(kNone, row.fault);
  if (row.fields.size() != plan_.titles.size()) {
    return reject(kNone, "has " + std::to_string(row.fields.size()) + " columns instead of " +
                             std::to_string(plan_.titles.size()));
  }
  // Converted text holds this character where the file's bytes meant nothing.
  if (plan_.mapping.encoding != "UTF-8" && row.raw.find(kReplacement) != std::string_view::npos) {
    return reject(kNone, "holds bytes that are no " + plan_.mapping.encoding);
  }
  cells_ = row.fields;
  facts = {};
  return build_event(out);
}

size_t RowBuilder::column(std::string_view field) const {
  return plan_.find(column_of(plan_.mapping, field)).value_or(kNone);
}

std::string_view RowBuilder::cell(size_t column) const {
  if (column == kNone) return "";
  std::string_view text = cells_[column];
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Verdict RowBuilder::reject(size_t column, std::string reason) {
  problem = {column == kNone ? "" : plan_.titles[column], std::move(reason)};
  return Verdict::kRejected;
}

Verdict RowBuilder::read_time(size_t column, Instant& at) {
  std::string_view text = cell(column);
  if (text.empty()) return reject(column, "is empty");
  auto time = dates_.read(text);
  if (!time) {
    return reject(column, "is no time in the format " + plan_.mapping.date_format + ": \"" +
                              std::string(cut_text(text, 40)) + "\"");
  }
  if (*time < kEarliest || *time > defaults_.now + kLatestAhead) {
    return reject(column, "is before 1990 or more than 24 hours ahead: " + format_instant(*time));
  }
  at = *time;
  return plan_.mapping.until && at >= *plan_.mapping.until ? Verdict::kLeftOut : Verdict::kGood;
}

bool RowBuilder::read_any_time(size_t column, std::optional<Instant>& at) {
  std::string_view text = cell(column);
  at.reset();
  if (text.empty()) return true;
  at = dates_.read(text);
  const bool known =
      at && to_millis(*at) >= events::kEarliestMillis && to_millis(*at) <= events::kLatestMillis;
  if (!known) {
    reject(column, "is no time in the format " + plan_.mapping.date_format + ": \"" +
                       std::string(cut_text(text, 40)) + "\"");
  }
  return known;
}

bool RowBuilder::read_customer(size_t column, std::string& out) {
  if (!read_id(column, out)) return false;
  if (out.empty()) {
    reject(column, "names nobody");
    return false;
  }
  facts.customer = std::hash<std::string_view>()(out);
  return true;
}

bool RowBuilder::read_amount(size_t column, std::string_view currency,
                             std::optional<int64_t>& out) {
  std::string_view text = cell(column);
  if (text.empty()) return true;
  auto number = parse_decimal(text);
  auto minor = number ? amount_minor(*number, currency) : std::unexpected(number.error());
  if (!minor) {
    reject(column, minor.error().message);
    return false;
  }
  out = *minor;
  return true;
}

bool RowBuilder::read_id(size_t column, std::string& out, std::string* junk) {
  std::string_view text = cell(column);
  if (size_t point = text.find('.'); point != std::string_view::npos && point > 0) {
    bool integer = is_digits(text.substr(0, point)) &&
                   text.find_first_not_of('0', point + 1) == std::string_view::npos;
    if (integer) text = text.substr(0, point);
  }
  out = text;
  const std::string named_nobody = settle_id(out);
  if (junk != nullptr) *junk = named_nobody;
  if (out.size() > kMaxIdBytes) {
    reject(column, "has at most 255 bytes");
    return false;
  }
  return true;
}

void RowBuilder::append_extras(std::string& out, bool typed) const {
  for (const Extra& extra : extras_) {
    std::string_view text = cell(extra.column);
    if (text.empty()) continue;
    out += ',';
    out += extra.member;
    if (typed && (is_plain_number(text) || text == "true" || text == "false")) {
      out += text;
    } else {
      append_json_string(out, text);
    }
  }
}

void RowBuilder::append_row_key(std::string& out) {
  key_text_.clear();
  for (size_t column : mapped_) {
    key_text_ += cell(column);
    key_text_ += kCellBorder;
  }
  Fingerprint key = fingerprint(key_text_);
  uint32_t before = seen_.add(key.low);
  out += key.hex();
  if (before > 0) {
    out += '-';
    out += std::to_string(before);
  }
}

}  // namespace perennial::collect
