// Referral: /v1/loyalty/programmes/{programme}/referral and /referrals* of api/openapi.yaml.
#include "loyalty/answers.h"
#include "loyalty/referral.h"
#include "loyalty/service.h"

namespace perennial::loyalty {

void Service::add_referral_routes(http::Router& router) {
  const std::string one = "/programmes/{programme}";
  add(router, "GET", one + "/referral", "loyalty.read", &Service::referral);
  add(router, "PUT", one + "/referral", "loyalty.write", &Service::put_referral);
  add(router, "GET", one + "/referrals", "loyalty.read", &Service::referrals);
  add(router, "POST", one + "/referrals/{referral}/verdict", "loyalty.write",
      &Service::judge_a_referral);
  add(router, "POST", one + "/people/{person}/referral-code", "loyalty.write",
      &Service::make_referral_code);
}

// The newest terms and what referral brought so far; the preset's terms with revision 0 before
// there are any.
Service::Answer Service::referral(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const auto versions = TRY(referral_versions(c, programme));
    Json terms = preset_referral();
    if (versions.empty()) {
      terms["enabled"] = false;
      terms = to_json(TRY(referral_from_json(terms, programme.zone)));
    } else {
      terms = to_json(versions.back());
    }
    const ReferralSums sums = TRY(sum_referrals(c, programme, 0, now()));
    return http::json(200, {{"terms", std::move(terms)}, {"sums", to_json(sums)}});
  });
}

Service::Answer Service::put_referral(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const ReferralTerms wanted =
      TRY(referral_from_json(TRY(http::json_body(request)), programme.zone));
  const ReferralTerms saved =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<ReferralTerms> {
        ReferralTerms terms = TRY(save_referral(c, programme, wanted, request.principal.id, now()));
        // Claims may have come before anybody looked for them.
        if (terms.from_ms < to_millis(now())) TRY(begin_backfill(c, programme, true));
        TRY(access::record(c, request.principal, "loyalty.referral", programme.id,
                           {{"revision", terms.revision}}, wiring_.clock()));
        return terms;
      }));
  wake_worker();
  return http::json(200, to_json(saved));
}

Service::Answer Service::referrals(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  ReferralFilter filter;
  filter.limit = TRY(request.query_integer("limit", 100, 1, kMaxListed));
  filter.offset = TRY(request.query_integer("offset", 0, 0, 1'000'000'000));
  filter.referrer = TRY(request.query_integer("referrer", 0, 0, INT64_MAX));
  const std::string word = request.query_or("state", "");
  if (!word.empty()) {
    filter.state = referral_state(word);
    if (!filter.state)
      return fail(Code::kInvalid, "is one of waiting rewarded taken_back refused expired", "state");
  }
  const auto page = TRY(wiring_.database.read(
      [&](store::Connection& c) { return list_referrals(c, programme, filter, now()); }));
  Json items = Json::array();
  for (const Referral& one : page.referrals) items.push_back(to_json(one));
  return http::json(200, {{"total", page.total}, {"referrals", std::move(items)}});
}

Service::Answer Service::judge_a_referral(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const std::string word = TRY(json_string(TRY(http::json_body(request)), "verdict"));
  if (word != "accept" && word != "refuse" && word != "none")
    return fail(Code::kInvalid, "is one of accept refuse none", "verdict");
  const Verdict verdict = word == "accept"   ? Verdict::kAccept
                          : word == "refuse" ? Verdict::kRefuse
                                             : Verdict::kNone;
  const int64_t claim = std::strtoll(request.params.at("referral").c_str(), nullptr, 10);
  return http::json(
      200, TRY(wiring_.database.write([&](store::Connection& c) -> Result<Json> {
        const Terms terms = TRY(terms_of(c, programme));
        const auto people = TRY(judge_referral(c, terms, claim, verdict, now()));
        TRY(assess(c, terms, std::vector<PersonId>(people.begin(), people.end()), now()));
        TRY(access::record(c, request.principal, "loyalty.referral_verdict",
                           programme.id + "/" + std::to_string(claim), {{"verdict", word}},
                           wiring_.clock()));
        const auto found = TRY(find_referral(c, programme, claim));
        INVARIANT(found.has_value());
        return to_json(*found);
      })));
}

Service::Answer Service::make_referral_code(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const PersonId asked = std::strtoll(request.params.at("person").c_str(), nullptr, 10);
  return http::json(200, TRY(wiring_.database.write([&](store::Connection& c) -> Result<Json> {
                      const PersonId person = TRY(people::current_person(c, asked));
                      if (!TRY(people::find_person(c, person)))
                        return fail(Code::kNotFound, "there is no such person", "person");
                      TRY(referral_code(c, programme, person, now()));
                      return referral_of(c, programme, person);
                    })));
}

Result<Json> Service::referral_of(store::Connection& c, const Programme& programme,
                                  PersonId person) {
  const auto versions = TRY(referral_versions(c, programme));
  const std::string code = TRY(find_referral_code(c, programme, person));
  const std::string link = versions.empty() ? "" : referral_link(versions.back(), code);
  const ReferralSums sums = TRY(sum_referrals(c, programme, person, now()));
  return Json{{"code", code}, {"link", link}, {"sums", to_json(sums)}};
}

}  // namespace perennial::loyalty
