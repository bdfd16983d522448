#include "people/erase.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "people/bulk.h"
#include "people/hand.h"
#include "people/identifier.h"
#include "people/identity.h"
#include "people/intake.h"
#include "people/search.h"
#include "people/writer.h"

namespace perennial::people {
namespace {

using store::Row;
using store::Value;

constexpr std::string_view kExposure = "Experiment Viewed";
// Members of an order that say what was sold and for how much, never to whom.
constexpr std::string_view kOrderMembers[] = {
    "total",    "revenue",    "value",    "amount_minor", "currency", "kind",
    "quantity", "country",    "sku",      "name",         "tax",      "shipping",
    "discount", "product_id", "category", "brand",        "price"};
constexpr std::string_view kExposureMembers[] = {"experiment_id", "variation_id"};
constexpr size_t kTellingBytes = 6;    // a text of this length tells somebody wherever it stands
constexpr size_t kPhoneDigits = 11;    // a number of this length does so too
constexpr size_t kMaxKeptText = 200;   // bytes of a text that stays in an order
constexpr size_t kOrderIdLength = 22;  // of its new id

std::string identity_text(IdentityKind kind, const std::string& value) {
  return kind == IdentityKind::kUser ? events::identity_of(value, "")
                                     : events::identity_of("", value);
}

// The members named, where they are numbers, truth values or short texts.
Json some_members(const Json& object, std::span<const std::string_view> names) {
  Json out = Json::object();
  for (const std::string_view name : names) {
    const auto found = object.find(std::string(name));
    if (found == object.end()) continue;
    const bool text =
        found->is_string() && found->get_ref<const std::string&>().size() <= kMaxKeptText;
    if (text || found->is_number() || found->is_boolean()) out[std::string(name)] = *found;
  }
  return out;
}

Json order_without_whose(const events::StoredEvent& event, const Json& said, std::string_view key) {
  PropertyReader reader;
  Json out = some_members(said, kOrderMembers);
  const auto products = said.find("products");
  if (products != said.end() && products->is_array()) {
    out["products"] = Json::array();
    for (const Json& product : *products) {
      out["products"].push_back(product.is_object() ? some_members(product, kOrderMembers)
                                                    : Json::object());
    }
  }
  const OrderProperties order = reader.read_order(event.properties);
  if (event.name == kOrderRefunded)
    out["refund_id"] = hmac_token(key, refund_name(order.refund_id, event.message_id));
  out["order_id"] = erased_order_id(key, order_key(order.order_id, event));
  return out;
}

// Refunds under the names that they have by what stays of their events.
std::string erased_parts(std::string_view key, std::string_view text) {
  RefundParts parts;
  for (RefundPart& part : parse_parts(text)) {
    if (part.name != kEarlierRefund) part.name = refund_name(hmac_token(key, part.name), "");
    add_part(parts, std::move(part));
  }
  return parts_text(parts);
}

class Eraser {
 public:
  Eraser(store::Connection& c, PersonId person, const Erasure& erasure)
      : c_(c), person_(person), erasure_(erasure) {}

  Result<ErasedPerson> run() {
    const auto found = TRY(find_person(c_, person_));
    if (!found) return fail(Code::kNotFound, "there is no such customer", "person_id");
    if (is_erased(*found)) {
      return fail(Code::kConflict, "this customer is erased already", "person_id");
    }
    out_.first_seen_at = found->first_seen_at;
    out_.email = found->email;
    out_.email_consent = found->email_consent;
    TRY(load_identities());
    TRY(load_numbers());
    TRY(load_words(*found));
    TRY(pass_devices_on());
    TRY(erase_evidence());
    TRY(find_others());
    TRY(erase_notes_and_files());
    TRY(erase_searches());
    TRY(erase_profile(*found));
    return std::move(out_);
  }

