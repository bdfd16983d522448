// Customers: identities joined, traits, orders, and the customer file. Everything here is derived
// from events by the stage people_stage(), so that a lost or late event gives the same people in
// the end.
//
// What the stage understands beside identify and alias (names as in Segment's e-commerce
// specification):
//   Order Completed {order_id, total | revenue | value, currency, products[]}: an order.
//
//   Order Refunded {order_id, total | revenue | value, currency}: a refund of that order; without
//   an amount and lines, of all of it.
//
//   Order Line {order_id, kind: "order" | "refund", amount_minor, currency, quantity, sku, name,
//   country}: one line of an imported order; lines of one order id add up where no Order Completed
//   or Order Refunded names an amount (source + order id name the order).
//
//   Subscribed, Unsubscribed {channel: "email"}, and the trait email_subscribed: consent.
//
// Orders without a customer (source "import:…" and anonymous id "order:…") have no person and are
// never merged into one.
//
// Joining: an identify that carries a user id and an anonymous id gives the anonymous history to
// the user, unless that anonymous id already belongs to another user (a shared device): then nobody
// is merged. alias joins previousId and userId. Empty and junk ids ("null", "undefined", "0", …)
// never join anybody; the log of joins is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "events/events.h"
#include "http/http.h"
#include "store/store.h"

