#include "privacy/privacy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "collect/erase.h"
#include "engage/erase.h"
#include "events/erase.h"
#include "experiments/erase.h"
#include "loyalty/erase.h"
#include "people/erase.h"
#include "privacy/receipt.h"

namespace perennial::privacy {
namespace {

using http::Request;
using http::Response;
using store::Row;

constexpr std::string_view kHandSource = "console:people";  // words of hand on who is who
constexpr int64_t kMaxListed = 200;

constexpr std::string_view kTables = R"sql(
CREATE TABLE privacy_erasures (
  id TEXT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  done BIGINT NOT NULL,
  work TEXT NOT NULL,
  receipt TEXT NOT NULL
);
)sql";
constexpr std::array<store::Migration, 1> kMigrations = {
    store::Migration{"privacy", 1, "erasures", kTables}};

Json parts_json(const std::vector<people::ErasedPart>& parts) {
  Json out = Json::array();
  for (const auto& part : parts) {
    Json one{{"store", part.store}, {"what", part.what}, {"count", part.count}};
    if (!part.why.empty()) one["why"] = part.why;
    out.push_back(std::move(one));
  }
  return out;
}

class Service final : public Privacy {
 public:
  Service(Wiring wiring, Signer signer) : wiring_(std::move(wiring)), signer_(std::move(signer)) {}

  Result<Json> erase(people::PersonId person, const http::Principal& by,
                     std::string_view reason) override {
    if (wiring_.settle && !wiring_.settle(wiring_.log.last_seq())) {
      return fail(Code::kBusy, "events are still being worked on", "",
                  "try again when the stages have caught up");
    }
    const std::string id = new_id("erasure");
    TRY(wiring_.database.write(
        [&](store::Connection& c) { return erase_state(c, id, person, by, reason); }));
    return finish(id);
  }

  Result<void> resume() {
    const auto open = TRY(wiring_.database.read([](store::Connection& c) {
      return c.query("SELECT id FROM privacy_erasures WHERE done = 0");
    }));
    for (const Row& row : open) TRY(finish(row.text(0)));
    return {};
  }

  void add_routes(http::Router& router) override {
    const auto add = [&](const char* method, const char* path, const char* right, auto handler) {
      router.add({.method = method, .path = path, .right = right}, [handler](const Request& r) {
        const Result<Json> answer = handler(r);
        return answer ? http::json(200, *answer) : http::problem(answer.error());
      });
    };
    add("POST", "/v1/customers/{person_id}/erasure", "privacy.erase",
        [this](const Request& r) { return asked(r); });
    add("GET", "/v1/privacy/erasures", "privacy.erase", [this](const Request&) { return list(); });
    add("POST", "/v1/privacy/erasures/verify", "signed_in",
        [this](const Request& r) -> Result<Json> {
          return Json{{"valid", signer_.verifies(TRY(http::json_body(r)))}};
        });
    add("GET", "/v1/privacy/key", "public", [this](const Request&) -> Result<Json> {
      return Json{{"algorithm", "Ed25519"}, {"key", signer_.public_key()}};
    });
  }

 private:
  // The state of all modules, and what the log's part needs to know.
  Result<void> erase_state(store::Connection& c, const std::string& id, people::PersonId person,
                           const http::Principal& by, std::string_view reason) {
    const Instant now = wiring_.clock();
    people::Erased erased = TRY(people::erase_person(c, person, now));
    std::vector<std::string> messages;
    TRY(collect::erase_person(c, erased));
    TRY(loyalty::erase_person(c, erased));
    TRY(experiments::erase_person(c, erased));
    TRY(engage::erase_person(c, erased, messages));
    const Json work{{"identities", erased.identities},
                    {"values", erased.values},
                    {"up_to_seq", erased.up_to_seq},
                    {"messages", messages}};
    const Json receipt{{"id", id},
                       {"at", format_instant(now)},
                       {"person_id", person},
                       {"by", by.id},
                       {"reason", std::string(reason)},
                       {"removed", parts_json(erased.removed)},
                       {"kept", parts_json(erased.kept)}};
    TRY(
        c.execute("INSERT INTO privacy_erasures (id, at_ms, done, work, receipt)"
                  " VALUES ($1, $2, 0, $3, $4)",
                  {id, to_millis(now), to_text(work), to_text(receipt)}));
    return access::record(c, by, "privacy.erase", "customer:" + std::to_string(person),
                          Json{{"erasure", id}}, now);
  }

