// What people did beside ordering, as columns of churn risk and as a label: one pass over the
// timeline for several instants.
//
// A feature is given all that one person did and must look at what lies before the instant alone;
// a leak shows by reading once with everything and once with nothing from the instant on
// (churn_rows.h).
//
// Pure kernels: slices in, columns out.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "value/health.h"
#include "value/timeline_pass.h"

namespace perennial::value {

inline constexpr int kActDays = 120;  // of use that is looked at

// What one person did, by kind, ascending. Use is whatever was tracked, viewed or opened but
// orders, the kinds below, and what the program itself says of people.
struct Acts {
  using Times = std::span<const timeline::Second>;
  Times use, opened, closed, answered, failed, made;
  std::span<const double> answer;  // by `answered`: share of the best; NaN without a number
};
struct ActFeature {
  std::string_view name;
  std::function<double(const Acts& acts, timeline::Second at)> value;
  bool of_use = false;  // of `use` alone: of the same acts whose end is told as no_activity
};
// Every number is there for everybody: 0, or kActDays for what was never done.
std::span<const ActFeature> act_features();

struct ActsSpec {
  std::vector<timeline::Second> at;  // ascending
  HealthEvents events;
  std::span<const ActFeature> features = act_features();
  timeline::Second to = timeline::kNever;  // nothing at it or later is read at all
};
std::vector<timeline::Selector> act_selectors(const ActsSpec& spec);

class ActsScan {
 public:
  explicit ActsScan(std::shared_ptr<const ActsSpec> spec) : spec_(std::move(spec)) {}
  void add(const timeline::Slice& slice);
  void merge(const ActsScan& other);
  uint64_t bytes() const;
  // people × instants × features; those who did nothing have the numbers of nothing.
  std::vector<float> finish(std::span<const PersonId> people) const;

 private:
  void add_person(PersonId person, const Acts& acts);
  void find_use(const timeline::Slice& slice, uint32_t person);

  std::shared_ptr<const ActsSpec> spec_;
  std::vector<PersonId> person_;
  std::vector<float> values_;
  std::vector<timeline::Second> use_;  // of one person
  std::vector<double> answer_;
};

Result<std::vector<float>> read_acts(const TimelineView& timeline, const ActsSpec& spec,
                                     std::span<const PersonId> people,
                                     const std::stop_token& stop = {});

// Who was active before each instant, and who was after it.
struct ActiveSpec {
  std::vector<timeline::Second> at;  // ascending
  std::vector<std::string> events;   // that count; none: whatever was tracked, viewed or opened
  int days_before = 180, days_after = 90;
};
struct ActiveAt {
  std::vector<PersonId> person;  // active before, ascending
  std::vector<uint8_t> after;    // by person: active after too
};
class ActiveScan {
 public:
  explicit ActiveScan(std::shared_ptr<const ActiveSpec> spec)
      : spec_(std::move(spec)), found_(spec_->at.size()) {}
  void add(const timeline::Slice& slice);
  void merge(const ActiveScan& other);
  uint64_t bytes() const;
  std::vector<ActiveAt> finish();

 private:
  struct Found {
    PersonId person = 0;
    bool after = false;
  };
  std::shared_ptr<const ActiveSpec> spec_;
  std::vector<std::vector<Found>> found_;  // by instant
};
std::vector<timeline::Selector> active_selectors(const ActiveSpec& spec);
Result<std::vector<ActiveAt>> read_active(const TimelineView& timeline, const ActiveSpec& spec,
                                          const std::stop_token& stop = {});

}  // namespace perennial::value
