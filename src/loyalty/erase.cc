#include <algorithm>

#include "loyalty/loyalty.h"
#include "people/readers.h"

namespace perennial::loyalty {
namespace {

// What tells nothing but numbers and times stays: the holder, its lots and postings.
constexpr std::string_view kCleared[] = {
    "UPDATE loyalty_commands SET payload = '{}', message = '' WHERE id IN (SELECT p.command FROM "
    "loyalty_postings p JOIN loyalty_holders h ON h.id = p.holder WHERE h.person = $1)",
    "UPDATE loyalty_postings SET event = '', order_ref = '', reason = '' WHERE holder IN (SELECT "
    "id "
    "FROM loyalty_holders WHERE person = $1)",
    "UPDATE loyalty_lots SET event = '', order_ref = '', line = '' WHERE holder IN (SELECT id FROM "
    "loyalty_holders WHERE person = $1)",
    "UPDATE loyalty_spends SET order_ref = '' WHERE holder IN (SELECT id FROM loyalty_holders "
    "WHERE person = $1)",
    "UPDATE loyalty_coupon_uses SET order_ref = '', message = '' WHERE person = $1",
    "UPDATE loyalty_redemptions SET note = '', message = '' WHERE person = $1",
    "UPDATE loyalty_plays SET message = '' WHERE person = $1",
    "UPDATE loyalty_referrals SET order_key = 'erased' WHERE friend = $1 AND order_key <> ''",
    "UPDATE loyalty_referrals SET evidence = '' WHERE referrer = $1 OR friend = $1"};
constexpr std::string_view kDeleted[] = {
    "DELETE FROM loyalty_facts WHERE person = $1",
    "DELETE FROM loyalty_awards WHERE person = $1",
    "DELETE FROM loyalty_members WHERE person = $1",
    "DELETE FROM loyalty_level_changes WHERE person = $1",
    "DELETE FROM loyalty_referral_codes WHERE person = $1",
    "DELETE FROM loyalty_outbox WHERE person = $1",
    "DELETE FROM loyalty_held_out WHERE person = $1",
    "DELETE FROM loyalty_birthday_gifts WHERE person = $1",
    "DELETE FROM loyalty_by_hand WHERE person = $1",
    "DELETE FROM loyalty_refunded WHERE holder IN (SELECT id FROM loyalty_holders WHERE person = "
    "$1)"};

using Numbers = std::vector<people::PersonId>;

bool names(const Json& payload, const Numbers& numbers) {
  if (!payload.is_object()) return false;
  return std::ranges::any_of(numbers, [&](people::PersonId person) {
    return payload.value("person", Json()) == person || payload.value("to", Json()) == person ||
           payload.value("from", Json()) == person;
  });
}

// Commands that moved nothing, such as refused ones, stand with no posting.
Result<int64_t> erase_commands(store::Connection& c, people::PersonId person) {
  int64_t cleared = 0;
  for (const auto& row :
       TRY(c.query("SELECT programme, id, payload FROM loyalty_commands WHERE payload LIKE $1",
                   {"%" + std::to_string(person) + "%"}))) {
    if (!names(Json::parse(row.text(2), nullptr, false), {person})) continue;
    cleared += TRY(c.execute(
        "UPDATE loyalty_commands SET payload = '{}', message = '' WHERE programme = $1 AND id = $2",
        {row.text(0), row.text(1)}));
  }
  return cleared;
}

// Adjustments that wait for a second person, or waited: their reasons may tell anything.
Result<int64_t> erase_approvals(store::Connection& c, const Numbers& numbers) {
  int64_t erased = 0;
  for (const auto& row : TRY(c.query("SELECT programme, id, payload FROM loyalty_approvals"))) {
    if (!names(Json::parse(row.text(2), nullptr, false), numbers)) continue;
    erased += TRY(c.execute("DELETE FROM loyalty_approvals WHERE programme = $1 AND id = $2",
                            {row.text(0), row.text(1)}));
  }
  return erased;
}

// What joins had brought, for a separation that cannot come any more.
Result<int64_t> erase_moved(store::Connection& c, const Numbers& numbers) {
  int64_t erased = 0;
  for (const people::Move& join : TRY(people::joins_of(c, numbers))) {
    erased += TRY(c.execute("DELETE FROM loyalty_moved WHERE move = $1", {join.id}));
  }
  return erased;
}

}  // namespace

Result<Json> erase_person(store::Connection& c, const people::ErasedPerson& erased) {
  int64_t cleared = 0, deleted = 0;
  for (const people::PersonId person : erased.numbers) {
    for (const std::string_view sql : kCleared) cleared += TRY(c.execute(sql, {person}));
    for (const std::string_view sql : kDeleted) deleted += TRY(c.execute(sql, {person}));
    cleared += TRY(erase_commands(c, person));
  }
  deleted += TRY(erase_moved(c, erased.numbers));
  deleted += TRY(erase_approvals(c, erased.numbers));
  return Json{{"cleared", cleared}, {"deleted", deleted}};
}

}  // namespace perennial::loyalty
