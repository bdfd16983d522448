// Names and values for pickers: what exists, most frequent first.
#include <algorithm>

#include "insight/questions.h"

namespace perennial::insight {
namespace {

constexpr int64_t kMaxLimit = 500;
constexpr size_t kMaxSearchBytes = 200;
constexpr size_t kValuesSearched = 20'000;  // most frequent ones
constexpr std::chrono::seconds kMaxPickTime{10};

struct Pick {
  std::string search;  // folded
  size_t limit = 50;
  bool takes(std::string_view name) const {
    return search.empty() || fold_for_search(name).contains(search);
  }
};

Result<Pick> pick_of(const http::Request& request) {
  const std::string search = request.query_or("search", "");
  if (search.size() > kMaxSearchBytes || !is_storable_text(search))
    return fail(Code::kInvalid, "is too long or no valid text", "search");
  const int64_t limit = TRY(request.query_integer("limit", 50, 1, kMaxLimit));
  return Pick{.search = fold_for_search(search), .limit = static_cast<size_t>(limit)};
}

struct Subject {
  bool person = false;
  events::Type type = events::Type::kTrack;
  std::optional<std::string> event;
};

Result<Subject> subject_of(const http::Request& request) {
  Subject subject;
  const std::string scope = request.query_or("scope", "event");
  if (scope != "event" && scope != "person")
    return fail(Code::kInvalid, "must be event or person", "scope");
  subject.person = scope == "person";
  const auto type = events::parse_type(request.query_or("type", "track"));
  if (!type) return fail(Code::kInvalid, "is no type of events", "type");
  subject.type = *type;
  if (request.query.contains("event")) subject.event = request.query_or("event", "");
  return subject;
}

Json value_json(std::string value, uint64_t count) {
  return {{"value", std::move(value)}, {"count", count}};
}

}  // namespace

Result<Json> Behaviour::Impl::event_names(const http::Request& request) {
  const Pick pick = TRY(pick_of(request));
  Json list = Json::array();
  for (const auto& event : *TRY(names.events())) {
    if (list.size() >= pick.limit) break;
    if (!pick.takes(event.name)) continue;
    list.push_back({{"type", events::type_name(event.type)},
                    {"name", event.name},
                    {"count", event.count},
                    {"last_seen_at", format_instant(event.last_seen)}});
  }
  return Json{{"events", std::move(list)}};
}

Result<Json> Behaviour::Impl::property_names(const http::Request& request) {
  const Pick pick = TRY(pick_of(request));
  const Subject subject = TRY(subject_of(request));
  bool all = true;
  const auto found = subject.person  ? TRY(names.person_properties())
                     : subject.event ? TRY(names.properties(subject.type, *subject.event))
                                     : TRY(names.properties_of_any(std::nullopt, all));
  Json list = Json::array();
  for (const auto& property : *found) {
    if (list.size() >= pick.limit) break;
    if (!pick.takes(property.name)) continue;
    list.push_back({{"scope", subject.person ? "person" : "event"},
                    {"name", property.name},
                    {"types", property.types},
                    {"count", property.count}});
  }
  return Json{{"properties", std::move(list)}};
}

Result<Json> Behaviour::Impl::property_values(const http::Request& request) {
  const Pick pick = TRY(pick_of(request));
  const Subject subject = TRY(subject_of(request));
  const std::string property = request.query_or("property", "");
  if (property.empty()) return fail(Code::kInvalid, "is missing", "property");
  std::vector<std::pair<uint64_t, std::string>> values;
  if (subject.person) {
    const auto column = TRY(columns.get(property));
    std::vector<uint64_t> counts(column->values.size());
    for (uint32_t code : column->code) ++counts[code];
    for (size_t code = 1; code < counts.size(); ++code) {
      if (counts[code] != 0) values.emplace_back(counts[code], column->values[code].text);
    }
  } else {
    values = TRY(event_values(subject.type, subject.event, property));
  }
  std::erase_if(values, [&](const auto& value) { return !pick.takes(value.second); });
  std::ranges::sort(values, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  Json list = Json::array();
  for (size_t i = 0; i < std::min(values.size(), pick.limit); ++i)
    list.push_back(value_json(values[i].second, values[i].first));
  return Json{{"values", std::move(list)}, {"truncated", values.size() > pick.limit}};
}

namespace {

// How often each code of the group occurs.
class ValueCounts {
 public:
  void add(const timeline::Slice& slice) {
    const timeline::Hits& hits = slice.hits[0];
    slice.who.for_each([&](uint32_t person) {
      for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
        const uint32_t code = hits.group[hit];
        if (counts_.size() <= code) counts_.resize(code + size_t{1}, 0);
        ++counts_[code];
      }
    });
  }
  void merge(const ValueCounts& other) {
    if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size(), 0);
    for (size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  }
  const std::vector<uint64_t>& counts() const { return counts_; }

 private:
  std::vector<uint64_t> counts_;
};

}  // namespace

Result<std::vector<std::pair<uint64_t, std::string>>> Behaviour::Impl::event_values(
    events::Type type, const std::optional<std::string>& event, const std::string& property) {
  std::vector<std::pair<uint64_t, std::string>> values;
  const auto entry = TRY(running.begin("", kMaxPickTime));
  const auto workspace = parts.settings.workspace();
  Query query;
  query.calendar = workspace.calendar;
  query.now = workspace.now(parts.clock);
  query.range = {from_millis(0), query.now};
  const Sources from = sources();
  const auto asking = TRY(Asking::begin(query, from, entry->stop(), ""));
  timeline::Selector selector{.any_of = {}, .number = "", .group = property, .held = ""};
  const auto of_type = event ? std::optional(type) : std::nullopt;
  selector.any_of.push_back({.type = of_type, .name = event, .where = {}});
  const auto plan = TRY(asking->compile({std::move(selector)}));
  const auto counts = TRY(asking->run(*plan, ValueCounts())).counts();
  std::vector<uint32_t> codes;
  for (uint32_t code = 1; code < counts.size(); ++code) {
    if (counts[code] != 0) codes.push_back(code);
  }
  const size_t most = std::min(codes.size(), kValuesSearched);
  std::ranges::partial_sort(codes, codes.begin() + static_cast<std::ptrdiff_t>(most),
                            std::greater{}, [&](uint32_t code) { return counts[code]; });
  for (size_t i = 0; i < most; ++i)
    values.emplace_back(counts[codes[i]], timeline::group_label(*plan, 0, codes[i]));
  return values;
}

}  // namespace perennial::insight
