"""Nine questions about behaviour in lock-step: the API, DuckDB, ClickHouse, and the kernels alone.

bench/insight.py [--size 100m|10m|1m] [--rounds N] [--keep FOLDER]: prints the data's figures and a table
with a line for each question, the ratios beside their goals. A difference between two answers fails the
run. The server maps the very file that the kernels read, in a fresh data directory. insight.md tells more.
"""
import argparse
import http.client
import json
import math
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/scenarios"))
from perennial import BUILD, Perennial  # noqa: E402

DUCKDB = "@duckdb/node-bindings-linux-x64@1.5.6-r.1"
PEOPLE = {"100m": 1_000_000, "10m": 100_000, "1m": 10_000}
ROUNDS = {"100m": 3, "10m": 7, "1m": 9}
PROGRAM = BUILD / "bin/bench_insight"
MAX_BYTES_AN_EVENT = 12
IDLE_SECONDS = 30  # the server closes a connection that idles for 75

YEAR = {"from": "2024-12-30", "to": "2025-12-30"}
WEEKS = {"from": "2024-12-30", "to": "2025-12-29"}
THREE = [{"event": "Visit"}, {"event": "Product Added"}, {"event": "Order Completed"}]
LARGE = {"property": "amount", "op": "at_least", "value": 50}
FIVE = [{"event": name} for name in ("Visit", "Product Viewed", "Product Added", "Checkout Started")]
FIVE.append({"event": "Order Completed", "where": LARGE})
FUNNEL = {"analysis": "funnel", "range": YEAR, "window": {"count": 7, "unit": "day"}}
ANY = {"any_event": True}
END = "2025-12-30T00:00:00Z"  # of the data; the segment's windows go back from here


def did(event, since, least=1):
    leaf = {"event": event, "op": "at_least", "value": least, "window": {"from": since, "to": END}}
    return {"did": leaf}


QUERY, PREVIEW = "/v1/insights/query", "/v1/segments/preview"
# What the API is asked, at PREVIEW for the segment and at QUERY for all others.
QUESTIONS = {
    "funnel3": FUNNEL | {"steps": THREE},
    "funnel3_by": FUNNEL | {"steps": THREE, "breakdown": {"event_property": "channel", "top": 8}},
    "funnel5": FUNNEL | {"steps": FIVE},
    "retention": {
        "analysis": "retention", "range": WEEKS, "by": "week", "start": ANY, "return": ANY,
        "columns": 52,
    },
    "segment": {
        "universe": "everyone", "sample": 0,
        "rule": {"all": [
            did("Order Completed", "2025-10-01T00:00:00Z", 3),
            {"not": did("Visit", "2025-11-30T00:00:00Z")},
        ]},
    },
    "rfm": {"analysis": "rfm", "range": YEAR, "value_property": "amount"},
    "paths": {
        "analysis": "paths", "range": YEAR, "from": {"event": "Product Added"}, "length": 4,
        "merge_repeats": False, "occurrence": "every",
    },
    "active": {"analysis": "active", "range": YEAR},
    "lifecycle": {"analysis": "lifecycle", "range": WEEKS, "by": "week", "select": ANY},
}
# Name in the table, and how many times faster than DuckDB and ClickHouse at 100 M events.
ROWS = {
    "funnel3": ("funnel, 3 steps, 7 days", 50, 15),
    "funnel3_by": ("the same by a property of 8 values", 50, 15),
    "funnel5": ("funnel, 5 steps, with a predicate", 50, 15),
    "retention": ("weekly retention triangle", 50, 25),
    "segment": ("≥ 3 orders in 90 days, no visit in 30, the list", 50, 25),
    "rfm": ("RFM quintiles", 12, 8),
    "paths": ("top paths of 3 after an event, sessions", 80, 28),
    "active": ("DAU, MAU, stickiness over a year", 60, 20),
    "lifecycle": ("weekly lifecycle", 100, 28),
}


def duckdb():
    folder = BUILD / "deps/duckdb"
    library = folder / "node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so"
    if not library.exists():
        words = ["npm", "install", "--prefix", str(folder), "--no-save", "--no-audit", "--no-fund"]
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([*words, DUCKDB], check=True, stdout=subprocess.DEVNULL)
    return library


