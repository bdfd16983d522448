// /v1/campaigns* of api/openapi.yaml.
#include <algorithm>

#include "engage/personal.h"
#include "engage/plan.h"
#include "engage/service.h"
#include "engage/unsubscribe.h"

namespace perennial::engage {
namespace {

constexpr size_t kMaxCampaignsListed = 500;
constexpr int64_t kMaxSendsListed = 500;
constexpr int64_t kDefaultSendsListed = 50;
constexpr int64_t kMaxOffset = 1'000'000'000;

http::Response answer(Result<http::Response> result) {
  return result ? std::move(*result) : http::problem(result.error());
}

std::string id_of(const http::Request& request) { return request.params.at("id"); }

int64_t count_of(const std::vector<Considered>& considered, std::string_view verdict) {
  return std::ranges::count(considered, verdict, &Considered::verdict);
}

}  // namespace

void Service::add_campaign_routes(http::Router& router) {
  const auto add = [&](std::string method, std::string path, std::string right, auto handler) {
    router.add({.method = std::move(method), .path = std::move(path), .right = std::move(right)},
               [handler](const http::Request& request) { return answer(handler(request)); });
  };
  const std::string all = "/v1/campaigns", one = all + "/{id}";
  const std::string read = "campaigns.read", write = "campaigns.write";
  add("GET", all, read, [this](const http::Request&) { return list(); });
  add("POST", all, write, [this](const http::Request& r) { return create(r); });
  add("POST", all + "/audience", read, [this](const http::Request& r) { return audience(r); });
  add("GET", one, read, [this](const http::Request& r) -> Answer {
    const Campaign campaign = TRY(
        wiring_.database.read([&](store::Connection& c) { return find_campaign(c, id_of(r)); }));
    return http::json(200, to_json(campaign));
  });
  add("PUT", one, write, [this](const http::Request& r) { return update(r); });
  add("DELETE", one, write, [this](const http::Request& r) { return remove(r); });
  add("POST", one + "/preview", read, [this](const http::Request& r) { return preview(r); });
  add("POST", one + "/send", write, [this](const http::Request& r) { return send(r); });
  add("POST", one + "/cancel", write, [this](const http::Request& r) { return cancel(r); });
  add("GET", one + "/sends", read, [this](const http::Request& r) { return sends(r); });
  add("GET", one + "/result", read, [this](const http::Request& r) { return result(r); });
}

Service::Answer Service::list() {
  const auto campaigns = TRY(wiring_.database.read(
      [](store::Connection& c) { return list_campaigns(c, kMaxCampaignsListed); }));
  Json items = Json::array();
  for (const Campaign& campaign : campaigns) items.push_back(to_json(campaign));
  return http::json(200, {{"campaigns", std::move(items)}});
}

Service::Answer Service::create(const http::Request& request) {
  const Draft draft = TRY(draft_from_json(TRY(http::json_body(request))));
  const Campaign campaign =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<Campaign> {
        Campaign created = TRY(create_campaign(c, draft, now()));
        TRY(access::record(c, request.principal, "campaign.create", created.id,
                           {{"name", created.name}}, wiring_.clock()));
        return created;
      }));
  return http::json(201, to_json(campaign));
}

Service::Answer Service::update(const http::Request& request) {
  const Draft draft = TRY(draft_from_json(TRY(http::json_body(request))));
  const Campaign campaign =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<Campaign> {
        Campaign changed = TRY(update_campaign(c, id_of(request), draft));
        TRY(access::record(c, request.principal, "campaign.update", changed.id,
                           {{"name", changed.name}}, wiring_.clock()));
        return changed;
      }));
  return http::json(200, to_json(campaign));
}

Service::Answer Service::remove(const http::Request& request) {
  TRY(wiring_.database.write([&](store::Connection& c) -> Result<void> {
    TRY(delete_campaign(c, id_of(request)));
    return access::record(c, request.principal, "campaign.delete", id_of(request), Json::object(),
                          wiring_.clock());
  }));
  return http::Response{.status = 204, .content_type = ""};
}

