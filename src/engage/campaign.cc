#include "engage/campaign.h"

namespace perennial::engage {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, name, state, audience, hold_out_percent, subject, text_body, html_body, "
    "result_days, salt, channel, really_sends, created_at, started_at, finished_at FROM campaigns ";

std::optional<Instant> time_of(const store::Row& row, size_t column) {
  const auto ms = row.maybe_integer(column);
  return ms ? std::optional(from_millis(*ms)) : std::nullopt;
}

Result<Campaign> read_campaign(const store::Row& row) {
  Campaign campaign;
  campaign.id = row.text(0);
  campaign.name = row.text(1);
  campaign.state = row.text(2);
  Json audience = TRY(parse_json(row.text(3)));
  campaign.audience = TRY(audience_from_json({{"audience", std::move(audience)}}));
  campaign.hold_out_percent = row.real(4);
  campaign.subject = row.text(5);
  campaign.text = row.text(6);
  campaign.html = row.text(7);
  campaign.result_days = row.integer(8);
  campaign.salt = row.text(9);
  campaign.channel = row.text(10);
  campaign.really_sends = row.integer(11) != 0;
  campaign.created_at = from_millis(row.integer(12));
  campaign.started_at = time_of(row, 13);
  campaign.finished_at = time_of(row, 14);
  return campaign;
}

Result<void> add_counts(store::Connection& c, Campaign& campaign) {
  const auto rows =
      TRY(c.query("SELECT verdict, count(*) FROM sends WHERE campaign_id = $1 GROUP BY verdict",
                  {campaign.id}));
  for (const auto& row : rows) campaign.counts[row.text(0)] = row.integer(1);
  return {};
}

std::unexpected<Error> no_draft() {
  return fail(Code::kConflict, "the campaign is no draft any more", "state",
              "Only drafts can be changed or deleted.");
}

}  // namespace

Result<Campaign> create_campaign(store::Connection& c, const Draft& draft, Instant now) {
  const std::string id = new_id("cmp");
  TRY(c.execute(
      "INSERT INTO campaigns (id, name, state, audience, hold_out_percent, subject, text_body, "
      "html_body, result_days, salt, channel, really_sends, created_at) "
      "VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, '', 0, $10)",
      {id, draft.name, to_text(to_json(draft.audience)), draft.hold_out_percent, draft.subject,
       draft.text, draft.html, draft.result_days, draft.salt.empty() ? random_token() : draft.salt,
       to_millis(now)}));
  return find_campaign(c, id);
}

Result<Campaign> find_campaign(store::Connection& c, std::string_view id) {
  const auto row = TRY(c.query_one(std::string(kSelect) + "WHERE id = $1", {std::string(id)}));
  if (!row) return fail(Code::kNotFound, "there is no such campaign", "id");
  Campaign campaign = TRY(read_campaign(*row));
  TRY(add_counts(c, campaign));
  return campaign;
}

Result<std::vector<Campaign>> list_campaigns(store::Connection& c, size_t limit) {
  const auto rows = TRY(c.query(std::string(kSelect) + "ORDER BY created_at DESC, id DESC LIMIT $1",
                                {static_cast<int64_t>(limit)}));
  std::vector<Campaign> campaigns;
  for (const auto& row : rows) {
    campaigns.push_back(TRY(read_campaign(row)));
    TRY(add_counts(c, campaigns.back()));
  }
  return campaigns;
}

Result<Campaign> update_campaign(store::Connection& c, std::string_view id, const Draft& draft) {
  TRY(find_campaign(c, id));
  const int64_t changed = TRY(c.execute(
      "UPDATE campaigns SET name = $2, audience = $3, hold_out_percent = $4, subject = $5, "
      "text_body = $6, html_body = $7, result_days = $8 WHERE id = $1 AND state = 'draft'",
      {std::string(id), draft.name, to_text(to_json(draft.audience)), draft.hold_out_percent,
       draft.subject, draft.text, draft.html, draft.result_days}));
  if (changed == 0) return no_draft();
  return find_campaign(c, id);
}

Result<void> delete_campaign(store::Connection& c, std::string_view id) {
  TRY(find_campaign(c, id));
  const int64_t gone =
      TRY(c.execute("DELETE FROM campaigns WHERE id = $1 AND state = 'draft'", {std::string(id)}));
  if (gone == 0) return no_draft();
  return {};
}

}  // namespace perennial::engage
