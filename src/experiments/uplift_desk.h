// Whom an action moved: from past campaigns and experiments, whether ranking by uplift is worth
// more than ranking by response, and whom to treat next within a budget.
//
// What is compared are two sets of people by random draw, treated and control, and those of them
// who did it; features are what the orders told before the action.
//
// Of several offers each was tried before. What one keeps of a person is the uplift where ranking
// by it was shown to be worth more; else the mean difference of its arms for everybody, where that
// is above 0 beyond chance; else the offer is left out, and the answer says why. Offers are then
// shared out under the budget, the stock of each, and the number of contacts (proof/budget.h).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/experiments.h"
#include "proof/proof.h"
#include "value/value.h"

namespace perennial::experiments {

inline constexpr size_t kMaxUpliftPeople = 200'000;    // learned from; a sample of more
inline constexpr size_t kKeptChoices = 50;             // sets of people chosen; older ones go
inline constexpr std::chrono::minutes kUpliftAge{10};  // a check is made again when older
inline constexpr int64_t kMinUpliftDays = 1, kMaxUpliftDays = 365;
inline constexpr int64_t kMostMoney = 1'000'000'000'000;  // minor units
inline constexpr int64_t kMostPeople = 1'000'000'000;
inline constexpr size_t kMaxOffers = 10;  // of one choice
inline constexpr int64_t kMaxContactDays = 90, kMaxContacts = 100;
// What every channel says of a message that left.
inline constexpr std::string_view kMessageEvent = "Message Sent";

// What treating gains a person on the mean, where that is above 0 beyond chance: an offer without a
// better score of its own is worth that. Nothing where proof/ cannot tell, as of too few people.
std::optional<double> mean_gain(proof::Proportion treated, proof::Proportion control);

// The uplift of a person by a score: a line goes on beyond those it was learned from, the share of
// people who do something because of an offer does not go beyond all or, against it, all.
double uplift_of(const proof::UpliftScore& score, std::span<const double> x);

// Thread-safe.
class UpliftDesk {
 public:
  using Ids = std::vector<people::PersonId>;
  explicit UpliftDesk(const Experiments::Wiring& wiring) : wiring_(wiring) {}
  // /v1/uplift, /v1/uplift/choose, /v1/uplift/offers
  void add_routes(http::Router& router);
  // "uplift:CHOICE"
  std::optional<Result<Ids>> resolve_set(std::string_view set);

 private:
  // The words of what is compared, and when it began.
  struct Compared {
    std::string treated, control, did_treated, did_control;
    Instant at;
  };
  struct Checked {
    std::chrono::steady_clock::time_point made;
    Instant at;
    int64_t treated = 0, control = 0, did_treated = 0, did_control = 0;
    proof::UpliftSample sample;
    std::vector<std::string> columns;
    proof::UpliftCheck check;
  };
  using CheckedPtr = std::shared_ptr<const Checked>;

  Result<Compared> compared(const Json& wanted);
  Result<Compared> of_experiment(std::string_view id, const Json& wanted);
  Result<CheckedPtr> checked(const Json& wanted);
  Result<Json> json(const Json& wanted);
  Result<Json> choose(const Json& wanted);
  // An offer with what it keeps of each person asked; nothing, with the reason, when that cannot be
  // said.
  struct Offered {
    Json wanted;
    int64_t value_minor = 0;
    proof::Offer offer;
    std::string by, why;
    std::vector<double> kept;  // by person asked
  };
  Result<Offered> offered(const Json& wanted, size_t place, const value::OrderFeatures& features,
                          size_t people);
  Result<Json> choose_offers(const Json& wanted);
  // Takes out of `people` (ascending) whoever had so many messages in the last days.
  Result<void> leave_in_peace(const Json& wanted, Ids& people);
  std::string keep(Ids chosen);  // the words of the set
  Instant now() const { return wiring_.settings.workspace().now(wiring_.clock); }

  const Experiments::Wiring& wiring_;
  std::mutex mutex_;  // of what follows
  std::map<std::string, CheckedPtr> checks_;
  std::vector<std::pair<std::string, Ids>> choices_;  // the oldest first
};

}  // namespace perennial::experiments
