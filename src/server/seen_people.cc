#include "server/seen_people.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "access/access.h"
#include "server/people_routes.h"

namespace perennial {
namespace {

constexpr std::chrono::minutes kSameView{10};  // as in people/
constexpr size_t kMaxSeen = 20'000;
constexpr std::string_view kMessage =
    "/v1/campaigns/{id}/preview";  // the question names the person
constexpr std::array<std::string_view, 4> kNumbers = {"person", "person_id", "referrer", "friend"};

// What the entry calls the answer: the route without what is before it and in braces.
std::optional<std::string> part_of(std::string_view path) {
  const bool loyalty = shows_members(path);
  if (!loyalty && !shows_people(path) && path != kMessage) return std::nullopt;
  std::string part = loyalty ? "loyalty" : "";
  path.remove_prefix(loyalty ? kProgrammeRoutes.size() : std::string_view("/v1/").size());
  while (!path.empty()) {
    const std::string_view word = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), word.size() + 1));
    if (word.starts_with('{')) continue;
    if (!part.empty()) part += '.';
    part += word;
  }
  return part;
}

std::optional<std::string> person_of(const http::Request& request) {
  for (const char* name : {"person", "person_id"}) {
    if (const auto found = request.params.find(name); found != request.params.end())
      return found->second;
  }
  return std::nullopt;
}

void add_person(const Json& json, std::set<people::PersonId>& out) {
  if (json.is_number_integer() && json.get<int64_t>() > 0) out.insert(json.get<int64_t>());
}

void add_people(const Json& json, std::set<people::PersonId>& out) {
  if (json.is_object()) {
    for (const std::string_view name : kNumbers) {
      if (const auto found = json.find(std::string(name)); found != json.end())
        add_person(*found, out);
    }
    if (json.contains("user_id") && json.contains("id")) add_person(json["id"], out);
  }
  if (!json.is_structured()) return;
  for (const Json& part : json) add_people(part, out);
}

}  // namespace

std::set<people::PersonId> people_in(const Json& answer) {
  std::set<people::PersonId> out;
  add_people(answer, out);
  return out;
}

void SeenPeople::record(const http::Route& route, const http::Request& request,
                        http::Response& response, Instant now) {
  if (auto went = record_answer(route, request, response, now); !went)
    response = http::problem(went.error());
}

Result<void> SeenPeople::record_answer(const http::Route& route, const http::Request& request,
                                       const http::Response& response, Instant now) {
  if (response.status >= 300 || response.body.empty()) return {};
  const auto part = part_of(route.path);
  if (!part) return {};
  if (const auto person = person_of(request)) {
    return write(request, "customers.view", "customer:" + *person, Json{{"part", *part}}, now);
  }
  const bool asked = route.path == kMessage;
  const auto people = people_in(TRY(parse_json(asked ? request.body : response.body)));
  if (people.empty()) return {};
  Json detail = {{"part", *part}};
  // What happens now is another answer every second: it is one view for as long as it is looked at.
  if (route.path != kLiveEvents) detail["people"] = people;
  return write(request, "customers.list", "customers", detail, now);
}

Result<void> SeenPeople::write(const http::Request& request, std::string_view action,
                               const std::string& object, const Json& detail, Instant now) {
  const std::string key = request.principal.id + '\n' + std::string(action) + '\n' + object + '\n' +
                          sha256_hex(to_text(detail));
  {
    std::lock_guard lock(mutex_);
    const auto before = seen_.find(key);
    if (before != seen_.end() && now - before->second < kSameView) return {};
  }
  TRY(database_.write([&](store::Connection& c) {
    return access::record(c, request.principal, action, object, detail, now);
  }));
  std::lock_guard lock(mutex_);
  if (seen_.size() >= kMaxSeen) seen_.clear();
  seen_[key] = now;
  return {};
}

}  // namespace perennial
