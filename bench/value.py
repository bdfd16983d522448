"""What value and proof cost, beside what was promised: fits, scores, churn risk, a turn of ALS (bench_value),
an experiment of a million people and ten measures (experiments_benchmark), and how soon the API recommends.

bench/value.py [--size 10m|100m] [--only churn]: the size is that of churn risk's events.
"""
import argparse
import gzip
import json
import http.client
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/scenarios"))
from perennial import BUILD, Perennial, until  # noqa: E402

PEOPLE, ITEMS, EACH, CALLS = 20_000, 20_000, 20, 5_000


def line(what, wall, processor, limit):
    print(
        f"{what:52} {wall:10.1f} ms wall {processor:10.1f} ms processor   limit {limit:8.0f} ms   "
        f"{wall / limit:5.2f} of it",
        flush=True,
    )


def experiment():
    program = BUILD / "src/experiments/experiments_benchmark"
    words = [program, "--benchmark_format=json", "--benchmark_min_time=0.2"]
    said = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    one = next(row for row in said["benchmarks"] if row["name"].startswith("experiment"))
    line("experiment: 1 M people, 10 measures", one["real_time"], one["cpu_time"], 2_000)


def purchases(folder):
    """Orders of one product each, of a hundred tastes; in a taste items are bought by 1 ÷ place."""
    draw = random.Random(5)
    file = pathlib.Path(folder) / "orders.csv.gz"
    with gzip.open(file, "wt", compresslevel=1) as out:
        out.write("order_id,customer_id,date,amount,sku,product,quantity\n")
        for person in range(PEOPLE):
            for k in range(EACH):
                item = person % 100 + 100 * (int((ITEMS // 100) ** draw.random()) - 1)
                day = f"2024-{1 + (k % 6):02}-{1 + draw.randrange(28):02}"
                out.write(f"o{person}-{k},p{person},{day},9.99,s{item},Item {item},1\n")
    return file


def recommendations():
    with Perennial() as server, tempfile.TemporaryDirectory() as folder:
        settings = server.get("/v1/settings") | {"stands_on": "2024-07-01T00:00:00Z"}
        assert server.api("PUT", "/v1/settings", settings).status == 200
        server.import_file("orders", purchases(folder))
        server.settled()
        assert server.api("POST", "/v1/value/recommendations/train").status == 202
        model = until(lambda: server.get("/v1/value/recommendations")["model"], 600, "recommendations")
        used = model["used"]
        headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        draw, times = random.Random(7), []
        for _ in range(CALLS):
            body = json.dumps({"user_id": f"p{draw.randrange(PEOPLE)}"})
            begun = time.perf_counter()
            connection.request("POST", "/v1/value/recommendations/ask", body, headers)
            reply = connection.getresponse()
            text = reply.read()
            times.append((time.perf_counter() - begun) * 1000)
            assert reply.status == 200 and len(json.loads(text)["items"]) == 10, text[:300]
    times.sort()
    what = f"POST /v1/value/recommendations/ask, {ITEMS:,} items ({used}), p99 of {CALLS:,}"
    line(what, times[CALLS * 99 // 100], times[CALLS // 2], 10)
    print(f"  median {times[CALLS // 2]:.2f} ms, worst {times[-1]:.2f} ms, with HTTP and Python's client")


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--size", choices=("10m", "100m"), default="10m")
    words.add_argument("--only", choices=("churn",))
    options = words.parse_args()
    only = [options.only] if options.only else []
    subprocess.run([BUILD / "bin/bench_value", options.size, *only], check=True)
    if only:
        return
    experiment()
    recommendations()


if __name__ == "__main__":
    main()
