#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/collect.h"

namespace perennial::collect {
namespace {

using events::Type;

Instant at(std::string_view text) { return parse_instant(text).value(); }
const Instant kNow = at("2026-03-01T12:00:00Z");

Decoded decode(std::string_view call, const std::string& body) {
  std::string key;
  auto decoded = decode_segment(call, body, "web", kNow, &key);
  EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().text()) << "\n" << body;
  return decoded.value_or(Decoded{});
}

events::Event event_of(std::string_view call, const std::string& body) {
  Decoded decoded = decode(call, body);
  EXPECT_EQ(decoded.events.size(), 1u)
      << body << (decoded.rejected.empty() ? "" : decoded.rejected[0].reason);
  return decoded.events.empty() ? events::Event{} : decoded.events[0];
}

// "where: reason" of the only refused event.
std::string refusal(std::string_view call, const std::string& body) {
  Decoded decoded = decode(call, body);
  EXPECT_TRUE(decoded.events.empty()) << body;
  EXPECT_EQ(decoded.rejected.size(), 1u) << body;
  if (decoded.rejected.empty()) return "";
  return decoded.rejected[0].where + ": " + decoded.rejected[0].reason;
}

Error error_of(std::string_view call, const std::string& body) {
  auto decoded = decode_segment(call, body, "web", kNow, nullptr);
  EXPECT_FALSE(decoded) << body;
  return decoded ? Error{} : decoded.error();
}

std::string track(const std::string& more) {
  return R"({"event":"E","userId":"u","messageId":"m",)" + more + "}";
}

TEST(Segment, Track) {
  auto event = event_of("track", R"({"event":"Order Completed","userId":"u-1","anonymousId":"a-1",
      "messageId":"m-1","timestamp":"2026-03-01T11:00:00.500Z",
      "properties":{"total": 199.90, "products":[{"sku":"S"}]},"context":{"ip":"203.0.113.9"},
      "integrations":{"All":true}})");
  EXPECT_EQ(event.type, Type::kTrack);
  EXPECT_EQ(event.source, "web");
  EXPECT_EQ(event.name, "Order Completed");
  EXPECT_EQ(event.user_id, "u-1");
  EXPECT_EQ(event.anonymous_id, "a-1");
  EXPECT_EQ(event.message_id, "m-1");
  EXPECT_EQ(event.timestamp, at("2026-03-01T11:00:00.500Z"));
  EXPECT_EQ(event.received_at, kNow);
  EXPECT_EQ(event.properties, R"({"total":199.90,"products":[{"sku":"S"}]})");
  EXPECT_EQ(event.context, R"({"ip":"203.0.113.9"})");
}

TEST(Segment, OtherCalls) {
  auto identify = event_of("identify", R"({"userId":"u","traits":{"email":"li@example.com"}})");
  EXPECT_EQ(identify.type, Type::kIdentify);
  EXPECT_EQ(identify.name, "");
  EXPECT_EQ(identify.properties, R"({"email":"li@example.com"})");

  auto page = event_of("page", R"({"anonymousId":"a","name":"Home","category":"Shop",
      "properties":{"category":"old","path":"/"}})");
  EXPECT_EQ(page.type, Type::kPage);
  EXPECT_EQ(page.name, "Home");
  EXPECT_EQ(page.properties, R"({"category":"Shop","path":"/"})");
  EXPECT_EQ(event_of("page", R"({"anonymousId":"a"})").properties, "{}");
  EXPECT_EQ(event_of("screen", R"({"userId":"u","name":"Main"})").type, Type::kScreen);

  auto group = event_of("group", R"({"userId":"u","groupId":"g-1","traits":{"name":"Acme"}})");
  EXPECT_EQ(group.properties, R"({"groupId":"g-1","name":"Acme"})");

  auto alias = event_of("alias", R"({"userId":"u","previousId":"anon-9"})");
  EXPECT_EQ(alias.type, Type::kAlias);
  EXPECT_EQ(alias.properties, R"({"previousId":"anon-9"})");
}

