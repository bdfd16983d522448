// Tells open customer files that there is something new to read: server-sent events. What is said
// is that something changed, never what: the page then reads with its own right, and audited.
//
// GET /v1/customers/{person_id}/live sends
//   event: ready    at once, when the browser holds nothing older;
//   event: changed  whenever the person, what it did, its notes, files, messages or what a later
//                   module writes to its timeline has changed.
// The id of each event is a mark of all that: a browser that connects again with Last-Event-ID,
// after a restart of the server too, hears at once of what it missed.
#pragma once

#include <memory>

#include "people/people.h"

namespace perennial::people {

inline constexpr size_t kMaxLiveFiles = 200;          // open at one time; above: kBusy
inline constexpr size_t kMaxLiveFilesOfOne = 20;      // of one user or key
inline constexpr Millis kLookForChanges{500};         // so a change is told of well within 2 s
inline constexpr std::chrono::minutes kLiveLife{15};  // then the browser asks again, with its right

void add_live_route(http::Router& router, store::Database& database, events::Log& log,
                    const Extensions& extensions);

}  // namespace perennial::people
