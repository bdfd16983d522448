// Who is asked about with which numbers, and who left: from orders, from the timeline and from
// contracts, as the workspace's label says.
//
//   no_order         ordered within two horizons; left: no order within the horizon
//   no_activity      active within two horizons; left: not active within the horizon
//   contract_ended   has a contract; left: has none at the end of the horizon
//
// The columns are those of the orders, and with a timeline those of act_features(); of people who
// need not have ordered also has_ordered, and of contracts how long they have run and will run.
#pragma once

#include <stop_token>

#include "value/churn.h"
#include "value/churn_acts.h"
#include "value/contracts.h"

namespace perennial::value {

struct ChurnSource {
  const OrderBook& book;
  TimelineView timeline = {};  // without a snapshot orders alone are known
  events::Log* log = nullptr;
  store::Database* database = nullptr;
  HealthEvents events;
  // Of no_activity: whom it is about, each from when they were known on; null: everybody whom the
  // timeline knows. A visitor who is nobody's customer comes once and is gone; one who became
  // known later came back, and would be among those learned from for that alone.
  std::shared_ptr<const people::KnownSince> known;
  std::span<const ActFeature> features = act_features();
};

// Rows to learn from at `learned_at`, and for the test at `tested_at`; leaks are looked for in the
// first. kConflict when the label needs what is not there.
Result<ChurnRows> churn_rows(const ChurnSource& source, const ChurnSettings& settings,
                             Instant learned_at, Instant tested_at,
                             const std::stop_token& stop = {});
// Those who are asked about at `at`, with the same columns.
Result<Asked> churn_asked(const ChurnSource& source, const ChurnSettings& settings, Instant at,
                          const std::stop_token& stop = {});
// The names of those columns; nobody is looked at.
std::vector<std::string> churn_columns(const ChurnSettings& settings, const TimelineView& timeline);

}  // namespace perennial::value
