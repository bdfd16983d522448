"""Events in over HTTP, durable, in batches of 100: the server and its load generator on the same
cores, in turns with a bare server that parses each batch and drops it. Prints each round and the
medians.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/scenarios"))
from perennial import BUILD, Perennial  # noqa: E402

ROUNDS = int(os.environ.get("PERENNIAL_BENCH_ROUNDS", "3"))
SECONDS = int(os.environ.get("PERENNIAL_BENCH_SECONDS", "15"))
CONNECTIONS = int(os.environ.get("PERENNIAL_BENCH_CONNECTIONS", "64"))
BATCH = 100
LOAD = str(BUILD / "bin/bench_collect")


def load(port, key, prefix):
    words = [LOAD, "load", str(port), key, str(CONNECTIONS), str(SECONDS), str(BATCH), prefix]
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def show(name, result):
    print(
        f"{name:10} {result['per_second']:>9,.0f} events/s   "
        f"p50 {result['p50_ms']:6.1f} ms   p99 {result['p99_ms']:6.1f} ms   "
        f"max {result['max_ms']:6.1f} ms   refused {result['refused']}",
        flush=True,
    )


def main():
    bare = subprocess.Popen([LOAD, "bare"], stdout=subprocess.PIPE, text=True)
    bare_port = int(bare.stdout.readline())
    results = {"bare": [], "perennial": []}
    print(
        f"{CONNECTIONS} connections, batches of {BATCH}, {SECONDS} s a round, "
        f"{os.cpu_count()} cores shared with the load generator"
    )
    with Perennial() as server:
        key = server.write_key()
        total = 0
        for number in range(ROUNDS):
            results["bare"].append(load(bare_port, "any", f"b{number}-"))
            show("bare", results["bare"][-1])
            results["perennial"].append(load(server.port, key, f"r{number}-"))
            show("perennial", results["perennial"][-1])
            total += results["perennial"][-1]["events"]
            behind = max(s["behind"] for s in server.get("/v1/stats")["stages"])
            server.settled()
            print(
                f"           stages were {behind:,} events behind at the end of the round",
                flush=True,
            )
        stored = int(
            server.api("POST", "/v1/sql", {"sql": "SELECT count() FROM events"}).json["rows"][0][0]
        )
        resident = server.get("/v1/stats")["resident_bytes"]
    bare.terminate()
    bare.wait()
    for name, rounds in results.items():
        show(f"{name} *", {key: statistics.median(r[key] for r in rounds) for key in rounds[0]})
    print(
        f"acknowledged {total:,}, stored {stored:,}, resident {resident / 1e6:,.0f} MB (* = medians of {ROUNDS} rounds)"
    )
    assert stored >= total, "an acknowledged event is missing"


if __name__ == "__main__":
    main()
