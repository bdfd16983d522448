// What new customers cost and what they are worth, by month and by the channel over which they
// came.
//
// LTV: the margin of what a customer has paid so far, and the margin expected yet (product.md:
// margin kept over the relationship, discounted). CAC: acquisition costs ÷ new customers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "goals/costs.h"
#include "goals/goals.h"

namespace perennial::goals {

// Who ordered for the first time in a month.
struct NewCustomers {
  std::string label, set;
  bool complete = false;
  int64_t count = 0;
  std::optional<double> cac_minor;
  std::vector<people::PersonId> people;  // of whom worth tells
  Worth worth;
  std::vector<std::string> channel;  // of people, "" where it is not known
};
struct AcquisitionInput {
  Sums by_month, by_channel;  // costs
  Terms terms;
  std::vector<NewCustomers> months;
};
// Fills in over which channel people came, by their trait.
Result<void> read_channels(store::Connection& c, AcquisitionInput& in);

struct LifetimeValue {
  double so_far_minor = 0;               // mean margin of what was paid
  std::optional<double> expected_minor;  // mean margin yet to come
  double total() const { return so_far_minor + expected_minor.value_or(0); }
};
// Of the people whom `counts` tells to take; nothing when there is none.
std::optional<LifetimeValue> lifetime_of(const NewCustomers& month, double margin_share,
                                         const std::function<bool(size_t person)>& counts);

Json acquisition_json(const AcquisitionInput& in);  // Acquisition of the contract, without currency

}  // namespace perennial::goals