TEST(Segment, IdsMayBeNumbersAndJunkIsNobody) {
  auto event = event_of("track", R"({"event":"E","userId":17850,"anonymousId":-1.5,
      "messageId":99})");
  EXPECT_EQ(event.user_id, "17850");
  EXPECT_EQ(event.anonymous_id, "-1.5");
  EXPECT_EQ(event.message_id, "99");
  EXPECT_EQ(event_of("track", R"({"event":"E","userId":"null","anonymousId":"a"})").user_id, "");
  EXPECT_EQ(event_of("track", R"({"event":"E","userId":null,"anonymousId":" a "})").anonymous_id,
            "a");
  const std::string nobody = "userId: neither userId nor anonymousId names anybody";
  EXPECT_EQ(refusal("track", R"({"event":"E"})"), nobody);
  EXPECT_EQ(refusal("track", R"({"event":"E","userId":"","anonymousId":"  "})"), nobody);
  EXPECT_EQ(refusal("track", R"({"event":"E","userId":"undefined"})"), nobody);
  EXPECT_EQ(refusal("track", R"({"event":"E","userId":true})"),
            "userId: expected text or a number");
  EXPECT_EQ(refusal("track", R"({"event":"E","userId":{"id":1}})"),
            "userId: expected text or a number");
}

TEST(Segment, IdsAreComposedAndJunkIsNoted) {
  auto event = event_of("track", R"({"event":"E","userId":"E\u0301mile","anonymousId":"undefined",
      "context":{"ip":"203.0.113.9"}})");
  EXPECT_EQ(event.user_id, "Émile");
  EXPECT_EQ(event.context, R"({"junk_anonymous_id":"undefined","ip":"203.0.113.9"})");
  event = event_of("track", R"({"event":"E","userId":"0","anonymousId":"a"})");
  EXPECT_EQ(event.context, R"({"junk_user_id":"0"})");
  // What is left of erased people is called so: nobody else is.
  event = event_of("track", R"({"event":"E","userId":"erased:era_1","anonymousId":"a"})");
  EXPECT_EQ(event.user_id, "");
  EXPECT_EQ(event.context, R"({"junk_user_id":"erased:era_1"})");
  // The context of a batch is still that of its calls.
  const Decoded batch = decode("batch", R"({"context":{"app":1},"batch":[
      {"type":"track","event":"E","userId":"null","anonymousId":"a"}]})");
  ASSERT_EQ(batch.events.size(), 1u);
  EXPECT_EQ(batch.events[0].context, R"({"junk_user_id":"null","app":1})");
  // Composed, a letter of three bytes becomes three of two.
  std::string grown;
  while (grown.size() < kMaxIdBytes - 4) grown += "\uFB2C";
  EXPECT_EQ(refusal("track", R"({"event":"E","userId":")" + grown + "\"}"),
            "userId: has at most 255 bytes");
}

TEST(Segment, MissingMessageIdsAreMade) {
  auto first = event_of("track", R"({"event":"E","userId":"u"})");
  auto second = event_of("track", R"({"event":"E","userId":"u"})");
  EXPECT_TRUE(first.message_id.starts_with("msg_"));
  EXPECT_NE(first.message_id, second.message_id);
}

TEST(Segment, WhatACallNeeds) {
  EXPECT_EQ(refusal("track", R"({"userId":"u"})"), "event: is missing");
  EXPECT_EQ(refusal("track", R"({"userId":"u","event":""})"), "event: is missing");
  EXPECT_EQ(refusal("track", R"({"userId":"u","event":7})"), "event: expected text");
  EXPECT_EQ(refusal("group", R"({"userId":"u"})"), "groupId: is missing");
  EXPECT_EQ(refusal("alias", R"({"userId":"u"})"), "previousId: is missing");
  EXPECT_EQ(refusal("alias", R"({"anonymousId":"a","previousId":"b"})"), "userId: is missing");
  EXPECT_EQ(refusal("track", track(R"("properties":[1])")), "properties: expected an object");
  EXPECT_EQ(refusal("track", track(R"("context":"x")")), "context: expected an object");
  EXPECT_EQ(refusal("batch", R"({"batch":[{"userId":"u","event":"E"}]})"), "type: is missing");
  EXPECT_EQ(refusal("batch", R"({"batch":[{"type":"delete","userId":"u"}]})"),
            "type: is none of track, identify, page, screen, group, alias");
  EXPECT_EQ(refusal("batch", R"({"batch":[7]})"), "batch: expected an object");
}

