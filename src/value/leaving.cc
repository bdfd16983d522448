#include "value/leaving.h"

#include <algorithm>

#include "value/event_names.h"
#include "value/settings_json.h"
#include "value/timeline_pass.h"

namespace perennial::value {
namespace {

using std::chrono::days;
using timeline::Hits;
using timeline::kBucketPeople;
using timeline::Second;
using timeline::Selector;

constexpr std::chrono::seconds kMaxTime{60};
constexpr std::array<std::string_view, kKnown> kKnownNames = {"said", "complaint", "trouble",
                                                              "model"};
constexpr std::array<std::string_view, kTenures> kTenureNames = {"early", "middle", "late"};
enum Kind : size_t { kExit, kOpened, kAnswered, kFailed, kRefunded, kKinds };

Selector grouped(const std::vector<std::string>& names, const std::string& group) {
  Selector selector = tracked(names);
  selector.group = group;
  return selector;
}

// For each leaver asked about: codes of what was said and complained about, and trouble.
struct Found {
  size_t leaver = 0;
  Kind kind = kExit;
  uint32_t code = 0;
};
struct Question {
  const std::vector<Leaver>& leavers;  // by person
  double answer_best = 10;
};

class LeavingScan {
 public:
  explicit LeavingScan(const Question& question) : question_(&question) {}

  void add(const timeline::Slice& slice) {
    const PersonId base = PersonId{slice.bucket} * kBucketPeople;
    auto one = std::ranges::lower_bound(question_->leavers, base, {}, &Leaver::person);
    for (; one != question_->leavers.end() && one->person < base + PersonId{kBucketPeople}; ++one) {
      const auto place = static_cast<uint32_t>(one->person - base);
      const auto leaver = static_cast<size_t>(one - question_->leavers.begin());
      for (size_t kind = 0; kind < kKinds; ++kind)
        look(slice.hits[kind], static_cast<Kind>(kind), place, *one, leaver);
    }
  }
  void merge(const LeavingScan& other) {
    found_.insert(found_.end(), other.found_.begin(), other.found_.end());
  }
  uint64_t bytes() const { return found_.size() * sizeof(Found); }
  const std::vector<Found>& found() const { return found_; }

 private:
  void look(const Hits& hits, Kind kind, uint32_t place, const Leaver& who, size_t leaver) {
    const days before(kind == kExit ? kSaidDays : kTroubleDays);
    const Second from = second_of(who.last_order - before), to = second_of(who.known_at);
    for (uint32_t hit = hits.first[place]; hit < hits.last[place]; ++hit) {
      if (hits.at[hit] < from || hits.at[hit] >= to) continue;
      if (kind == kAnswered && !low(hits, hit)) continue;
      found_.push_back({leaver, kind, hits.group != nullptr ? hits.group[hit] : 0});
    }
  }
  bool low(const Hits& hits, uint32_t hit) const {
    return hits.number != nullptr && std::isfinite(hits.number[hit]) &&
           hits.number[hit] <= kLowAnswer * question_->answer_best;
  }

