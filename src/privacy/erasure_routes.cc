// /v1/privacy/erasures* and /v1/privacy/receipts* of api/openapi.yaml.
#include "privacy/receipt.h"
#include "privacy/service.h"

namespace perennial::privacy {
namespace {

constexpr int64_t kDefaultListed = 50;
constexpr size_t kKeyBytes = 32;
constexpr std::string_view kAlgorithm = "Ed25519";

using http::Request;
using http::Response;

Response respond(int status, const Result<Json>& answer) {
  return answer ? http::json(status, *answer) : http::problem(answer.error());
}

// Who erases types whom: a slip of the mouse erases nobody.
Result<void> check_confirmed(const Json& body, const people::Person& person) {
  const std::string confirm(trim(TRY(json_string(body, "confirm"))));
  const bool number = confirm == std::to_string(person.id);
  const bool name = !person.name.empty() && confirm == trim(person.name);
  if (number || name) return {};
  return fail(Code::kInvalid, "does not name this customer", "confirm",
              "type the customer's number or name");
}

}  // namespace

Result<Json> Privacy::Impl::ask(const Request& request) {
  const Json body = TRY(http::json_body(request));
  const people::PersonId asked = TRY(json_integer(body, "person_id"));
  const Instant now = wiring.clock();
  const auto row = TRY(wiring.database.write([&](store::Connection& c) -> Result<ErasureRow> {
    auto person = TRY(people::find_person(c, asked));
    if (!person) person = TRY(people::find_person(c, TRY(people::current_person(c, asked))));
    if (!person) return fail(Code::kNotFound, "there is no such customer", "person_id");
    if (people::is_erased(*person)) {
      return fail(Code::kConflict, "this customer is erased already", "person_id");
    }
    TRY(check_confirmed(body, *person));
    ErasureRow out{.id = new_id("era"),
                   .person = person->id,
                   .requested_by = request.principal.id,
                   .requested_at = now,
                   .work = Json{{"key", random_token(kKeyBytes)}}};
    TRY(insert_erasure(c, out));
    TRY(access::record(c, request.principal, "privacy.erase",
                       "customer:" + std::to_string(person->id), Json{{"erasure", out.id}}, now));
    return out;
  }));
  eraser.wake();
  return to_json(row);
}

Result<Json> Privacy::Impl::list(const Request& request) {
  const auto limit =
      TRY(request.query_integer("limit", kDefaultListed, 1, static_cast<int64_t>(kMaxListed)));
  Json out{{"erasures", Json::array()}};
  for (const ErasureRow& row : TRY(wiring.database.read(
           [&](store::Connection& c) { return list_erasures(c, static_cast<size_t>(limit)); }))) {
    out["erasures"].push_back(to_json(row));
  }
  return out;
}

Result<Json> Privacy::Impl::show(const Request& request) {
  return to_json(TRY(wiring.database.read(
      [&](store::Connection& c) { return find_erasure(c, request.params.at("id")); })));
}

// The receipt with its signature, checked now: a table that was tampered with shows.
Result<Json> Privacy::Impl::receipt(const Request& request) {
  return wiring.database.write([&](store::Connection& c) -> Result<Json> {
    const ErasureRow row = TRY(find_erasure(c, request.params.at("id")));
    if (row.state != State::kDone) {
      return fail(Code::kConflict, "the erasure is not finished", "id", "ask again later");
    }
    const Signer signer = TRY(Signer::load(c));
    Json receipt = TRY(parse_json(row.payload));
    return Json{
        {"receipt", std::move(receipt)},     {"payload", row.payload},
        {"signature", row.signature},        {"algorithm", kAlgorithm},
        {"public_key", signer.public_key()}, {"valid", signer.verify(row.payload, row.signature)}};
  });
}

Result<Json> Privacy::Impl::verify(const Request& request) {
  const Json body = TRY(http::json_body(request));
  const std::string payload = TRY(json_string(body, "payload"));
  const std::string signature = TRY(json_string(body, "signature"));
  if (payload.size() > kMaxReceiptBytes) {
    return fail(Code::kTooLarge, "is longer than 64 KB", "payload");
  }
  return wiring.database.write([&](store::Connection& c) -> Result<Json> {
    const Signer signer = TRY(Signer::load(c));
    return Json{{"valid", signer.verify(payload, signature)}, {"public_key", signer.public_key()}};
  });
}

void Privacy::add_routes(http::Router& router) {
  using Handler = Result<Json> (Impl::*)(const Request&);
  const auto add = [&](const char* method, const char* path, int status, Handler handler) {
    router.add({.method = method, .path = path, .right = "privacy.erase"},
               [impl = impl_, handler, status](const Request& request) {
                 return respond(status, ((*impl).*handler)(request));
               });
  };
  add("POST", "/v1/privacy/erasures", 202, &Impl::ask);
  add("GET", "/v1/privacy/erasures", 200, &Impl::list);
  add("GET", "/v1/privacy/erasures/{id}", 200, &Impl::show);
  add("POST", "/v1/privacy/receipts/verify", 200, &Impl::verify);
  add_retention_routes(router, impl_);
  router.add(
      {.method = "GET", .path = "/v1/privacy/erasures/{id}/receipt", .right = "privacy.erase"},
      [impl = impl_](const Request& request) {
        Response response = respond(200, impl->receipt(request));
        if (response.status == 200) {
          response.headers.emplace_back("Content-Disposition",
                                        "attachment; filename=\"receipt.json\"");
        }
        return response;
      });
}

}  // namespace perennial::privacy