 private:
  Result<void> load_identities() {
    for (const Row& row : TRY(c_.query(
             "SELECT id, kind, value, special FROM identities WHERE person = $1 ORDER BY id",
             {person_}))) {
      const auto kind = static_cast<IdentityKind>(row.integer(1));
      ids_.emplace_back(row.integer(0));
      if (kind == IdentityKind::kAnonymous) visitor_ids_.emplace_back(row.integer(0));
      of_kind(kind).emplace_back(row.text(2));
      out_.identities.push_back(identity_text(kind, row.text(2)));
      words_.insert(fold_for_search(row.text(2)));
      if (kind == IdentityKind::kAnonymous && row.integer(3) == 0)
        devices_[row.integer(0)].value = row.text(2);
    }
    out_.counts["identities"] = ids_.size();
    const auto progress = TRY(c_.query_one("SELECT applied_seq FROM people_progress WHERE id = 1"));
    INVARIANT(progress.has_value());
    out_.up_to_seq = static_cast<uint64_t>(progress->integer(0));
    return {};
  }

  // A number from before a join belongs to whom has the identity by which it went, as
  // current_person() says.
  Result<void> load_numbers() {
    out_.numbers.push_back(person_);
    for (const Row& row :
         TRY(c_.query("SELECT DISTINCT m.from_person FROM person_merges m JOIN identities i"
                      " ON i.kind = m.kind AND i.value = m.value WHERE i.person = $1"
                      " AND m.whole = 1 AND m.from_person <> 0 AND m.from_person <> $1"
                      " ORDER BY m.from_person",
                      {person_}))) {
      out_.numbers.push_back(row.integer(0));
    }
    return {};
  }

  Result<void> load_words(const Person& found) {
    out_.name = fold_for_search(found.name);
    for (const std::string& text : {found.email, found.phone}) {
      words_.insert(fold_for_search(text));
    }
    TRY(each_in(c_, "SELECT value FROM identity_claims WHERE identity IN {}", {}, ids_,
                [&](const Row& row) -> Result<void> {
                  words_.insert(fold_for_search(row.text(0)));
                  return {};
                }));
    words_.erase("");
    out_.words.assign(words_.begin(), words_.end());
    return {};
  }

  // A device on which others signed in too passes to the earliest of them, as if the person had
  // never had it: what it sends from now on is theirs. Of a device about which more than its joins
  // decides, they sign in anew.
  Result<void> pass_devices_on() {
    std::vector<Value> ids;
    for (const auto& [id, device] : devices_) ids.emplace_back(id);
    TRY(each_in(c_,
                "SELECT j.visitor, j.user_identity, j.ms, j.seq, u.person FROM identity_joins j"
                " JOIN identities u ON u.id = j.user_identity"
                " WHERE u.person <> $1 AND j.visitor IN {}"
                " AND j.user_identity NOT IN (SELECT identity FROM shared_users)",
                std::vector<Value>{person_}, ids, [&](const Row& row) -> Result<void> {
                  Device& device = devices_.at(row.integer(0));
                  const Stamp at{row.integer(2), row.integer(3)};
                  if (device.user != 0 && !(at < device.joined)) return {};
                  device.user = row.integer(1);
                  device.joined = at;
                  device.person = row.integer(4);
                  return {};
                }));
    std::unordered_set<PersonId> richer;
    for (const auto& [id, device] : devices_) {
      if (device.user == 0) continue;
      TRY(
          c_.execute("UPDATE identities SET person = $2, first_ms = $3, last_ms = $4, owner = $5,"
                     " joined_ms = $6, joined_seq = $7, shown = 1 WHERE id = $1",
                     {id, device.person, kEndOfTime, kBeforeTime, device.user, device.joined.ms,
                      device.joined.seq}));
      words_.erase(fold_for_search(device.value));
      std::erase(visitor_ids_, Value(id));
      richer.insert(device.person);
    }
    out_.words.assign(words_.begin(), words_.end());
    if (richer.empty()) return {};
    PropertyReader reader;
    const NameOrder names;
    return Writer(c_, reader, names, "").write_profiles(richer);
  }

