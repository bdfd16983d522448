#include "experiments/uplift_desk.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "experiments/experiment.h"
#include "experiments/fields.h"

namespace perennial::experiments {
namespace {

using proof::Learner;
using std::chrono::steady_clock;

// A sample that does not depend on the order in which people came.
void cut_down(std::vector<people::PersonId>& people, size_t most) {
  if (people.size() <= most) return;
  std::ranges::sort(people, {}, [](people::PersonId id) {
    return std::pair(fingerprint(std::to_string(id)).low, id);
  });
  people.resize(most);
  std::ranges::sort(people);
}

void add_arm(proof::UpliftSample& sample, const people::OrderBook& book,
             std::span<const people::PersonId> people, std::span<const people::PersonId> did,
             Instant at, bool treated) {
  const auto table = value::order_features(book, people, at);
  sample.features = table.columns.size();
  sample.x.insert(sample.x.end(), table.values.begin(), table.values.end());
  for (const people::PersonId person : people) {
    sample.treated.push_back(treated);
    sample.y.push_back(std::ranges::binary_search(did, person) ? 1 : 0);
  }
}

// In an order that has nothing to do with the arms: where people are ranked alike, those who come
// first count as the better ones.
proof::UpliftSample shuffled(const proof::UpliftSample& sample) {
  std::vector<size_t> order(sample.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::mt19937_64 random(1);
  std::ranges::shuffle(order, random);
  proof::UpliftSample mixed{.features = sample.features};
  for (const size_t i : order) {
    const auto row = sample.row(i);
    mixed.x.insert(mixed.x.end(), row.begin(), row.end());
    mixed.treated.push_back(sample.treated[i]);
    mixed.y.push_back(sample.y[i]);
  }
  return mixed;
}

Json rank_json(const proof::UpliftRank& rank) {
  const auto maybe = [](const std::optional<double>& v) { return v ? Json(*v) : Json(nullptr); };
  return {{"learner", proof::learner_name(rank.learner)},
          {"qini", rank.curve.coefficient},
          {"auuc", rank.curve.auuc},
          {"auuc_low", rank.auuc_low},
          {"auuc_high", rank.auuc_high},
          {"low", rank.low},
          {"high", rank.high},
          {"more", maybe(rank.more)},
          {"more_low", maybe(rank.more_low)},
          {"more_high", maybe(rank.more_high)},
          {"wins", rank.wins},
          {"curve", rank.curve.curve}};
}

}  // namespace

Result<UpliftDesk::Compared> UpliftDesk::of_experiment(std::string_view id, const Json& wanted) {
  const Experiment experiment =
      TRY(wiring_.database.read([&](store::Connection& c) { return find_experiment(c, id); }));
  if (!experiment.started_at) return fail(Code::kConflict, "the experiment has not begun", "of");
  const std::string measure = TRY(json_string(wanted, "measure"));
  const auto found = std::ranges::find(experiment.measures, measure, &Measure::key);
  const bool counts =
      found != experiment.measures.end() &&
      (found->kind == Measure::Kind::kProportion || found->kind == Measure::Kind::kRetention);
  if (!counts)
    return fail(Code::kInvalid, "must be a measure of who did something", "measure",
                "take a proportion or a retention of the experiment");
  const std::string control = experiment.arms.front().key;
  const std::string treated = TRY(json_string_or(wanted, "treated", experiment.arms.back().key));
  if (std::ranges::none_of(experiment.arms, [&](const auto& arm) { return arm.key == treated; }) ||
      treated == control)
    return fail(Code::kInvalid, "must be an arm beside the first", "treated");
  const std::string set = "experiment:" + std::string(id);
  return Compared{.treated = set + ":arm:" + treated,
                  .control = set + ":arm:" + control,
                  .did_treated = set + ":did:" + measure + ":" + treated,
                  .did_control = set + ":did:" + measure + ":" + control,
                  .at = *experiment.started_at};
}

Result<UpliftDesk::Compared> UpliftDesk::compared(const Json& wanted) {
  const std::string of = TRY(json_string(wanted, "of"));
  const size_t colon = of.find(':');
  const std::string kind = of.substr(0, colon);
  const std::string id = colon == of.npos ? "" : of.substr(colon + 1);
  if (kind == "experiment" && !id.empty()) return of_experiment(id, wanted);
  if (kind != "campaign" || id.empty() || !wiring_.campaign_sent)
    return fail(Code::kInvalid, "must be campaign:ID or experiment:ID", "of");
  const int64_t days = TRY(integer_in(wanted, "days", "", 30, kMinUpliftDays, kMaxUpliftDays));
  const Instant sent = TRY(wiring_.campaign_sent(id));
  return Compared{.treated = of + ":arm:treated",
                  .control = of + ":arm:held_out",
                  .did_treated = of + ":ordered:treated:" + std::to_string(days),
                  .did_control = of + ":ordered:held_out:" + std::to_string(days),
                  .at = sent};
}

Result<UpliftDesk::CheckedPtr> UpliftDesk::checked(const Json& wanted) {
  const Compared sets = TRY(compared(wanted));
  const std::string key = sets.treated + '\n' + sets.control + '\n' + sets.did_treated;
  {
    std::lock_guard lock(mutex_);
    const auto found = checks_.find(key);
    if (found != checks_.end() && steady_clock::now() - found->second->made < kUpliftAge)
      return found->second;
  }
  const auto read = [&](const std::string& set) -> Result<Ids> {
    Ids people = TRY(wiring_.resolve_set(set));
    std::ranges::sort(people);
    return people;
  };
  Ids treated = TRY(read(sets.treated)), control = TRY(read(sets.control));
  const Ids did_treated = TRY(read(sets.did_treated)), did_control = TRY(read(sets.did_control));
  auto fresh = std::make_shared<Checked>();
  fresh->at = sets.at;
  fresh->treated = std::ssize(treated);
  fresh->control = std::ssize(control);
  fresh->did_treated = std::ssize(did_treated);
  fresh->did_control = std::ssize(did_control);
  cut_down(treated, kMaxUpliftPeople / 2);
  cut_down(control, kMaxUpliftPeople / 2);
  const auto book = TRY(wiring_.books.get());
  fresh->columns = value::order_features(*book, {}, sets.at).columns;
  add_arm(fresh->sample, *book, treated, did_treated, sets.at, true);
  add_arm(fresh->sample, *book, control, did_control, sets.at, false);
  fresh->sample = shuffled(fresh->sample);
  fresh->check = proof::check_uplift(fresh->sample);
  fresh->made = steady_clock::now();
  std::lock_guard lock(mutex_);
  std::erase_if(checks_, [](const auto& one) {
    return steady_clock::now() - one.second->made >= kUpliftAge;
  });
  checks_[key] = fresh;
  return fresh;
}

Result<Json> UpliftDesk::json(const Json& wanted) {
  const auto found = TRY(checked(wanted));
  Json ranks = Json::array();
  for (const auto& rank : found->check.ranks) ranks.push_back(rank_json(rank));
  const auto share = [](int64_t did, int64_t people) {
    return people > 0 ? Json(static_cast<double>(did) / static_cast<double>(people))
                      : Json(nullptr);
  };
  const auto& check = found->check;
  return Json{
      {"of", wanted.at("of")},
      {"at", format_instant(found->at)},
      {"treated",
       {{"people", found->treated},
        {"did", found->did_treated},
        {"share", share(found->did_treated, found->treated)}}},
      {"control",
       {{"people", found->control},
        {"did", found->did_control},
        {"share", share(found->did_control, found->control)}}},
      {"why", check.why},
      {"offered", check.offered ? Json(proof::learner_name(*check.offered)) : Json(nullptr)},
      {"ranks", std::move(ranks)}};
}

// By uplift where that was shown to be worth more, else by who responds: then nothing can be said
// of what is kept.
Result<Json> UpliftDesk::choose(const Json& wanted) {
  const int64_t value = TRY(integer_in(wanted, "value_minor", "", 0, 1, kMostMoney));
  if (value < 1) return fail(Code::kInvalid, "is needed", "value_minor");
  const int64_t cost = TRY(integer_in(wanted, "cost_minor", "", 0, 0, kMostMoney));
  const int64_t most = TRY(integer_in(wanted, "people", "", kMostPeople, 1, kMostPeople));
  const int64_t budget = TRY(integer_in(wanted, "budget_minor", "", kMostMoney, 0, kMostMoney));
  const std::string among = TRY(json_string(wanted, "among"));
  const auto found = TRY(checked(wanted));
  Ids people = TRY(wiring_.resolve_set(among));
  std::ranges::sort(people);
  const size_t asked = people.size();
  TRY(leave_in_peace(wanted, people));
  if (!found->check.why.empty())
    return Json{
        {"why", found->check.why}, {"by", nullptr},   {"asked", asked},       {"people", 0},
        {"value_minor", nullptr},  {"cost_minor", 0}, {"net_minor", nullptr}, {"set", nullptr}};
  const Learner learner = found->check.offered.value_or(Learner::kResponse);
  std::vector<uint32_t> rows(found->sample.size());
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<uint32_t>(i);
  const auto score = proof::UpliftScore::fit(learner, found->sample, rows);
  const auto book = TRY(wiring_.books.get());
  const auto table = value::order_features(*book, people, now());
  const size_t columns = table.columns.size();
  const bool known = learner != Learner::kResponse;
  std::vector<double> kept;
  for (size_t i = 0; i < people.size(); ++i) {
    const auto x = std::span(table.values).subspan(i * columns, columns);
    kept.push_back((known ? uplift_of(score, x) : score.of(x)) * static_cast<double>(value));
  }
  const std::vector<proof::Offer> offers = {{.cost = static_cast<double>(cost)}};
  const auto choice =
      proof::choose_offers(kept, offers, {.budget = static_cast<double>(budget), .people = most});
  Ids chosen;
  for (size_t i = 0; i < people.size(); ++i) {
    if (choice.offer[i] >= 0) chosen.push_back(people[i]);
  }
  return Json{{"why", ""},
              {"by", proof::learner_name(learner)},
              {"asked", asked},
              {"people", choice.people},
              {"value_minor", known ? Json(std::llround(choice.value)) : Json(nullptr)},
              {"cost_minor", std::llround(choice.cost)},
              {"net_minor", known ? Json(std::llround(choice.value - choice.cost)) : Json(nullptr)},
              {"set", keep(std::move(chosen))}};
}

std::string UpliftDesk::keep(Ids chosen) {
  const std::string key = new_id("upl");
  std::lock_guard lock(mutex_);
  if (choices_.size() == kKeptChoices) choices_.erase(choices_.begin());
  choices_.emplace_back(key, std::move(chosen));
  return "uplift:" + key;
}

std::optional<Result<UpliftDesk::Ids>> UpliftDesk::resolve_set(std::string_view set) {
  constexpr std::string_view kPrefix = "uplift:";
  if (!set.starts_with(kPrefix)) return std::nullopt;
  std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(choices_, set.substr(kPrefix.size()),
                                       [](const auto& one) { return std::string_view(one.first); });
  if (found == choices_.end())
    return fail(Code::kInvalid, "this choice is no longer kept", "set", "choose again");
  return found->second;
}

void UpliftDesk::add_routes(http::Router& router) {
  const auto reply = [](const Result<Json>& json) {
    return json ? http::json(200, *json) : http::problem(json.error());
  };
  router.add({.method = "GET", .path = "/v1/uplift", .right = "campaigns.read"},
             [this, reply](const http::Request& request) {
               return reply([&]() -> Result<Json> {
                 Json wanted = Json::object();
                 for (const char* name : {"of", "measure", "treated"}) {
                   if (const std::string word = request.query_or(name, ""); !word.empty())
                     wanted[name] = word;
                 }
                 if (!request.query_or("days", "").empty())
                   wanted["days"] =
                       TRY(request.query_integer("days", 30, kMinUpliftDays, kMaxUpliftDays));
                 return json(wanted);
               }());
             });
  router.add(
      {.method = "POST", .path = "/v1/uplift/choose", .right = "campaigns.write"},
      [this, reply](const http::Request& request) {
        return reply([&]() -> Result<Json> { return choose(TRY(http::json_body(request))); }());
      });
  router.add({.method = "POST", .path = "/v1/uplift/offers", .right = "campaigns.write"},
             [this, reply](const http::Request& request) {
               return reply([&]() -> Result<Json> {
                 return choose_offers(TRY(http::json_body(request)));
               }());
             });
}

}  // namespace perennial::experiments
