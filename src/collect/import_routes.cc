// Imports over HTTP; each change leaves a line in the audit trail.

#include <utility>

#include "collect/collector.h"
#include "collect/import_mappings.h"
#include "collect/routes.h"

namespace perennial::collect {
namespace {

constexpr size_t kMaxFileName = 255;

class ImportRoutes {
 public:
  ImportRoutes(store::Database& database, Importer& importer, Clock clock)
      : database_(database), importer_(importer), clock_(std::move(clock)) {}

  Result<Json> list() {
    Json items = Json::array();
    for (const Import& item : TRY(importer_.list())) {
      items.push_back(TRY(importer_.describe(item.id)));
    }
    return Json{{"imports", std::move(items)}};
  }

  Result<Json> upload(const http::Request& request) {
    auto kind = parse_kind(request.query_or("kind", "orders"));
    if (!kind)
      return fail(Code::kInvalid,
                  "is none of orders, customers, events, contracts, products, consents", "kind");
    std::string name = request.query_or("name", "file");
    if (name.size() > kMaxFileName || !is_storable_text(name)) {
      return fail(Code::kInvalid, "has at most 255 bytes of text", "name");
    }
    Import added = TRY(importer_.add(*kind, name, request.body_file, true));
    TRY(audit(request, "import.upload", added.id));
    return importer_.describe(added.id);
  }

  Result<Json> check(const http::Request& request) {
    return importer_.check(id_of(request), TRY(mapping_of(request)));
  }

  Result<Json> start(const http::Request& request) {
    std::string id = id_of(request);
    TRY(importer_.start(id, TRY(mapping_of(request))));
    TRY(audit(request, "import.start", id));
    return importer_.describe(id);
  }

  Result<Json> cancel(const http::Request& request) {
    std::string id = id_of(request);
    TRY(importer_.cancel(id));
    TRY(audit(request, "import.cancel", id));
    return importer_.describe(id);
  }

  Result<Json> describe(const http::Request& request) { return importer_.describe(id_of(request)); }

  Result<void> remove(const http::Request& request) {
    std::string id = id_of(request);
    TRY(importer_.remove(id));
    return audit(request, "import.delete", id);
  }

  Result<Json> list_saved() {
    return database_.read([](store::Connection& c) -> Result<Json> {
      Json all = Json::array();
      for (const SavedMapping& saved : TRY(list_mappings(c))) all.push_back(to_json(saved));
      return Json{{"mappings", std::move(all)}};
    });
  }

  // The mapping of an import, as it stands or as given, under a name.
  Result<Json> save(const http::Request& request) {
    Json body = TRY(http::json_body(request));
    std::string name = TRY(json_string(body, "name"));
    std::string id = TRY(json_string(body, "import_id"));
    Import import = TRY(importer_.get(id));
    auto titles = TRY(importer_.titles(id));
    Mapping mapping = import.mapping;
    if (body.contains("mapping")) mapping = TRY(mapping_from_json(body["mapping"]));
    return database_.write([&](store::Connection& c) -> Result<Json> {
      auto saved = TRY(save_mapping(c, name, import.kind, titles, mapping, clock_()));
      TRY(access::record(c, request.principal, "import.mapping", saved.id, {{"name", saved.name}},
                         clock_()));
      return to_json(saved);
    });
  }

  Result<void> forget(const http::Request& request) {
    std::string id = id_of(request);
    return database_.write([&](store::Connection& c) -> Result<void> {
      TRY(delete_mapping(c, id));
      return access::record(c, request.principal, "import.mapping_delete", id, Json::object(),
                            clock_());
    });
  }

  http::Response rejects(const http::Request& request) {
    auto path = importer_.rejects_path(id_of(request));
    if (!path) return http::problem(path.error());
    http::Response response;
    response.content_type = "text/csv; charset=utf-8";
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"rejects.csv\"");
    response.body_file = *path;
    return response;
  }

 private:
  static std::string id_of(const http::Request& request) { return request.params.at("id"); }

  static Result<Mapping> mapping_of(const http::Request& request) {
    return mapping_from_json(TRY(http::json_body(request)));
  }

  Result<void> audit(const http::Request& request, std::string_view action, std::string_view id) {
    return database_.write([&](store::Connection& c) {
      return access::record(c, request.principal, action, id, Json::object(), clock_());
    });
  }

  store::Database& database_;
  Importer& importer_;
  Clock clock_;
};

http::Response answer(int status, const Result<Json>& result) {
  return result ? http::json(status, *result) : http::problem(result.error());
}

}  // namespace

void add_import_routes(http::Router& router, store::Database& database, Importer& importer,
                       Clock clock) {
  using http::Request;
  auto routes = std::make_shared<ImportRoutes>(database, importer, std::move(clock));
  auto add = [&](std::string method, std::string path, std::string right, http::Handler handler) {
    router.add({.method = std::move(method), .path = std::move(path), .right = std::move(right)},
               std::move(handler));
  };
  router.add({.method = "POST",
              .path = "/v1/imports",
              .right = "imports.write",
              .max_body = 0,
              .body = http::Body::kFile},
             [routes](const Request& r) { return answer(201, routes->upload(r)); });
  add("GET", "/v1/imports", "imports.read",
      [routes](const Request&) { return answer(200, routes->list()); });
  add("GET", "/v1/imports/{id}", "imports.read",
      [routes](const Request& r) { return answer(200, routes->describe(r)); });
  add("DELETE", "/v1/imports/{id}", "imports.write", [routes](const Request& r) {
    auto removed = routes->remove(r);
    return removed ? http::Response{.status = 204} : http::problem(removed.error());
  });
  add("POST", "/v1/imports/{id}/check", "imports.write",
      [routes](const Request& r) { return answer(200, routes->check(r)); });
  add("POST", "/v1/imports/{id}/start", "imports.write",
      [routes](const Request& r) { return answer(202, routes->start(r)); });
  add("POST", "/v1/imports/{id}/cancel", "imports.write",
      [routes](const Request& r) { return answer(200, routes->cancel(r)); });
  add("GET", "/v1/import-mappings", "imports.read",
      [routes](const Request&) { return answer(200, routes->list_saved()); });
  add("POST", "/v1/import-mappings", "imports.write",
      [routes](const Request& r) { return answer(200, routes->save(r)); });
  add("DELETE", "/v1/import-mappings/{id}", "imports.write", [routes](const Request& r) {
    auto forgotten = routes->forget(r);
    return forgotten ? http::Response{.status = 204} : http::problem(forgotten.error());
  });
  add("GET", "/v1/imports/{id}/rejects", "imports.read",
      [routes](const Request& r) { return routes->rejects(r); });
}

void add_routes(http::Router& router, store::Database& database, events::Log& log,
                access::Settings& settings, access::Gate& gate, Importer& importer, Clock clock) {
  auto collector = std::make_shared<Collector>(database, log, gate, clock);
  add_collect_routes(router, collector, settings, gate);
  add_client_routes(router, collector, gate);
  add_event_routes(router, database, log);
  add_quarantine_routes(router, database, log, settings, clock);
  add_item_routes(router, database, clock);
  add_import_routes(router, database, importer, std::move(clock));
}

}  // namespace perennial::collect
