// The pure core of the ledger: accounts and lots in memory and a command in, postings out. It knows
// no database and no clock.
//
// Time. Every command takes effect at an instant that never runs backwards for a person: the later
// of the given one, the person's last entry and the end of the last closed month. Before a command
// is decided, what was due until then happens first, each at its own instant: holds that timed out,
// then lots that become active, then lots that expire. So it does not matter whether a worker came
// by in between.
//
// Lots. `open` points of a lot can be spent (or are pending), `held` ones are set aside for a hold.
// For each person the sum of the open points of active lots is the available balance, of the others
// the pending one, and the sum of held points the held one: check() says so of every person.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <unordered_map>

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

struct Lot {
  int64_t id = 0;
  Points amount = 0, open = 0, held = 0;
  Points expired = 0;  // of amount: lost by expiry
  Points taken = 0;    // of amount: taken back by refunds
  int64_t earned_ms = 0, activates_ms = 0, expires_ms = kNever;
  bool active = true;
  int64_t award = 0;  // of earning rules; 0 = from a command
  std::string order, line, rule, event;
  int64_t version = 0;
  CommandKind origin = CommandKind::kEarn;
  bool fresh = false, changed = false;
  // In the order of spending: earliest expiry, then oldest.
  std::pair<int64_t, int64_t> place() const { return {expires_ms, id}; }
};

// How much of which lot a hold or a redemption uses.
struct Use {
  int64_t lot = 0;
  Points held = 0, spent = 0, returned = 0;
};

// A hold, or a redemption (which is a hold that was captured at once).
struct Spend {
  std::string id;  // of the command
  std::string order;
  int64_t at_ms = 0, expires_ms = kNever;
  Points amount = 0, held = 0, spent = 0, returned = 0;
  std::vector<Use> uses;
  bool fresh = false, changed = false;
};

// How much of an order, or of a line of it, was refunded so far.
struct Refunded {
  std::string order, line;
  bool spent_side = false;  // the share by which spent points came back
  int64_t refunded_minor = 0, total_minor = 0;
  bool changed = false;
};

struct Merge {
  std::string id;
  int64_t from = 0, into = 0;  // holders
  Points owed = 0;
  bool undone = false;
  std::vector<int64_t> lots;
  std::vector<std::string> spends;
  bool changed = false;
};

// All that one person has in one currency.
struct Holder {
  int64_t id = 0;
  int64_t currency = 0;
  PersonId person = 0;
  Points available = 0, pending = 0, held = 0, owed = 0;
  int64_t last_ms = INT64_MIN;  // of the newest entry
  int64_t merged_into = 0;      // holder that has everything since a merge
  bool fresh = false, changed = false;
  // Lots and spends that are open, or all of them when `whole`.
  bool whole = true;
  static constexpr std::pair<int64_t, int64_t> kFirst{INT64_MIN, INT64_MIN};  // before all lots
  static constexpr std::pair<int64_t, int64_t> kLast{INT64_MAX, INT64_MAX};
  // What the lots and holds add up to that were not read, and when the first of them is due: who
  // earns or spends little leaves them as they are.
  struct Unread {
    Points available = 0, pending = 0;
    Points held = 0, holds = 0;  // as lots have it and as holds do
    int64_t due_ms = kNever;
    std::pair<int64_t, int64_t> up_to = kLast;  // in the order of spending: no lot after it is read
  };
  Unread unread;
  std::deque<Lot> lots;
  std::deque<Spend> spends;
  std::vector<Refunded> refunded;

  Lot* lot(int64_t lot_id);
  // When something happens by itself next; kNever if nothing does.
  int64_t next_due() const;
};

struct Posting {
  int64_t holder = 0;  // 0: between accounts of the programme
  int64_t currency = 0;
  int64_t entry = 0, line = 0;
  int64_t at_ms = 0;
  CommandKind kind = CommandKind::kEarn;
  Account debit = Account::kIssued, credit = Account::kAvailable;
  int64_t lot = 0;
  Points amount = 0;
  std::string command, rule, event, order, reason, by;
  int64_t version = 0;
};

