"""People and segments over a log of this machine's making: identifies joined to people; 20 rules held against
everybody, in ratio to ClickHouse's SQL over the same events; counts while a rule is edited; many live segments
computed, idle, and while events come in; overlaps; the list of customers and its search.

bench/segments.py [--size small|10m|100m] [--events N] [--people N] [--live N] [--rate R] [--seconds S]
[--identifies N] [--only PARTS]: PARTS of identities, rules, live, list, with commas between.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/scenarios"))
import filled_log  # noqa: E402
from perennial import Perennial, until  # noqa: E402

BATCH = 500
LOOK = 0.005  # seconds between two looks at what is waited for
ROUNDS = 5
SEED = 20261128
DAY = 86_400
NAMES = ["View"] * 10 + ["Search"] * 4 + ["Cart"] * 3 + ["Order"] * 2 + ["Return"]
GOAL_MS, GOAL_RATIO, GOAL_SECONDS, GOAL_CORE = 50, 15, 1.0, 0.05
GOAL_PREVIEW_MS, GOAL_LIST_MS, GOAL_IDENTIFIES = 300, 150, 100_000
SIZES = {"small": (2_000_000, 200_000), "10m": (10_000_000, 200_000), "100m": (100_000_000, 1_000_000)}
SENT_EVENTS = 20_000_000  # more are written by the engine
PLANS = ["free", "pro", "team"]
PARTS = ["identities", "rules", "live", "list"]


def stamp(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def batch_of(number, people, begin, now):
    """Events of one batch: the same for the same number."""
    chance = random.Random(SEED + number)
    batch = []
    for i in range(BATCH):
        name = chance.choice(NAMES)
        event = {
            "type": "track", "event": name, "messageId": f"m{number}-{i}",
            "userId": f"user-{int(people * chance.random() ** 2)}",
            "timestamp": stamp(begin + int((now - begin) * chance.random())),
        }
        if name == "Order":
            event["properties"] = {"revenue": chance.randint(1, 400), "pay": chance.choice(["card", "cash"])}
        batch.append(event)
    return json.dumps({"batch": batch})


def identifies_of(number, people, turn):
    """A visitor becomes a user, with traits: one batch, the same for the same number. The second time a client says
    the same again, but for one in ten whose plan has changed."""
    batch = []
    for i in range(BATCH):
        n = (number * BATCH + i) % people
        plan = PLANS[(n + (turn > 1 and n % 10 == 0)) % len(PLANS)]
        batch.append({
            "type": "identify", "messageId": f"i{turn}-{number}-{i}", "userId": f"user-{n}",
            "anonymousId": f"visitor-{n}",
            "traits": {"name": f"Person {n}", "email": f"p{n}@example.com", "plan": plan},
        })
    return json.dumps({"batch": batch})


def seen(condition, seconds, what, pause=LOOK):
    """When the condition holds for the first time, looked at every few milliseconds: whoever asks without a pause
    measures the asking, on the cores of what is measured."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(pause)
    return time.monotonic()


def caught_up(server):
    """By the gauges: they ask the engine how many parts there are, and read no rows."""
    lines = server.api("GET", "/metrics").body.decode().splitlines()
    behind = [float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("perennial_stage_behind")]
    return behind and not any(behind)


class Cores:
    """How many cores the server and this program took since it was made."""

    def __init__(self, server):
        self.server, self.begun = server, time.monotonic()
        self.before = ticks(server), time.process_time()

    def told(self):
        took = time.monotonic() - self.begun
        ours = (ticks(self.server) - self.before[0]) / os.sysconf("SC_CLK_TCK")
        return f"{ours / took:.1f} cores, the load {(time.process_time() - self.before[1]) / took:.1f}"


