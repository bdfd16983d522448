// Sessions, and attribution of conversions to touches.
#include <algorithm>

#include "insight/asking.h"

namespace perennial::insight {
namespace {

using timeline::AttributionCell;
using timeline::AttributionSpec;
using timeline::Second;
using timeline::SessionFigures;
using timeline::SessionsCell;

constexpr size_t kMedian = 0;  // its place in the percentiles asked for

AttributionSpec::Model model_of(AttributionQuery::Model model) {
  switch (model) {
    case AttributionQuery::Model::kFirst:
      return AttributionSpec::Model::kFirst;
    case AttributionQuery::Model::kLast:
      return AttributionSpec::Model::kLast;
    case AttributionQuery::Model::kLinear:
      return AttributionSpec::Model::kLinear;
    case AttributionQuery::Model::kPosition:
      return AttributionSpec::Model::kPosition;
    case AttributionQuery::Model::kTimeDecay:
      return AttributionSpec::Model::kTimeDecay;
  }
  return AttributionSpec::Model::kLast;
}

std::string_view model_name(AttributionQuery::Model model) {
  constexpr std::array<std::string_view, 5> kNames = {"first", "last", "linear", "position",
                                                      "time_decay"};
  return kNames[static_cast<size_t>(model)];
}

// Cells: what, period, bar, slot: -1 all, -2 the groups that are not shown, else a shown one.
constexpr int64_t kAllGroups = -1, kOtherGroups = -2;

class Sessioning {
 public:
  Sessioning(Asking& asking, const SessionsQuery& q) : asking_(asking), q_(q) {}

  Result<Answered> answer() {
    TRY(asking_.prepare(q_.breakdown));
    spec_.rule.gap_seconds = static_cast<uint32_t>(q_.gap.count());
    spec_.periods = asking_.periods();
    spec_.percents = {50};
    const timeline::GroupBy by = Asking::group_by(q_.breakdown);
    spec_.by_group = q_.breakdown.has_value();
    spec_.by_event = by == timeline::GroupBy::kEvent;
    spec_.max_groups = q_.breakdown ? q_.breakdown->top : 0;
    if (!spec_.by_group) spec_.max_groups = 1;
    TRY(timeline::check(spec_));
    // A day more, so that a session over the range's border is not one that begins there.
    constexpr Second kBefore = 86'400;
    const Second from = asking_.from() > kBefore ? asking_.from() - kBefore : 0;
    std::vector<timeline::Selector> selectors{asking_.select(q_.select, from, asking_.to())};
    Asking::carry(q_.breakdown, selectors[0]);
    plan_ = TRY(asking_.compile(std::move(selectors)));
    auto table = TRY(asking_.run(*plan_, timeline::Sessions(spec_))).finish();
    if (spec_.by_event && !table.groups.empty() && !table.groups.back().group) {
      for (const auto& found : table.groups) {
        if (found.group) spec_.shown.push_back(*found.group);
      }
      table = TRY(asking_.run(*plan_, timeline::Sessions(spec_))).finish();
    }
    if (table.groups_too_large)
      asking_.warn("groups_cut", "there are too many groups to be shown", "breakdown");
    Json all = Json::array();
    for (const auto& group : table.groups)
      if (group.group) shown_.push_back(*group.group);
    all.push_back(group(table.total, table.periods, all_group(), kAllGroups));
    all.back()["histogram"] = histogram(table.second_bars);
    for (const auto& found : table.groups) {
      const Json label = found.group ? asking_.group_of(*plan_, 0, *found.group, by)
                                     : Json{{"kind", "other"}, {"label", ""}};
      const int64_t slot =
          found.group ? std::ranges::find(shown_, *found.group) - shown_.begin() : kOtherGroups;
      all.push_back(group(found.total, found.periods, label, slot));
      all.back()["histogram"] = Json::array();
    }
    return Answered{to_text({{"groups", std::move(all)}}), open()};
  }

 private:
  Json figures(const SessionFigures& found, const Json& period, int64_t place, int64_t slot) const {
    const bool some = found.sessions != 0;
    const auto if_some = [&](double value) { return some ? Json(value) : Json(nullptr); };
    const auto what = static_cast<int64_t>(SessionsCell::What::kSessions);
    return {{"period", period},
            {"sessions", found.sessions},
            {"people", asking_.measured(found.people, {what, place, 0, slot})},
            {"per_person", if_some(found.sessions_per_person())},
            {"mean_seconds", if_some(found.mean_seconds())},
            {"median_seconds", found.second_percentiles.empty()
                                   ? Json(nullptr)
                                   : Json(found.second_percentiles[kMedian])},
            {"mean_events", if_some(found.events_per_session())},
            {"single_event", found.bounced_sessions}};
  }

