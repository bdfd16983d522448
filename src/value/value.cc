// The cache of snapshots, the lists behind numbers, and what other modules show of a person.
#include "value/value.h"

#include <algorithm>
#include <charconv>

#include "value/movement.h"
#include "value/usual_gaps.h"
#include "value/value_json.h"
#include "value/value_rules.h"

namespace perennial::value {
namespace {

constexpr size_t kCachedSnapshots = 6;
constexpr std::string_view kRules = "value.rules";
constexpr std::chrono::minutes kGroupsAge{10};  // read again when older
constexpr std::chrono::seconds kGroupsRest{2};  // between tries to read those that are busy

Instant minute_of(Instant now) { return std::chrono::floor<std::chrono::minutes>(now); }

// "5-4-4"
std::optional<Rfm> parse_scores(std::string_view text) {
  if (text.size() != 5 || text[1] != '-' || text[3] != '-') return std::nullopt;
  for (size_t i : {0, 2, 4}) {
    if (text[i] < '1' || text[i] > '5') return std::nullopt;
  }
  auto digit = [&](size_t i) { return static_cast<uint8_t>(text[i] - '0'); };
  return Rfm{.recency = digit(0), .frequency = digit(2), .monetary = digit(4)};
}

template <class Test>
std::vector<PersonId> people_where(const Snapshot& s, Test test) {
  std::vector<PersonId> people;
  for (size_t i = 0; i < s.person.size(); ++i) {
    if (test(i)) people.push_back(s.person[i]);
  }
  return people;
}

std::unexpected<Error> unknown(std::string_view what, std::string_view set) {
  return fail(Code::kInvalid,
              "\"" + std::string(cut_text(set, 60)) + "\" names no " + std::string(what), "set");
}

Json number_or_null(std::optional<double> number) { return number ? Json(*number) : Json(nullptr); }

std::string_view rhythm_name(StageReason::Rhythm rhythm) {
  switch (rhythm) {
    case StageReason::Rhythm::kOwn:
      return "own";
    case StageReason::Rhythm::kFallback:
      return "fallback";
    case StageReason::Rhythm::kNone:
      return "none";
  }
  return "";
}

}  // namespace

struct Value::Impl {
  people::OrderBooks& books;
  access::Settings& settings;
  Clock clock;
  store::Database* database = nullptr;
  ResolveSet resolve_set;

  using Book = std::shared_ptr<const OrderBook>;
  using Known = std::shared_ptr<const std::vector<PersonId>>;
  struct Cached {  // holding the columns keeps their addresses from being used again
    Book book;
    Known known;
    std::shared_ptr<const Groups> groups;
    std::shared_ptr<const Snapshot> snapshot;
  };
  std::mutex mutex;  // held while computing, so that many who ask compute once
  std::vector<Cached> cache;
  std::optional<ValueRules> rules;  // as they stand in the settings
  Book history_book;
  std::vector<Instant> history_ends;
  std::vector<StageCounts> history;
  std::shared_ptr<const Groups> history_groups;

  // Whose gaps count with whose. Not under the mutex while they are read: the sets of segments may
  // be made of stages, which ask for a snapshot.
  struct GapGroups {
    std::shared_ptr<const Groups> groups;  // null: none are wanted, or none could be told yet
    bool settled = true;                   // false: what is told may be another thing in a moment
  };
  std::mutex groups_mutex;
  std::shared_ptr<const Groups> groups;  // null: none were read
  GroupChoice groups_of;
  Instant groups_at;
  GroupChoice busy_of;  // of the last try that found them busy
  Instant busy_at;
  GroupChoice missing_of;  // of what nothing was told yet, and since when that is so
  std::optional<Instant> missing_since;
  bool reading_groups = false;