class Asker:
    """A server on the base file, and what its answers say in the words of the kernels' answers."""

    def __init__(self, base, people):
        self.connections = threading.local()
        self.server = Perennial()
        self.server.start()
        self.name_events()
        self.server.stop()
        self.name_people(people)
        folder = self.server.data / "timeline"
        for old in folder.iterdir():
            old.unlink()
        shutil.copyfile(base, folder / "base-1.timeline")
        begun = time.monotonic()
        self.server.start()
        self.server.in_timeline()
        self.start_seconds = time.monotonic() - begun

    def name_events(self):
        """The registry must know the names: one event of each, long after the year asked about."""
        key = self.server.write_key()
        properties = {"Visit": {"channel": "channel-1"}, "Order Completed": {"amount": 1.5}}
        names = ["Visit", "Product Viewed", "Product Added", "Checkout Started", "Order Completed"]
        events = [
            {
                "type": "track", "event": name, "userId": "registry", "messageId": name,
                "timestamp": "2026-06-01T00:00:00Z", "properties": properties.get(name, {}),
            }
            for name in names
        ]
        reply = self.server.collect(key, "batch", {"batch": events})
        assert reply.status == 200, reply
        self.server.in_timeline()

    def name_people(self, people):
        """Segments are about people who are known; the one whom the registry's events made is the first."""
        with sqlite3.connect(self.server.data / "state.db") as state:
            state.executemany("INSERT OR IGNORE INTO people (id) VALUES (?)", ((i,) for i in range(1, people)))
        state.close()

    def connection(self):
        """A connection that is kept, as a browser keeps its own; one for each thread that asks."""
        kept, now = self.connections, time.monotonic()
        if now - getattr(kept, "used", -IDLE_SECONDS) >= IDLE_SECONDS:
            kept.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
            kept.connection.connect()
        kept.used = now
        return kept.connection

    def ask(self, question, **changes):
        """Milliseconds and the answer, with members of the question changed."""
        connection = self.connection()
        asked = QUESTIONS[question] | changes
        headers = {
            "Authorization": f"Bearer {self.server.token}", "Content-Type": "application/json",
        }
        begun = time.monotonic()
        target = PREVIEW if question == "segment" else QUERY
        connection.request("POST", target, json.dumps(asked), headers)
        reply = connection.getresponse()
        body = reply.read()
        took = (time.monotonic() - begun) * 1e3
        assert reply.status == 200, body[:300]
        return took, body

    def close(self):
        self.server.__exit__()


def rows_of(text):
    return [tuple(int(word) for word in line.split("\t")) for line in text.splitlines()]


NAMED = ["Page Viewed", "Product Viewed", "Visit", "Product Added", "Checkout Started", "Order Completed"]


def number_of(event):
    """What the rivals call an event: 1 for the most frequent name."""
    return NAMED.index(event) + 1 if event in NAMED else int(event.rsplit(" ", 1)[1])


def values(answer_row, names):
    return tuple(answer_row[name]["value"] for name in names)


def check_calendar(question, answer, rows):
    if question == "retention":
        cohorts = answer["groups"][0]["cohorts"]
        cells = {  # the API also looks at weeks behind the range
            (c, column): cell["value"]
            for c, cohort in enumerate(cohorts)
            for column, cell in enumerate(cohort["cells"][: len(cohorts) - c])
            if cell["value"]
        }
        assert cells == {row[:2]: row[2] for row in rows}, question
    elif question == "active":
        days = [values(row, ("day", "month")) for row in answer["rows"]]
        assert days == [row[1:] for row in rows], question
    elif question == "lifecycle":
        stages = ("new", "returning", "resurrecting", "dormant")
        weeks = [values(row, stages) for row in answer["rows"]]
        assert weeks[1:] == [row[1:] for row in rows], question  # theirs begin with the second


