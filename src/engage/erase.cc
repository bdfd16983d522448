#include <filesystem>
#include <set>

#include "engage/address.h"
#include "engage/service.h"
#include "engage/unsubscribe.h"

namespace perennial::engage {

namespace {

// A row that is claimed is being handed over now: it gets its verdict from the sender.
Result<int64_t> erase_sends(store::Connection& c, people::PersonId number, Instant now) {
  const int64_t sends = TRY(c.execute(
      "UPDATE sends SET user_id = '', address = '', reason = '' WHERE person_id = $1", {number}));
  TRY(c.execute(
      "UPDATE sends SET verdict = 'cancelled', reason = 'erased', at = $2 WHERE person_id "
      "= $1 AND verdict = 'pending' AND claimed = 0",
      {number, to_millis(now)}));
  TRY(c.execute("UPDATE sends SET told = 1 WHERE person_id = $1", {number}));
  return sends;
}

}  // namespace

Result<Json> erase_person(store::Connection& c, const people::ErasedPerson& erased, Instant now) {
  int64_t sends = 0, suppressions = 0;
  std::set<std::string> addresses;
  if (erased.email_consent == people::Person::Consent::kUnsubscribed)
    addresses.insert(fold_address(erased.email));
  for (const people::PersonId number : erased.numbers) {
    sends += TRY(erase_sends(c, number, now));
    const auto row =
        TRY(c.query_one("SELECT address FROM suppressions WHERE person_id = $1", {number}));
    if (!row) continue;
    addresses.insert(row->text(0).empty() ? fold_address(erased.email) : row->text(0));
    suppressions += TRY(c.execute("DELETE FROM suppressions WHERE person_id = $1", {number}));
  }
  addresses.erase("");
  size_t place = 0;  // a row for each, under numbers that are the person's
  for (const std::string& address : addresses) {
    if (place == erased.numbers.size()) break;
    const std::string mark = TRY(address_mark(c, address));
    TRY(
        c.execute("INSERT INTO suppressions (person_id, user_id, address, campaign_id, event_id,"
                  " at, told, confirmed) VALUES ($1, '', $2, '', '', $3, 1, 1)",
                  {erased.numbers[place++], mark, to_millis(now)}));
  }
  return Json{{"sends", sends}, {"suppressions", suppressions}};
}

// The ledger says which messages were the person's, as often as it is asked.
Result<int64_t> Service::remove_messages(std::span<const people::PersonId> numbers, bool take) {
  int64_t removed = 0;
  for (const people::PersonId number : numbers) removed += TRY(remove_messages_under(number, take));
  return removed;
}

Result<int64_t> Service::remove_messages_under(people::PersonId person, bool take) {
  const auto rows = TRY(wiring_.database.read([&](store::Connection& c) {
    return c.query("SELECT id FROM sends WHERE person_id = $1", {person});
  }));
  int64_t removed = 0;
  for (const auto& row : rows) {
    for (const char* end : {".eml", ".eml.partial"}) {
      std::error_code error;
      const auto file = std::filesystem::path(wiring_.outbox_directory) / (row.text(0) + end);
      if (take ? std::filesystem::remove(file, error) : std::filesystem::exists(file, error)) {
        ++removed;
      }
      if (error) return fail(Code::kInternal, error.message(), "outbox");
    }
  }
  if (!take) return removed;
  // What a server said may have come after the ledger was cleared.
  TRY(wiring_.database.write([&](store::Connection& c) {
    return c.execute(
        "UPDATE sends SET reason = '', address = '' WHERE person_id = $1 AND claimed = "
        "0 AND verdict <> 'cancelled'",
        {person});
  }));
  return removed;
}

}  // namespace perennial::engage
