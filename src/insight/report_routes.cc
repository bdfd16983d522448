// Routes of saved questions, dashboards and shared reports.
#include "insight/query_fields.h"
#include "insight/questions.h"
#include "insight/reports.h"

namespace perennial::insight {
namespace {

using http::Request;
using http::Response;
using store::Connection;

Response reply(const Result<Json>& json, int status = 200) {
  return json ? http::json(status, *json) : http::problem(json.error());
}
Response reply(const Result<void>& done) {
  if (!done) return http::problem(done.error());
  return {.status = 204, .content_type = "", .body = ""};
}

template <class Item>
Json list_json(const char* name, const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& item : items) list.push_back(to_json(item));
  return {{name, std::move(list)}};
}

class Routes {
 public:
  Routes(http::Router& router, std::shared_ptr<Behaviour::Impl> impl)
      : router_(router), impl_(std::move(impl)) {}

  void add_reports() {
    read("/v1/insights/reports", [](Connection& c, const Request&) -> Result<Json> {
      return list_json("reports", TRY(list_reports(c)));
    });
    read("/v1/insights/reports/{id}", [](Connection& c, const Request& r) -> Result<Json> {
      return to_json(TRY(find_report(c, r.params.at("id"))));
    });
    write(
        "POST", "/v1/insights/reports", 201,
        [](Connection& c, const Request&, const Json& body, const Change& change) -> Result<Json> {
          return to_json(TRY(create_report(c, body, change)));
        });
    write("PUT", "/v1/insights/reports/{id}", 200,
          [](Connection& c, const Request& r, const Json& body,
             const Change& change) -> Result<Json> {
            return to_json(TRY(update_report(c, r.params.at("id"), body, change)));
          });
    remove("/v1/insights/reports/{id}", delete_report);
    remove("/v1/insights/reports/{id}/share", unshare_report);
    router_.add(
        {.method = "POST", .path = "/v1/insights/reports/{id}/share", .right = "insights.write"},
        [impl = impl_](const Request& r) {
          const Change change{r.principal, impl->parts.clock()};
          auto token = impl->parts.database.write(
              [&](Connection& c) { return share_report(c, r.params.at("id"), change); });
          if (!token) return http::problem(token.error());
          return http::json(201, {{"link", "/shared/" + *token}});
        });
  }

  void add_dashboards() {
    read("/v1/insights/dashboards", [](Connection& c, const Request&) -> Result<Json> {
      return list_json("dashboards", TRY(list_dashboards(c)));
    });
    read("/v1/insights/dashboards/{id}", [](Connection& c, const Request& r) -> Result<Json> {
      return to_json(TRY(find_dashboard(c, r.params.at("id"))));
    });
    write(
        "POST", "/v1/insights/dashboards", 201,
        [](Connection& c, const Request&, const Json& body, const Change& change) -> Result<Json> {
          return to_json(TRY(create_dashboard(c, body, change)));
        });
    write("PUT", "/v1/insights/dashboards/{id}", 200,
          [](Connection& c, const Request& r, const Json& body,
             const Change& change) -> Result<Json> {
            return to_json(TRY(update_dashboard(c, r.params.at("id"), body, change)));
          });
    remove("/v1/insights/dashboards/{id}", delete_dashboard);
  }

  void add_answers() {
    read("/v1/insights/dashboards/{id}/answers",
         [](Connection& c, const Request& r) { return answers_of(c, r.params.at("id")); });
    router_.add(
        {.method = "POST", .path = "/v1/insights/reports/{id}/answer", .right = "insights.read"},
        [impl = impl_](const Request& r) { return reply(answer(*impl, r)); });
  }

  void add_shared() {
    router_.add({.method = "GET", .path = "/v1/shared/reports/{token}", .right = "public"},
                [impl = impl_](const Request& r) { return reply(shared(*impl, r)); });
  }

 private:
  template <class Answer>
  void read(const char* path, Answer answer) {
    router_.add({.method = "GET", .path = path, .right = "insights.read"},
                [impl = impl_, answer](const Request& r) {
                  return reply(impl->parts.database.read(
                      [&](Connection& c) -> Result<Json> { return answer(c, r); }));
                });
  }
  // Bodies that hold a question are refused when it could not be asked.
  template <class Answer>
  void write(const char* method, const char* path, int status, Answer answer) {
    router_.add({.method = method, .path = path, .right = "insights.write"},
                [impl = impl_, status, answer](const Request& r) {
                  return reply(
                      [&]() -> Result<Json> {
                        const Json body = TRY(http::json_body(r));
                        if (body.contains("question")) TRY(check_question(*impl, body["question"]));
                        const Change change{r.principal, impl->parts.clock()};
                        return impl->parts.database.write([&](Connection& c) -> Result<Json> {
                          return answer(c, r, body, change);
                        });
                      }(),
                      status);
                });
  }
  template <class Remove>
  void remove(const char* path, Remove remove) {
    router_.add({.method = "DELETE", .path = path, .right = "insights.write"},
                [impl = impl_, remove](const Request& r) {
                  const Change change{r.principal, impl->parts.clock()};
                  return reply(impl->parts.database.write(
                      [&](Connection& c) { return remove(c, r.params.at("id"), change); }));
                });
  }

  static Result<Json> answers_of(Connection& c, const std::string& id) {
    std::vector<std::string> reports;
    for (const Json& tile : TRY(find_dashboard(c, id)).tiles)
      reports.push_back(tile.at("report_id").get<std::string>());
    return list_json("answers", TRY(report_answers(c, reports)));
  }
  static Result<Json> answer(Behaviour::Impl& impl, const Request& r) {
    const Json body = TRY(http::json_body(r));
    const Fields fields = TRY(Fields::of(body, "", {"query_id"}));
    const Report report = TRY(
        impl.parts.database.read([&](Connection& c) { return find_report(c, r.params.at("id")); }));
    return to_json(TRY(impl.answer_report(report, r.principal.id,
                                          TRY(fields.text("query_id", kMaxNameOfQuestion)),
                                          impl.parts.clock())));
  }

  static Result<void> check_question(Behaviour::Impl& impl, const Json& question) {
    auto query = impl.checked(question);
    if (query) return {};
    Error error = query.error();
    error.where = error.where.empty() ? "question" : "question." + error.where;
    return std::unexpected(std::move(error));
  }

  static Result<Json> shared(Behaviour::Impl& impl, const Request& r) {
    const Report report = TRY(impl.parts.database.read(
        [&](Connection& c) { return find_shared(c, r.params.at("token")); }));
    Json answer = TRY(impl.shared_answer(report));
    return Json{{"workspace", impl.parts.settings.workspace().name},
                {"name", report.name},
                {"description", report.description},
                {"question", report.question},
                {"answer", std::move(answer)}};
  }

  http::Router& router_;
  std::shared_ptr<Behaviour::Impl> impl_;
};

}  // namespace

void add_report_routes(http::Router& router, std::shared_ptr<Behaviour::Impl> impl) {
  Routes routes(router, std::move(impl));
  routes.add_reports();
  routes.add_dashboards();
  routes.add_answers();
  routes.add_shared();
}

}  // namespace perennial::insight
