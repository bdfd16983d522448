#include "people/views.h"

#include <algorithm>
#include <set>

namespace perennial::people {
namespace {

using http::Request;
using http::Response;
using store::Row;

constexpr std::string_view kColumnWords[] = {"name",       "user_id",   "email",       "phone",
                                             "stage",      "cell",      "country",     "orders",
                                             "refunds",    "revenue",   "first_order", "last_order",
                                             "first_seen", "last_seen", "health"};
constexpr std::string_view kTrait = "trait:";
constexpr size_t kMaxTraitName = 200;
// Members of a view's query: the parameters of GET /v1/customers but its page.
constexpr std::string_view kQueryWords[] = {"search", "set", "country", "known", "sort", "order"};
constexpr std::string_view kSelectViews =
    "SELECT id, owner, owner_name, name, shared, query, columns, version FROM customer_views ";

struct View {
  std::string id, owner, owner_name, name;
  bool shared = false;
  Json query = Json::object(), columns = Json::array();
  int64_t version = 1;
};

Result<View> read_view(const Row& row) {
  Json query = TRY(parse_json(row.text(5)));
  Json columns = TRY(parse_json(row.text(6)));
  return View{.id = row.text(0),
              .owner = row.text(1),
              .owner_name = row.text(2),
              .name = row.text(3),
              .shared = row.integer(4) != 0,
              .query = std::move(query),
              .columns = std::move(columns),
              .version = row.integer(7)};
}

Json view_json(const View& view, const Request& request) {
  return {{"id", view.id},
          {"name", view.name},
          {"shared", view.shared},
          {"mine", view.owner == request.principal.id},
          {"owner", view.owner_name},
          {"query", view.query},
          {"columns", view.columns},
          {"version", view.version}};
}

Result<Json> read_query(const Json& query) {
  if (!query.is_object()) return fail(Code::kInvalid, "expected an object", "query");
  for (const auto& [name, value] : query.items()) {
    if (std::ranges::find(kQueryWords, name) == std::end(kQueryWords)) {
      return fail(Code::kInvalid, "expected search, set, country, known, sort or order",
                  "query." + name);
    }
    if (!value.is_string() || !is_storable_text(value.get_ref<const std::string&>())) {
      return fail(Code::kInvalid, "expected a text", "query." + name);
    }
  }
  if (to_text(query).size() > kMaxViewQuery) {
    return fail(Code::kTooLarge, "is longer than 4096 bytes", "query");
  }
  return query;
}

Result<View> read_body(const Request& request) {
  const Json body = TRY(http::json_body(request));
  const Json name = body.value("name", Json());
  if (!name.is_string()) return fail(Code::kInvalid, "expected a text", "name");
  View view{.owner = request.principal.id, .owner_name = request.principal.name};
  view.name = trim(name.get_ref<const std::string&>());
  if (view.name.empty() || view.name.size() > kMaxViewName || !is_storable_text(view.name)) {
    return fail(Code::kInvalid, "expected a text of 1 to 100 bytes", "name");
  }
  const Json shared = body.value("shared", Json(false));
  if (!shared.is_boolean()) return fail(Code::kInvalid, "expected true or false", "shared");
  view.shared = shared.get<bool>();
  view.query = TRY(read_query(body.value("query", Json::object())));
  view.columns = TRY(read_columns(body.value("columns", Json::array())));
  return view;
}

class Views {
 public:
  Views(store::Database& database, Clock clock) : database_(database), clock_(std::move(clock)) {}

  Result<Json> list(const Request& request) {
    return database_.read([&](store::Connection& c) -> Result<Json> {
      Json out{{"views", Json::array()}};
      for (const Row& row :
           TRY(c.query(std::string(kSelectViews) +
                           "WHERE (owner = $1 OR shared = 1) ORDER BY shared, name, id",
                       {request.principal.id}))) {
        out["views"].push_back(view_json(TRY(read_view(row)), request));
      }
      const auto own = TRY(c.query_one("SELECT columns FROM customer_columns WHERE owner = $1",
                                       {request.principal.id}));
      out["columns"] = own ? TRY(parse_json(own->text(0))) : Json::array();
      return out;
    });
  }

  Result<Json> keep_columns(const Request& request) {
    const Json body = TRY(http::json_body(request));
    const Json columns = TRY(read_columns(body.value("columns", Json())));
    TRY(database_.write([&](store::Connection& c) {
      return c.execute(
          "INSERT INTO customer_columns (owner, columns) VALUES ($1, $2)"
          " ON CONFLICT (owner) DO UPDATE SET columns = excluded.columns",
          {request.principal.id, to_text(columns)});
    }));
    return Json{{"columns", columns}};
  }

