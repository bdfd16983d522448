// Paths. Cells: what (PathsCell::What), step (of a whole path: its place), node or the edge's
// `from`, the edge's `to`.
//
// A step of a path is a node: an event's name or, where the question lists events, all the events
// of one selector. With `split` the events of a node are told apart by a property: the most
// frequent values are nodes of their own, the others share one, and events without a value stay
// what they were.
#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "insight/asking.h"
#include "insight/query_fields.h"

namespace perennial::insight {
namespace {

using timeline::EventSelector;
using timeline::PathsCell;
using timeline::PathsSpec;
using timeline::Second;

// How far behind the range's ends events are read, so that sessions over them are whole.
constexpr Second kAround = 86'400;

PathsSpec::Occurrence occurrence_of(PathsQuery::Occurrence occurrence) {
  switch (occurrence) {
    case PathsQuery::Occurrence::kFirst:
      return PathsSpec::Occurrence::kFirst;
    case PathsQuery::Occurrence::kLast:
      return PathsSpec::Occurrence::kLast;
    case PathsQuery::Occurrence::kEvery:
      return PathsSpec::Occurrence::kEvery;
  }
  return PathsSpec::Occurrence::kFirst;
}

class Pathing {
 public:
  Pathing(Asking& asking, const PathsQuery& q) : asking_(asking), q_(q) {}

  Result<Answered> answer() {
    TRY(check_selectors());
    timeline::Selector selector;
    selector.from = asking_.from() > kAround ? asking_.from() - kAround : 0;
    selector.to = asking_.until(uint64_t{asking_.to()} + kAround);
    selector.group_is_name = true;
    selector.names_as_they_lie = !q_.split;
    selector.any_of = events();
    if (q_.split) selector.held = q_.split->property;
    plan_ = TRY(asking_.compile({std::move(selector)}));
    TRY(number_nodes());
    spec_.kind = q_.from && q_.to ? PathsSpec::Kind::kBetween
                 : q_.from        ? PathsSpec::Kind::kFrom
                 : q_.to          ? PathsSpec::Kind::kTo
                                  : PathsSpec::Kind::kStart;
    spec_.session = timeline::SessionRule{
        .gap_seconds = static_cast<uint32_t>(q_.session_gap.count()), .days = std::nullopt};
    spec_.nodes = static_cast<uint32_t>(names_.size()) - 1;
    spec_.steps = q_.length;
    spec_.collapse = q_.merge_repeats;
    spec_.occurrence = occurrence_of(q_.occurrence);
    spec_.max_paths = q_.most_paths;
    spec_.begin = asking_.from();
    spec_.end = asking_.to();
    spec_.max_edges = std::min(q_.most_edges, timeline::kMaxPathEdges);
    TRY(timeline::check(spec_));
    table_ = TRY(asking_.run(*plan_, timeline::Paths(spec_))).finish();
    if (table_.steps_too_large)
      return fail(Code::kTooLarge, "there are too many different steps", "events",
                  "list the events that matter");
    Json edges = edges_json();
    return Answered{to_text({{"paths", table_.total.paths},
                             {"people", cell(table_.total.people, PathsCell::What::kAll, 0)},
                             {"nodes", nodes_json()},
                             {"edges", std::move(edges)},
                             {"top", top_json()}}),
                    open()};
  }

 private:
  struct Value {
    uint32_t held;
    std::string label;
    uint64_t hits;
  };
  // By node: the values that its events came with.
  using ValuesOfNodes = std::map<uint32_t, std::vector<Value>>;

  Result<void> check_selectors() const {
    std::vector<const NamedSelector*> plain;
    if (q_.from) plain.push_back(&*q_.from);
    if (q_.to) plain.push_back(&*q_.to);
    for (const auto& one : q_.without) plain.push_back(&one);
    for (const NamedSelector* one : plain) {
      for (const EventSelector& event : one->select.any_of) {
        const bool ends = q_.split && (one == get(q_.from) || one == get(q_.to));
        if (!event.where.always() && !(ends && value_in(event.where)))
          return fail(Code::kInvalid, "takes no condition", one->path,
                      ends ? "only: the property of `split` is one value"
                           : "put the condition on the event in `events`");
        if (!event.name) return fail(Code::kInvalid, "must name its events", one->path);
      }
    }
    return {};
  }

