"""The real shop's 541,909 lines end to end: upload, parse, durable append, while people, orders and
the timeline are derived from them; and when the last of these had everything. Then the same file
again.
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


def processor_seconds(server):
    ticks = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


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
            used = processor_seconds(server)
            begun = time.monotonic()
            seconds, progress = bring_in(server)
            behind = max(s["behind"] for s in server.get("/v1/stats")["stages"])
            server.settled()
            rates.append(progress["rows"] / seconds)
            print(
                f"first import   {progress['rows']:,} rows in {seconds:5.2f} s = "
                f"{rates[-1]:>9,.0f} rows/s   peak resident {peak_resident_mb(server):,.0f} MB"
            )
            print(
                f"               the stages were {behind:,} events behind, and done after "
                f"{time.monotonic() - begun:5.2f} s; {processor_seconds(server) - used:.1f} "
                "processor-s in all"
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
