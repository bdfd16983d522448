// Loyalty: a double-entry ledger of points with lots, earning rules, levels, and the checkout API.
//
// The ledger moves points only by postings: each takes `amount` from one account (its debit) to
// another (its credit), names the lot it moves, and is never changed or deleted. A commit decides
// any number of commands and writes their postings, lots and answers in one transaction of the
// state database, so that a command is either done with all its effects or not at all.
//
//   std::vector<Command> commands = {{.kind = CommandKind::kEarn, .id = "order 17",
//                                     .currency = "points", .person = 3, .amount = 120}};
//   auto outcomes = TRY(decide(c, *programme, commands, now));  // one Outcome each, same order
//
// Units: points are integers, money is minor units, times are UTC. A lot may be spent in
// [activates_at, expires_at).
//
// Threads: functions over a store::Connection are used inside its transaction; Loyalty is
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "events/events.h"
#include "http/http.h"
#include "people/people.h"
#include "store/store.h"

namespace perennial::loyalty {

using people::PersonId;
using Points = int64_t;

// ---- limits

inline constexpr Points kMaxPoints = 1'000'000'000'000;  // of one command
inline constexpr Points kMaxBalance = 1'000'000'000'000'000'000;
inline constexpr size_t kMaxBatch = 10'000;     // commands of one request
inline constexpr size_t kMaxIdBytes = 200;      // of a command's id, order and line
inline constexpr size_t kMaxReasonBytes = 500;  // of a command
inline constexpr size_t kMaxRuleBytes = 64 * 1024;
inline constexpr size_t kMaxProgrammes = 100;
inline constexpr size_t kMaxCurrencies = 8;  // of one programme
inline constexpr size_t kMaxRules = 200;     // of one programme, versions not counted
inline constexpr size_t kMaxLevels = 50;     // of one programme
inline constexpr int64_t kMaxHoldSeconds = 30 * 24 * 3600;
inline constexpr int64_t kNever = INT64_MAX;  // an expiry that never comes, in milliseconds

// ---- programmes

// When a lot expires, seen from the day (in the programme's zone) on which it was earned. Its last
// day counts in full: the lot expires at the start of the day after.
struct Expiry {
  enum class Kind { kNever, kDays, kEndOf } kind = Kind::kEndOf;
  enum class Unit { kDay, kMonth, kQuarter, kYear } unit = Unit::kYear;
  int64_t count = 1;  // kDays: that many days after; kEndOf: units after the one of the earn day
  bool operator==(const Expiry&) const = default;
};
// The instant from which a lot that was earned at `earned_ms` is gone; kNever if it stays.
int64_t expires_at(const Expiry& expiry, const Zone& zone, int64_t earned_ms);

// What happens when a refund takes points back that are gone already. Stored: never renumber.
enum class Shortfall {
  kNegative = 1,  // the balance goes negative; whatever comes in pays for it first
  kRecover = 2,   // the balance stays at 0; the next earnings pay
  kWriteOff = 3,  // the programme bears it
};

struct Currency {
  int64_t id = 0;  // of all programmes, from 1
  std::string code, name;
  Expiry expiry;
  int64_t delay_days = 0;  // what is earned can be spent after so many days
  Shortfall shortfall = Shortfall::kNegative;
  bool spendable = true;            // growth value is not
  int64_t cost_minor_per_1000 = 0;  // what 1,000 points cost the shop, in the workspace's currency
  int64_t expected_redemption_ppm = 800'000;      // of the points outstanding, for the liability
  int64_t spend_points = 100, spend_minor = 100;  // at checkout so many points pay so much
  int64_t spend_max_percent = 100;                // of a cart that points may pay
};

struct Programme {
  std::string id;  // chosen by the operator: a word of a–z, 0–9, "-" and "_"
  std::string name;
  Zone zone = Zone::utc();
  WeekStart week_start = WeekStart::kMonday;
  std::vector<Currency> currencies;  // the first one is meant when a command names none
  int64_t hold_seconds = 1800;       // preset of a hold's life
  Points approval_limit = 10'000;    // adjustments above need a second person
  int64_t closed_ms = INT64_MIN;     // nothing is posted before this instant any more
  int64_t revision = 0;              // of its definition, for parallel edits
  bool takes_events = true;          // earning rules run
  // What takes effect from this instant on is told to the event log (outbox.h). Preset: from when
  // the programme was made.
  std::optional<Instant> events_from;
  bool events_said = false;  // events_from was given, as "none" too