def identities(server, key, count, people, turn):
    """Identifies that were written beforehand, from the first call until people hold all of them."""
    bodies = [identifies_of(number, people, turn) for number in range(count // BATCH)]
    cores, begun = Cores(server), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(send, server, key, body) for body in bodies]:
            one.result()
    sent = time.monotonic() - begun
    took = seen(lambda: caught_up(server), 600, "the stages", 4 * LOOK) - begun
    whom = "of new people" if turn == 1 else "of the same people again"
    print(f"{len(bodies) * BATCH:,} identifies {whom}: acknowledged at {len(bodies) * BATCH / sent:,.0f}/s, joined at "
          f"{len(bodies) * BATCH / took:,.0f}/s with {cores.told()} (goal {GOAL_IDENTIFIES:,}/s)", flush=True)


def send(server, key, body):
    reply = server.collect(key, "batch", body)
    assert reply.status == 200, reply


def fill(server, key, events, people, begin, now):
    def one(number):
        send(server, key, batch_of(number, people, begin, now))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for _ in pool.map(one, range(events // BATCH)):
            pass
    until(lambda: all(s["behind"] == 0 for s in server.get("/v1/stats")["stages"]), 600, "the stages")
    in_timeline(server)


def fill_by_engine(server, key, events, people, begin, now):
    """Of so many events most are written by the engine itself."""
    fill(server, key, 100 * BATCH, people, begin, now)
    filled_log.fill(server, events, people, begin, now)
    in_timeline(server)


def in_timeline(server):
    last = server.get("/v1/stats")["events"]["last_seq"]
    until(lambda: server.get("/v1/stats")["timeline"]["seq"] >= last, 1200, "the timeline")


def did(event, op="at_least", value=1, days=None, where=None, **more):
    leaf = {"event": event, "op": op, "value": value} | more
    if days:
        leaf["window"] = {"last": {"count": days, "unit": "day"}}
    if where:
        leaf["where"] = where
    return {"did": leaf}


def rules():
    """Name, rule, and the SQL whose rows are the people. Days are of UTC, as the window's are."""
    def since(days):
        return f"timestamp >= now64(3) - INTERVAL {days} DAY"

    def count(event, least, days):
        return (f"{event} ≥ {least} in {days} d", did(event, value=least, days=days),
                f"SELECT identity FROM events WHERE name = '{event}' AND {since(days)} "
                f"GROUP BY identity HAVING count() >= {least}")

    money = "JSONExtractFloat(properties, 'revenue')"
    out = [count("Order", 3, 90), count("Order", 1, 30), count("View", 10, 30), count("Return", 2, 300),
           count("Search", 5, 180), count("Cart", 2, 7), count("View", 30, 360)]
    out += [
        ("Order ≥ 3 in 90 d, no View in 30 d",
         {"all": [did("Order", value=3, days=90), {"not": did("View", days=30)}]},
         f"SELECT identity FROM events WHERE name IN ('Order', 'View') AND {since(90)} GROUP BY identity "
         f"HAVING countIf(name = 'Order') >= 3 AND countIf(name = 'View' AND {since(30)}) = 0"),
        ("Cart, no Order in 60 d", {"all": [did("Cart", days=60), {"not": did("Order", days=60)}]},
         f"SELECT identity FROM events WHERE name IN ('Cart', 'Order') AND {since(60)} GROUP BY identity "
         "HAVING countIf(name = 'Cart') >= 1 AND countIf(name = 'Order') = 0"),
        ("revenue ≥ 500 in 365 d", did("Order", value=500, days=365, measure="sum", property="revenue"),
         f"SELECT identity FROM events WHERE name = 'Order' AND {since(365)} GROUP BY identity "
         f"HAVING sum({money}) >= 500"),
        ("largest order ≥ 350 in 90 d",
         did("Order", value=350, days=90, measure="maximum", property="revenue"),
         f"SELECT identity FROM events WHERE name = 'Order' AND {since(90)} GROUP BY identity "
         f"HAVING max({money}) >= 350"),
        ("paid by card ≥ 2 in 180 d",
         did("Order", value=2, days=180, where={"property": "pay", "op": "is", "value": "card"}),
         f"SELECT identity FROM events WHERE name = 'Order' AND {since(180)} "
         "AND JSONExtractString(properties, 'pay') = 'card' GROUP BY identity HAVING count() >= 2"),
        ("View on ≥ 5 days in 60 d", did("View", value=5, days=60, measure="days"),
         f"SELECT identity FROM events WHERE name = 'View' AND {since(60)} GROUP BY identity "
         "HAVING uniqExact(toDate(timestamp)) >= 5"),
        ("average order ≥ 250 in 180 d",
         did("Order", value=250, days=180, measure="average", property="revenue"),
         f"SELECT identity FROM events WHERE name = 'Order' AND {since(180)} GROUP BY identity "
         f"HAVING avg({money}) >= 250"),
        ("smallest order ≥ 100 in 180 d",
         did("Order", value=100, days=180, measure="minimum", property="revenue"),
         f"SELECT identity FROM events WHERE name = 'Order' AND {since(180)} GROUP BY identity "
         f"HAVING min({money}) >= 100"),
        ("Return in 60 d or Search ≥ 8 in 60 d",
         {"any": [did("Return", days=60), did("Search", value=8, days=60)]},
         f"SELECT identity FROM events WHERE name IN ('Return', 'Search') AND {since(60)} GROUP BY identity "
         "HAVING countIf(name = 'Return') >= 1 OR countIf(name = 'Search') >= 8"),
        ("first Order in 90 d",
         {"first_did": {"event": "Order", "window": {"last": {"count": 90, "unit": "day"}}}},
         "SELECT identity FROM events WHERE name = 'Order' GROUP BY identity "
         "HAVING min(timestamp) >= now64(3) - INTERVAL 90 DAY"),
        ("Search, then Order within 1 d, in 90 d",
         {"sequence": {"steps": [{"event": "Search"}, {"event": "Order"}],
                       "within": {"count": 1, "unit": "day"},
                       "window": {"last": {"count": 90, "unit": "day"}}}},
         "SELECT identity FROM events WHERE name IN ('Search', 'Order') AND " + since(90) +
         " GROUP BY identity HAVING windowFunnel(86399999, 'strict_increase')(toUInt64(toUnixTimestamp64Milli("
         "timestamp)), name = 'Search', name = 'Order') = 2"),
        ("plan is pro, Order in 30 d",
         {"all": [{"trait": {"property": "plan", "op": "is", "value": "pro"}}, did("Order", days=30)]},
         "SELECT identity FROM events WHERE type = 'identify' OR (name = 'Order' AND " + since(30) +
         ") GROUP BY identity HAVING argMaxIf(JSONExtractString(properties, 'plan'), seq, type = 'identify') = 'pro' "
         "AND countIf(name = 'Order') >= 1"),
        ("View, Cart, Order within 7 d",
         {"sequence": {"steps": [{"event": "View"}, {"event": "Cart"}, {"event": "Order"}],
                       "within": {"count": 7, "unit": "day"},
                       "window": {"last": {"count": 365, "unit": "day"}}}},
         "SELECT identity FROM events WHERE name IN ('View', 'Cart', 'Order') AND " + since(365) +
         " GROUP BY identity HAVING windowFunnel(604799999, 'strict_increase')(toUInt64(toUnixTimestamp64Milli("
         "timestamp)), name = 'View', name = 'Cart', name = 'Order') = 3"),
    ]
    return out


def preview(server, rule):
    begun = time.monotonic()
    reply = server.api("POST", "/v1/segments/preview", {"universe": "everyone", "rule": rule, "sample": 0})
    assert reply.status == 200, reply
    return (time.monotonic() - begun) * 1e3, reply.json["people"]


def in_sql(server, sql):
    begun = time.monotonic()
    reply = server.api("POST", "/v1/sql", {"sql": f"SELECT count() AS n FROM ({sql})"})
    assert reply.status == 200, reply
    return (time.monotonic() - begun) * 1e3, int(reply.json["rows"][0][0])


def whole(server):
    print(f"{'rule':38} {'people':>9} {'SQL':>9} {'ms':>8} {'SQL ms':>8} {'ratio':>6}")
    ours, ratios = [], []
    for name, rule, sql in rules():
        rounds = []
        for _ in range(ROUNDS):
            rounds.append((preview(server, rule), in_sql(server, sql)))
        mine = statistics.median(a[0] for a, _ in rounds)
        theirs = statistics.median(b[0] for _, b in rounds)
        people, rows = rounds[-1][0][1], rounds[-1][1][1]
        ours.append(mine)
        ratios.append(theirs / mine)
        # A window ends a moment later for whoever is asked second.
        assert abs(people - rows) <= max(5, people // 200), (name, people, rows)
        print(f"{name:38} {people:9,} {rows:9,} {mine:8.1f} {theirs:8.1f} {theirs / mine:6.1f}", flush=True)
    print(f"median {statistics.median(ours):.1f} ms (goal {GOAL_MS}), ratio {statistics.median(ratios):.1f} "
          f"(goal {GOAL_RATIO})", flush=True)


def make(server, name, rule):
    reply = server.api(
        "POST", "/v1/segments",
        {"name": name, "definition": {"universe": "everyone", "rule": rule}, "announce": False},
    )
    assert reply.status == 201, reply
    return reply.json["id"]


def editing(server):
    """A rule that nobody asked for before, with a sample of people, as the builder asks while it is edited."""
    took = []
    for i in range(ROUNDS * 4):
        rule = {"all": [did("View", value=1 + i % 9, days=20 + i), {"not": did("Order", days=11 + i)}]}
        begun = time.monotonic()
        reply = server.api("POST", "/v1/segments/preview", {"universe": "everyone", "rule": rule})
        assert reply.status == 200, reply
        took.append((time.monotonic() - begun) * 1e3)
    print(f"count and sample while editing: median {statistics.median(took):.0f} ms, longest {max(took):.0f} ms "
          f"(goal {GOAL_PREVIEW_MS} ms)", flush=True)


def lists(server, people):
    """The list of customers as the console asks for it, by many orders and searches."""
    chance = random.Random(SEED)
    asked = [f"limit=50&sort={sort}" for sort in ("last_order", "name", "revenue", "last_seen", "first_seen")]
    for _ in range(40):
        n = chance.randrange(people)
        asked += [f"limit=50&search=p{n}@example.com", f"limit=50&search=Person {n}", f"limit=50&search=user-{n}"]
    asked += ["limit=50&known=no", f"limit=50&offset={people // 2}", "limit=50&search=zzz"]
    kinds = {}
    for query in asked:
        kind = "searched" if "search" in query else "listed"
        begun = time.monotonic()
        server.get("/v1/customers?" + query.replace(" ", "%20"))
        kinds.setdefault(kind, []).append((time.monotonic() - begun) * 1e3)
    for kind, took in kinds.items():
        cuts = statistics.quantiles(took, n=100, method="inclusive")
        print(f"customers {kind}: p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms of {len(took)} "
              f"(goal {GOAL_LIST_MS} ms)", flush=True)


def live_segments(server, count):
    begun, made = time.monotonic(), []
    events = ["View", "Search", "Cart", "Order", "Return"]
    for i in range(count):
        often = did(events[i % 5], value=1 + i % 7, days=7 + i)
        rule = {"all": [often, {"not": did(events[(i + 1) % 5], days=1 + i % 30)}]}
        made.append(make(server, f"Live {i}", rule))
    until(lambda: all(s["people"] is not None and not s["computing"]
                      for s in server.get("/v1/segments")["segments"]), 600, "the segments")
    print(f"{count} live segments computed for the first time in {time.monotonic() - begun:.1f} s", flush=True)
    return made


def ticks(server):
    words = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(words[11]) + int(words[12])


def idle(server, seconds=10):
    time.sleep(2)
    before = ticks(server)
    time.sleep(seconds)
    share = (ticks(server) - before) / os.sysconf("SC_CLK_TCK") / seconds
    print(f"idle: {share:.1%} of one core (goal {GOAL_CORE:.0%})", flush=True)


def freshness(server, key, seconds, rate, people, now):
    first = {"type": "track", "event": "Probe", "userId": "probe", "timestamp": stamp(time.time())}
    send(server, key, json.dumps({"batch": [first | {"messageId": "probe"}]}))
    server.in_timeline()  # the name is known from here on
    probe = make(server, "Probe", did("Probe", days=1))
    stop, sent = threading.Event(), []
    bodies = [batch_of(1_000_000 + number, people, now - 60, now) for number in range(2 * seconds * rate // BATCH)]

    def stream():
        number, begun = 0, time.monotonic()
        while not stop.is_set() and number < len(bodies):
            send(server, key, bodies[number])
            number += 1
            stop.wait(max(0, begun + number * BATCH / rate - time.monotonic()))
        sent.append(number * BATCH)

    thread = threading.Thread(target=stream)
    begun, took, cores = time.monotonic(), [], Cores(server)
    thread.start()
    while time.monotonic() - begun < seconds:
        user = {"type": "track", "event": "Probe", "userId": f"probe-{len(took)}",
                "messageId": f"probe-{len(took)}", "timestamp": stamp(time.time())}
        send(server, key, json.dumps({"batch": [user]}))
        at = time.monotonic()
        took.append(seen(lambda: server.get(f"/v1/segments/{probe}")["people"] > len(took) + 1, 60, "the probe") - at)
    elapsed, told = time.monotonic() - begun, cores.told()
    stop.set()
    thread.join()
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    print(f"a change is visible, under {sent[0] / elapsed:,.0f} events/s: p50 {cuts[49] * 1e3:,.0f} ms, "
          f"p99 {cuts[98] * 1e3:,.0f} ms of {len(took)} probes (goal {GOAL_SECONDS * 1e3:,.0f} ms), with {told}",
          flush=True)


def overlap(server, made):
    took = []
    for i in range(ROUNDS * 4):
        begun = time.monotonic()
        eight = [made[(i + k) % len(made)] for k in range(8)]
        reply = server.api("POST", "/v1/segments/overlap", {"segments": eight})
        assert reply.status == 200, reply
        took.append((time.monotonic() - begun) * 1e3)
    print(f"overlap of 8: median {statistics.median(took):.1f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--events", type=int)
    parser.add_argument("--people", type=int)
    parser.add_argument("--live", type=int, default=200, help="at least 8")
    parser.add_argument("--rate", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--identifies", type=int, help="as many as there are people")
    parser.add_argument("--only", default=",".join(PARTS))
    given = parser.parse_args()
    events, people = given.events or SIZES[given.size][0], given.people or SIZES[given.size][1]
    parts = given.only.split(",")
    assert set(parts) <= set(PARTS), f"parts are {', '.join(PARTS)}"
    now = int(time.time()) - 5
    with Perennial() as server:
        key = server.write_key()
        identities(server, key, given.identifies or people, people, turn=1)
        if "identities" in parts:
            identities(server, key, given.identifies or people, people, turn=2)
        begun = time.monotonic()
        write = fill if events <= SENT_EVENTS else fill_by_engine
        write(server, key, events, people, now - 365 * DAY, now)
        print(f"{events:,} events, {server.get('/v1/stats')['state']['people']:,} people, "
              f"in {time.monotonic() - begun:.0f} s; load {os.getloadavg()[0]:.1f}", flush=True)
        if "list" in parts:
            lists(server, people)
        if "rules" in parts:
            whole(server)
            editing(server)
        if "live" in parts:
            made = live_segments(server, given.live)
            idle(server)
            overlap(server, made)
            freshness(server, key, given.seconds, given.rate, people, now)


if __name__ == "__main__":
    main()
