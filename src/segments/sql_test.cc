// Random rules against SQL that is written here from the same random choices, over the log in chDB:
// everybody at once, person by person and the engine's answer are the same people.
#include <random>
#include <set>

#include "events/testing.h"
#include "segments/segments_testing.h"

namespace perennial::segments {
namespace {

constexpr int kPeople = 600;  // more than a bucket
constexpr int kRules = 40;
constexpr const char* kNames[] = {"A", "B", "C", "D"};
constexpr int64_t kDay = 86'400;

// A rule and the condition on a group of one user's events that says the same.
struct Both {
  Json rule;
  std::string sql;
};

class RulesInChdb : public SegmentsTest {
 protected:
  void SetUp() override {
    if (!events::chdb_wanted()) GTEST_SKIP() << "the test segments.chdb runs it";
    SegmentsTest::SetUp();
  }
  std::unique_ptr<events::Log> open_log() override {
    return events::open_chdb({.directory = scratch_.path()}).value();
  }

  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  bool chance(int percent) { return pick(1, 100) <= percent; }

  void fill() {
    const int64_t now = to_millis(this->now());
    for (int who = 0; who < kPeople; ++who) {
      const std::string user = "u" + std::to_string(who);
      identify(user, {{"plan", chance(50) ? "gold" : "free"}});
      for (int64_t i = pick(0, 8); i > 0; --i) {
        Json properties = Json::object();
        std::string name = kNames[pick(0, 3)];
        if (chance(20)) {
          name = chance(50) ? "Subscribed" : "Unsubscribed";
          properties["channel"] = "sms";
          if (chance(60)) properties["topic"] = "news";
        }
        if (chance(70)) properties["price"] = static_cast<double>(pick(0, 40)) / 4;
        if (chance(60)) properties["pay"] = chance(50) ? "card" : "cash";
        auto one = event(user, name, properties);
        one.timestamp = from_millis(now - pick(-2 * kDay, 100 * kDay) * 1000 - pick(0, 999));
        if (chance(30) && !waiting_.empty() && waiting_.back().user_id == user)
          one.timestamp = waiting_.back().timestamp + Millis(pick(-2, 900));
        send(std::move(one));
      }
    }
    flush();
  }

  // ---- rules and their SQL

  static std::string text(const Json& value) {
    return value.is_string() ? "'" + value.get<std::string>() + "'" : to_text(value);
  }
  static constexpr std::string_view kKey = "(timestamp, seq)";
  static constexpr std::string_view kPrice = "JSONExtractFloat(properties, 'price')";
  std::string past() const { return "(second <= " + std::to_string(here()) + ")"; }
  int64_t here() const { return to_millis(now()) / 1000; }

  // Which event, as members of a rule and as a condition on a row.
  Both choice() {
    const char* name = kNames[pick(0, 3)];
    Both out{{{"event", name}}, "name = '" + std::string(name) + "'"};
    if (!chance(30)) return out;
    if (chance(50)) {
      out.rule["where"] = {{"property", "pay"}, {"op", "is"}, {"value", "card"}};
      out.sql += " AND JSONExtractString(properties, 'pay') = 'card'";
    } else {
      out.rule["where"] = {{"property", "price"}, {"op", "at_least"}, {"value", 5}};
      out.sql += " AND JSONHas(properties, 'price') AND " + std::string(kPrice) + " >= 5";
    }
    return out;
  }

  Both window() {
    Both out{Json::object(), past()};
    if (chance(60)) {
      const bool days = chance(60);
      const int64_t count = pick(1, days ? 60 : 900);
      out.rule["last"] = {{"count", count}, {"unit", days ? "day" : "hour"}};
      out.sql += " AND second + " + std::to_string(count * (days ? kDay : 3600)) + " > " +
                 std::to_string(here());
    }
    if (chance(20)) {
      const int64_t count = pick(1, 30);
      out.rule["before"] = {{"count", count}, {"unit", "day"}};
      out.sql += " AND second + " + std::to_string(count * kDay) + " <= " + std::to_string(here());
    }
    if (out.rule.empty() || chance(10)) {
      out.rule["from"] = "2026-02-01";
      out.sql += " AND timestamp >= '2026-02-01 00:00:00'";
    }
    return out;
  }

  static const char* sql_op(const std::string& op) {
    if (op == "at_least") return " >= ";
    if (op == "at_most") return " <= ";
    if (op == "greater") return " > ";
    if (op == "less") return " < ";
    return op == "is" ? " = " : " != ";
  }