namespace perennial::people {

using PersonId = int64_t;  // from 1; 0 stands for "no person" in order columns

inline constexpr std::string_view kOrderCompleted = "Order Completed";
inline constexpr std::string_view kOrderRefunded = "Order Refunded";
inline constexpr std::string_view kOrderLine = "Order Line";
bool is_junk_id(std::string_view id);
// Neither empty nor junk nor too long: what can be an identity.
bool names_somebody(std::string_view id);
// Identifiers are compared in Unicode's composed form (NFC, UAX #15) without blanks around them.
std::string normal_text(std::string_view text);
// Members of an event's context in which collect/ leaves junk ids that it took out of the event,
// for the review list.
inline constexpr std::string_view kJunkUserId = "junk_user_id";
inline constexpr std::string_view kJunkAnonymousId = "junk_anonymous_id";

struct Person {
  PersonId id = 0;
  std::string user_id;  // the first known one; "" for an anonymous visitor
  std::string name, email, phone, country;
  std::string traits = "{}";  // JSON object
  int64_t orders = 0, refunds = 0;
  int64_t revenue_minor = 0;  // orders less refunds, in the workspace's currency
  std::optional<Instant> first_order_at, last_order_at;
  Instant first_seen_at, last_seen_at;
  enum class Consent {
    kUnknown = 0,
    kSubscribed = 1,
    kUnsubscribed = 2
  } email_consent = Consent::kUnknown;
  bool known() const { return !user_id.empty(); }
};

struct Order {
  std::string source, order_id;
  PersonId person = 0;
  bool refund = false;
  Instant at;
  int64_t total_minor = 0;  // negative for refunds
  std::string currency;
  int64_t lines = 0;
  double quantity = 0;
};

struct Identity {
  std::string kind;  // "user_id" or "anonymous_id"
  std::string value;
};

// The stage that keeps all this. The workspace's currency is what amounts without a currency are
// in, and what revenue is counted in. `settings` must outlive the stage. Its `committed` is empty
// and free for the caller.
events::Stage people_stage(access::Settings& settings);

Result<std::optional<Person>> find_person(store::Connection& c, PersonId id);
Result<std::vector<Person>> find_people(
    store::Connection& c,
    std::span<const PersonId> ids);  // in the order of ids; missing ones left out
// Who a person is now that was joined to another; `id` itself if nothing happened to it.
Result<PersonId> current_person(store::Connection& c, PersonId id);
Result<std::vector<Identity>> identities_of(store::Connection& c, PersonId id);
// The person of an identity as an event carries it (user id first), following joins.
Result<std::optional<PersonId>> resolve(store::Connection& c, std::string_view user_id,
                                        std::string_view anonymous_id);
Result<std::vector<Order>> orders_of(store::Connection& c, PersonId id, size_t offset,
                                     size_t limit);  // newest first

// ---- whose events

// Identities here are as events::identity_of() writes them.

// How far the stage has come, for those who derive more from the log by person.
struct Reached {
  uint64_t applied_seq = 0;
  int64_t last_move = 0;     // the number of the newest move
  PersonId last_person = 0;  // the highest number given to a person
  int64_t erasures = 0;      // so far: with another one, identities may be somebody new's
};
Result<Reached> reached(store::Connection& c);
// Whose each identity is; 0: nobody's (junk, an order without a customer, or not seen yet).
Result<std::vector<PersonId>> people_of(store::Connection& c,
                                        std::span<const std::string> identities);
Result<void> each_identity(
    store::Connection& c,
    const std::function<Result<void>(std::string_view identity, PersonId)>& each);
// All identities of people, those that only an alias named included.
Result<std::vector<std::string>> identities_of_people(store::Connection& c,
                                                      std::span<const PersonId> people);
// That two people named the same identifier ("phone", "email", "unionid", "openid", "device"), or
// that both were seen under one anonymous id (kSharedVisitor). Identifiers that so many name that
// they are somebody's default do not count.
inline constexpr std::string_view kSharedVisitor = "visitor";
struct SharedMark {
  PersonId other = 0;
  std::string kind;
};
Result<std::vector<SharedMark>> shared_marks(store::Connection& c, PersonId person,
                                             std::span<const PersonId> others);

// An identity, or everything of a person (`whole`), went to another person.
struct Move {
  int64_t id = 0;               // ascending
  PersonId from = 0, into = 0;  // from 0: somebody new, who had no events before
  bool whole = false;
  std::string identity;
};
Result<std::vector<Move>> moves_after(store::Connection& c, int64_t id, size_t limit);

// ---- fields that a role sees in part

// "name", "email", "phone", or a trait's name.
struct Mask {
  std::set<std::string, std::less<>> fields;
  bool hides(std::string_view field) const { return fields.contains(field); }
};
Result<Mask> mask_of(store::Connection& c, std::string_view role);
// What any role sees in part: for those who have none.
Result<Mask> mask_of_strangers(store::Connection& c);
// As the role sees the person.
Person masked(Person person, const Mask& mask);
// An answer about people of any module, with what the mask hides in part: fields of objects that
// name a person, traits, properties of events, and any text that is an e-mail address or a phone
// number where those are hidden. Other members that happen to be called like a trait stay.
Json masked_answer(Json answer, const Mask& mask);

// ---- erasing

// How the user id of somebody begins who was erased: only orders are left, nobody knows whose.
inline constexpr std::string_view kErasedPrefix = "erased:";
bool is_erased(const Person& person);
// Identifies an erasure. `key` is random, and thrown away when the erasure is done.
struct Erasure {
  std::string id, key;
};
// What those need who erase the rest.
struct ErasedPerson {
  // The person's number, and those that it had before joins: rows of other modules may stand under
  // each of them.
  std::vector<PersonId> numbers;
  std::vector<std::string> identities;  // as events::identity_of() writes them
  // Events of others that name the person: their sources and messages, under which of these
  // identities they stand, and whose those are.
  std::vector<std::pair<std::string, std::string>> messages;
  std::vector<std::string> namers;
  std::vector<PersonId> others;
  std::vector<std::string> words;  // that may stand elsewhere: ids, e-mail, phone; folded
  std::string name;                // folded; others may be called the same
  uint64_t up_to_seq = 0;          // events up to here were this person's, later ones are not
  Instant first_seen_at;
  std::string email;
  Person::Consent email_consent = Person::Consent::kUnknown;
  Json counts;  // {"identities": 3, "notes": 1, …}: what was erased
  Json kept;    // {"orders": 2}: what stays without identity
};
// In one transaction everything that this module keeps of a person goes. Who comes back by the same
// identifiers is somebody new. kNotFound; kConflict when it was done before.
Result<ErasedPerson> erase_person(store::Connection& c, PersonId person, const Erasure& erasure);
// Counted once more when the log has lost the events too: who remembers by identity begins anew.
Result<void> count_erasure(store::Connection& c);
// What stays of an event of an erased person, under the identity without a name: orders with their
// amounts, and the arm of an experiment; nothing of other events.
std::optional<events::Event> what_stays(const events::StoredEvent& event, const Erasure& erasure);
// Whose identity the person's remains have.
std::string erased_identity(const Erasure& erasure);

// ---- lists

struct ListQuery {
  std::string search;  // folded containment in name, e-mail, phone, identifiers
  std::optional<std::string> country;
  std::optional<bool> known = true;
  std::optional<std::vector<PersonId>> set;  // only these people
  enum class Sort {
    kLastOrder,
    kFirstOrder,
    kOrders,
    kRevenue,
    kName,
    kLastSeen,
    kFirstSeen
  } sort = Sort::kLastOrder;
  bool descending = true;  // people without the sorted value come last either way
  size_t offset = 0, limit = 50;
};
struct ListPage {
  std::vector<Person> people;
  size_t total = 0;
};
Result<ListPage> list_people(store::Connection& c, const ListQuery& query);

// ---- properties of people

// Another number whenever a trait or a country may have changed.
Result<uint64_t> profiles_version(store::Connection& c);
// Country and traits (a JSON object) of everybody, by ascending id.
Result<void> each_profile(
    store::Connection& c,
    const std::function<void(PersonId, std::string_view country, std::string_view traits)>& each);

// ---- order columns

// All orders and refunds as columns, sorted by person, then time. Person 0 (no customer) comes
// first. Amounts are in the workspace's currency; orders in another currency count with amount 0.
struct OrderBook {
  std::vector<PersonId> person;
  std::vector<int64_t> at_ms;
  std::vector<int64_t> amount_minor;  // negative for refunds
  std::vector<uint8_t> refund;        // 1 = refund
  uint64_t version = 0;               // changes when the columns do
  size_t rows() const { return person.size(); }
};
Result<OrderBook> load_orders(store::Connection& c, std::string_view currency);
// All people with a user id, ascending: those without an order are prospects.
Result<std::vector<PersonId>> known_people(store::Connection& c);
// The same people with the time of their first event under a user id. Whoever learns from a moment
// of the past must not take those who were still visitors then: that they are known today tells
// that they came back.
struct KnownSince {
  std::vector<PersonId> person;  // ascending
  std::vector<int64_t> at_ms;    // by person
  bool known_before(PersonId id, Instant at) const;
};
Result<KnownSince> known_since(store::Connection& c);

// The newest order book, read again when the stage has moved on. Thread-safe.
class OrderBooks {
 public:
  OrderBooks(store::Database& database, access::Settings& settings);
  Result<std::shared_ptr<const OrderBook>> get();
  // Known people of the same moment.
  Result<std::shared_ptr<const std::vector<PersonId>>> known();
  void changed();  // called by the stage's `committed`

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

// ---- routes

// The one way in which modules below write to the timeline of a customer file: a kind of item, and
// how to read the newest ones of a person before an instant, newest first, at most `limit`. Each is
// {"kind": kind, "at": time, "title": text, …}.
struct TimelineSource {
  std::string kind;
  std::function<Result<std::vector<Json>>(store::Connection&, PersonId, Instant before,
                                          size_t limit)>
      read;
};

// What modules below add to the routes here.
struct Extensions {
  // People behind the words of `set` ("stage:silent"); kInvalid if no module knows them.
  std::function<Result<std::vector<PersonId>>(std::string_view set)> resolve_set;
  // Members to add to the Customer objects of a page: "stage" and "cell".
  std::function<Result<std::vector<Json>>(std::span<const Person>)> describe;
  // Members to add to a customer file: "rfm", "stage_reason".
  std::function<Result<Json>(const Person&)> describe_file;
  // Timeline items of kind "message" of a person before an instant, newest first, at most `limit`.
  std::function<Result<std::vector<Json>>(store::Connection&, PersonId, Instant before,
                                          size_t limit)>
      messages;
  std::vector<TimelineSource> sources;  // more kinds of timeline items
  // Blocks until the stages have passed `seq`, for what is shown after it was said; false when they
  // do not get there soon. May be empty: then nobody waits.
  std::function<bool(uint64_t seq)> settle;
};
Json customer_json(const Person& person, const Json& described);
// What answers GET /v1/customers and GET /v1/customers.csv, for other routes that show a list of
// people; they read `set` and the other parameters from the request.
struct ListHandlers {
  http::Handler page, csv;
};
ListHandlers list_handlers(store::Database& database, events::Log& log, access::Settings& settings,
                           Extensions extensions, Clock clock = system_now);
// /v1/customers* and /v1/identity* of api/openapi.yaml. `clock` stamps the audit trail, notes, and
// what is said by hand.
void add_routes(http::Router& router, store::Database& database, events::Log& log,
                access::Settings& settings, Extensions extensions, Clock clock = system_now);

std::span<const store::Migration> migrations();

}  // namespace perennial::people
