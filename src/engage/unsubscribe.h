// Unsubscribing: signed links, the page behind them, and the people who must not be written to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "people/people.h"
#include "store/store.h"

namespace perennial::engage {

// What a link says: who got it, and from which campaign.
struct Link {
  std::string campaign_id;
  people::PersonId person = 0;
};
// base64url("CAMPAIGN PERSON") "." HMAC under `secret`.
std::string sign_link(const Link& link, std::string_view secret);
std::optional<Link> read_link(std::string_view token, std::string_view secret);

// The token of previews: its page says that nothing happens.
inline constexpr std::string_view kPreviewToken = "preview";

// A person as planned, or the one whom they were joined with since.
Result<std::optional<people::Person>> current_person(store::Connection& c, people::PersonId person,
                                                     std::string_view user_id);

// Who must not be written to, beside those whom people/ knows as unsubscribed: people who clicked
// and whose event people/ has not applied yet, and everybody else with the (folded) address of one
// who clicked, unless they subscribed themselves.
// The address of somebody who was erased is kept as a mark, "#" and its keyed fingerprint.
struct Suppressed {
  std::unordered_set<people::PersonId> unconfirmed;
  std::unordered_set<std::string> addresses;  // or their marks
  std::string mark_key;                       // "": there are no marks
  bool holds(const people::Person& person, const std::string& folded_address) const;
};
Result<std::string> address_mark(store::Connection& c, std::string_view folded_address);
Result<Suppressed> load_suppressed(store::Connection& c);
// The same for one person, who stood under the number `planned_as` when the campaign was planned.
Result<bool> is_suppressed(store::Connection& c, people::PersonId planned_as,
                           const people::Person& person, std::string_view folded_address);
// Doing it twice is doing it once, unless the person subscribed again in between.
Result<void> suppress(store::Connection& c, const Link& link, Instant now);
// Finds out which unsubscriptions people/ has applied by now.
Result<void> confirm_suppressions(store::Connection& c);

enum class Page { kAsk, kDone, kPreview, kUnknown };
// A self-contained page in `language` ("zh", else English).
// `choices` is the address of the preference page; "": there is none.
std::string unsubscribe_page(Page page, std::string_view language, std::string_view workspace,
                             std::string_view choices = "");
// What is put under a message that has no unsubscribe link of its own.
std::string text_footer(std::string_view language, std::string_view url);
std::string html_footer(std::string_view language, std::string_view url);

}  // namespace perennial::engage