  Both did() {
    constexpr const char* kOps[] = {"at_least", "at_most", "greater", "less", "is", "is_not"};
    constexpr const char* kMeasures[] = {"count",   "days",    "sum",   "average",
                                         "minimum", "maximum", "first", "last"};
    const Both event = choice();
    Both out{event.rule, ""};
    std::string rows = event.sql;
    if (chance(80)) {
      const Both some = window();
      out.rule["window"] = some.rule;
      rows += " AND " + some.sql;
    } else {
      rows += " AND " + past();
    }
    const size_t measure = chance(40) ? 0 : static_cast<size_t>(pick(1, 7));
    const std::string op = measure >= 6 ? "at_least" : kOps[pick(0, 5)];
    const int64_t value = pick(0, measure >= 2 ? 12 : 4);
    out.rule["measure"] = kMeasures[measure];
    out.rule["op"] = op;
    out.rule["value"] = value;
    if (measure >= 2) out.rule["property"] = "price";
    const std::string compared = sql_op(op) + std::to_string(value);
    const std::string priced = rows + " AND JSONHas(properties, 'price')";
    const auto some = [&](const std::string& aggregate) {
      return "(countIf(" + priced + ") > 0 AND " + aggregate + compared + ")";
    };
    const std::string price(kPrice), key(kKey);
    const std::array<std::string, 8> kSql = {
        "countIf(" + rows + ")" + compared,
        "uniqExactIf(toDate(timestamp), " + rows + ")" + compared,
        "sumIf(" + price + ", " + priced + ")" + compared,
        some("avgIf(" + price + ", " + priced + ")"),
        some("minIf(" + price + ", " + priced + ")"),
        some("maxIf(" + price + ", " + priced + ")"),
        some("argMinIf(" + price + ", " + key + ", " + priced + ")"),
        some("argMaxIf(" + price + ", " + key + ", " + priced + ")")};
    return {{{"did", out.rule}}, kSql[measure]};
  }

  // How often after the first or last other event.
  Both since() {
    const Both event = choice(), other = choice();
    const bool last = chance(50);
    const int64_t value = pick(0, 3);
    Json rule = event.rule;
    rule["op"] = "at_most";
    rule["value"] = value;
    rule["window"] = {{"since", other.rule}};
    rule["window"]["since"]["which"] = last ? "last" : "first";
    const std::string others = other.sql + " AND " + past(), key(kKey);
    return {{{"did", rule}},
            "(countIf(" + others + ") > 0 AND arrayCount(x -> x > " + (last ? "max" : "min") +
                "If(" + key + ", " + others + "), groupArrayIf(" + key + ", " + event.sql +
                " AND " + past() + ")) <= " + std::to_string(value) + ")"};
  }

  Both edge() {
    const Both event = choice(), some = window();
    const bool last = chance(50);
    Json rule = event.rule;
    rule["window"] = some.rule;
    const std::string rows = event.sql + " AND " + past();
    // The one event's second stands where the rows' stand.
    std::string inside = some.sql;
    const std::string at = std::string(last ? "max" : "min") + "If(second, " + rows + ")";
    for (size_t i = inside.find("second"); i != std::string::npos;
         i = inside.find("second", i + at.size()))
      inside.replace(i, 6, at);
    for (size_t i = inside.find("timestamp >="); i != std::string::npos;
         i = inside.find("timestamp >="))
      inside.replace(i, 9, std::string(last ? "max" : "min") + "If(timestamp, " + rows + ")");
    return {{{last ? "last_did" : "first_did", rule}},
            "(countIf(" + rows + ") > 0 AND " + inside + ")"};
  }

  Both sequence() {
    const Both first = choice(), second = choice(), between = choice(), some = window();
    const int64_t hours = pick(1, 240);
    const bool without = chance(50);
    Json rule = {{"steps", {first.rule, second.rule}},
                 {"within", {{"count", hours}, {"unit", "hour"}}},
                 {"window", some.rule}};
    if (without) rule["without"] = {between.rule};
    const auto all = [&](const Both& event) {
      return "groupArrayIf((timestamp, seq, second), " + event.sql + " AND " + some.sql + ")";
    };
    std::string pair = "(a.1, a.2) < (b.1, b.2) AND b.3 - a.3 <= " + std::to_string(hours * 3600);
    if (without)
      pair += " AND NOT arrayExists(x -> (a.1, a.2) < (x.1, x.2) AND (x.1, x.2) < (b.1, b.2), " +
              all(between) + ")";
    return {{{"sequence", rule}},
            "arrayExists(b -> arrayExists(a -> " + pair + ", " + all(first) + "), " + all(second) +
                ")"};
  }

