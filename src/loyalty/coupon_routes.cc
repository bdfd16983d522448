// Coupons: /v1/loyalty/programmes/{programme}/coupons* of api/openapi.yaml.
#include "loyalty/answers.h"
#include "loyalty/coupon_quote.h"
#include "loyalty/hands.h"
#include "loyalty/service.h"
#include "people/readers.h"

namespace perennial::loyalty {

void Service::add_coupon_routes(http::Router& router) {
  const std::string one = "/programmes/{programme}";
  add(router, "GET", one + "/coupons", "loyalty.read", &Service::coupon_batches);
  add(router, "PUT", one + "/coupons/{batch}", "loyalty.write", &Service::put_coupon_batch);
  add(router, "POST", one + "/coupons/{batch}/codes", "loyalty.write", &Service::coupon_codes);
  add(router, "POST", one + "/coupons/{batch}/issue", "loyalty.write", &Service::issue_coupons);
  add(router, "GET", one + "/coupons/{batch}/uses", "loyalty.read", &Service::coupon_uses);
  add(router, "POST", one + "/coupon-uses", "loyalty.write", &Service::use_a_coupon);
  add(router, "POST", one + "/coupon-combinations", "loyalty.write", &Service::use_combined);
  add(router, "POST", one + "/coupon-uses/{use}/end", "loyalty.write", &Service::end_a_use);
}

Service::Answer Service::coupon_batches(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const auto batches =
      TRY(wiring_.database.read([&](store::Connection& c) { return list_batches(c, programme); }));
  Json items = Json::array();
  for (const CouponBatch& batch : batches) items.push_back(to_json(batch));
  return http::json(200, {{"batches", std::move(items)}});
}

Service::Answer Service::put_coupon_batch(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  Json body = TRY(http::json_body(request));
  body["id"] = request.params.at("batch");
  const CouponBatch wanted = TRY(batch_from_json(body, programme.zone));
  const CouponBatch saved =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<CouponBatch> {
        CouponBatch batch = TRY(save_batch(c, programme, wanted, now()));
        TRY(access::record(c, request.principal, "loyalty.coupons", programme.id + "/" + batch.id,
                           {{"revision", batch.revision}}, wiring_.clock()));
        return batch;
      }));
  return http::json(200, to_json(saved));
}

// What so many codes of a batch take off is counted by what it is in points.
Service::Answer Service::coupon_codes(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const http::Principal& who = request.principal;
  const int64_t count = TRY(json_integer(TRY(http::json_body(request)), "count"));
  const std::string& id = request.params.at("batch");
  const std::string once = new_code();
  std::optional<int64_t> worth;
  using Codes = std::optional<std::vector<std::string>>;
  const auto codes = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Codes> {
    const auto batch = TRY(find_terms(c, programme, id));
    if (!batch) return fail(Code::kNotFound, "there is no such batch", "batch");
    worth = worth_of(*batch, count);
    if (!TRY(alone(c, programme, who, once, points_worth(programme, worth)))) return std::nullopt;
    auto made = TRY(make_codes(c, programme, *batch, count));
    TRY(access::record(c, who, "loyalty.coupon_codes", programme.id + "/" + id, {{"count", count}},
                       wiring_.clock()));
    return made;
  }));
  if (codes) return http::json(200, {{"codes", *codes}});
  return second_person(programme, Matter::kCodes, {{"about", id}, {"batch", id}, {"count", count}},
                       worth.value_or(0), who);
}

