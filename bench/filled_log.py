"""An event log of any size without sending its events: the engine writes them itself (bench_log)."""
import shutil
import sqlite3
import subprocess

from perennial import BUILD

LOG = str(BUILD / "bin/bench_log")


def fill(server, events, people, begin, end):
    """Adds events of user-0 … user-(people - 1) between two seconds to the log of a running server, as if
    all stages had seen them, and starts it again without its timeline, which is then built from the log.
    Gives the seconds that the engine took. Names and properties must be known: send one of each before."""
    server.settled(600)
    first = server.get("/v1/stats")["events"]["last_seq"] + 1
    server.stop()
    words = [LOG, server.data / "events", first, events, people, begin, end]
    took = float(subprocess.run(map(str, words), capture_output=True, text=True, check=True).stdout)
    with sqlite3.connect(server.data / "state.db") as state:
        state.execute("UPDATE stage_cursors SET seq = ?", (first + events - 1,))
        state.execute("UPDATE people_progress SET applied_seq = ?", (first + events - 1,))
    state.close()
    shutil.rmtree(server.data / "timeline")
    server.start()
    return took
