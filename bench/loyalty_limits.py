"""What the points programme must hold, each figure beside its limit: a coupon that is used by many
at once, a checkout, a long statement, lots that expire while the API answers, levels of everybody,
and a dry run over the log. Server and load share the cores.

Sizes: PERENNIAL_BENCH_LOTS, PERENNIAL_BENCH_PEOPLE, PERENNIAL_BENCH_EVENTS (a million each).
"""
import concurrent.futures
import http.client
import json
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/scenarios"))
from perennial import Perennial, until  # noqa: E402

MILLION = 1_000_000
LOTS = int(os.environ.get("PERENNIAL_BENCH_LOTS", MILLION))
PEOPLE = int(os.environ.get("PERENNIAL_BENCH_PEOPLE", MILLION))
EVENTS = int(os.environ.get("PERENNIAL_BENCH_EVENTS", MILLION))
HOLDERS = 5_000  # of the lots
PATH = "/v1/loyalty/programmes/bench"
DAY, NEXT = "2026-03-01T00:00:00Z", "2026-03-05T00:00:00Z"


class Link:
    """One connection that stays open."""

    def __init__(self, server):
        self.link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
        self.headers = {"Authorization": f"Bearer {server.token}"}

    def ask(self, method, path, body=None):
        headers = self.headers | ({} if body is None else {"Content-Type": "application/json"})
        self.link.request(method, path, None if body is None else json.dumps(body), headers)
        reply = self.link.getresponse()
        text = reply.read()
        return reply.status, json.loads(text) if text else None


def show(what, value, unit, limit, size=""):
    verdict = "" if limit is None else f"  limit {limit:g} {unit}: {'holds' if value <= limit else 'MISSED'}"
    print(f"  {what:44} {value:>10,.1f} {unit}{verdict}  {size}", flush=True)


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def send(server, key, count, make):
    """`count` calls in batches from four connections."""
    size = 1_000

    def part(first):
        link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
        headers = {"X-Write-Key": key, "Content-Type": "application/json"}
        for start in range(first * size, count, 4 * size):
            batch = [make(n) for n in range(start, min(count, start + size))]
            while True:
                link.request("POST", "/v1/batch", json.dumps({"batch": batch}), headers)
                reply = link.getresponse()
                reply.read()
                if reply.status == 200:
                    break
                assert reply.status == 503, reply.status
                time.sleep(0.2)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(part, range(4)))
    until(lambda: all(s["behind"] == 0 for s in server.get("/v1/stats")["stages"]), 3_600, "stages")


def stand_on(server, moment):
    settings = server.get("/v1/settings") | {"stands_on": moment, "zone": "UTC", "currency": "CNY"}
    assert server.api("PUT", "/v1/settings", settings).status == 200


def coupon(server):
    terms = {"name": "Race", "kind": "fixed", "amount_minor": 100, "shared_code": "RACE"}
    terms |= {"max_uses": 100, "from": "2020-01-01", "to": "2099-01-01"}
    assert server.api("PUT", f"{PATH}/coupons/race", terms).status == 200
    start = time.monotonic()

    def use(n):
        body = {"id": f"race-{n}", "code": "RACE", "person": n % HOLDERS + 1, "amount_minor": 500}
        return server.api("POST", f"{PATH}/coupon-uses", body).status

    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        statuses = list(pool.map(use, range(200)))
    assert sorted(set(statuses)) == [200, 409], set(statuses)
    assert statuses.count(200) == 100, statuses.count(200)
    show("200 at once, 100 uses: exactly 100, in", (time.monotonic() - start) * 1000, "ms", None)


def checkout(server):
    link, times = Link(server), {"quote": [], "hold": [], "capture": []}
    link.ask("POST", f"{PATH}/command", {"kind": "earn", "id": "c", "person": 1, "amount": 99999})
    for n in range(500):
        for step, path, body in (
            ("quote", "quote", {"person": 1, "amount_minor": 9_900, "items": 2}),
            ("hold", "command", {"kind": "hold", "id": f"h{n}", "person": 1, "amount": 5}),
            ("capture", "command", {"kind": "capture", "id": f"p{n}", "person": 1, "hold": f"h{n}"}),
        ):
            start = time.monotonic()
            status, answer = link.ask("POST", f"{PATH}/{path}", body)
            times[step].append(time.monotonic() - start)
            assert status == 200, answer
    for step, list_of in times.items():
        show(f"checkout, {step}: p99", percentile(list_of, 0.99), "ms", 20)


