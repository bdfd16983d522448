// The catalogue of rewards as JSON and in the database.
#include "loyalty/rewards.h"

#include <algorithm>
#include <array>

#include "loyalty/coupons.h"
#include "loyalty/fields.h"

namespace perennial::loyalty {
namespace {

constexpr std::array<std::pair<Reward::Kind, std::string_view>, 3> kKinds = {
    {{Reward::Kind::kGoods, "goods"},
     {Reward::Kind::kCoupon, "coupon"},
     {Reward::Kind::kBenefit, "benefit"}}};

std::unexpected<Error> bad(std::string message, std::string where) {
  return fail(Code::kInvalid, std::move(message), std::move(where));
}

Result<void> read_kind(const Json& json, Reward& reward) {
  const std::string word = TRY(json_string(json, "kind"));
  const auto kind =
      std::ranges::find(kKinds, word, &std::pair<Reward::Kind, std::string_view>::second);
  if (kind == kKinds.end()) return bad("is one of goods coupon benefit", "kind");
  reward.kind = kind->first;
  if (reward.kind == Reward::Kind::kCoupon) reward.batch = TRY(read_word(json, "batch"));
  return {};
}

Result<void> read_levels(const Json& json, Reward& reward) {
  if (!json.contains("levels") || json["levels"].is_null()) return {};
  if (!json["levels"].is_array() || json["levels"].size() > kMaxLevels)
    return bad("is a list of at most 50 codes of levels", "levels");
  for (const Json& level : json["levels"]) {
    if (!level.is_string()) return bad("is a list of codes of levels", "levels");
    reward.levels.push_back(level);
  }
  return {};
}

constexpr std::string_view kSelect =
    "SELECT r.definition, r.revision, r.taken, (SELECT count(*) FROM loyalty_redemptions d WHERE "
    "d.programme = r.programme AND d.reward = r.id AND d.state IN (2, 3)) FROM loyalty_rewards r "
    "WHERE r.programme = $1";

Result<Reward> read_reward(const store::Row& row, const Programme& programme) {
  Reward reward = TRY(reward_from_json(TRY(parse_json(row.text(0))), programme.zone));
  reward.revision = row.integer(1);
  reward.taken = row.integer(2);
  reward.to_fulfil = row.integer(3);
  return reward;
}

Result<void> check_names(store::Connection& c, const Programme& programme, const Reward& reward) {
  if (!reward.currency.empty()) {
    const Currency* currency = programme.find(reward.currency);
    if (!currency) return fail(Code::kNotFound, "there is no such currency", "currency");
    if (!currency->spendable)
      return fail(Code::kConflict, "these points cannot be spent", "currency");
  }
  if (reward.kind != Reward::Kind::kCoupon) return {};
  const auto batch = TRY(find_terms(c, programme, reward.batch));
  if (!batch) return fail(Code::kNotFound, "there is no such batch of coupons", "batch");
  if (!batch->shared_code.empty())
    return fail(Code::kConflict, "a reward needs a batch with a code for each", "batch");
  return {};
}

}  // namespace

Result<Reward> reward_from_json(const Json& json, const Zone& zone) {
  if (!json.is_object()) return bad("a reward is an object", "");
  Reward reward;
  reward.id = TRY(read_word(json, "id"));
  reward.name = TRY(read_name(json, "name"));
  reward.description = TRY(read_text(json, "description", kMaxDescriptionBytes, false));
  TRY(read_kind(json, reward));
  reward.product = TRY(read_text(json, "product", kMaxProductBytes, false));
  reward.currency = TRY(read_text(json, "currency", kMaxWordBytes, false));
  reward.points = TRY(read_bounded(json, "points", 0, kMaxPoints));
  reward.money_minor = TRY(read_bounded(json, "money_minor", 0, kMaxPoints));
  reward.stock = TRY(read_bounded(json, "stock", 0, kMaxPoints));
  reward.per_person = TRY(read_bounded(json, "per_person", 0, kMaxPoints));
  reward.every = TRY(read_every(json, "every"));
  reward.valid = TRY(read_validity(json, zone));
  TRY(read_levels(json, reward));
  reward.enabled = TRY(json_bool_or(json, "enabled", true));
  reward.revision = TRY(json_integer_or(json, "revision", 0));
  return reward;
}

Json to_json(const Reward& reward) {
  const auto kind =
      std::ranges::find(kKinds, reward.kind, &std::pair<Reward::Kind, std::string_view>::first);
  const auto left = reward.left();
  Json json = {{"id", reward.id},
               {"name", reward.name},
               {"description", reward.description},
               {"kind", kind->second},
               {"product", reward.product},
               {"currency", reward.currency},
               {"points", reward.points},
               {"money_minor", reward.money_minor},
               {"stock", reward.stock},
               {"per_person", reward.per_person},
               {"every", every_name(reward.every)},
               {"from", format_instant(reward.valid.from)},
               {"to", format_instant(reward.valid.to)},
               {"levels", reward.levels},
               {"enabled", reward.enabled},
               {"revision", reward.revision},
               {"taken", reward.taken},
               {"to_fulfil", reward.to_fulfil},
               {"left", left ? Json(*left) : Json()}};
  if (reward.kind == Reward::Kind::kCoupon) json["batch"] = reward.batch;
  return json;
}

Result<std::optional<Reward>> find_reward(store::Connection& c, const Programme& programme,
                                          std::string_view id) {
  const auto row =
      TRY(c.query_one(std::string(kSelect) + " AND r.id = $2", {programme.id, std::string(id)}));
  if (!row) return std::nullopt;
  return TRY(read_reward(*row, programme));
}

Result<std::vector<Reward>> list_rewards(store::Connection& c, const Programme& programme) {
  std::vector<Reward> rewards;
  for (const auto& row :
       TRY(c.query(std::string(kSelect) + " ORDER BY r.created_ms DESC, r.id", {programme.id})))
    rewards.push_back(TRY(read_reward(row, programme)));
  return rewards;
}

Result<Reward> save_reward(store::Connection& c, const Programme& programme, Reward reward,
                           Instant now) {
  TRY(check_names(c, programme, reward));
  const auto before =
      TRY(c.query_one("SELECT revision FROM loyalty_rewards WHERE programme = $1 AND id = $2",
                      {programme.id, reward.id}));
  if ((before ? before->integer(0) : 0) != reward.revision) {
    return fail(Code::kConflict, "the reward was changed meanwhile", "revision",
                "read it again and repeat the change");
  }
  if (!before) {
    const auto count = TRY(
        c.query_one("SELECT count(*) FROM loyalty_rewards WHERE programme = $1", {programme.id}));
    if (count->integer(0) >= static_cast<int64_t>(kMaxRewards))
      return fail(Code::kTooLarge, "there are 1,000 rewards already", "id");
  }
  ++reward.revision;
  // The stock may go below what was taken: then nothing is left.
  TRY(c.execute(
      "INSERT INTO loyalty_rewards (programme, id, definition, revision, stock, taken, created_ms) "
      "VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (programme, id) DO UPDATE SET "
      "definition = excluded.definition, revision = excluded.revision, stock = excluded.stock",
      {programme.id, reward.id, to_text(to_json(reward)), reward.revision,
       reward.stock == 0 ? INT64_MAX : reward.stock, to_millis(now)}));
  return *TRY(find_reward(c, programme, reward.id));
}

}  // namespace perennial::loyalty
