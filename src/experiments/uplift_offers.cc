// Whom to treat next with which of several offers.
#include <algorithm>
#include <numeric>

#include "experiments/fields.h"
#include "experiments/measuring.h"
#include "experiments/uplift_desk.h"

namespace perennial::experiments {
namespace {

constexpr std::chrono::seconds kMaxTime{60};

}  // namespace

std::optional<double> mean_gain(proof::Proportion treated, proof::Proportion control) {
  const auto found = proof::compare(treated, control);
  return found.verdict == proof::Verdict::kWorks ? found.difference : std::nullopt;
}

double uplift_of(const proof::UpliftScore& score, std::span<const double> x) {
  return std::clamp(score.of(x), -1.0, 1.0);
}

Result<void> UpliftDesk::leave_in_peace(const Json& wanted, Ids& people) {
  const auto given = wanted.find("contacts");
  if (given == wanted.end() || given->is_null()) return {};
  if (!given->is_object()) return fail(Code::kInvalid, "must be an object", "contacts");
  const int64_t most = TRY(integer_in(*given, "at_most", "contacts", 1, 1, kMaxContacts));
  const int64_t days = TRY(integer_in(*given, "days", "contacts", 7, 1, kMaxContactDays));
  const auto snapshot = wiring_.timeline.snapshot();
  if (!snapshot)
    return fail(Code::kBusy, "the timeline is still being built", "", "Try again in a minute.");
  timeline::Selector sent;
  sent.any_of = {{.name = std::string(kMessageEvent)}};
  const auto second = [](Instant t) { return static_cast<Second>(to_millis(t) / 1000); };
  sent.from = second(now() - std::chrono::days(days));
  sent.to = second(now());
  timeline::Stop stop;
  stop.deadline = std::chrono::steady_clock::now() + kMaxTime;
  timeline::Ask ask;
  ask.selectors = {sent};
  const auto plan =
      TRY(timeline::compile(*snapshot, std::move(ask), wiring_.timeline.pool(), stop));
  const auto crowds =
      TRY(timeline::collect(*plan, wiring_.timeline.pool(), stop,
                            [&](const timeline::Slice& slice, timeline::Crowd& out) {
                              slice.who.for_each([&](uint32_t person) {
                                if (slice.hits[0].count(person) >= most) out.add(person);
                              });
                            }));
  std::erase_if(people, [&](people::PersonId person) {
    const auto place = static_cast<size_t>(person);
    const size_t bucket = place / timeline::kBucketPeople;
    return bucket < crowds.size() &&
           crowds[bucket].has(static_cast<uint32_t>(place % timeline::kBucketPeople));
  });
  return {};
}

Result<UpliftDesk::Offered> UpliftDesk::offered(const Json& wanted, size_t place,
                                                const value::OrderFeatures& features,
                                                size_t people) {
  const std::string path = "offers[" + std::to_string(place) + "]";
  if (!wanted.is_object()) return fail(Code::kInvalid, "must be an object", path);
  Offered one{.wanted = wanted};
  one.value_minor = TRY(integer_in(wanted, "value_minor", path, 0, 1, kMostMoney));
  if (one.value_minor < 1) return fail(Code::kInvalid, "is needed", join_path(path, "value_minor"));
  one.offer.cost =
      static_cast<double>(TRY(integer_in(wanted, "cost_minor", path, 0, 0, kMostMoney)));
  one.offer.stock = TRY(integer_in(wanted, "stock", path, kMostPeople, 0, kMostPeople));
  auto checked_or = checked(wanted);
  if (!checked_or) {
    Error error = checked_or.error();
    error.where = join_path(path, error.where);
    return std::unexpected(std::move(error));
  }
  const CheckedPtr found = *checked_or;
  one.why = found->check.why;
  one.kept.assign(people, 0);
  if (!one.why.empty()) return one;
  const auto value = static_cast<double>(one.value_minor);
  if (found->check.offered) {
    std::vector<uint32_t> rows(found->sample.size());
    std::iota(rows.begin(), rows.end(), 0);
    const auto score = proof::UpliftScore::fit(*found->check.offered, found->sample, rows);
    const size_t columns = features.columns.size();
    for (size_t i = 0; i < people; ++i)
      one.kept[i] =
          uplift_of(score, std::span(features.values).subspan(i * columns, columns)) * value;
    one.by = proof::learner_name(*found->check.offered);
    return one;
  }
  const auto gain =
      mean_gain({found->did_treated, found->treated}, {found->did_control, found->control});
  if (!gain) {
    one.why = "no_effect";
    return one;
  }
  one.by = "mean";
  std::ranges::fill(one.kept, *gain * value);
  return one;
}

Result<Json> UpliftDesk::choose_offers(const Json& wanted) {
  const auto list = wanted.find("offers");
  if (list == wanted.end() || !list->is_array() || list->empty() || list->size() > kMaxOffers)
    return fail(Code::kInvalid, "must be 1 to " + std::to_string(kMaxOffers) + " offers", "offers");
  const int64_t most = TRY(integer_in(wanted, "people", "", kMostPeople, 1, kMostPeople));
  const int64_t budget = TRY(integer_in(wanted, "budget_minor", "", kMostMoney, 0, kMostMoney));
  Ids people = TRY(wiring_.resolve_set(TRY(json_string(wanted, "among"))));
  std::ranges::sort(people);
  const size_t asked = people.size();
  TRY(leave_in_peace(wanted, people));
  const auto book = TRY(wiring_.books.get());
  const auto features = value::order_features(*book, people, now());
  std::vector<Offered> all;
  for (const Json& one : *list)
    all.push_back(TRY(offered(one, all.size(), features, people.size())));
  std::vector<proof::Offer> offers;
  std::vector<double> kept(people.size() * all.size());
  for (size_t k = 0; k < all.size(); ++k) {
    offers.push_back(all[k].offer);
    // Of which nothing can be said, nothing is given.
    if (!all[k].why.empty()) offers.back().stock = 0;
    for (size_t i = 0; i < people.size(); ++i) kept[i * all.size() + k] = all[k].kept[i];
  }
  const auto choice =
      proof::choose_offers(kept, offers, {.budget = static_cast<double>(budget), .people = most});
  std::vector<Ids> chosen(all.size());
  std::vector<double> value(all.size());
  for (size_t i = 0; i < people.size(); ++i) {
    if (choice.offer[i] < 0) continue;
    const auto k = static_cast<size_t>(choice.offer[i]);
    chosen[k].push_back(people[i]);
    value[k] += kept[i * all.size() + k];
  }
  Json rows = Json::array();
  for (size_t k = 0; k < all.size(); ++k) {
    const auto n = std::ssize(chosen[k]);
    const int64_t cost = n * std::llround(all[k].offer.cost);
    rows.push_back({{"of", all[k].wanted.at("of")},
                    {"by", all[k].by.empty() ? Json(nullptr) : Json(all[k].by)},
                    {"why", all[k].why},
                    {"people", n},
                    {"value_minor", std::llround(value[k])},
                    {"cost_minor", cost},
                    {"set", n > 0 ? Json(keep(std::move(chosen[k]))) : Json(nullptr)}});
  }
  return Json{{"asked", asked},
              {"rested", asked - people.size()},
              {"people", choice.people},
              {"value_minor", std::llround(choice.value)},
              {"cost_minor", std::llround(choice.cost)},
              {"net_minor", std::llround(choice.value - choice.cost)},
              {"offers", std::move(rows)}};
}

}  // namespace perennial::experiments