def statement(server):
    link = Link(server)
    commands = [{"kind": "earn", "id": f"s{n}", "person": 2, "amount": 1} for n in range(10_000)]
    assert link.ask("POST", f"{PATH}/commands", {"commands": commands})[0] == 200
    times = []
    for _ in range(20):
        start = time.monotonic()
        status, found = link.ask("GET", f"{PATH}/people/2/statement?limit=100")
        times.append(time.monotonic() - start)
        assert status == 200 and found["total"] >= 10_000
    show("statement of 10,000 postings: median", percentile(times, 0.5), "ms", 50)


def expire(server):
    link, each = Link(server), LOTS // HOLDERS
    ends = "2026-03-02T00:00:00Z"
    for start in range(0, HOLDERS * each, 10_000):
        commands = [
            {"kind": "earn", "id": f"x{n}", "person": n % HOLDERS + 1, "amount": 1, "expires_at": ends}
            for n in range(start, min(HOLDERS * each, start + 10_000))
        ]
        assert link.ask("POST", f"{PATH}/commands", {"commands": commands})[0] == 200
    until(lambda: not server.get(f"{PATH}/rules")["worker_error"], 60, "the worker")
    times, over = [], threading.Event()

    def ask():
        other = Link(server)
        n = 0
        while not over.is_set():
            n += 1
            start = time.monotonic()
            assert other.ask("GET", f"{PATH}/people/{n % HOLDERS + 1}")[0] == 200
            times.append(time.monotonic() - start)

    reader = threading.Thread(target=ask)
    stand_on(server, NEXT)
    reader.start()
    start = time.monotonic()
    status, totals = link.ask("GET", f"{PATH}/trial-balance")  # settles everybody first
    seconds = time.monotonic() - start
    over.set()
    reader.join()
    assert status == 200
    expired = next(a for a in totals["accounts"] if a["account"] == "expired")
    assert expired["credits"] >= HOLDERS * each, expired
    show("lots expired, all", seconds, "s", 30 * LOTS / MILLION, f"{HOLDERS * each:,} lots")
    show("meanwhile the API: p99", percentile(times, 0.99), "ms", 50, f"{len(times):,} answers")


def levels(server):
    rungs = [{"code": f"l{n}", "name": f"Level {n}", "threshold": n * 100} for n in range(4)]
    draft = {"measure": "points", "window": "rolling", "levels": rungs}
    start = time.monotonic()
    assert server.api("PUT", f"{PATH}/levels", draft).status == 200
    until(lambda: server.get(f"{PATH}/rules")["looking_back"] is None, 3_600, "the levels")
    seconds = time.monotonic() - start
    show("levels of everybody", seconds, "s", 60 * PEOPLE / MILLION, f"{PEOPLE:,} people")


def dry_run(server):
    rule = {"id": "share", "name": "Share", "event": "Shared"}
    rule["amount"] = {"kind": "fixed", "points": 2}
    start = time.monotonic()
    body = {"from": "2020-01-01T00:00:00Z", "rules": [rule]}
    status, found = Link(server).ask("POST", f"{PATH}/dry-run", body)
    seconds = time.monotonic() - start
    assert status == 200, found
    row = next(row for row in found["rules"] if row["rule"] == "share")
    assert row["points_after"] == 2 * EVENTS, row
    show("dry run", seconds, "s", 30 * EVENTS / (10 * MILLION), f"{EVENTS:,} events")


def main():
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; limits in proportion to sizes")
    with Perennial() as server:
        stand_on(server, DAY)
        key = server.write_key()
        send(server, key, PEOPLE, lambda n: {"type": "identify", "userId": f"u{n}"})
        programme = {"name": "Bench", "zone": "UTC", "currencies": [{"code": "points"}]}
        assert server.api("PUT", PATH, programme | {"events_from": None}).status == 200
        coupon(server)
        checkout(server)
        statement(server)
        expire(server)
        levels(server)
        times = {"type": "track", "event": "Shared", "timestamp": "2026-02-01T00:00:00Z"}
        send(server, key, EVENTS, lambda n: times | {"userId": f"u{n % PEOPLE}"})
        dry_run(server)
        assert server.get("/v1/loyalty/verify")["faults"] == []


if __name__ == "__main__":
    main()
