// /v1/actions* of api/openapi.yaml.
#include "actions/actions.h"

namespace perennial::actions {
namespace {

Result<std::string> word_in(const Json& body, const char* field, size_t limit) {
  std::string word = TRY(json_string(body, field));
  if (word.empty()) return fail(Code::kInvalid, "a text is needed", field);
  if (word.size() > limit)
    return fail(Code::kTooLarge, "at most " + std::to_string(limit) + " bytes are possible", field);
  if (!is_storable_text(word)) return fail(Code::kInvalid, "the text is not UTF-8", field);
  return word;
}

// Either numbers of people, or the words of a set.
Result<void> read_people(const Json& body, Request& request) {
  const bool by_set = body.contains("set");
  if (by_set == body.contains("people")) {
    return fail(Code::kInvalid, "this says not whom it is about", "people",
                R"(write "people" with their numbers, or "set")");
  }
  if (by_set) {
    request.set = TRY(word_in(body, "set", kMaxTextBytes));
    return {};
  }
  if (!body["people"].is_array())
    return fail(Code::kInvalid, "is a list of numbers of people", "people");
  for (const Json& one : body["people"]) {
    if (!one.is_number_integer() || one.get<int64_t>() < 1)
      return fail(Code::kInvalid, "is a list of numbers of people", "people");
    request.people.push_back(one.get<int64_t>());
  }
  return unless_too_many(request.people, "people");
}

Result<Request> request_in(Kind kind, const Json& body) {
  Request request;
  request.kind = kind;
  request.id = TRY(word_in(body, "request_id", kMaxIdBytes));
  request.dry_run = TRY(json_bool_or(body, "dry_run", false));
  if (kind == Kind::kList) request.segment = TRY(word_in(body, "segment", kMaxWordBytes));
  if (kind == Kind::kCoupon || kind == Kind::kPoints)
    request.programme = TRY(word_in(body, "programme", kMaxWordBytes));
  if (kind == Kind::kCoupon) request.batch = TRY(word_in(body, "batch", kMaxWordBytes));
  if (kind == Kind::kPoints) {
    request.points = TRY(json_integer(body, "points"));
    if (request.points < 1 || request.points > kMaxPoints) {
      return fail(Code::kInvalid, "the number of points is out of range", "points",
                  "give 1 to " + std::to_string(kMaxPoints));
    }
  }
  if (kind == Kind::kPoints || kind == Kind::kFollowUp)
    request.text = TRY(word_in(body, "text", kMaxTextBytes));
  if (kind == Kind::kFollowUp) {
    const auto due = parse_instant(TRY(word_in(body, "due_at", kMaxWordBytes)));
    if (!due) return fail(Code::kInvalid, "a time is expected", "due_at", due.error().message);
    request.due = *due;
  }
  TRY(read_people(body, request));
  return request;
}

http::Response answer_to(Actions& actions, Kind kind, const http::Request& asked) {
  const auto answered = [&]() -> Result<http::Response> {
    const Request request = TRY(request_in(kind, TRY(http::json_body(asked))));
    const Outcome outcome = TRY(actions.take(request, asked.principal));
    return http::json(200, {{"request_id", request.id},
                            {"dry_run", request.dry_run},
                            {"repeated", outcome.repeated},
                            {"asked", outcome.asked},
                            {"done", outcome.done},
                            {"held_out", outcome.held_out},
                            {"skipped", outcome.skipped},
                            {"refused", outcome.refused}});
  }();
  return answered ? *answered : http::problem(answered.error());
}

}  // namespace

void Actions::add_routes(http::Router& router) {
  const auto add = [&](const char* path, const char* right, Kind kind) {
    router.add(
        {.method = "POST", .path = path, .right = right},
        [this, kind](const http::Request& request) { return answer_to(*this, kind, request); });
  };
  add("/v1/actions/list", "segments.write", Kind::kList);
  add("/v1/actions/coupon", "loyalty.write", Kind::kCoupon);
  add("/v1/actions/points", "loyalty.write", Kind::kPoints);
  add("/v1/actions/follow-up", "customers.write", Kind::kFollowUp);
}

}  // namespace perennial::actions
