"""The real shop's 541,909 lines end to end: upload, parse, durable append, people and orders
derived; then the same file again.
"""
import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/scenarios"))
from perennial import ROOT, Perennial  # noqa: E402

ORDERS = ROOT / "data/online_retail.csv.gz"
ROUNDS = int(os.environ.get("PERENNIAL_BENCH_ROUNDS", "3"))


def peak_resident_mb(server):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0


def bring_in(server):
    begun = time.monotonic()
    out = server.run("import", "orders", str(ORDERS), "--json")
    seconds = time.monotonic() - begun
    assert out.returncode == 0, out.stderr
    progress = json.loads(out.stdout.splitlines()[-1])["progress"]
    return seconds, progress


def main():
    rates = []
    for _ in range(ROUNDS):
        with Perennial() as server:
            settings = server.get("/v1/settings") | {
                "currency": "GBP",
                "stands_on": "2011-12-10T00:00:00Z",
            }
            server.api("PUT", "/v1/settings", settings)
            seconds, progress = bring_in(server)
            rates.append(progress["rows"] / seconds)
            print(
                f"first import   {progress['rows']:,} rows in {seconds:5.2f} s = "
                f"{rates[-1]:>9,.0f} rows/s   peak resident {peak_resident_mb(server):,.0f} MB"
            )
            again, progress = bring_in(server)
            print(
                f"second import  {progress['duplicates']:,} known already in {again:5.2f} s = "
                f"{progress['rows'] / again:>9,.0f} rows/s   "
                f"peak resident {peak_resident_mb(server):,.0f} MB",
                flush=True,
            )
    print(
        f"median of {ROUNDS}: {sorted(rates)[len(rates) // 2]:,.0f} rows/s end to end, the command's own start included"
    )


if __name__ == "__main__":
    main()
