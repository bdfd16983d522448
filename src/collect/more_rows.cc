#include "collect/more_rows.h"

#include <utility>

#include <algorithm>
#include <array>

#include "collect/client_events.h"
#include "people/people.h"

namespace perennial::collect {
namespace {

constexpr std::array<std::string_view, 16> kYes = {
    "yes", "y",      "true", "1",    "granted", "subscribed", "opt-in", "optin",
    "in",  "agreed", "是",   "同意", "已同意",  "已订阅",     "订阅",   "授权"};
constexpr std::array<std::string_view, 18> kNo = {
    "no",      "n",      "false",  "0",         "denied",  "unsubscribed",
    "opt-out", "optout", "out",    "withdrawn", "revoked", "否",
    "不同意",  "拒绝",   "已退订", "退订",      "未授权",  "撤回"};

std::optional<bool> consent_of(std::string_view text) {
  const std::string word = fold_for_search(text);
  if (std::ranges::find(kYes, word) != kYes.end()) return true;
  if (std::ranges::find(kNo, word) != kNo.end()) return false;
  return std::nullopt;
}

// Members of a JSON object, put together in order; what is empty is left out.
class Members {
 public:
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    this->name(name);
    append_json_string(out, value);
  }
  void time(std::string_view name, const std::optional<Instant>& at) {
    if (at) text(name, format_instant(*at));
  }
  void number(std::string_view name, const std::optional<int64_t>& value) {
    if (!value) return;
    this->name(name);
    out += std::to_string(*value);
  }
  std::string object() const { return out.empty() ? "{}" : "{" + out.substr(1) + "}"; }

  std::string out;  // ",name:value…"

 private:
  void name(std::string_view name) {
    out += ',';
    append_json_string(out, name);
    out += ':';
  }
};

class MoreRows : public RowBuilder {
 public:
  MoreRows(const FilePlan& plan, Kind kind, const Defaults& defaults, Zone zone)
      : RowBuilder(plan, kind, defaults, zone), currency_(column("currency")) {}

 protected:
  // The amount with its currency; nothing without an amount.
  bool add_amount(size_t amount, std::string_view name, Members& members) {
    std::string_view currency = cell(currency_);
    if (currency.empty()) currency = plan_.mapping.currency;
    if (currency.empty()) currency = defaults_.currency;
    std::optional<int64_t> minor;
    if (!cell(amount).empty() && !is_currency(currency)) {
      reject(currency_, "must be three capital letters such as EUR");
      return false;
    }
    if (!read_amount(amount, currency, minor)) return false;
    members.number(name, minor);
    if (!minor) return true;
    members.text("currency", currency);
    facts.amount_minor = *minor;
    return true;
  }

  Verdict finish(events::Event event, std::string name, Members& members, RowBatch& out) {
    append_extras(members.out, true);
    event.name = std::move(name);
    event.properties = members.object();
    if (event.properties.size() > kMaxEventBytes) return reject(kNone, "is longer than 32 KB");
    event.source = source_;
    event.message_id = "row:";
    append_row_key(event.message_id);
    event.received_at = defaults_.now;
    out.rows.push_back(std::move(event));
    return Verdict::kGood;
  }

 private:
  size_t currency_;
};

class ContractRows final : public MoreRows {
 public:
  ContractRows(const FilePlan& plan, const Defaults& defaults, Zone zone)
      : MoreRows(plan, Kind::kContracts, defaults, zone),
        contract_id_(column("contract_id")),
        customer_id_(column("customer_id")),
        start_(column("start")),
        end_(column("end")),
        signed_at_(column("signed_at")),
        amount_(column("amount")) {}

