"""A running Perennial for a test: starts the real program on a directory of its own and a free
port, and talks to its API.

Nothing here waits by sleeping: a server is ready when it says so, and conditions are awaited with
`until`, which asks again as soon as the last answer is in and gives up after a deadline.
"""
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import secrets
import select
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PERENNIAL_BUILD_DIR", ROOT / "build"))
PROGRAM = BUILD / "bin/perennial"
START_SECONDS = 60
STOP_SECONDS = 15
# On which engine the state stands, as for the tests in C++: "sqlite" (the default) or "postgres".
ON_POSTGRES = os.environ.get("PERENNIAL_TEST_STATE") == "postgres"


class PostgresDatabase:
    """An empty database of its own in the cluster that tests/postgres_cluster started."""

    def __init__(self):
        self.cluster = os.environ.get("PERENNIAL_TEST_POSTGRES") or (
            (BUILD / "postgres_cluster.url").read_text().strip()
        )
        self.name = "scenario_" + secrets.token_hex(8)
        self.tell(f"CREATE DATABASE {self.name}")
        self.address = self.cluster.rsplit("/", 1)[0] + "/" + self.name

    def tell(self, sql):
        words = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "-c", sql, self.cluster]
        subprocess.run(words, check=True, capture_output=True, timeout=60)

    def drop(self):
        self.tell(f"DROP DATABASE {self.name} WITH (FORCE)")


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Perennial:
    """One data directory and the process that serves it. Use as a context manager."""

    def __init__(self, data=None, state=None, record=None, environment=None, listen="127.0.0.1:0"):
        self.owned = data is None
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="perennial-test-"))
        self.database = PostgresDatabase() if ON_POSTGRES and state is None else None
        self.state = self.database.address if self.database else state
        self.record, self.listen = record, listen
        self.environment = dict(os.environ) | (environment or {})
        self.environment.setdefault(
            "PERENNIAL_CHDB",
            str(BUILD / "deps/chdb/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so"),
        )
        if record:
            self.environment["PERENNIAL_RECORD"] = str(record)
        self.process = None
        self.first_link = ""

    def command(self, *words):
        line = [str(PROGRAM), *words, "--data", str(self.data)]
        return line + (["--state", self.state] if self.state else [])

    def start(self):
        if self.process:  # it ran before
            self.process.stdout.close()
            self.log.close()
        self.log_path = self.data.parent / (self.data.name + ".log")
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            self.command("serve", "--listen", self.listen),
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=self.environment,
            text=True,
        )
        ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        match = re.search(r"ready at http://([^:]+|\[[^]]+\]):(\d+)", line)
        if not match:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"the server did not start: {self.log_text()[-2000:]}")
        self.port = int(match.group(2))
        os.set_blocking(self.process.stdout.fileno(), False)
        self.first_link = self.process.stdout.readline() or ""
        self.token = json.loads((self.data / "run/server.json").read_text())["token"]
        return self

    def log_text(self):
        self.log.flush()
        return self.log_path.read_text(errors="replace")

    def run(self, *words, stdin=None):
        """Runs a verb of the command line on this data directory."""
        return subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            env=self.environment,
            input=stdin,
            timeout=300,
        )

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """SIGTERM; returns the exit code and the seconds that it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        return code, time.monotonic() - begun

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
        if self.process:
            self.process.stdout.close()
            self.log.close()
        if self.database:
            self.database.drop()
        if self.owned:
            shutil.rmtree(self.data, ignore_errors=True)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.log_path)

    # ---- requests ----

    def request(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            reply = connection.getresponse()
            return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def in_timeline(self):
        """Waits until every event is in the answers to questions."""
        self.settled()
        last = self.get("/v1/stats")["events"]["last_seq"]
        until(lambda: self.get("/v1/stats")["timeline"]["seq"] >= last, 60, "the timeline")

    def ask(self, question):
        reply = self.api("POST", "/v1/insights/query", question)
        assert reply.status == 200, reply
        return reply.json

    def people_behind(self, handle):
        """Ids of the customers behind a number of an answer."""
        ids = []
        while True:
            page = self.get(f"/v1/insights/people?handle={handle}&limit=500&offset={len(ids)}")
            ids += [customer["id"] for customer in page["customers"]]
            if not page["customers"] or len(ids) >= page["total"]:
                return ids

    def api(self, method, path, body=None, **headers):
        """A call with all rights."""
        text = (
            None if body is None else (body if isinstance(body, (bytes, str)) else json.dumps(body))
        )
        kind = {} if body is None else {"Content-Type": "application/json"}
        return self.request(
            method, path, text, {"Authorization": f"Bearer {self.token}"} | kind | headers
        )

    def get(self, path):
        reply = self.api("GET", path)
        assert reply.status == 200, f"GET {path}: {reply}"
        return reply.json

    def write_key(self, source="web"):
        reply = self.api("POST", "/v1/keys", {"kind": "write", "name": source, "source": source})
        assert reply.status == 201, reply
        return reply.json["secret"]

    def collect(self, key, call, body, **headers):
        text = body if isinstance(body, (bytes, str)) else json.dumps(body)
        basic = base64.b64encode(f"{key}:".encode()).decode()
        return self.request(
            "POST",
            f"/v1/{call}",
            text,
            {"Authorization": f"Basic {basic}", "Content-Type": "application/json"} | headers,
        )

    def settled(self, seconds=60):
        """Waits until the stages have read everything."""
        until(
            lambda: all(s["behind"] == 0 for s in self.get("/v1/stats")["stages"]),
            seconds,
            "the stages to catch up",
        )

    def import_file(self, kind, path, mapping=None):
        name = pathlib.Path(path).name
        with open(path, "rb") as file:
            reply = self.request(
                "POST",
                f"/v1/imports?kind={kind}&name={name}",
                file.read(),
                {
                    "Authorization": f"Bearer {self.token}",
                    "Content-Type": "application/octet-stream",
                },
                timeout=120,
            )
        assert reply.status == 201, reply
        added = reply.json
        merged = added["mapping"] | {k: v for k, v in (mapping or {}).items() if k != "columns"}
        merged["columns"] = added["mapping"]["columns"] | (mapping or {}).get("columns", {})
        reply = self.api("POST", f"/v1/imports/{added['id']}/start", merged)
        assert reply.status == 202, reply
        return until(
            lambda: (i := self.get(f"/v1/imports/{added['id']}"))["state"] != "running" and i,
            300,
            "the import",
        )

    def send_campaign(self, draft):
        reply = self.api("POST", "/v1/campaigns", draft)
        assert reply.status == 201, reply
        campaign = reply.json["id"]
        reply = self.api("POST", f"/v1/campaigns/{campaign}/send", {})
        assert reply.status == 202, reply
        return campaign

    def campaign_done(self, campaign):
        return until(
            lambda: (c := self.get(f"/v1/campaigns/{campaign}"))["state"] != "sending" and c,
            300,
            "the campaign",
        )


def until(condition, seconds, what):
    """The first true value of `condition()`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
