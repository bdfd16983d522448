"""Calls every operation of the contract on a running server, well and badly, with its traffic
recorded, and validates the record.
"""
import base64
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenarios"))
from perennial import Perennial  # noqa: E402

from desk_walk import walk_desk  # noqa: E402
from proof_walk import experiments  # noqa: E402
from validate import Contract  # noqa: E402
from loyalty_walk import loyalty  # noqa: E402
from value_walk import models  # noqa: E402
from webhooks_walk import webhooks  # noqa: E402

VALIDATE = pathlib.Path(__file__).with_name("validate.py")
ORDERS = "order_id,customer_id,date,amount,country\n" + "".join(
    f"o{c}-{n},c{c},{2021 + (n + c) // 12}-{(n + c) % 12 + 1:02d}-1{c % 9},{10 + n}.50,CN\n"
    for c in range(40)
    for n in range(c % 6 + 1)
)
PAST_AS_OF = "2025-06-15T00:00:00Z"


class Walk(unittest.TestCase):
    def test_every_operation_keeps_the_contract(self):
        with tempfile.TemporaryDirectory() as folder:
            record = pathlib.Path(folder) / "record.jsonl"
            allowed = {"PERENNIAL_WEBHOOK_ADDRESSES": "any"}
            with Perennial(record=record, environment=allowed) as server:
                self.server = server
                self.access()
                self.collect()
                self.imports()
                self.insights()
                self.segments()
                self.customers()
                self.campaigns()
                experiments(self)
                models(self)
                loyalty(self)
                webhooks(self)
                self.rest()
            checked = subprocess.run(
                [sys.executable, str(VALIDATE), str(record)], capture_output=True, text=True
            )
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
            print(checked.stdout)

    def ok(self, method, path, body=None, status=(200, 201, 202, 204), **headers):
        reply = self.server.api(method, path, body, **headers)
        self.assertIn(
            reply.status,
            status if isinstance(status, tuple) else (status,),
            f"{method} {path}: {reply}",
        )
        return (
            reply.json if reply.body and "json" in reply.headers.get("content-type", "") else None
        )

    def access(self):
        s = self.server
        token = re.search(r"/claim#(\S+)", s.first_link).group(1)
        plain = {"Content-Type": "application/json"}

        def post(path, body, more=None):
            return s.request("POST", path, json.dumps(body), plain | (more or {}))

        self.assertEqual(s.request("GET", "/v1/session").status, 200)
        self.assertEqual(
            post("/v1/session/claim", {"token": "wrong", "password": "long enough 1"}).status, 400
        )
        self.assertEqual(
            post("/v1/session/claim", {"token": token, "password": "short"}).status, 400
        )
        claimed = post(
            "/v1/session/claim", {"token": token, "name": "Admin", "password": "long enough 1"}
        )
        self.assertEqual(claimed.status, 200, claimed)
        email = claimed.json["user"]["email"]
        self.assertEqual(
            post("/v1/session", {"email": email, "password": "wrong wrong wrong"}).status, 401
        )
        signed = post("/v1/session", {"email": email, "password": "long enough 1"})
        self.assertEqual(signed.status, 200, signed)
        cookie = {"Cookie": signed.headers["set-cookie"].split(";")[0]}
        self.assertIn("HttpOnly", signed.headers["set-cookie"])
        self.assertEqual(s.request("GET", "/v1/users", headers=cookie).status, 200)
        csrf = {"X-CSRF-Token": s.request("GET", "/v1/session", headers=cookie).json["csrf_token"]}
        self.assertEqual(s.request("DELETE", "/v1/session", headers=cookie).status, 403)
        self.assertEqual(s.request("DELETE", "/v1/session", headers=cookie | csrf).status, 204)
        self.assertEqual(s.request("GET", "/v1/users", headers=cookie).status, 401)
        user = self.ok("POST", "/v1/users", {"email": "operator@shop.example", "role": "operator"})[
            "user"
        ]
        self.ok(
            "POST", "/v1/users", {"email": "operator@shop.example", "role": "operator"}, status=409
        )
        self.ok("PATCH", f"/v1/users/{user['id']}", {"name": "Op", "role": "analyst"})
        self.ok("POST", f"/v1/users/{user['id']}/link")
        self.ok("GET", "/v1/users")
        key = self.ok("POST", "/v1/keys", {"kind": "api", "name": "report", "role": "analyst"})
        bearer = {"Authorization": f"Bearer {key['secret']}"}
        self.assertEqual(s.request("GET", "/v1/stats", headers=bearer).status, 200)
        self.assertEqual(s.request("GET", "/v1/users", headers=bearer).status, 403)
        self.ok("GET", "/v1/keys")
        self.ok("DELETE", f"/v1/keys/{key['key']['id']}")
        self.assertEqual(s.request("GET", "/v1/stats", headers=bearer).status, 401)
        settings = self.ok("GET", "/v1/settings") | {
            "name": "Walk 走",
            "currency": "CNY",
            "zone": "Asia/Shanghai",
            "stands_on": PAST_AS_OF,
        }
        self.ok("PUT", "/v1/settings", settings)
        self.ok("PUT", "/v1/settings", settings | {"zone": "Mars/Olympus"}, status=400)

    def quarantine(self):
        page = self.ok("GET", "/v1/quarantine?limit=10&source=web")
        self.assertGreaterEqual(page["total"], 2)
        self.assertTrue(self.ok("GET", "/v1/quarantine/summary?source=web")["groups"])
        first, second = (entry["id"] for entry in page["entries"][:2])
        mended = {"body": json.dumps({"type": "track", "userId": "c9", "event": "Mended"})}
        entry = next(e for e in page["entries"] if e["form"] == "segment:batch")["id"]
        self.ok("POST", f"/v1/quarantine/{entry}/replay", {"body": "{}"}, status=400)
        self.ok("POST", f"/v1/quarantine/{entry}/replay", mended)
        self.ok("DELETE", f"/v1/quarantine/{first if first != entry else second}")
        self.ok("DELETE", "/v1/quarantine/999999", status=404)
        self.ok("POST", "/v1/quarantine/replay", {"source": "web"})
        self.ok("POST", "/v1/quarantine/discard", {"source": "nobody"})

    def clients(self):
        """The paths of the libraries of 神策, PostHog and RudderStack."""
        s, key = self.server, self.key
        plain = {"Content-Type": "application/json"}
        record = {"type": "track", "event": "Seen", "distinct_id": "sa-1"}
        data = base64.urlsafe_b64encode(json.dumps(record).encode()).decode()
        event = {"event": "seen", "distinct_id": "ph-1", "api_key": key}

        def sends(method, path, body=None, status=200):
            text = None if body is None else json.dumps(body)
            reply = s.request(method, path, text, plain if text else {})
            self.assertEqual(reply.status, status, f"{method} {path}: {reply}")

        for path in ("/sa", "/sa.gif"):
            sends("GET", f"{path}?token={key}&data={data}")
            sends("POST", f"{path}?project={key}", [record, {"type": "nonsense"}])
            sends("POST", f"{path}?token=wk_wrong", [record], 401)
        for path in ("/batch", "/batch/", "/e", "/e/", "/capture", "/capture/", "/i/v0/e/"):
            sends("POST", path, event)
        sends("POST", "/e/", event | {"api_key": "wk_wrong"}, 401)
        data = base64.urlsafe_b64encode(json.dumps(event).encode()).decode()
        sends("GET", f"/e/?data={data}")
        sends("GET", "/e/", status=400)
        for path in ("/decide", "/decide/", "/flags", "/flags/"):
            sends("POST", path, {"token": key, "distinct_id": "ph-1"})
        for path in ("config", "config.js"):
            sends("GET", f"/array/{key}/{path}")
            sends("GET", f"/array/wk_wrong/{path}", status=404)
        for path in ("/sourceConfig", "/sourceConfig/"):
            sends("GET", f"{path}?writeKey={key}")
            sends("GET", f"{path}?writeKey=wk_wrong", status=404)
        call = {"batch": [{"type": "track", "userId": "c2", "event": "Seen"}]}
        sends("POST", f"/beacon/v1/batch?writeKey={key}", call)

    def collect(self):
        s = self.server
        self.key = s.write_key("web")
        calls = {
            "track": {"event": "Product Viewed", "properties": {"sku": "a", "price": 3.5}},
            "identify": {"traits": {"name": "李雷", "email": "lilei@shop.example"}},
            "page": {"name": "Home"},
            "screen": {"name": "Main"},
            "group": {"groupId": "g"},
            "alias": {"previousId": "a0"},
        }
        for call in list(calls):
            calls[call[0]] = calls[call]  # the browser client's short paths
        for call, fields in calls.items():
            self.assertEqual(
                s.collect(self.key, call, {"userId": "c1", "anonymousId": "a1"} | fields).status,
                200,
                call,
            )
        batch = {"batch": [{"type": "track", "userId": "c2", "event": "Seen"}, {"type": "track"}]}
        self.assertEqual(s.collect(self.key, "batch", batch).status, 200)
        self.assertEqual(s.collect(self.key, "b", batch).status, 200)
        self.assertEqual(s.collect(self.key, "import", batch).status, 200)
        self.assertEqual(s.collect(self.key, "batch", "{").status, 400)
        self.assertEqual(s.collect("wk_wrong", "track", {}).status, 401)
        self.assertEqual(s.request("GET", f"/v1/projects/{self.key}/settings").status, 200)
        self.clients()
        s.settled()
        self.quarantine()
        self.assertTrue(self.ok("GET", "/v1/events/recent?limit=5")["events"])
        self.ok("GET", "/v1/schema")
        self.ok("GET", "/v1/schema/event?type=track&name=Product%20Viewed")
        self.ok("GET", "/v1/schema/event?type=track&name=Nothing", status=404)
        self.ok(
            "POST",
            "/v1/sql",
            {"sql": "SELECT name, count() FROM events GROUP BY name ORDER BY name"},
        )
        self.ok("POST", "/v1/sql", {"sql": "DROP TABLE events"}, status=(400, 403))

    def imports(self):
        upload = {
            "Authorization": f"Bearer {self.server.token}",
            "Content-Type": "application/octet-stream",
        }
        added = self.server.request(
            "POST", "/v1/imports?kind=orders&name=orders.csv", ORDERS.encode(), upload
        ).json
        path = f"/v1/imports/{added['id']}"
        self.assertEqual(self.ok("POST", path + "/check", added["mapping"])["rejected"], 0)
        self.ok("POST", path + "/start", added["mapping"])
        self.ok("POST", path + "/cancel", status=(200, 409))
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "orders.csv"
            file.write_text(ORDERS)
            done = self.server.import_file("orders", file)
        self.assertEqual(done["state"], "done", done)
        self.ok("GET", f"/v1/imports/{done['id']}/rejects")
        self.ok("GET", "/v1/imports")
        # The first one may have been cancelled or done before the word came: it goes either way.
        self.server.settled()
        self.ok("DELETE", path)
        self.ok("GET", path, status=404)
        slow = self.server.request(
            "POST", "/v1/imports?kind=orders&name=again.csv", ORDERS.encode(), upload
        ).json
        self.ok("POST", f"/v1/imports/{slow['id']}/cancel", status=(200, 409))
        self.import_settings(slow["id"])
        self.products()

    def products(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "products.jsonl"
            file.write_text('{"product_id":"p1","name":"茶","price":"12.5"}\n')
            done = self.server.import_file("products", file)
        self.assertEqual(done["state"], "done", done)
        page = self.ok("GET", "/v1/products?search=茶".replace("茶", "%E8%8C%B6"))
        self.assertEqual(page["products"][0]["facts"]["price_minor"], 1250)
        for path in ("/v1/products.csv", "/v1/products.jsonl"):
            self.ok("GET", path)

    def import_settings(self, import_id):
        """Saved mappings and watched folders."""
        saved = self.ok("POST", "/v1/import-mappings", {"name": "Till", "import_id": import_id})
        self.ok("POST", "/v1/import-mappings", {"name": "", "import_id": import_id}, status=400)
        self.assertEqual(len(self.ok("GET", "/v1/import-mappings")["mappings"]), 1)
        folder = {"folder": "till", "kind": "orders", "mapping_id": saved["id"]}
        watched = self.ok("POST", "/v1/import-folders", folder)
        self.ok("POST", "/v1/import-folders", folder | {"folder": "../x"}, status=400)
        mapping = f"/v1/import-mappings/{saved['id']}"
        self.ok("DELETE", mapping, status=409)
        pathlib.Path(watched["path"], "orders.csv").write_text(ORDERS)
        started = [self.ok("POST", "/v1/import-folders/look", {})["started"] for _ in range(2)]
        self.assertEqual(sum(started), 1)
        listed = self.ok("GET", "/v1/import-folders")["folders"][0]
        self.assertEqual(listed["files"][0]["error"], "")
        self.ok("DELETE", f"/v1/import-folders/{watched['id']}")
        self.ok("DELETE", mapping)
        self.ok("DELETE", mapping, status=404)

    def insights(self):
        for path in (
            "/v1/overview",
            "/v1/insights/activity?by=week&from=2024-01-01&to=2025-06-01",
            "/v1/insights/retention-rate?by=month",
            "/v1/insights/retention-triangle?by=month&activity=order",
            "/v1/value/stages",
            "/v1/value/stages?month=2022-03",
            "/v1/value/rfm?back=6",
        ):
            self.ok("GET", path)
        for path in (
            "/v1/insights/activity?by=year",
            "/v1/value/stages?month=soon",
            "/v1/value/rfm?back=0",
            "/v1/insights/activity?from=soon",
            "/v1/insights/retention-rate?from=2025-01-01&to=2024-01-01",
        ):
            self.ok("GET", path, status=400)
        self.questions()
        self.example_questions()
        self.reports()

    def ask(self, analysis, status=200, **members):
        question = {
            "analysis": analysis,
            "range": {"from": "2021-01-01", "to": "2023-01-01"},
        } | members
        return self.ok("POST", "/v1/insights/query", question, status=status)

    def questions(self):
        line, viewed = {"event": "Order Line"}, {"event": "Product Viewed"}
        amount = {"property": "amount_minor"}
        country = {"person_property": "country", "top": 3}
        series = [
            {"select": line, "measure": "people"},
            {"select": line, "measure": "sum"} | amount,
            {"select": line, "measure": "percentile", "percentile": 90} | amount,
        ]
        trends = self.ask(
            "trends",
            by="month",
            series=series,
            formulas=[{"expression": "B / A"}],
            breakdown=country,
            compare="previous",
            people={"not": {"property": "country", "op": "is", "value": "SG"}},
            query_id="walk",
        )
        funnel = {
            "analysis": "funnel",
            "range": {"from": "2021-01-01", "to": "2023-01-01"},
            "steps": [line, {"any_of": [line, viewed]}],
            "window": {"count": 90, "unit": "day"},
            "exclusions": [{"select": viewed}],
            "breakdown": country,
            "by": "month",
        }
        steps = self.ok("POST", "/v1/insights/query", funnel)["groups"][0]["steps"]
        reached = steps[0]["reached"]["people"]
        self.ok("GET", f"/v1/segments/rule?handle={reached}")
        self.ok("GET", "/v1/segments/rule?handle=none", status=404)
        first = {"analysis": "funnel", "range": {"last": 12, "unit": "month"}, "steps": [line, line]}
        steps = self.ok("POST", "/v1/insights/query", first)["groups"][0]["steps"]
        rule = self.ok("GET", f"/v1/segments/rule?handle={steps[1]['dropped']['people']}")
        self.ok("POST", "/v1/segments/preview", rule["definition"])
        self.ask("retention", by="month", start=line, breakdown=country, **{"return": line})
        self.ask("lifecycle", by="month", select=line)
        self.ask("stickiness", by="month", select=line, breakdown=country)
        self.ask("active", select=line)
        self.ask("distribution", select=line, measure="count", by="month", breakdown=country)
        self.ask("interval", start=line, end=line, by="month", breakdown=country)
        self.ask("paths", **{"from": line})
        self.ask("paths", events=[line], split={"property": "country", "events": [line], "top": 2})
        self.ask("paths", status=400, split={"property": "country"}, **{"from": line})
        self.ask("attribution", conversion=line, touches=[viewed], value_property="amount_minor")
        self.ask("sessions", by="month", breakdown=country)
        self.ask("rfm", select=line, value_property="amount_minor")
        self.ask("trends", status=400)
        self.ask("lifecycle", status=400, select={"event": "Order Lien"})
        self.ask("lifecycle", status=400, select=line, range={"from": "1900-01-01", "to": "1901"})
        handle = trends["series"][0]["total"]["people"]
        page = self.ok("GET", f"/v1/insights/people?handle={handle}&limit=2&offset=1")
        self.assertEqual(page["total"], trends["series"][0]["total"]["value"])
        self.ok("GET", f"/v1/insights/people.csv?handle={handle}")
        self.ok("GET", "/v1/insights/people?handle=none", status=404)
        self.ok("DELETE", "/v1/insights/queries/walk")
        person = page["customers"][0]["id"]
        trace = self.ok(
            "POST", "/v1/insights/trace", {"question": funnel, "person_id": person}, status=200
        )
        self.assertTrue(trace["counted"])
        refused = self.ok(
            "POST",
            "/v1/insights/trace",
            {"question": first | {"semantics": "clickhouse"}, "person_id": person},
            status=400,
        )
        self.assertEqual(refused["where"], "question.semantics")
        self.ok("GET", "/v1/insights/events?search=order&limit=5")
        self.ok("GET", "/v1/insights/properties?event=Order%20Line&search=amount")
        self.ok("GET", "/v1/insights/properties?scope=person")
        self.ok("GET", "/v1/insights/values?property=country&scope=person&limit=3")
        self.ok("GET", "/v1/insights/values?property=kind&event=Order%20Line&search=o")

    def example_questions(self):
        """The contract's own examples are understood: at most they name what this shop never sent."""
        schemas, asked = Contract().document["components"]["schemas"], 0
        for kind in schemas["Question"]["oneOf"]:
            for question in schemas[kind["$ref"].rsplit("/", 1)[1]]["examples"]:
                reply = self.server.api("POST", "/v1/insights/query", question)
                asked += 1
                if reply.status != 200:
                    self.assertEqual(reply.status, 400, (question, reply))
                    self.assertRegex(reply.json["detail"], "was seen|segment:", question)
        self.assertGreaterEqual(asked, 12)

    def reports(self):
        question = {
            "analysis": "lifecycle",
            "range": {"last": 12, "unit": "month"},
            "by": "month",
            "select": {"event": "Order Line"},
        }
        made = self.ok("POST", "/v1/insights/reports", {"name": "Cycle", "question": question})
        path = f"/v1/insights/reports/{made['id']}"
        change = {"version": 1, "name": "Life cycle", "description": "By month"}
        self.ok("PUT", path, change | {"question": question})
        self.ok("PUT", path, change | {"question": question}, status=409)
        self.ok("PUT", path, change | {"question": {"analysis": "guess"}}, status=400)
        self.ok("GET", path)
        self.ok("GET", "/v1/insights/reports")
        self.ok("GET", "/v1/insights/reports/rep_none", status=404)
        link = self.ok("POST", f"{path}/share")["link"]
        shared = f"/v1/shared/reports/{link.removeprefix('/shared/')}"
        self.assertEqual(self.server.request("GET", shared).status, 200)
        self.ok("DELETE", f"{path}/share")
        self.assertEqual(self.server.request("GET", shared).status, 404)
        tile = {"report_id": made["id"], "x": 0, "y": 0, "w": 6, "h": 4}
        board = self.ok("POST", "/v1/insights/dashboards", {"name": "Board", "tiles": [tile]})
        path = f"/v1/insights/dashboards/{board['id']}"
        self.ok(
            "PUT", path, {"version": 1, "name": "B", "tiles": [tile], "refresh_minutes": 60}
        )
        self.ok("GET", path)
        self.ok("GET", "/v1/insights/dashboards")
        answer = f"/v1/insights/reports/{made['id']}/answer"
        asked = self.ok("POST", answer, {"query_id": "now"})
        self.ok("POST", answer, {"query_id": "not a word"}, status=400)
        self.ok("POST", "/v1/insights/reports/rep_none/answer", {}, status=404)
        self.assertIn(asked, self.ok("GET", f"{path}/answers")["answers"])
        self.ok("GET", "/v1/insights/dashboards/dash_none/answers", status=404)
        self.ok("DELETE", path)
        self.ok("DELETE", f"/v1/insights/reports/{made['id']}")

    def segments(self):
        line = {"event": "Order Line", "op": "at_least", "value": 3}
        definition = {"universe": "known", "rule": {"all": [{"did": line}]}}
        preview = self.ok("POST", "/v1/segments/preview", definition | {"sample": 2})
        self.assertGreater(preview["people"], 0)
        person = preview["sample"][0]["id"]
        made = self.ok("POST", "/v1/segments", {"name": "Often", "definition": definition})
        path = f"/v1/segments/{made['id']}"
        self.assertEqual(made["people"], preview["people"])
        self.ok("POST", "/v1/segments", {"name": "Often", "definition": definition}, status=409)
        rarely = {"universe": {"segment": made["id"]}, "rule": {"not": {"did": line | {"value": 5}}}}
        other = self.ok("POST", "/v1/segments", {"name": "Not so often", "definition": rarely})
        self.ok("DELETE", path, status=409)
        loop = {"universe": "known", "rule": {"segment": other["id"]}}
        self.ok("PUT", path, {"name": "Often", "version": 1, "definition": loop}, status=400)
        self.ok("PUT", path, {"name": "Often!", "version": 1, "definition": definition})
        self.ok("PUT", path, {"name": "Often", "version": 1, "definition": definition}, status=409)
        wrong = {"universe": "known", "rule": {"did": {"event": "Order Lime"}}}
        self.assertEqual(
            self.ok("POST", "/v1/segments/preview", wrong, status=400)["where"], "rule.did.event"
        )
        why = self.ok("GET", f"{path}/why?person={person}")
        self.assertTrue(why["member"])
        self.ok("GET", f"{path}/why", status=400)
        self.ok("POST", "/v1/segments/why", definition | {"person": person})
        self.ok("POST", "/v1/segments/why", definition | {"person": 99999999}, status=404)
        source = {"set": f"segment:{made['id']}"}
        listed = self.ok(
            "POST", "/v1/segments", {"name": "Then", "kind": "static", "from": source}
        )
        self.assertEqual(listed["people"], made["people"])
        edit = {"add": ["c1", "nobody"], "remove": ["c5"]}
        self.ok("POST", f"/v1/segments/{listed['id']}/members", edit)
        self.ok("POST", f"{path}/members", edit, status=409)
        both = {"segments": [made["id"], listed["id"]]}
        self.ok("POST", "/v1/segments/overlap", both)
        self.ok("POST", "/v1/segments/overlap", {"segments": ["seg_none", "x"]}, status=404)
        page = self.ok("GET", f"{path}/members?limit=2")
        self.assertEqual(page["total"], made["people"])
        for part in ("members.csv", "sizes?days=7", "changes?limit=5", ""):
            self.ok("GET", f"{path}/{part}".rstrip("/"))
        self.ok("GET", f"/v1/segments/{listed['id']}/changes")
        self.ok("GET", "/v1/segments")
        self.ok("GET", "/v1/segments/facts")
        self.ok("GET", "/v1/segments/seg_none", status=404)
        self.ok("DELETE", f"/v1/segments/{other['id']}")
        self.ok("DELETE", path)

    def customers(self):
        page = self.ok("GET", "/v1/customers?search=lei&sort=revenue&order=asc&limit=5&known=all")
        self.assertEqual(page["total"], 1)
        page = self.ok("GET", "/v1/customers?sort=name&country=CN&offset=3&limit=5")
        person = page["customers"][0]["id"]
        self.ok("GET", "/v1/customers?set=stage:dancing", status=400)
        self.ok("GET", "/v1/customers?limit=501", status=400)
        self.ok("GET", "/v1/customers.csv?known=yes")
        self.ok("GET", f"/v1/customers/{person}")
        self.ok("GET", f"/v1/customers/{person}/timeline?limit=3&kinds=order,event")
        self.ok("GET", f"/v1/customers/{person}/orders?limit=2")
        self.ok("GET", "/v1/customers/99999999", status=404)
        walk_desk(self, person, page["customers"][1]["id"])

    def campaigns(self):
        draft = {
            "name": "Recall",
            "audience": {"stages": ["new", "active", "loyal", "silent", "churned", "prospect"]},
            "hold_out_percent": 50,
            "subject": "你好 {{ name | 朋友 }}",
            "text": "Hello {{ name | friend }}",
            "html": "<p>Hello {{ name | friend }}</p>",
            "result_days": 30,
        }
        self.ok(
            "POST",
            "/v1/campaigns/audience",
            {"audience": draft["audience"], "hold_out_percent": 50},
        )
        self.ok("POST", "/v1/campaigns", draft | {"text": "{{ nonsense }}"}, status=400)
        gone = self.ok("POST", "/v1/campaigns", draft)["id"]
        self.ok("DELETE", f"/v1/campaigns/{gone}")
        campaign = self.ok("POST", "/v1/campaigns", draft)["id"]
        self.ok("PUT", f"/v1/campaigns/{campaign}", draft | {"name": "Recall 2"})
        person = self.ok("GET", "/v1/customers?search=lei&known=all")["customers"][0]["id"]
        preview = self.ok("POST", f"/v1/campaigns/{campaign}/preview", {"person_id": person})
        self.assertIn("李雷", preview["subject"])
        self.ok(
            "POST", f"/v1/campaigns/{campaign}/send", {"expected_people": 1_000_000}, status=409
        )
        self.ok("POST", f"/v1/campaigns/{campaign}/send", {})
        self.server.campaign_done(campaign)
        self.ok("GET", f"/v1/campaigns/{campaign}/sends?limit=3")
        self.ok("GET", f"/v1/campaigns/{campaign}/result?days=30")
        self.ok("GET", f"/v1/campaigns/{campaign}/result?days=0", status=400)
        self.ok("GET", "/v1/campaigns")
        self.ok("GET", f"/v1/campaigns/{campaign}")
        self.ok("PUT", f"/v1/campaigns/{campaign}", draft, status=409)
        other = self.ok("POST", "/v1/campaigns", draft | {"hold_out_percent": 0})["id"]
        self.ok("POST", f"/v1/campaigns/{other}/send", {})
        self.ok("POST", f"/v1/campaigns/{other}/cancel", status=(200, 409))
        self.unsubscribe(preview["unsubscribe_url"])

    def unsubscribe(self, url):
        path = re.sub(r"^https?://[^/]+", "", url)
        self.assertEqual(self.server.request("GET", path).status, 200)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(
            self.server.request("POST", path, "List-Unsubscribe=One-Click", form).status, 200
        )
        self.assertEqual(self.server.request("GET", "/u/wrong").status, 404)

    def rest(self):
        channel = self.ok("GET", "/v1/channels/email")
        self.ok(
            "PUT",
            "/v1/channels/email",
            {k: channel[k] for k in ("kind", "from_name", "from_address")},
        )
        self.ok("POST", "/v1/channels/email/test", {"to": "me@shop.example"})
        self.ok("GET", "/v1/audit?limit=20")
        self.ok("GET", "/v1/stats")
        for path in ("/healthz", "/readyz", "/metrics"):
            self.ok("GET", path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
