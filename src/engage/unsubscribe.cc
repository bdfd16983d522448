#include "engage/unsubscribe.h"

#include <charconv>

#include "access/access.h"
#include "base/base.h"
#include "base/signed_token.h"
#include "engage/address.h"

namespace perennial::engage {
namespace {

constexpr std::string_view kPurpose = "unsubscribe";
constexpr std::string_view kMarkSecret = "engage.erased_addresses";

std::string mark_of(std::string_view key, std::string_view folded_address) {
  return "#" + hmac_token(key, folded_address);
}

}  // namespace

Result<std::string> address_mark(store::Connection& c, std::string_view folded_address) {
  return mark_of(TRY(access::Settings::secret(c, kMarkSecret)), folded_address);
}

std::string sign_link(const Link& link, std::string_view secret) {
  return sign_token(kPurpose, link.campaign_id + " " + std::to_string(link.person), secret);
}

std::optional<Link> read_link(std::string_view token, std::string_view secret) {
  const auto said = read_token(kPurpose, token, secret);
  const size_t space = said ? said->find(' ') : std::string::npos;
  if (space == std::string::npos) return {};
  Link link{said->substr(0, space)};
  const char* end = said->data() + said->size();
  const auto read = std::from_chars(said->data() + space + 1, end, link.person);
  if (read.ec != std::errc() || read.ptr != end) return {};
  return link;
}

bool Suppressed::holds(const people::Person& person, const std::string& folded_address) const {
  using Consent = people::Person::Consent;
  return person.email_consent == Consent::kUnsubscribed || unconfirmed.contains(person.id) ||
         (person.email_consent != Consent::kSubscribed &&
          (addresses.contains(folded_address) ||
           (!mark_key.empty() && addresses.contains(mark_of(mark_key, folded_address)))));
}

Result<Suppressed> load_suppressed(store::Connection& c) {
  Suppressed suppressed;
  bool marks = false;
  TRY(c.each("SELECT person_id, address, confirmed FROM suppressions", {},
             [&](const store::Row& row) -> Result<void> {
               if (row.integer(2) == 0) suppressed.unconfirmed.insert(row.integer(0));
               if (!row.text(1).empty()) suppressed.addresses.insert(row.text(1));
               marks = marks || row.text(1).starts_with('#');
               return {};
             }));
  if (marks) suppressed.mark_key = TRY(access::Settings::secret(c, kMarkSecret));
  return suppressed;
}

Result<bool> is_suppressed(store::Connection& c, people::PersonId planned_as,
                           const people::Person& person, std::string_view folded_address) {
  Suppressed suppressed;
  const std::string address(folded_address);
  std::string mark = address;
  if (TRY(c.query_one("SELECT 1 FROM suppressions WHERE address LIKE '#%' LIMIT 1"))) {
    mark = TRY(address_mark(c, address));
  }
  for (const auto& row :
       TRY(c.query("SELECT person_id, confirmed FROM suppressions WHERE person_id = $1 OR "
                   "person_id = $2 OR address = $3 OR address = $4",
                   {planned_as, person.id, address, mark}))) {
    const bool own = row.integer(0) == planned_as || row.integer(0) == person.id;
    if (own && row.integer(1) == 0) return true;
    suppressed.addresses.insert(address);
  }
  return suppressed.holds(person, address);
}

Result<void> suppress(store::Connection& c, const Link& link, Instant now) {
  const auto earlier =
      TRY(c.query_one("SELECT confirmed FROM suppressions WHERE person_id = $1", {link.person}));
  const auto row = TRY(
      c.query_one("SELECT user_id, address FROM sends WHERE campaign_id = $1 AND person_id = $2",
                  {link.campaign_id, link.person}));
  const std::string user_id = row ? row->text(0) : "";
  if (earlier) {
    const auto person = TRY(current_person(c, link.person, user_id));
    const bool again = earlier->integer(0) == 1 && person &&
                       person->email_consent == people::Person::Consent::kSubscribed;
    if (!again) return {};
    TRY(c.execute("DELETE FROM suppressions WHERE person_id = $1", {link.person}));
  }
  const std::string address = row ? fold_address(row->text(1)) : "";
  TRY(
      c.execute("INSERT INTO suppressions (person_id, user_id, address, campaign_id, event_id, at, "
                "told, confirmed) VALUES ($1, $2, $3, $4, $5, $6, 0, 0)",
                {link.person, user_id, address, link.campaign_id, new_id("uns"), to_millis(now)}));
  return {};
}

Result<void> confirm_suppressions(store::Connection& c) {
  for (const auto& row : TRY(c.query(
           "SELECT person_id, user_id FROM suppressions WHERE confirmed = 0 AND told = 1"))) {
    const auto person = TRY(current_person(c, row.integer(0), row.text(1)));
    if (!person || person->email_consent != people::Person::Consent::kUnsubscribed) continue;
    TRY(c.execute("UPDATE suppressions SET confirmed = 1 WHERE person_id = $1", {row.integer(0)}));
  }
  return {};
}

Result<std::optional<people::Person>> current_person(store::Connection& c, people::PersonId person,
                                                     std::string_view user_id) {
  auto found = TRY(people::find_person(c, person));
  if (found || user_id.empty()) return found;
  const auto now_is = TRY(people::resolve(c, user_id, ""));
  if (!now_is) return found;
  return people::find_person(c, *now_is);
}

}  // namespace perennial::engage
