"""The part of the walk that says something of customers: edits, notes, consents, who is who."""
import http.client

from perennial import until


def walk_desk(walk, person, other):
    at = f"/v1/customers/{person}"
    version = walk.ok("GET", at)["version"]
    walk.ok("PATCH", at, {"version": version, "traits": {"city": "杭州"}})
    walk.ok("PATCH", at, {"version": "old", "traits": {"city": "x"}}, status=409)
    walk.ok("GET", f"{at}/traits")
    walk.ok("GET", f"{at}/computed?event=Order%20Line&how=count")
    walk.ok("GET", f"{at}/computed?event=x&how=sum", status=400)
    said = {"channel": "sms", "topic": "offers", "granted": True, "evidence": "form 7"}
    walk.ok("POST", f"{at}/consents", said)
    walk.ok("POST", f"{at}/consents", said | {"evidence": ""}, status=400)
    walk.assertEqual(walk.ok("GET", f"{at}/consents")["consents"][0]["topic"], "offers")
    note = walk.ok("POST", f"{at}/notes", {"text": "call", "due_at": "2025-06-15T00:00:00Z"})
    walk.ok("PATCH", f"{at}/notes/{note['id']}", {"version": 1, "done": True})
    walk.ok("PATCH", f"{at}/notes/{note['id']}", {"version": 1, "done": True}, status=409)
    walk.ok("GET", f"{at}/notes")
    walk.ok("GET", f"{at}/export")
    walk_list(walk)
    walk_files(walk, at)
    walk_live(walk, at)
    walk.ok("POST", f"{at}/merge", {"with": person}, status=409)
    walk.assertTrue(walk.ok("POST", f"{at}/merge", {"with": other})["applied"])
    bond = walk.ok("GET", f"{at}/identity")["bonds"][0]
    decision = {"a": bond["one"], "b": bond["other"], "merged": False}
    walk.assertTrue(walk.ok("POST", "/v1/identity/decisions", decision)["applied"])
    walk.ok("POST", "/v1/identity/decisions", decision | {"b": bond["one"]}, status=400)
    walk.ok("GET", "/v1/identity/review?limit=10")
    seen = walk.ok("GET", f"/v1/audit?customer={person}&action=customers.&limit=500")["entries"]
    walk.assertIn("customers.view", {entry["action"] for entry in seen})
    walk_preferences(walk, at)
    walk_erasure(walk, person)
    rules = {"rules": [{"type": "page", "name": "Home", "days": 400}]}
    walk.ok("POST", "/v1/privacy/retention/dry-run", rules)
    walk.ok("POST", "/v1/privacy/retention/dry-run", {"rules": [{"name": "x"}]}, status=400)
    walk.ok("PUT", "/v1/privacy/retention", rules)
    walk.ok("PUT", "/v1/privacy/retention", {"rules": 7}, status=400)
    walk.assertEqual(walk.ok("GET", "/v1/privacy/retention")["rules"], rules["rules"])


def walk_list(walk):
    walk.ok("GET", "/v1/customers?traits=city,tags&limit=2")
    walk.ok("GET", "/v1/customers.csv?columns=name,trait:city")
    walk.ok("GET", "/v1/customers.csv?columns=shoe", status=400)
    draft = {"name": "West 西", "shared": True, "query": {"sort": "name"}, "columns": ["name"]}
    view = walk.ok("POST", "/v1/customer-views", draft)
    walk.ok("POST", "/v1/customer-views", draft | {"columns": ["shoe"]}, status=400)
    walk.ok("GET", "/v1/customer-views")
    walk.ok("GET", "/v1/customer-names?people=1,2")
    walk.ok("GET", "/v1/customer-names?people=one", status=400)
    walk.ok("PUT", f"/v1/customer-views/{view['id']}", draft | {"version": 1})
    walk.ok("PUT", f"/v1/customer-views/{view['id']}", draft | {"version": 1}, status=409)
    walk.ok("DELETE", f"/v1/customer-views/{view['id']}")
    walk.ok("DELETE", f"/v1/customer-views/{view['id']}", status=404)
    walk.ok("PUT", "/v1/customer-columns", {"columns": ["name", "orders"]})
    walk.ok("PUT", "/v1/privacy/masking", {"analyst": ["email"]})
    walk.ok("PUT", "/v1/privacy/masking", {"owner": ["email"]}, status=400)
    walk.ok("GET", "/v1/privacy/masking")
    walk.ok("PUT", "/v1/privacy/masking", {})


def walk_files(walk, at):
    file = walk.ok("POST", f"{at}/files?name=a.txt", b"text", **{"Content-Type": "text/plain"})
    walk.ok("POST", f"{at}/files", b"text", status=400)
    walk.ok("GET", f"{at}/files")
    walk.ok("GET", f"{at}/files/{file['id']}")
    walk.ok("DELETE", f"{at}/files/{file['id']}")
    walk.ok("GET", f"{at}/files/{file['id']}", status=404)


def walk_live(walk, at):
    s = walk.server
    connection = http.client.HTTPConnection("127.0.0.1", s.port, timeout=60)
    connection.request("GET", f"{at}/live", headers={"Authorization": f"Bearer {s.token}"})
    reply = connection.getresponse()
    walk.assertEqual(reply.status, 200)
    walk.assertEqual(reply.getheader("content-type"), "text/event-stream")
    lines = iter(reply.readline, b"")
    walk.assertIn(b"event: ready\n", lines)
    walk.ok("POST", f"{at}/notes", {"text": "news"})
    walk.assertIn(b"event: changed\n", lines)
    connection.close()
    walk.ok("GET", "/v1/customers/99999999/live", status=404)


def walk_erasure(walk, person):
    at = "/v1/privacy/erasures"
    walk.ok("POST", at, {"person_id": person, "confirm": "nobody"}, status=400)
    walk.ok("POST", at, {"person_id": 99999999, "confirm": "99999999"}, status=404)
    erasure = walk.ok("POST", at, {"person_id": person, "confirm": str(person)}, status=202)
    walk.ok("POST", at, {"person_id": person, "confirm": str(person)}, status=409)
    walk.ok("GET", at)
    own = f"{at}/{erasure['id']}"
    until(lambda: walk.ok("GET", own)["state"] == "done", 60, "the erasure")
    receipt = walk.ok("GET", f"{own}/receipt")
    walk.assertTrue(receipt["valid"])
    walk.ok("GET", f"{at}/era_none/receipt", status=404)
    shown = {"payload": receipt["payload"], "signature": receipt["signature"]}
    walk.assertTrue(walk.ok("POST", "/v1/privacy/receipts/verify", shown)["valid"])
    walk.ok("POST", "/v1/privacy/receipts/verify", {"payload": "x"}, status=400)


def walk_preferences(walk, at):
    offered = {"channels": ["email"], "topics": [{"key": "offers", "zh": "优惠", "en": "Offers"}]}
    walk.ok("PUT", "/v1/privacy/preferences", offered)
    walk.ok("PUT", "/v1/privacy/preferences", {"channels": []}, status=400)
    walk.assertEqual(walk.ok("GET", "/v1/privacy/preferences"), offered)
    page = "/p/" + walk.ok("GET", f"{at}/preferences-link")["url"].split("/p/")[1]
    walk.ok("GET", "/v1/customers/99999999/preferences-link", status=404)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    walk.ok("GET", f"{page}?lang=en")
    walk.ok("POST", page, b"email%3A=on", **form)
    walk.ok("GET", "/p/made-up", status=404)
    walk.ok("POST", "/p/made-up", b"email%3A=on", status=404, **form)