// ---- time

Instant time_of(const std::string& members, std::string_view call = "track") {
  return event_of(call, track(members)).timestamp;
}

TEST(Segment, TimesAreCorrectedForTheSendersClock) {
  // The sender's clock is two hours ahead.
  EXPECT_EQ(time_of(R"("timestamp":"2026-03-01T13:59:50Z","sentAt":"2026-03-01T14:00:00Z")"),
            at("2026-03-01T11:59:50Z"));
  EXPECT_EQ(
      time_of(R"("originalTimestamp":"2026-03-01T13:59:50Z","sentAt":"2026-03-01T14:00:00Z")"),
      at("2026-03-01T11:59:50Z"));
  EXPECT_EQ(time_of(R"("timestamp":"2026-03-01T10:00:00Z")"), at("2026-03-01T10:00:00Z"));
  EXPECT_EQ(time_of(R"("timestamp":"2026-03-01T10:00:00Z","sentAt":"never")"),
            at("2026-03-01T10:00:00Z"));
  EXPECT_EQ(time_of(R"("sentAt":"2026-03-01T14:00:00Z")"), kNow);
  EXPECT_EQ(time_of(R"("timestamp":"2026-03-01T10:00:00+08:00")"), at("2026-03-01T02:00:00Z"));
  EXPECT_EQ(time_of(R"("timestamp":1772359200000)"), at("2026-03-01T10:00:00Z"));
  EXPECT_EQ(time_of(R"("timestamp":1772359200)"), at("2026-03-01T10:00:00Z"));
  EXPECT_EQ(time_of(R"("timestamp":1772359200.25)"), at("2026-03-01T10:00:00.250Z"));
}

TEST(Segment, BatchesCarryOneSentAtAndImportsNone) {
  const std::string call = R"("type":"track","event":"E","userId":"u",
      "timestamp":"2026-03-01T13:00:00Z")";
  const std::string batch = R"({"batch":[{)" + call + R"(}],"sentAt":"2026-03-01T14:00:00Z"})";
  EXPECT_EQ(event_of("batch", batch).timestamp, at("2026-03-01T11:00:00Z"));
  EXPECT_EQ(event_of("import", batch).timestamp, at("2026-03-01T13:00:00Z"));
  EXPECT_EQ(event_of("batch", R"({"batch":[{)" + call + R"(,"sentAt":"2026-03-01T13:30:00Z"}]})")
                .timestamp,
            at("2026-03-01T11:30:00Z"));
}

TEST(Segment, RefusesTimesOfBrokenClocks) {
  auto refused = [](const std::string& time) {
    return refusal("track", track("\"timestamp\":" + time));
  };
  EXPECT_EQ(refused("\"1900-01-01T00:00:00Z\""),
            "timestamp: is before 1990 or more than 24 hours ahead: 1900-01-01T00:00:00.000Z");
  EXPECT_EQ(refused("\"2200-01-01T00:00:00Z\""),
            "timestamp: is before 1990 or more than 24 hours ahead: 2200-01-01T00:00:00.000Z");
  EXPECT_EQ(time_of(R"("timestamp":"1990-01-01T00:00:00Z")"), kEarliest);
  EXPECT_NE(refused("\"1989-12-31T23:59:59.999Z\""), "");
  EXPECT_EQ(time_of(R"("timestamp":"2026-03-02T12:00:00Z")"), kNow + kLatestAhead);
  EXPECT_NE(refused("\"2026-03-02T12:00:00.001Z\""), "");
  for (const char* bad : {"\"yesterday\"", "\"\"", "true", "{}", "1e300", "\"2026-02-30\""}) {
    EXPECT_EQ(refused(bad), "timestamp: expected a time such as 2011-09-09T12:30:00Z") << bad;
  }
}

