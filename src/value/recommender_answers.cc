// What recommendations answer: who is asked for, what is known of them now, and why each item.
#include <algorithm>

#include "people/readers.h"
#include "value/recommender_desk.h"
#include "value/settings_json.h"

namespace perennial::value {
namespace {

Json item_json(const Item& item) {
  return {{"id", item.id},
          {"name", item.name},
          {"category", item.category},
          {"price_minor", item.price_minor < 0 ? Json(nullptr) : Json(item.price_minor)}};
}

const std::string& name_of(const Item& item) { return item.name.empty() ? item.id : item.name; }

Json text_json(Because::Kind kind, std::string_view of) {
  const ReasonText text = reason_text(kind, of);
  return {{"en", text.en}, {"zh", text.zh}};
}

// Null where the person has none.
Result<Json> trait_of(store::Connection& c, PersonId person, const std::string& trait) {
  Json value;
  if (trait.empty()) return value;
  TRY(people::each_traits_of(c, std::span(&person, 1), [&](PersonId, const std::string& traits) {
    value = people::trait_in(traits, trait);
  }));
  return value;
}

}  // namespace

Result<Wish> RecommenderDesk::wish_of(const Json& body) {
  const auto newest = keeper_.newest();
  const RecommenderSettings settings = newest ? newest->settings : RecommenderSettings{};
  Wish request{.repeat = settings.repeat, .per_category = settings.per_category};
  constexpr int64_t kMost = 1'000'000'000'000;
  request.limit = static_cast<size_t>(TRY(whole_in(body, "limit", 10, 1, kMaxRecommended)));
  request.in_stock = TRY(json_bool_or(body, "in_stock", request.in_stock));
  request.repeat = TRY(json_bool_or(body, "repeat", request.repeat));
  request.region = TRY(json_string_or(body, "region", ""));
  if (body.contains("price_from"))
    request.price_from = TRY(whole_in<int64_t>(body, "price_from", 0, 0, kMost));
  if (body.contains("price_to"))
    request.price_to = TRY(whole_in<int64_t>(body, "price_to", 0, 0, kMost));
  request.per_category = static_cast<size_t>(TRY(whole_in(
      body, "per_category", static_cast<int64_t>(request.per_category), 0, kMaxRecommended)));
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
// training, but not for those around, and is shown to nobody.
Result<RecommenderDesk::Looked> RecommenderDesk::look(PersonId person) {
  Looked found;
  {
    std::shared_lock lock(mutex_);
    found.serving = {.recommender = serving_.recommender,
                     .catalogue = serving_.catalogue,
                     .model = {.all = {.used = serving_.model.all.used},
                               .newcomers = {.used = serving_.model.newcomers.used},
                               .blend = serving_.model.blend},
                     .circles = serving_.circles,
                     .profiling = serving_.profiling};
    if (const auto more = more_.find(person); more != more_.end()) found.more = more->second;
  }
  if (!found.serving.recommender || person == 0) return found;
  const ProfilingWords& profiling = *found.serving.profiling;
  if (!profiling.withdrew(person)) found.around = found.serving.circles->around(person);
  std::vector<PersonId> asked = {person};
  for (const Near& one : found.around) {
    asked.push_back(one.person);
    if (one.via != 0) asked.push_back(one.via);
  }
  std::ranges::sort(asked);
  const auto again = std::ranges::unique(asked);
  asked.erase(again.begin(), again.end());
  found.trait = interest_trait();
  Json stated;
  auto there = TRY(parts_.database.read([&](store::Connection& c) -> Result<std::vector<PersonId>> {
    stated = TRY(trait_of(c, person, found.trait));
    return people::present_among(c, asked);
  }));
  std::ranges::sort(there);
  const auto counts = [&](PersonId one) {
    return std::ranges::binary_search(there, one) && !profiling.withdrew(one);
  };
  if (!counts(person)) return Looked{.serving = found.serving};
  found.person = person;
  std::erase_if(found.around, [&](const Near& one) {
    return !counts(one.person) || (one.via != 0 && !counts(one.via));
  });
  found.likings =
      put_together(parts_.likings_of ? parts_.likings_of(person) : std::vector<Liking>(),
                   stated_likings(stated));
  return found;
}

Json RecommenderDesk::row_of(const Looked& found, const Recommended& one, bool console) const {
  using Kind = Because::Kind;
  const Catalogue& catalogue = *found.serving.catalogue;
  Json row = item_json(catalogue.item(one.item));
  const Because& why = one.why;
  const bool with = why.kind == Kind::kBoughtWith || why.kind == Kind::kViewedWith;
  row["source"] = source_name(one.way);
  row["reason"] = {
      {"kind", reason_name(why.kind)},
      {"text", text_json(why.kind, with ? name_of(catalogue.item(why.item)) : why.word)},
      {"item", with ? item_json(catalogue.item(why.item)) : Json(nullptr)}};
  if (why.kind == Kind::kInterest) {
    row["reason"]["interest"] = why.word;
    row["reason"]["stated"] = why.stated;
  }
  if (console && why.kind == Kind::kPopularIn)
    row["reason"]["group"] = found.serving.recommender->group_of(found.person);
  if (console && why.kind == Kind::kPopularInPlace) {
    // A trait's value may be one that the asker sees in part.
    const std::string_view place = found.serving.recommender->place_of(found.person);
    if (place.starts_with("country:")) row["reason"]["group"] = place;
  }
  return row;
}

Result<Json> RecommenderDesk::recommend(PersonId person, const Wish& request, const Asker& asker) {
  const Looked found = TRY(look(person));
  const auto& recommender = found.serving.recommender;
  Json answer = {{"currency", parts_.settings.workspace().currency},
                 {"way", nullptr},
                 {"items", Json::array()},
                 {"recently_viewed", Json::array()}};
  if (!recommender) return answer;
  const RecommenderModel& model = found.serving.model;
  const Catalogue& catalogue = *found.serving.catalogue;
  bool stated = false;
  for (const Recommended& one :
       recommender->recommend(found.person, model.blend, request, catalogue, found.about())) {
    answer["items"].push_back(row_of(found, one, asker.console));
    stated |= one.why.stated;
  }
  if (stated) TRY(hide_stated(asker.role, found.trait, answer["items"]));
  Json& viewed = answer["recently_viewed"];
  const auto add_viewed = [&](std::span<const Touch> touches) {
    for (const Touch& touch : touches) {
      if (viewed.size() == kMaxRecentlyViewed) return;
      if (!touch.viewed || touch.bought) continue;
      Json row = item_json(catalogue.item(touch.item));
      if (std::ranges::find(viewed, row) == viewed.end()) viewed.push_back(std::move(row));
    }
  };
  add_viewed(found.more);
  add_viewed(recommender->history(found.person));
  const bool fresh = recommender->newcomer(found.person, found.about());
  answer["way"] = way_name(fresh ? model.newcomers.used : model.all.used);
  return answer;
}

// The word is the value of a trait, which not every role sees in full; who has none sees what all
// roles do.
Result<void> RecommenderDesk::hide_stated(const std::optional<std::string>& role,
                                          std::string_view trait, Json& items) {
  const people::Mask mask = TRY(parts_.database.read([&](store::Connection& c) {
    return role ? people::mask_of(c, *role) : people::mask_of_strangers(c);
  }));
  if (!mask.hides(trait)) return {};
  for (Json& item : items) {
    Json& reason = item["reason"];
    if (!reason.value("stated", false)) continue;
    reason["interest"] = nullptr;
    reason["text"] = text_json(Because::Kind::kInterest, "");
  }
  return {};
}

Result<std::vector<Suited>> RecommenderDesk::suited(PersonId person,
                                                    std::span<const std::string> products) {
  const Looked found = TRY(look(person));
  const auto& recommender = found.serving.recommender;
  if (!recommender || (found.more.empty() && found.likings.empty() && found.around.empty() &&
                       !recommender->knows(found.person)))
    return std::vector<Suited>();
  const Catalogue& catalogue = *found.serving.catalogue;
  Wish wanted = TRY(wish_of(Json::object()));
  wanted.per_category = 0;
  wanted.among.emplace();
  for (const std::string& product : products.first(std::min(products.size(), kMaxSuited))) {
    if (const auto item = catalogue.find(product)) wanted.among->push_back(*item);
  }
  wanted.limit = wanted.among->size();
  std::vector<Suited> list;
  for (const Recommended& one : recommender->recommend(found.person, found.serving.model.blend,
                                                       wanted, catalogue, found.about())) {
    const bool with =
        one.why.kind == Because::Kind::kBoughtWith || one.why.kind == Because::Kind::kViewedWith;
    const std::string& of = with ? name_of(catalogue.item(one.why.item)) : one.why.word;
    ReasonText text = reason_text(one.why.kind, of);
    list.push_back({.product = catalogue.item(one.item).id,
                    .reason = std::string(reason_name(one.why.kind)),
                    .with = of,
                    .en = std::move(text.en),
                    .zh = std::move(text.zh)});
  }
  return list;
}

Result<std::vector<std::string>> RecommenderDesk::names(PersonId person) {
  std::vector<std::string> names;
  const Json answer = TRY(recommend(person, TRY(wish_of(Json::object())), {}));
  for (const Json& item : answer.at("items")) {
    std::string name = item.at("name");
    names.push_back(name.empty() ? item.at("id").get<std::string>() : std::move(name));
  }
  return names;
}

}  // namespace perennial::value
