#include "insight/asking.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "insight/query_fields.h"
#include "insight/query_parts.h"

namespace perennial::insight {

using timeline::Crowd;
using timeline::People;
using timeline::Second;

namespace {

constexpr uint64_t kManyMissing = 100'000;  // events that an answer does without: that is told

constexpr uint64_t kMillisOfSecond = 1'000;

Second second_up(Instant t) {
  const int64_t ms = std::clamp<int64_t>(to_millis(t), 0, kLastSecond * 1'000);
  return static_cast<Second>((static_cast<uint64_t>(ms) + kMillisOfSecond - 1) / kMillisOfSecond);
}

// An object with these members, in this order. An answer has thousands of small objects: made from
// lists of initializers, with their copies, they cost more than the counting.
template <class... Values>
Json object_of(std::pair<const char*, Values>... members) {
  Json json = Json::object();
  auto& object = *json.get_ptr<Json::object_t*>();
  object.reserve(std::max<size_t>(4, sizeof...(members)));
  (object.emplace_back(members.first, Json(std::move(members.second))), ...);
  return json;
}

Json group_json(std::string_view kind, std::string label = "") {
  return {{"kind", kind}, {"label", std::move(label)}};
}

void add_person(People& people, people::PersonId person) {
  if (person <= 0) return;
  const auto place = static_cast<size_t>(person);
  if (place / timeline::kBucketPeople >= people.size()) return;  // without an event
  people[place / timeline::kBucketPeople].add(place % timeline::kBucketPeople);
}

bool by_events(const Breakdown& breakdown) {
  return breakdown.by == Breakdown::By::kEventProperty || breakdown.by == Breakdown::By::kEventName;
}

// Where the words of a set first stand in the document.
std::string path_of_set(const PeopleCondition& condition, const std::string& words,
                        const std::string& path) {
  using Kind = PeopleCondition::Kind;
  if (condition.kind == Kind::kSet && condition.set == words) return join_path(path, "set");
  for (size_t i = 0; i < condition.parts.size(); ++i) {
    const bool negated = condition.kind == Kind::kNot;
    const std::string member = join_path(path, negated                        ? "not"
                                               : condition.kind == Kind::kAll ? "all"
                                                                              : "any");
    std::string found =
        path_of_set(condition.parts[i], words, negated ? member : join_path(member, i));
    if (!found.empty()) return found;
  }
  return "";
}

// Whom the words of a set mean; errors name the member of the question. A segment that was deleted
// is a fault of the question, not a page that is missing.
Result<std::vector<people::PersonId>> people_of_set(const Sources& sources,
                                                    const std::string& words,
                                                    const std::string& where) {
  auto set = sources.resolve_set(words);
  if (set) return set;
  const Code code = set.error().code == Code::kNotFound ? Code::kInvalid : set.error().code;
  std::string hint = set.error().hint;
  if (hint.empty() && code == Code::kInvalid) hint = "choose another set of people";
  return fail(code, "\"" + words + "\": " + set.error().message, where, std::move(hint));
}

// What a question wants of lists.
timeline::Lists lists_of(const Query& query) {
  timeline::Lists lists;
  const QueryParts parts = parts_of(query);
  for (const NamedSelector* selector : parts.selectors) {
    timeline::Selector copy = selector->select;
    timeline::use_lists(copy, lists);
  }
  for (const std::string& number : parts.numbers) {
    if (timeline::in_list(number)) lists.numbers.insert(number);
  }
  if (timeline::in_list(parts.split)) lists.split = parts.split;
  return lists;
}

// The member that names a property: the timeline's errors name the property itself.
std::string member_of(const Query& query, const std::string& property) {
  if (property.empty()) return property;
  const auto member = [&](const auto& q) -> std::string {
    if constexpr (requires { q.breakdown; }) {
      if (q.breakdown && by_events(*q.breakdown) && q.breakdown->property == property)
        return "breakdown.event_property";
    }
    if constexpr (requires { q.held_property; }) {
      if (q.held_property == property) return "held_property";
    }
    if constexpr (requires { q.touch_property; }) {
      if (q.touch_property == property) return "touch_property";
    }
    return property;
  };
  return std::visit(member, query.analysis);
}

std::string range_label(double from, double step) {
  return fmt::format("[{}, {})", from, from + step);
}

}  // namespace

Json all_group() { return group_json("all"); }

Json ratio_of(double numerator, double denominator) {
  if (denominator == 0) return nullptr;
  return numerator / denominator;
}

Json rate_of(uint64_t numerator, uint64_t denominator) {
  return object_of(std::pair{"numerator", numerator}, std::pair{"denominator", denominator},
                   std::pair{"rate", ratio_of(static_cast<double>(numerator),
                                              static_cast<double>(denominator))});
}

std::optional<double> share_of(uint64_t part, uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

void write_rate(AnswerText& text, uint64_t numerator, uint64_t denominator) {
  text.member("numerator", numerator);
  text.member("denominator", denominator);
  text.member("rate", share_of(numerator, denominator));
}

Asking::Asking(const Query& query, const Sources& sources, const timeline::Stop& stop,
               std::string id)
    : query_(query),
      sources_(sources),
      stop_(stop),
      id_(std::move(id)),
      secret_(id_.empty() ? "" : random_token()),
      from_(timeline::to_second(query.range.from)),
      to_(std::min(second_up(query.now), timeline::to_second(query.range.to))),
      now_(second_up(query.now)),
      snapshot_(sources.timeline.snapshot()),
      log_memory_(stop) {
  to_ = std::max(from_, to_);
}

Result<std::unique_ptr<Asking>> Asking::begin(const Query& query, const Sources& sources,
                                              const timeline::Stop& stop, std::string id) {
  std::unique_ptr<Asking> asking(new Asking(query, sources, stop, std::move(id)));
  TRY(asking->find_people());
  asking->lists_ = lists_of(query);
  asking->use_log_ =
      !asking->lists_.empty() || !asking->snapshot_ || !holds_all(query, *asking->snapshot_);
  return asking;
}

Second Asking::until(uint64_t at) const {
  return static_cast<Second>(std::min<uint64_t>(at, now_));
}

timeline::Selector Asking::select(const NamedSelector& named, Second from, Second to) const {
  timeline::Selector selector = named.select;
  selector.from = from;
  selector.to = std::max(from, to);
  return selector;
}

// ---- whom the question is about

Result<void> Asking::find_people() {
  if (query_.people.always()) return {};
  // Without a timeline nobody knows yet how many people have events: as many as there are.
  const auto column = TRY(sources_.columns.get("country"));
  buckets_ = std::max<size_t>(snapshot_ ? snapshot_->buckets() : 0,
                              column->code.size() / timeline::kBucketPeople + 1);
  auto people = TRY(people_of(query_.people));
  among_ = std::make_shared<const People>(std::move(people));
  return {};
}

Result<People> Asking::people_of(const PeopleCondition& condition) {
  using Kind = PeopleCondition::Kind;
  switch (condition.kind) {
    case Kind::kAll:
    case Kind::kAny: {
      const bool all = condition.kind == Kind::kAll;
      People people(buckets_, all ? Crowd::everyone() : Crowd());
      for (const auto& part : condition.parts) {
        const People some = TRY(people_of(part));
        for (size_t i = 0; i < buckets_; ++i) {
          if (all)
            people[i] &= some[i];
          else
            people[i] |= some[i];
        }
      }
      return people;
    }
    case Kind::kNot: {
      const People some = TRY(people_of(condition.parts[0]));
      People people(buckets_, Crowd::everyone());
      for (size_t i = 0; i < buckets_; ++i) people[i].remove(some[i]);
      return people;
    }
    case Kind::kSet: {
      People people(buckets_);
      const auto set = TRY(people_of_set(sources_, condition.set,
                                         path_of_set(query_.people, condition.set, "people")));
      for (people::PersonId person : set) add_person(people, person);
      return people;
    }
    case Kind::kTest:
      return people_of_test(condition.test);
  }
  return People(buckets_);
}

Result<People> Asking::people_of_test(const timeline::Test& test) {
  const auto column = TRY(sources_.columns.get(test.property));
  std::vector<uint8_t> fits(column->values.size());
  for (uint32_t code = 0; code < fits.size(); ++code) fits[code] = column->fits(code, test);
  // Whoever came after the column was made misses the property.
  People people(buckets_, fits[0] ? Crowd::everyone() : Crowd());
  const size_t places = std::min(column->code.size(), buckets_ * timeline::kBucketPeople);
  for (size_t place = 0; place < places; ++place) {
    if (fits[column->code[place]] == fits[0]) continue;
    Crowd& crowd = people[place / timeline::kBucketPeople];
    const auto bit = static_cast<uint32_t>(place % timeline::kBucketPeople);
    if (fits[0])
      crowd.words[bit / 64] &= ~(uint64_t{1} << (bit % 64));
    else
      crowd.add(bit);
  }
  return people;
}

// ---- groups

timeline::GroupBy Asking::group_by(const std::optional<Breakdown>& breakdown) {
  if (!breakdown) return timeline::GroupBy::kNone;
  return by_events(*breakdown) ? timeline::GroupBy::kEvent : timeline::GroupBy::kPerson;
}

void Asking::carry(const std::optional<Breakdown>& breakdown, timeline::Selector& selector) {
  if (!breakdown || !by_events(*breakdown)) return;
  if (breakdown->by == Breakdown::By::kEventName) {
    selector.group_is_name = true;
  } else {
    selector.group = breakdown->property;
    selector.group_step = breakdown->step.value_or(0);
  }
}

Result<void> Asking::group_people(const Breakdown& breakdown) {
  auto codes = std::make_shared<std::vector<uint32_t>>();
  person_labels_ = {group_json("none")};
  if (breakdown.by == Breakdown::By::kSets) {
    for (uint32_t i = 0; i < breakdown.sets.size(); ++i) {
      const auto set =
          TRY(people_of_set(sources_, breakdown.sets[i], join_path("breakdown.sets", i)));
      for (people::PersonId person : set) {
        const auto place = static_cast<size_t>(std::max<people::PersonId>(person, 0));
        if (codes->size() <= place) codes->resize(place + 1, 0);
        if ((*codes)[place] == 0) (*codes)[place] = i + 1;
      }
      Json label = group_json("set", breakdown.sets[i]);
      const std::string name =
          sources_.name_of_set ? sources_.name_of_set(breakdown.sets[i]) : std::string();
      if (!name.empty()) label["name"] = name;
      person_labels_.push_back(std::move(label));
    }
    person_group_ = codes;
    return {};
  }
  const auto column = TRY(sources_.columns.get(breakdown.property));
  if (!breakdown.step) {
    for (size_t i = 1; i < column->values.size(); ++i)
      person_labels_.push_back(group_json("value", column->values[i].text));
    person_group_ = std::shared_ptr<const std::vector<uint32_t>>(column, &column->code);
    return {};
  }
  std::map<double, uint32_t> steps;
  std::vector<uint32_t> step_of(column->values.size(), 0);
  for (size_t i = 1; i < column->values.size(); ++i) {
    if (!column->values[i].number) continue;
    const double from = std::floor(*column->values[i].number / *breakdown.step) * *breakdown.step;
    auto [known, added] = steps.try_emplace(from, static_cast<uint32_t>(person_labels_.size()));
    if (added) person_labels_.push_back(group_json("value", range_label(from, *breakdown.step)));
    step_of[i] = known->second;
  }
  codes->reserve(column->code.size());
  for (uint32_t code : column->code) codes->push_back(step_of[code]);
  person_group_ = codes;
  return {};
}

Result<void> Asking::prepare(const std::optional<Breakdown>& breakdown) {
  if (!breakdown || by_events(*breakdown) || person_group_) return {};
  return group_people(*breakdown);
}

Json Asking::group_of(const timeline::Plan& plan, size_t selector, uint32_t code,
                      timeline::GroupBy by) const {
  if (code == 0) return group_json("none");
  if (by == timeline::GroupBy::kEvent)
    return group_json("value", timeline::group_label(plan, selector, code));
  return code < person_labels_.size() ? person_labels_[code] : group_json("none");
}

timeline::CodeBefore Asking::order(const timeline::Plan& plan, size_t selector,
                                   timeline::GroupBy by) const {
  if (by == timeline::GroupBy::kEvent) return timeline::label_order(plan, selector);
  return [this](uint32_t a, uint32_t b) {
    const auto size = person_labels_.size();
    return a < size && b < size ? person_labels_[a] < person_labels_[b] : a < b;
  };
}

void Asking::label(const timeline::Plan& plan, size_t selector, std::vector<uint32_t> shown,
                   Groups& groups) const {
  groups.shown = std::move(shown);
  for (uint32_t code : groups.shown)
    groups.labels.push_back(group_of(plan, selector, code, groups.by));
  groups.labels.push_back(groups.split() ? group_json("other") : all_group());
}

Result<Groups> Asking::groups(const std::optional<Breakdown>& breakdown,
                              std::vector<timeline::Selector> selectors) {
  Groups groups{.by = group_by(breakdown), .shown = {}, .labels = {}};
  if (!breakdown) {
    groups.labels = {all_group()};
    return groups;
  }
  TRY(prepare(breakdown));
  for (auto& selector : selectors) carry(breakdown, selector);
  auto plan = TRY(compile(selectors));
  const auto sizes = TRY(run(*plan, timeline::GroupSizes(groups.by, from_, to_)));
  const auto most = static_cast<size_t>(breakdown->top);
  auto codes = TRY(sizes.top(most, order(*plan, 0, groups.by)));
  if (timeline::in_list(breakdown->property)) {
    plan = TRY(show_of_list(*plan, std::move(selectors), codes));
  }
  label(*plan, 0, std::move(codes), groups);
  groups.rest = sizes.groups() > groups.shown.size();
  if (groups.rest) {
    warn("groups_cut",
         fmt::format("{} of {} groups are shown; the others count together", groups.shown.size(),
                     sizes.groups()),
         "breakdown.top");
  }
  return groups;
}

// Reads the log anew, now that it is known which values of a list are shown: an event counts once
// among the others, however many of its values are. `codes` are those of the new plan afterwards.
Result<std::shared_ptr<const timeline::Plan>> Asking::show_of_list(
    const timeline::Plan& plan, std::vector<timeline::Selector> selectors,
    std::vector<uint32_t>& codes) {
  lists_.shown.emplace();
  std::vector<std::string> texts;
  for (uint32_t code : codes) {
    texts.push_back(timeline::group_label(plan, 0, code));
    if (code != 0) lists_.shown->insert(texts.back());
  }
  from_log_.reset();
  auto again = TRY(compile(std::move(selectors)));
  const timeline::Dictionary& dictionary = *timeline::snapshot_of(*again).dictionary;
  const auto property = dictionary.find_property(timeline::name_of_split(lists_.split));
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] != 0) codes[i] = property ? *dictionary.find_text(*property, texts[i]) : 0;
  }
  return again;
}