// What is gone of `points` after refunds of `part` out of `whole`, rounded down.
Points share_of(Points points, int64_t part, int64_t whole);

struct Numbers {
  int64_t entry = 1, lot = 1, holder = 1;  // the next ones
};

class Core {
 public:
  Core(const Programme& programme, Numbers numbers) : programme_(programme), next_(numbers) {}

  // The holder of a person; created if there is none. Follows merges.
  Holder& holder(int64_t currency, PersonId person);
  Holder* find(int64_t currency, PersonId person);
  Holder* find_by_id(int64_t id);
  Holder& add(Holder holder);  // loaded from the database
  void add_merge(Merge merge) { merges_.emplace(merge.id, std::move(merge)); }

  // Decides one command; `now_ms` is when it takes effect if it does not say itself.
  Outcome apply(const Command& command, int64_t now_ms);
  // What is due until `upto_ms`.
  void settle(Holder& holder, int64_t upto_ms);
  // Moves `amount` between accounts of the programme, or back when it is negative.
  void move(CommandKind kind, int64_t currency, Account debit, Account credit, Points amount,
            int64_t at_ms);
  // Ends the program if lots and balances differ.
  void check() const;

  const std::vector<Posting>& postings() const { return postings_; }
  const Programme& programme() const { return programme_; }
  const Numbers& numbers() const { return next_; }
  auto& holders() { return holders_; }
  auto& merges() { return merges_; }

 private:
  struct Entry {
    int64_t number = 0, line = 0, at_ms = 0;
    CommandKind kind = CommandKind::kEarn;
    const Command* command = nullptr;
  };
  using Checked = std::optional<Refusal>;

  Entry begin(CommandKind kind, int64_t at_ms, const Command* command = nullptr);
  void post(Entry& entry, Holder& holder, Account debit, Account credit, int64_t lot,
            Points amount);
  int64_t moment(const Holder& holder, int64_t wanted) const;
  Lot& new_lot(Holder& holder, Lot lot);
  // The active lots that are spent first, up to the first that was not read.
  std::vector<Lot*> in_order_of_spending(Holder& holder);
  void pay_owed(Entry& entry, Holder& holder, Lot& lot);
  // The holds and redemptions of an order that spent something, the oldest first.
  static std::vector<Spend*> spends_of(Holder& holder, const std::string& order);
  // Gives `amount` of them back, from the newest on.
  void give_back(Entry& entry, Holder& holder, const Currency& currency,
                 const std::vector<Spend*>& spends, Points amount);
  void give_back_to_lot(Entry& entry, Holder& holder, Spend& spend, Points amount);
  // Takes `amount` back from `lots` (newest first) and, for what is gone, from others.
  void take_back(Entry& entry, Holder& holder, const Currency& currency, std::vector<Lot*> lots,
                 Points amount);
  void credit(Entry& entry, Holder& holder, const Currency& currency, const Command& command,
              Account from, Points amount);

  Checked earn(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked hold(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked capture(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked release(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked redeem(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked refund(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  // A refund that an event told of, counted by what came back: the points that the order spent.
  Checked refund_by_event(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked expire(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked adjust(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked transfer(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked merge(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked unmerge(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  Checked award_back(const Command&, const Currency&, Holder&, int64_t at, Outcome&);
  void move_lots(Entry&, Holder& from, Holder& into, const std::vector<int64_t>& lots);
  // For what was spent from lots that leave the person, lots that a refund can give it back to.
  void keep_uses(Holder& holder, const std::vector<int64_t>& leaving);
  void release_uses(Entry& entry, Holder& holder, Spend& spend, Points amount);
  Spend& allocate(Entry& entry, Holder& holder, const Command& command, Account to);

  const Programme& programme_;
  Numbers next_;
  std::map<std::pair<int64_t, PersonId>, std::unique_ptr<Holder>> holders_;
  std::unordered_map<int64_t, Holder*> by_id_;
  std::map<std::string, Merge> merges_;
  std::vector<Posting> postings_;
};

}  // namespace perennial::loyalty
