"""The timeline beside the event log: how soon an acknowledged event is in the answers, how fast the timeline
is built anew from the log, and how long it takes to follow when everybody does something in a second that
it holds already.

bench/timeline.py [--fill SECONDS] [--seconds S] [--rate R] [--crowd SECONDS] [--events N [--people N]]:
fills a log over HTTP with events of 100,000 people, then asks for probes while a load generator goes on sending
(at most R events a second; 0: as many as are taken), starts the server without its timeline and watches it being
built, and lets the crowd return.
With --events the engine writes the log itself: built anew, and started again, at the size of a hundred million.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/scenarios"))
import filled_log  # noqa: E402
import segments  # noqa: E402
from perennial import BUILD, Perennial  # noqa: E402

LOAD = str(BUILD / "bin/bench_collect")
BATCH = 100
FRESH_GOAL_SECONDS = 1.0
REBUILD_GOAL = 3_000_000  # events/s
START_GOAL_SECONDS = 5
COUNT = {
    "analysis": "trends", "range": {"last": 30},
    "series": [{"select": {"event": "Order"}, "measure": "people"}], "by": "week",
}
QUESTION = {
    "analysis": "trends", "range": {"from": "2026-10-31", "to": "2026-11-03"},
    "series": [{"select": {"event": "Probe"}, "measure": "count"}], "by": "day",
}


def load(server, key, connections, seconds, prefix):
    words = [LOAD, "load", str(server.port), key, str(connections), str(seconds), str(BATCH), prefix]
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def fill(server, key, seconds):
    # One load: a second one would send the same people's events of the same seconds once more, and
    # the timeline would have to read everybody's history anew.
    sent = load(server, key, 64, seconds, "fill-")["events"]
    print(f"{sent:,} events sent", flush=True)
    until_steady(server)


def until_steady(server):
    server.settled(600)  # millions of events, on whatever machine this is
    last = server.get("/v1/stats")["events"]["last_seq"]
    while server.get("/v1/stats")["timeline"]["seq"] < last:
        time.sleep(0.2)


def trickle(server, key, rate, stop):
    """Batches at a steady rate, from one connection, until `stop` is set."""
    sent, begun = 0, time.monotonic()
    while not stop.is_set():
        hour = sent // 3_600 % 24
        batch = [
            {
                "type": "track", "event": "Product Viewed",
                "userId": f"user-{(sent + i) * 7919 % 100_000}", "messageId": f"trickle-{sent + i}",
                "timestamp": f"2026-11-01T{hour:02}:{i * 37 // 60 % 60:02}:{i * 37 % 60:02}.000Z",
            }
            for i in range(BATCH)
        ]
        assert server.collect(key, "batch", {"batch": batch}).status == 200
        sent += BATCH
        stop.wait(max(0, begun + sent / rate - time.monotonic()))
    return sent


def count_of_probes(answer):
    return answer["series"][0]["total"]["value"]


def send_probe(server, key, number):
    event = {
        "type": "track", "event": "Probe", "userId": f"user-{number * 31 % 100_000}",
        "messageId": f"probe-{number}", "timestamp": f"2026-11-01T12:00:00.{number % 1_000:03}Z",
    }
    reply = server.collect(key, "batch", {"batch": [event]})
    assert reply.status == 200, reply


def probe(server, key, number):
    """Seconds from the acknowledgement of an event to the answer that counts it."""
    send_probe(server, key, number)
    begun = time.monotonic()
    while count_of_probes(server.ask(QUESTION)) < number + 1:
        assert time.monotonic() - begun < 60, "the probe is not in the answers"
        time.sleep(0.005)
    return time.monotonic() - begun


def freshness(server, key, seconds, rate):
    stop, sent = threading.Event(), []
    if rate:
        sender = threading.Thread(target=lambda: sent.append(trickle(server, key, rate, stop)))
    else:
        sender = threading.Thread(
            target=lambda: sent.append(load(server, key, 16, seconds, "full-")["events"])
        )
    send_probe(server, key, 0)
    until_steady(server)  # the name is known from here on
    begun, took = time.monotonic(), []
    sender.start()
    while time.monotonic() - begun < seconds:
        took.append(probe(server, key, len(took) + 1))
    elapsed = time.monotonic() - begun
    stop.set()
    sender.join()
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    print(
        f"in the answers, under {sent[0] / elapsed:,.0f} events/s: p50 {cuts[49] * 1e3:,.0f} ms, "
        f"p99 {cuts[98] * 1e3:,.0f} ms, most {max(took) * 1e3:,.0f} ms of {len(took)} probes "
        f"(goal {FRESH_GOAL_SECONDS * 1e3:,.0f} ms)",
        flush=True,
    )


def crowd(server, key, seconds):
    """Everybody does something again in the seconds of what they did before: the order within those seconds
    is known to the log alone."""
    sent = load(server, key, 64, seconds, "again-")["events"]
    begun = time.monotonic()
    until_steady(server)
    print(
        f"{sent:,} events of 100,000 people in seconds that are held: followed "
        f"{time.monotonic() - begun:.1f} s after the last was acknowledged",
        flush=True,
    )


def rebuild(server):
    server.stop()
    shutil.rmtree(server.data / "timeline")
    server.start()
    watch_build(server)


def watch_build(server):
    seen = []
    while (state := server.get("/v1/stats")["timeline"])["phase"] != "ready":
        seen.append(state["built"])
        time.sleep(0.05)
    assert seen == sorted(seen), "progress went backwards"
    rate = state["events"] / state["build_seconds"]
    print(
        f"built anew from the log: {state['events']:,} events in {state['build_seconds']:.1f} s = "
        f"{rate:,.0f} events/s (goal {REBUILD_GOAL:,}); progress was told {len(set(seen))} times; "
        f"{state['bytes_an_event']:.1f} bytes an event",
        flush=True,
    )


def plan(server):
    return server.ask(COUNT)["read"]["plan"]


def restart(server):
    """How soon a server on this log answers again from its timeline, with all that it had before."""
    begun = time.monotonic()
    server.stop()
    stopped, begun = time.monotonic() - begun, time.monotonic()
    server.start()
    up = time.monotonic() - begun
    while plan(server) != "timeline":
        time.sleep(0.02)
    answered = time.monotonic() - begun
    last = server.get("/v1/stats")["events"]["last_seq"]
    assert server.get("/v1/stats")["timeline"]["seq"] == last, "the newest events are missing"
    print(
        f"a restart: stopped in {stopped:.1f} s, ready after {up:.1f} s, answers after {answered:.1f} s "
        f"(goal {START_GOAL_SECONDS} s)",
        flush=True,
    )


def at_size(server, key, events, people):
    """A log of many events, which the engine writes itself: the timeline built from it, questions meanwhile,
    and a restart."""
    end = int(time.time()) - 5
    segments.identities(server, key, people, people, turn=1)
    segments.send(server, key, segments.batch_of(0, people, end - 365 * segments.DAY, end))
    took = filled_log.fill(server, events, people, end - 365 * segments.DAY, end)
    print(f"{events:,} events of {people:,} people written by the engine in {took:.0f} s", flush=True)
    begun = time.monotonic()
    meanwhile = server.api("POST", "/v1/insights/query", COUNT)
    said = meanwhile.json["read"]["plan"] if meanwhile.status == 200 else meanwhile.json["detail"]
    print(f"a question meanwhile: {said}, after {time.monotonic() - begun:.1f} s", flush=True)
    watch_build(server)
    restart(server)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fill", type=int, default=40, metavar="SECONDS")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rate", type=int, default=10_000)
    parser.add_argument("--crowd", type=int, default=5, metavar="SECONDS")
    parser.add_argument("--events", type=int, help="only a log of so many: built, and started again")
    parser.add_argument("--people", type=int, default=1_000_000)
    given = parser.parse_args()
    with Perennial() as server:
        key = server.write_key()
        if given.events:
            return at_size(server, key, given.events, given.people)
        fill(server, key, given.fill)
        freshness(server, key, given.seconds, given.rate)
        until_steady(server)
        rebuild(server)
        crowd(server, key, given.crowd)


if __name__ == "__main__":
    main()