  const Question* question_;
  std::vector<Found> found_;
};

std::vector<PersonId> people_of(const std::vector<Leaver>& leavers) {
  std::vector<PersonId> people;
  for (const Leaver& one : leavers) people.push_back(one.person);
  return people;
}

void add_once(std::vector<Why>& whys, Why why) {
  if (std::ranges::find(whys, why) == whys.end()) whys.push_back(std::move(why));
}

std::string_view trouble_name(Kind kind) {
  if (kind == kAnswered) return "low_score";
  return kind == kFailed ? "payment_failed" : "refund";
}

}  // namespace

std::string_view tenure_name(Tenure tenure) { return kTenureNames[static_cast<size_t>(tenure)]; }

std::optional<Tenure> parse_tenure(std::string_view word) {
  const auto found = std::ranges::find(kTenureNames, word);
  if (found == kTenureNames.end()) return std::nullopt;
  return static_cast<Tenure>(found - kTenureNames.begin());
}

Tenure tenure_of(Instant registered, Instant last_order) {
  if (last_order <= registered + days(kEarlyDays)) return Tenure::kEarly;
  return last_order <= registered + days(kMiddleDays) ? Tenure::kMiddle : Tenure::kLate;
}

std::vector<Tenure> tenures_of(const std::vector<Leaver>& leavers, const OrderBook& book,
                               const GrowthStages& known) {
  std::vector<Tenure> tenures;
  for (const Leaver& one : leavers) {
    const auto place = std::ranges::lower_bound(known.person, one.person);
    const bool is_known = place != known.person.end() && *place == one.person;
    Instant registered = one.last_order;
    if (is_known) {
      registered = known.registered[static_cast<size_t>(place - known.person.begin())];
    } else {
      const auto rows = std::ranges::equal_range(book.person, one.person);
      if (!rows.empty())
        registered =
            from_millis(book.at_ms[static_cast<size_t>(rows.begin() - book.person.begin())]);
    }
    tenures.push_back(tenure_of(registered, one.last_order));
  }
  return tenures;
}

std::string_view known_name(Known known) { return kKnownNames[static_cast<size_t>(known)]; }

std::string key_of(const Why& why) {
  return fingerprint(std::string(known_name(why.known)) + '\n' + why.reason).hex().substr(0, 16);
}

Json to_json(const LeavingSettings& settings) {
  return {{"exit_events", settings.exit_events},
          {"reason_property", settings.reason_property},
          {"cause_property", settings.cause_property}};
}

Result<LeavingSettings> leaving_settings_from_json(const Json& json) {
  LeavingSettings settings;
  TRY(only_settings(json, to_json(settings)));
  settings.exit_events = TRY(event_names_from_json(json, "exit_events", settings.exit_events));
  settings.reason_property = TRY(json_string_or(json, "reason_property", settings.reason_property));
  settings.cause_property = TRY(json_string_or(json, "cause_property", settings.cause_property));
  if (settings.reason_property.empty() || settings.reason_property.size() > 200)
    return fail(Code::kInvalid, "must name a property", "reason_property");
  if (settings.cause_property.empty() || settings.cause_property.size() > 200)
    return fail(Code::kInvalid, "must name a property", "cause_property");
  return settings;
}

std::vector<Leaver> leavers(const OrderBook& book, Span span, int horizon_days) {
  std::vector<Leaver> left;
  const days horizon(horizon_days);
  for_each_person(book, INT64_MAX, [&](PersonRows rows) {
    std::optional<Instant> last;
    const auto look = [&](std::optional<Instant> next) {
      if (!last) return;
      const Instant known = *last + horizon;
      if (span.contains(known) && (!next || *next >= known))
        left.push_back({.person = rows.person, .last_order = *last, .known_at = known});
    };
    for (size_t row = rows.first; row < rows.last; ++row) {
      if (book.refund[row]) continue;
      const Instant at = from_millis(book.at_ms[row]);
      look(at);
      last = at;
    }
    look(std::nullopt);
  });
  return left;
}

Result<Whys> read_leaving(timeline::Timeline& timeline, const std::vector<Leaver>& leavers,
                          const LeavingSettings& settings, const HealthEvents& events) {
  Whys whys(leavers.size());
  if (leavers.empty()) return whys;
  const auto snapshot = timeline.snapshot();
  if (!snapshot)
    return fail(Code::kBusy, "the timeline is still being built", "", "Try again in a minute.");
  timeline::Ask ask{.selectors = {grouped(settings.exit_events, settings.reason_property),
                                  grouped(events.complaint_opened, settings.cause_property),
                                  tracked(events.answered), tracked(events.payment_failed),
                                  tracked({std::string(people::kOrderRefunded)})},
                    .among = crowds_of(people_of(leavers))};
  ask.selectors[kAnswered].number = events.answer_property;
  if (const auto missing = timeline::missing_properties(*snapshot->dictionary, ask);
      !missing.empty())
    return fail(Code::kInvalid,
                "the property \"" + missing.front() + "\" has too many different values",
                "reason_property", "choose another property");
  timeline::Stop stop;
  stop.deadline = std::chrono::steady_clock::now() + kMaxTime;
  const auto plan = TRY(timeline::compile(*snapshot, std::move(ask), timeline.pool(), stop));
  const Question question{.leavers = leavers, .answer_best = events.answer_best};
  const auto scan = TRY(timeline::run(*plan, LeavingScan(question), timeline.pool(), stop));
  for (const Found& found : scan.found()) {
    auto& of = whys[found.leaver];
    if (found.kind == kExit || found.kind == kOpened) {
      std::string word = timeline::group_label(*plan, found.kind, found.code);
      if (found.code == 0 || word.empty()) word = kOtherReason;
      add_once(of, {found.kind == kExit ? Known::kSaid : Known::kComplaint, std::move(word)});
    } else {
      add_once(of, {Known::kTrouble, std::string(trouble_name(found.kind))});
    }
  }
  return whys;
}

Result<Whys> model_whys(const ChurnModel& model, const OrderBook& book,
                        const std::vector<Leaver>& leavers) {
  Whys whys(leavers.size());
  const auto features = churn_features();
  Table table{.columns = model.columns};
  if (leavers.empty() || features.size() > model.columns.size()) return whys;
  for (size_t c = 0; c < features.size(); ++c) {
    if (model.columns[c] != features[c].name) return whys;
  }
  // What the timeline told is left at what was usual: only the orders speak.
  std::vector<float> usual;
  for (size_t c = features.size(); c < model.columns.size(); ++c)
    usual.push_back(static_cast<float>(model.spread[c][model.spread[c].size() / 2]));
  const days half(model.settings.horizon_days / 2);
  size_t next = 0;
  for_each_person(book, INT64_MAX, [&](PersonRows rows) {
    for (; next < leavers.size() && leavers[next].person == rows.person; ++next) {
      for (const Feature& feature : features)
        table.values.push_back(
            static_cast<float>(feature.value(book, rows, leavers[next].last_order + half)));
      table.values.insert(table.values.end(), usual.begin(), usual.end());
    }
  });
  const auto shares = TRY(model.classifier->contributions(table));
  for (size_t i = 0; i < table.rows(); ++i) {
    const auto of = std::span(shares).subspan(i * model.columns.size(), features.size());
    const auto most = std::ranges::max_element(of);
    if (*most > 0)
      whys[i].push_back({Known::kModel, model.columns[static_cast<size_t>(most - of.begin())]});
  }
  return whys;
}

namespace {

// Counts people, each once, who come in ascending order.
struct Tally {
  int64_t people = 0;
  PersonId last = 0;
  void add(PersonId person) {
    people += person != last;
    last = person;
  }
};
struct Counted {
  Tally all;
  std::vector<Tally> by_month;
};

}  // namespace

LeavingTable count_leaving(const std::vector<Leaver>& leavers, const Whys& whys,
                           const std::vector<Span>& months, std::vector<std::string> labels) {
  std::map<Why, Counted> counts;
  Counted left{.by_month = std::vector<Tally>(months.size())};
  Tally explained;
  for (size_t i = 0; i < leavers.size(); ++i) {
    const auto month = std::ranges::find_if(
        months, [&](const Span& span) { return span.contains(leavers[i].known_at); });
    if (month == months.end()) continue;
    const auto m = static_cast<size_t>(month - months.begin());
    const PersonId person = leavers[i].person;
    left.all.add(person);
    left.by_month[m].add(person);
    for (Why why : whys[i]) {
      if (why.known != Known::kModel) explained.add(person);
      if (!counts.contains(why) && counts.size() >= kMaxReasons) why.reason = kOtherReason;
      Counted& of = counts[why];
      of.by_month.resize(months.size());
      of.all.add(person);
      of.by_month[m].add(person);
    }
  }
  LeavingTable table{
      .months = std::move(labels), .total = left.all.people, .explained = explained.people};
  for (const Tally& month : left.by_month) table.left.push_back(month.people);
  for (const auto& [why, of] : counts) {
    LeavingRow row{.why = why, .key = key_of(why), .people = of.all.people};
    for (const Tally& month : of.by_month) row.by_month.push_back(month.people);
    table.rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(
      table.rows, {}, [](const LeavingRow& row) { return std::pair(row.why.known, -row.people); });
  return table;
}

}  // namespace perennial::value
