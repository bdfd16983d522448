// Which route takes a method and a path: a tree of path parts.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"

namespace perennial::http {

struct Entry {
  Route route;
  Handler handler;  // exactly one of the two is set
  AsyncHandler async;
  std::vector<std::string> names;  // of the path's parameters, in order
};

// One part of the paths that lead here.
struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> exact;
  std::unique_ptr<Node> parameter;
  std::vector<const Entry*> here;  // routes that end here
  std::vector<const Entry*> rest;  // routes that take everything below
};

struct Match {
  const Entry* entry = nullptr;  // null: no route takes the method, or even the path
  std::map<std::string, std::string, std::less<>> params;
  std::vector<const Entry*> at_path;  // all routes that take the path, by whatever method
};

struct RouteTable {
  virtual ~RouteTable() = default;

  std::vector<std::unique_ptr<Entry>> entries;
  Node root;
  std::string files;  // directory of the static files; empty: none
  std::string fallback;

  void add(std::unique_ptr<Entry> entry);
  Match find(std::string_view method, const std::vector<std::string>& parts) const;
  // True if `part` begins the path of a route: what is below belongs to the interface, not to the
  // console.
  bool begins_route(const std::string& part) const;
};

struct Router::Impl : RouteTable {};

}  // namespace perennial::http
