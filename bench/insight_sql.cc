// The nine questions in the SQL of the rivals, several forms each. Names and channels are numbers
// (insight_data.h): 0 Page Viewed, 1 Product Viewed, 2 Visit, 3 Product Added, 4 Checkout Started,
// 5 Order Completed. No two events of a person share a second, so ties need no rule.
#include <map>

#include <fmt/format.h>

#include "insight_data.h"
#include "insight_rivals.h"

namespace perennial::bench {
namespace {

const std::string kStored = ", stored order";

using Forms = std::map<std::string, std::vector<std::string>>;

const std::vector<std::string> kThree = {"name = 2", "name = 3", "name = 5"};
const std::vector<std::string> kFive = {"name = 2", "name = 1", "name = 3", "name = 4",
                                        "name = 5 AND cents >= 5000"};

std::string any_of(const std::vector<std::string>& steps) {
  std::string out;
  for (const std::string& step : steps) out += (out.empty() ? "(" : " OR (") + step + ")";
  return out;
}

// entry<k>: the latest entry of an attempt that stands at step k, carried along each person's rows.
// An entry is `code`, of which `seconds` makes a time.
std::string funnel_by_windows(const std::vector<std::string>& steps, const std::string& code,
                              const std::string& entry_time, const std::string& last) {
  std::string sql = fmt::format(
      "WITH s0 AS (SELECT \"user\", ts, name, channel, cents, {} AS code "
      "FROM events WHERE {})",
      code, any_of(steps));
  for (size_t k = 1; k < steps.size(); ++k) {
    const std::string fits = k == 1
                                 ? steps[0]
                                 : fmt::format("{} AND ts - {} <= {}", steps[k - 1],
                                               fmt::format(fmt::runtime(entry_time), k - 1), kWeek);
    sql += fmt::format(
        ", s{} AS (SELECT *, max(CASE WHEN {} THEN {} END) OVER (PARTITION BY "
        "\"user\" ORDER BY ts ROWS UNBOUNDED PRECEDING) AS e{} FROM s{})",
        k, fits, k == 1 ? "code" : fmt::format("e{}", k - 1), k, k - 1);
  }
  return sql + last;
}

std::string level_of(const std::vector<std::string>& steps, const std::string& entry_time) {
  std::string out = "CASE";
  for (size_t k = steps.size(); k > 1; --k) {
    out += fmt::format(" WHEN {} AND ts - {} <= {} THEN {}", steps[k - 1],
                       fmt::format(fmt::runtime(entry_time), k - 1), kWeek, k);
  }
  return out + fmt::format(" WHEN {} THEN 1 ELSE 0 END", steps[0]);
}

// One ASOF join a step: for each event of it the last attempt that stands at the step before.
std::string funnel_by_asof(const std::vector<std::string>& steps) {
  std::string sql =
      fmt::format("WITH s1 AS (SELECT \"user\", ts, ts AS entry FROM events WHERE {})", steps[0]);
  for (size_t k = 2; k <= steps.size(); ++k) {
    sql += fmt::format(
        ", t{0} AS (SELECT \"user\", ts FROM events WHERE {1}), s{0} AS (SELECT "
        "t.\"user\", t.ts, s.entry FROM t{0} t ASOF JOIN s{2} s ON t.\"user\" = "
        "s.\"user\" AND t.ts > s.ts WHERE t.ts - s.entry <= {3})",
        k, steps[k - 1], k - 1, kWeek);
  }
  sql += ", l AS (";
  for (size_t k = 1; k <= steps.size(); ++k) {
    sql +=
        fmt::format("{}SELECT \"user\", {} AS level FROM s{}", k == 1 ? "" : " UNION ALL ", k, k);
  }
  return sql +
         ") SELECT 0::BIGINT, level::BIGINT, count(*)::BIGINT FROM (SELECT \"user\", "
         "max(level) AS level FROM l GROUP BY 1) GROUP BY level ORDER BY level";
}

// The earliest event at the highest level tells the entry, and so the channel.
std::string funnel_by_channel_asof() {
  return fmt::format(
      "WITH s1 AS (SELECT \"user\", ts, ts::BIGINT * 16 + channel AS entry FROM events WHERE name "
      "= "
      "2), t2 AS (SELECT \"user\", ts FROM events WHERE name = 3), t3 AS (SELECT \"user\", ts FROM "
      "events WHERE name = 5), s2 AS (SELECT t.\"user\", t.ts, s.entry FROM t2 t ASOF JOIN s1 s ON "
      "t.\"user\" = s.\"user\" AND t.ts > s.ts WHERE t.ts - s.entry // 16 <= {0}), s3 AS (SELECT "
      "t.\"user\", t.ts, s.entry FROM t3 t ASOF JOIN s2 s ON t.\"user\" = s.\"user\" AND t.ts > "
      "s.ts "
      "WHERE t.ts - s.entry // 16 <= {0}), l AS (SELECT \"user\", (2::BIGINT << 40) + ts::BIGINT * "
      "16 "
      "+ entry % 16 AS best FROM s1 UNION ALL SELECT \"user\", (1::BIGINT << 40) + ts::BIGINT * 16 "
      "+ "
      "entry % 16 FROM s2 UNION ALL SELECT \"user\", ts::BIGINT * 16 + entry % 16 FROM s3), b AS "
      "(SELECT min(best) AS best FROM l GROUP BY \"user\") SELECT (best % 16)::BIGINT, (3 - (best "
      ">> "
      "40))::BIGINT, count(*)::BIGINT FROM b GROUP BY 1, 2 ORDER BY 1, 2",
      kWeek);
}

void add_duckdb_funnels(Forms& forms) {
  const std::string levels =
      " SELECT 0::BIGINT, level::BIGINT, count(*)::BIGINT FROM (SELECT max({}) AS level FROM s{} "
      "GROUP BY \"user\") WHERE level > 0 GROUP BY level ORDER BY level";
  for (const auto& [question, steps] :
       {std::pair("funnel3", kThree), std::pair("funnel5", kFive)}) {
    forms[question] = {funnel_by_windows(steps, "ts", "e{}",
                                         fmt::format(fmt::runtime(levels), level_of(steps, "e{}"),
                                                     steps.size() - 1)),
                       funnel_by_asof(steps)};
  }
  forms["funnel3_by"] = {
      funnel_by_windows(
          kThree, "ts::BIGINT * 16 + channel", "e{} // 16",
          fmt::format(
              ", l AS (SELECT \"user\", ts, e1, e2, code, {} AS level FROM s2), b AS (SELECT "
              "min(((3 - level)::BIGINT << 40) + ts::BIGINT * 16 + CASE level WHEN 1 THEN "
              "code WHEN 2 THEN e1 ELSE e2 END % 16) AS best FROM l WHERE level > 0 GROUP BY "
              "\"user\") SELECT (best % 16)::BIGINT, (3 - (best >> 40))::BIGINT, "
              "count(*)::BIGINT FROM b GROUP BY 1, 2 ORDER BY 1, 2",
              level_of(kThree, "e{} // 16"))),
      funnel_by_channel_asof()};
}

void add_duckdb_weeks(Forms& forms) {
  const std::string masks = fmt::format(
      "WITH m AS (SELECT bit_or(1::BIGINT << ((ts - {}) // {})) AS mask FROM events WHERE ts < {} "
      "GROUP BY \"user\")",
      kBegin, kWeek, kBegin + kWeeks * kWeek);
  const std::string weeks = fmt::format(
      "WITH w AS (SELECT DISTINCT \"user\", (ts - {}) // {} AS week FROM events WHERE ts < {})",
      kBegin, kWeek, kBegin + kWeeks * kWeek);
  forms["retention"] = {
      weeks +
          ", f AS (SELECT \"user\", min(week) AS first FROM w GROUP BY 1) SELECT first::BIGINT, "
          "(week - first)::BIGINT, count(*)::BIGINT FROM w JOIN f USING (\"user\") GROUP BY 1, 2 "
          "ORDER BY 1, 2",
      masks +
          fmt::format(", g AS (SELECT bit_count(xor(mask, mask - 1)) - 1 AS first, mask FROM m) "
                      "SELECT first::BIGINT, (week - first)::BIGINT, count(*)::BIGINT FROM g, "
                      "range({}) r(week) WHERE (mask >> week) & 1 = 1 GROUP BY 1, 2 ORDER BY 1, 2",
                      kWeeks)};
  forms["lifecycle"] = {
      masks +
          fmt::format(
              " SELECT week::BIGINT, count(*) FILTER ((mask >> week) & 1 = 1 AND mask & "
              "((1::BIGINT "
              "<< week) - 1) = 0)::BIGINT, count(*) FILTER ((mask >> (week - 1)) & 3 = 3)::BIGINT, "
              "count(*) FILTER ((mask >> (week - 1)) & 3 = 2 AND mask & ((1::BIGINT << week) - 1) "
              "<> 0)::BIGINT, count(*) FILTER ((mask >> (week - 1)) & 3 = 1)::BIGINT FROM m, "
              "range(1, {}) r(week) GROUP BY week ORDER BY week",
              kWeeks),
      weeks +
          fmt::format(
              ", n AS (SELECT week, lag(week) OVER u AS before, lead(week) OVER u AS after FROM w "
              "WINDOW u AS (PARTITION BY \"user\" ORDER BY week)), k AS (SELECT week AS week, CASE "
              "WHEN before IS NULL THEN 0 WHEN before = week - 1 THEN 1 ELSE 2 END AS kind, "
              "count(*) AS c FROM n GROUP BY 1, 2 UNION ALL SELECT week + 1, 3, count(*) FROM n "
              "WHERE after IS NULL OR after > week + 1 GROUP BY 1) SELECT week::BIGINT, "
              "coalesce(sum(c) FILTER (kind = 0), 0)::BIGINT, coalesce(sum(c) FILTER (kind = 1), "
              "0)::BIGINT, coalesce(sum(c) FILTER (kind = 2), 0)::BIGINT, coalesce(sum(c) FILTER "
              "(kind = 3), 0)::BIGINT FROM k WHERE week BETWEEN 1 AND {} GROUP BY week ORDER BY "
              "week",
              kWeeks - 1)};
}

void add_duckdb_orders(Forms& forms) {
  forms["segment"] = {
      fmt::format(
          "SELECT \"user\"::BIGINT FROM events WHERE (name = 5 AND ts >= {0}) OR (name = 2 AND "
          "ts >= {1}) GROUP BY \"user\" HAVING count(*) FILTER (name = 5) >= 3 AND count(*) "
          "FILTER (name = 2) = 0 ORDER BY 1",
          kEnd - 90 * kDay, kEnd - 30 * kDay),
      fmt::format(
          "SELECT \"user\"::BIGINT FROM (SELECT \"user\" FROM events WHERE name = 5 AND ts >= "
          "{0} GROUP BY 1 HAVING count(*) >= 3) o ANTI JOIN (SELECT \"user\" FROM events WHERE "
          "name = 2 AND ts >= {1}) v USING (\"user\") ORDER BY 1",
          kEnd - 90 * kDay, kEnd - 30 * kDay)};
  forms["rfm"] = {
      "WITH p AS MATERIALIZED (SELECT max(ts) AS r, count(*) AS f, sum(cents) AS m FROM events "
      "WHERE "
      "name = 5 GROUP BY \"user\"), q AS (SELECT quantile_disc(r, [0.2, 0.4, 0.6, 0.8]) AS r, "
      "quantile_disc(f, [0.2, 0.4, 0.6, 0.8]) AS f, quantile_disc(m, [0.2, 0.4, 0.6, 0.8]) AS m "
      "FROM "
      "p), c AS (SELECT 1 + (p.r > q.r[1])::BIGINT + (p.r > q.r[2])::BIGINT + (p.r > "
      "q.r[3])::BIGINT + "
      "(p.r > q.r[4])::BIGINT AS x, 1 + (p.f > q.f[1])::BIGINT + (p.f > q.f[2])::BIGINT + (p.f > "
      "q.f[3])::BIGINT + (p.f > q.f[4])::BIGINT AS y, 1 + (p.m > q.m[1])::BIGINT + (p.m > "
      "q.m[2])::BIGINT + (p.m > q.m[3])::BIGINT + (p.m > q.m[4])::BIGINT AS z, p.f, p.m FROM p, q) "
      "SELECT x::BIGINT, y::BIGINT, z::BIGINT, count(*)::BIGINT, sum(f)::BIGINT, sum(m)::BIGINT "
      "FROM c "
      "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"};
}

void add_duckdb_paths(Forms& forms) {
  const std::string path_tail =
      ", p AS (SELECT CASE WHEN t1 - ts <= 1800 THEN n1 + 1 ELSE 0 END AS a, CASE WHEN t1 - ts <= "
      "1800 "
      "AND t2 - t1 <= 1800 THEN n2 + 1 ELSE 0 END AS b, CASE WHEN t1 - ts <= 1800 AND t2 - t1 <= "
      "1800 "
      "AND t3 - t2 <= 1800 THEN n3 + 1 ELSE 0 END AS c FROM s WHERE name = 3) SELECT a::BIGINT, "
      "b::BIGINT, c::BIGINT, count(*)::BIGINT AS n FROM p GROUP BY 1, 2, 3 ORDER BY n DESC, 1, 2, "
      "3 "
      "LIMIT 20";
  std::string leads, same;
  for (int i = 1; i <= 3; ++i) {
    leads += fmt::format(", lead(name, {0}) OVER w AS n{0}, lead(ts, {0}) OVER w AS t{0}", i);
    same += fmt::format(
        ", lead(name, {0}) OVER () AS n{0}, CASE WHEN lead(\"user\", {0}) OVER () = "
        "\"user\" THEN lead(ts, {0}) OVER () END AS t{0}",
        i);
  }
  forms["paths"] = {"WITH s AS (SELECT name, ts" + leads +
                    " FROM events WINDOW w AS (PARTITION BY \"user\" ORDER BY ts))" + path_tail};
  forms["paths" + kStored] = {"WITH s AS (SELECT name, ts" + same + " FROM events)" + path_tail};
}

void add_duckdb_active(Forms& forms) {
  const std::string active_tail =
      ", s AS (SELECT day, sum(c) AS c FROM n GROUP BY 1), f AS (SELECT until AS day, sum(c) AS c "
      "FROM n "
      "GROUP BY 1) SELECT s.day::BIGINT, s.c::BIGINT, (sum(s.c - coalesce(f.c, 0)) OVER (ORDER BY "
      "s.day))::BIGINT FROM s LEFT JOIN f USING (day) ORDER BY 1";
  forms["active"] = {
      fmt::format(
          "WITH d AS (SELECT DISTINCT \"user\", (ts - {}) // {} AS day FROM events), l AS "
          "(SELECT day, lead(day) OVER (PARTITION BY \"user\" ORDER BY day) AS after FROM d), n "
          "AS MATERIALIZED (SELECT day, least(day + 30, coalesce(after, 999)) AS until, "
          "count(*)::BIGINT AS c FROM l GROUP BY 1, 2)",
          kBegin, kDay) +
      active_tail};
  // A row is the first of its day, and the next such row tells when the person comes back.
  forms["active" + kStored] = {
      fmt::format(
          "WITH d AS (SELECT \"user\", (ts - {0}) // {1} AS day, lag(\"user\") OVER () AS lu, "
          "(lag(ts) OVER () - {0}) // {1} AS ld FROM events), e AS (SELECT \"user\", day FROM d "
          "WHERE lu IS NULL OR lu <> \"user\" OR ld <> day), l AS (SELECT day, CASE WHEN "
          "lead(\"user\") OVER () = \"user\" THEN lead(day) OVER () END AS after FROM e), n AS "
          "MATERIALIZED (SELECT day, least(day + 30, coalesce(after, 999)) AS until, "
          "count(*)::BIGINT AS c FROM l GROUP BY 1, 2)",
          kBegin, kDay) +
      active_tail};
}

Forms make_duckdb() {
  Forms forms;
  add_duckdb_funnels(forms);
  add_duckdb_weeks(forms);
  add_duckdb_orders(forms);
  add_duckdb_paths(forms);
  add_duckdb_active(forms);
  return forms;
}

const std::string kInOrder = " SETTINGS optimize_aggregation_in_order = 1";

std::string window_funnel(const std::vector<std::string>& steps) {
  std::string conditions;
  for (const std::string& step : steps) conditions += ", " + step;
  return fmt::format(
      "SELECT 0, level, count() FROM (SELECT windowFunnel({})(ts{}) AS level FROM events "
      "WHERE {} GROUP BY user) WHERE level > 0 GROUP BY level ORDER BY level",
      kWeek, conditions, any_of(steps));
}

// The latest entry at every step as arrays of a person's events: x is ts × 64 + step × 16 +
// channel.
std::string funnel_by_arrays() {
  return fmt::format(
      "SELECT best % 16, 3 - intDiv(best, 1099511627776) AS level, count() FROM (SELECT arraySort("
      "groupArray(toUInt64(ts) * 64 + multiIf(name = 2, 0, name = 3, 16, 32) + channel)) AS xs, "
      "arrayFill(y -> y != 0, arrayMap(x -> if(bitAnd(x, 48) = 0, x, 0), xs)) AS e1, arrayFill(y "
      "-> y "
      "!= 0, arrayMap((x, e) -> if(bitAnd(x, 48) = 16 AND e != 0 AND intDiv(x, 64) - intDiv(e, 64) "
      "<= "
      "{0}, e, 0), xs, e1)) AS e2, arrayMin(arrayMap((x, e1, e2) -> multiIf(bitAnd(x, 48) = 32 AND "
      "e2 "
      "!= 0 AND intDiv(x, 64) - intDiv(e2, 64) <= {0}, intDiv(x, 64) * 16 + e2 % 16, bitAnd(x, 48) "
      "= "
      "16 AND e1 != 0 AND intDiv(x, 64) - intDiv(e1, 64) <= {0}, 1099511627776 + intDiv(x, 64) * "
      "16 + "
      "e1 % 16, bitAnd(x, 48) = 0, 2199023255552 + intDiv(x, 64) * 16 + x % 16, 9000000000000000), "
      "xs, e1, e2)) AS best FROM events WHERE name IN (2, 3, 5) GROUP BY user) WHERE best < "
      "9000000000000000 GROUP BY 1, 2 ORDER BY 1, 2",
      kWeek);
}

// As it stands, and with rows aggregated as they come, in the table's order.
void both(Forms& forms, const std::string& question, const std::string& sql) {
  forms[question].push_back(sql);
  forms[question].push_back(sql + kInOrder);
}

void add_clickhouse_funnels(Forms& forms) {
  both(forms, "funnel3", window_funnel(kThree));
  both(forms, "funnel5", window_funnel(kFive));
  both(forms, "funnel3_by", funnel_by_arrays());
}

void add_clickhouse_weeks(Forms& forms) {
  const std::string masks = fmt::format(
      "SELECT groupBitOr(bitShiftLeft(toUInt64(1), intDiv(ts - {}, {}))) AS mask, "
      "bitPositionsToArray(mask) AS weeks FROM events WHERE ts < {} GROUP BY user",
      kBegin, kWeek, kBegin + kWeeks * kWeek);
  both(forms, "retention",
       "SELECT weeks[1] AS first, week - first AS after, count() FROM (" + masks +
           ") ARRAY JOIN weeks AS week GROUP BY first, after ORDER BY first, after");
  both(forms, "lifecycle",
       fmt::format("SELECT week, countIf(kind = 0), countIf(kind = 1), countIf(kind = "
                   "2), countIf(kind = 3) FROM "
                   "(SELECT arrayJoin(arrayConcat(arrayMap((w, i) -> (w, multiIf(i = "
                   "1, 0, weeks[i - 1] + 1 = w, "
                   "1, 2)), weeks, arrayEnumerate(weeks)), arrayMap(w -> (w + 1, 3), "
                   "arrayFilter(w -> bitAnd("
                   "bitShiftRight(mask, w + 1), 1) = 0, weeks)))) AS k, k.1 AS week, "
                   "k.2 AS kind FROM ({})) WHERE "
                   "week BETWEEN 1 AND {} GROUP BY week ORDER BY week",
                   masks, kWeeks - 1));
  std::string by_week;
  for (const char* is :
       {"bitAnd(bitShiftRight(mask, w), 1) = 1 AND bitAnd(mask, bitShiftLeft(toUInt64("
        "1), w) - 1) = 0",
        "bitAnd(bitShiftRight(mask, w - 1), 3) = 3",
        "bitAnd(bitShiftRight(mask, w - 1), 3) = 2 AND bitAnd(mask, bitShiftLeft("
        "toUInt64(1), w) - 1) != 0",
        "bitAnd(bitShiftRight(mask, w - 1), 3) = 1"}) {
    by_week += fmt::format(", sumForEach(arrayMap(w -> {}, range(1, {})))", is, kWeeks);
  }
  std::string plain_masks = masks;
  plain_masks.replace(plain_masks.find(", bitPositionsToArray(mask) AS weeks"), 36, "");
  both(forms, "lifecycle",
       fmt::format("SELECT w, a, b, c, d FROM (SELECT range(1, {}) AS ws{} FROM ({})) AS t"
                   "(ws, as_, bs, cs, ds) ARRAY JOIN ws AS w, as_ AS a, bs AS b, cs AS c, "
                   "ds AS d ORDER BY w",
                   kWeeks, by_week, plain_masks));
}

void add_clickhouse_orders(Forms& forms) {
  both(forms, "segment",
       fmt::format("SELECT user FROM events WHERE (name = 5 AND ts >= {0}) OR (name = 2 AND ts "
                   ">= {1}) GROUP BY user HAVING countIf(name = 5) >= 3 AND countIf(name = 2) "
                   "= 0 ORDER BY user",
                   kEnd - 90 * kDay, kEnd - 30 * kDay));
  std::string scores;
  for (const char* axis : {"r", "f", "m"}) {
    scores += fmt::format(
        "1 + ({0} > q{0}[1]) + ({0} > q{0}[2]) + ({0} > q{0}[3]) + ({0} > q{0}[4]) AS "
        "s{0}, ",
        axis);
  }
  both(forms, "rfm",
       "SELECT sr, sf, sm, count(), sum(f), sum(m) FROM (SELECT " + scores +
           "p.1 AS r, p.2 AS f, p.3 AS m FROM (SELECT groupArray((r, f, m)) AS ps, "
           "quantilesExact(0.2, "
           "0.4, 0.6, 0.8)(r) AS qr, quantilesExact(0.2, 0.4, 0.6, 0.8)(f) AS qf, "
           "quantilesExact(0.2, "
           "0.4, 0.6, 0.8)(m) AS qm FROM (SELECT max(ts) AS r, count() AS f, sum(cents) AS "
           "m FROM events "
           "WHERE name = 5 GROUP BY user)) ARRAY JOIN ps AS p) GROUP BY sr, sf, sm ORDER BY "
           "sr, sf, sm");
}

void add_clickhouse_paths(Forms& forms) {
  forms["paths"].push_back(
      "SELECT a, b, c, count() AS n FROM (SELECT name, if(t1 > 0 AND t1 - ts <= 1800, n1 + 1, 0) "
      "AS a, "
      "if(a > 0 AND t2 > 0 AND t2 - t1 <= 1800, n2 + 1, 0) AS b, if(b > 0 AND t3 > 0 AND t3 - t2 "
      "<= "
      "1800, n3 + 1, 0) AS c FROM (SELECT name, ts, leadInFrame(name, 1) OVER w AS n1, "
      "leadInFrame(ts, "
      "1) OVER w AS t1, leadInFrame(name, 2) OVER w AS n2, leadInFrame(ts, 2) OVER w AS t2, "
      "leadInFrame(name, 3) OVER w AS n3, leadInFrame(ts, 3) OVER w AS t3 FROM events WINDOW w AS "
      "(PARTITION BY user ORDER BY ts ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING)) WHERE name = 3) "
      "GROUP "
      "BY a, b, c ORDER BY n DESC, a, b, c LIMIT 20");
  both(forms, "paths",
       "SELECT if(i < length(xs) AND intDiv(xs[i + 1], 64) - intDiv(xs[i], 64) <= 1800, xs[i + 1] "
       "% 64 + "
       "1, 0) AS a, if(a > 0 AND i + 1 < length(xs) AND intDiv(xs[i + 2], 64) - intDiv(xs[i + 1], "
       "64) <= "
       "1800, xs[i + 2] % 64 + 1, 0) AS b, if(b > 0 AND i + 2 < length(xs) AND intDiv(xs[i + 3], "
       "64) - "
       "intDiv(xs[i + 2], 64) <= 1800, xs[i + 3] % 64 + 1, 0) AS c, count() AS n FROM (SELECT "
       "arraySort("
       "groupArray(toUInt64(ts) * 64 + name)) AS xs FROM events GROUP BY user) ARRAY JOIN "
       "arrayFilter("
       "(j, x) -> x % 64 = 3, arrayEnumerate(xs), xs) AS i GROUP BY a, b, c ORDER BY n DESC, a, b, "
       "c "
       "LIMIT 20");
  // The three events after an anchor as arrays moved by one, two and three places.
  both(
      forms, "paths",
      "SELECT a, b, c, count() AS n FROM (SELECT arraySort(groupArray(toUInt64(ts) * 64 + name)) "
      "AS xs, "
      "arrayPushBack(arrayPopFront(xs), 0) AS x1, arrayPushBack(arrayPopFront(x1), 0) AS x2, "
      "arrayPushBack(arrayPopFront(x2), 0) AS x3, arrayFilter(t -> t.1 % 64 = 3, arrayZip(xs, x1, "
      "x2, "
      "x3)) AS found FROM events GROUP BY user) ARRAY JOIN arrayMap(t -> (if(t.2 != 0 AND "
      "intDiv(t.2, "
      "64) - intDiv(t.1, 64) <= 1800, t.2 % 64 + 1, 0) AS a, if(a > 0 AND t.3 != 0 AND intDiv(t.3, "
      "64) - "
      "intDiv(t.2, 64) <= 1800, t.3 % 64 + 1, 0) AS b, if(b > 0 AND t.4 != 0 AND intDiv(t.4, 64) - "
      "intDiv(t.3, 64) <= 1800, t.4 % 64 + 1, 0)), found) AS p GROUP BY p.1 AS a, p.2 AS b, p.3 AS "
      "c "
      "ORDER BY n DESC, a, b, c LIMIT 20");
}

void add_clickhouse_active(Forms& forms) {
  const std::string active_tail =
      " SELECT day, dau, mau FROM (SELECT day, sum(s) AS dau, sum(sum(s) - sum(f)) OVER (ORDER BY "
      "day) AS "
      "mau FROM (SELECT k.1 AS day, k.2 AS s, k.3 AS f FROM (SELECT arrayJoin([(day, c, "
      "toUInt64(0)), "
      "(until, toUInt64(0), c)]) AS k FROM n)) GROUP BY day) WHERE day < 365 ORDER BY day";
  const std::string days =
      fmt::format("groupUniqArray(toUInt16(intDiv(ts - {}, {})))", kBegin, kDay);
  for (const std::string& order : {std::string(), kInOrder}) {
    forms["active"].push_back(
        fmt::format(
            "WITH n AS (SELECT k.1 AS day, least(k.1 + 30, k.2) AS until, count() AS c FROM "
            "(SELECT "
            "arraySort({}) AS days, arrayZip(days, arrayPushBack(arrayPopFront(days), 999)) AS ks "
            "FROM events GROUP BY user) ARRAY JOIN ks AS k GROUP BY day, until)",
            days) +
        active_tail + order);
    forms["active"].push_back(
        fmt::format(
            "WITH n AS (SELECT day, least(day + 30, if(after = 0, 999, after)) AS until, count() "
            "AS "
            "c FROM (SELECT day, leadInFrame(day) OVER (PARTITION BY user ORDER BY day ROWS "
            "BETWEEN "
            "CURRENT ROW AND UNBOUNDED FOLLOWING) AS after FROM (SELECT user, toUInt16(intDiv(ts - "
            "{}, {})) AS day FROM events GROUP BY user, day)) GROUP BY day, until)",
            kBegin, kDay) +
        active_tail + order);
  }
}

Forms make_clickhouse() {
  Forms forms;
  add_clickhouse_funnels(forms);
  add_clickhouse_weeks(forms);
  add_clickhouse_orders(forms);
  add_clickhouse_paths(forms);
  add_clickhouse_active(forms);
  return forms;
}

}  // namespace

std::vector<std::string> duckdb_forms(const std::string& question) {
  static const Forms forms = make_duckdb();
  return forms.at(question);
}
std::vector<std::string> duckdb_stored_order_forms(const std::string& question) {
  static const Forms forms = make_duckdb();
  const auto found = forms.find(question + kStored);
  return found == forms.end() ? std::vector<std::string>() : found->second;
}
std::vector<std::string> clickhouse_forms(const std::string& question) {
  static const Forms forms = make_clickhouse();
  return forms.at(question);
}

}  // namespace perennial::bench