  const Currency* find(std::string_view code) const;
  const Currency* find(int64_t currency_id) const;
  Calendar calendar() const { return {.zone = zone, .week_start = week_start}; }
};
// Fails with kInvalid, naming the field.
Result<Programme> programme_from_json(const Json& json);
Json to_json(const Programme& programme);
// Creates it (revision 0 expected) or changes it; kConflict when somebody else changed it
// meanwhile. A currency can be added and its terms changed, never removed.
Result<Programme> save_programme(store::Connection& c, Programme programme, Instant now);
Result<std::optional<Programme>> find_programme(store::Connection& c, std::string_view id);
Result<std::vector<Programme>> list_programmes(store::Connection& c);

// ---- the ledger

// Accounts of a person (1–9) and of the programme (11–19). Stored: never renumber.
enum class Account : int64_t {
  kAvailable = 1,
  kPending = 2,
  kHeld = 3,
  kOwed = 4,  // points that a refund took back and that the person did not have
  kIssued = 11,
  kRedeemed = 12,
  kExpired = 13,
  kAdjusted = 14,
  kWrittenOff = 15,
  kMoved = 16,     // between people; nothing stays in it
  kBreakage = 17,  // expired points of closed months
};
std::string_view account_name(Account account);

// Stored: never renumber.
enum class CommandKind : int64_t {
  kEarn = 1,
  kHold = 2,
  kCapture = 3,
  kRelease = 4,
  kRedeem = 5,
  kRefund = 6,
  kExpire = 7,
  kAdjust = 8,
  kTransfer = 9,
  kMerge = 10,
  kUnmerge = 11,
  // Not from outside: what time does, and what earning rules do.
  kActivate = 20,
  kLapse = 21,    // expiry at its time
  kTimeOut = 22,  // of a hold
  kAward = 23,
  kTakeBack = 24,
  kRecognise = 25,  // expired points become breakage when a month is closed
};
std::string_view kind_name(CommandKind kind);

struct Command {
  CommandKind kind = CommandKind::kEarn;
  std::string id;        // the client's; unique in the programme
  std::string currency;  // "" = the programme's first
  PersonId person = 0;
  Points amount = 0;  // adjust: may be negative; capture, release: 0 = all
  std::string order, line, reason;
  std::optional<int64_t> earned_ms, activates_ms, expires_ms;  // earn, adjust
  // refund: how much of the order or of the line, in minor units; neither = all that is left.
  int64_t refunded_minor = 0, total_minor = 0;
  int64_t order_total_minor = 0;  // with a line: the share of spent points to give back
  std::string target;             // capture, release: the hold; unmerge: the merge
  PersonId other = 0;             // transfer: to whom; merge: from whom, into `person`
  int64_t lot = 0;                // expire
  int64_t hold_seconds = 0;
  bool release_rest = false;  // capture