// ---- reading

bool Asking::only_timeline(const Query& query, const timeline::Snapshot& snapshot) {
  return lists_of(query).empty() && holds_all(query, snapshot);
}

// Whether the timeline has every property, but for those in lists.
bool Asking::holds_all(const Query& query, const timeline::Snapshot& snapshot) {
  const QueryParts parts = parts_of(query);
  timeline::Ask whole{
      .selectors = {}, .among = nullptr, .person_group = nullptr, .presence = std::nullopt};
  for (const NamedSelector* selector : parts.selectors) whole.selectors.push_back(selector->select);
  for (const std::string& property : parts.carried) {
    whole.selectors.emplace_back();
    whole.selectors.back().group = property;
  }
  return timeline::missing_properties(*snapshot.dictionary, whole).empty();
}

Result<void> Asking::read_log(Span span, const timeline::Ask& ask) {
  const QueryParts parts = parts_of(query_);
  timeline::Ask whole{
      .selectors = {}, .among = nullptr, .person_group = nullptr, .presence = std::nullopt};
  timeline::FromLog what;
  for (const NamedSelector* selector : parts.selectors) {
    whole.selectors.push_back(selector->select);
    for (const auto& event : selector->select.any_of) {
      if (event.type) what.names.push_back({*event.type, event.name.value_or("")});
    }
  }
  // A picker asks without a question.
  if (parts.selectors.empty()) whole.selectors = ask.selectors;
  if (parts.any_event) what.names.clear();
  for (timeline::Selector& selector : whole.selectors) timeline::use_lists(selector, lists_);
  what.properties = timeline::properties_of(whole);
  what.properties.insert(parts.carried.begin(), parts.carried.end());
  what.lists = lists_;
  what.span = span;
  from_log_.reset();
  log_memory_.set(0);
  from_log_ =
      TRY(timeline::read_from_log(sources_.timeline.source(), what, query_.calendar.zone, stop_));
  log_memory_.set(from_log_->bytes);
  log_span_ = span;
  return {};
}