// The order rate to expect without a message: of the people whom the same audience held one result
// window ago, the share that ordered since. (The audience of now would not do: it may be chosen by
// not having ordered.)
Result<std::optional<double>> Service::base_rate(const Audience& audience) {
  const Instant end = now();
  const Span window{end - std::chrono::days(kDefaultResultDays), end};
  const auto before = TRY(wiring_.value.snapshot_at(window.from));
  const auto members = members_of(audience, *before);
  if (members.empty()) return std::nullopt;
  const auto book = TRY(wiring_.books.get());
  size_t ordered = 0;
  for (people::PersonId person : members) {
    const auto [first, last] = std::ranges::equal_range(book->person, person);
    const auto from = static_cast<size_t>(first - book->person.begin());
    const auto to = static_cast<size_t>(last - book->person.begin());
    for (size_t row = from; row < to; ++row) {
      if (book->refund[row] || !window.contains(from_millis(book->at_ms[row]))) continue;
      ++ordered;
      break;
    }
  }
  return static_cast<double>(ordered) / static_cast<double>(members.size());
}

Service::Answer Service::audience(const http::Request& request) {
  const Json body = TRY(http::json_body(request));
  const Audience audience = TRY(audience_from_json(body));
  const double percent = TRY(hold_out_from_json(body));
  const auto snapshot = TRY(wiring_.value.snapshot());
  const auto members = members_of(audience, *snapshot);
  const auto considered = TRY(wiring_.database.read(
      [&](store::Connection& c) { return consider(c, members, "", percent); }));
  const int64_t reachable = count_of(considered, "pending") + count_of(considered, "held_out");
  const auto held_out =
      static_cast<int64_t>(std::llround(static_cast<double>(reachable) * percent / 100));
  const auto rate = TRY(base_rate(audience));
  const auto smallest =
      rate ? proof::minimum_detectable_difference(reachable - held_out, held_out, *rate)
           : std::nullopt;
  return http::json(200, {{"people", considered.size()},
                          {"reachable", reachable},
                          {"no_address", count_of(considered, "no_address")},
                          {"unsubscribed", count_of(considered, "no_consent")},
                          {"duplicate_address", count_of(considered, "duplicate_address")},
                          {"global_hold_out", count_of(considered, "global_hold_out")},
                          {"held_out", held_out},
                          {"base_rate", rate ? Json(*rate) : Json()},
                          {"minimum_detectable_difference", smallest ? Json(*smallest) : Json()}});
}

Service::Answer Service::preview(const http::Request& request) {
  const int64_t person_id = TRY(json_integer(TRY(http::json_body(request)), "person_id"));
  const access::Workspace workspace = wiring_.settings.workspace();
  const std::string url = workspace.public_address + "/u/" + std::string(kPreviewToken);
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const Campaign campaign = TRY(find_campaign(c, id_of(request)));
    const auto person = TRY(people::find_person(c, person_id));
    if (!person) return fail(Code::kNotFound, "there is no such customer", "person_id");
    const Texts source = {campaign.subject, campaign.text, campaign.html};
    const people::Person shown =
        people::masked(*person, TRY(people::mask_of(c, request.principal.role)));
    Fields fields = fields_of(shown, workspace, url);
    TRY(add_recommended(fields, shown, source, wiring_));
    const Composed composed = TRY(compose(source, fields, workspace.language));
    return http::json(200, {{"to", shown.email},
                            {"subject", composed.subject},
                            {"text", composed.text},
                            {"html", composed.html},
                            {"unsubscribe_url", url},
                            {"missing", composed.missing}});
  });
}

