#include "events/events.h"

#include <utility>

#include <algorithm>
#include <array>
#include <future>
#include <memory>

#include "events/arrivals.h"

namespace perennial::events {
namespace {

constexpr std::array<std::pair<Type, std::string_view>, 6> kTypes{{{Type::kTrack, "track"},
                                                                   {Type::kIdentify, "identify"},
                                                                   {Type::kPage, "page"},
                                                                   {Type::kScreen, "screen"},
                                                                   {Type::kGroup, "group"},
                                                                   {Type::kAlias, "alias"}}};

}  // namespace

std::string_view type_name(Type type) {
  for (const auto& [known, word] : kTypes) {
    if (known == type) return word;
  }
  die("an event type that is not in the enumeration", __FILE__, __LINE__);
}

std::optional<Type> parse_type(std::string_view word) {
  for (const auto& [type, known] : kTypes) {
    if (known == word) return type;
  }
  return std::nullopt;
}

std::string identity_of(std::string_view user_id, std::string_view anonymous_id) {
  std::string out(user_id.empty() ? "a:" : "u:");
  out += user_id.empty() ? anonymous_id : user_id;
  return out;
}

Result<Appended> Log::append_and_wait(std::vector<Event> events) {
  // Shared with the callback, so that the promise outlives set_value() on the writer's thread.
  auto answer = std::make_shared<std::promise<Result<Appended>>>();
  auto future = answer->get_future();
  append(std::move(events),
         [answer](Result<Appended> result) { answer->set_value(std::move(result)); });
  return future.get();
}

std::span<const StoredEvent> up_to(std::span<const StoredEvent> arrivals, uint64_t seq) {
  const auto end = std::ranges::partition_point(
      arrivals, [&](const StoredEvent& event) { return event.seq <= seq; });
  return arrivals.first(static_cast<size_t>(end - arrivals.begin()));
}

Result<Arrived> Log::share_arrivals(uint64_t after, size_t limit) {
  return whole(TRY(read_arrivals(after, limit)));
}

Result<std::vector<Sweep>> Log::split(const Sweep& what, size_t) { return std::vector{what}; }

Result<uint64_t> Log::count(const Erase&) {
  return fail(Code::kForbidden, "nothing is taken out of this log");
}

Result<Erased> Log::erase(const Erase&) {
  return fail(Code::kForbidden, "nothing is taken out of this log");
}

}  // namespace perennial::events