// ---- limits, each at its value and one above

TEST(Segment, LimitsOfNamesAndIds) {
  auto with_name = [](size_t length) {
    return R"({"userId":"u","event":")" + std::string(length, 'n') + "\"}";
  };
  EXPECT_EQ(event_of("track", with_name(kMaxNameBytes)).name.size(), kMaxNameBytes);
  EXPECT_EQ(refusal("track", with_name(kMaxNameBytes + 1)), "event: has at most 255 bytes");
  for (const char* field : {"userId", "anonymousId", "messageId"}) {
    auto with_id = [&](size_t length) {
      return std::string(R"({"event":"E",)") +
             (field == std::string("messageId") ? R"("userId":"u",)" : "") + "\"" + field +
             "\":\"" + std::string(length, 'i') + "\"}";
    };
    event_of("track", with_id(kMaxIdBytes));
    EXPECT_EQ(refusal("track", with_id(kMaxIdBytes + 1)),
              std::string(field) + ": has at most 255 bytes");
  }
}

TEST(Segment, LimitOfProperties) {
  auto with_members = [](size_t count) {
    std::string list;
    for (size_t i = 0; i < count; ++i) {
      list += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + "\":1";
    }
    return track("\"properties\":{" + list + "}");
  };
  event_of("track", with_members(kMaxProperties));
  EXPECT_EQ(refusal("track", with_members(kMaxProperties + 1)),
            "properties: holds more than 512 members");
}

TEST(Segment, LimitOfDepth) {
  auto nested = [](int levels) {
    std::string inner = "1";
    for (int i = 0; i < levels; ++i) inner = "{\"a\":" + inner + "}";
    return track("\"properties\":" + inner);
  };
  event_of("track", nested(kMaxDepth));
  EXPECT_EQ(refusal("track", nested(kMaxDepth + 1)), "properties: is nested deeper than 16 levels");
  // Parts that are not stored may be as deep as they like.
  event_of("track", track(R"("integrations":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]])"));
}

TEST(Segment, LimitsOfBytes) {
  auto event = [](size_t bytes) {
    std::string head = R"({"type":"track","event":"E","userId":"u","properties":{"p":")";
    return head + std::string(bytes - head.size() - 3, 'x') + "\"}}";
  };
  event_of("track", event(kMaxEventBytes));
  EXPECT_EQ(error_of("track", event(kMaxEventBytes + 1)).code, Code::kTooLarge);
  event_of("batch", "{\"batch\":[" + event(kMaxEventBytes) + "]}");
  EXPECT_EQ(refusal("batch", "{\"batch\":[" + event(kMaxEventBytes + 1) + "]}"),
            ": an event has at most 32768 bytes");

  auto batch = [&](size_t bytes) {
    std::string body = "{\"batch\":[" + event(100) + "]}";
    return std::string(bytes - body.size(), ' ') + body;
  };
  event_of("batch", batch(kMaxBatchBytes));
  EXPECT_EQ(error_of("batch", batch(kMaxBatchBytes + 1)).code, Code::kTooLarge);
}

// ---- what cannot be read, and what cannot be stored

TEST(Segment, RefusesRequestsThatAreNotJson) {
  for (const char* body : {"", "not json", "{\"event\":\"E\"", "{\"event\":\"E\"} x", "{} {}",
                           "{\"a\":1,}", "{\"a\":tru}", "{\"properties\":{\"a\":01}}"}) {
    EXPECT_EQ(error_of("track", body).code, Code::kInvalid) << body;
  }
  EXPECT_EQ(error_of("track", "[]").message, "the body must be a JSON object");
  EXPECT_EQ(error_of("batch", "{}").message, "expected an array of calls");
  EXPECT_EQ(error_of("batch", R"({"batch":{}})").message, "expected an array of calls");
  EXPECT_EQ(error_of("batch", R"({"batch":null})").message, "expected an array of calls");
  EXPECT_EQ(error_of("track", "{\"event\":\"\xFF\"}").message, "the body is not well-formed UTF-8");
  EXPECT_EQ(error_of("track", std::string("{\"event\":\"E\"}\0", 14)).code, Code::kInvalid);
  EXPECT_EQ(error_of("track", std::string("{\"event\":\"E\0\"}", 14)).code, Code::kInvalid);
}