  // What is known now. The groups of another choice say nothing about this one. The mutex of groups
  // is held.
  GapGroups told_groups(const GroupChoice& wanted, Instant now) {
    if (groups != nullptr && groups_of == wanted) return {.groups = groups};
    if (!missing_since || missing_of != wanted) missing_since = now;
    missing_of = wanted;
    // A segment that cannot be computed, for ever, does not hold up what is made of stages.
    return {.groups = nullptr, .settled = now - *missing_since >= kGroupsAge};
  }

  Result<GapGroups> known_groups() {
    GroupChoice wanted;
    {
      std::lock_guard lock(mutex);
      const StageRules stages = TRY(known_rules()).stages;
      if (stages.prior_gaps > 0) wanted = stages.gap_groups;
    }
    if (database == nullptr || wanted.by == Grouping::kAll || wanted.by == Grouping::kTier)
      return GapGroups{};
    const Instant now = clock();
    const auto within = [&](Instant at, auto age) { return now >= at && now - at < age; };
    {
      std::lock_guard lock(groups_mutex);
      const bool fresh = groups != nullptr && groups_of == wanted && within(groups_at, kGroupsAge);
      const bool rests = busy_of == wanted && within(busy_at, kGroupsRest);
      if (fresh || rests || reading_groups) return told_groups(wanted, now);
      reading_groups = true;
    }
    auto read = read_groups(*database, resolve_set, wanted);
    std::lock_guard lock(groups_mutex);
    reading_groups = false;
    if (read) {
      groups = std::make_shared<const Groups>(std::move(*read));
      groups_of = wanted;
      groups_at = now;
      missing_since.reset();
    } else if (read.error().code == Code::kBusy) {
      // Segments are after each start, until they were looked at: pages do not wait for that.
      busy_of = wanted;
      busy_at = now;
    } else {
      return std::unexpected(read.error());
    }
    return told_groups(wanted, now);
  }

  std::shared_ptr<const Snapshot> find(const Cached& like, Instant now) {
    auto found = std::ranges::find_if(cache, [&](const Cached& c) {
      return c.book == like.book && c.known == like.known && c.groups == like.groups &&
             c.snapshot->as_of == now;
    });
    if (found == cache.end()) return nullptr;
    std::rotate(cache.begin(), found, found + 1);  // the one used last goes first
    return cache.front().snapshot;
  }

  // The mutex is held.
  Result<ValueRules> known_rules() {
    if (rules) return *rules;
    Json document = nullptr;
    if (database != nullptr)
      document = TRY(database->read(
          [](store::Connection& c) { return access::Settings::document(c, kRules); }));
    rules = document.is_null() ? ValueRules{} : TRY(value_rules_from_json(document));
    return *rules;
  }

  Result<std::shared_ptr<const Snapshot>> snapshot_at(Instant now, bool acts_on_it = false) {
    Cached wanted;
    wanted.book = TRY(books.get());
    wanted.known = TRY(books.known());
    const GapGroups gaps = TRY(known_groups());
    if (acts_on_it && !gaps.settled)
      return fail(Code::kBusy, "the segments whose usual gaps count are being computed", "stages",
                  "ask again in a moment");
    wanted.groups = gaps.groups;
    std::lock_guard lock(mutex);
    if (auto known_already = find(wanted, now)) return known_already;
    Snapshot taken =
        take_snapshot(*wanted.book, *wanted.known, now, TRY(known_rules()), wanted.groups);
    taken.book = wanted.book;
    wanted.snapshot = std::make_shared<const Snapshot>(std::move(taken));
    std::erase_if(cache, [&](const Cached& c) {
      return c.book != wanted.book || c.known != wanted.known || c.groups != wanted.groups;
    });
    if (cache.size() == kCachedSnapshots) cache.pop_back();
    cache.insert(cache.begin(), wanted);
    return wanted.snapshot;
  }