  std::vector<EventSelector> events() const {
    std::vector<EventSelector> all;
    for (const auto& one : q_.events)
      all.insert(all.end(), one.select.any_of.begin(), one.select.any_of.end());
    if (!all.empty()) return all;
    for (events::Type type : {events::Type::kTrack, events::Type::kPage, events::Type::kScreen})
      all.push_back({.type = type, .name = std::nullopt, .where = {}});
    return all;
  }

  // Numbers of the names that fit, as hits carry them: one more than in the dictionary.
  std::vector<uint32_t> codes_of(const NamedSelector& named) const {
    const timeline::Dictionary& dictionary = *timeline::snapshot_of(*plan_).dictionary;
    std::vector<uint32_t> codes;
    for (uint32_t number = 0; number < dictionary.events(); ++number) {
      const timeline::EventName name = dictionary.event_name(number);
      for (const EventSelector& event : named.select.any_of) {
        if ((event.type && *event.type != name.type) || (event.name && *event.name != name.name))
          continue;
        codes.push_back(number + 1);
        break;
      }
    }
    return codes;
  }

  uint32_t& node_of(uint32_t code) {
    if (spec_.node_of.size() <= code) spec_.node_of.resize(code + 1, 0);
    return spec_.node_of[code];
  }
  uint32_t add_node(std::string name) {
    names_.push_back(std::move(name));
    return static_cast<uint32_t>(names_.size()) - 1;
  }

  Result<void> number_nodes() {
    node_of(0);
    if (q_.events.empty()) {
      NamedSelector any;
      any.select.any_of = events();
      for (uint32_t code : codes_of(any))
        node_of(code) = add_node(timeline::group_label(*plan_, 0, code));
    }
    for (const auto& one : q_.events) {
      const uint32_t node = add_node(one.name);
      for (uint32_t code : codes_of(one)) {
        if (std::exchange(node_of(code), node) != 0)
          return fail(Code::kInvalid, "holds an event that is in another step already", one.path);
      }
    }
    for (const auto& one : q_.without) {
      for (uint32_t code : codes_of(one)) node_of(code) = 0;
    }
    if (q_.from) spec_.from = TRY(anchor(*q_.from));
    if (q_.to) spec_.to = TRY(anchor(*q_.to));
    return q_.split ? split_nodes() : Result<void>{};
  }

  static const NamedSelector* get(const std::optional<NamedSelector>& one) {
    return one ? &*one : nullptr;
  }
  // The value that a condition asks for, when it asks for nothing else than one of the split.
  std::optional<std::string> value_in(const timeline::Condition& where) const {
    const timeline::Test& test = where.test;
    if (where.kind != timeline::Condition::Kind::kTest || test.op != timeline::Test::Op::kIs ||
        test.property != q_.split->property || test.texts.size() + test.numbers.size() != 1)
      return std::nullopt;
    return test.texts.empty() ? fmt::format("{}", test.numbers[0]) : test.texts[0];
  }

  // An end of the paths at one value, or at a step whose events have none.
  struct End {
    uint32_t base = 0;
    std::optional<std::string> value;
  };
  Result<End> end_of(const std::optional<NamedSelector>& named, uint32_t node,
                     const std::vector<uint8_t>& split, const ValuesOfNodes& values) const {
    End end{.base = node, .value = std::nullopt};
    if (!named) return end;
    const auto& events = named->select.any_of;
    if (events.size() == 1) end.value = value_in(events[0].where);
    if (!end.value && values.contains(node)) {
      return fail(
          Code::kInvalid, "is split by its values", named->path,
          "say which: where the property of `split` is one value; or list in `split.events` "
          "whose values are steps");
    }
    const bool told_apart = std::ranges::any_of(
        codes_of(*named), [&](uint32_t code) { return code < split.size() && split[code] != 0; });
    if (end.value && !told_apart)
      return fail(Code::kInvalid, "is not split by its values", join_path(named->path, "where"));
    return end;
  }

  Result<void> split_nodes() {
    const std::vector<uint8_t> split = split_codes();
    auto values = TRY(values_of_nodes(split));
    const End from = TRY(end_of(q_.from, spec_.from, split, values));
    const End to = TRY(end_of(q_.to, spec_.to, split, values));
    spec_.node_of_value.resize(split.size());
    for (auto& [base, found] : values) {
      const std::vector<uint32_t> nodes = nodes_of(base, found, from, to);
      for (uint32_t code = 0; code < split.size(); ++code) {
        if (split[code] != 0 && spec_.node_of[code] == base) spec_.node_of_value[code] = nodes;
      }
    }
    // A value that nobody sent is a step that no path has.
    if (from.value && spec_.from == from.base) spec_.from = add_value(from.base, *from.value);
    if (to.value && to.base == from.base && to.value == from.value) spec_.to = spec_.from;
    if (to.value && spec_.to == to.base) spec_.to = add_value(to.base, *to.value);
    return {};
  }

