#include "engage/engage.h"

#include <charconv>

#include "engage/personal.h"
#include "engage/service.h"
#include "engage/unsubscribe.h"

namespace perennial::engage {
namespace {

constexpr std::string_view kLinkSecret = "engage.unsubscribe";
constexpr size_t kMaxGains = 100;
constexpr std::string_view kSetPrefix = "campaign:";

std::string_view cut_word(std::string_view& text) {
  const size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  text.remove_prefix(colon == text.npos ? text.size() : colon + 1);
  return word;
}

std::unexpected<Error> no_such_set() {
  return fail(Code::kInvalid, "there is no such set of people", "set");
}

}  // namespace

Result<std::unique_ptr<Engage>> Engage::open(Wiring wiring) {
  const std::string key_file =
      wiring.key_file.empty() ? wiring.outbox_directory + ".key" : wiring.key_file;
  Seal seal = TRY(Seal::open(key_file));
  std::string secret = TRY(wiring.database.write(
      [](store::Connection& c) { return access::Settings::secret(c, kLinkSecret); }));
  auto service = std::make_unique<Service>(std::move(wiring), std::move(seal), std::move(secret));
  TRY(service->start());
  return service;
}

Service::Service(Wiring wiring, Seal seal, std::string link_secret)
    : wiring_(wiring),
      seal_(seal),
      link_secret_(link_secret),
      sender_(std::move(wiring), std::move(seal), std::move(link_secret)) {}

void Service::add_routes(http::Router& router) {
  add_campaign_routes(router);
  add_channel_routes(router);
  add_unsubscribe_routes(router);
  add_preference_routes(router);
}

std::optional<Result<std::vector<people::PersonId>>> Service::resolve_set(std::string_view set) {
  if (!set.starts_with(kSetPrefix)) return std::nullopt;
  set.remove_prefix(kSetPrefix.size());
  const std::string_view id = cut_word(set), kind = cut_word(set);
  return members_of_set(id, kind, set);
}

Result<std::vector<people::PersonId>> Service::members_of_set(std::string_view campaign_id,
                                                              std::string_view kind,
                                                              std::string_view rest) {
  std::vector<people::PersonId> members;
  if (kind == "verdict") {
    TRY(wiring_.database.read([&](store::Connection& c) -> Result<void> {
      TRY(find_campaign(c, campaign_id));
      const std::vector<store::Value> wanted = {std::string(campaign_id), std::string(rest)};
      return c.each(
          "SELECT person_id FROM sends WHERE campaign_id = $1 AND verdict = $2 "
          "ORDER BY person_id",
          wanted, [&](const store::Row& row) -> Result<void> {
            members.push_back(row.integer(0));
            return {};
          });
    }));
    return members;
  }
  const std::string_view arm = cut_word(rest);
  if ((kind != "arm" && kind != "ordered") || (arm != "treated" && arm != "held_out")) {
    return no_such_set();
  }
  int64_t days = 1;
  if (kind == "ordered") {
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), days);
    const bool whole = read.ec == std::errc() && read.ptr == rest.data() + rest.size();
    if (!whole || days < 1 || days > kMaxResultDays) return no_such_set();
  }
  const auto book = TRY(wiring_.books.get());
  const auto all =
      TRY(wiring_.database.read([&](store::Connection& c) -> Result<std::vector<PersonOutcome>> {
        const Campaign campaign = TRY(find_campaign(c, campaign_id));
        return outcomes(c, campaign, *book, TRY(window_of(campaign, days)));
      }));
  for (const PersonOutcome& one : all) {
    if (one.held_out != (arm == "held_out")) continue;
    if (kind == "arm" || one.orders > 0) members.push_back(one.person);
  }
  return members;
}

Result<std::vector<Json>> Service::messages(store::Connection& c, people::PersonId person,
                                            Instant before, size_t limit) {
  const auto rows =
      TRY(c.query("SELECT campaign_id, name, subject, verdict, reason, at FROM sends JOIN "
                  "campaigns ON campaigns.id = campaign_id WHERE person_id = $1 AND at < $2 "
                  "ORDER BY at DESC, campaign_id LIMIT $3",
                  {person, to_millis(before), static_cast<int64_t>(limit)}));
  std::vector<Json> items;
  if (rows.empty()) return items;
  const auto found = TRY(people::find_person(c, person));
  const Fields fields = found ? fields_of(*found, wiring_.settings.workspace(), "") : Fields();
  for (const auto& row : rows) {
    const Rendered subject = TRY(render(row.text(2), fields, Escape::kHeader));
    items.push_back({{"kind", "message"},
                     {"at", format_instant(from_millis(row.integer(5)))},
                     {"title", subject.text},
                     {"message",
                      {{"campaign_id", row.text(0)},
                       {"campaign", row.text(1)},
                       {"verdict", row.text(3)},
                       {"reason", row.text(4)}}}});
  }
  return items;
}

Result<Json> Service::summaries_json(size_t limit) {
  const auto book = TRY(wiring_.books.get());
  return wiring_.database.read([&](store::Connection& c) -> Result<Json> {
    Json summaries = Json::array();
    for (const Campaign& campaign : TRY(list_campaigns(c, limit))) {
      const Json whole = to_json(campaign);
      Json summary;
      for (const char* field : {"id", "name", "state", "started_at", "counts"}) {
        summary[field] = whole[field];
      }
      if (campaign.started_at) {
        const Span window = TRY(window_of(campaign, campaign.result_days));
        summary["headline"] = headline_json(TRY(outcomes(c, campaign, *book, window)));
      }
      summaries.push_back(std::move(summary));
    }
    return summaries;
  });
}

Result<std::vector<proof::Gain>> Service::gains() {
  const auto book = TRY(wiring_.books.get());
  const Instant at = now();
  return wiring_.database.read([&](store::Connection& c) -> Result<std::vector<proof::Gain>> {
    std::vector<proof::Gain> gains;
    for (const Campaign& campaign : TRY(list_campaigns(c, kMaxGains))) {
      if (!campaign.started_at) continue;
      const Span window = TRY(window_of(campaign, campaign.result_days));
      gains.push_back(gain_of(campaign, TRY(outcomes(c, campaign, *book, window)), window, at));
    }
    return gains;
  });
}

}  // namespace perennial::engage