  // Deletes the rows of these keys and counts them.
  Result<int64_t> take(std::string_view table, std::string_view column, std::span<const Value> keys,
                       std::string_view also = "") {
    int64_t count = 0;
    const std::string where = " WHERE " + std::string(also) + std::string(column) + " IN {}";
    TRY(each_in(c_, "SELECT count(*) FROM " + std::string(table) + where, {}, keys,
                [&](const Row& row) -> Result<void> {
                  count += row.integer(0);
                  return {};
                }));
    TRY(execute_in(c_, "DELETE FROM " + std::string(table) + where, {}, keys));
    return count;
  }

  // What joined the person to itself and to others. Numbers of moves stay: readers count on them.
  Result<void> erase_evidence() {
    TRY(take("identity_facts", "identity", ids_));
    int64_t evidence = TRY(take("identity_joins", "visitor", visitor_ids_));
    evidence += TRY(take("identity_joins", "user_identity", ids_));
    TRY(take("shared_users", "identity", ids_));
    evidence += TRY(take("identity_claims", "identity", ids_));
    evidence += TRY(take("merge_proposals", "a", ids_)) + TRY(take("merge_proposals", "b", ids_));
    for (const auto& [column, kind] : {std::pair("previous_id", IdentityKind::kUser),
                                       {"previous_id", IdentityKind::kAnonymous},
                                       {"user_id", IdentityKind::kUser}}) {
      TRY(name_messages("person_aliases", "1, user_id, 1, user_id", column, of_kind(kind), ""));
      evidence += TRY(take("person_aliases", column, of_kind(kind)));
    }
    for (const auto kind : {IdentityKind::kUser, IdentityKind::kAnonymous}) {
      const std::string number = std::to_string(static_cast<int64_t>(kind));
      for (const std::string side : {"a", "b"}) {
        const std::string also = side + "_kind = " + number + " AND ";
        TRY(name_messages("hand_links", "a_kind, a_value, b_kind, b_value", side + "_value",
                          of_kind(kind), also));
        evidence += TRY(take("hand_links", side + "_value", of_kind(kind), also));
      }
      TRY(execute_in(c_,
                     "UPDATE person_merges SET value = '', source = '', message_id = ''"
                     " WHERE kind = " +
                         number + " AND value IN {}",
                     {}, of_kind(kind)));
    }
    TRY(erase_decisions());
    for (const PersonId number : out_.numbers) {
      evidence += TRY(c_.execute(
          "UPDATE person_merges SET value = '', source = '', message_id = '' WHERE from_person = $1"
          " OR into_person = $1",
          {number}));
      // Results of campaigns that were planned under it still find the orders.
      if (number == person_) continue;
      TRY(
          c_.execute("UPDATE person_merges SET kind = 1, value = $2 WHERE from_person = $1"
                     " AND whole = 1",
                     {number, std::string(kErasedPrefix) + erasure_.id}));
    }
    out_.counts["evidence_of_joins"] = evidence;
    return {};
  }

  // What the audit trail says of decisions by hand: who decided, and when, stays.
  Result<void> erase_decisions() {
    for (const Row& row :
         TRY(c_.query("SELECT id, detail FROM access_audit WHERE object = 'identity'"))) {
      const Json detail = Json::parse(row.text(1), nullptr, false);
      const auto names = [&](const char* side) {
        const Json word = detail.is_object() ? detail.value(side, Json()) : Json();
        const Json value = word.is_object() ? word.value("value", Json()) : Json();
        return value.is_string() && words_.contains(fold_for_search(value.get<std::string>()));
      };
      if (!names("a") && !names("b")) continue;
      TRY(c_.execute("UPDATE access_audit SET detail = '{}' WHERE id = $1", {row.integer(0)}));
    }
    return {};
  }

