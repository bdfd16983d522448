// What a customer is worth and where in life they stand: lifecycle stages (product.md B1) and RFM
// (B7).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "http/http.h"
#include "people/people.h"
#include "store/store.h"

namespace perennial::timeline {
class Timeline;
}

namespace perennial::value {

using people::OrderBook;
using people::PersonId;

enum class Stage : uint8_t { kProspect, kNew, kActive, kLoyal, kSilent, kChurned };
inline constexpr size_t kStages = 6;
std::string_view stage_name(Stage stage);
std::optional<Stage> parse_stage(std::string_view word);

// How people are put together, where one person alone tells too little.
enum class Grouping : uint8_t { kAll, kTier, kCountry, kSets };
inline constexpr size_t kMaxGroupSets = 20;
struct GroupChoice {
  Grouping by = Grouping::kAll;
  std::vector<std::string> sets;  // of kSets: whoever is in several is of the first
  bool operator==(const GroupChoice&) const = default;
};
struct Groups;    // groups.h
class PriorGaps;  // usual_gaps.h

// Presets; an operator can change them (PUT /v1/value/rules).
struct StageRules {
  int new_days = 30;     // first order within this many days
  int loyal_orders = 4;  // and active
  int silent_days = 30;  // fallback without a rhythm of one's own
  int churned_days = 90;
  int rhythm_orders = 3;  // orders (on different days) from which the own rhythm counts
  double silent_gaps =
      2.0;  // silent after this many usual gaps (the median gap between order days)
  double churned_gaps = 4.0;
  int max_churned_days = 365;  // nobody silent longer than this is not churned
  // Above 0: everybody's usual gap is the mean of the own gaps and so many gaps of the group, from
  // the first order on, and no fixed days are needed.
  double prior_gaps = 0;
  // Of the group: the value tier of the moment, the country, or saved segments. A group in which
  // fewer than kLeastOfGroup came back has the gap of all customers.
  GroupChoice gap_groups;
  double prior_gap_days = 30;  // of somebody's group, found where stages are worked out
};
// Limits of the scores 2 to 5, instead of fifths: a score is reached by at most so many days since
// the last order, at least so many orders, at least so much money.
struct RfmCuts {
  std::array<int64_t, 4> recency_days{}, frequency{}, monetary_minor{};
};
struct ValueRules {
  StageRules stages;
  std::optional<RfmCuts> cuts;
};
struct StageReason {
  Stage stage = Stage::kProspect;
  std::optional<double> days_since_last_order, usual_gap_days, silent_after_days,
      churned_after_days;
  enum class Rhythm { kOwn, kFallback, kNone } rhythm = Rhythm::kNone;
};
// Orders (not refunds) of one person up to `now`, ascending, in milliseconds.
StageReason stage_of(std::span<const int64_t> order_times_ms, Instant now, const StageRules& rules);

// RFM: recency, frequency (orders), monetary (orders less refunds) of people with at least one
// order before `now`, each scored 1–5 by quintile of the people's own distribution (equal values
// get equal scores; 5 is best).
struct Rfm {
  uint8_t recency = 0, frequency = 0, monetary = 0;
};
// Value tiers by spend and activity: from the sum of the frequency and monetary scores.
enum class Tier : uint8_t { kHigh, kMiddle, kLow };
inline constexpr int kHighFrom = 8, kLowUpTo = 4;
Tier tier_of(Rfm rfm);
std::string_view tier_name(Tier tier);  // "high", "middle", "low"
std::string_view cell_of(Rfm score);    // "champions", …: one of kCells
extern const std::array<std::string_view, 10>
    kCells;  // champions loyal potential_loyal new promising need_attention about_to_sleep at_risk
             // cannot_lose hibernating

// Everyone's stage and scores at one moment, as columns sorted by person.
struct Snapshot {
  Instant as_of;
  uint64_t version = 0;
  std::vector<PersonId> person;  // known people and everyone with an order
  std::vector<Stage> stage;
  std::vector<Rfm> rfm;  // zeros without an order
  std::vector<int64_t> revenue_minor, orders, last_order_ms;
  std::array<std::array<double, 4>, 3>
      breaks{};  // lower limits of scores 2–5: recency days (upper limits), frequency, monetary
  std::shared_ptr<const PriorGaps> prior_gaps;  // that stages were found with
  std::shared_ptr<const OrderBook> book;        // of Value's snapshots: what they were taken of
  std::optional<size_t> find(PersonId id) const;
};
// `groups` are those of rules.stages.gap_groups, by country or sets; tiers are the moment's own.
Snapshot take_snapshot(const OrderBook& book, std::span<const PersonId> known, Instant now,
                       const ValueRules& rules, std::shared_ptr<const Groups> groups = nullptr);

inline constexpr int kMaxMonthsBack = 60;  // of moves between RFM cells

class Value {
 public:
  // Without a database the rules are the presets; without `resolve_set` gaps are not grouped by
  // segments.
  Value(people::OrderBooks& books, access::Settings& settings, Clock clock,
        store::Database* database = nullptr,
        std::function<Result<std::vector<PersonId>>(std::string_view)> resolve_set = nullptr);
  ~Value();
  void add_routes(http::Router& router);  // /v1/value/*
  // The snapshot of now (rounded down to the minute), or of another moment; cached. While segments
  // whose gaps count cannot be told, those told last count, or the gap of all.
  Result<std::shared_ptr<const Snapshot>> snapshot();
  // The same for what is acted on: kBusy while nothing was told yet of those segments, so that
  // nobody changes stage for a moment after a start. After ten minutes the gap of all counts.
  Result<std::shared_ptr<const Snapshot>> settled_snapshot();
  Result<std::shared_ptr<const Snapshot>> snapshot_at(Instant now);
  // "stage:…", "cell:…", "rfm:…", "tier:…", "flow:MONTH:FROM:TO", "moved:MONTHS:FROM:TO"
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);
  Result<std::vector<Json>> describe(std::span<const people::Person> page);  // "stage", "cell"
  Result<Json> describe_file(const people::Person& person);  // "rfm", "stage_reason"
  // Stages of the contract, with the moves of a month ("2011-08"; "" is this one).
  Result<Json> stages_json(std::string_view month = "");
  Result<ValueRules> rules();
  Result<Json> change_rules(const Json& body, const http::Principal& actor);
  // Rfm of the contract, with the moves of the last `back` months.
  Result<Json> rfm_json(int back);