// Who was given a code keeps it: the same request again goes on where it was stopped.
Service::Answer Service::issue_coupons(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const http::Principal& who = request.principal;
  const Json body = TRY(http::json_body(request));
  const std::string& id = request.params.at("batch");
  if (!body.contains("people") || !body["people"].is_array() || body["people"].empty())
    return fail(Code::kInvalid, "is a list of numbers of people", "people");
  std::vector<PersonId> asked;
  for (const Json& one : body["people"]) {
    if (!one.is_number_integer() || one.get<int64_t>() < 1)
      return fail(Code::kInvalid, "is a list of numbers of people", "people");
    asked.push_back(one.get<int64_t>());
  }
  if (asked.size() > kMaxIssuedAtOnce)
    return fail(Code::kTooLarge, "at most 10,000 people at once", "people");
  const std::string once = new_code();
  std::optional<int64_t> worth;
  const auto done =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<std::optional<Issued>> {
        const auto batch = TRY(find_terms(c, programme, id));
        if (!batch) return fail(Code::kNotFound, "there is no such batch", "batch");
        worth = worth_of(*batch, static_cast<int64_t>(asked.size()));
        if (!TRY(alone(c, programme, who, once, points_worth(programme, worth))))
          return std::nullopt;
        // All of them together, and what each of them gets.
        auto people = TRY(people::current_people(c, asked));
        const Points each = points_worth(programme, worth_of(*batch, 1));
        const ByHand hand{
            .by = who.id, .people = std::move(people), .id = "issue:" + once, .points = each};
        if (by_hand(who) && !TRY(within_limit(c, programme, hand, now()))) return std::nullopt;
        return issue_to(c, programme, *batch, asked, who);
      }));
  if (done) return http::json(200, {{"issued", done->issued}, {"skipped", done->skipped}});
  return second_person(programme, Matter::kIssue, {{"about", id}, {"batch", id}, {"people", asked}},
                       worth.value_or(0), who);
}

Result<Issued> Service::issue_to(store::Connection& c, const Programme& programme,
                                 const CouponBatch& batch, std::span<const PersonId> people,
                                 const http::Principal& who) {
  std::vector<PersonId> known;
  const auto current = TRY(people::current_people(c, people));
  for (const people::Person& person : TRY(people::find_people(c, current))) {
    if (!people::is_erased(person)) known.push_back(person.id);
  }
  const Issued made = TRY(issue_codes(c, programme, batch, known, now()));
  TRY(access::record(c, who, "loyalty.coupon_issue", programme.id + "/" + batch.id,
                     {{"issued", made.issued}}, wiring_.clock()));
  return made;
}

Service::Answer Service::coupon_uses(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const int64_t limit = TRY(request.query_integer("limit", 100, 1, kMaxListed));
  const int64_t offset = TRY(request.query_integer("offset", 0, 0, 1'000'000'000));
  const std::string& batch = request.params.at("batch");
  const auto page = TRY(wiring_.database.read(
      [&](store::Connection& c) { return list_uses(c, programme, batch, offset, limit, now()); }));
  Json items = Json::array();
  for (const UseLine& use : page.uses) {
    items.push_back({{"id", use.id},
                     {"code", use.code},
                     {"person", use.person},
                     {"order", use.order},
                     {"amount_minor", use.amount_minor},
                     {"discount_minor", use.discount_minor},
                     {"state", state_name(use.state)},
                     {"at", format_instant(use.at)}});
  }
  return http::json(200, {{"total", page.total}, {"uses", std::move(items)}});
}

Service::Answer Service::use_a_coupon(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const Json body = TRY(http::json_body(request));
  CouponUse use = TRY(use_from_json(body));
  Cart cart;
  if (body.contains("lines") && !body["lines"].is_null()) {
    cart = TRY(cart_from_json(body));
    if (cart.amount_minor() != use.amount_minor)
      return fail(Code::kInvalid, "is not what the lines sum up to", "amount_minor");
    use.cart = &cart;
  }
  return answer_of(TRY(wiring_.database.write(
      [&](store::Connection& c) { return use_coupon(c, programme, use, now()); })));
}

Service::Answer Service::use_combined(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const CombinedUse use = TRY(combined_use_from_json(TRY(http::json_body(request))));
  return answer_of(TRY(wiring_.database.write(
      [&](store::Connection& c) { return use_coupons(c, programme, use, now()); })));
}

Service::Answer Service::end_a_use(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const std::string word = TRY(json_string(TRY(http::json_body(request)), "how"));
  if (word != "redeem" && word != "void" && word != "restore")
    return fail(Code::kInvalid, "is one of redeem void restore", "how");
  const UseEnd how = word == "redeem" ? UseEnd::kRedeem
                     : word == "void" ? UseEnd::kVoid
                                      : UseEnd::kRestore;
  const std::string& id = request.params.at("use");
  return answer_of(TRY(wiring_.database.write(
      [&](store::Connection& c) { return end_use(c, programme, id, how, now()); })));
}

}  // namespace perennial::loyalty