Result<const timeline::Snapshot*> Asking::snapshot_for(const timeline::Ask& ask) {
  if (!use_log_) {
    if (snapshot_ && timeline::missing_properties(*snapshot_->dictionary, ask).empty())
      return snapshot_.get();
    use_log_ = true;
  }
  Second from = timeline::kNever, to = 0;
  for (const auto& selector : ask.selectors) {
    from = std::min(from, selector.from);
    to = std::max(to, selector.to);
  }
  const Span asked{timeline::to_instant(from), timeline::to_instant(std::max(from, to))};
  if (from_log_ && log_span_.from <= asked.from && asked.to <= log_span_.to) return &*from_log_;
  // Windows and look-backs reach this far around the range, so that one reading is enough.
  const bool all = parts_of(query_).from_the_start;
  const Instant early = all ? from_millis(0) : query_.range.from - kMaxWindow;
  const Instant late = timeline::to_instant(now_);
  TRY(read_log({std::min(asked.from, std::max(early, from_millis(0))), std::max(asked.to, late)},
               ask));
  return &*from_log_;
}

Result<std::shared_ptr<const timeline::Plan>> Asking::compile(
    std::vector<timeline::Selector> selectors, const timeline::Periods* presence,
    const Groups* groups) {
  timeline::Ask ask{.selectors = std::move(selectors),
                    .among = among_,
                    .person_group = nullptr,
                    .presence = std::nullopt};
  if (groups == nullptr || groups->by == timeline::GroupBy::kPerson)
    ask.person_group = person_group_;
  if (presence != nullptr) ask.presence = *presence;
  const timeline::Lists before = lists_;
  for (timeline::Selector& selector : ask.selectors) timeline::use_lists(selector, lists_);
  if (lists_.tests.size() != before.tests.size() || lists_.numbers != before.numbers ||
      lists_.split != before.split)
    from_log_.reset();
  use_log_ |= !lists_.empty();
  auto plan = [&]() -> Result<std::shared_ptr<const timeline::Plan>> {
    const timeline::Snapshot* snapshot = TRY(snapshot_for(ask));
    return timeline::compile(*snapshot, std::move(ask), sources_.timeline.pool(), stop_);
  }();
  if (!plan) plan.error().where = member_of(query_, plan.error().where);
  return plan;
}