  Result<ValuesOfNodes> values_of_nodes(const std::vector<uint8_t>& split) const {
    const auto sizes = TRY(asking_.run(*plan_, timeline::PairSizes(split)));
    if (sizes.too_many())
      return fail(Code::kTooLarge, "there are too many different values", "split.property");
    std::map<std::pair<uint32_t, uint32_t>, uint64_t> hits;
    for (const auto& pair : sizes.pairs())
      hits[{spec_.node_of[pair.group], pair.held}] += pair.hits;
    ValuesOfNodes values;
    for (const auto& [key, count] : hits) {
      values[key.first].push_back(
          {key.second, timeline::group_label(*plan_, 0, key.second, true), count});
    }
    return values;
  }

  uint32_t add_value(uint32_t base, const std::string& label) {
    return add_node(names_[base] + ": " + label);
  }

  // The nodes of one step's values by their codes: the most frequent and the ends of the paths have
  // their own, the others one together.
  std::vector<uint32_t> nodes_of(uint32_t base, std::vector<Value>& values, const End& from,
                                 const End& to) {
    std::ranges::sort(values, [](const Value& a, const Value& b) {
      return std::tie(b.hits, a.label) < std::tie(a.hits, b.label);
    });
    const uint32_t last = std::ranges::max(values, {}, &Value::held).held;
    std::vector<uint32_t> nodes(size_t{last} + 1, base);
    uint32_t others = 0;
    int shown = 0;
    for (const Value& value : values) {
      const bool is_from = from.base == base && from.value == value.label;
      const bool is_to = to.base == base && to.value == value.label;
      const bool own = shown < q_.split->top;
      if (own) ++shown;
      if (own || is_from || is_to) {
        nodes[value.held] = add_value(base, value.label);
      } else {
        if (others == 0) others = add_value(base, "…");
        nodes[value.held] = others;
      }
      if (is_from) spec_.from = nodes[value.held];
      if (is_to) spec_.to = nodes[value.held];
    }
    return nodes;
  }

  // By code of a name: whether its events are told apart.
  std::vector<uint8_t> split_codes() const {
    std::vector<uint8_t> split(spec_.node_of.size(), 0);
    NamedSelector all;
    all.select.any_of = events();
    const auto mark = [&](const NamedSelector& named) {
      for (uint32_t code : codes_of(named)) {
        if (code < split.size()) split[code] = spec_.node_of[code] != 0 ? 1 : 0;
      }
    };
    if (q_.split->events.empty()) mark(all);
    for (const auto& one : q_.split->events) mark(one);
    return split;
  }

  // The node of an end of the paths; its events become one node if they are not yet.
  Result<uint32_t> anchor(const NamedSelector& named) {
    const auto codes = codes_of(named);
    if (codes.size() == 1 && node_of(codes[0]) != 0) return node_of(codes[0]);
    if (q_.events.empty()) {
      const uint32_t node = add_node(named.name);
      for (uint32_t code : codes) node_of(code) = node;
      return node;
    }
    uint32_t node = 0;
    for (uint32_t code : codes) {
      if (node_of(code) == 0 || (node != 0 && node != node_of(code)))
        return fail(Code::kInvalid, "must be one of the steps in `events`", named.path);
      node = node_of(code);
    }
    return node != 0 ? node : add_node(named.name);
  }

  Json cell(uint64_t value, PathsCell::What what, size_t step, uint32_t from = 0,
            uint32_t to = 0) const {
    return asking_.measured(value,
                            {static_cast<int64_t>(what), static_cast<int64_t>(step), from, to});
  }
  // A number without its people: several steps may share them.
  Json uncounted(PathsCell::What what, size_t step) const {
    Json json = cell(0, what, step);
    json["value"] = nullptr;
    return json;
  }

  static std::string id(size_t step, uint32_t node) {
    return std::to_string(step) + "." + (node == 0 ? "other" : std::to_string(node));
  }

