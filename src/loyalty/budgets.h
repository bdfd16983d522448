// Caps over all people together: a budget of a rule, or of all rules of a currency, for a day, a
// week, a month or for ever. Who comes first is served first, in the order in which the ledger
// learns of it: the one thing in earning that depends on that order. An award that a budget has cut
// stays cut, and what a refund takes back is there for the next one, also for one that comes at the
// same time. What referrals give is no rule's and counts in no budget.
#pragma once

#include "loyalty/assess.h"

namespace perennial::loyalty {

// What the ledger has of one award.
struct PostedAward {
  int64_t id = 0;
  Points points = 0;
  int64_t version = 0, at_ms = 0;
  std::string currency_code;
  std::optional<Points> allowed;  // a budget has cut it to so much
  bool seen = false;              // the replay still gives it
  Points given_back = 0;          // of points: what the budgets have again already
};
// By person, rule and event.
using PostedAwards = std::map<std::tuple<PersonId, std::string, std::string>, PostedAward>;
// Rows of loyalty_awards, for insert_many().
inline const std::vector<std::string_view> kAwardColumns = {
    "id",      "programme", "person", "rule",  "event",
    "version", "currency",  "points", "at_ms", "allowed"};
using AwardRows = std::vector<std::vector<store::Value>>;
Result<PostedAwards> posted_awards(store::Connection& c, const Programme& programme,
                                   std::span<const PersonId> people);

// An award that is cut, with what is kept of it.
struct CutAward {
  Points allowed = 0;
  int64_t version = 0, at_ms = 0;
  std::string currency;
};
// By rule and event.
using Cuts = std::map<std::pair<std::string, std::string>, CutAward>;

// What a budget has given in one period.
struct BudgetUse {
  Points points = 0;
  int64_t times = 0;
};

// Which budgets the awards of a programme count in. Refers to the terms, which must outlive it.
class BudgetTerms {
 public:
  struct Budget {
    std::string scope;  // "rule:ID" or "currency:CODE"
    Cap::Every every = Cap::Every::kTotal;
  };
  // One that awards count in, and the caps by which it cuts them; none: they are only counted.
  struct Bound {
    size_t budget = 0;  // its number
    std::vector<const Cap*> caps;
  };

  explicit BudgetTerms(const Terms& terms);
  bool any() const { return !budgets_.empty(); }
  const Budget& budget(size_t number) const { return budgets_[number]; }
  // Of awards of a rule's version in this currency.
  std::vector<Bound> bounds(const Rule& rule, const std::string& currency) const;
  // Null for what is no rule: referrals count in no budget.
  const Rule* find(const std::string& rule, int64_t version) const;
  int64_t start_of_period(size_t budget, int64_t at_ms) const;

 private:
  const Terms& terms_;
  std::map<std::pair<std::string, int64_t>, const Rule*> rules_;
  std::vector<Budget> budgets_;
  std::map<std::pair<std::string, Cap::Every>, size_t> numbers_;
};
// How many points an award may have beside what others have used; one that is not `fresh` was
// counted among the times before.
Points room(std::span<const Cap* const> caps, const BudgetUse& used, bool fresh);

class Budgets {
 public:
  explicit Budgets(const Terms& terms) : programme_(terms.programme), terms_(terms) {}

  bool any() const { return terms_.any(); }
  // Counts what the awards of one person give back of what is posted. Before anybody is cut, as it
  // is there for all.
  Result<void> release(store::Connection& c, PersonId person, const std::vector<Award>& awards,
                       PostedAwards& posted);
  // Looks at the awards of one person beside what is posted of them. True when some have to be cut:
  // then `limits` and `cuts` say to what, and the replay is to be done again. Otherwise they are
  // counted.
  Result<bool> cut(store::Connection& c, PersonId person, const std::vector<Award>& awards,
                   const PostedAwards& posted, AwardLimits& limits, Cuts& cuts);
  Result<void> save(store::Connection& c);

 private:
  // By the budget's number and the start of its period.
  using Key = std::pair<size_t, int64_t>;
  using Changes = std::map<Key, BudgetUse>;
  struct Place {
    Key key;
    std::vector<const Cap*> caps;
  };

  // Where an award counts.
  std::vector<Place> places(const std::string& rule, int64_t version, const std::string& currency,
                            int64_t at_ms) const;
  Result<BudgetUse*> used(store::Connection& c, const Key& key);
  Result<BudgetUse> sum_of_awards(store::Connection& c, const Key& key) const;
  Result<void> add(store::Connection& c, const Changes& changes);
  // How many more points an award may have.
  Result<Points> left(store::Connection& c, const std::vector<Place>& places,
                      const Changes& pending, bool fresh);

  const Programme& programme_;
  BudgetTerms terms_;
  std::map<Key, BudgetUse> used_;
  std::set<Key> changed_;
};

// What is known of a person and what the rules give them: at first with no more than what was cut
// before in mind, then within the budgets of everybody.
struct Within {
  AwardLimits limits;
  Replay replay;
};
Within replay_before_budgets(const Terms& terms, const Known& one, const PostedAwards& posted,
                             Instant now);
// Cuts it to what the budgets leave, and counts it. Budgets::release() is to be called before.
Result<void> replay_within(store::Connection& c, const Terms& terms, Budgets& budgets,
                           const Known& one, const PostedAwards& posted, Within& within, Cuts& cuts,
                           Instant now);

// What the rules would give a person, as if it were posted now: within what the budgets leave for
// all of it together. Counts nothing. `explained` (may be null) learns what each rule made of the
// order whose key is "quote".
Result<Replay> replay_of_quote(store::Connection& c, const Terms& terms, const Known& one,
                               Instant now, std::vector<Explained>* explained = nullptr);

}  // namespace perennial::loyalty
