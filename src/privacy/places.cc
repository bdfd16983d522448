// Which module is asked for what. The log and the timeline have steps of their own (eraser.cc).
#include "experiments/experiments.h"
#include "insight/insight.h"
#include "loyalty/loyalty.h"
#include "privacy/privacy.h"
#include "value/value.h"
#include "webhooks/webhooks.h"

namespace perennial::privacy {

namespace {

using people::ErasedPerson;
using store::Connection;

}  // namespace

std::vector<Place> places_of(store::Database& database, collect::Importer& importer,
                             segments::Segments& segments, engage::Engage& engage,
                             webhooks::Webhooks& webhooks, const Clock& clock) {
  std::vector<Place> places;
  places.push_back(
      {.name = "messages", .in_state = [clock](Connection& c, const ErasedPerson& erased) {
         return engage::erase_person(c, erased, clock());
       }});
  places.push_back(
      {.name = "outbox", .beside = [&engage](const Traces& traces, bool take) -> Result<Json> {
         const int64_t files = TRY(engage.remove_messages(traces.numbers, take));
         return Json{{"files", files}};
       }});
  places.push_back({.name = "value", .in_state = value::erase_person});
  places.push_back({.name = "loyalty", .in_state = loyalty::erase_person});
  places.push_back({.name = "experiments", .in_state = experiments::erase_person});
  places.push_back({.name = "quarantine",
                    .beside = [&database](const Traces& traces, bool take) -> Result<Json> {
                      const int64_t events =
                          TRY(collect::forget_in_quarantine(database, traces.words, take));
                      return Json{{"events", events}};
                    }});
  places.push_back(
      {.name = "webhooks", .beside = [&webhooks](const Traces& traces, bool take) -> Result<Json> {
         const auto about = [&](std::string_view body) {
           return collect::names_person(traces.words, body);
         };
         const int64_t deliveries = TRY(webhooks.forget(about, take));
         return Json{{"deliveries", deliveries}};
       }});
  places.push_back({.name = "imports", .beside = [&importer](const Traces& traces, bool take) {
                      return importer.forget(traces.words, take);
                    }});
  // An answer is asked again: that of a namesake may go.
  places.push_back(
      {.name = "reports", .beside = [&database](const Traces& traces, bool take) -> Result<Json> {
         std::vector<std::string> words = traces.words;
         if (!traces.name.empty()) words.push_back(traces.name);
         const int64_t answers = TRY(database.write(
             [&](Connection& c) { return insight::forget_answers(c, words, take); }));
         return Json{{"answers", answers}};
       }});
  places.push_back({.name = "segments", .beside = [&segments](const Traces& traces, bool take) {
                      return segments.forget(traces.numbers, take);
                    }});
  return places;
}

}  // namespace perennial::privacy
