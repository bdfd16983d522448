// /v1/products: the table of products, a page at a time or whole.

#include <utility>

#include <map>

#include "collect/csv_reader.h"
#include "collect/items.h"
#include "collect/routes.h"

namespace perennial::collect {
namespace {

constexpr std::string_view kProduct = "product";
constexpr int64_t kMaxPage = 500;
constexpr int64_t kDefaultPage = 50;

Json item_json(const Item& item) {
  return {{"id", item.id}, {"name", item.name}, {"facts", item.facts}};
}

Result<Json> page_of(store::Database& database, const http::Request& request) {
  int64_t limit = TRY(request.query_integer("limit", kDefaultPage, 1, kMaxPage));
  int64_t offset = TRY(request.query_integer("offset", 0, 0, INT32_MAX));
  std::string search = request.query_or("search", "");
  return database.read([&](store::Connection& c) -> Result<Json> {
    ItemPage page = TRY(list_items(c, kProduct, search, offset, limit));
    Json products = Json::array();
    for (const Item& item : page.items) products.push_back(item_json(item));
    return Json{{"products", std::move(products)}, {"total", page.total}};
  });
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

// A cell that a spreadsheet would take for a formula begins with a quote (OWASP, CSV injection).
std::string safe_cell(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").contains(text.front()))
    text.insert(text.begin(), '\'');
  return text;
}

// One column a fact, in the order of their names.
Result<std::string> as_csv(store::Connection& c) {
  std::map<std::string, size_t> columns;
  TRY(each_item(c, kProduct, [&](const Item& item) -> Result<void> {
    for (const auto& [name, value] : item.facts.items()) columns.try_emplace(name, 0);
    return {};
  }));
  std::string out = "\xEF\xBB\xBFid";
  size_t place = 0;
  for (auto& [name, column] : columns) {
    column = place++;
    out += ',';
    append_csv_field(out, safe_cell(name));
  }
  out += "\r\n";
  TRY(each_item(c, kProduct, [&](const Item& item) -> Result<void> {
    std::vector<std::string> cells(columns.size());
    for (const auto& [name, value] : item.facts.items()) {
      std::string text = text_of(value);
      cells[columns.at(name)] = value.is_number() ? text : safe_cell(std::move(text));
    }
    append_csv_field(out, safe_cell(item.id));
    for (const std::string& cell : cells) {
      out += ',';
      append_csv_field(out, cell);
    }
    out += "\r\n";
    return {};
  }));
  return out;
}

Result<std::string> as_json_lines(store::Connection& c) {
  std::string out;
  TRY(each_item(c, kProduct, [&](const Item& item) -> Result<void> {
    Json line = {{"id", item.id}};
    line.update(item.facts);
    out += to_text(line) + "\n";
    return {};
  }));
  return out;
}

}  // namespace

void add_item_routes(http::Router& router, store::Database& database, Clock clock) {
  router.add({.method = "GET", .path = "/v1/products", .right = "customers.read"},
             [&database](const http::Request& request) {
               auto page = page_of(database, request);
               return page ? http::json(200, *page) : http::problem(page.error());
             });
  auto add = [&](std::string path, std::string type, auto written) {
    router.add({.method = "GET", .path = path, .right = "customers.export"},
               [&database, clock, path, type, written](const http::Request& request) {
                 auto text = database.write([&](store::Connection& c) -> Result<std::string> {
                   std::string whole = TRY(written(c));
                   TRY(access::record(c, request.principal, "products.export", path, Json::object(),
                                      clock()));
                   return whole;
                 });
                 if (!text) return http::problem(text.error());
                 auto response = http::text(200, std::move(*text), type);
                 response.headers.emplace_back("Content-Disposition", "attachment");
                 return response;
               });
  };
  add("/v1/products.csv", "text/csv; charset=utf-8", as_csv);
  add("/v1/products.jsonl", "application/x-ndjson; charset=utf-8", as_json_lines);
}

}  // namespace perennial::collect
