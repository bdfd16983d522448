#include "http/router.h"

namespace perennial::http {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  INVARIANT(path.starts_with('/'));
  while (!path.empty()) {
    path.remove_prefix(1);
    size_t end = std::min(path.find('/'), path.size());
    parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

bool is_parameter(std::string_view part) { return part.starts_with('{') && part.ends_with('}'); }
bool is_rest(std::string_view part) { return is_parameter(part) && part.ends_with("...}"); }

// Walks the tree depth first, exact parts before parameters, so that the first route found is the
// most exact one.
struct Walk {
  std::string_view method;
  const std::vector<std::string>& parts;
  Match match;
  std::vector<std::string> values;

  void take(const std::vector<const Entry*>& entries, const std::string* rest) {
    for (const Entry* entry : entries) {
      match.at_path.push_back(entry);
      if (match.entry || entry->route.method != method) continue;
      match.entry = entry;
      for (size_t i = 0; i < values.size(); ++i) match.params[entry->names[i]] = values[i];
      if (rest) match.params[entry->names.back()] = *rest;
    }
  }

  void visit(const Node& node, size_t depth) {
    if (depth == parts.size()) return take(node.here, nullptr);
    if (auto next = node.exact.find(parts[depth]); next != node.exact.end())
      visit(*next->second, depth + 1);
    if (node.parameter && !parts[depth].empty()) {
      values.push_back(parts[depth]);
      visit(*node.parameter, depth + 1);
      values.pop_back();
    }
    if (node.rest.empty()) return;
    std::string rest = parts[depth];
    for (size_t i = depth + 1; i < parts.size(); ++i) rest += "/" + parts[i];
    take(node.rest, &rest);
  }
};

}  // namespace

void RouteTable::add(std::unique_ptr<Entry> entry) {
  INVARIANT(!entry->route.right.empty());
  Node* node = &root;
  std::vector<std::string> parts = split(entry->route.path);
  bool rest = is_rest(parts.back());
  for (const std::string& part : parts) {
    if (is_rest(part)) {
      INVARIANT(&part == &parts.back());
      entry->names.push_back(part.substr(1, part.size() - 5));
      break;
    }
    bool parameter = is_parameter(part);
    if (parameter) entry->names.push_back(part.substr(1, part.size() - 2));
    std::unique_ptr<Node>& next = parameter ? node->parameter : node->exact[part];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  std::vector<const Entry*>& list = rest ? node->rest : node->here;
  for (const Entry* other : list) INVARIANT(other->route.method != entry->route.method);
  list.push_back(entry.get());
  entries.push_back(std::move(entry));
}

Match RouteTable::find(std::string_view method, const std::vector<std::string>& parts) const {
  Walk walk{method, parts, {}, {}};
  walk.visit(root, 0);
  if (walk.match.entry || method != "HEAD") return std::move(walk.match);
  return find("GET", parts);
}

bool RouteTable::begins_route(const std::string& part) const {
  return !part.empty() && root.exact.contains(part);
}

Router::Router() : impl_(std::make_unique<Impl>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Route route, Handler handler) {
  auto entry = std::make_unique<Entry>();
  entry->route = std::move(route);
  entry->handler = std::move(handler);
  impl_->add(std::move(entry));
}

void Router::add_async(Route route, AsyncHandler handler) {
  auto entry = std::make_unique<Entry>();
  entry->route = std::move(route);
  entry->async = std::move(handler);
  impl_->add(std::move(entry));
}

void Router::serve_files(std::string directory, std::string fallback) {
  impl_->files = std::move(directory);
  impl_->fallback = std::move(fallback);
}

std::vector<Route> Router::routes() const {
  std::vector<Route> out;
  for (const auto& entry : impl_->entries) out.push_back(entry->route);
  return out;
}

}  // namespace perennial::http
