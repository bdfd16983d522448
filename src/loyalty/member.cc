// What a customer sees, and the link to it.
#include "loyalty/member.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/signed_token.h"

namespace perennial::loyalty {
namespace {

constexpr std::string_view kPurpose = "member";
constexpr int64_t kMaxRedemptionsShown = 20;

std::optional<int64_t> integer(std::string_view text) {
  int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return {};
  return value;
}

MemberBalance balance_of(const Currency& currency, const Statement& statement) {
  MemberBalance one{.code = currency.code,
                    .name = currency.name,
                    .spendable = currency.spendable,
                    .points = statement.balance.shown(currency),
                    .pending = statement.balance.pending};
  const auto steps = std::max<Points>(statement.balance.available, 0) / currency.spend_points;
  if (currency.spendable && currency.spend_minor > 0 &&
      steps <= kMaxPoints / currency.spend_minor) {
    one.pays_minor = steps * currency.spend_minor;
    one.pays_percent = currency.spend_max_percent;
  }
  for (const OpenLot& lot : statement.lots) {
    if (!lot.active || !lot.expires_at || lot.open == 0) continue;
    if (!one.expires_at || *lot.expires_at < *one.expires_at) {
      one.expires_at = lot.expires_at;
      one.expiring = 0;
    }
    if (lot.expires_at == one.expires_at) one.expiring += lot.open;
  }
  return one;
}

Result<void> add_level(store::Connection& c, const Programme& programme, PersonId person,
                       MemberView& view) {
  const Levels levels = TRY(find_levels(c, programme));
  if (!levels.on()) return {};
  const auto name = [&](const std::string& code) {
    const auto found = std::ranges::find(levels.levels, code, &Level::code);
    return found == levels.levels.end() ? "" : found->name;
  };
  view.measured = levels.measure;
  const auto member = TRY(find_member(c, programme, person));
  if (!member || member->standing.level.empty()) {
    view.level = levels.levels.front().name;
    view.next_level = levels.levels[1].name;
    view.missing = levels.levels[1].threshold;
    return {};
  }
  const Standing& standing = member->standing;
  view.level = name(standing.level);
  view.next_level = name(standing.next_level);
  view.missing = standing.missing;
  view.measure = standing.measure;
  if (standing.valid_ms < kNever) view.level_until = from_millis(standing.valid_ms);
  return {};
}

// Whether the person has the points.
std::string affordable(const Programme& programme, const MemberView& view, std::string currency,
                       Points price) {
  if (currency.empty()) currency = programme.currencies.front().code;
  const auto has = std::ranges::find(view.balances, currency, &MemberBalance::code);
  return has != view.balances.end() && has->points >= price ? "" : "not_enough_points";
}

Result<void> add_mall(store::Connection& c, const Programme& programme, PersonId person,
                      Instant now, MemberView& view) {
  for (Reward& reward : TRY(list_rewards(c, programme))) {
    if (!reward.enabled || now < reward.valid.from || now >= reward.valid.to) continue;
    // A money part is paid in the shop's checkout.
    std::string refusal = TRY(refused_reward(c, programme, reward, person, now)).code;
    if (refusal.empty() && reward.left() == 0) refusal = "out_of_stock";
    if (refusal.empty()) refusal = affordable(programme, view, reward.currency, reward.points);
    view.rewards.push_back({std::move(reward), refusal});
  }
  for (Draw& draw : TRY(list_draws(c, programme))) {
    if (!draw.enabled || now < draw.valid.from || now >= draw.valid.to) continue;
    std::string refusal = TRY(refused_draw(c, programme, draw, person, now)).code;
    if (refusal.empty()) refusal = affordable(programme, view, draw.currency, draw.price);
    view.draws.push_back({std::move(draw), refusal});
  }
  return {};
}

Result<void> add_referral(store::Connection& c, const Programme& programme, PersonId person,
                          Instant now, MemberView& view) {
  const auto versions = TRY(referral_versions(c, programme));
  const ReferralTerms* terms = terms_at(versions, to_millis(now));
  if (!terms) return {};
  view.referral_code = TRY(find_referral_code(c, programme, person));
  view.referral_link = referral_link(*terms, view.referral_code);
  view.referral = TRY(sum_referrals(c, programme, person, now));
  return {};
}

MemberStreak streak_of(const Rule& rule, const Streak& state, const std::string& today) {
  MemberStreak streak{
      .rule = rule.id, .name = rule.name, .days = state.days, .today = state.last_day == today};
  // Within the cycle: the day after its last one is its first again.
  const int64_t place = rule.streak_cycle > 0 ? streak.days % rule.streak_cycle : streak.days;
  for (const StreakReward& reward : rule.streak) {
    if (reward.days <= place) continue;
    if (streak.next_days != 0 && reward.days >= streak.next_days) continue;
    streak.next_days = reward.days;
    streak.next_points = reward.points;
  }
  return streak;
}

// Worked out as of now: what was kept of the member may be of a period that is over.
Result<void> add_tasks(store::Connection& c, const Programme& programme, PersonId person,
                       Instant now, MemberView& view) {
  if (!programme.takes_events) return {};
  const Terms terms = TRY(terms_of(c, programme));
  if (std::ranges::none_of(
          terms.rules, [](const Rule& rule) { return rule.is_mission() || !rule.streak.empty(); }))
    return {};
  auto known = TRY(load_known(c, programme, terms.levels, std::span(&person, 1)));
  const Replay replay = loyalty::replay(programme, terms.rules, terms.levels, known.front().traits,
                                        std::move(known.front().facts), to_millis(now));
  const auto today =
      programme.calendar().label(Period::kDay, programme.calendar().start_of(Period::kDay, now));
  for (const Rule& rule : newest(terms.rules)) {
    for (const Mission& mission : replay.missions) {
      if (mission.rule != rule.id || mission.done.size() != rule.tasks.size()) continue;
      view.missions.push_back({.rule = rule.id, .name = rule.name, .complete = mission.complete});
      for (size_t i = 0; i < rule.tasks.size(); ++i) {
        const Task& task = rule.tasks[i];
        view.missions.back().tasks.push_back(
            {task.event, mission.complete ? task.times : mission.done[i], task.times});
      }
    }
    for (const Streak& streak : replay.streaks) {
      if (streak.rule == rule.id) view.streaks.push_back(streak_of(rule, streak, today));
    }
  }
  return {};
}

}  // namespace

std::string sign_member_link(const MemberLink& link, std::string_view secret) {
  return sign_token(
      kPurpose,
      link.programme + " " + std::to_string(link.person) + " " + std::to_string(link.until_ms),
      secret);
}

std::optional<MemberLink> read_member_link(std::string_view token, std::string_view secret) {
  const auto said = read_token(kPurpose, token, secret);
  if (!said) return {};
  const size_t first = said->find(' ');
  const size_t second = first == said->npos ? first : said->find(' ', first + 1);
  if (second == said->npos) return {};
  const std::string_view text = *said;
  const auto person = integer(text.substr(first + 1, second - first - 1));
  const auto until = integer(text.substr(second + 1));
  if (!person || !until) return {};
  return MemberLink{std::string(text.substr(0, first)), *person, *until};
}

Result<MemberView> member_view(store::Connection& c, const Programme& programme, PersonId person,
                               Instant now, const Sets& sets) {
  MemberView view;
  for (const Currency& currency : programme.currencies) {
    view.balances.push_back(
        balance_of(currency, TRY(balance_now(c, programme, currency, person, now))));
  }
  TRY(add_level(c, programme, person, view));
  TRY(add_mall(c, programme, person, now, view));
  TRY(add_referral(c, programme, person, now, view));
  TRY(add_tasks(c, programme, person, now, view));
  view.prices =
      TRY(rules_for(c, programme, TRY(list_price_rules(c, programme)), sets, person, now));
  for (OwnedCoupon& coupon : TRY(coupons_of(c, programme, person))) {
    if (!coupon.used && now < coupon.batch.valid.to) view.coupons.push_back(std::move(coupon));
  }
  view.redemptions =
      TRY(list_redemptions(c, programme, {.person = person, .limit = kMaxRedemptionsShown}, now))
          .redemptions;
  view.lines = TRY(statement(c, programme, programme.currencies.front(), person, now)).lines;
  std::ranges::reverse(view.lines);
  if (view.lines.size() > kMaxMemberLines) view.lines.resize(kMaxMemberLines);
  return view;
}

std::vector<std::string> products_to_take(const MemberView& view) {
  std::vector<std::string> products;
  for (const MemberReward& one : view.rewards) {
    if (one.refusal.empty() && !one.reward.product.empty()) products.push_back(one.reward.product);
  }
  std::ranges::sort(products);
  products.erase(std::ranges::unique(products).begin(), products.end());
  return products;
}

void put_forward(MemberView& view, std::span<const Suited> suited) {
  std::multimap<std::string, size_t> of_product;  // equal ones stay in the catalogue's order
  for (size_t i = 0; i < view.rewards.size(); ++i) {
    const MemberReward& one = view.rewards[i];
    if (one.refusal.empty() && !one.reward.product.empty())
      of_product.emplace(one.reward.product, i);
  }
  std::vector<size_t> order;
  for (const Suited& one : suited) {
    const auto [first, last] = of_product.equal_range(one.product);
    for (auto place = first; place != last && order.size() < kMaxPutForward; ++place) {
      view.rewards[place->second].suits = one;
      order.push_back(place->second);
    }
    of_product.erase(one.product);
  }
  for (size_t i = 0; i < view.rewards.size(); ++i) {
    if (!view.rewards[i].suits) order.push_back(i);
  }
  std::vector<MemberReward> rewards;
  for (const size_t i : order) rewards.push_back(std::move(view.rewards[i]));
  view.rewards = std::move(rewards);
}

namespace {

Json reward_json(const MemberReward& one) {
  const auto left = one.reward.left();
  Json reason;
  if (one.suits) reason = {{"kind", one.suits->reason}, {"with", one.suits->with}};
  return {{"id", one.reward.id},
          {"name", one.reward.name},
          {"description", one.reward.description},
          {"product", one.reward.product},
          {"points", one.reward.points},
          {"money_minor", one.reward.money_minor},
          {"left", left ? Json(*left) : Json()},
          {"refusal", one.refusal},
          {"suits_you", one.suits.has_value()},
          {"reason", std::move(reason)}};
}

void add_tasks(Json& json, const MemberView& view) {
  for (const MemberMission& one : view.missions) {
    Json tasks = Json::array();
    for (const auto& task : one.tasks)
      tasks.push_back({{"event", task.event}, {"done", task.done}, {"times", task.times}});
    json["missions"].push_back({{"rule", one.rule},
                                {"name", one.name},
                                {"tasks", std::move(tasks)},
                                {"complete", one.complete}});
  }
  for (const MemberStreak& one : view.streaks) {
    json["streaks"].push_back({{"rule", one.rule},
                               {"name", one.name},
                               {"days", one.days},
                               {"today", one.today},
                               {"next_days", one.next_days},
                               {"next_points", one.next_points}});
  }
  for (const PriceRule& one : view.prices) {
    json["prices"].push_back({{"name", one.name},
                              {"percent", one.percent},
                              {"amount_minor", one.amount_minor},
                              {"until", format_instant(one.valid.to)}});
  }
}

}  // namespace

Json to_json(const MemberView& view) {
  const auto time = [](const std::optional<Instant>& at) {
    return at ? Json(format_instant(*at)) : Json();
  };
  Json json = {{"balances", Json::array()},     {"level", view.level},
               {"next_level", view.next_level}, {"missing", view.missing},
               {"measure", view.measure},       {"level_until", time(view.level_until)},
               {"rewards", Json::array()},      {"draws", Json::array()},
               {"coupons", Json::array()},      {"redemptions", Json::array()},
               {"missions", Json::array()},     {"streaks", Json::array()},
               {"prices", Json::array()},       {"history", Json::array()}};
  json["referral"] = Json();
  if (!view.referral_code.empty()) {
    json["referral"] = {{"code", view.referral_code},
                        {"link", view.referral_link},
                        {"friends", view.referral.rewarded},
                        {"points", view.referral.referrer_points}};
  }
  for (const MemberBalance& one : view.balances) {
    json["balances"].push_back({{"currency", one.code},
                                {"name", one.name},
                                {"spendable", one.spendable},
                                {"points", one.points},
                                {"pending", one.pending},
                                {"pays_minor", one.pays_minor},
                                {"pays_percent", one.pays_percent},
                                {"expiring", one.expiring},
                                {"expires_at", time(one.expires_at)}});
  }
  for (const MemberReward& one : view.rewards) json["rewards"].push_back(reward_json(one));
  for (const MemberDraw& one : view.draws) {
    json["draws"].push_back({{"id", one.draw.id},
                             {"name", one.draw.name},
                             {"price", one.draw.price},
                             {"seed_hash", one.draw.seed_hash},
                             {"refusal", one.refusal}});
  }
  for (const OwnedCoupon& one : view.coupons) {
    json["coupons"].push_back({{"code", one.code},
                               {"name", one.batch.name},
                               {"until", format_instant(one.batch.valid.to)}});
  }
  for (const Redemption& one : view.redemptions) {
    json["redemptions"].push_back({{"reward", one.reward},
                                   {"state", state_name(one.state)},
                                   {"code", one.code},
                                   {"points", one.points},
                                   {"at", format_instant(one.at)}});
  }
  add_tasks(json, view);
  for (const StatementLine& line : view.lines) {
    json["history"].push_back({{"at", format_instant(line.at)},
                               {"kind", kind_name(line.kind)},
                               {"amount", line.amount},
                               {"available", line.after.available}});
  }
  return json;
}

}  // namespace perennial::loyalty