 protected:
  Verdict build_event(RowBatch& out) override {
    events::Event event;
    std::string id;
    std::optional<Instant> start, end, signed_at;
    if (!read_id(contract_id_, id) || !read_customer(customer_id_, event.user_id) ||
        !read_any_time(start_, start) || !read_any_time(end_, end) ||
        !read_any_time(signed_at_, signed_at)) {
      return Verdict::kRejected;
    }
    if (id.empty()) return reject(contract_id_, "is empty");
    if (!start) return reject(start_, "is empty");
    if (end && *end < *start) return reject(end_, "is before the start");
    Members members;
    members.text("contract_id", id);
    members.time("start", start);
    members.time("end", end);
    members.time("signed_at", signed_at);
    if (!add_amount(amount_, "amount_minor", members)) return Verdict::kRejected;
    for (std::string_view field : {"renewal", "product", "status"}) {
      members.text(field, cell(column(field)));
    }
    // A contract is known from the day that it was signed; one of the future from now on.
    event.timestamp = std::clamp(signed_at.value_or(*start), kEarliest, defaults_.as_of);
    facts.at = event.timestamp;
    return finish(std::move(event), std::string(kContractRecorded), members, out);
  }

 private:
  size_t contract_id_, customer_id_, start_, end_, signed_at_, amount_;
};

class ProductRows final : public MoreRows {
 public:
  ProductRows(const FilePlan& plan, const Defaults& defaults, Zone zone)
      : MoreRows(plan, Kind::kProducts, defaults, zone),
        product_id_(column("product_id")),
        price_(column("price")) {}

 protected:
  Verdict build_event(RowBatch& out) override {
    std::string id;
    if (!read_id(product_id_, id)) return Verdict::kRejected;
    if (id.empty()) return reject(product_id_, "is empty");
    events::Event event;
    event.anonymous_id = std::string(kItemPrefix) + "product:" + id;
    if (event.anonymous_id.size() > kMaxIdBytes) {
      return reject(product_id_, "is too long to name a product");
    }
    event.timestamp = defaults_.as_of;
    Members members;
    members.text("item_type", "product");
    members.text("item_id", id);
    for (std::string_view field : {"name", "category", "brand"}) {
      members.text(field, cell(column(field)));
    }
    if (!add_amount(price_, "price_minor", members)) return Verdict::kRejected;
    facts.amount_minor = 0;  // prices do not add up to anything
    facts.anonymous = true;
    return finish(std::move(event), std::string(kItemSet), members, out);
  }

 private:
  size_t product_id_, price_;
};

class ConsentRows final : public MoreRows {
 public:
  ConsentRows(const FilePlan& plan, const Defaults& defaults, Zone zone)
      : MoreRows(plan, Kind::kConsents, defaults, zone),
        customer_id_(column("customer_id")),
        channel_(column("channel")),
        consent_(column("consent")),
        at_(column("at")) {}

 protected:
  Verdict build_event(RowBatch& out) override {
    events::Event event;
    if (!read_customer(customer_id_, event.user_id)) return Verdict::kRejected;
    std::string channel = fold_for_search(cell(channel_));
    if (channel == "e-mail" || channel == "mail" || channel == "邮件" || channel == "邮箱") {
      channel = "email";
    }
    if (channel.empty()) return reject(channel_, "is empty");
    auto consent = consent_of(cell(consent_));
    if (!consent) {
      return reject(consent_, "says neither yes nor no: \"" +
                                  std::string(cut_text(cell(consent_), 40)) + "\"");
    }
    event.timestamp = defaults_.as_of;
    if (!cell(at_).empty()) {
      Verdict verdict = read_time(at_, event.timestamp);
      if (verdict != Verdict::kGood) return verdict;
      facts.at = event.timestamp;
    }
    Members members;
    members.text("channel", channel);
    members.text("topic", cell(column("topic")));
    members.text("evidence", cell(column("evidence")));
    return finish(std::move(event), *consent ? "Subscribed" : "Unsubscribed", members, out);
  }

 private:
  size_t customer_id_, channel_, consent_, at_;
};

}  // namespace

std::unique_ptr<RowBuilder> make_more_rows(Kind kind, const FilePlan& plan,
                                           const Defaults& defaults, Zone zone) {
  if (kind == Kind::kContracts) return std::make_unique<ContractRows>(plan, defaults, zone);
  if (kind == Kind::kProducts) return std::make_unique<ProductRows>(plan, defaults, zone);
  return std::make_unique<ConsentRows>(plan, defaults, zone);
}

}  // namespace perennial::collect