  Json group(const SessionFigures& total, const std::vector<SessionFigures>& periods,
             const Json& label, int64_t slot) const {
    const Query& query = asking_.query();
    Json rows = Json::array();
    for (size_t p = 0; p < periods.size(); ++p) {
      rows.push_back(figures(periods[p], asking_.period(*query.by, query.periods[p]),
                             static_cast<int64_t>(p), slot));
    }
    return {{"group", label},
            {"total", figures(total, asking_.period(*query.by, query.range), -1, slot)},
            {"rows", std::move(rows)}};
  }

  Json histogram(const std::vector<timeline::SessionBar>& bars) const {
    Json json = Json::array();
    const auto what = static_cast<int64_t>(SessionsCell::What::kSecondBar);
    for (size_t i = 0; i < bars.size(); ++i) {
      json.push_back(
          {{"from_seconds", bars[i].from},
           {"to_seconds", i + 1 == bars.size() ? Json(nullptr) : Json(bars[i + 1].from)},
           {"counted",
            asking_.measured(bars[i].sessions, {what, -1, static_cast<int64_t>(i), kAllGroups})}});
    }
    return json;
  }

  Open open() const {
    return opener(plan_, timeline::Sessions(spec_), [shown = shown_](const Cell& cell) {
      SessionsCell pick{.what = static_cast<SessionsCell::What>(cell[0]),
                        .period = static_cast<int>(cell[1]),
                        .bar = static_cast<size_t>(cell[2])};
      if (cell[3] >= 0) pick.group = shown[static_cast<size_t>(cell[3])];
      if (cell[3] == kOtherGroups) pick.none_of = shown;
      return pick;
    });
  }

  Asking& asking_;
  const SessionsQuery& q_;
  timeline::SessionsSpec spec_;
  std::shared_ptr<const timeline::Plan> plan_;
  std::vector<uint32_t> shown_;
};

// Cells: what (AttributionCell::What), touch.
class Attributing {
 public:
  Attributing(Asking& asking, const AttributionQuery& q) : asking_(asking), q_(q) {}

  Result<Answered> answer() {
    AttributionSpec spec;
    spec.by = q_.touch_property.empty() ? AttributionSpec::TouchBy::kSelector
                                        : AttributionSpec::TouchBy::kGroup;
    spec.look_back_seconds = static_cast<uint32_t>(q_.look_back.count());
    spec.half_life_seconds = static_cast<uint32_t>(q_.half_life.count());
    spec.begin = asking_.from();
    spec.end = asking_.to();
    spec.max_rows = timeline::kMaxTouchRows;
    std::vector<timeline::Selector> selectors = {asking_.select(q_.conversion)};
    selectors[0].number = q_.value_property;
    const Second from =
        asking_.from() > spec.look_back_seconds ? asking_.from() - spec.look_back_seconds : 0;
    for (const auto& touch : q_.touches) {
      selectors.push_back(asking_.select(touch, from, asking_.to()));
      selectors.back().group = q_.touch_property;
    }
    TRY(timeline::check(spec, selectors.size()));
    plan_ = TRY(asking_.compile(std::move(selectors)));
    const auto order = q_.touch_property.empty() ? timeline::CodeBefore(std::less<>())
                                                 : timeline::label_order(*plan_, 1);
    for (AttributionQuery::Model model : q_.models) {
      spec.model = model_of(model);
      tables_.push_back(TRY(asking_.run(*plan_, timeline::Attribution(spec))).finish(order));
    }
    if (tables_[0].touches_too_large)
      return fail(Code::kTooLarge, "there are too many different touches", "touch_property");
    if (tables_[0].cut != 0)
      asking_.warn("values_skipped", "only the nearest 1,000 touches of a conversion count");
    std::string text = to_text(rows());
    return Answered{std::move(text),
                    opener(plan_, timeline::Attribution(spec), [shown = shown_](const Cell& cell) {
                      AttributionCell pick{.what = static_cast<AttributionCell::What>(cell[0]),
                                           .touch = static_cast<uint32_t>(cell[1])};
                      if (pick.what == AttributionCell::What::kOther) pick.shown = shown;
                      return pick;
                    })};
  }

