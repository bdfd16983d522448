// What finance reads: /v1/loyalty/programmes/{programme}/trial-balance and its neighbours.
#include "loyalty/gift_cards.h"
#include "loyalty/service.h"

namespace perennial::loyalty {
namespace {

// What `more` points add to the liability for `before` ones. So the parts sum up to the whole, to
// the last minor unit.
int64_t more_owed(const Currency& currency, Points before, Points more) {
  return liability_minor(currency, before + more) - liability_minor(currency, before);
}

Json closing_json(const Closing& closing) {
  return {{"month", closing.month},
          {"from", format_instant(closing.span.from)},
          {"to", format_instant(closing.span.to)},
          {"closed_by", closing.closed_by},
          {"closed_at", format_instant(closing.closed_at)},
          {"figures", closing.figures}};
}

}  // namespace

void Service::add_report_routes(http::Router& router) {
  const std::string one = "/programmes/{programme}";
  add(router, "GET", one + "/trial-balance", "loyalty.read", &Service::balance_sheet);
  add(router, "GET", one + "/liability", "loyalty.read", &Service::liability);
  add(router, "GET", one + "/closings", "loyalty.read", &Service::closings);
  add(router, "POST", one + "/closings", "loyalty.close", &Service::close);
  add(router, "GET", "/verify", "loyalty.read", &Service::verified);
}

Service::Answer Service::balance_sheet(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const Currency* currency = TRY(currency_of(programme, request));
  const std::string word = request.query_or("as_of", "");
  const Instant as_of = word.empty() ? now() : TRY(parse_instant(word, programme.zone));
  settle_all(programme);
  const auto totals = TRY(wiring_.database.read(
      [&](store::Connection& c) { return trial_balance(c, *currency, as_of); }));
  Json rows = Json::array();
  Points debits = 0, credits = 0;
  for (const AccountTotal& total : totals) {
    debits += total.debits;
    credits += total.credits;
    rows.push_back({{"account", account_name(total.account)},
                    {"debits", total.debits},
                    {"credits", total.credits},
                    {"balance", total.credits - total.debits}});
  }
  return http::json(200, {{"currency", currency->code},
                          {"as_of", format_instant(as_of)},
                          {"accounts", rows},
                          {"debits", debits},
                          {"credits", credits}});
}

Service::Answer Service::liability(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const Currency* currency = TRY(currency_of(programme, request));
  settle_all(programme);
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const auto list = TRY(cohorts(c, programme, *currency));
    const auto cards = TRY(card_cohorts(c, programme, *currency, now()));
    Json rows = Json::array();
    Points outstanding = 0, expired = 0, earned = 0;
    for (const Cohort& cohort : list) {
      rows.push_back({{"month", cohort.month},
                      {"earned", cohort.earned},
                      {"outstanding", cohort.outstanding},
                      {"used", cohort.used},
                      {"expired", cohort.expired},
                      {"liability_minor", more_owed(*currency, outstanding, cohort.outstanding)}});
      outstanding += cohort.outstanding;
      expired += cohort.expired;
      earned += cohort.earned;
    }
    Json card_rows = Json::array();
    Points unclaimed = 0;
    for (const CardCohort& card : cards) {
      const Points before = outstanding + unclaimed;
      card_rows.push_back({{"month", card.month},
                           {"made", card.made},
                           {"claimed", card.claimed},
                           {"voided", card.voided},
                           {"lapsed", card.lapsed},
                           {"unclaimed", card.unclaimed},
                           {"liability_minor", more_owed(*currency, before, card.unclaimed)}});
      unclaimed += card.unclaimed;
    }
    const Points ledger = TRY(held_by_people(c, *currency));
    return http::json(
        200,
        {{"currency", currency->code},
         {"as_of", format_instant(now())},
         {"outstanding", outstanding},
         {"ledger", ledger},
         {"liability_minor", liability_minor(*currency, outstanding)},
         {"money", wiring_.settings.workspace().currency},
         {"assumptions",
          {{"cost_minor_per_1000", currency->cost_minor_per_1000},
           {"expected_redemption_ppm", currency->expected_redemption_ppm},
           {"expected_breakage_ppm", 1'000'000 - currency->expected_redemption_ppm}}},
         {"expired_share_ppm",
          earned > 0 ? static_cast<int64_t>(static_cast<__int128>(expired) * 1'000'000 / earned)
                     : 0},
         {"cohorts", rows},
         {"cards",
          {{"unclaimed", unclaimed},
           {"liability_minor", more_owed(*currency, outstanding, unclaimed)},
           {"total_minor", liability_minor(*currency, outstanding + unclaimed)},
           {"cohorts", card_rows}}}});
  });
}

Service::Answer Service::closings(const http::Request& request) {
  const Programme programme = TRY(programme_of(request));
  const auto list =
      TRY(wiring_.database.read([&](store::Connection& c) { return list_closings(c, programme); }));
  Json items = Json::array();
  for (const Closing& closing : list) items.push_back(closing_json(closing));
  return http::json(200, {{"closings", std::move(items)}});
}

Service::Answer Service::close(const http::Request& request) {
  const std::string month = TRY(json_string(TRY(http::json_body(request)), "month"));
  const Programme asked = TRY(programme_of(request));
  settle_all(asked);
  if (by_hand(request.principal)) {
    const Points breakage = TRY(
        wiring_.database.read([&](store::Connection& c) { return breakage_of(c, asked, month); }));
    if (breakage > asked.approval_limit)
      return second_person(asked, Matter::kClose, {{"about", month}}, breakage, request.principal);
  }
  const Closing closing = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Closing> {
    const auto programme = TRY(find_programme(c, asked.id));
    Closing done = TRY(close_month(c, *programme, month, request.principal.name, now()));
    TRY(access::record(c, request.principal, "loyalty.close", asked.id + "/" + month,
                       Json::object(), wiring_.clock()));
    return done;
  }));
  return http::json(200, closing_json(closing));
}

Service::Answer Service::verified(const http::Request&) {
  const Verified found = TRY(wiring_.database.read([](store::Connection& c) { return verify(c); }));
  return http::json(200, {{"holders", found.holders},
                          {"lots", found.lots},
                          {"postings", found.postings},
                          {"faults", found.faults}});
}

}  // namespace perennial::loyalty
