#include "people/trait_changes.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/base.h"

namespace perennial::people {
namespace {

auto place(const TraitChange& change) { return std::tuple(change.at, change.kind); }

// Whole numbers stay whole while they can.
Json sum(const Json& a, const Json& b) {
  int64_t whole = 0;
  if (a.is_number_integer() && b.is_number_integer() &&
      !__builtin_add_overflow(a.get<int64_t>(), b.get<int64_t>(), &whole)) {
    return whole;
  }
  return a.get<double>() + b.get<double>();
}

Json increased(Json value, const Json& by) {
  if (value.is_null()) value = 0;
  if (!value.is_number() || !by.is_number()) return value;
  Json total = sum(value, by);
  return std::isfinite(total.get<double>()) ? total : value;
}

Json appended(Json list, const Json& more) {
  if (list.is_null()) list = Json::array();
  if (!list.is_array()) list = Json::array({list});
  auto add = [&](const Json& value) {
    if (std::ranges::find(list, value) == list.end()) list.push_back(value);
  };
  if (more.is_array()) {
    for (const Json& value : more) add(value);
  } else {
    add(more);
  }
  return list;
}

}  // namespace

void add_change(TraitChanges& changes, TraitChange change) {
  auto at = std::ranges::lower_bound(changes, place(change), {}, place);
  if (at != changes.end() && place(*at) == place(change)) return;
  changes.insert(at, std::move(change));
}

std::string changed(const std::string& json, const TraitChange& change, size_t limit) {
  Json value = Json::parse(json, nullptr, false);
  Json argument = Json::parse(change.argument, nullptr, false);
  if (value.is_discarded() || argument.is_discarded()) return json;
  switch (change.kind) {
    case ChangeKind::kSetOnce:
      if (value.is_null()) value = std::move(argument);
      break;
    case ChangeKind::kIncrement:
      value = increased(std::move(value), argument);
      break;
    case ChangeKind::kAppend:
      value = appended(std::move(value), argument);
      break;
  }
  std::string text = to_text(value);
  return text.size() <= limit ? text : json;
}

std::string changes_text(const ChangesOf& changes) {
  std::string out = "{";
  for (const auto& [name, list] : changes) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ":[";
    for (const TraitChange& change : list) {
      if (out.back() != '[') out += ',';
      out += '[' + std::to_string(change.at.ms) + ',' + std::to_string(change.at.seq) + ',' +
             std::to_string(static_cast<int>(change.kind)) + ',' + change.argument + ']';
    }
    out += ']';
  }
  return out + '}';
}

ChangesOf parse_changes(std::string_view text) {
  ChangesOf out;
  const Json document = Json::parse(text, nullptr, false);
  INVARIANT(document.is_object());
  for (const auto& [name, list] : document.items()) {
    TraitChanges& changes = out[name];
    for (const Json& entry : list) {
      changes.push_back({.at = {entry.at(0).get<int64_t>(), entry.at(1).get<int64_t>()},
                         .kind = static_cast<ChangeKind>(entry.at(2).get<int>()),
                         .argument = to_text(entry.at(3))});
    }
  }
  return out;
}

}  // namespace perennial::people