  Both consent() {
    const bool topic = chance(60);
    const std::string word = chance(50) ? "subscribed" : chance(50) ? "unsubscribed" : "unknown";
    Json test = {{"channel", "sms"}, {"is", {word}}};
    if (topic) test["topic"] = "news";
    const auto said = [&](const char* of) {
      return "name IN ('Subscribed', 'Unsubscribed') AND JSONExtractString(properties, 'channel') "
             "= 'sms' AND JSONExtractString(properties, 'topic') = '" +
             std::string(of) + "' AND " + past();
    };
    const auto last = [&](const char* of, const std::string& otherwise) {
      return "if(countIf(" + said(of) + ") = 0, " + otherwise +
             ", lower(toString(argMaxIf(name, (timestamp, seq), " + said(of) + "))))";
    };
    const std::string channel = last("", "'unknown'");
    return {{{"consent", test}}, (topic ? last("news", channel) : channel) + " = '" + word + "'"};
  }

  Both leaf() {
    switch (pick(0, 6)) {
      case 0:
        return {{{"trait", {{"property", "plan"}, {"op", "is"}, {"value", "gold"}}}},
                "argMaxIf(JSONExtractString(properties, 'plan'), (timestamp, seq), type = "
                "'identify') = 'gold'"};
      case 1:
        return edge();
      case 2:
        return sequence();
      case 3:
        return since();
      case 4:
        return consent();
      default:
        return did();
    }
  }

  Both rule(int depth) {
    if (depth == 0 || chance(40)) return leaf();
    if (chance(25)) {
      const Both one = rule(depth - 1);
      return {{{"not", one.rule}}, "NOT (" + one.sql + ")"};
    }
    const bool all = chance(50);
    Both out{Json::array(), all ? "1" : "0"};
    for (int64_t i = pick(1, 3); i > 0; --i) {
      const Both one = rule(depth - 1);
      out.rule.push_back(one.rule);
      out.sql += (all ? " AND (" : " OR (") + one.sql + ")";
    }
    return {{{all ? "all" : "any", out.rule}}, "(" + out.sql + ")"};
  }

  // ---- answers

  std::set<PersonId> by_sql(const std::string& condition) {
    const std::string query =
        "SELECT user_id FROM (SELECT *, intDiv(toUnixTimestamp64Milli(timestamp), 1000) AS second "
        "FROM events WHERE user_id != '') GROUP BY user_id HAVING " +
        condition;
    const auto table = log_->sql(query, {.max_rows = 2 * kPeople});
    EXPECT_TRUE(table) << query << "\n" << table.error().text();
    std::set<PersonId> out;
    if (!table) return out;
    for (const auto& row : table->rows) out.insert(ids_.at(*row[0]));
    return out;
  }

  void compare(Engine& engine, const Both& both) {
    const auto definition =
        parse_definition({{"universe", "everyone"}, {"rule", both.rule}}, engine.calendar());
    ASSERT_TRUE(definition) << both.rule << definition.error().text();
    const timeline::Stop stop;
    const auto program = engine.compile(*definition, stop, timeline_->snapshot());
    ASSERT_TRUE(program) << program.error().text();
    const auto reading = engine.read(*definition, nullptr, now());
    ASSERT_TRUE(reading) << reading.error().text();
    const auto whole = (*program)->evaluate((*reading)->context(), engine.pool(), stop);
    ASSERT_TRUE(whole);
    const auto everybody = ids_of(whole->members);
    const std::set<PersonId> at_once(everybody.begin(), everybody.end());
    std::set<PersonId> singly;
    Program::Personal personal(**program, (*reading)->context());
    for (const auto& [user, id] : ids_) {
      if (personal.is_member(id)) singly.insert(id);
    }
    ASSERT_EQ(at_once, singly) << both.rule;
    const auto expected = by_sql(both.sql);
    ASSERT_EQ(at_once, expected) << both.rule << "\n" << both.sql;
    some_ += !expected.empty() && expected.size() < kPeople ? 1 : 0;
  }

  events::ScratchDirectory scratch_;
  std::mt19937_64 random_;
  std::map<std::string, PersonId> ids_;
  int some_ = 0;  // rules that neither all fit nor nobody
};

TEST_F(RulesInChdb, AgreeWithSqlWrittenBeside) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_.seed(seed);
  fill();
  for (int who = 0; who < kPeople; ++who) {
    const std::string user = "u" + std::to_string(who);
    ids_[user] = person(user);
  }
  const Parts given = parts();
  Engine engine(given);
  for (int i = 0; i < kRules; ++i) {
    compare(engine, rule(3));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(some_, kRules / 2);
}

}  // namespace
}  // namespace perennial::segments
