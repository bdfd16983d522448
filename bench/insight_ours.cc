#include "insight_ours.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include <fmt/format.h>

#include "insight_data.h"
#include "timeline/funnel.h"
#include "timeline/lifecycle.h"
#include "timeline/lifecycle_active.h"
#include "timeline/paths.h"
#include "timeline/retention.h"
#include "timeline/rfm.h"

namespace perennial::bench {

using namespace timeline;

namespace {

constexpr Second kFunnelWindow = kWeek;

Selector named(Name name, Second from = kBegin, Second to = kEnd) {
  return {.any_of = {{.name = name_of(name)}}, .from = from, .to = to};
}
Selector anything() { return {.any_of = {{.type = std::nullopt}}, .from = 0, .to = kNever}; }

Periods periods(int count, Second length) {
  std::vector<Second> borders;
  for (int i = 0; i <= count; ++i) borders.push_back(kBegin + static_cast<Second>(i) * length);
  return Periods(std::move(borders));
}

std::shared_ptr<Dictionary> make_dictionary() {
  auto out = std::make_shared<Dictionary>();
  for (uint32_t name = 0; name < kNames; ++name) {
    out->event(events::Type::kTrack, name_of(name));
  }
  const uint32_t channel = out->property("channel");
  for (uint32_t c = 1; c <= kChannels; ++c) out->text(channel, channel_of(c));
  out->saw_number(out->property("amount"));
  return out;
}

void add_rows(uint32_t person, const std::vector<Event>& events, Rows& rows) {
  for (const Event& event : events) {
    Row row{.person = person,
            .name = event.name,
            .at_ms = int64_t{event.at} * 1000,
            .first_value = static_cast<uint32_t>(rows.values.size())};
    if (event.channel != 0) rows.values.push_back({.property = 0, .code = event.channel});
    if (event.name == kOrderCompleted) {
      rows.values.push_back({.property = 1, .number = event.cents / 100.0});
    }
    row.values = static_cast<uint32_t>(rows.values.size()) - row.first_value;
    rows.rows.push_back(row);
  }
}

// At least three orders in the last 90 days and no visit in the last 30.
struct Lapsing {
  std::vector<uint32_t> people;

