// The last step of the stage: facts, orders, and what is computed from them for the people that a
// batch touched.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "people/intake.h"
#include "people/joiner.h"
#include "people/search.h"

namespace perennial::people {

class Writer {
 public:
  // Revenue counts orders in `currency`.
  Writer(store::Connection& c, PropertyReader& reader, const NameOrder& names,
         std::string_view currency)
      : c_(c), reader_(reader), names_(names), currency_(currency) {}
  Result<void> run(Intake& intake, Joined& joined);
  // Order figures of everybody, after the workspace's currency has changed.
  Result<void> refresh_all_figures();
  // What is told from the identities of these people; with what wrote them just now, if it did,
  // whose facts may be taken.
  Result<void> write_profiles(const std::unordered_set<PersonId>& people, Intake* intake = nullptr,
                              const Joined* joined = nullptr);

 private:
  struct Figures {
    int64_t orders = 0, refunds = 0, revenue_minor = 0;
    int64_t first_ms = kEndOfTime, last_ms = kBeforeTime;
    std::string country;
    std::pair<int64_t, std::string> country_of;  // time and id of the order it comes from
  };
  struct Draft {
    std::vector<NamedIdentity> users, visitors;
    int64_t first_ms = kEndOfTime;
    Facts facts;
  };
  static std::unordered_set<PersonId> draft_fresh(const std::unordered_set<PersonId>& people,
                                                  Intake& intake, const Joined& joined,
                                                  std::map<PersonId, Draft>& drafts);
  using FiguresOf = std::map<PersonId, Figures>;  // in the order in which the rows lie

  Result<void> write_junk(const Intake& intake);
  Result<void> write_facts(Intake& intake, Joined& joined);
  Result<void> write_orders(Intake& intake, Joined& joined);
  Result<void> load_orders(std::vector<OrderDraft*>& drafts, Joined& joined);
  Result<void> write_figures(const std::unordered_set<PersonId>& people);
  Result<void> store_figures(const FiguresOf& figures);
  void count_order(const store::Row& row, FiguresOf& figures) const;
  std::vector<store::Value> profile_row(PersonId person, Draft& draft) const;
  Result<void> write_seen(const Joined& joined);

  store::Connection& c_;
  PropertyReader& reader_;
  const NameOrder& names_;
  std::string currency_;
};

}  // namespace perennial::people
