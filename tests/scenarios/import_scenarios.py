"""Files: the real shop's known facts, a second shop, odd files, and imports that are killed and
resumed.
"""
import csv
import gzip
import io
import pathlib
import subprocess
import tempfile
import unittest

from perennial import ROOT, Perennial, until

ORDERS = ROOT / "data/online_retail.csv.gz"
COHORT_2010_12 = [948, 362, 317, 367, 341, 376, 360, 336, 336, 374, 354, 474, 260]
# The customer, the time and the country are the last columns and hold no comma, so quotes in descriptions do no harm.
COHORT_AWK = r"""
BEGIN { FS = "," }
NR > 1 && $(NF - 1) != "" {
  customer = $(NF - 1); month = substr($(NF - 3), 1, 7)
  seen[customer, month] = 1
  if (!(customer in first) || month < first[customer]) first[customer] = month
}
END {
  for (i = 0; i <= 12; i++) {
    month = sprintf("%d-%02d", 2010 + int((11 + i) / 12), (11 + i) % 12 + 1); count = 0
    for (customer in first) if (first[customer] == "2010-12" && (customer, month) in seen) count++
    printf "%d ", count
  }
}
"""


class RealShop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Perennial().start()
        cls.addClassCleanup(cls.server.__exit__)
        settings = cls.server.get("/v1/settings") | {
            "zone": "Europe/London",
            "currency": "GBP",
            "stands_on": "2011-12-10T00:00:00Z",
        }
        assert cls.server.api("PUT", "/v1/settings", settings).status == 200
        cls.first = cls.server.import_file("orders", ORDERS)

    def test_the_import_counts_every_line(self):
        progress = self.first["progress"]
        self.assertEqual(self.first["state"], "done")
        self.assertEqual(
            (progress["rows"], progress["stored"], progress["rejected"]), (541_909, 541_909, 0)
        )
        self.assertEqual(progress["anonymous"], 135_080)

    def test_known_facts(self):
        totals = self.server.get("/v1/overview")["totals"]
        self.assertEqual(totals["orders"] + totals["refunds"], 25_900)
        self.assertEqual(totals["revenue_minor"], 974_774_793)
        self.assertEqual(self.server.get("/v1/customers")["total"], 4_372)
        sql = (
            "SELECT countIf(JSONExtractString(properties, 'kind') = 'refund'), "
            "sum(JSONExtractInt(properties, 'amount_minor')), "
            "uniqExactIf(user_id, user_id != '') FROM events WHERE name = 'Order Line'"
        )
        table = self.server.api("POST", "/v1/sql", {"sql": sql}).json
        self.assertEqual(table["rows"][0], ["9288", "974774793", "4372"])

    def test_the_cohort_of_2010_12_by_three_ways(self):
        triangle = self.server.get("/v1/insights/retention-triangle?by=month&activity=any")
        cohort = next(c for c in triangle["cohorts"] if c["label"] == "2010-12")
        self.assertEqual([cell["people"] for cell in cohort["cells"]], COHORT_2010_12)
        sql = """
            WITH first AS (
              SELECT user_id, min(toStartOfMonth(timestamp, 'Europe/London')) AS month FROM events
              WHERE name = 'Order Line' AND user_id != '' GROUP BY 1)
            SELECT toStartOfMonth(timestamp, 'Europe/London') AS m, uniqExact(user_id) FROM events
            WHERE name = 'Order Line'
              AND user_id IN (SELECT user_id FROM first WHERE month = toDate('2010-12-01')) GROUP BY m ORDER BY m"""
        self.assertEqual(
            [int(row[1]) for row in self.server.api("POST", "/v1/sql", {"sql": sql}).json["rows"]],
            COHORT_2010_12,
        )
        with tempfile.NamedTemporaryFile("w", suffix=".awk") as script, gzip.open(ORDERS) as data:
            script.write(COHORT_AWK)
            script.flush()
            out = subprocess.run(
                ["awk", "-f", script.name], input=data.read(), capture_output=True, check=True
            ).stdout
        self.assertEqual([int(n) for n in out.split()], COHORT_2010_12)

    def test_the_cohort_of_2010_12_by_the_timeline(self):
        line = {"event": "Order Line"}
        question = {
            "analysis": "retention",
            "range": {"from": "2010-12-01", "to": "2011-12-10"},
            "by": "month",
            "start": line,
            "return": line,
            "columns": 13,
        }
        self.server.in_timeline()
        answer = self.server.ask(question)
        cohort = answer["groups"][0]["cohorts"][0]
        self.assertEqual(cohort["period"]["label"], "2010-12")
        self.assertEqual([cell["value"] for cell in cohort["cells"]], COHORT_2010_12)
        self.assertEqual(answer["read"]["plan"], "timeline")
        listed = self.server.people_behind(cohort["cells"][3]["people"])
        self.assertEqual(len(listed), COHORT_2010_12[3])

    def test_a_number_and_the_list_behind_it_agree(self):
        triangle = self.server.get("/v1/insights/retention-triangle?by=month&activity=any")
        cell = next(c for c in triangle["cohorts"] if c["label"] == "2010-12")["cells"][3]
        self.assertEqual(
            self.server.get(f"/v1/customers?limit=1&set={cell['set']}")["total"], cell["people"]
        )
        for count in self.server.get("/v1/value/stages")["counts"]:
            self.assertEqual(
                self.server.get(f"/v1/customers?limit=1&set={count['set']}")["total"],
                count["people"],
                count,
            )
        for cell in self.server.get("/v1/value/rfm")["cells"]:
            self.assertEqual(
                self.server.get(f"/v1/customers?limit=1&set={cell['set']}")["total"],
                cell["people"],
                cell,
            )
        row = self.server.get("/v1/insights/activity?by=month")["rows"][3]
        for name, field in (("customers", "customers"), ("new", "new_customers")):
            self.assertEqual(
                self.server.get(f"/v1/customers?limit=1&set={row['sets'][name]}")["total"],
                row[field],
            )

    def test_a_second_import_changes_nothing(self):
        before = self.server.get("/v1/overview")["totals"]
        again = self.server.import_file("orders", ORDERS)["progress"]
        self.assertEqual(
            (again["rows"], again["stored"], again["duplicates"]), (541_909, 0, 541_909)
        )
        self.assertEqual(self.server.get("/v1/overview")["totals"], before)


