"""Every operation of webhooks, against a receiver that checks signatures."""
from perennial import until
from receiver import Receiver


def webhooks(walk):
    with Receiver() as receiver:
        draft = {"name": "Shop", "url": receiver.url, "events": ["Told"]}
        walk.ok("POST", "/v1/webhooks", draft | {"url": "ftp://shop.example/"}, status=400)
        walk.ok("POST", "/v1/webhooks", draft | {"events": []}, status=400)
        made = walk.ok("POST", "/v1/webhooks", draft, status=201)
        receiver.secret = made["secret"]
        path = f"/v1/webhooks/{made['id']}"
        call = {"type": "track", "userId": "c1", "event": "Told", "properties": {"n": 1}}
        walk.assertEqual(walk.server.collect(walk.key, "track", call).status, 200)
        until(lambda: receiver.taken, 30, "the webhook")
        walk.assertEqual(walk.ok("POST", f"{path}/test", status=202)["event"], "Webhook Test")
        until(lambda: len(receiver.taken) == 2, 30, "the test")
        walk.assertEqual(receiver.wrong, [])
        told = until(
            lambda: walk.ok("GET", f"{path}/deliveries?state=delivered&limit=5&offset=0")[
                "deliveries"
            ],
            30,
            "what was noted",
        )
        walk.ok("POST", f"{path}/deliveries/{told[0]['id']}/again")
        until(lambda: sum(map(len, receiver.taken.values())) == 3, 30, "the repeat")
        walk.assertEqual(len(receiver.taken), 2)
        walk.ok("POST", f"{path}/deliveries/nothing/again", status=404)
        walk.ok("GET", f"{path}/deliveries?state=lost", status=400)
        walk.ok("GET", "/v1/webhooks/nothing/deliveries", status=404)
        walk.assertNotEqual(walk.ok("POST", f"{path}/secret")["secret"], made["secret"])
        walk.ok("POST", "/v1/webhooks/nothing/secret", status=404)
        off = walk.ok("PUT", path, draft | {"enabled": False, "revision": made["revision"]})
        walk.assertFalse(off["enabled"])
        walk.ok("PUT", path, draft | {"revision": made["revision"]}, status=409)
        walk.ok("POST", f"{path}/test", status=409)
        walk.ok("POST", "/v1/webhooks/nothing/test", status=404)
        walk.assertEqual(len(walk.ok("GET", "/v1/webhooks")["webhooks"]), 1)
        walk.ok("DELETE", path, status=204)
        walk.ok("DELETE", path, status=404)