  void add(const Slice& slice) {
    Crowd found = slice.presence[0].in[0];
    found.remove(slice.presence[1].in[0]) &= slice.who;
    found.for_each(
        [&](uint32_t person) { people.push_back(slice.bucket * kBucketPeople + person); });
  }
  void merge(const Lapsing& other) {
    people.insert(people.end(), other.people.begin(), other.people.end());
  }
};

}  // namespace

Result<void> make_base(const std::string& path, uint32_t people) {
  const auto dictionary = make_dictionary();
  const Days days = days_of(Zone::utc());
  auto writer = TRY(BaseWriter::create(path));
  BaseFacts facts{.zone = std::string(Zone::utc().name())};
  Rows rows;
  std::vector<Event> events;
  for (uint32_t first = 0; first < people; first += kBucketPeople) {
    rows.clear();
    const uint32_t last = std::min(people, first + kBucketPeople);
    for (uint32_t person = first; person < last; ++person) {
      make_person(person, events);
      add_rows(person, events, rows);
    }
    facts.events += rows.rows.size();
    TRY(writer->add(build_bucket(rows.rows, rows.values, {}, &days)));
  }
  return writer->finish(facts, *dictionary);
}

Building measure_building(uint32_t people) {
  constexpr uint32_t kMostPeople = 100'000;  // rows waiting to be sorted take memory
  Rows rows;
  std::vector<Event> events;
  for (uint32_t person = 0; person < std::min(people, kMostPeople); ++person) {
    make_person(person, events);
    add_rows(person, events, rows);
  }
  std::ranges::shuffle(rows.rows, std::mt19937_64(1));
  Building out{.events = rows.rows.size()};
  const Days days = days_of(Zone::utc());
  const auto begun = std::chrono::steady_clock::now();
  layer_of(std::move(rows), {}, &days);
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return out;
}

double Ours::visible_ms(uint32_t people) {
  constexpr uint32_t kNew = 1'000'000;
  std::mt19937_64 random(2);
  Rows rows;
  for (uint32_t i = 0; i < kNew; ++i) {
    rows.rows.push_back({.person = static_cast<uint32_t>(random() % people),
                         .name = static_cast<uint32_t>(random() % kNames),
                         .at_ms = int64_t{kEnd - kDay + i / 20} * 1000,
                         .order = i});
  }
  const Days days = days_of(Zone::utc());
  const auto begun = std::chrono::steady_clock::now();
  snapshot_.layers.push_back(layer_of(std::move(rows), {}, &days));
  funnel(3, false);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  snapshot_.layers.pop_back();
  return took.count();
}

Result<Ours> Ours::open(const std::string& path, unsigned threads) {
  Base base = TRY(open_base(path));
  Ours out;
  out.facts_ = base.facts;
  out.snapshot_.layers.push_back(base.layer);
  out.snapshot_.dictionary = base.dictionary;
  out.snapshot_.events = base.facts.events;
  out.pool_ = std::make_shared<Pool>(threads);
  return out;
}

template <class Kernel>
Kernel Ours::run(Ask ask, const Kernel& kernel) {
  Stop stop;
  auto plan = compile(snapshot_, std::move(ask), *pool_, stop);
  INVARIANT(plan.has_value());
  auto out = timeline::run(**plan, kernel, *pool_, stop);
  INVARIANT(out.has_value());
  return std::move(*out);
}

Answer Ours::ask(const std::string& question) {
  if (question == "funnel3") return funnel(3, false);
  if (question == "funnel3_by") return funnel(3, true);
  if (question == "funnel5") return funnel(5, false);
  if (question == "retention") return retention();
  if (question == "segment") return segment();
  if (question == "rfm") return rfm();
  if (question == "paths") return paths();
  if (question == "active") return active();
  INVARIANT(question == "lifecycle");
  return lifecycle();
}

// Lines "channel level people", people by the level they reached; without a breakdown channel 0.
Answer Ours::funnel(int steps, bool by_channel) {
  Ask ask;
  for (Name name : {kVisit, kProductAdded, kOrderCompleted}) ask.selectors.push_back(named(name));
  if (steps == 5) {
    ask.selectors = {named(kVisit), named(kProductViewed), named(kProductAdded),
                     named(kCheckoutStarted), named(kOrderCompleted)};
    ask.selectors.back().any_of[0].where = {
        .kind = Condition::Kind::kTest,
        .test = {.property = "amount", .op = Test::Op::kAtLeast, .numbers = {50}}};
  }
  FunnelSpec spec{.steps = steps, .window_seconds = kFunnelWindow, .times = false};
  if (by_channel) {
    ask.selectors[0].group = "channel";
    spec.breakdown = FunnelBreakdown::kStep;
    for (uint32_t c = 1; c <= kChannels; ++c) spec.shown.push_back(c);
  }
  const uint64_t bytes = bytes_of(ask);
  const FunnelTable table = run(std::move(ask), Funnel(spec)).finish();
  Answer out{.text = {}, .bytes = bytes};
  const auto add = [&](size_t channel, const FunnelRow& row) {
    for (size_t k = 0; k < row.reached.size(); ++k) {
      const uint64_t next = k + 1 < row.reached.size() ? row.reached[k + 1] : 0;
      if (row.reached[k] == next) continue;
      out.text += fmt::format("{}\t{}\t{}\n", channel, k + 1, row.reached[k] - next);
    }
  };
  if (!by_channel) add(0, table.all);
  for (size_t g = 0; by_channel && g < kChannels; ++g) add(g + 1, table.groups[g]);
  return out;
}

// Lines "cohort weeks-after people"; column 0 is the size of the cohort.
Answer Ours::retention() {
  Ask ask{.selectors = {anything(), anything()}, .presence = periods(kWeeks, kWeek)};
  const uint64_t bytes = bytes_of(ask);
  const RetentionSpec spec{.periods = *ask.presence, .presence = true};
  const RetentionTable table = run(std::move(ask), Retention(spec)).finish();
  Answer out{.text = {}, .bytes = bytes};
  for (int cohort = 0; cohort < table.cohorts; ++cohort) {
    for (int column = 0; column < table.columns; ++column) {
      const uint64_t people = table.all.returned[table.at(cohort, column)];
      if (people != 0) out.text += fmt::format("{}\t{}\t{}\n", cohort, column, people);
    }
  }
  return out;
}

// One line a person, by number.
Answer Ours::segment() {
  Ask ask{.selectors = {named(kOrderCompleted, kEnd - 90 * kDay), named(kVisit, kEnd - 30 * kDay)},
          .presence = Periods({kEnd - 90 * kDay, kEnd})};
  ask.selectors[0].at_least = 3;
  const uint64_t bytes = bytes_of(ask);
  Lapsing found = run(std::move(ask), Lapsing());
  std::ranges::sort(found.people);
  Answer out{.text = {}, .bytes = bytes};
  for (uint32_t person : found.people) fmt::format_to(std::back_inserter(out.text), "{}\n", person);
  return out;
}

// Lines "recency frequency monetary people orders cents" of cells with people.
Answer Ours::rfm() {
  Ask ask{.selectors = {named(kOrderCompleted)}};
  ask.selectors[0].number = "amount";
  const uint64_t bytes = bytes_of(ask);
  const RfmTable table = run(std::move(ask), Rfm({.now = kEnd})).finish();
  Answer out{.text = {}, .bytes = bytes};
  for (size_t i = 0; i < table.cells.size(); ++i) {
    const RfmCell& cell = table.cells[i];
    if (cell.people == 0) continue;
    out.text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", i / 25 + 1, i / 5 % 5 + 1, i % 5 + 1,
                            cell.people, cell.orders, std::llround(cell.amount * 100));
  }
  return out;
}

