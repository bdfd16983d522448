#include "events/schema_walk.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include <simdjson.h>

namespace perennial::events {
namespace {

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct Node {
  Seen seen;
  std::unordered_map<std::string, std::unique_ptr<Node>, TextHash, std::equal_to<>> members;
  std::unique_ptr<Node> elements;  // of an array
};

struct EventNode {
  Seen seen;
  Node root;
  Node other;
  size_t properties = 0;
};

uint32_t type_bit(simdjson::dom::element value) {
  using simdjson::dom::element_type;
  switch (value.type()) {
    case element_type::STRING: {
      const std::string_view text = value.get_string().value_unsafe();
      return looks_like_time(text) ? kTimeBit : kStringBit;
    }
    case element_type::INT64:
    case element_type::UINT64:
      return kIntegerBit;
    case element_type::DOUBLE:
      return kNumberBit;
    case element_type::BOOL:
      return kBooleanBit;
    case element_type::OBJECT:
      return kObjectBit;
    case element_type::ARRAY:
      return kArrayBit;
    case element_type::NULL_VALUE:
      break;
  }
  return kNullBit;
}

// Adds the values of one event to its tree.
class ValueWalk {
 public:
  ValueWalk(EventNode& event, int64_t ms) : event_(event), ms_(ms) {}

  void object(Node& node, simdjson::dom::object object, int depth) {
    for (auto field : object) {
      auto it = node.members.find(field.key);
      if (it == node.members.end()) {
        if (event_.properties >= kMaxBatchProperties) {
          event_.other.seen.add(ms_, type_bit(field.value));
          continue;
        }
        ++event_.properties;
        it = node.members.emplace(std::string(field.key), std::make_unique<Node>()).first;
      }
      value(*it->second, field.value, depth);
    }
  }

 private:
  void value(Node& node, simdjson::dom::element element, int depth) {
    const uint32_t type = type_bit(element);
    node.seen.add(ms_, type);
    if (depth >= kMaxPropertyDepth) return;
    if (type == kObjectBit) {
      object(node, element.get_object().value_unsafe(), depth + 1);
    } else if (type == kArrayBit) {
      if (!node.elements) node.elements = std::make_unique<Node>();
      const simdjson::dom::array items = element.get_array().value_unsafe();
      for (auto item : items) value(*node.elements, item, depth + 1);
    }
  }

  EventNode& event_;
  int64_t ms_;
};

struct KeyHash {
  using is_transparent = void;
  size_t operator()(const std::pair<Type, std::string_view>& key) const {
    return std::hash<std::string_view>{}(key.second) * 31 + static_cast<size_t>(key.first);
  }
};
struct KeyEqual {
  using is_transparent = void;
  using View = std::pair<Type, std::string_view>;
  bool operator()(const View& a, const View& b) const { return a == b; }
};

}  // namespace

void Seen::add(int64_t ms, uint32_t type) {
  first_ms = count == 0 ? ms : std::min(first_ms, ms);
  last_ms = count == 0 ? ms : std::max(last_ms, ms);
  types |= type;
  ++count;
}

void Seen::merge(const Seen& other) {
  if (other.count == 0) return;
  first_ms = count == 0 ? other.first_ms : std::min(first_ms, other.first_ms);
  last_ms = count == 0 ? other.last_ms : std::max(last_ms, other.last_ms);
  types |= other.types;
  count += other.count;
}

bool looks_like_time(std::string_view text) {
  if (text.size() < 10 || text.size() > 40 || text[4] != '-' || text[7] != '-') return false;
  for (size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (!std::isdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return parse_instant(text).has_value();
}

struct SchemaWalk::Impl {
  std::unordered_map<EventKey, EventNode, KeyHash, KeyEqual> events;
  simdjson::dom::parser parser;
  std::vector<char> padded;

  using VisitProperty = std::function<void(const EventKey&, const std::string&, const Seen&)>;
  static void visit_members(const EventKey& key, const Node& node, const std::string& path,
                            const VisitProperty& visit) {
    for (const auto& [name, member] : node.members) {
      visit_node(key, *member, path.empty() ? name : path + "." + name, visit);
    }
    if (node.elements && node.elements->seen.count > 0) {
      visit_node(key, *node.elements, path + "[]", visit);
    }
  }
  static void visit_node(const EventKey& key, const Node& node, const std::string& path,
                         const VisitProperty& visit) {
    visit(key, path, node.seen);
    visit_members(key, node, path, visit);
  }
};

SchemaWalk::SchemaWalk() : impl_(std::make_unique<Impl>()) {}
SchemaWalk::~SchemaWalk() = default;

void SchemaWalk::add(const Event& event) {
  auto it = impl_->events.find(std::pair(event.type, std::string_view(event.name)));
  if (it == impl_->events.end()) it = impl_->events.try_emplace({event.type, event.name}).first;
  EventNode& node = it->second;
  const int64_t ms = to_millis(event.received_at);
  node.seen.add(ms, 0);
  std::vector<char>& padded = impl_->padded;
  const size_t size = event.properties.size();
  if (padded.size() < size + simdjson::SIMDJSON_PADDING) {
    padded.resize(2 * size + simdjson::SIMDJSON_PADDING);
  }
  std::copy(event.properties.begin(), event.properties.end(), padded.begin());
  simdjson::dom::object object;
  // Properties are checked where events come in; an event from elsewhere that holds no object is
  // only counted.
  if (impl_->parser.parse(padded.data(), size, false).get_object().get(object) == 0u) {
    ValueWalk(node, ms).object(node.root, object, 1);
  }
}

void SchemaWalk::visit(
    const std::function<void(const EventKey&, const Seen&)>& event,
    const std::function<void(const EventKey&, const std::string&, const Seen&)>& property) const {
  for (const auto& [key, node] : impl_->events) {
    event(key, node.seen);
    Impl::visit_members(key, node.root, "", property);
    if (node.other.seen.count > 0) property(key, std::string(kOther), node.other.seen);
  }
}

}  // namespace perennial::events