  Result<Json> add(const Request& request) {
    View view = TRY(read_body(request));
    TRY(may_share(request, view.shared));
    view.id = new_id("view");
    return database_.write([&](store::Connection& c) -> Result<Json> {
      const auto own =
          TRY(c.query_one("SELECT count(*) FROM customer_views WHERE owner = $1", {view.owner}));
      if (static_cast<size_t>(own->integer(0)) >= kMaxViews) {
        return fail(Code::kTooLarge, "you have 100 saved views", "", "delete some first");
      }
      TRY(
          c.execute("INSERT INTO customer_views (id, owner, owner_name, name, shared, query,"
                    " columns, version, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)",
                    {view.id, view.owner, view.owner_name, view.name, int64_t{view.shared},
                     to_text(view.query), to_text(view.columns), to_millis(clock_())}));
      return view_json(view, request);
    });
  }

  Result<Json> change(const Request& request) {
    View view = TRY(read_body(request));
    TRY(may_share(request, view.shared));
    const Json body = TRY(http::json_body(request));
    const Json version = body.value("version", Json());
    if (!version.is_number_integer()) {
      return fail(Code::kInvalid, "expected the version that was read", "version");
    }
    return database_.write([&](store::Connection& c) -> Result<Json> {
      const View before = TRY(own_view(c, request));
      view.id = before.id, view.owner = before.owner, view.owner_name = before.owner_name;
      view.version = before.version + 1;
      if (before.version != version.get<int64_t>()) {
        return fail(Code::kConflict, "somebody else has changed this view", "version",
                    "read it again and repeat the change");
      }
      TRY(c.execute(
          "UPDATE customer_views SET name = $1, shared = $2, query = $3, columns = $4,"
          " version = version + 1 WHERE id = $5",
          {view.name, int64_t{view.shared}, to_text(view.query), to_text(view.columns), view.id}));
      return view_json(view, request);
    });
  }

  Result<Json> remove(const Request& request) {
    return database_.write([&](store::Connection& c) -> Result<Json> {
      const View view = TRY(own_view(c, request));
      TRY(c.execute("DELETE FROM customer_views WHERE id = $1", {view.id}));
      return Json();
    });
  }

 private:
  static Result<void> may_share(const Request& request, bool shared) {
    const auto role = access::parse_role(request.principal.role);
    if (!shared || !role || access::may(*role, "customers.write")) return {};
    return fail(Code::kForbidden, "only operators and administrators share views", "shared",
                "save it for yourself");
  }

  static Result<View> own_view(store::Connection& c, const Request& request) {
    const auto row = TRY(
        c.query_one(std::string(kSelectViews) + "WHERE id = $1", {request.params.at("view_id")}));
    const std::string& me = request.principal.id;
    const bool administrator = request.principal.role == "administrator";
    if (!row || (row->integer(4) == 0 && row->text(1) != me)) {
      return fail(Code::kNotFound, "there is no such view", "view_id");
    }
    if (row->text(1) != me && !administrator) {
      return fail(Code::kForbidden, "this view is another user's", "view_id",
                  "save a copy under your own name");
    }
    return read_view(*row);
  }

  store::Database& database_;
  Clock clock_;
};

}  // namespace

Result<std::vector<std::string>> read_columns(const Json& columns) {
  if (!columns.is_array() || columns.size() > kMaxColumns) {
    return fail(Code::kInvalid, "expected a list of at most 30 columns", "columns");
  }
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const Json& one : columns) {
    const std::string where = "columns." + std::to_string(out.size());
    if (!one.is_string()) return fail(Code::kInvalid, "expected a text", where);
    const std::string& word = one.get_ref<const std::string&>();
    const bool trait = word.starts_with(kTrait) && word.size() > kTrait.size() &&
                       word.size() <= kMaxTraitName && is_storable_text(word) &&
                       word.find(',') == word.npos;
    if (!trait && std::ranges::find(kColumnWords, word) == std::end(kColumnWords)) {
      return fail(Code::kInvalid, "is no column of the list", where,
                  "take a word of the list, or trait:NAME");
    }
    if (!seen.insert(word).second) return fail(Code::kInvalid, "is there twice", where);
    out.push_back(word);
  }
  return out;
}

void add_view_routes(http::Router& router, store::Database& database, const Clock& clock) {
  auto views = std::make_shared<Views>(database, clock);
  const auto add = [&](const char* method, const char* path, int status,
                       Result<Json> (Views::*handler)(const Request&)) {
    router.add({.method = method, .path = path, .right = "customers.read"},
               [views, handler, status](const Request& r) {
                 const auto answer = ((*views).*handler)(r);
                 if (!answer) return http::problem(answer.error());
                 return status == 204 ? Response{.status = 204} : http::json(status, *answer);
               });
  };
  add("GET", "/v1/customer-views", 200, &Views::list);
  add("POST", "/v1/customer-views", 201, &Views::add);
  add("PUT", "/v1/customer-views/{view_id}", 200, &Views::change);
  add("DELETE", "/v1/customer-views/{view_id}", 204, &Views::remove);
  add("PUT", "/v1/customer-columns", 200, &Views::keep_columns);
}

}  // namespace perennial::people