def check_answer(question, body, text):
    """Compares what the API said with the rivals' common answer, where both say the same thing."""
    answer, rows = json.loads(body), rows_of(text)
    if question in ("funnel3", "funnel5"):
        levels = {level: people for _, level, people in rows}
        steps = answer["groups"][0]["steps"]
        reached = [sum(n for level, n in levels.items() if level > k) for k in range(len(steps))]
        assert [step["reached"]["value"] for step in steps] == reached, question
    elif question == "funnel3_by":
        for group in answer["groups"][1:9]:
            channel = int(group["group"]["label"].rsplit("-", 1)[1])
            reached = [
                sum(n for c, level, n in rows if c == channel and level > k) for k in range(3)
            ]
            assert [step["reached"]["value"] for step in group["steps"]] == reached, question
    elif question == "paths":
        paths = [
            tuple((*map(number_of, path["events"][1:]), 0, 0, 0)[:3]) + (path["count"],)
            for path in answer["top"]
        ]
        assert paths == rows, question
    elif question == "rfm":
        cells = {
            (c["recency"], c["frequency"], c["value"]): (c["people"]["value"], c["count"])
            for c in answer["grid"]
            if c["people"]["value"]
        }
        assert cells == {row[:3]: row[3:5] for row in rows}, question
    else:
        check_calendar(question, answer, rows)


def until_quiet(server):
    """Waits until the server has done what it does after a start: tags of everybody, models, the filter of ids."""

    def processor():
        words = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    before, deadline = -1.0, time.monotonic() + 120
    while (now := processor()) - before > 0.05:
        if time.monotonic() > deadline:
            print("the server does not settle: the next figures are beside its other work", flush=True)
            return
        before = now
        time.sleep(1)


def ten_at_once(asker):
    """Ten analysts ask a funnel in a loop, each with a window of their own, so that no two share a run; the slowest
    answer over the time of one alone."""
    alone = statistics.median(asker.ask("funnel3")[0] for _ in range(9))
    slowest = []

    def analyst(days):
        window = {"count": days, "unit": "day"}
        slowest.append(max(asker.ask("funnel3", window=window)[0] for _ in range(10)))

    analysts = [threading.Thread(target=analyst, args=(7 + number,)) for number in range(10)]
    for one in analysts:
        one.start()
    for one in analysts:
        one.join()
    return alone, max(slowest)


def nine_different_at_once(asker):
    """Nine analysts with a question each, over and over until everybody has had five answers: by question,
    how many times longer than alone an answer took in the middle, and at most."""
    alone = {name: statistics.median(asker.ask(name)[0] for _ in range(5)) for name in QUESTIONS}
    times = {name: [] for name in QUESTIONS}

    def analyst(name):
        while min(len(had) for had in times.values()) < 5:
            times[name].append(asker.ask(name)[0])

    analysts = [threading.Thread(target=analyst, args=(name,)) for name in QUESTIONS]
    for one in analysts:
        one.start()
    for one in analysts:
        one.join()
    return {
        name: (statistics.median(times[name]) / alone[name], max(times[name]) / alone[name])
        for name in QUESTIONS
    }


def growth(asker):
    """Milliseconds of a funnel with ever more steps, conditions on its last step, and a breakdown."""

    def took(**changes):
        return statistics.median(asker.ask("funnel3", **changes)[0] for _ in range(5))

    names = ["Visit", "Product Added", "Checkout Started", "Order Completed"]
    steps = {n: took(steps=[{"event": names[i % 4]} for i in range(n)]) for n in (2, 4, 8, 16)}
    above = [LARGE | {"value": 50 + i} for i in range(8)]
    conditions = {
        n: took(steps=THREE[:2] + [THREE[2] | ({"where": {"all": above[:n]}} if n else {})])
        for n in (0, 1, 2, 4, 8)
    }
    by = {
        n: took(breakdown={"event_property": "channel", "top": n}) if n else took() for n in (0, 1, 4, 8)
    }
    for what, times in (("steps", steps), ("conditions", conditions), ("values of a breakdown", by)):
        print(f"a funnel by {what}: " + ", ".join(f"{n}: {ms:.0f} ms" for n, ms in times.items()), flush=True)


