// Each kind of item gives its newest ones before an instant. They are merged and cut at `limit`;
// the instant at the cut is then read again whole, from all kinds, so that paging by time loses
// nothing.
#include "people/timeline.h"

#include <algorithm>
#include <cstdlib>

#include "people/identity.h"
#include "people/notes.h"
#include "people/rows.h"

namespace perennial::people {
namespace {

using store::Row;

constexpr size_t kMaxAtOneInstant = 1'000;
constexpr size_t kFirstEventsRead = 200;

struct Item {
  Instant at;
  int kind = 0;  // orders before events before messages at the same instant
  int64_t seq = 0;
  Json json;
};
struct Part {
  std::vector<Item> items;
  std::optional<Instant> complete_after;  // earlier items may be missing
};

Instant end_of(const TimelineQuery& query) {
  const Instant latest = from_millis(events::kLatestMillis) + Millis(1);
  return query.before ? std::min(*query.before, latest) : latest;
}

bool is_order_event(const events::StoredEvent& event) {
  return event.type == events::Type::kTrack &&
         (event.name == kOrderLine || event.name == kOrderCompleted ||
          event.name == kOrderRefunded);
}

Json item_json(std::string_view kind, Instant at, std::string_view title) {
  Json json;
  json["kind"] = kind;
  json["at"] = format_instant(at);
  json["title"] = title;
  return json;
}

Item event_item(const events::StoredEvent& event) {
  Json json = item_json("event", event.timestamp,
                        event.name.empty() ? events::type_name(event.type) : event.name);
  json["event"] = event_json(event);
  return {event.timestamp, 1, static_cast<int64_t>(event.seq), std::move(json)};
}

class Reader {
 public:
  Reader(store::Connection& c, events::Log& log, const Extensions& extensions, PersonId person,
         const TimelineQuery& query)
      : c_(c), log_(log), extensions_(extensions), person_(person), query_(query) {}

  Result<Timeline> run() {
    TRY(find_identities());
    std::vector<Part> parts;
    parts.push_back(TRY(orders(end_of(query_), query_.limit + 1)));
    parts.push_back(TRY(events(end_of(query_), query_.limit + 1)));
    parts.push_back(TRY(messages(end_of(query_), query_.limit + 1)));
    parts.push_back(TRY(notes(end_of(query_), query_.limit + 1)));
    for (const TimelineSource& source : extensions_.sources) {
      parts.push_back(TRY(more(source, end_of(query_), query_.limit + 1)));
    }
    std::optional<Instant> cut;  // everything after this instant is known
    std::vector<Item> items;
    for (Part& part : parts) {
      if (part.complete_after)
        cut = std::max(cut.value_or(*part.complete_after), *part.complete_after);
      std::ranges::move(part.items, std::back_inserter(items));
    }
    sort(items);
    if (items.size() > query_.limit) {
      const Instant last = items[query_.limit - 1].at;
      cut = std::max(cut.value_or(last), last);
    }
    if (cut) {
      std::erase_if(items, [&](const Item& item) { return item.at <= *cut; });
      TRY(add_instant(*cut, items));
      sort(items);
    }
    Timeline timeline{.next_before = cut};
    for (Item& item : items) timeline.items.push_back(std::move(item.json));
    return timeline;
  }

 private:
  static void sort(std::vector<Item>& items) {
    std::ranges::stable_sort(items, [](const Item& a, const Item& b) {
      return std::tie(b.at, a.kind, b.seq) < std::tie(a.at, b.kind, a.seq);
    });
  }

  Result<void> add_instant(Instant at, std::vector<Item>& items) {
    const Instant end = at + Millis(1);
    std::vector<Part> parts;
    parts.push_back(TRY(orders(end, kMaxAtOneInstant)));
    parts.push_back(TRY(events_between(at, end)));
    parts.push_back(TRY(messages(end, kMaxAtOneInstant)));
    parts.push_back(TRY(notes(end, kMaxAtOneInstant)));
    for (const TimelineSource& source : extensions_.sources) {
      parts.push_back(TRY(more(source, end, kMaxAtOneInstant)));
    }
    for (Part& part : parts) {
      std::erase_if(part.items, [&](const Item& item) { return item.at != at; });
      std::ranges::move(part.items, std::back_inserter(items));
    }
    return {};
  }

  Result<void> find_identities() {
    for (const Row& row :
         TRY(c_.query("SELECT kind, value FROM identities WHERE person = $1 AND shown = 1"
                      " ORDER BY id DESC LIMIT $2",
                      {person_, static_cast<int64_t>(kMaxTimelineIdentities)}))) {
      const bool is_user = row.integer(0) == static_cast<int64_t>(IdentityKind::kUser);
      identities_.push_back(is_user ? events::identity_of(row.text(1), "")
                                    : events::identity_of("", row.text(1)));
    }
    return {};
  }

