// Codes that are somebody's, and the list of uses.
#include <set>

#include "loyalty/coupons.h"
#include "loyalty/held_out.h"
#include "loyalty/outbox.h"
#include "loyalty/rows.h"

namespace perennial::loyalty {

using store::Value;

Result<Issued> issue_codes(store::Connection& c, const Programme& programme,
                           const CouponBatch& batch, std::span<const PersonId> people,
                           Instant now) {
  if (!batch.shared_code.empty())
    return fail(Code::kConflict, "the batch has one code for everybody", "batch");
  if (people.size() > kMaxIssuedAtOnce)
    return fail(Code::kTooLarge, "at most 10,000 people at once", "people");
  std::set<PersonId> wanted(people.begin(), people.end());
  const std::vector<Value> keys(wanted.begin(), wanted.end());
  for (const PersonId held : TRY(held_at(c, people, now))) wanted.erase(held);
  const std::vector<Value> fixed = {programme.id, batch.id};
  TRY(each_in(c,
              "SELECT person FROM loyalty_coupons WHERE programme = $1 AND batch = $2 AND person "
              "IN {}",
              fixed, keys, [&](const store::Row& row) -> Result<void> {
                wanted.erase(row.integer(0));
                return {};
              }));
  static const std::vector<std::string_view> kColumns = {
      "programme", "code", "batch", "max_uses", "uses", "person", "issued_ms"};
  std::vector<std::vector<Value>> rows;
  rows.reserve(wanted.size());
  for (PersonId person : wanted) {
    rows.push_back(
        {programme.id, new_code(), batch.id, int64_t{1}, int64_t{0}, person, to_millis(now)});
  }
  const Issued issued{.issued = static_cast<int64_t>(wanted.size()),
                      .skipped = static_cast<int64_t>(keys.size() - wanted.size())};
  if (issued.issued == 0) return issued;
  std::vector<News> news;
  for (const auto& row : rows) {
    news.push_back({.type = "coupon.issued",
                    .person = std::get<int64_t>(row[5]),
                    .at_ms = to_millis(now),
                    .properties = {{"batch", batch.id}, {"code", std::get<std::string>(row[1])}}});
  }
  TRY(tell(c, programme, std::move(news)));
  TRY(c.insert_many("loyalty_coupons", kColumns, rows));
  TRY(c.execute(
      "UPDATE loyalty_coupon_batches SET codes = codes + $3 WHERE programme = $1 AND id = $2",
      {programme.id, batch.id, issued.issued}));
  return issued;
}

Result<void> give_code(store::Connection& c, const Programme& programme, std::string_view code,
                       PersonId person, Instant now) {
  TRY(
      c.execute("UPDATE loyalty_coupons SET person = $3, issued_ms = $4 WHERE programme = $1 AND "
                "code = $2",
                {programme.id, std::string(code), person, to_millis(now)}));
  const auto batch =
      TRY(c.query_one("SELECT batch FROM loyalty_coupons WHERE programme = $1 AND code = $2",
                      {programme.id, std::string(code)}));
  INVARIANT(batch.has_value());
  return tell(c, programme,
              {.type = "coupon.issued",
               .person = person,
               .at_ms = to_millis(now),
               .properties = {{"batch", batch->text(0)}, {"code", code}}});
}

Result<std::vector<OwnedCoupon>> coupons_of(store::Connection& c, const Programme& programme,
                                            PersonId person) {
  std::vector<OwnedCoupon> owned;
  for (const auto& row :
       TRY(c.query("SELECT c.code, c.uses, c.issued_ms, b.definition FROM loyalty_coupons c JOIN "
                   "loyalty_coupon_batches b ON b.programme = c.programme AND b.id = c.batch WHERE "
                   "c.programme = $1 AND c.person = $2 AND c.max_uses > 0 ORDER BY c.issued_ms "
                   "DESC, c.code",
                   {programme.id, person}))) {
    CouponBatch batch = TRY(batch_from_json(TRY(parse_json(row.text(3))), programme.zone));
    owned.push_back({.code = row.text(0),
                     .batch = std::move(batch),
                     .used = row.integer(1) > 0,
                     .issued_at = from_millis(row.integer(2))});
  }
  return owned;
}

Result<UsePage> list_uses(store::Connection& c, const Programme& programme, std::string_view batch,
                          int64_t offset, int64_t limit, Instant now) {
  UsePage page;
  page.total = TRY(c.query_one("SELECT count(*) FROM loyalty_coupon_uses WHERE programme = $1 AND "
                               "batch = $2 AND state > 0",
                               {programme.id, std::string(batch)}))
                   ->integer(0);
  // A reservation whose time is over reads as void, whether or not it was freed.
  for (const auto& row : TRY(c.query(
           "SELECT id, code, order_ref, person, amount_minor, discount_minor, CASE WHEN state = 1 "
           "AND reserved_until_ms <= $3 THEN 3 ELSE state END, at_ms FROM loyalty_coupon_uses "
           "WHERE programme = $1 AND batch = $2 AND state > 0 ORDER BY at_ms DESC, id LIMIT $4 "
           "OFFSET $5",
           {programme.id, std::string(batch), to_millis(now), limit, offset}))) {
    page.uses.push_back({.id = row.text(0),
                         .code = row.text(1),
                         .order = row.text(2),
                         .person = row.integer(3),
                         .amount_minor = row.integer(4),
                         .discount_minor = row.integer(5),
                         .state = static_cast<UseState>(row.integer(6)),
                         .at = from_millis(row.integer(7))});
  }
  return page;
}

}  // namespace perennial::loyalty