  Result<std::vector<StageCounts>> history_at(const std::vector<Instant>& ends) {
    Book book = TRY(books.get());
    const auto of_groups = TRY(known_groups()).groups;
    std::lock_guard lock(mutex);
    if (history_book == book && history_ends == ends && history_groups == of_groups) return history;
    const ValueRules wanted = TRY(known_rules());
    history.clear();
    for (Instant end : ends) history.push_back(count_stages(*book, end, wanted, of_groups));
    history_book = book;
    history_groups = of_groups;
    history_ends = ends;
    return history;
  }
};

Value::Value(people::OrderBooks& books, access::Settings& settings, Clock clock,
             store::Database* database, ResolveSet resolve_set)
    : impl_(new Impl{.books = books,
                     .settings = settings,
                     .clock = std::move(clock),
                     .database = database,
                     .resolve_set = std::move(resolve_set)}) {}
Value::~Value() = default;

Result<ValueRules> Value::rules() {
  std::lock_guard lock(impl_->mutex);
  return impl_->known_rules();
}

Result<Json> Value::change_rules(const Json& body, const http::Principal& actor) {
  if (impl_->database == nullptr)
    return fail(Code::kConflict, "rules cannot be kept here", "rules");
  const ValueRules wanted = TRY(value_rules_from_json(body));
  TRY(check_sets(wanted.stages.gap_groups, impl_->resolve_set, "stages.gap_segments"));
  const Json document = to_json(wanted);
  const Instant at = impl_->clock();
  TRY(impl_->database->write([&](store::Connection& c) -> Result<void> {
    TRY(access::Settings::put_document(c, kRules, document));
    return access::record(c, actor, "value.rules", "rules", document, at);
  }));
  std::lock_guard lock(impl_->mutex);
  impl_->rules = wanted;
  impl_->cache.clear();
  impl_->history_book.reset();
  return document;
}

Result<std::shared_ptr<const Snapshot>> Value::snapshot() {
  return snapshot_at(minute_of(impl_->settings.workspace().now(impl_->clock)));
}

Result<std::shared_ptr<const Snapshot>> Value::settled_snapshot() {
  return impl_->snapshot_at(minute_of(impl_->settings.workspace().now(impl_->clock)), true);
}

Result<std::shared_ptr<const Snapshot>> Value::snapshot_at(Instant now) {
  return impl_->snapshot_at(now);
}

std::optional<Result<std::vector<PersonId>>> Value::resolve_set(std::string_view set) {
  constexpr std::array<std::string_view, 6> kKinds = {"stage", "cell", "rfm",
                                                      "tier",  "flow", "moved"};
  std::string_view kind = set.substr(0, set.find(':'));
  if (kind.size() == set.size() || std::ranges::find(kKinds, kind) == kKinds.end())
    return std::nullopt;
  std::string_view word = set.substr(kind.size() + 1);
  if (auto moved = resolve_moves(kind, word)) return moved;
  auto found = snapshot();
  if (!found) return std::unexpected(found.error());
  const Snapshot& s = **found;
  if (kind == "stage") {
    auto stage = parse_stage(word);
    if (!stage) return unknown("stage", set);
    return people_where(s, [&](size_t i) { return s.stage[i] == *stage; });
  }
  if (kind == "tier") {
    if (word != "high" && word != "middle" && word != "low") return unknown("tier", set);
    return people_where(
        s, [&](size_t i) { return s.orders[i] > 0 && tier_name(tier_of(s.rfm[i])) == word; });
  }
  if (kind == "cell") {
    if (std::ranges::find(kCells, word) == kCells.end()) return unknown("cell", set);
    return people_where(s, [&](size_t i) { return s.orders[i] > 0 && cell_of(s.rfm[i]) == word; });
  }
  auto scores = parse_scores(word);
  if (!scores) return unknown("scores", set);
  return people_where(s, [&](size_t i) {
    return s.rfm[i].recency == scores->recency && s.rfm[i].frequency == scores->frequency &&
           s.rfm[i].monetary == scores->monetary;
  });
}

Result<std::vector<Json>> Value::describe(std::span<const people::Person> page) {
  auto s = TRY(snapshot());
  std::vector<Json> described;
  for (const auto& person : page) {
    auto row = s->find(person.id);
    bool customer = row && s->orders[*row] > 0;
    described.push_back({{"stage", stage_name(row ? s->stage[*row] : Stage::kProspect)},
                         {"cell", customer ? cell_of(s->rfm[*row]) : ""}});
  }
  return described;
}

Result<Json> Value::describe_file(const people::Person& person) {
  auto s = TRY(snapshot());
  auto book = TRY(impl_->books.get());
  std::vector<int64_t> times;
  auto rows = std::ranges::equal_range(book->person, person.id);
  for (auto row = static_cast<size_t>(rows.begin() - book->person.begin()), i = size_t{0};
       i < rows.size(); ++i, ++row) {
    if (!book->refund[row] && book->at_ms[row] < to_millis(s->as_of))
      times.push_back(book->at_ms[row]);
  }
  StageRules stage_rules = TRY(rules()).stages;
  stage_rules.prior_gap_days = s->prior_gaps->days_of(person.id);
  StageReason reason = stage_of(times, s->as_of, stage_rules);
  Json file = {{"stage_reason",
                {{"stage", stage_name(reason.stage)},
                 {"days_since_last_order", number_or_null(reason.days_since_last_order)},
                 {"usual_gap_days", number_or_null(reason.usual_gap_days)},
                 {"silent_after_days", number_or_null(reason.silent_after_days)},
                 {"churned_after_days", number_or_null(reason.churned_after_days)},
                 {"rhythm", rhythm_name(reason.rhythm)},
                 {"group", s->prior_gaps->group_of(person.id)},
                 {"group_gap_days",
                  stage_rules.prior_gaps > 0 ? Json(stage_rules.prior_gap_days) : Json(nullptr)}}}};
  auto row = s->find(person.id);
  if (!row || s->orders[*row] == 0) return file;
  Rfm rfm = s->rfm[*row];
  file["rfm"] = {{"recency", rfm.recency},
                 {"frequency", rfm.frequency},
                 {"monetary", rfm.monetary},
                 {"cell", cell_of(rfm)}};
  return file;
}

Result<Value::Moments> Value::moments_of(std::string_view month) {
  const Calendar calendar = impl_->settings.workspace().calendar;
  auto now = TRY(snapshot());
  Instant start = calendar.start_of(Period::kMonth, now->as_of);
  if (!month.empty()) {
    auto given = calendar.parse_label(Period::kMonth, month);
    if (!given) return fail(Code::kInvalid, "must be a month such as 2011-08", "month");
    if (*given > start) return fail(Code::kInvalid, "this month has not begun", "month");
    start = *given;
  }
  const Instant end = calendar.advance(Period::kMonth, start, 1);
  if (end < now->as_of) now = TRY(snapshot_at(end));
  auto before = TRY(snapshot_at(start));
  return Moments{.label = calendar.label(Period::kMonth, start),
                 .before = std::move(before),
                 .now = std::move(now)};
}

Result<Value::Moments> Value::moments_back(int back) {
  auto now = TRY(snapshot());
  const Zone zone = impl_->settings.workspace().calendar.zone;
  // The same wall-clock time so many months earlier; the end of a shorter month.
  const auto local = zone.to_local(now->as_of);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day today(day);
  auto then = std::chrono::year_month(today.year(), today.month()) - std::chrono::months(back);
  const auto last =
      std::chrono::year_month_day_last(then.year(), std::chrono::month_day_last(then.month()));
  const std::chrono::year_month_day date(then.year(), then.month(),
                                         std::min(today.day(), last.day()));
  const Instant earlier = zone.to_instant(std::chrono::local_days(date) + (local - day));
  auto before = TRY(snapshot_at(earlier));
  return Moments{.label = std::to_string(back), .before = std::move(before), .now = std::move(now)};
}

// "2011-08:new:active" of a flow, "3:champions:at_risk" of moves between cells.
std::optional<Result<std::vector<PersonId>>> Value::resolve_moves(std::string_view kind,
                                                                  std::string_view words) {
  if (kind != "flow" && kind != "moved") return std::nullopt;
  auto found = [&]() -> Result<std::vector<PersonId>> {
    const size_t first = words.find(':'), second = words.find(':', first + 1);
    if (second == std::string_view::npos) return unknown("moves", words);
    const std::string_view label = words.substr(0, first);
    const std::string_view from = words.substr(first + 1, second - first - 1);
    const std::string_view to = words.substr(second + 1);
    if (kind == "flow") {
      if (!parse_stage(from) || !parse_stage(to)) return unknown("moves", words);
      const Moments m = TRY(moments_of(label));
      return people_moved(*m.before, *m.now, stage_group, "prospect", from, to);
    }
    int back = 0;
    auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), back);
    const bool whole = error == std::errc() && end == label.data() + label.size();
    if (!whole || back < 1 || back > kMaxMonthsBack) return unknown("moves", words);
    const Moments m = TRY(moments_back(back));
    return people_moved(*m.before, *m.now, cell_group, "none", from, to);
  };
  return found();
}