  // Events of others that name the person. `whose`: kinds and values of whose events they may be.
  Result<void> name_messages(std::string_view table, std::string_view whose,
                             std::string_view column, std::span<const Value> keys,
                             const std::string& also) {
    return each_in(c_,
                   "SELECT source, message_id, " + std::string(whose) + " FROM " +
                       std::string(table) + " WHERE " + also + std::string(column) + " IN {}",
                   {}, keys, [&](const Row& row) -> Result<void> {
                     if (row.text(1).empty()) return {};
                     out_.messages.emplace_back(row.text(0), row.text(1));
                     for (const size_t at : {size_t{2}, size_t{4}}) {
                       namers_.insert(identity_text(static_cast<IdentityKind>(row.integer(at)),
                                                    row.text(at + 1)));
                     }
                     return {};
                   });
  }

  Result<void> find_others() {
    const std::vector<std::string> identities(namers_.begin(), namers_.end());
    std::set<PersonId> others;
    for (const PersonId other : TRY(people_of(c_, identities))) {
      if (other != 0 && other != person_) others.insert(other);
    }
    out_.others.assign(others.begin(), others.end());
    out_.namers = identities;
    // What was said by hand stands under nobody.
    if (!identities.empty()) out_.namers.push_back(events::identity_of("", kNobody));
    return {};
  }

  Result<void> erase_notes_and_files() {
    int64_t notes = 0, files = 0;
    for (const auto kind : {IdentityKind::kUser, IdentityKind::kAnonymous}) {
      const std::string also = "kind = " + std::to_string(static_cast<int64_t>(kind)) + " AND ";
      notes += TRY(take("customer_notes", "value", of_kind(kind), also));
      TRY(execute_in(c_,
                     "DELETE FROM customer_file_bytes WHERE file IN (SELECT id FROM"
                     " customer_files WHERE " +
                         also + "value IN {})",
                     {}, of_kind(kind)));
      files += TRY(take("customer_files", "value", of_kind(kind), also));
    }
    out_.counts["notes"] = notes;
    out_.counts["files"] = files;
    return {};
  }

  // A short word or a number is part of too much: it is the whole search, or stands between blanks.
  bool searches_for_person(const std::string& search) const {
    const auto names = [&](const std::string& word) {
      const bool digits = std::ranges::all_of(word, [](char c) { return '0' <= c && c <= '9'; });
      const size_t telling = digits ? kPhoneDigits : kTellingBytes;
      if (word.size() >= telling) return search.contains(word);
      return !word.empty() && (" " + search + " ").contains(" " + word + " ");
    };
    return names(out_.name) || std::ranges::any_of(words_, names);
  }

  // Saved views that search for the person lose their search.
  Result<void> erase_searches() {
    int64_t searches = 0;
    for (const Row& row : TRY(c_.query("SELECT id, query FROM customer_views"))) {
      Json query = Json::parse(row.text(1), nullptr, false);
      if (!query.is_object()) continue;
      const auto found = query.find("search");
      if (found == query.end() || !found->is_string()) continue;
      const std::string search = fold_for_search(trim(found->get_ref<const std::string&>()));
      if (!searches_for_person(search)) continue;
      query.erase("search");
      TRY(c_.execute("UPDATE customer_views SET query = $2, version = version + 1 WHERE id = $1",
                     {row.text(0), to_text(query)}));
      ++searches;
    }
    out_.counts["saved_searches"] = searches;
    return {};
  }