TEST(Segment, ABadEventDoesNotTakeItsBatchAlong) {
  const std::string good = R"({"type":"track","event":"E","userId":"u"})";
  struct Case {
    const char* members;
    const char* refusal;
  };
  for (const Case& bad :
       std::vector<Case>{{R"("properties":{"a":1e400})", "properties: holds a number out of range"},
                         {R"("properties":{"a":"\u0000"})", "properties: holds a NUL character"},
                         {R"("properties":{"a":1,"a":2})", "properties: holds the same key twice"},
                         {R"("userId":"v")", "userId: holds the same key twice"},
                         {R"("context":{"a":123456789012345678901234567890})",
                          "context: holds a number out of range"},
                         {R"("anonymousId":"\u0000")", "anonymousId: holds a NUL character"}}) {
    std::string event =
        R"({"type":"track","event":"E","userId":"u",)" + std::string(bad.members) + "}";
    Decoded decoded = decode("batch", "{\"batch\":[" + good + "," + event + "," + good + "]}");
    EXPECT_EQ(decoded.events.size(), 2u) << bad.members;
    ASSERT_EQ(decoded.rejected.size(), 1u) << bad.members;
    EXPECT_EQ(decoded.rejected[0].where + ": " + decoded.rejected[0].reason, bad.refusal);
    EXPECT_EQ(decoded.rejected[0].body, event);
  }
}

TEST(Segment, BatchContextIsTheDefault) {
  auto decoded = decode("batch", R"({"batch":[
      {"type":"track","event":"E","userId":"u","context":{"own":1}},
      {"type":"track","event":"E","userId":"u"}],"context":{"library":"x"},"writeKey":"wk_1"})");
  ASSERT_EQ(decoded.events.size(), 2u);
  EXPECT_EQ(decoded.events[0].context, R"({"own":1})");
  EXPECT_EQ(decoded.events[1].context, R"({"library":"x"})");
}

TEST(Segment, FindsTheWriteKey) {
  std::string key;
  ASSERT_TRUE(decode_segment("batch", R"({"batch":[],"writeKey":"wk_\u0031"})", "", kNow, &key));
  EXPECT_EQ(key, "wk_1");
  key.clear();
  ASSERT_TRUE(
      decode_segment("track", R"({"event":"E","userId":"u","writeKey":5})", "", kNow, &key));
  EXPECT_EQ(key, "");
}

TEST(Segment, RandomBytesNeverStoreWhatIsNotJson) {
  uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string good = R"({"batch":[{"type":"track","event":"E","userId":"u","properties":)"
                           R"({"a":[1,2,{"b":"\u00e9"}]},"context":{"c":null}}],"sentAt":"2026"})";
  for (int round = 0; round < 20'000; ++round) {
    std::string body = good;
    for (uint64_t i = 0; i <= random() % 4; ++i) {
      body[random() % body.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) body.resize(random() % body.size());
    auto decoded = decode_segment("batch", body, "web", kNow, nullptr);
    if (!decoded) continue;
    ASSERT_TRUE(Json::accept(body)) << body;
    for (const auto& event : decoded->events) {
      ASSERT_TRUE(is_storable_text(event.properties) && Json::accept(event.properties)) << body;
      ASSERT_TRUE(is_storable_text(event.context) && Json::accept(event.context)) << body;
      ASSERT_TRUE(is_storable_text(event.user_id) && is_storable_text(event.name)) << body;
    }
  }
}

}  // namespace
}  // namespace perennial::collect
