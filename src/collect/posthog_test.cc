#include "collect/posthog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/test_server.h"

namespace perennial::collect {
namespace {

using testing::ElementsAre;

Decoded decode(std::string_view text) {
  auto decoded = decode_posthog(text, "app", kNow, nullptr);
  EXPECT_TRUE(decoded) << text << (decoded ? "" : decoded.error().text());
  return decoded.value_or(Decoded{});
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& e : decode(text).events) {
    out.push_back(std::string(events::type_name(e.type)) + " " + e.user_id + "/" + e.anonymous_id +
                  " " + e.name + e.properties);
  }
  return out;
}

std::string refusal(std::string_view text) {
  Decoded decoded = decode(text);
  EXPECT_TRUE(decoded.events.empty()) << text;
  EXPECT_EQ(decoded.rejected.size(), 1u) << text;
  if (decoded.rejected.empty()) return "";
  return decoded.rejected[0].where + ": " + decoded.rejected[0].reason;
}

TEST(Posthog, ThreeShapesOfARequest) {
  const std::string event = R"({"event":"E","distinct_id":"u","properties":{"a":1,"b":null}})";
  for (const std::string& text :
       {event, "[" + event + "]", R"({"api_key":"k","batch":[)" + event + "]}"}) {
    EXPECT_THAT(lines(text), ElementsAre(R"(track u/ E{"a":1})")) << text;
  }
  std::string key;
  ASSERT_TRUE(decode_posthog(R"({"batch":[],"api_key":"k1"})", "", kNow, &key));
  EXPECT_EQ(key, "k1");
  key.clear();
  ASSERT_TRUE(decode_posthog(R"([{"event":"E","properties":{"token":"k2"}}])", "", kNow, &key));
  EXPECT_EQ(key, "k2");
}

TEST(Posthog, IdsAreComposedAndJunkIsNoted) {
  const Decoded decoded = decode(R"([{"event":"E","distinct_id":"e\u0301"},
      {"event":"E","distinct_id":"undefined",
       "properties":{"distinct_id":"u","$device_id":"null"}}])");
  ASSERT_EQ(decoded.events.size(), 2u);
  EXPECT_EQ(decoded.events[0].user_id, "é");
  EXPECT_EQ(decoded.events[0].context, "{}");
  EXPECT_EQ(decoded.events[1].user_id, "u");
  EXPECT_EQ(decoded.events[1].context,
            R"({"junk_anonymous_id":"null","junk_user_id":"undefined"})");
}

TEST(Posthog, WhoItIs) {
  auto line = [](const std::string& properties) {
    return lines(R"({"event":"E","distinct_id":"d","properties":)" + properties + "}").front();
  };
  EXPECT_TRUE(line("{}").starts_with("track d/ "));
  EXPECT_TRUE(line(R"({"$is_identified":false,"$device_id":"d"})").starts_with("track /d "));
  EXPECT_TRUE(line(R"({"$is_identified":true,"$device_id":"v"})").starts_with("track d/v "));
  EXPECT_TRUE(line(R"({"$device_id":"d"})").starts_with("track /d "));
  EXPECT_TRUE(line(R"({"$process_person_profile":false})").starts_with("track /d "));
}

TEST(Posthog, PeopleAndGroups) {
  EXPECT_THAT(
      lines(R"([{"event":"$identify","distinct_id":"u","$set":{"name":"李雷"},
                         "$set_once":{"from":"ad","x":null},
                         "properties":{"$anon_distinct_id":"v","$is_identified":true}},
                        {"event":"E","distinct_id":"u","uuid":"1",
                         "properties":{"$set":{"plan":"vip"},"$unset":["old"]}},
                        {"event":"$create_alias","distinct_id":"u","properties":{"alias":"w"}},
                        {"event":"$groupidentify","distinct_id":"$company_acme","properties":
                         {"$group_type":"company","$group_key":"acme","$group_set":{"n":1}}},
                        {"event":"$groupidentify","distinct_id":"u","properties":
                         {"$group_type":"company","$group_key":"acme"}}])"),
      ElementsAre(R"(identify u/v {"name":"李雷","$set_once":{"from":"ad"}})", "track u/ E{}",
                  R"(identify u/ {"plan":"vip","old":null})", R"(alias u/ {"previousId":"w"})",
                  R"(group /$group:company:acme {"groupId":"acme","groupType":"company","n":1})",
                  R"(group u/ {"groupId":"acme","groupType":"company"})"));
  auto events = decode(R"({"event":"E","distinct_id":"u","uuid":"1","$set":{"a":1}})").events;
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].message_id, "1");
  EXPECT_EQ(events[1].message_id, "1:set");
}

