"""Postings a second through the API, durable, in batches of 1,000 commands from several
connections, while what they do is told to the event log: on SQLite, and on PostgreSQL in turns with
pgbench's TPC-B on the same server. Server, database and load generator share the cores. Prints each
round and the medians; then loyalty_limits.py, and one table of both.
"""
import http.client
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/scenarios"))
import loyalty_limits  # noqa: E402
from perennial import BUILD, ROOT, Perennial  # noqa: E402

ROUNDS = int(os.environ.get("PERENNIAL_BENCH_ROUNDS", "3"))
SECONDS = int(os.environ.get("PERENNIAL_BENCH_SECONDS", "10"))
CONNECTIONS = int(os.environ.get("PERENNIAL_BENCH_CONNECTIONS", "4"))
PEOPLE = 5_000
BATCH = 1_000
PATH = "/v1/loyalty/programmes/bench"


def prepare(server):
    key = server.write_key()
    for start in range(0, PEOPLE, 500):
        batch = [
            {"type": "identify", "userId": f"u{n}", "traits": {"name": f"Person {n}"}}
            for n in range(start, start + 500)
        ]
        reply = server.request(
            "POST",
            "/v1/batch",
            json.dumps({"batch": batch, "writeKey": key}),
            {"Content-Type": "application/json"},
        )
        assert reply.status == 200, reply
    server.settled()
    programme = {"name": "Bench", "zone": "Asia/Shanghai", "currencies": [{"code": "points"}]}
    assert server.api("PUT", PATH, programme).status == 200


def bodies(count, prefix):
    """Pre-made batches: two thirds earn, one third redeem (of what may be there or not)."""
    made = []
    for number in range(count):
        commands = []
        for n in range(BATCH):
            kind = "redeem" if n % 3 == 2 else "earn"
            commands.append(
                {
                    "kind": kind,
                    "id": f"{prefix}-{number}-{n}",
                    "person": random.randint(1, PEOPLE),
                    "amount": random.randint(1, 5 if kind == "redeem" else 100),
                }
            )
        made.append(json.dumps({"commands": commands}).encode())
    return made


def postings(server):
    return server.get("/v1/loyalty/verify")["postings"]


def load(server, prefix):
    made = [bodies(60, f"{prefix}{c}") for c in range(CONNECTIONS)]
    before, times, faults = postings(server), [], []
    end = time.monotonic() + SECONDS

    def send(batches):
        link = http.client.HTTPConnection("127.0.0.1", server.port)
        headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
        for body in batches:
            if time.monotonic() > end:
                return
            start = time.monotonic()
            link.request("POST", PATH + "/commands", body, headers)
            reply = link.getresponse()
            reply.read()
            times.append(time.monotonic() - start)
            if reply.status != 200:
                faults.append(reply.status)

    start = time.monotonic()
    threads = [threading.Thread(target=send, args=(batches,)) for batches in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - start
    assert not faults, faults
    done = postings(server) - before
    times.sort()
    print(
        f"  {prefix:10} {done / elapsed:>9,.0f} postings/s  {len(times) * BATCH / elapsed:>9,.0f} "
        f"commands/s  p50 {times[len(times) // 2] * 1000:.0f} ms a batch",
        flush=True,
    )
    return done / elapsed


def pgbench(address):
    program = next(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    out = subprocess.run(
        [program, "-c", "8", "-j", "2", "-T", str(SECONDS), "-M", "prepared", address],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rate = float(next(line for line in out.splitlines() if line.startswith("tps")).split()[2])
    print(f"  pgbench    {rate:>9,.0f} TPC-B transactions/s (8 clients, prepared)", flush=True)
    return rate


def main():
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {SECONDS} s a round")
    rates = {"sqlite": [], "postgres": [], "pgbench": []}
    with Perennial() as server:
        prepare(server)
        for number in range(ROUNDS):
            rates["sqlite"].append(load(server, f"sqlite{number}"))
        assert server.get("/v1/loyalty/verify")["faults"] == []
    cluster = [str(ROOT / "tests/postgres_cluster")]
    subprocess.run(cluster + ["up", str(BUILD)], check=True, stdout=subprocess.DEVNULL)
    address = (BUILD / "postgres_cluster.url").read_text().strip()
    base = address[: address.rindex("/") + 1]
    psql = next(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"))
    names = [f"bench_loyalty_{os.getpid()}", f"bench_tpcb_{os.getpid()}"]
    for name in names:
        subprocess.run([psql, "-q", address, "-c", f"CREATE DATABASE {name}"], check=True)
    program = next(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    subprocess.run(
        [program, "-i", "-s", "10", "-q", base + names[1]], check=True, capture_output=True
    )
    with Perennial(state=base + names[0]) as server:
        prepare(server)
        for number in range(ROUNDS):
            rates["postgres"].append(load(server, f"postgres{number}"))
            rates["pgbench"].append(pgbench(base + names[1]))
        assert server.get("/v1/loyalty/verify")["faults"] == []
    for name in names:
        subprocess.run([psql, "-q", address, "-c", f"DROP DATABASE {name} WITH (FORCE)"])
    subprocess.run(cluster + ["down", str(BUILD)], stdout=subprocess.DEVNULL)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    print("medians: " + ", ".join(f"{name} {value:,.0f}/s" for name, value in medians.items()))
    show = loyalty_limits.show
    show("postings on SQLite, events told", medians["sqlite"], "a second", 20_000, True)
    tpcb = medians["pgbench"]
    show("postings on PostgreSQL, events told", medians["postgres"], "a second", tpcb, True)


if __name__ == "__main__":
    main()
    loyalty_limits.main()
    loyalty_limits.table()