 private:
  Json cell(uint64_t value, AttributionCell::What what, uint32_t touch = 0) const {
    return asking_.measured(value, {static_cast<int64_t>(what), touch});
  }

  Json credit(const timeline::AttributionTable& table, timeline::Fixed credit,
              timeline::Fixed value) const {
    return {
        {"conversions", timeline::to_double(credit)},
        {"value", q_.value_property.empty() ? Json(nullptr) : Json(timeline::to_double(value))},
        {"share", ratio_of(timeline::to_double(credit), static_cast<double>(table.conversions))}};
  }

  std::pair<std::string, std::string> name_of(uint32_t touch) const {
    if (q_.touch_property.empty()) return {q_.touches[touch - 1].name, ""};
    std::string names;
    for (const auto& one : q_.touches) names += (names.empty() ? "" : " / ") + one.name;
    return {names, timeline::group_label(*plan_, 1, touch)};
  }

  Json row(std::string_view kind, std::pair<std::string, std::string> name, uint64_t conversions,
           Json people, Json credits) const {
    return {{"kind", kind},
            {"touch", name.first},
            {"group", name.second},
            {"conversions", conversions},
            {"people", std::move(people)},
            {"credits", std::move(credits)}};
  }

  Json rows() {
    const auto& first = tables_[0];
    Json rows = Json::array();
    const size_t most = std::min(first.rows.size(), static_cast<size_t>(q_.most_rows));
    for (size_t i = 0; i < most; ++i) {
      const timeline::TouchRow& found = first.rows[i];
      shown_.push_back(found.touch);
      Json credits = Json::array();
      for (const auto& table : tables_) {
        const auto same = std::ranges::find(table.rows, found.touch, &timeline::TouchRow::touch);
        const bool there = same != table.rows.end();
        credits.push_back(credit(table, there ? same->credit : 0, there ? same->value : 0));
      }
      rows.push_back(row("touch", name_of(found.touch), found.conversions,
                         cell(found.people, AttributionCell::What::kTouch, found.touch),
                         std::move(credits)));
    }
    if (first.rows.size() > most || first.other.touches != 0) rows.push_back(others());
    Json direct = Json::array();
    for (const auto& table : tables_) {
      const auto whole = static_cast<timeline::Fixed>(table.direct.conversions)
                         << timeline::kFixedBits;
      direct.push_back(credit(table, whole, table.direct.value));
    }
    rows.push_back(row("none", {"", ""}, first.direct.conversions,
                       cell(first.direct.people, AttributionCell::What::kDirect),
                       std::move(direct)));
    Json models = Json::array();
    for (auto model : q_.models) models.push_back(model_name(model));
    return {{"models", std::move(models)},
            {"conversions", first.conversions},
            {"converted", cell(first.people, AttributionCell::What::kAll)},
            {"value",
             q_.value_property.empty() ? Json(nullptr) : Json(timeline::to_double(first.value))},
            {"rows", std::move(rows)}};
  }

  // What the shown rows leave over; how many conversions and people that are is not counted.
  Json others() const {
    Json credits = Json::array();
    for (const auto& table : tables_) {
      timeline::Fixed sum = table.other.credit, value = table.other.value;
      for (const auto& found : table.rows) {
        if (std::ranges::count(shown_, found.touch) != 0) continue;
        sum += found.credit;
        value += found.value;
      }
      credits.push_back(credit(table, sum, value));
    }
    Json people = cell(0, AttributionCell::What::kOther);
    people["value"] = nullptr;
    return row("other", {"", ""}, 0, std::move(people), std::move(credits));
  }

  Asking& asking_;
  const AttributionQuery& q_;
  std::shared_ptr<const timeline::Plan> plan_;
  std::vector<timeline::AttributionTable> tables_;
  std::vector<uint32_t> shown_;
};

}  // namespace

Result<Answered> answer(Asking& asking, const SessionsQuery& q) {
  return Sessioning(asking, q).answer();
}

Result<Answered> answer(Asking& asking, const AttributionQuery& q) {
  return Attributing(asking, q).answer();
}

}  // namespace perennial::insight