  // When it takes effect; never earlier than what the accounts have seen. Commands of the API come
  // without and take effect now.
  std::optional<int64_t> at_ms;
  // Of awards: the rule that earned it, its version, and the event.
  int64_t award = 0, version = 0;
  std::string rule, event;
  std::string by;  // the id of the user or key that sent it; "" = nobody did, or a member
};
// Reads the contract's Command. Fails with kInvalid, naming the field.
Result<Command> command_from_json(const Json& json);

// Why a command was refused: stable words of the contract.
struct Refusal {
  std::string code;  // "" = done
  std::string message, where;
};
struct Outcome {
  Refusal refusal;
  bool repeated = false;  // the id was known: this is the answer it got then
  int64_t entry = 0;      // the number of its postings; 0 if it made none
  Points amount = 0;      // moved: earned, held, captured, taken back, …
  Points given_back = 0;  // refund: spent points that came back
  Points available = 0, pending = 0, held = 0, owed = 0;  // after it
  Instant at;
  bool done() const { return refusal.code.empty(); }
};
Json to_json(const Outcome& outcome);

// Decides commands in order and writes everything they do. Refused commands are remembered as well
// as done ones: an id keeps its answer. Commands without an id are not remembered (awards).
// Fails only when the database does, or with kConflict for a programme that is not saved.
Result<std::vector<Outcome>> decide(store::Connection& c, const Programme& programme,
                                    std::span<const Command> commands, Instant now);
// Lets time pass for people who have something due at or before `now`, at most `limit` of them and
// few at once where they have many lots: activations, expiries, holds that time out. Returns how
// many people it was; 0 when nothing is due any more. When and how often this runs changes no
// balance and no statement.
Result<size_t> settle_due(store::Connection& c, const Programme& programme, Instant now,
                          size_t limit);

// ---- what the ledger says

struct Balance {
  Points available = 0, pending = 0, held = 0, owed = 0;
  bool operator==(const Balance&) const = default;
  // What the person sees: with Shortfall::kNegative, less what is owed.
  Points shown(const Currency& currency) const;
};
struct OpenLot {
  int64_t id = 0;
  Points amount = 0, open = 0, held = 0;
  Instant earned_at, activates_at;
  std::optional<Instant> expires_at;  // never, if there is none
  bool active = true;
  std::string order, rule, event;
};
// One posting as a person's statement shows it.
struct StatementLine {
  int64_t entry = 0;
  Instant at;
  CommandKind kind = CommandKind::kEarn;
  Account debit = Account::kIssued, credit = Account::kAvailable;
  Points amount = 0;
  int64_t lot = 0;
  std::string command, rule, event, order, reason;
  int64_t version = 0;
  Balance after;
};
struct Statement {
  Balance balance;
  std::vector<OpenLot> lots;         // at `as_of`, in the order of spending; only when it is now
  std::vector<StatementLine> lines;  // oldest first
};
// Everything of a person in one currency until `as_of` (what happened at that very instant counts),
// whether or not a worker has settled it. People who were merged away have the statement that they
// had until then.
Result<Statement> statement(store::Connection& c, const Programme& programme,
                            const Currency& currency, PersonId person, Instant as_of);
// Only the balance of now, without reading the postings.
Result<Statement> balance_now(store::Connection& c, const Programme& programme,
                              const Currency& currency, PersonId person, Instant now);

struct AccountTotal {
  Account account = Account::kIssued;
  Points debits = 0, credits = 0;
};
// Sums of all postings until `as_of`, by account. Debits and credits of all accounts agree. Settle
// first, so that it does not miss what is due.
Result<std::vector<AccountTotal>> trial_balance(store::Connection& c, const Currency& currency,
                                                Instant as_of);

// Points of one month in which they were earned.
struct Cohort {
  std::string month;  // "2026-11" in the programme's zone
  Points earned = 0;  // less what refunds took back
  Points outstanding = 0, expired = 0, used = 0;
};
Result<std::vector<Cohort>> cohorts(store::Connection& c, const Programme& programme,
                                    const Currency& currency);
// What the accounts of people hold, by their totals: what is outstanding.
Result<Points> held_by_people(store::Connection& c, const Currency& currency);
// Outstanding × cost per point × expected redemption, rounded to the nearest minor unit.
int64_t liability_minor(const Currency& currency, Points outstanding);

struct Closing {
  std::string month;
  Span span;
  std::string closed_by;
  Instant closed_at;
  Json figures;  // by currency code: the trial balance and what became breakage
};
// What would become breakage if the month were closed now, of the currency with most of it.
Result<Points> breakage_of(store::Connection& c, const Programme& programme,
                           std::string_view month);
// Closes a month of the programme's calendar: settles what was due, moves what expired in it to
// breakage, and keeps its figures. Nothing can be posted before its end afterwards. Months are
// closed in order; kConflict for one that is not over, was closed, or leaves a gap.
Result<Closing> close_month(store::Connection& c, const Programme& programme,
                            std::string_view month, std::string_view closed_by, Instant now);
Result<std::vector<Closing>> list_closings(store::Connection& c, const Programme& programme);

// Compares everything that the ledger keeps twice. `faults` is empty when all agree.
struct Verified {
  int64_t holders = 0, lots = 0, postings = 0;
  std::vector<std::string> faults;  // at most 100
};
Result<Verified> verify(store::Connection& c);

// ---- hold-outs

// A person whom a hold-out keeps out, from when it began.
struct HeldOut {
  std::string hold_out;
  PersonId person = 0;
  Instant from;
};
// From `from` to the end of the hold-out these people earn nothing by rules: no points, no level,
// no price of members, no coupon that is handed out. What they have stays and can be spent;
// commands still give. Who is held out already stays so.
Result<void> hold_out(store::Connection& c, std::string_view hold_out,
                      std::span<const PersonId> people, Instant from);
Result<void> end_hold_out(store::Connection& c, std::string_view hold_out, Instant at);

// ---- the service

// A product that suits a person, and the reason, a word of RecommenderReason in api/openapi.yaml:
// "bought_with" and "viewed_with" with the name of what of theirs it goes with, "interest" with
// what they like. The reason also as it is said to them.
struct Suited {
  std::string product, reason, with, en, zh;
};

// Programmes with their routes, the writer that gathers commands of many requests into one commit,
// and the worker that settles what is due. Thread-safe.
class Loyalty {
 public:
  // Those of people whom a hold-out takes that came after it began. Asked in the transaction that
  // takes their events.
  using HeldNewcomers =
      std::function<Result<std::vector<HeldOut>>(store::Connection& c, std::span<const PersonId>)>;
  struct Wiring {
    store::Database& database;
    events::Log& log;
    access::Settings& settings;
    Clock clock;
    // People behind the words of any set, for price rules; may be empty: then nobody is in any.
    std::function<Result<std::vector<PersonId>>(std::string_view set)> resolve_set = nullptr;
    // Those of these products that suit a person, the best first, for the points mall; may be
    // empty: then the mall has the catalogue's order.
    std::function<Result<std::vector<Suited>>(PersonId, std::span<const std::string> products)>
        suited = nullptr;
    HeldNewcomers held_newcomers = nullptr;  // empty: nobody
  };
  static Result<std::unique_ptr<Loyalty>> open(Wiring wiring);
  virtual ~Loyalty() = default;
  virtual void add_routes(http::Router& router) = 0;  // /v1/loyalty/*
  // The same stage with what loyalty does about its events, in the same transaction: by then the
  // people behind them are known.
  virtual events::Stage follow(events::Stage people_stage) = 0;
  // Decides commands together with those of others who ask at the same time. Blocks until they are
  // durable.
  virtual Result<std::vector<Outcome>> run(std::string_view programme,
                                           std::vector<Command> commands) = 0;
  // The people of a level: "level:PROGRAMME:CODE". Nothing if `set` is not a word of loyalty's.
  virtual std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set) = 0;
  virtual void stop() = 0;
};

// Erases a person from the ledger, in the transaction of people::erase_person(): postings and lots
// stay with their amounts and times, so that totals stay; orders, reasons, notes and what earned
// the points go, under every number that the person had. Nothing is earned or taken back any more;
// what is left expires in its time. {"cleared", "deleted"}: rows.
Result<Json> erase_person(store::Connection& c, const people::ErasedPerson& erased);

// The tables of this module: docs/formats/ledger.md.
std::span<const store::Migration> migrations();

}  // namespace perennial::loyalty
