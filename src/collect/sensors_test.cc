#include "collect/sensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/test_server.h"

namespace perennial::collect {
namespace {

using events::Type;
using testing::ElementsAre;

Decoded decode(std::string_view body, const Form& query = {}) {
  return decode_sensors(body, query, "shop", kNow);
}

events::Event event_of(std::string_view record) {
  Decoded decoded = decode(record);
  EXPECT_EQ(decoded.events.size(), 1u)
      << record << (decoded.rejected.empty() ? "" : decoded.rejected[0].reason);
  return decoded.events.empty() ? events::Event{} : decoded.events[0];
}

// "type user/anonymous properties" of each event.
std::vector<std::string> lines(std::string_view body) {
  std::vector<std::string> out;
  for (const auto& e : decode(body).events) {
    out.push_back(std::string(events::type_name(e.type)) + " " + e.user_id + "/" + e.anonymous_id +
                  " " + e.name + e.properties);
  }
  return out;
}

std::string refusal(std::string_view body, const Form& query = {}) {
  Decoded decoded = decode(body, query);
  EXPECT_TRUE(decoded.events.empty()) << body;
  EXPECT_EQ(decoded.rejected.size(), 1u) << body;
  if (decoded.rejected.empty()) return "";
  EXPECT_EQ(decoded.rejected[0].form, "sensors");
  return decoded.rejected[0].where + ": " + decoded.rejected[0].reason;
}

TEST(Sensors, ProfilesBecomeTraits) {
  auto record = [](std::string_view type, std::string_view properties) {
    return R"({"type":")" + std::string(type) + R"(","distinct_id":"d","properties":)" +
           std::string(properties) + "}";
  };
  EXPECT_THAT(lines(record("profile_set", R"({"Email":"a@b.c","$name":"李雷","Age":3})")),
              ElementsAre(R"(identify /d {"email":"a@b.c","name":"李雷","Age":3})"));
  EXPECT_THAT(lines(record("profile_set_once", R"({"first":1})")),
              ElementsAre(R"(identify /d {"$set_once":{"first":1}})"));
  EXPECT_THAT(lines(record("profile_increment", R"({"n":2})")),
              ElementsAre(R"(identify /d {"$increment":{"n":2}})"));
  EXPECT_THAT(lines(record("profile_append", R"({"tags":["x"]})")),
              ElementsAre(R"(identify /d {"$append":{"tags":["x"]}})"));
  EXPECT_THAT(lines(record("profile_unset", R"({"Age":true,"Mobile":""})")),
              ElementsAre(R"(identify /d {"Age":null,"phone":null})"));
  EXPECT_THAT(lines(record("profile_unset", R"(["Age"])")),
              ElementsAre(R"(identify /d {"Age":null})"));
  EXPECT_THAT(lines(record("profile_delete", "{}")),
              ElementsAre(R"(identify /d {"$delete":true})"));
}

TEST(Sensors, IdsAreComposedAndJunkIsNoted) {
  auto event = event_of(R"({"type":"track","event":"E","distinct_id":"a","login_id":"null",
                            "anonymous_id":"e\u0301"})");
  EXPECT_EQ(event.anonymous_id, "é");
  EXPECT_EQ(event.context, R"({"junk_user_id":"null"})");
  event = event_of(R"({"type":"track","event":"E","distinct_id":"0","login_id":"u"})");
  EXPECT_EQ(event.user_id, "u");
  EXPECT_EQ(event.context, R"({"junk_anonymous_id":"0"})");
  EXPECT_EQ(event_of(R"({"type":"track","event":"E","distinct_id":"a"})").context, "{}");
}

TEST(Sensors, ItemsAreNobodys) {
  EXPECT_THAT(
      lines(R"({"type":"item_set","item_type":"product","item_id":"p1","properties":{"name":"X"}}
               {"type":"item_delete","item_type":"product","item_id":7})"),
      ElementsAre(
          R"(track /$item:product:p1 Item Set{"item_type":"product","item_id":"p1","name":"X"})",
          R"(track /$item:product:7 Item Deleted{"item_type":"product","item_id":"7"})"));
  EXPECT_FALSE(people::names_somebody("$item:product:p1"));
  EXPECT_EQ(refusal(R"({"type":"item_set","item_type":"product"})"), "item_id: is missing");
}

TEST(Sensors, FourWaysToSayWhoseALoginIdIs) {
  EXPECT_THAT(lines(R"([{"type":"track","event":"E","distinct_id":"u","login_id":"u",
                         "anonymous_id":"a"},
                        {"type":"track","event":"E","distinct_id":"u",
                         "properties":{"$is_login_id":true}},
                        {"type":"track","event":"E","distinct_id":"x",
                         "identities":{"$identity_login_id":"u","$identity_cookie_id":"c"}},
                        {"type":"track","event":"E","distinct_id":"u"}])"),
              ElementsAre("track u/a E{}", "track u/ E{}", "track u/c E{}", "track /u E{}"));
  // The signing up joins the visitor, and the id as it came before anybody said whose it is.
  EXPECT_THAT(lines(R"({"type":"track_signup","event":"$SignUp","distinct_id":"u",
                        "original_id":"a","_track_id":5,"time":1795305762690})"),
              ElementsAre("track u/ $SignUp{}", "identify u/a {}", "identify u/u {}"));
  EXPECT_THAT(lines(R"({"type":"track_signup","event":"$SignUp","distinct_id":"u","login_id":"u",
                        "original_id":"a"})"),
              ElementsAre("track u/ $SignUp{}", "identify u/a {}"));
}