def show_facts(facts, asker, size):
    assert facts["bytes_an_event"] <= MAX_BYTES_AN_EVENT, f"{facts['bytes_an_event']:.2f} bytes an event"
    arrays = facts["arrays_events"] / facts["arrays_s"] / 1e6
    until_quiet(asker.server)
    alone, slowest = ten_at_once(asker)
    longer = nine_different_at_once(asker)
    print(
        f"{size}: {facts['events']:,} events of {facts['people']:,} people; "
        f"{facts['bytes_an_event']:.2f} bytes an event on disk and at most in memory\n"
        f"made and written as a base file in {facts['made_s']:.1f} s; from unsorted arrays "
        f"{arrays:.1f} M events/s; DuckDB took them in {facts['duckdb_load_s']:.1f} s, "
        f"ClickHouse in {facts['clickhouse_load_s']:.1f} s\n"
        f"base file checked and mapped in {facts['open_ms']:.0f} ms; the server answers "
        f"{asker.start_seconds:.2f} s after its start\n"
        f"1 M new events: in the answers after {facts['visible_ms']:.0f} ms\n"
        f"two threads read {facts['read_gb_s']:.1f} GB/s here\n"
        f"ten analysts at once: the slowest answer {slowest:.0f} ms, one alone {alone:.0f} ms "
        f"= {slowest / alone:.1f} ×\n"
        "nine analysts with a question each: an answer in the middle (and the slowest) "
        + ", ".join(f"{name} {middle:.1f} ({most:.1f})" for name, (middle, most) in longer.items())
        + " × one alone",
        flush=True,
    )


def goal(ratio, wanted):
    return f"{ratio:,.0f}× (≥ {wanted}){'' if ratio >= wanted else ' –'}"


def show_row(line, api_ms, read_gb_s):
    name, than_duckdb, than_clickhouse = ROWS[line["question"]]
    ours = line["ours_ms"]
    shown = math.nan if api_ms is None else api_ms
    asked = ours if api_ms is None else api_ms
    rate = line["bytes"] / ours / 1e6
    print(
        f"| {name} | {line['duckdb_ms']:,.1f} | {line['clickhouse_ms']:,.1f} | {shown:,.1f} | {ours:,.2f} "
        f"| {goal(line['duckdb_ms'] / asked, than_duckdb)} "
        f"| {goal(line['clickhouse_ms'] / asked, than_clickhouse)} "
        f"| {line['bytes'] / 1e6:,.1f} | {rate:.1f} ({100 * rate / read_gb_s:.0f} %) |",
        flush=True,
    )
    if stored := line.get("duckdb_stored_order_ms"):
        print(f"|   (DuckDB trusting the stored order) | {stored:,.1f} | | | | | | | |", flush=True)


def run(size, rounds, folder):
    words = [str(PROGRAM), str(folder), str(PEOPLE[size]), str(rounds), str(duckdb())]
    program = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    asker, times, body = None, [], b""
    try:
        facts = json.loads(program.stdout.readline() or "null")
        assert facts, "bench_insight failed"
        asker = Asker(folder / "base", facts["people"])
        show_facts(facts, asker, size)
        growth(asker)
        print(
            "\n| question | DuckDB ms | ClickHouse ms | API ms | kernel ms | × DuckDB (goal) "
            "| × ClickHouse (goal) | MB read | GB/s |\n|---|---|---|---|---|---|---|---|---|"
        )
        for text in program.stdout:
            if text.startswith("round "):
                question = text.split()[1]
                if question in QUESTIONS:
                    if not times:
                        asker.ask(question)  # warm, as the others are
                    took, body = asker.ask(question)
                    times.append(took)
                program.stdin.write("\n")
                program.stdin.flush()
                continue
            line = json.loads(text)
            if times and line["question"] == "segment":
                # One of the list may be person 0, who is nobody to the API.
                assert line["lines"] - json.loads(body)["people"] in (0, 1), "segment"
            elif times:
                check_answer(line["question"], body, line["answer"])
            show_row(line, statistics.median(times) if times else None, facts["read_gb_s"])
            times = []
        assert program.wait() == 0, "the engines do not agree"
    finally:
        program.kill()
        program.wait()
        if asker:
            asker.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=sorted(PEOPLE), default="10m")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--keep", help="a folder for the engines' data, for the next run")
    given = parser.parse_args()
    folder = pathlib.Path(given.keep or tempfile.mkdtemp(prefix="perennial-insight-"))
    begun = time.monotonic()
    try:
        run(given.size, given.rounds or ROUNDS[given.size], folder)
        print(f"all of it in {(time.monotonic() - begun) / 60:.1f} minutes")
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
