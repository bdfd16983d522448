"""The program itself: verbs and exit codes, configuration, health, stopping, locked directories,
taken ports, full disks.
"""
import contextlib
import json
import os
import pathlib
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

from perennial import PROGRAM, Perennial, until

BATCH = 10  # events in a request of the full disk


def run(*words, **environment):
    return subprocess.run(
        [str(PROGRAM), *words],
        capture_output=True,
        text=True,
        timeout=120,
        env=dict(os.environ) | environment,
    )


class Verbs(unittest.TestCase):
    def test_help_names_every_verb(self):
        out = run("--help")
        self.assertEqual(out.returncode, 0)
        for verb in (
            "serve",
            "import",
            "user",
            "key",
            "sql",
            "stats",
            "config",
            "version",
            "completion",
        ):
            self.assertIn(verb, out.stdout)
            self.assertEqual(run(verb, "--help").returncode, 0, verb)

    def test_wrong_words_are_exit_code_2(self):
        for words in (
            (),
            ("dance",),
            ("serve", "--nonsense"),
            ("import",),
            ("import", "shoes", "x.csv"),
            ("config", "--listen", "nowhere"),
            ("config", "--listen", "127.0.0.1:99999"),
            ("completion", "tcsh"),
        ):
            out = run(*words)
            self.assertEqual(out.returncode, 2, (words, out))
            self.assertTrue(out.stderr)

    def test_a_missing_file_is_exit_code_3(self):
        with tempfile.TemporaryDirectory() as folder:
            out = run("import", "orders", "/nowhere/orders.csv", "--data", folder + "/data")
            self.assertEqual(out.returncode, 3, out)
            self.assertIn("/nowhere/orders.csv", out.stderr)

    def test_a_ledger_that_does_not_agree_is_exit_code_4(self):
        with Perennial() as server:
            server.stop()
            self.assertEqual(server.run("ledger", "verify").returncode, 0)
            spoil = "INSERT INTO loyalty_totals (currency, account, debits, credits) VALUES (1, 1, 5, 5)"
            if server.database:
                words = ["psql", "--no-psqlrc", "--quiet", "-c", spoil, server.database.address]
                subprocess.run(words, check=True, capture_output=True, timeout=60)
            else:
                with contextlib.closing(sqlite3.connect(server.data / "state.db")) as connection:
                    connection.execute(spoil)
                    connection.commit()
            found = server.run("ledger", "verify", "--json")
            self.assertEqual(found.returncode, 4, found.stdout + found.stderr)
            fault = "account whose total is not the sum of its postings: 101"
            self.assertEqual(json.loads(found.stdout)["faults"], [fault])
            self.assertIn("restore a backup", found.stderr)

    def test_version_and_completion(self):
        self.assertRegex(run("version").stdout, r"^perennial \d+\.\d+\.\d+\n$")
        self.assertIn("version", json.loads(run("version", "--json").stdout))
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("perennial", run("completion", shell).stdout)
        script = (
            run("completion", "bash").stdout
            + "\nCOMP_WORDS=(perennial im); COMP_CWORD=1; _perennial; echo ${COMPREPLY[@]}"
        )
        self.assertIn(
            "import", subprocess.run(["bash", "-c", script], capture_output=True, text=True).stdout
        )

    def test_verbs_work_with_and_without_a_running_server(self):
        with Perennial() as server:
            self.check_verbs(server)
            server.stop()
            self.check_verbs(server)

    def check_verbs(self, server):
        secret = server.run("key", "create", "shop", "--source", "shop")
        self.assertEqual(secret.returncode, 0, secret.stderr)
        self.assertTrue(secret.stdout.startswith("wk_"))
        keys = json.loads(server.run("key", "list", "--json").stdout)["keys"]
        self.assertEqual(server.run("key", "revoke", keys[-1]["id"]).returncode, 0)
        self.assertEqual(server.run("key", "revoke", "key_unknown").returncode, 3)
        table = json.loads(server.run("sql", "SELECT 1 + 1 AS two", "--json").stdout)
        self.assertEqual(table["rows"], [["2"]])
        self.assertEqual(server.run("sql", "-", stdin="SELECT 3").returncode, 0)
        self.assertEqual(server.run("sql", "SELECT no_such_column FROM events").returncode, 2)
        self.assertNotEqual(server.run("sql", "DROP TABLE events").returncode, 0)
        self.assertIn("stages", json.loads(server.run("stats", "--json").stdout))
        name = f"user{time.monotonic_ns()}@shop.example"
        added = server.run("user", "add", name, "--role", "analyst")
        self.assertIn("/claim#", added.stdout)
        self.assertEqual(server.run("user", "add", name).returncode, 4)
        self.assertIn(name, server.run("user", "list").stdout)
        self.assertEqual(server.run("user", "disable", name).returncode, 0)
        self.assertEqual(
            server.run("user", "role", "nobody@shop.example", "--role", "operator").returncode, 3
        )