class Resumed(unittest.TestCase):
    def test_an_import_that_is_killed_goes_on_by_itself(self):
        with Perennial() as server:
            server.api(
                "PUT",
                "/v1/settings",
                server.get("/v1/settings")
                | {"currency": "GBP", "stands_on": "2011-12-10T00:00:00Z"},
            )
            with open(ORDERS, "rb") as file:
                added = server.request(
                    "POST",
                    "/v1/imports?kind=orders&name=orders.csv.gz",
                    file.read(),
                    {"Authorization": f"Bearer {server.token}"},
                ).json
            server.api("POST", f"/v1/imports/{added['id']}/start", added["mapping"])
            for rows in (50_000, 200_000):
                until(
                    lambda: (p := server.get(f"/v1/imports/{added['id']}"))["state"] != "running"
                    or p["progress"]["rows"] >= rows,
                    120,
                    "progress",
                )
                server.kill()
                server.start()
            done = until(
                lambda: (i := server.get(f"/v1/imports/{added['id']}"))["state"] not in ("running",)
                and i,
                300,
                "the import",
            )
            self.assertEqual(done["state"], "done", done)
            server.settled()
            totals = server.get("/v1/overview")["totals"]
            self.assertEqual(
                (totals["orders"] + totals["refunds"], totals["revenue_minor"]),
                (25_900, 974_774_793),
            )


class SecondShop(unittest.TestCase):
    """CDNOW: white space between columns; master with a header, sample without."""

    def test_cdnow(self):
        with Perennial() as server:
            server.api(
                "PUT",
                "/v1/settings",
                server.get("/v1/settings")
                | {"currency": "USD", "stands_on": "1998-07-01T00:00:00Z"},
            )
            columns = {"customer_id": "#1", "at": "#2", "quantity": "#3", "amount": "#4"}
            done = server.import_file(
                "orders",
                ROOT / "data/cdnow/CDNOW_master.txt",
                {"delimiter": "spaces", "date_format": "yyyymmdd", "columns": columns},
            )
            self.assertEqual(
                (done["state"], done["progress"]["rows"], done["progress"]["rejected"]),
                ("done", 69_659, 0),
            )
            self.assertEqual(server.get("/v1/customers")["total"], 23_570)
            self.assertEqual(server.get("/v1/overview")["totals"]["orders"], 69_659)
            rows = server.get("/v1/insights/activity?by=month")["rows"]
            self.assertEqual((rows[0]["label"], rows[-1]["label"]), ("1997-01", "1998-07"))


class OddFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Perennial().start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)

    def bring_in(self, name, content, kind="orders", mapping=None):
        path = pathlib.Path(self.folder.name) / name
        path.write_bytes(content)
        return self.server.import_file(kind, path, mapping)

    def rows(self, progress):
        return progress["progress"]["stored"], progress["progress"]["rejected"]

    def rejects(self, done):
        text = self.server.api("GET", f"/v1/imports/{done['id']}/rejects").body.decode()
        return list(csv.DictReader(io.StringIO(text)))

    def test_ragged_rows_and_wrong_values_are_reported_with_line_and_reason(self):
        done = self.bring_in(
            "ragged.csv",
            b"order_id,customer_id,date,amount\n"
            b"o1,c1,2025-01-02,10.00\no2,c1,2025-01-03\no3,c1,soon,5\no4,c1,2025-01-04,abc\n"
            b"o5,c1,1900-01-01,5\no6,c1,2200-01-01,5\n,c1,2025-01-05,1\no7,c1,2025-01-06,7.5\n",
        )
        self.assertEqual(self.rows(done), (2, 6))
        rejects = self.rejects(done)
        self.assertEqual([int(r["line"]) for r in rejects], [3, 4, 5, 6, 7, 8])
        self.assertTrue(all(r["reason"] for r in rejects))

    def test_bom_crlf_quotes_and_line_breaks_in_fields(self):
        done = self.bring_in(
            "quotes.csv",
            b"\xef\xbb\xbforder_id,customer_id,date,amount,name\r\n"
            b'q1,c2,2025-01-02,10.00,"a ""quoted"", name\r\nof two lines"\r\n'
            b"q2,c2,2025-01-03,1.00,plain\r\n",
        )
        self.assertEqual(self.rows(done), (2, 0))

    # The file was written by DuckDB 1.5: Zstandard, structs, lists, decimals, a timestamp with a zone
    # and one without.
    def test_parquet(self):
        self.assertEqual(
            self.server.api(
                "PUT",
                "/v1/settings",
                self.server.get("/v1/settings") | {"zone": "Asia/Shanghai"},
            ).status,
            200,
        )
        done = self.server.import_file("customers", ROOT / "tests/scenarios/files/customers.parquet")
        self.assertEqual(self.rows(done), (3, 0))
        traits = {
            i: self.server.get(f"/v1/customers?search=u{i}")["customers"][0]["id"] for i in (1, 2, 3)
        }
        traits = {i: self.server.get(f"/v1/customers/{who}")["traits"] for i, who in traits.items()}
        self.assertEqual(traits[1]["name"], "王小明")
        self.assertEqual(traits[2]["name"], 'says "hi", twice\nand more')
        self.assertEqual(traits[1]["address.city"], "上海")

    def test_a_broken_parquet_file_is_refused_with_its_reason(self):
        whole = (ROOT / "tests/scenarios/files/customers.parquet").read_bytes()
        for broken in (whole[:-200], whole[:300] + whole[-8:], b"PAR1" + b"\0" * 100 + b"PAR1"):
            reply = self.server.request(
                "POST",
                "/v1/imports?kind=customers&name=broken.parquet",
                broken,
                {"Authorization": f"Bearer {self.server.token}"},
            )
            self.assertEqual(reply.status, 400, reply)
            self.assertIn("Parquet", reply.body.decode())

    def test_gb18030(self):
        text = (
            "订单号;客户号;下单时间;金额;商品名称\n"
            "z1;客户一;2025-01-02 10:00:00;10.00;常青藤茶叶礼盒\n"
            "z2;客户二;2025-01-03 11:00:00;12.50;保温杯，蓝色的那一种\n"
        )
        done = self.bring_in("chinese.csv", text.encode("gb18030"))
        self.assertEqual(self.rows(done), (2, 0))
        self.assertEqual(
            self.server.get("/v1/customers?search=%E5%AE%A2%E6%88%B7%E4%B8%80")["total"], 1
        )

    def test_a_header_without_the_needed_columns_says_which(self):
        path = pathlib.Path(self.folder.name) / "foreign.csv"
        path.write_bytes(b"alpha,beta\n1,2\n")
        with open(path, "rb") as file:
            added = self.server.request(
                "POST",
                "/v1/imports?kind=orders&name=foreign.csv",
                file.read(),
                {"Authorization": f"Bearer {self.server.token}"},
            ).json
        reply = self.server.api("POST", f"/v1/imports/{added['id']}/start", added["mapping"])
        self.assertEqual(reply.status, 400, reply)
        self.assertIn("at", reply.json["where"] + reply.json["detail"])

    def test_no_text_at_all(self):
        for name, content in (
            ("empty.csv", b""),
            ("zeros.csv", b"\x00" * 5000),
            ("noise.bin", bytes(range(256)) * 50),
        ):
            path = pathlib.Path(self.folder.name) / name
            path.write_bytes(content)
            reply = self.server.request(
                "POST",
                f"/v1/imports?kind=orders&name={name}",
                content,
                {"Authorization": f"Bearer {self.server.token}"},
            )
            if reply.status == 201:
                reply = self.server.api(
                    "POST", f"/v1/imports/{reply.json['id']}/start", reply.json["mapping"]
                )
            self.assertEqual(reply.status, 400, name)
        self.assertEqual(self.server.request("GET", "/healthz").status, 200)

    def test_a_dry_run_stores_nothing(self):
        before = self.server.get("/v1/stats")["events"]["events"]
        path = pathlib.Path(self.folder.name) / "dry.csv"
        path.write_bytes(
            b"order_id,customer_id,date,amount\nd1,c9,2025-01-02,10.00\nd2,c9,never,10.00\n"
        )
        out = self.server.run("import", "orders", str(path), "--dry-run", "--json")
        self.assertEqual(out.returncode, 0, out.stderr)
        self.assertIn('"rejected":1', out.stdout.replace(" ", ""))
        self.assertEqual(self.server.get("/v1/stats")["events"]["events"], before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
