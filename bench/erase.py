"""How long the erasure of one customer takes, beside the size of the log.

bench/erase.py [--fill SECONDS] [--people N]: fills a log over HTTP with events of 100,000 people, each of
whom did something in every part of it, then erases N of them, one after the other, and says when each
step was over. The last figure is how long all events would take at the same speed for one hundred million.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/scenarios"))
from perennial import BUILD, Perennial  # noqa: E402

LOAD = str(BUILD / "bin/bench_collect")
BATCH = 100
GOAL_SECONDS = 60  # at one hundred million events


def fill(server, seconds):
    words = [LOAD, "load", str(server.port), server.write_key(), "64", str(seconds), str(BATCH), "fill-"]
    subprocess.run(words, capture_output=True, text=True, check=True)
    server.in_timeline()
    stats = server.get("/v1/stats")
    print(json.dumps({"events": stats["events"], "timeline": stats["timeline"]}), flush=True)
    return stats["events"]["events"]


def erase(server, user):
    """Seconds until each state was left, from the request."""
    found = server.get(f"/v1/customers?search={user}&known=all")["customers"]
    person = next(one["id"] for one in found if one["user_id"] == user)
    begun = time.monotonic()
    asked = server.api("POST", "/v1/privacy/erasures", {"person_id": person, "confirm": str(person)})
    assert asked.status == 202, asked
    state, left = asked.json["state"], {}
    while state != "done":
        now = server.get(f"/v1/privacy/erasures/{asked.json['id']}")
        if now["state"] != state:
            left[state], state = round(time.monotonic() - begun, 2), now["state"]
        time.sleep(0.02)
    return left, now["counts"]["events"]["erased"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fill", type=int, default=120, metavar="SECONDS")
    parser.add_argument("--people", type=int, default=3)
    options = parser.parse_args()
    with Perennial() as server:
        events = fill(server, options.fill)
        for number in range(options.people):
            left, erased = erase(server, f"user-{number * 7919 + 17}")
            took = left["timeline"]
            print(
                f"{erased} of {events:,} events erased in {took:.1f} s {json.dumps(left)}; "
                f"{took / events * 1e8:.0f} s at 100 M (goal {GOAL_SECONDS})",
                flush=True,
            )


if __name__ == "__main__":
    main()