  // One identity without a name takes the place of all; orders are its.
  Result<void> erase_profile(const Person& found) {
    const auto progress = TRY(c_.query_one(
        "UPDATE people_progress SET last_identity = last_identity + 1, erasures = erasures + 1"
        " WHERE id = 1 RETURNING last_identity"));
    const int64_t identity = progress->integer(0), first_ms = to_millis(found.first_seen_at);
    const std::string name = std::string(kErasedPrefix) + erasure_.id;
    TRY(c_.execute("DELETE FROM identities WHERE person = $1", {person_}));
    TRY(
        c_.execute("INSERT INTO identities (id, kind, value, person, first_ms, last_ms, owner,"
                   " joined_ms, joined_seq, shown, special)"
                   " VALUES ($1, 1, $2, $3, $4, $5, 0, 0, 0, 1, 0)",
                   {identity, name, person_, first_ms, kBeforeTime}));
    int64_t last_ms = first_ms;
    const auto orders =
        TRY(c_.query("SELECT source, order_id, refund, at_ms, header_ms, line_ms, refunds"
                     " FROM orders WHERE person = $1",
                     {person_}));
    for (const Row& row : orders) {
      last_ms = std::max({last_ms, row.integer(3), row.integer(4), row.integer(5)});
      TRY(c_.execute(
          "UPDATE orders SET order_id = $4, identity = $5, who_rank = 2, refunds = $6"
          " WHERE source = $1 AND order_id = $2 AND refund = $3",
          {row.text(0), row.text(1), row.integer(2), erased_order_id(erasure_.key, row.text(1)),
           identity, erased_parts(erasure_.key, row.text(6))}));
    }
    out_.kept["orders"] = orders.size();
    const std::vector<NamedIdentity> all{{IdentityKind::kUser, name, first_ms}};
    TRY(
        c_.execute("UPDATE people SET user_id = $2, country = order_country, own_country = '',"
                   " email_consent = 0, name_key = NULL, name = '', email = '', phone = '',"
                   " search = $3, traits = '{}' WHERE id = $1",
                   {person_, name, search_text({}, all)}));
    TRY(c_.execute("UPDATE people_seen SET last_ms = $2, user_last_ms = $2 WHERE person = $1",
                   {person_, last_ms}));
    return {};
  }

  std::vector<Value>& of_kind(IdentityKind kind) {
    return kind == IdentityKind::kUser ? users_ : visitors_;
  }

  store::Connection& c_;
  const PersonId person_;
  const Erasure& erasure_;
  struct Device {
    std::string value;
    int64_t user = 0;  // the identity that it passes to; 0: nobody's
    Stamp joined;
    PersonId person = 0;
  };
  std::vector<Value> ids_, users_, visitors_;
  std::vector<Value> visitor_ids_;  // that nobody else has
  std::map<int64_t, Device> devices_;
  std::set<std::string> namers_;  // identities whose events may name the person
  std::set<std::string> words_;
  ErasedPerson out_;
};

}  // namespace

bool is_erased(const Person& person) { return person.user_id.starts_with(kErasedPrefix); }

std::string erased_identity(const Erasure& erasure) {
  return events::identity_of(std::string(kErasedPrefix) + erasure.id, "");
}

std::string erased_order_id(std::string_view key, std::string_view order_id) {
  return std::string(kErasedPrefix) + hmac_token(key, order_id).substr(0, kOrderIdLength);
}

std::optional<events::Event> what_stays(const events::StoredEvent& event, const Erasure& erasure) {
  if (event.type != events::Type::kTrack) return std::nullopt;
  const bool order =
      event.name == kOrderCompleted || event.name == kOrderRefunded || event.name == kOrderLine;
  if (!order && event.name != kExposure) return std::nullopt;
  Json said = Json::parse(event.properties, nullptr, false);
  if (!said.is_object()) said = Json::object();
  events::Event out;
  out.source = event.source;
  out.message_id = erasure.id + ":" + std::to_string(event.seq);
  out.name = event.name;
  out.user_id = std::string(kErasedPrefix) + erasure.id;
  out.properties = to_text(order ? order_without_whose(event, said, erasure.key)
                                 : some_members(said, kExposureMembers));
  return out;
}

Result<void> count_erasure(store::Connection& c) {
  TRY(c.execute("UPDATE people_progress SET erasures = erasures + 1 WHERE id = 1"));
  return {};
}

Result<ErasedPerson> erase_person(store::Connection& c, PersonId person, const Erasure& erasure) {
  return Eraser(c, person, erasure).run();
}

}  // namespace perennial::people
