// Batches of coupons as JSON and in the database.
#include <algorithm>
#include <array>

#include "loyalty/coupons.h"
#include "loyalty/fields.h"

namespace perennial::loyalty {
namespace {

using store::Value;

constexpr std::array<std::pair<CouponBatch::Kind, std::string_view>, 3> kKinds = {
    {{CouponBatch::Kind::kFixed, "fixed"},
     {CouponBatch::Kind::kPercent, "percent"},
     {CouponBatch::Kind::kFreeShipping, "free_shipping"}}};

std::unexpected<Error> bad(std::string message, std::string where) {
  return fail(Code::kInvalid, std::move(message), std::move(where));
}

Result<void> read_worth(const Json& json, CouponBatch& batch) {
  const std::string word = TRY(json_string(json, "kind"));
  auto kind =
      std::ranges::find(kKinds, word, &std::pair<CouponBatch::Kind, std::string_view>::second);
  if (kind == kKinds.end()) return bad("is one of fixed percent free_shipping", "kind");
  batch.kind = kind->first;
  if (batch.kind == CouponBatch::Kind::kFixed)
    batch.amount_minor = TRY(read_bounded(json, "amount_minor", 1, kMaxPoints));
  if (batch.kind == CouponBatch::Kind::kPercent) {
    batch.percent = TRY(read_bounded(json, "percent", 1, 100));
    batch.max_minor = TRY(read_bounded(json, "max_minor", 0, kMaxPoints));
  }
  return {};
}

Result<void> read_shared_code(const Json& json, CouponBatch& batch) {
  batch.shared_code = normal_code(TRY(json_string_or(json, "shared_code", "")));
  if (batch.shared_code.size() > kMaxCodeBytes || !is_storable_text(batch.shared_code))
    return bad("is at most 40 bytes long", "shared_code");
  batch.max_uses = TRY(read_bounded(json, "max_uses", 0, kMaxPoints));
  if (batch.shared_code.empty() && batch.max_uses != 0)
    return bad("only a shared code has it; every other code is for one use", "max_uses");
  return {};
}

Result<void> read_product_rules(const Json& json, CouponBatch& batch) {
  TRY(read_scope(json, batch));
  batch.exclusive = TRY(json_bool_or(json, "exclusive", false));
  if (json.contains("stack_group") && json["stack_group"] != "")
    batch.stack_group = TRY(read_word(json, "stack_group"));
  return {};
}

CouponBatch read_batch(const store::Row& row, CouponBatch batch) {
  batch.id = row.text(0);
  batch.revision = row.integer(2);
  batch.codes = row.integer(3);
  batch.reserved = row.integer(4);
  batch.redeemed = row.integer(5);
  batch.discount_minor = row.integer(6);
  return batch;
}

constexpr std::string_view kSelect =
    "SELECT b.id, b.definition, b.revision, b.codes, "
    "(SELECT count(*) FROM loyalty_coupon_uses u WHERE u.programme = b.programme AND "
    "u.batch = b.id AND u.state = 1), "
    "(SELECT count(*) FROM loyalty_coupon_uses u WHERE u.programme = b.programme AND "
    "u.batch = b.id AND u.state = 2), "
    "CAST((SELECT COALESCE(sum(u.discount_minor), 0) FROM loyalty_coupon_uses u WHERE "
    "u.programme = b.programme AND u.batch = b.id AND u.state = 2) AS BIGINT) "
    "FROM loyalty_coupon_batches b WHERE b.programme = $1";

}  // namespace

Result<CouponBatch> batch_from_json(const Json& json, const Zone& zone) {
  if (!json.is_object()) return bad("a batch is an object", "");
  CouponBatch batch;
  batch.id = TRY(read_word(json, "id"));
  batch.name = TRY(read_name(json, "name"));
  TRY(read_worth(json, batch));
  batch.min_spend_minor = TRY(read_bounded(json, "min_spend_minor", 0, kMaxPoints));
  batch.valid = TRY(read_validity(json, zone));
  TRY(read_shared_code(json, batch));
  batch.per_person = TRY(read_bounded(json, "per_person", 0, kMaxPoints));
  TRY(read_product_rules(json, batch));
  batch.revision = TRY(json_integer_or(json, "revision", 0));
  return batch;
}

Json to_json(const CouponBatch& batch) {
  const auto kind =
      std::ranges::find(kKinds, batch.kind, &std::pair<CouponBatch::Kind, std::string_view>::first);
  Json json = {{"id", batch.id},
               {"name", batch.name},
               {"kind", kind->second},
               {"min_spend_minor", batch.min_spend_minor},
               {"from", format_instant(batch.valid.from)},
               {"to", format_instant(batch.valid.to)},
               {"shared_code", batch.shared_code},
               {"max_uses", batch.max_uses},
               {"per_person", batch.per_person},
               {"exclusive", batch.exclusive},
               {"stack_group", batch.stack_group},
               {"revision", batch.revision},
               {"codes", batch.codes},
               {"reserved", batch.reserved},
               {"redeemed", batch.redeemed},
               {"discount_minor", batch.discount_minor}};
  add_scope(json, batch);
  if (batch.kind == CouponBatch::Kind::kFixed) json["amount_minor"] = batch.amount_minor;
  if (batch.kind == CouponBatch::Kind::kPercent) {
    json["percent"] = batch.percent;
    json["max_minor"] = batch.max_minor;
  }
  return json;
}

Result<std::optional<CouponBatch>> find_batch(store::Connection& c, const Programme& programme,
                                              std::string_view id) {
  const auto row =
      TRY(c.query_one(std::string(kSelect) + " AND b.id = $2", {programme.id, std::string(id)}));
  if (!row) return std::nullopt;
  return read_batch(*row, TRY(batch_from_json(TRY(parse_json(row->text(1))), programme.zone)));
}

Result<std::optional<CouponBatch>> find_terms(store::Connection& c, const Programme& programme,
                                              std::string_view id) {
  const auto row = TRY(
      c.query_one("SELECT definition FROM loyalty_coupon_batches WHERE programme = $1 AND id = $2",
                  {programme.id, std::string(id)}));
  if (!row) return std::nullopt;
  return TRY(batch_from_json(TRY(parse_json(row->text(0))), programme.zone));
}

Result<std::vector<CouponBatch>> list_batches(store::Connection& c, const Programme& programme) {
  std::vector<CouponBatch> batches;
  for (const auto& row :
       TRY(c.query(std::string(kSelect) + " ORDER BY b.created_ms DESC, b.id", {programme.id}))) {
    batches.push_back(
        read_batch(row, TRY(batch_from_json(TRY(parse_json(row.text(1))), programme.zone))));
  }
  return batches;
}

Result<CouponBatch> save_batch(store::Connection& c, const Programme& programme, CouponBatch batch,
                               Instant now) {
  const auto before = TRY(find_batch(c, programme, batch.id));
  if ((before ? before->revision : 0) != batch.revision) {
    return fail(Code::kConflict, "the batch was changed meanwhile", "revision",
                "read it again and repeat the change");
  }
  if (before && before->shared_code != batch.shared_code)
    return fail(Code::kConflict, "the code of a batch stays what it is", "shared_code");
  if (!before) {
    const auto count = TRY(c.query_one(
        "SELECT count(*) FROM loyalty_coupon_batches WHERE programme = $1", {programme.id}));
    if (count->integer(0) >= static_cast<int64_t>(kMaxBatches))
      return fail(Code::kTooLarge, "there are 1,000 batches already", "id");
  }
  ++batch.revision;
  TRY(c.execute(
      "INSERT INTO loyalty_coupon_batches (programme, id, definition, revision, codes, "
      "created_ms) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (programme, id) DO UPDATE SET "
      "definition = excluded.definition, revision = excluded.revision",
      {programme.id, batch.id, to_text(to_json(batch)), batch.revision,
       int64_t{!batch.shared_code.empty()}, to_millis(now)}));
  if (!batch.shared_code.empty()) {
    const int64_t most = batch.max_uses == 0 ? INT64_MAX : batch.max_uses;
    // The number of uses may go below those that were made: then there are none left.
    const int64_t changed =
        TRY(c.execute("INSERT INTO loyalty_coupons (programme, code, batch, max_uses, uses) "
                      "VALUES ($1, $2, $3, $4, 0) ON CONFLICT (programme, code) DO UPDATE SET "
                      "max_uses = excluded.max_uses WHERE loyalty_coupons.batch = excluded.batch",
                      {programme.id, batch.shared_code, batch.id, most}));
    if (changed == 0) return fail(Code::kConflict, "another batch has this code", "shared_code");
  }
  return *TRY(find_batch(c, programme, batch.id));
}

Result<std::vector<std::string>> make_codes(store::Connection& c, const Programme& programme,
                                            const CouponBatch& batch, int64_t count) {
  if (!batch.shared_code.empty())
    return fail(Code::kConflict, "the batch has one code for everybody", "batch");
  if (count < 1 || count > kMaxCodesAtOnce)
    return bad("is between 1 and " + std::to_string(kMaxCodesAtOnce), "count");
  static const std::vector<std::string_view> kColumns = {"programme", "code", "batch", "max_uses",
                                                         "uses"};
  std::vector<std::string> codes;
  std::vector<std::vector<Value>> rows;
  for (int64_t i = 0; i < count; ++i) {
    codes.push_back(new_code());
    rows.push_back({programme.id, codes.back(), batch.id, int64_t{1}, int64_t{0}});
  }
  // Two equal codes of 64 bits are a broken random source: the unique key refuses them.
  TRY(c.insert_many("loyalty_coupons", kColumns, rows));
  TRY(c.execute(
      "UPDATE loyalty_coupon_batches SET codes = codes + $3 WHERE programme = $1 AND id = $2",
      {programme.id, batch.id, count}));
  return codes;
}

}  // namespace perennial::loyalty