Result<Json> Value::stages_json(std::string_view month) {
  auto now = TRY(snapshot());
  const Moments moves = TRY(moments_of(month));
  Calendar calendar = impl_->settings.workspace().calendar;
  Instant start = calendar.start_of(Period::kMonth, now->as_of);
  std::vector<Instant> ends;
  for (int back = kHistoryMonths - 1; back >= 0; --back)
    ends.push_back(calendar.advance(Period::kMonth, start, -back));
  auto history = TRY(impl_->history_at(ends));
  Json rows = Json::array();
  for (size_t i = 0; i < ends.size(); ++i) {
    Instant from = calendar.advance(Period::kMonth, ends[i], -1);
    rows.push_back(
        {{"label", calendar.label(Period::kMonth, from)}, {"counts", counts_json(history[i])}});
  }
  return Json{{"as_of", format_instant(now->as_of)},
              {"counts", stage_rows(*now)},
              {"history", rows},
              {"flow_month", moves.label},
              {"flow", move_rows(*moves.before, *moves.now, stage_group, "prospect",
                                 "flow:" + moves.label)}};
}

Result<Json> Value::rfm_json(int back) {
  const Moments moves = TRY(moments_back(back));
  Json json = value::rfm_json(*moves.now, impl_->settings.workspace().currency);
  json["moved_months"] = back;
  json["moved"] = move_rows(*moves.before, *moves.now, cell_group, "none", "moved:" + moves.label);
  return json;
}

void Value::add_routes(http::Router& router) {
  auto answer = [](Result<Json> json) {
    return json ? http::json(200, *json) : http::problem(json.error());
  };
  router.add({.method = "GET", .path = "/v1/value/stages", .right = "insights.read"},
             [this, answer](const http::Request& request) {
               return answer(stages_json(request.query_or("month", "")));
             });
  router.add({.method = "GET", .path = "/v1/value/rules", .right = "insights.read"},
             [this, answer](const http::Request&) {
               const auto found = rules();
               return found ? http::json(200, to_json(*found)) : http::problem(found.error());
             });
  router.add({.method = "PUT", .path = "/v1/value/rules", .right = "insights.write"},
             [this, answer](const http::Request& request) {
               auto body = parse_json(request.body);
               if (!body) return http::problem(body.error());
               return answer(change_rules(*body, request.principal));
             });
  router.add({.method = "GET", .path = "/v1/value/rfm", .right = "insights.read"},
             [this, answer](const http::Request& request) {
               auto back = request.query_integer("back", 3, 1, kMaxMonthsBack);
               if (!back) return http::problem(back.error());
               return answer(rfm_json(static_cast<int>(*back)));
             });
}

}  // namespace perennial::value