// ---- what is told

namespace {

// The mark behind the numbers of a cell: ten digits that only who knows the secret can tell.
void append_mark(std::string& out, std::string_view secret, std::string_view cell) {
  constexpr int kMarkDigits = 10;
  static constexpr char kDigits[] = "0123456789abcdef";
  fmt::memory_buffer text;
  text.append(secret);
  text.push_back('.');
  text.append(cell);
  uint64_t mark = fingerprint({text.data(), text.size()}).high;
  out += '.';
  for (int i = 0; i < kMarkDigits; ++i, mark <<= 4) out += kDigits[mark >> 60];
}

}  // namespace

std::string Asking::seal(std::string_view id, std::string_view secret, std::string_view cell) {
  std::string handle = std::string(id).append(1, '.').append(cell);
  append_mark(handle, secret, cell);
  return handle;
}

void Asking::append_handle(std::string& out, std::span<const int64_t> cell) const {
  std::array<char, 32> digits;
  std::string numbers;
  for (const int64_t number : cell) {
    if (!numbers.empty()) numbers += '_';
    numbers.append(digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr);
  }
  out.append(id_).append(1, '.').append(numbers);
  append_mark(out, secret_, numbers);
}

Json Asking::measured(const Json& value, const Cell& cell) const {
  if (id_.empty()) return object_of(std::pair{"value", value});
  std::string handle;
  append_handle(handle, cell);
  return object_of(std::pair{"value", value}, std::pair{"people", std::move(handle)});
}

