// How one person went through a funnel.
#include <algorithm>

#include "insight/answer_funnel.h"
#include "insight/query_fields.h"
#include "insight/questions.h"

namespace perennial::insight {
namespace {

using timeline::FunnelEvent;
using timeline::FunnelTrace;
using timeline::Hits;
using timeline::Slice;

constexpr size_t kMaxShownEvents = 1'000;

std::string_view verdict_name(FunnelEvent::Verdict verdict) {
  switch (verdict) {
    case FunnelEvent::Verdict::kFilled:
      return "filled";
    case FunnelEvent::Verdict::kStarted:
      return "started";
    case FunnelEvent::Verdict::kWindow:
      return "window";
    case FunnelEvent::Verdict::kOrder:
      return "order";
    case FunnelEvent::Verdict::kStrict:
      return "strict";
    case FunnelEvent::Verdict::kExclusion:
      return "exclusion";
    case FunnelEvent::Verdict::kHeld:
      return "held";
    case FunnelEvent::Verdict::kUsed:
      return "used";
  }
  return "";
}

// The name of an event that fits some selector, which carries it.
std::string name_at(const timeline::Plan& plan, const Slice& slice, uint32_t person,
                    const FunnelEvent& event) {
  const uint64_t key = uint64_t{event.at} << 8 | event.tie;
  for (size_t s = 0; s < slice.hits.size(); ++s) {
    const Hits& hits = slice.hits[s];
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      if (hits.key(hit) == key && hits.group != nullptr)
        return timeline::group_label(plan, s, hits.group[hit]);
    }
  }
  return "";
}

Json steps_json(const FunnelQuery& q, const FunnelTrace& attempt) {
  Json steps = Json::array();
  for (size_t i = 0; i < q.steps.size(); ++i) {
    const auto filled =
        std::ranges::find(attempt.filled, static_cast<int>(i), &FunnelTrace::Filled::step);
    steps.push_back({{"step", i + 1},
                     {"name", q.steps[i].name},
                     {"at", filled == attempt.filled.end()
                                ? Json(nullptr)
                                : Json(format_instant(timeline::to_instant(filled->at)))}});
  }
  return steps;
}

Json event_json(const FunnelEvent& event, std::string name) {
  Json fits = Json::array();
  for (int step = 0; step < timeline::kMaxFunnelSteps; ++step) {
    if ((event.fits >> step & 1) != 0) fits.push_back(step + 1);
  }
  const bool filled = event.verdict == FunnelEvent::Verdict::kFilled;
  return {{"at", format_instant(timeline::to_instant(event.at))},
          {"event", std::move(name)},
          {"fits", std::move(fits)},
          {"verdict", verdict_name(event.verdict)},
          {"step", filled && event.step >= 0 ? Json(event.step + 1) : Json(nullptr)}};
}

}  // namespace

Result<Json> Behaviour::Impl::trace(const Json& body) {
  const Fields fields = TRY(Fields::of(body, "", {"question", "person_id"}));
  TRY(fields.required("person_id"));
  const auto person = TRY(fields.integer("person_id", 1, 1, INT32_MAX));
  Query query = TRY(checked(*TRY(fields.required("question"))));
  auto* funnel = std::get_if<FunnelQuery>(&query.analysis);
  if (funnel == nullptr)
    return fail(Code::kInvalid, "must be funnel to be traced", "question.analysis");
  // ClickHouse takes events of one second by step, an event for several steps, and has ends of its
  // own in the strict modes: the verdicts would tell of rules that were not followed.
  if (funnel->semantics == FunnelQuery::Semantics::kClickhouse) {
    return fail(Code::kInvalid, "clickhouse cannot be traced", "question.semantics",
                "trace with latest_entry, first_entry or per_day");
  }
  funnel->breakdown.reset();
  const auto entry = TRY(running.begin(""));
  const Sources from = sources();
  const auto asking = TRY(Asking::begin(query, from, entry->stop(), ""));
  FunnelAsk ask = TRY(funnel_ask(*asking, *funnel));
  for (auto& selector : ask.selectors) selector.group_is_name = true;
  const auto plan = TRY(asking->compile(std::move(ask.selectors)));

  Json json = {{"person_id", person}, {"counted", false},        {"reached", 0},
               {"steps", Json()},     {"events", Json::array()}, {"truncated", false}};
  const auto bucket = static_cast<uint32_t>(person / timeline::kBucketPeople);
  const auto place = static_cast<uint32_t>(person % timeline::kBucketPeople);
  FunnelTrace attempt;
  if (bucket < timeline::buckets_of(*plan)) {
    timeline::BucketReader reader(*plan);
    const Slice& slice = reader.read(bucket);
    json["counted"] = slice.who.has(place);
    const timeline::Funnel kernel(ask.spec);
    const auto attempts = kernel.trace(slice, place);
    const auto best = std::ranges::max_element(
        attempts, {}, [](const FunnelTrace& one) { return one.filled.size(); });
    if (best != attempts.end()) attempt = *best;
    auto events = kernel.explain(slice, place, attempt, kMaxShownEvents + 1);
    json["truncated"] = events.size() > kMaxShownEvents;
    events.resize(std::min(events.size(), kMaxShownEvents));
    for (const FunnelEvent& event : events)
      json["events"].push_back(event_json(event, name_at(*plan, slice, place, event)));
  }
  json["reached"] = attempt.filled.size();
  json["steps"] = steps_json(*funnel, attempt);
  return json;
}

}  // namespace perennial::insight
