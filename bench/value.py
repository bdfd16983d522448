"""What value and proof cost, beside what was promised: fits, scores, churn risk, a turn of ALS (bench_value),
an experiment of a million people and ten measures (experiments_benchmark), and how soon the API recommends.

bench/value.py [--size 1m|10m|100m] [--only churn|kernels|experiment|recommendations]: the size is that of churn risk's
events, a hundred of each person; limits shrink with it. Fits, scores (P(alive) and lifetime value) and the experiment
are of a million people at every size. The shop of the recommendations has all of their sources: categories that people
say they like, countries, and members who brought others, of whom one brought more than are looked at.
"""
import argparse
import collections
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
HOSTS, GUESTS, PARTY = 100, 10, 500  # who brought others, how many each; how many the first did
NEW = 2_000  # people without a purchase


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


def products(folder):
    file = pathlib.Path(folder) / "products.csv"
    rows = [f"s{item},Item {item},c{item % 100 // 5}" for item in range(ITEMS)]
    file.write_text("\n".join(["product_id,name,category", *rows]) + "\n")
    return file


def customers(folder):
    """Countries by tastes; every other one says what they like, and all who never bought do."""
    file = pathlib.Path(folder) / "customers.csv"
    rows = ["customer_id,country,interests"]
    for person in range(PEOPLE + NEW):
        likes = f"c{person % 100 // 5}" if person % 2 or person >= PEOPLE else ""
        rows.append(f"p{person},{('CN', 'SG', 'DE', 'MT')[person % 100 // 25]},{likes}")
    rows += [f"host{host:03},CN," for host in range(HOSTS)]
    file.write_text("\n".join(rows) + "\n")
    return file


def bring(server):
    """The first host brings most, also people who never bought."""
    path = "/v1/loyalty/programmes/members"
    presets = server.get("/v1/loyalty/presets")
    assert server.api("PUT", path, presets["programme"]).status == 200
    terms = presets["referral"] | {"enabled": True, "from": "2023-01-01T00:00:00Z"}
    assert server.api("PUT", f"{path}/referral", terms).status == 200
    key, claims, guest = server.write_key(), [], PEOPLE - 1
    for host in range(HOSTS):
        number = server.get(f"/v1/customers?search=host{host:03}")["customers"][0]["id"]
        code = server.api("POST", f"{path}/people/{number}/referral-code").json["code"]
        for n in range(PARTY if host == 0 else GUESTS):
            user = f"p{PEOPLE + n // 2}" if host == 0 and n % 2 else f"p{guest}"
            guest -= 1
            claims.append(
                {"type": "track", "userId": user, "event": "Signed Up", "timestamp": "2023-12-01T00:00:00Z"}
                | {"properties": {"referral_code": code}}
            )
    for first in range(0, len(claims), 100):
        assert server.collect(key, "batch", {"batch": claims[first : first + 100]}).status == 200
    server.settled(300)


def newest(answer):
    return max((one["version"] for one in answer["versions"]), default=0)


def kept_model(server, path, seconds):
    """Trains, and gives the model of that training once it is kept and in use. A training that is under way already
    knows nothing of what came since: it is over only when the one that was asked for is."""
    before = newest(server.get(path))

    def kept():
        reply = server.api("GET", path)
        if reply.status == 503:  # events are still being read
            return None
        assert reply.status == 200, reply
        answer = reply.json
        if answer["training"] or not answer["model"]:
            assert answer["training"] or not answer["error"], answer["error"]
            return None
        assert not answer["error"], answer["error"]
        return answer["model"] if newest(answer) > before else None

    assert server.api("POST", f"{path}/train").status == 202
    return until(kept, seconds, f"a kept model of {path}")


def ask(server, user, headers, connection):
    body = json.dumps({"user_id": user})
    begun = time.perf_counter()
    connection.request("POST", "/v1/value/recommendations/ask", body, headers)
    reply = connection.getresponse()
    text = reply.read()
    took = (time.perf_counter() - begun) * 1000
    items = json.loads(text)["items"]
    assert reply.status == 200 and len(items) == 10, text[:300]
    return took, items


def recommendations():
    with Perennial() as server, tempfile.TemporaryDirectory() as folder:
        settings = server.get("/v1/settings") | {"stands_on": "2024-07-01T00:00:00Z"}
        assert server.api("PUT", "/v1/settings", settings).status == 200
        for kind, make in (("products", products), ("customers", customers), ("orders", purchases)):
            server.import_file(kind, make(folder))
        server.settled(300)
        bring(server)
        model = kept_model(server, "/v1/value/recommendations", 900)
        headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        draw, sources = random.Random(7), collections.Counter()
        for who, first, last, used in (
            ("who bought", 0, PEOPLE, model["used"]),
            ("newcomers", PEOPLE, PEOPLE + NEW, model["newcomers"]["used"]),
            ("a party of 500", PEOPLE, PEOPLE + PARTY // 2, model["newcomers"]["used"]),
        ):
            times = []
            for _ in range(CALLS):
                took, items = ask(server, f"p{draw.randrange(first, last)}", headers, connection)
                times.append(took)
                sources.update(item["source"] for item in items)
            times.sort()
            what = f"recommendations/ask, {ITEMS:,} items, {who} ({used}), p99 of {CALLS:,}"
            line(what, times[CALLS * 99 // 100], times[CALLS // 2], 10)
            print(f"  median {times[CALLS // 2]:.2f} ms, worst {times[-1]:.2f} ms, with HTTP and Python's client")
        print(f"  items by source: {dict(sources)}")
        for part in (model, model["newcomers"]):
            for way in part["ways"]:
                print(
                    f"  {way['way']:18} reach {way['reach']:.2f} NDCG@10 {way['ndcg']:.4f}"
                    f" weight {way['weight']:.2f}"
                )


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--size", choices=("1m", "10m", "100m"), default="10m")
    words.add_argument("--only", choices=("churn", "kernels", "experiment", "recommendations"))
    asked = words.parse_args()
    if asked.only in (None, "kernels", "churn"):
        only = ["churn"] if asked.only == "churn" else []
        subprocess.run([BUILD / "bin/bench_value", asked.size, *only], check=True)
    if asked.only in (None, "experiment"):
        experiment()
    if asked.only in (None, "recommendations"):
        recommendations()


if __name__ == "__main__":
    main()
