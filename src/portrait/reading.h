// Everybody's tags from the timeline, the event log, people, orders and the table of items: a few
// passes over people, none of which asks anything of a single one.
#pragma once

#include <stop_token>

#include "access/access.h"
#include "events/events.h"
#include "portrait/device.h"
#include "portrait/everyone.h"
#include "store/store.h"
#include "timeline/timeline.h"

namespace perennial::portrait {

struct Sources {
  timeline::Timeline& timeline;
  events::Log& log;
  store::Database& database;
  people::OrderBooks& books;
};
// Words of Everyone::notes: what has too many different values or too many events to be read.
inline constexpr std::string_view kItemsUnread = "items_unread";
inline constexpr std::string_view kListsUnread = "lists_unread";
inline constexpr std::string_view kPricesUnread = "prices_unread";

// kBusy while the timeline is being built, and when `stop` says so.
Result<Everyone> read_everyone(const Sources& from, DeviceBook& devices,
                               const access::Workspace& workspace, Instant now, const Rules& rules,
                               const std::stop_token& stop);
// Only what people were interested in at `at`.
Result<TagColumn> read_interests(const Sources& from, const access::Workspace& workspace,
                                 Instant at, const Rules& rules, const std::stop_token& stop);

}  // namespace perennial::portrait