 private:
  // Everyone at the start and at the end (or now) of a month, or now and `back` months earlier.
  struct Moments {
    std::string label;
    std::shared_ptr<const Snapshot> before, now;
  };
  Result<Moments> moments_of(std::string_view month);
  Result<Moments> moments_back(int back);
  std::optional<Result<std::vector<PersonId>>> resolve_moves(std::string_view kind,
                                                             std::string_view words);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What recommendations draw on beside what people bought and looked at. Other modules know it.

// Somebody came to the shop because somebody else had told them of it.
struct Brought {
  PersonId by = 0, whom = 0;
  int64_t at_ms = 0;
  uint64_t seq = 0;  // of the event that said so
};
// What somebody likes, in a word of categories or tags of products.
struct Liking {
  std::string word;
  double share = 0;     // of all that the person likes
  bool stated = false;  // they said so; else it is what they did
};
// Likings of everybody at one instant, as rows of a table: words stand once.
struct Likings {
  struct Row {
    PersonId person = 0;
    uint32_t word = 0;  // of words
    float share = 0;
  };
  std::vector<std::string> words;
  std::vector<Row> rows;  // by person, the strongest first
};

// Models that are trained: lifetime value, churn risk, health. A model may be used once its test
// says that it holds; until then every answer says why not. Thread-safe.
struct ModelParts {
  store::Database& database;
  people::OrderBooks& books;
  access::Settings& settings;
  Clock clock;
  // What people did beside ordering; without them there is no health score.
  events::Log* log = nullptr;
  timeline::Timeline* timeline = nullptr;
  // People behind the words of any set; empty: none is known here.
  std::function<Result<std::vector<PersonId>>(std::string_view set)> resolve_set = nullptr;
  // Each of these may be empty: then nobody knows it here.
  // What everybody liked at an instant, by what had been done before it. kBusy while it cannot be
  // told yet.
  std::function<Result<Likings>(Instant at, const std::stop_token&)> likings_at = nullptr;
  // What somebody likes now; nothing while it cannot be told yet.
  std::function<std::vector<Liking>(PersonId)> likings_of = nullptr;
  // Who brought whom, of events after `seq`.
  std::function<Result<std::vector<Brought>>(uint64_t seq)> brought = nullptr;
  // Everybody's stage, for what is told of changes (Value::settled_snapshot()).
  std::function<Result<std::shared_ptr<const Snapshot>>()> stages = nullptr;
  // The trait whose values say where people live; "" when only countries do.
  std::function<Result<std::string>()> region_trait = nullptr;
};
// Lights of health as they were last worked out, as a column for rules. Immutable.
inline constexpr std::array<std::string_view, 3> kLightWords = {"red", "amber", "green"};
struct HealthLights {
  std::vector<PersonId> person;  // ascending; those who have a score
  std::vector<uint8_t> light;    // by person: a place in kLightWords
};
// How far people have come into what the shop offers (growth.h), as it was last worked out.
// Immutable.
enum class Growth : uint8_t { kNovice, kGrowing, kStable };
inline constexpr std::array<std::string_view, 3> kGrowthWords = {"novice", "growing", "stable"};
std::string_view growth_name(Growth growth);
std::optional<Growth> parse_growth(std::string_view word);
struct GrowthStages {
  std::vector<PersonId> person;  // ascending; everybody known by a user id
  std::vector<Growth> growth;
  std::vector<Instant> registered;
  std::vector<std::string> registered_by;  // the events that say so
};
// A product that suits somebody, and the reason, a word of reason_name(): "bought_with" and
// "viewed_with" with the name of what of theirs it goes with, "interest" with the interest. The
// reason also as it is said to them.
struct Suited {
  std::string product, reason, with, en, zh;
};
inline constexpr size_t kMaxSuited = 1'000;  // products asked about at once; more are not looked at
class Models {
 public:
  static Result<std::unique_ptr<Models>> open(const ModelParts& parts);
  ~Models();
  void start();  // the thread that trains what was asked for and what is due
  void stop();
  // Trains what was asked for and what is due now, on the caller's thread: what start() does in
  // the background.
  void train_due();
  void train_asked();
  void add_routes(http::Router& router);  // /v1/value/clv*
  // "clv:…", "churn:…", "health:…", "left:…", "growth:…". Fails with kConflict, saying why, while
  // scores may not be used.
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);
  Result<std::vector<Json>> describe(std::span<const people::Person> page);  // "health"
  Result<Json> describe_file(const people::Person& person);  // "clv", "churn", "health", "growth"
  // The same pointer as long as nothing was worked out anew; nobody before the first check. kBusy
  // while the timeline is being built.
  Result<std::shared_ptr<const HealthLights>> health_lights();
  // The same pointer for some minutes, while the milestones stay. kBusy while the timeline is being
  // built.
  Result<std::shared_ptr<const GrowthStages>> growth_stages();
  // Names of items recommended to somebody, the best first; none before any were learned.
  Result<std::vector<std::string>> recommended_names(PersonId person);
  // Those of these products that suit somebody, the best first, as recommendations rank them: in
  // stock, and bought already only where the settings repeat. None before any were learned, and
  // none for somebody of whom nothing is known that tells them from others.
  Result<std::vector<Suited>> suited(PersonId person, std::span<const std::string> products);
  // The lifetime value yet to come of people, in their order, in minor units; nothing while the
  // model may not be used.
  Result<std::optional<std::vector<double>>> lifetime_values(std::span<const PersonId> people);

 private:
  struct Impl;
  explicit Models(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What the orders before `at` tell of people (ascending): the columns of churn risk, and whether
// anything was ordered. Zeros for those who had not ordered yet.
struct OrderFeatures {
  std::vector<std::string> columns;
  std::vector<double> values;  // people × columns
};
OrderFeatures order_features(const OrderBook& book, std::span<const PersonId> people, Instant at);

// The names of events in which people say something, as the settings of health have them.
struct SaidEvents {
  std::vector<std::string> answered, complained;
  std::string score;  // the property of an answer
};
Result<SaidEvents> said_events(store::Connection& c);

// Erases what is kept of a person, in the transaction of people::erase_person(); scores are worked
// out and not kept. {"health_alerts", "stage_changes"}: how many.
Result<Json> erase_person(store::Connection& c, const people::ErasedPerson& erased);

std::span<const store::Migration> migrations();

}  // namespace perennial::value