Service::Answer Service::send(const http::Request& request) {
  Json body = Json::object();
  if (!request.body.empty()) body = TRY(http::json_body(request));
  const int64_t expected = TRY(json_integer_or(body, "expected_people", -1));
  const auto snapshot = TRY(wiring_.value.settled_snapshot());
  // Reading a large audience takes a while, so it is done before the transaction that writes.
  Campaign campaign;
  const auto considered =
      TRY(wiring_.database.read([&](store::Connection& c) -> Result<std::vector<Considered>> {
        campaign = TRY(find_campaign(c, id_of(request)));
        if (campaign.state != "draft") {
          return fail(Code::kConflict, "the campaign was sent already", "state");
        }
        const auto members = members_of(campaign.audience, *snapshot);
        return consider(c, members, campaign.salt, campaign.hold_out_percent);
      }));
  if (considered.empty()) return fail(Code::kConflict, "the audience is empty", "audience");
  if (expected >= 0 && expected != static_cast<int64_t>(considered.size())) {
    return fail(Code::kConflict,
                "the audience holds " + std::to_string(considered.size()) + " people by now",
                "expected_people", "Look at the audience again before sending.");
  }
  if (trim(campaign.text).empty()) {
    return fail(Code::kInvalid, "the message has no text", "text");
  }
  campaign = TRY(wiring_.database.write([&](store::Connection& c) -> Result<Campaign> {
    const Campaign unchanged = TRY(find_campaign(c, campaign.id));
    if (to_json(unchanged) != to_json(campaign)) {
      return fail(Code::kConflict, "the campaign was changed meanwhile", "id", "Try again.");
    }
    const EmailSettings email = TRY(load_email(c, seal_));
    TRY(write_plan(c, campaign, considered, email.kind, email.kind == "smtp", now()));
    TRY(access::record(c, request.principal, "campaign.send", campaign.id,
                       {{"people", considered.size()}, {"channel", email.kind}}, wiring_.clock()));
    return find_campaign(c, campaign.id);
  }));
  sender_.wake();
  return http::json(202, to_json(campaign));
}

Service::Answer Service::cancel(const http::Request& request) {
  const Campaign campaign =
      TRY(wiring_.database.write([&](store::Connection& c) -> Result<Campaign> {
        TRY(find_campaign(c, id_of(request)));
        TRY(cancel_campaign(c, id_of(request), now()));
        TRY(access::record(c, request.principal, "campaign.cancel", id_of(request), Json::object(),
                           wiring_.clock()));
        return find_campaign(c, id_of(request));
      }));
  return http::json(200, to_json(campaign));
}

Service::Answer Service::sends(const http::Request& request) {
  const int64_t offset = TRY(request.query_integer("offset", 0, 0, kMaxOffset));
  const int64_t limit =
      TRY(request.query_integer("limit", kDefaultSendsListed, 1, kMaxSendsListed));
  const std::string verdict = request.query_or("verdict", "");
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const Campaign campaign = TRY(find_campaign(c, id_of(request)));
    int64_t total = 0;
    for (const auto& [word, people] : campaign.counts) {
      if (verdict.empty() || word == verdict) total += people;
    }
    const auto rows = TRY(c.query(
        "SELECT person_id, arm, verdict, reason, address, at FROM sends WHERE campaign_id = $1 "
        "AND ($2 = '' OR verdict = $2) ORDER BY person_id LIMIT $3 OFFSET $4",
        {campaign.id, verdict, limit, offset}));
    std::vector<people::PersonId> ids;
    for (const auto& row : rows) ids.push_back(row.integer(0));
    std::map<people::PersonId, std::string> names;
    for (auto& person : TRY(people::find_people(c, ids))) names[person.id] = person.name;
    Json items = Json::array();
    for (const auto& row : rows) {
      const auto at = row.maybe_integer(5);
      items.push_back({{"person_id", row.integer(0)},
                       {"name", names[row.integer(0)]},
                       {"address", row.text(4)},
                       {"arm", row.text(1)},
                       {"verdict", row.text(2)},
                       {"reason", row.text(3)},
                       {"at", at ? Json(format_instant(from_millis(*at))) : Json()}});
    }
    return http::json(200, {{"sends", std::move(items)}, {"total", total}});
  });
}

Service::Answer Service::result(const http::Request& request) {
  const auto book = TRY(wiring_.books.get());
  return wiring_.database.read([&](store::Connection& c) -> Answer {
    const Campaign campaign = TRY(find_campaign(c, id_of(request)));
    const int64_t days =
        TRY(request.query_integer("days", campaign.result_days, 1, kMaxResultDays));
    const auto people = TRY(outcomes(c, campaign, *book, TRY(window_of(campaign, days))));
    return http::json(200,
                      result_json(campaign, people, days, wiring_.settings.workspace(), now()));
  });
}

}  // namespace perennial::engage
