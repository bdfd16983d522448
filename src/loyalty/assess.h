// Between the log, the rules and the ledger: what is known of people, what they have earned by it
// (replay.h), and the postings that bring the ledger there.
#pragma once

#include <map>
#include <set>

#include "loyalty/referral.h"
#include "loyalty/replay.h"

namespace perennial::loyalty {

inline constexpr size_t kAssessAtOnce = 500;  // people of one transaction

// A programme with all versions of its rules and its levels.
struct Terms {
  Programme programme;
  std::vector<Rule> rules;  // by id and version, each with its span
  Levels levels;
  std::vector<ReferralTerms> referral;  // all versions
};

// Saves the next version of a rule (its `version` must be the newest one's, 0 for a new rule). It
// counts for events from rule.from_ms on, by default from `now`.
Result<Rule> save_rule(store::Connection& c, const Programme& programme, Rule rule,
                       std::string_view by, Instant now);
Result<std::vector<Rule>> all_versions(store::Connection& c, const Programme& programme);
std::vector<Rule> newest(const std::vector<Rule>& versions);
Result<Levels> find_levels(store::Connection& c, const Programme& programme);
Result<Levels> save_levels(store::Connection& c, const Programme& programme, Levels levels);
Result<std::vector<Terms>> all_terms(store::Connection& c);
Result<Terms> terms_of(store::Connection& c, const Programme& programme);
// Versions of one rule hold from their own start to the next one's.
void set_spans(std::vector<Rule>& versions);
// Names of events that are facts for any rule.
std::set<std::string, std::less<>> event_names(const std::vector<Terms>& terms);

// [from_ms, until_ms): nothing is earned by what happens then.
struct HeldSpan {
  int64_t from_ms = 0, until_ms = kNever;
};
// What is known of people, for a replay; in the order of `people`.
struct Known {
  PersonId person = 0;
  std::string traits = "{}";
  std::vector<Fact> facts;
  std::vector<Award> referrals;  // what referral gave them: follow_referrals() said so
  bool erased = false;           // what was earned stays as it is
  std::vector<HeldSpan> held;    // held_out.h
  std::map<std::string, std::vector<Gave>> given;  // of who was held out: by fact
  bool is_held(int64_t at_ms) const;
  bool has_given(const std::string& rule, const std::string& award_key) const;
  void mark_held(Fact& fact) const;
  void add_quoted(Fact fact);  // one that has not happened yet
};
// What of it the rules look at; the rest need not be read.
struct Needs {
  bool traits = true;
  bool money = true;  // of events that are no orders
};
Needs needs_of(std::span<const Rule> rules);
Result<std::vector<Known>> load_known(store::Connection& c, const Programme& programme,
                                      const Levels& levels, std::span<const PersonId> people,
                                      const Needs& needs = {});
// An event that is no order, as a fact.
Fact event_fact(int64_t seq, int64_t at_ms, std::string name, std::string properties,
                const Needs& needs);

// Adds what one side of a referral has by it to what is known of that person.
void add_referral_award(const Terms& terms, const Referral& one, bool friend_side, Known& known);
// Adds what these people have by referrals to what is known of them.
Result<void> add_referral_awards(store::Connection& c, const Terms& terms,
                                 std::vector<Known>& people);

// Works out anew what these people have earned, posts the difference and keeps their standing.
Result<void> assess(store::Connection& c, const Terms& terms, std::span<const PersonId> people,
                    Instant now);
// The same after a look at their referrals, for them and for everybody whom those concern.
Result<void> assess_with_referrals(store::Connection& c, const Terms& terms,
                                   std::span<const PersonId> people, Instant now);
// People whose level may change by time alone, at most `limit`. Returns how many there were.
Result<size_t> assess_due(store::Connection& c, const Terms& terms, Instant now, size_t limit);
// Takes events of the log: the part of the people stage's transaction that is loyalty's. Who of the
// people behind them is held out as a newcomer, `held` says.
Result<void> take_events(store::Connection& c, std::span<const events::StoredEvent> events,
                         Instant now, const Loyalty::HeldNewcomers& held = nullptr);

struct NewFact {
  int64_t seq = 0, at_ms = 0;
  PersonId person = 0;
  std::string identity, name, properties;
};
// Facts that are known already are left as they are.
Result<void> add_facts(store::Connection& c, std::span<const NewFact> facts);

// The standing of a person as it was last worked out; nothing if they are in no level.
struct Member {
  Standing standing;
  std::vector<Mission> missions;
  std::vector<Streak> streaks;
};
Result<std::optional<Member>> find_member(store::Connection& c, const Programme& programme,
                                          PersonId person);
Json to_json(const Standing& standing, const Levels& levels);

}  // namespace perennial::loyalty
