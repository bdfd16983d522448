#include "value/recommender_desk.h"

#include <algorithm>

#include "people/readers.h"
#include "value/interrupt.h"

namespace perennial::value {
namespace {

Json version_json(const Json& document) {
  return {{"version", document.at("version")}, {"trained_at", document.at("trained_at")},
          {"people", document.at("people")},   {"items", document.at("items")},
          {"used", document.at("used")},       {"faults", document.at("faults")}};
}

Json item_json(const Item& item) {
  return {{"id", item.id},
          {"name", item.name},
          {"category", item.category},
          {"price_minor", item.price_minor < 0 ? Json(nullptr) : Json(item.price_minor)}};
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

Result<void> RecommenderDesk::train(const std::stop_token& stop) {
  if (parts_.log == nullptr)
    return fail(Code::kConflict, "there is no event log to read", "recommendations");
  const RecommenderSettings wanted = TRY(keeper_.settings());
  const access::Workspace workspace = parts_.settings.workspace();
  const Instant now = workspace.now(parts_.clock);
  Shopping shopping = TRY(read_shopping(*parts_.log, parts_.database, workspace.currency,
                                        workspace.now(parts_.clock), workspace.calendar, stop));
  if (shopping.bits.empty())
    return fail(Code::kInvalid, "nobody has bought or looked at an item yet", "recommendations",
                "send Order Completed with products, Order Line, or Product Viewed");
  const auto groups = std::make_shared<const Groups>(
      TRY(read_groups(parts_.database, parts_.resolve_set, wanted.groups)));
  RecommenderModel model = check_recommender(shopping.catalogue, shopping.bits, groups, now, wanted,
                                             options_of(wanted, stop));
  TRY(unless_stopped(stop));
  model.trained_at = parts_.clock();
  TRY(serve(std::move(shopping), model, groups, now, stop));
  {
    std::shared_lock lock(mutex_);
    model.people = static_cast<int64_t>(serving_.recommender->people());
    model.items = static_cast<int64_t>(serving_.recommender->items_bought());
  }
  const Json document = to_json(model);
  return keeper_.keep(std::move(model), document);
}

Result<void> RecommenderDesk::serve(Shopping shopping, const RecommenderModel& model,
                                    std::shared_ptr<const Groups> groups, Instant now,
                                    const std::stop_token& stop) {
  Recommender::Options with = options_of(model.settings, stop);
  with.factors = model.used == Way::kFactors;
  const size_t items = shopping.catalogue.size();
  Serving fresh{.recommender = std::make_shared<const Recommender>(
                    Recommender::make(items, shopping.bits, std::move(groups), now, with)),
                .catalogue = std::make_shared<const Catalogue>(std::move(shopping.catalogue)),
                .model = model,
                .seq = shopping.seq,
                .demand = std::make_shared<const Demand>(std::move(shopping.demand))};
  TRY(unless_stopped(stop));
  std::unique_lock lock(mutex_);
  serving_ = std::move(fresh);
  more_.clear();
  return {};
}

Result<RecommenderSettings> RecommenderDesk::change_settings(const Json& body,
                                                             const http::Principal& actor) {
  const RecommenderSettings wanted = TRY(recommender_settings_from_json(body));
  TRY(check_sets(wanted.groups, parts_.resolve_set, "popular_segments"));
  return keeper_.change_settings(body, actor);
}

Result<bool> RecommenderDesk::due(Instant at) {
  if (parts_.log == nullptr) return false;
  const RecommenderSettings wanted = TRY(keeper_.settings());
  if (!wanted.scheduled) return false;
  const auto newest = keeper_.newest();
  if (newest) return at - newest->trained_at >= std::chrono::days(wanted.retrain_days);
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
  touch.at_ms = std::max(touch.at_ms, bit.at_ms);
  touch.strength += strength_of(bit.did, 0);
  touches.insert(touches.begin(), touch);
  if (touches.size() > kMaxNewTouches) touches.pop_back();
}

Result<void> RecommenderDesk::follow(const std::stop_token& stop) {
  const auto newest = keeper_.newest();
  if (parts_.log == nullptr || !newest) return {};
  const access::Workspace workspace = parts_.settings.workspace();
  Serving before;
  {
    std::shared_lock lock(mutex_);
    before = serving_;
  }
  if (before.recommender == nullptr) {
    Shopping shopping = TRY(read_shopping(*parts_.log, parts_.database, workspace.currency,
                                          workspace.now(parts_.clock), workspace.calendar, stop));
    const auto groups = std::make_shared<const Groups>(
        TRY(read_groups(parts_.database, parts_.resolve_set, newest->settings.groups)));
    return serve(std::move(shopping), *newest, groups, workspace.now(parts_.clock), stop);
  }
  // Whose an event is, the people stage must have decided.
  const auto reached =
      TRY(parts_.database.read([](store::Connection& c) { return people::reached(c); }));
  const uint64_t to = std::min(parts_.log->last_seq(), reached.applied_seq);
  if (to <= before.seq) return {};
  const News news = TRY(read_news(*parts_.log, parts_.database, workspace.currency, before.seq, to,
                                  *before.catalogue));
  std::shared_ptr<Catalogue> changed;
  if (!news.said.empty()) {
    changed = std::make_shared<Catalogue>(*before.catalogue);
    for (const Said& said : news.said) changed->say(said.item, said.at_ms, said.facts);
  }
  std::unique_lock lock(mutex_);
  if (serving_.recommender != before.recommender) return {};  // trained meanwhile
  for (const Bit& bit : news.bits) add_bit(bit);
  if (changed) serving_.catalogue = std::move(changed);
  serving_.seq = to;
  return {};
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

Result<Wish> RecommenderDesk::wish_of(const Json& body) {
  const auto newest = keeper_.newest();
  const RecommenderSettings settings = newest ? newest->settings : RecommenderSettings{};
  Wish request{.repeat = settings.repeat, .per_category = settings.per_category};
  const auto whole = [&](const char* name, int64_t fallback, int64_t low,
                         int64_t high) -> Result<int64_t> {
    const int64_t value = TRY(json_integer_or(body, name, fallback));
    if (value < low || value > high)
      return fail(Code::kInvalid,
                  "must be from " + std::to_string(low) + " to " + std::to_string(high), name);
    return value;
  };
  constexpr int64_t kMost = 1'000'000'000'000;
  request.limit = static_cast<size_t>(TRY(whole("limit", 10, 1, kMaxRecommended)));
  request.in_stock = TRY(json_bool_or(body, "in_stock", request.in_stock));
  request.repeat = TRY(json_bool_or(body, "repeat", request.repeat));
  request.region = TRY(json_string_or(body, "region", ""));
  if (body.contains("price_from")) request.price_from = TRY(whole("price_from", 0, 0, kMost));
  if (body.contains("price_to")) request.price_to = TRY(whole("price_to", 0, 0, kMost));
  request.per_category = static_cast<size_t>(
      TRY(whole("per_category", static_cast<int64_t>(request.per_category), 0, kMaxRecommended)));
  if (request.price_to >= 0 && request.price_to < request.price_from)
    return fail(Code::kInvalid, "must not be below price_from", "price_to");
  return request;
}

Result<PersonId> RecommenderDesk::person_of(const Json& body) {
  const std::string user = TRY(json_string_or(body, "user_id", ""));
  const std::string visitor = TRY(json_string_or(body, "anonymous_id", ""));
  if (!people::names_somebody(user) && !people::names_somebody(visitor))
    return fail(Code::kInvalid, "nobody is named", "user_id",
                "send user_id or anonymous_id, neither empty nor a placeholder");
  const auto person = TRY(parts_.database.read(
      [&](store::Connection& c) { return people::resolve(c, user, visitor); }));
  return person.value_or(0);  // nobody knows them yet: what is popular
}

// What answers was made before: what an erased person did counts for the others until the next
// training, and is shown to nobody.
Result<PersonId> RecommenderDesk::shown(PersonId person) {
  const auto erased = TRY(parts_.database.read(
      [&](store::Connection& c) { return people::erased_among(c, std::span(&person, 1)); }));
  return erased.empty() ? person : PersonId{0};
}

RecommenderDesk::Looked RecommenderDesk::look(PersonId person) {
  std::shared_lock lock(mutex_);
  Looked found{{serving_.recommender, serving_.catalogue, {.used = serving_.model.used}}, {}};
  if (const auto more = more_.find(person); more != more_.end()) found.more = more->second;
  return found;
}

Result<Json> RecommenderDesk::recommend(PersonId person, const Wish& request, For whom) {
  person = TRY(shown(person));
  const auto [serving, more] = look(person);
  const std::string currency = parts_.settings.workspace().currency;
  if (!serving.recommender)
    return Json{{"currency", currency},
                {"way", nullptr},
                {"items", Json::array()},
                {"recently_viewed", Json::array()}};
  const Catalogue& catalogue = *serving.catalogue;
  const std::string group(serving.recommender->group_of(person));
  Json items = Json::array(), viewed = Json::array();
  for (const Recommended& one :
       serving.recommender->recommend(person, serving.model.used, request, catalogue, more)) {
    Json row = item_json(catalogue.item(one.item));
    const bool with =
        one.why.kind == Because::Kind::kBoughtWith || one.why.kind == Because::Kind::kViewedWith;
    row["reason"] = {{"kind", reason_name(one.why.kind)},
                     {"item", with ? item_json(catalogue.item(one.why.item)) : Json(nullptr)}};
    if (whom == For::kConsole && one.why.kind == Because::Kind::kPopularIn)
      row["reason"]["group"] = group;
    items.push_back(std::move(row));
  }
  const auto add_viewed = [&](std::span<const Touch> touches) {
    for (const Touch& touch : touches) {
      if (viewed.size() == kMaxRecentlyViewed) return;
      if (!touch.viewed || touch.bought) continue;
      Json row = item_json(catalogue.item(touch.item));
      if (std::ranges::find(viewed, row) == viewed.end()) viewed.push_back(std::move(row));
    }
  };
  add_viewed(more);
  add_viewed(serving.recommender->history(person));
  return Json{{"currency", currency},
              {"way", way_name(serving.model.used)},
              {"items", std::move(items)},
              {"recently_viewed", std::move(viewed)}};
}

Result<std::vector<Suited>> RecommenderDesk::suited(PersonId person,
                                                    std::span<const std::string> products) {
  person = TRY(shown(person));
  const auto [serving, more] = look(person);
  if (!serving.recommender || (more.empty() && !serving.recommender->knows(person)))
    return std::vector<Suited>();
  const Catalogue& catalogue = *serving.catalogue;
  Wish wanted = TRY(wish_of(Json::object()));
  wanted.per_category = 0;
  wanted.among.emplace();
  for (const std::string& product : products.first(std::min(products.size(), kMaxSuited))) {
    if (const auto item = catalogue.find(product)) wanted.among->push_back(*item);
  }
  wanted.limit = wanted.among->size();
  const auto named = [&](uint32_t i) {
    const Item& item = catalogue.item(i);
    return item.name.empty() ? item.id : item.name;
  };
  std::vector<Suited> list;
  for (const Recommended& one :
       serving.recommender->recommend(person, serving.model.used, wanted, catalogue, more)) {
    const bool with =
        one.why.kind == Because::Kind::kBoughtWith || one.why.kind == Because::Kind::kViewedWith;
    list.push_back({.product = catalogue.item(one.item).id,
                    .reason = std::string(reason_name(one.why.kind)),
                    .with = with ? named(one.why.item) : ""});
  }
  return list;
}

Result<std::vector<std::string>> RecommenderDesk::names(PersonId person) {
  std::vector<std::string> names;
  const Json answer = TRY(recommend(person, TRY(wish_of(Json::object()))));
  for (const Json& item : answer.at("items")) {
    std::string name = item.at("name");
    names.push_back(name.empty() ? item.at("id").get<std::string>() : std::move(name));
  }
  return names;
}

RecommenderDesk::DemandOf RecommenderDesk::demand() {
  std::shared_lock lock(mutex_);
  return {serving_.demand, serving_.catalogue};
}

}  // namespace perennial::value