  Json nodes_json() const {
    Json nodes = Json::array();
    const bool backwards = spec_.kind == PathsSpec::Kind::kTo;
    for (size_t i = 0; i < table_.steps.size(); ++i) {
      const auto& step = table_.steps[i];
      const auto place = static_cast<int64_t>(i) * (backwards ? -1 : 1);
      for (const auto& node : step.nodes) {
        nodes.push_back(
            {{"id", id(i, node.node)},
             {"step", place},
             {"event", names_[node.node]},
             {"kind", "event"},
             {"count", node.paths},
             {"people", cell(node.people, PathsCell::What::kNode, i, node.node)},
             {"dropped", cell(node.ended.people, PathsCell::What::kEnded, i, node.node)}});
      }
      if (step.other_nodes == 0) continue;
      nodes.push_back({{"id", id(i, 0)},
                       {"step", place},
                       {"event", ""},
                       {"kind", "other"},
                       {"count", step.other_nodes},
                       {"people", uncounted(PathsCell::What::kOtherNodes, i)},
                       {"dropped", uncounted(PathsCell::What::kOtherEnded, i)}});
    }
    return nodes;
  }

  Json edges_json() {
    struct Place {
      size_t step;
      timeline::PathEdge edge;
    };
    std::vector<Place> edges;
    bool cut = false;
    for (size_t i = 0; i < table_.steps.size(); ++i) {
      cut |= table_.steps[i].other_edges != 0;
      for (const auto& edge : table_.steps[i].edges) {
        if (static_cast<int64_t>(edge.people) >= q_.fewest_people)
          edges.push_back({i, edge});
        else
          cut = true;
      }
    }
    std::ranges::stable_sort(edges, std::greater{}, [](const Place& p) { return p.edge.paths; });
    if (edges.size() > static_cast<size_t>(q_.most_edges)) {
      edges.resize(static_cast<size_t>(q_.most_edges));
      cut = true;
    }
    if (cut) asking_.warn("rows_cut", "only the largest edges are shown", "most_edges");
    const bool backwards = spec_.kind == PathsSpec::Kind::kTo;
    Json json = Json::array();
    for (const auto& [step, edge] : edges) {
      json.push_back(
          {{"from", id(backwards ? step + 1 : step, edge.from)},
           {"to", id(backwards ? step : step + 1, edge.to)},
           {"count", edge.paths},
           {"people", cell(edge.people, PathsCell::What::kEdge, step, edge.from, edge.to)}});
    }
    return json;
  }

  Json top_json() const {
    if (table_.paths_too_large)
      asking_.warn("rows_cut", "there are too many different paths to count each", "most_paths");
    Json json = Json::array();
    for (size_t i = 0; i < table_.paths.size(); ++i) {
      const timeline::WholePath& path = table_.paths[i];
      Json events = Json::array();
      for (uint32_t node : path.nodes) events.push_back(names_[node]);
      json.push_back({{"events", std::move(events)},
                      {"count", path.paths},
                      {"people", cell(path.people, PathsCell::What::kPath, i)}});
    }
    return json;
  }

  Open open() const {
    std::vector<std::vector<uint32_t>> paths;
    for (const auto& path : table_.paths) paths.push_back(path.nodes);
    std::vector<std::vector<std::pair<uint32_t, uint32_t>>> shown;
    for (const auto& step : table_.steps) {
      auto& nodes = shown.emplace_back();
      for (const auto& node : step.nodes) nodes.emplace_back(node.node, 0);
    }
    return opener(plan_, timeline::Paths(spec_), [shown, paths](const Cell& cell) {
      PathsCell pick;
      pick.what = static_cast<PathsCell::What>(cell[0]);
      pick.step = static_cast<int>(cell[1]);
      pick.node = pick.from = static_cast<uint32_t>(cell[2]);
      pick.to = static_cast<uint32_t>(cell[3]);
      if (pick.what == PathsCell::What::kOtherNodes || pick.what == PathsCell::What::kOtherEnded)
        pick.shown = shown[static_cast<size_t>(cell[1])];
      if (pick.what == PathsCell::What::kPath) pick.nodes = paths[static_cast<size_t>(cell[1])];
      return pick;
    });
  }

  Asking& asking_;
  const PathsQuery& q_;
  PathsSpec spec_;
  std::vector<std::string> names_{""};  // by node
  std::shared_ptr<const timeline::Plan> plan_;
  timeline::PathsTable table_;
};

}  // namespace

Result<Answered> answer(Asking& asking, const PathsQuery& q) { return Pathing(asking, q).answer(); }

}  // namespace perennial::insight
