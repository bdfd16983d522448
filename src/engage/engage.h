// Reaching people: templates, the e-mail channel, recall campaigns and their send ledger.
//
// The send ledger has one row for every person that a campaign considered, unique by (campaign,
// person), written before anything leaves the machine, with a verdict and its reason. A row is
// claimed (committed) before its message is handed over and closed after; a row found claimed at
// start is looked up in the channel (outbox folder) or, where the channel cannot say (SMTP), gets
// the verdict in_doubt and is never sent again: nobody gets two, and nobody is forgotten.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "events/events.h"
#include "http/http.h"
#include "people/people.h"
#include "proof/proof.h"
#include "store/store.h"
#include "value/value.h"

namespace perennial::engage {

inline constexpr size_t kMaxSubjectBytes = 500;
inline constexpr size_t kMaxTextBytes = 256 * 1024;  // text and HTML each

// Templates.

// "Dear {{ name | customer }}": a field, and what stands there when the person has no value for it.
// A field without a fallback renders as nothing and is listed as missing. Fields: name, first_name,
// email, country, orders, spent, last_order_date, unsubscribe_url, workspace, recommended_1 to
// recommended_3 (names of items), and trait:NAME. "{{" that is not a field is kInvalid, naming
// where.
struct Rendered {
  std::string text;
  std::vector<std::string> missing;
};
using Fields = std::map<std::string, std::string, std::less<>>;
Result<void> check_template(std::string_view source);
enum class Escape {
  kNone,
  kHtml,
  kHeader
};  // kHeader: line breaks and control characters are removed
Result<Rendered> render(std::string_view source, const Fields& fields, Escape escape);

// Messages and channels.

struct Message {
  std::string id;  // the send's id; Message-ID and the name of the .eml file are made from it
  std::string from_name, from_address, reply_to;
  std::string to_name, to_address;
  std::string subject, text, html;  // html may be empty
  std::string unsubscribe_url;      // List-Unsubscribe and List-Unsubscribe-Post (RFC 8058)
  Instant at;
};
// RFC 5322 / 2045–2047 / 6532-free: 7-bit headers with encoded words, quoted-printable or base 64
// bodies, multipart/alternative when there is HTML. CRLF line ends.
std::string to_mime(const Message& message);

struct EmailSettings {
  std::string kind = "outbox";  // or "smtp"
  std::string from_name = "Perennial", from_address = "noreply@localhost", reply_to;
  std::string host, security = "starttls", user, password;
  int port = 587;
  bool allow_any_certificate = false;  // only for tests: not reachable from the API
};

enum class Handed {
  kYes,
  kNo,
  kUnknown
};  // what became of a message that was claimed before a stop
class Channel {
 public:
  virtual ~Channel() = default;
  // Hands one message over; returns the other side's answer. Fails with kInvalid when this address
  // will never work (5xx), kBusy when it may work later (4xx, no connection, refusals that speak of
  // the sender), kTimeout when the whole message was given and no answer came: it may have arrived
  // and must not be sent again. Other codes are treated as kBusy. The error's `where` is "address"
  // when the other side spoke of this message, so that the next one may fare better.
  virtual Result<std::string> hand_over(const Message& message) = 0;
  virtual Handed was_handed(std::string_view message_id) = 0;
  virtual bool really_sends()
      const = 0;  // false for the outbox folder: campaigns over it are A/A comparisons
};
std::unique_ptr<Channel> open_outbox(
    std::string directory);  // .eml files, written to a temporary name, fsynced and renamed
std::unique_ptr<Channel> open_smtp(
    const EmailSettings& settings);  // libcurl; one connection kept for many messages

// Campaigns.

// When a message is tried again after a temporary failure (kBusy): `first` later, then each time
// `factor` times as much later, `attempts` times in all. After `patience` failures in a row that do
// not speak of the address, the sender rests before the next message, `rest` at
// first and twice as long each time up to `longest_rest`.
struct Retry {
  int attempts = 6;
  std::chrono::milliseconds first = std::chrono::minutes(1);
  int factor = 4;
  int patience = 5;
  std::chrono::milliseconds rest = std::chrono::seconds(1);
  std::chrono::milliseconds longest_rest = std::chrono::minutes(1);
};

// The module's service: campaigns in state, a sender thread, routes. Thread-safe.
class Engage {
 public:
  struct Wiring {
    store::Database& database;
    events::Log& log;
    access::Settings& settings;
    value::Value& value;
    people::OrderBooks& books;
    Clock clock;
    std::string outbox_directory;
    // Under which the mail password is sealed; "" = the outbox directory with ".key" at its end.
    std::string key_file = "";
    Retry retry = {};
    // Names of items that somebody may want next, the best first; empty: none are known here.
    std::function<Result<std::vector<std::string>>(people::PersonId)> recommended = nullptr;
  };
  // Continues campaigns that a stop interrupted.
  static Result<std::unique_ptr<Engage>> open(Wiring wiring);
  virtual ~Engage() = default;
  virtual void add_routes(http::Router& router) = 0;  // /v1/campaigns*, /v1/channels/*, /u/{token}
  virtual std::optional<Result<std::vector<people::PersonId>>> resolve_set(
      std::string_view set) = 0;  // "campaign:…"
  // Timeline items of kind "message" (people::Extensions::messages).
  virtual Result<std::vector<Json>> messages(store::Connection& c, people::PersonId person,
                                             Instant before, size_t limit) = 0;
  virtual Result<Json> summaries_json(size_t limit) = 0;  // CampaignSummary list for the overview
  // What the newest campaigns that were sent gained in their window.
  virtual Result<std::vector<proof::Gain>> gains() = 0;
  // Takes what was written to a person, under any of these numbers, out of the outbox folder, or
  // only counts it. The number of files.
  virtual Result<int64_t> remove_messages(std::span<const people::PersonId> numbers, bool take) = 0;
  virtual void stop() = 0;  // finishes the message under way
};

// Erases a person from the send ledger, in the transaction of people::erase_person(). Verdicts and
// arms stay, so that results stay; addresses, names of users and answers of servers go, and what
// waits is cancelled. That nobody may write to the address stays as its keyed fingerprint.
// {"sends", "suppressions"}: the rows that were cleared.
Result<Json> erase_person(store::Connection& c, const people::ErasedPerson& erased, Instant now);

std::span<const store::Migration> migrations();

}  // namespace perennial::engage