// The twenty most frequent paths of three events after "Product Added", every occurrence, sessions
// with pauses of at most 1,800 s: "name name name count"; 0 where the session ended.
Answer Ours::paths() {
  Ask ask{.selectors = {anything()}};
  ask.selectors[0].from = kBegin;
  ask.selectors[0].to = kEnd;
  ask.selectors[0].group_is_name = ask.selectors[0].names_as_they_lie = true;
  const uint64_t bytes = bytes_of(ask);
  const PathsSpec spec{.occurrence = PathsSpec::Occurrence::kEvery,
                       .nodes = kNames,
                       .from = kProductAdded + 1,
                       .steps = 4,
                       .collapse = false};
  const PathsTable table = run(std::move(ask), Paths(spec)).finish();
  Answer out{.text = {}, .bytes = bytes};
  for (const WholePath& path : table.paths) {
    for (size_t i = 1; i < 4; ++i) {
      out.text += fmt::format("{}\t", i < path.nodes.size() ? path.nodes[i] : 0);
    }
    out.text += fmt::format("{}\n", path.paths);
  }
  return out;
}

// Lines "day active-on-the-day active-in-the-30-days-to-it"; stickiness is their ratio.
Answer Ours::active() {
  Ask ask{.selectors = {anything()}, .presence = periods(kDays, kDay)};
  const uint64_t bytes = bytes_of(ask);
  ActiveSpec spec{.periods = *ask.presence, .windows = {}};
  spec.windows = {trailing_window(spec.periods, 0, 1), trailing_window(spec.periods, 0, 30)};
  const ActiveTable table = run(std::move(ask), ActivePeople(spec)).finish();
  Answer out{.text = {}, .bytes = bytes};
  for (int day = 0; day < table.rows; ++day) {
    out.text +=
        fmt::format("{}\t{}\t{}\n", day, table.at(table.all, 0, day), table.at(table.all, 1, day));
  }
  return out;
}

// Lines "week new returning resurrecting dormant" from the second week on.
Answer Ours::lifecycle() {
  Ask ask{.selectors = {anything()}, .presence = periods(kWeeks, kWeek)};
  const uint64_t bytes = bytes_of(ask);
  const LifecycleSpec spec{.periods = *ask.presence};
  const LifecycleTable table = run(std::move(ask), Lifecycle(spec)).finish();
  Answer out{.text = {}, .bytes = bytes};
  for (size_t row = 0; row < table.all.size(); ++row) {
    const LifecycleRow& of = table.all[row];
    out.text += fmt::format("{}\t{}\t{}\t{}\t{}\n", row + 1, of.fresh, of.returning,
                            of.resurrecting, of.dormant);
  }
  return out;
}

uint64_t Ours::bytes_of(const Ask& ask) const {
  uint64_t bytes = 0;
  const Layer& base = *snapshot_.layers.front();
  for (uint32_t b = 0; b < base.buckets(); ++b) {
    const BucketView bucket = base.bucket(b);
    if (ask.presence && !ask.selectors[0].any_of[0].name) {
      bytes += bucket.header().days * sizeof(Crowd);
      continue;
    }
    for (const Selector& selector : ask.selectors) {
      if (!selector.any_of[0].name) {
        bytes += uint64_t{bucket.header().events} * 5 + (kBucketPeople + 1) * 4;
        continue;
      }
      const auto& name = *selector.any_of[0].name;
      const auto number = snapshot_.dictionary->find_event(events::Type::kTrack, name);
      const NameEntry* entry = bucket.find_name(*number);
      if (entry == nullptr) continue;
      bytes += entry->hits * 4 + (kBucketPeople + 1) * 2;
      if (!selector.group.empty()) bytes += entry->hits;
      if (!selector.number.empty() || !selector.any_of[0].where.always()) bytes += entry->hits * 4;
    }
  }
  return bytes;
}

}  // namespace perennial::bench