  Result<Part> orders(Instant before, size_t limit) {
    Part part;
    if (!query_.orders && !query_.refunds) return part;
    std::string kinds;
    if (!query_.refunds) kinds = " AND refund = 0";
    if (!query_.orders) kinds = " AND refund = 1";
    const auto rows = TRY(c_.query(kSelectOrders + "WHERE person = $1 AND at_ms < $2" + kinds +
                                       " ORDER BY at_ms DESC, source, order_id, refund LIMIT $3",
                                   {person_, to_millis(before), static_cast<int64_t>(limit)}));
    for (const Row& row : rows) {
      const Order order = read_order(row);
      Json json = item_json(order.refund ? "refund" : "order", order.at, order.order_id);
      json["order"] = order_json(row);
      part.items.push_back({order.at, 0, 0, std::move(json)});
    }
    if (rows.size() == limit) part.complete_after = part.items.back().at;
    return part;
  }

  // Order events may be many (an import has one a line), so the log is read in growing bites.
  Result<Part> events(Instant before, size_t limit) {
    Part part;
    if (!query_.events || identities_.empty()) return part;
    size_t read = 0;
    for (size_t bite = std::max(kFirstEventsRead, 2 * limit);; bite *= 4) {
      bite = std::min(bite, kMaxTimelineEvents);
      auto found = TRY(log_.read({.identities = identities_,
                                  .span = Span{from_millis(events::kEarliestMillis), before},
                                  .newest_first = true,
                                  .limit = bite}));
      part.items.clear();
      read = found.size();
      for (const auto& event : found) {
        if (part.items.size() == limit) break;
        if (!is_order_event(event)) part.items.push_back(event_item(event));
      }
      if (part.items.size() == limit) {
        part.complete_after = part.items.back().at;
        return part;
      }
      if (read < bite) return part;
      if (bite == kMaxTimelineEvents) {
        part.complete_after = found.back().timestamp;
        return part;
      }
    }
  }

  Result<Part> events_between(Instant from, Instant to) {
    Part part;
    if (!query_.events || identities_.empty()) return part;
    for (const auto& event : TRY(log_.read({.identities = identities_,
                                            .span = Span{from, to},
                                            .newest_first = true,
                                            .limit = kMaxTimelineEvents}))) {
      if (!is_order_event(event)) part.items.push_back(event_item(event));
      if (part.items.size() == kMaxAtOneInstant) break;
    }
    return part;
  }

  Result<Part> messages(Instant before, size_t limit) {
    Part part;
    if (!query_.messages || !extensions_.messages) return part;
    return part_of(TRY(extensions_.messages(c_, person_, before, limit)), 2, limit);
  }

  Result<Part> notes(Instant before, size_t limit) {
    if (!query_.notes) return Part{};
    return part_of(TRY(note_items(c_, person_, before, limit)), 3, limit);
  }

  Result<Part> more(const TimelineSource& source, Instant before, size_t limit) {
    const bool wanted =
        !query_.sources || std::ranges::find(*query_.sources, source.kind) != query_.sources->end();
    if (!wanted) return Part{};
    return part_of(TRY(source.read(c_, person_, before, limit)), 4, limit);
  }

  static Result<Part> part_of(std::vector<Json> found, int place, size_t limit) {
    Part part;
    for (Json& json : found) {
      const Instant at = TRY(parse_instant(TRY(json_string(json, "at"))));
      part.items.push_back({at, place, 0, std::move(json)});
    }
    if (part.items.size() >= limit) part.complete_after = part.items.back().at;
    return part;
  }

  store::Connection& c_;
  events::Log& log_;
  const Extensions& extensions_;
  PersonId person_;
  const TimelineQuery& query_;
  std::vector<std::string> identities_;
};

}  // namespace

Json order_json(const Order& order) {
  Json json;
  json["order_id"] = order.order_id;
  json["kind"] = order.refund ? "refund" : "order";
  json["at"] = format_instant(order.at);
  json["total_minor"] = order.total_minor;
  json["currency"] = order.currency;
  json["lines"] = order.lines;
  json["quantity"] = order.quantity;
  return json;
}

Json order_json(const Row& row) {
  const Order order = read_order(row);
  Json json = order_json(order);
  if (!order.refund) return json;
  for (const RefundPart& part : read_refunds(row)) {
    if (part.rank != 2 || minor_in(part, order.currency)) continue;
    json["refused"].push_back({{"at", format_instant(from_millis(part.at_ms))},
                               {"amount_minor", std::abs(part.minor)},
                               {"currency", part.currency},
                               {"reason", "other_currency"}});
  }
  return json;
}

Json event_json(const events::StoredEvent& event) {
  auto object = [](const std::string& text) {
    Json json = Json::parse(text, nullptr, false);
    return json.is_object() ? json : Json::object();
  };
  Json json;
  json["seq"] = event.seq;
  json["source"] = event.source;
  json["message_id"] = event.message_id;
  json["type"] = events::type_name(event.type);
  json["name"] = event.name;
  json["user_id"] = event.user_id;
  json["anonymous_id"] = event.anonymous_id;
  json["timestamp"] = format_instant(event.timestamp);
  json["received_at"] = format_instant(event.received_at);
  json["properties"] = object(event.properties);
  json["context"] = object(event.context);
  return json;
}

Result<Timeline> read_timeline(store::Database& database, events::Log& log,
                               const Extensions& extensions, PersonId person,
                               const TimelineQuery& query) {
  return database.read(
      [&](store::Connection& c) { return Reader(c, log, extensions, person, query).run(); });
}

}  // namespace perennial::people