TEST(Sensors, KeysAndTimes) {
  auto event = event_of(R"({"type":"track","event":"E","distinct_id":"d","_track_id":12,
                            "time":1795305762690})");
  EXPECT_EQ(event.message_id, "12.1795305762690.d");
  EXPECT_EQ(event.timestamp, from_millis(1'795'305'762'690));
  EXPECT_EQ(event.source, "shop");
  // A clock that is a day late: sent when received.
  event = event_of(R"({"type":"track","event":"E","distinct_id":"d","time":1795219362690,
                       "_flush_time":1795219363690})");
  EXPECT_EQ(event.timestamp, kNow - std::chrono::seconds(1));
  event = event_of(R"({"type":"track","event":"E","distinct_id":"d","time":1295219362690,
                       "_flush_time":1795219363690,"time_free":true})");
  EXPECT_EQ(event.timestamp, from_millis(1'295'219'362'690));
  std::string ids(300, 'd');
  EXPECT_EQ(refusal(R"({"type":"track","event":"E","_track_id":1,"distinct_id":")" + ids + "\"}"),
            "distinct_id: has at most 255 bytes");
  ids.resize(kMaxIdBytes);
  event = event_of(R"({"type":"track","event":"E","_track_id":1,"distinct_id":")" + ids + "\"}");
  EXPECT_LE(event.message_id.size(), kMaxIdBytes);
}

TEST(Sensors, PagesAndScreens) {
  EXPECT_THAT(lines(R"({"type":"track","event":"$pageview","distinct_id":"d",
                        "properties":{"$title":"茶","$url":"http://s/p","$url_path":"/p"}})"),
              ElementsAre(R"(page /d 茶{"$title":"茶","$url":"http://s/p","$url_path":"/p",)"
                          R"("url":"http://s/p","path":"/p","title":"茶"})"));
  EXPECT_THAT(lines(R"({"type":"track","event":"$AppViewScreen","distinct_id":"d",
                        "properties":{"$screen_name":"Main"}})"),
              ElementsAre(R"(screen /d Main{"$screen_name":"Main","screen":"Main"})"));
}

TEST(Sensors, SaysWhatIsWrong) {
  EXPECT_EQ(refusal(""), "body: has neither data nor data_list");
  EXPECT_EQ(refusal("x=1"), "body: has neither data nor data_list");
  EXPECT_EQ(refusal("data=%7B"), "data: is not base64");
  EXPECT_EQ(refusal("", {{"data", "e30"}, {"ext", "crc=1"}}),
            "data: does not match its crc: it was cut or changed on its way");
  EXPECT_EQ(refusal("", {{"data", "e30"}}), "type: is no type of record that is known here");
  EXPECT_EQ(refusal("{"), ": is not well-formed JSON near byte 1");
  EXPECT_EQ(refusal("[1]"), ": expected an object");
  EXPECT_EQ(refusal(R"({"type":"track","event":"E"})"), "distinct_id: names nobody");
  EXPECT_EQ(refusal(R"({"type":"track","event":"E","distinct_id":"undefined"})"),
            "distinct_id: names nobody");
  EXPECT_EQ(refusal(R"({"type":"track","distinct_id":"d"})"), "event: is missing");
  EXPECT_EQ(refusal(R"({"type":"track","event":"E","distinct_id":"d","properties":[]})"),
            "properties: expected an object");
  EXPECT_EQ(refusal(R"({"type":"track","event":"E","distinct_id":"d","time":"soon"})"),
            "time: expected milliseconds since 1970");
  EXPECT_EQ(refusal(R"({"type":"track","event":"E","distinct_id":"d","time":1})"),
            "time: is before 1990 or more than 24 hours ahead: 1970-01-01T00:00:01.000Z");
  EXPECT_EQ(refusal(R"({"type":"track","event":"E","distinct_id":"d","n":1e999})").substr(0, 2),
            ": ");
  // A bad record does not take the others along.
  Decoded decoded = decode(R"([{"type":"track","event":"E","distinct_id":"d"},{"type":"x"},7])");
  EXPECT_EQ(decoded.events.size(), 1u);
  EXPECT_EQ(decoded.rejected.size(), 2u);
  EXPECT_EQ(decoded.rejected[0].body, R"({"type":"x"})");
}

TEST(Sensors, LimitsHold) {
  auto record = [](size_t bytes) {
    std::string text = R"({"type":"track","event":"E","distinct_id":"d","properties":{"x":""}})";
    return text.insert(text.size() - 3, bytes - text.size(), 'x');
  };
  EXPECT_EQ(decode(record(kMaxEventBytes)).events.size(), 1u);
  EXPECT_EQ(refusal(record(kMaxEventBytes + 1)), ": an event has at most 32768 bytes");
  auto members = [](size_t count) {
    Json properties = Json::object();
    for (size_t i = 0; i < count; ++i) properties["p" + std::to_string(i)] = 1;
    return to_text(
        {{"type", "track"}, {"event", "E"}, {"distinct_id", "d"}, {"properties", properties}});
  };
  EXPECT_EQ(decode(members(kMaxProperties)).events.size(), 1u);
  EXPECT_EQ(refusal(members(kMaxProperties + 1)), "properties: holds more than 512 members");
}

}  // namespace
}  // namespace perennial::collect
