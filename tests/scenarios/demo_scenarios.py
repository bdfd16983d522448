"""The demonstration as `./run demo` builds it: the shop's known facts, a recall whose proof claims
nothing, and a second start that only opens what is there.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest
import urllib.request

from perennial import BUILD, PROGRAM, ROOT, STOP_SECONDS

COHORT_2010_12 = [948, 362, 317, 367, 341, 376, 360, 336, 336, 374, 354, 474, 260]
RESULT_DAYS = 90


class Demo:
    """A running tools/demo over a data directory; what it said is in `said`."""

    def __init__(self, data):
        self.data = data
        environment = dict(os.environ) | {"PERENNIAL_DEMO_DATA": str(data), "PERENNIAL_DEMO_PORT": "0"}
        for screen in ("DISPLAY", "WAYLAND_DISPLAY"):  # nobody looks at it
            environment.pop(screen, None)
        library = BUILD / "deps/chdb/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so"
        environment.setdefault("PERENNIAL_CHDB", str(library))
        self.process = subprocess.Popen(
            [str(ROOT / "tools/demo"), str(PROGRAM)], stdout=subprocess.PIPE, text=True, env=environment
        )
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Stop with"):
                break
        self.address = re.search(r"The shop is open at (http://[^\s\x1b]+)", self.said).group(1)
        self.token = json.loads((data / "run/server.json").read_text())["token"]

    def get(self, path):
        request = urllib.request.Request(
            self.address + path, headers={"Authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_SECONDS)
        self.process.stdout.close()


class TheDemo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="perennial-demo-")
        cls.addClassCleanup(folder.cleanup)
        cls.data = pathlib.Path(folder.name) / "demo"
        cls.demo = Demo(cls.data)
        cls.addClassCleanup(lambda: cls.demo.stop())

    def test_known_facts(self):
        totals = self.demo.get("/v1/overview")["totals"]
        self.assertEqual(totals["orders"] + totals["refunds"], 25_900)
        self.assertEqual(totals["revenue_minor"], 974_774_793)
        self.assertEqual(self.demo.get("/v1/customers?limit=1")["total"], 4_372)
        triangle = self.demo.get("/v1/insights/retention-triangle?by=month&activity=any")
        cohort = next(c for c in triangle["cohorts"] if c["label"] == "2010-12")
        self.assertEqual([cell["people"] for cell in cohort["cells"]], COHORT_2010_12)

    def test_the_recall_left_nobody_out_of_its_ledger(self):
        (campaign,) = self.demo.get("/v1/campaigns")["campaigns"]
        counts = self.demo.get(f"/v1/campaigns/{campaign['id']}")["counts"]
        self.assertGreater(counts["sent"], 100)
        reached = counts["sent"] + counts["held_out"]
        self.assertAlmostEqual(counts["held_out"] / reached, 0.5, delta=0.1)
        letters = list((self.data / "outbox").rglob("*.eml"))
        self.assertEqual(len(letters), counts["sent"])

    def test_the_proof_says_that_nobody_was_reached_and_claims_nothing(self):
        (campaign,) = self.demo.get("/v1/campaigns")["campaigns"]
        result = self.demo.get(f"/v1/campaigns/{campaign['id']}/result?days={RESULT_DAYS}")
        self.assertTrue(result["aa"])
        self.assertIn("aa", result["notes"])
        self.assertTrue(result["complete"])
        for comparison in result["comparisons"]:
            self.assertLess(comparison["low"], 0, comparison)
            self.assertGreater(comparison["high"], 0, comparison)

    def test_somebody_can_sign_in(self):
        email, password = re.search(r"e-mail (\S+), password (\S+)", self.demo.said).groups()
        request = urllib.request.Request(
            self.demo.address + "/v1/session",
            data=json.dumps({"email": email, "password": password}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            self.assertEqual(reply.status, 200)

    def test_a_second_run_opens_the_same_shop(self):
        (before,) = self.demo.get("/v1/campaigns")["campaigns"]
        self.demo.stop()
        type(self).demo = Demo(self.data)
        self.assertNotIn("importing", self.demo.said)
        (after,) = self.demo.get("/v1/campaigns")["campaigns"]
        self.assertEqual(after["id"], before["id"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
