#include "value/recommender_desk.h"

#include <algorithm>

#include "people/readers.h"
#include "timeline/timeline.h"
#include "value/interrupt.h"

namespace perennial::value {
namespace {

constexpr size_t kMovesAtOnce = 1'000;

bool goes_without(Code code) {
  return code == Code::kBusy || code == Code::kTimeout || code == Code::kTooLarge;
}

Json version_json(const Json& document) {
  return {{"version", document.at("version")}, {"trained_at", document.at("trained_at")},
          {"people", document.at("people")},   {"items", document.at("items")},
          {"used", document.at("used")},       {"faults", document.at("faults")}};
}

// On the thread of training alone, which lets others go first.
Recommender::Options options_of(const RecommenderSettings& settings, const std::stop_token& stop) {
  Recommender::Options options;
  options.threads = options.als.threads = 1;
  options.als.factors = settings.factors;
  options.als.stop = stop;
  return options;
}

}  // namespace

RecommenderDesk::RecommenderDesk(const ModelParts& parts)
    : parts_(parts),
      keeper_(parts, {.kind = kRecommenderKind,
                      .settings_name = "value.recommendations",
                      .model_from_json = recommender_model_from_json,
                      .settings_from_json = recommender_settings_from_json}) {}

Result<Shopping> RecommenderDesk::read(const std::stop_token& stop) {
  const access::Workspace workspace = parts_.settings.workspace();
  return read_shopping(*parts_.log, parts_.database, workspace.currency,
                       workspace.now(parts_.clock), workspace.calendar, stop);
}

Result<Recommender::Together> RecommenderDesk::together(const RecommenderSettings& wanted) {
  Recommender::Together all;
  if (wanted.groups.by == Grouping::kAll) return all;
  if (wanted.groups.by == Grouping::kSets)
    all.groups = std::make_shared<const Groups>(
        TRY(read_groups(parts_.database, parts_.resolve_set, wanted.groups)));
  const std::string trait = parts_.region_trait ? TRY(parts_.region_trait()) : "";
  all.places = std::make_shared<const Groups>(TRY(read_places(parts_.database, trait)));
  return all;
}

Result<std::vector<Brought>> RecommenderDesk::brought(uint64_t after_seq) {
  if (!parts_.brought) return std::vector<Brought>();
  return parts_.brought(after_seq);
}

Result<KnownOfPeople> RecommenderDesk::known(const RecommenderSettings& wanted, Instant cut,
                                             std::vector<Brought> around,
                                             const ProfilingWords& profiling,
                                             const std::stop_token& stop) {
  KnownOfPeople all;
  all.together = TRY(together(wanted));
  all.brought = std::move(around);
  if (parts_.likings_at) {
    auto likings = parts_.likings_at(cut, stop);
    // While the timeline is built, or where interests are more than can be read at once, the check
    // goes without them.
    if (!likings && (!goes_without(likings.error().code) || stop.stop_requested()))
      return std::unexpected(std::move(likings).error());
    if (likings) all.likings = std::move(*likings);
  }
  TRY(parts_.database.read([&](store::Connection& c) -> Result<void> {
    all.since = TRY(people::known_since(c));
    if (wanted.interest_trait.empty()) return {};
    return people::each_word_on(
        c, wanted.interest_trait, [&](PersonId person, const std::string& json, int64_t at_ms) {
          const auto value = parse_json(json);
          if (value)
            all.stated.push_back(
                {.person = person, .at_ms = at_ms, .likings = stated_likings(*value)});
        });
  }));
  const auto gone = [&](PersonId person) { return profiling.withdrew(person); };
  std::erase_if(all.brought, [&](const Brought& one) { return gone(one.by) || gone(one.whom); });
  std::erase_if(all.likings.rows, [&](const auto& row) { return gone(row.person); });
  std::erase_if(all.stated, [&](const Stated& one) { return gone(one.person); });
  return all;
}

Result<void> RecommenderDesk::train(const std::stop_token& stop) {
  if (parts_.log == nullptr)
    return fail(Code::kConflict, "there is no event log to read", "recommendations");
  const RecommenderSettings wanted = TRY(keeper_.settings());
  const Instant now = parts_.settings.workspace().now(parts_.clock);
  Shopping shopping = TRY(read(stop));
  if (shopping.bits.empty())
    return fail(Code::kInvalid, "nobody has bought or looked at an item yet", "recommendations",
                "send Order Completed with products, Order Line, or Product Viewed");
  auto around = TRY(brought(0));
  KnownOfPeople what = TRY(known(wanted, cut_of(wanted, now), around, shopping.profiling, stop));
  RecommenderModel model = check_recommender(shopping.catalogue, shopping.bits, what, now, wanted,
                                             options_of(wanted, stop));
  TRY(unless_stopped(stop));
  model.trained_at = parts_.clock();
  TRY(serve(std::move(shopping), model, std::move(what.together), std::move(around), now, stop));
  {
    std::shared_lock lock(mutex_);
    model.people = static_cast<int64_t>(serving_.recommender->people());
    model.items = static_cast<int64_t>(serving_.recommender->items_bought());
  }
  const Json document = to_json(model);
  return keeper_.keep(std::move(model), document);
}

Result<void> RecommenderDesk::serve(Shopping shopping, const RecommenderModel& model,
                                    Recommender::Together together, std::vector<Brought> around,
                                    Instant now, const std::stop_token& stop) {
  Recommender::Options with = options_of(model.settings, stop);
  with.factors = model.uses(Way::kFactors);
  Serving fresh{.recommender = std::make_shared<const Recommender>(Recommender::make(
                    shopping.catalogue, shopping.bits, std::move(together), now, with)),
                .catalogue = std::make_shared<const Catalogue>(std::move(shopping.catalogue)),
                .model = model,
                .seq = shopping.seq,
                .last_move = shopping.last_move,
                .demand = std::make_shared<const Demand>(std::move(shopping.demand)),
                .circles = std::make_shared<const Circles>(std::move(around), now),
                .profiling = std::make_shared<const ProfilingWords>(std::move(shopping.profiling))};
  TRY(unless_stopped(stop));
  std::unique_lock lock(mutex_);
  serving_ = std::move(fresh);
  more_.clear();
  return {};
}

Result<RecommenderSettings> RecommenderDesk::change_settings(const Json& body,
                                                             const http::Principal& actor) {
  const RecommenderSettings wanted = TRY(recommender_settings_from_json(body));
  const people::Mask mask = TRY(
      parts_.database.read([&](store::Connection& c) { return people::mask_of(c, actor.role); }));
  // Which items come first would tell of a field that this role sees in part.
  if (mask.hides(wanted.interest_trait) &&
      wanted.interest_trait != TRY(keeper_.settings()).interest_trait)
    return fail(Code::kForbidden, "your role sees this field of customers in part",
                "interest_trait", "ask an administrator");
  TRY(check_sets(wanted.groups, parts_.resolve_set, "popular_segments"));
  return keeper_.change_settings(body, actor);
}

Result<bool> RecommenderDesk::due(Instant at) {
  if (parts_.log == nullptr) return false;
  const RecommenderSettings wanted = TRY(keeper_.settings());
  if (!wanted.scheduled) return false;
  const auto newest = keeper_.newest();
  if (newest && at - newest->trained_at < std::chrono::days(wanted.retrain_days)) return false;
  // Without the timeline nobody knows what people like.
  if (parts_.timeline != nullptr && parts_.timeline->snapshot() == nullptr) return false;
  if (newest) return true;
  auto book = TRY(parts_.books.get());
  return static_cast<int64_t>(book->rows()) >= kMinCheckedPeople;
}

Result<bool> RecommenderDesk::news(Instant /*now*/) {
  if (parts_.log == nullptr || !keeper_.newest()) return false;
  std::shared_lock lock(mutex_);
  return serving_.recommender == nullptr || parts_.log->last_seq() > serving_.seq;
}

// What somebody did since: put before what was known, the oldest go.
void RecommenderDesk::add_bit(const Bit& bit) {
  auto& touches = more_[bit.person];
  const auto known = std::ranges::find(touches, bit.item, &Touch::item);
  Touch touch = known == touches.end() ? Touch{.item = bit.item} : *known;
  if (known != touches.end()) touches.erase(known);
  (bit.did == Did::kBought ? touch.bought : touch.viewed) = true;
  touch.liked |= bit.did != Did::kViewed;
  touch.at_ms = std::max(touch.at_ms, bit.at_ms);
  touch.strength += strength_of(bit.did, 0);
  touches.insert(touches.begin(), touch);
  if (touches.size() > kMaxNewTouches) touches.pop_back();
}

Result<void> RecommenderDesk::follow(const std::stop_token& stop) {
  const auto newest = keeper_.newest();
  if (parts_.log == nullptr || !newest) return {};
  Serving before;
  {
    std::shared_lock lock(mutex_);
    before = serving_;
  }
  if (before.recommender == nullptr) {
    const Instant now = parts_.settings.workspace().now(parts_.clock);
    Shopping shopping = TRY(read(stop));
    auto groups = TRY(together(newest->settings));
    auto around = TRY(brought(0));
    return serve(std::move(shopping), *newest, std::move(groups), std::move(around), now, stop);
  }
  // Whose an event is, the people stage must have decided.
  const auto reached =
      TRY(parts_.database.read([](store::Connection& c) { return people::reached(c); }));
  const uint64_t to = std::min(parts_.log->last_seq(), reached.applied_seq);
  if (to <= before.seq) return {};
  return follow_from(before, to);
}

Result<void> RecommenderDesk::follow_from(const Serving& before, uint64_t to) {
  const access::Workspace workspace = parts_.settings.workspace();
  const News news = TRY(read_news(*parts_.log, parts_.database, workspace.currency, before.seq, to,
                                  *before.catalogue));
  std::shared_ptr<Catalogue> changed;
  if (!news.said.empty()) {
    changed = std::make_shared<Catalogue>(*before.catalogue);
    for (const Said& said : news.said) changed->say(said.item, said.at_ms, said.facts);
  }
  std::shared_ptr<const Circles> circles;
  if (auto newly = TRY(brought(before.seq)); !newly.empty()) {
    newly.insert(newly.end(), before.circles->all().begin(), before.circles->all().end());
    circles = std::make_shared<const Circles>(std::move(newly), workspace.now(parts_.clock));
  }
  int64_t last_move = before.last_move;
  auto profiling = TRY(profiling_since(before, news.profiling, last_move));
  std::unique_lock lock(mutex_);
  if (serving_.recommender != before.recommender) return {};  // trained meanwhile
  for (const Bit& bit : news.bits) add_bit(bit);
  if (changed) serving_.catalogue = std::move(changed);
  if (circles) serving_.circles = std::move(circles);
  if (profiling) serving_.profiling = std::move(profiling);
  serving_.seq = to;
  serving_.last_move = last_move;
  return {};
}

Result<std::shared_ptr<const ProfilingWords>> RecommenderDesk::profiling_since(
    const Serving& before, std::span<const ProfilingWord> said, int64_t& last_move) {
  std::shared_ptr<ProfilingWords> words;
  const auto changed = [&]() -> ProfilingWords& {
    if (!words) words = std::make_shared<ProfilingWords>(*before.profiling);
    return *words;
  };
  // Whose the news are was read before the moves are: who said so may have been joined between.
  for (const ProfilingWord& one : said) changed().say(one.person, one.at_ms, one.withdrew);
  for (size_t read = kMovesAtOnce; read == kMovesAtOnce;) {
    const auto moves = TRY(parts_.database.read(
        [&](store::Connection& c) { return people::moves_after(c, last_move, kMovesAtOnce); }));
    read = moves.size();
    for (const people::Move& one : moves) {
      last_move = one.id;
      if (one.whole && one.from != 0) changed().move(one.from, one.into);
    }
  }
  return words;
}

Result<Json> RecommenderDesk::json(const Trainer::State& state) {
  Json answer = TRY(keeper_.head(state, version_json));
  answer.erase("scores");
  const auto newest = keeper_.newest();
  if (newest) answer["model"] = to_json(*newest);
  std::shared_lock lock(mutex_);
  answer["ready"] = serving_.recommender != nullptr;
  return answer;
}

std::string RecommenderDesk::interest_trait() {
  const auto newest = keeper_.newest();
  return newest ? newest->settings.interest_trait : RecommenderSettings{}.interest_trait;
}

RecommenderDesk::DemandOf RecommenderDesk::demand() {
  std::shared_lock lock(mutex_);
  return {serving_.demand, serving_.catalogue};
}

}  // namespace perennial::value
