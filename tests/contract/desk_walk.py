"""The part of the walk that says something of customers: edits, notes, consents, who is who."""


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
    walk.ok("POST", f"{at}/merge", {"with": person}, status=409)
    walk.assertTrue(walk.ok("POST", f"{at}/merge", {"with": other})["applied"])
    bond = walk.ok("GET", f"{at}/identity")["bonds"][0]
    decision = {"a": bond["one"], "b": bond["other"], "merged": False}
    walk.assertTrue(walk.ok("POST", "/v1/identity/decisions", decision)["applied"])
    walk.ok("POST", "/v1/identity/decisions", decision | {"b": bond["one"]}, status=400)
    walk.ok("GET", "/v1/identity/review?limit=10")