  // The events and files; doing it again after a stop is nothing.
  Result<Json> finish(const std::string& id) {
    const auto row = TRY(wiring_.database.read([&](store::Connection& c) {
      return c.query_one("SELECT work, receipt FROM privacy_erasures WHERE id = $1", {id});
    }));
    INVARIANT(row.has_value());
    const Json work = TRY(parse_json(row->text(0)));
    Json receipt = TRY(parse_json(row->text(1)));
    events::Erasure what{.mentioned_by = std::string(kHandSource),
                         .up_to_seq = work.at("up_to_seq").get<uint64_t>()};
    what.identities = work.at("identities").get<std::vector<std::string>>();
    what.mentions = work.at("values").get<std::vector<std::string>>();
    receipt["events"] = TRY(events::erase(wiring_.log, what));
    receipt["files"] = remove_messages(work.at("messages"));
    receipt = signer_.sign(std::move(receipt));
    TRY(wiring_.database.write([&](store::Connection& c) {
      return c.execute(
          "UPDATE privacy_erasures SET done = 1, work = '{}', receipt = $1"
          " WHERE id = $2",
          {to_text(receipt), id});
    }));
    return receipt;
  }

  int64_t remove_messages(const Json& messages) const {
    int64_t count = 0;
    if (wiring_.outbox_directory.empty()) return count;
    for (const Json& message : messages) {
      std::error_code ignored;
      const std::string path = wiring_.outbox_directory + "/" + message.get<std::string>() + ".eml";
      count += std::filesystem::remove(path, ignored) ? 1 : 0;
    }
    return count;
  }

  Result<Json> asked(const Request& request) {
    const std::string& text = request.params.at("person_id");
    people::PersonId person = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), person);
    if (error != std::errc() || end != text.data() + text.size() || person <= 0) {
      return fail(Code::kInvalid, "expected the number of a customer", "person_id");
    }
    const Json body = TRY(http::json_body(request));
    const Json confirm = body.value("confirm", Json());
    if (!confirm.is_number_integer() || confirm.get<int64_t>() != person) {
      return fail(Code::kInvalid, "expected the number of the customer once more", "confirm",
                  "an erasure cannot be undone");
    }
    const Json reason = body.value("reason", Json(""));
    if (!reason.is_string() || reason.get_ref<const std::string&>().size() > kMaxReasonBytes ||
        !is_storable_text(reason.get_ref<const std::string&>())) {
      return fail(Code::kInvalid, "expected a text of at most 500 bytes", "reason");
    }
    return erase(person, request.principal, reason.get<std::string>());
  }

  Result<Json> list() {
    return wiring_.database.read([](store::Connection& c) -> Result<Json> {
      Json out{{"erasures", Json::array()}};
      for (const Row& row : TRY(c.query("SELECT receipt FROM privacy_erasures WHERE done = 1"
                                        " ORDER BY at_ms DESC, id LIMIT $1",
                                        {kMaxListed}))) {
        out["erasures"].push_back(TRY(parse_json(row.text(0))));
      }
      return out;
    });
  }

  Wiring wiring_;
  Signer signer_;
};

}  // namespace

Result<std::unique_ptr<Privacy>> Privacy::open(Wiring wiring) {
  const std::string secret = TRY(wiring.database.write(
      [](store::Connection& c) { return access::Settings::secret(c, "privacy.receipts"); }));
  auto service = std::make_unique<Service>(std::move(wiring), Signer(secret));
  TRY(service->resume());
  return service;
}

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::privacy