TEST(Posthog, Times) {
  auto at = [](const std::string& text) { return decode(text).events.at(0).timestamp; };
  const std::string event = R"("event":"E","distinct_id":"u")";
  EXPECT_EQ(at("{" + event + "}"), kNow);
  EXPECT_EQ(at("{" + event + R"(,"timestamp":"2026-03-04T05:06:07.089Z"})"),
            parse_instant("2026-03-04T05:06:07.089Z").value());
  EXPECT_EQ(at("{" + event + R"(,"offset":1500})"), kNow - std::chrono::milliseconds(1500));
  EXPECT_EQ(at(R"({"batch":[{)" + event + R"(,"timestamp":"2020-01-01T00:00:00Z"}],
                   "sent_at":"2020-01-01T00:00:02Z"})"),
            kNow - std::chrono::seconds(2));
}

TEST(Posthog, UnwrapsWhateverTheHeadersSay) {
  const std::string json = R"({"event":"E","distinct_id":"u"})";
  const std::string packed = deflated(json, true);
  for (const std::string& body : std::vector<std::string>{
           json, " " + json, packed, base64url(json), base64url(packed), "data=" + base64url(json),
           "data=%7B%22event%22:%22E%22,%22distinct_id%22:%22u%22%7D&compression="}) {
    auto text = posthog_text(body, {});
    ASSERT_TRUE(text) << body;
    EXPECT_THAT(lines(*text), ElementsAre("track u/ E{}"));
  }
  EXPECT_EQ(posthog_text("", {{"data", base64url(json)}}).value(), json);
  EXPECT_FALSE(posthog_text("", {}));
  EXPECT_FALSE(posthog_text("!", {}));
  EXPECT_FALSE(posthog_text("\x1F\x8B", {}));
}

TEST(Posthog, SaysWhatIsWrong) {
  EXPECT_EQ(refusal("{}"), "distinct_id: names nobody");
  EXPECT_EQ(refusal(R"({"distinct_id":"u"})"), "event: is missing");
  EXPECT_EQ(refusal(R"({"event":"E","distinct_id":"u","properties":1})"),
            "properties: expected an object");
  EXPECT_EQ(refusal(R"({"event":"E","distinct_id":"u","timestamp":"soon"})"),
            "timestamp: expected a time such as 2011-09-09T12:30:00Z");
  EXPECT_EQ(refusal(R"({"event":"$create_alias","distinct_id":"u"})"), "alias: is missing");
  EXPECT_EQ(refusal(R"({"batch":["x"]})"), ": expected an object");
  EXPECT_FALSE(decode_posthog("{\"event\":", "", kNow, nullptr));
  EXPECT_FALSE(decode_posthog("[1,]", "", kNow, nullptr));
  EXPECT_FALSE(decode_posthog("\"\xFF\"", "", kNow, nullptr));
  Decoded decoded = decode(R"({"batch":[{"event":"E","distinct_id":"u"},{}],"sent_at":
      "2020-01-01T00:00:02Z"})");
  EXPECT_EQ(decoded.events.size(), 1u);
  ASSERT_EQ(decoded.rejected.size(), 1u);
  EXPECT_EQ(decoded.rejected[0].sent, parse_instant("2020-01-01T00:00:02Z").value());
}

}  // namespace
}  // namespace perennial::collect