class Configuration(unittest.TestCase):
    def test_flags_win_over_environment_over_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "perennial.toml"
            file.write_text('listen = "127.0.0.1:1111"\nworkers = 5\nlog_level = "debug"\n')
            out = run(
                "config",
                "--json",
                "--data",
                folder,
                PERENNIAL_LOG_LEVEL="warn",
                PERENNIAL_WORKERS="6",
            )
            settings = {s["name"]: s for s in json.loads(out.stdout)["settings"]}
            self.assertEqual(settings["listen"]["value"], "127.0.0.1:1111")
            self.assertIn("perennial.toml line 1", settings["listen"]["source"])
            self.assertEqual(
                (settings["workers"]["value"], settings["workers"]["source"]),
                ("6", "environment PERENNIAL_WORKERS"),
            )
            out = run("config", "--json", "--data", folder, "--listen", "127.0.0.1:2222")
            listen = {s["name"]: s for s in json.loads(out.stdout)["settings"]}["listen"]
            self.assertEqual(
                (listen["value"], listen["source"]), ("127.0.0.1:2222", "flag --listen")
            )

    def test_it_listens_to_this_machine_alone_unless_told_otherwise(self):
        with tempfile.TemporaryDirectory() as folder:
            out = run("config", "--json", "--data", folder)
            listen = {s["name"]: s["value"] for s in json.loads(out.stdout)["settings"]}["listen"]
            self.assertEqual(listen, "127.0.0.1:8080")

    def test_a_wrong_file_is_told_with_its_line(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "perennial.toml"
            for text, expected in (
                ("\nwokers = 3\n", "line 2"),
                ("workers = \n", "line 1"),
                ("workers = 1000", "1 to 256"),
            ):
                file.write_text(text)
                out = run("config", "--data", folder)
                self.assertEqual(out.returncode, 2, text)
                self.assertIn(expected, out.stderr)

    def test_a_password_in_the_state_address_is_not_shown(self):
        out = run("config", "--state", "postgres://user:hunter2@127.0.0.1/db")
        self.assertNotIn("hunter2", out.stdout)


class Life(unittest.TestCase):
    def test_health_metrics_and_logs(self):
        with Perennial(
            environment={"PERENNIAL_LOG_FORMAT": "json", "PERENNIAL_LOG_LEVEL": "debug"}
        ) as server:
            self.assertEqual(server.request("GET", "/healthz").status, 200)
            self.assertEqual(server.request("GET", "/readyz").status, 200)
            key = server.write_key()
            server.collect(
                key,
                "identify",
                {"userId": "secret-person", "traits": {"email": "private@shop.example"}},
            )
            server.settled()
            server.api("GET", "/v1/customers?search=private%40shop.example")
            metrics = server.request("GET", "/metrics").body.decode()
            self.assertIn("perennial_http_requests_total{", metrics)
            self.assertIn("perennial_stage_behind", metrics)
            log = server.log_text()
            for line in log.splitlines():
                json.loads(line)
            self.assertIn("id=", log)
            for private in ("private@shop.example", "secret-person", key):
                self.assertNotIn(private, log)

    def test_sigterm_finishes_requests_and_stops_within_10_seconds(self):
        with Perennial() as server:
            key = server.write_key()
            replies = []

            def send():
                with contextlib.suppress(OSError):
                    while True:
                        replies.append(
                            server.collect(key, "track", {"event": "Seen", "userId": "u"}).status
                        )

            threads = [threading.Thread(target=send) for _ in range(4)]
            for thread in threads:
                thread.start()
            until(lambda: len(replies) > 50, 30, "requests")
            code, seconds = server.stop()
            for thread in threads:
                thread.join()
            self.assertEqual(code, 0)
            self.assertLess(seconds, 10)
            acknowledged = replies.count(200)
            self.assertEqual(len(replies), acknowledged + replies.count(503))
            server.start()
            count = server.api("POST", "/v1/sql", {"sql": "SELECT count() FROM events"}).json[
                "rows"
            ][0][0]
            self.assertGreaterEqual(int(count), acknowledged)

    def test_a_held_directory_and_a_taken_port_are_exit_code_4(self):
        with Perennial() as server:
            out = server.run("serve", "--listen", "127.0.0.1:0")
            self.assertEqual(out.returncode, 4, out)
            self.assertIn(str(server.data), out.stderr)
            with tempfile.TemporaryDirectory() as folder:
                out = run("serve", "--data", folder, "--listen", f"127.0.0.1:{server.port}")
                self.assertEqual(out.returncode, 4, out)
                self.assertIn(str(server.port), out.stderr)

    def test_a_note_of_a_killed_server_misleads_nobody(self):
        with Perennial() as server:
            server.kill()
            self.assertTrue((server.data / "run/server.json").exists())
            self.assertEqual(server.run("stats").returncode, 0)

    def test_a_damaged_state_database_is_told(self):
        with Perennial() as server:
            server.stop()
            (server.data / "state.db").write_bytes(b"this is no database" * 1000)
            for name in ("state.db-wal", "state.db-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(server.data / name)
            out = server.run("stats")
            self.assertNotEqual(out.returncode, 0)
            self.assertIn("state.db", out.stderr)


@unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
class FullDisk(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="perennial-small-")
        if (
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", self.folder]
            ).returncode
            != 0
        ):
            os.rmdir(self.folder)
            self.skipTest("this machine does not let the test mount a small disk")
        self.addCleanup(
            lambda: (subprocess.run(["umount", "-l", self.folder]), os.rmdir(self.folder))
        )

    def fill(self):
        """Leaves no space; returns the file that takes it."""
        filler = pathlib.Path(self.folder) / "filler"
        with open(filler, "wb") as file, contextlib.suppress(OSError):
            while True:
                file.write(os.urandom(1 << 20))
                file.flush()
        return filler

    def test_a_full_disk_is_told_and_the_server_goes_on_when_there_is_space(self):
        with Perennial(data=self.folder + "/data") as server:
            key = server.write_key()
            self.assertEqual(self.send(server, key, 0).status, 200)
            acknowledged = [0]
            filler = self.fill()
            for number in range(1, 400):
                reply = self.send(server, key, number)
                if reply.status != 200:
                    break
                acknowledged.append(number)
            self.assertIn(reply.status, (503, 507), reply)
            self.assertIn(reply.json["code"], ("full", "busy"))
            if reply.status == 507:
                self.assertIn("space", reply.json["detail"] + reply.json.get("hint", ""))
            self.assertEqual(server.request("GET", "/healthz").status, 200)
            filler.unlink()
            until(
                lambda: self.send(server, key, 1000).status == 200,
                60,
                "the log to take events again",
            )
            server.kill()
            server.start()
            table = server.api(
                "POST",
                "/v1/sql",
                {"sql": "SELECT message_id, count() FROM events GROUP BY 1", "max_rows": 10_000},
            ).json
            counts = {row[0]: int(row[1]) for row in table["rows"]}
            for number in [*acknowledged, 1000]:
                for i in range(BATCH):
                    self.assertEqual(counts.get(f"{number}-{i}"), 1, f"{number}-{i}")

    def test_a_start_on_a_full_disk_says_so(self):
        self.fill()
        out = run("serve", "--data", self.folder + "/data", "--listen", "127.0.0.1:0")
        self.assertEqual(out.returncode, 7, out)
        self.assertIn(self.folder, out.stderr)
        self.assertIn("space", out.stderr)

    def send(self, server, key, number):
        batch = [
            {
                "type": "track",
                "event": "Seen",
                "userId": "u",
                "messageId": f"{number}-{i}",
                "properties": {"noise": os.urandom(1500).hex()},
            }
            for i in range(BATCH)
        ]
        return server.collect(key, "batch", {"batch": batch})


if __name__ == "__main__":
    unittest.main(verbosity=2)