Json Asking::period(Unit unit, const Span& span) const {
  return object_of(std::pair{"label", label_of(unit, query_.calendar, span.from)},
                   std::pair{"from", format_instant(span.from)},
                   std::pair{"to", format_instant(span.to)},
                   std::pair{"complete", span.to <= query_.now});
}

void Asking::period(AnswerText& text, Unit unit, const Span& span) const {
  text.member("label", label_of(unit, query_.calendar, span.from));
  text.member("from", format_instant(span.from));
  text.member("to", format_instant(span.to));
  text.member("complete", span.to <= query_.now);
}

Json Asking::periods_json() const {
  Json json = Json::array();
  for (const Span& span : query_.periods)
    json.push_back(period(query_.by.value_or(Unit::kDay), span));
  return json;
}

void Asking::warn(std::string_view code, std::string message, std::string_view where) {
  Json warning = {{"code", code}, {"message", std::move(message)}};
  if (!where.empty()) warning["where"] = where;
  warnings_.push_back(std::move(warning));
}

uint64_t Asking::kept_bytes() const {
  return from_log_ ? from_log_->bytes + from_log_->file_bytes : 0;
}

Json Asking::head() const {
  const auto took = std::chrono::steady_clock::now() - began_;
  const timeline::Snapshot* read = from_log_ ? &*from_log_ : snapshot_.get();
  const uint64_t seq = read != nullptr ? read->seq : 0;
  const uint64_t last = sources_.timeline.source().log.last_seq();
  Json warnings = warnings_;
  if (last > seq + kManyMissing) {
    warnings.push_back({{"code", "catching_up"},
                        {"message", std::to_string(last - seq) +
                                        " events are not in the answer yet: the program has just "
                                        "started, or much arrives at once"}});
  }
  Json json = {{"analysis", query_.analysis_name()},
               {"query_id", query_.query_id},
               {"zone", query_.calendar.zone.name()},
               {"from", format_instant(query_.range.from)},
               {"to", format_instant(query_.range.to)},
               {"read",
                {{"events", read_.events},
                 {"people", read_.people},
                 {"milliseconds", std::chrono::duration<double, std::milli>(took).count()},
                 {"plan", from_log_ ? "sql" : "timeline"},
                 {"seq", seq}}},
               {"warnings", std::move(warnings)}};
  // Active people are by day always.
  if (query_.by && !std::holds_alternative<ActiveQuery>(query_.analysis))
    json["by"] = unit_name(*query_.by);
  return json;
}

}  // namespace perennial::insight
