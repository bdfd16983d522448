"""What comes in over HTTP: good calls, bad calls, bad events inside good batches, limits, repeats
and restarts.
"""
import gzip
import json
import unittest
import zlib

from perennial import Perennial, until

KB = 1024


def track(number, **more):
    return {
        "type": "track",
        "event": "Seen",
        "userId": f"u{number % 7}",
        "messageId": f"m{number}",
        "timestamp": "2026-01-02T03:04:05.678Z",
    } | more


class Collect(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Perennial().start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.key = cls.server.write_key("web")

    def stored(self, message_id):
        table = self.server.api(
            "POST",
            "/v1/sql",
            {"sql": f"SELECT count() FROM events WHERE message_id = '{message_id}'"},
        ).json
        return int(table["rows"][0][0])

    def collect(self, call, body, **headers):
        return self.server.collect(self.key, call, body, **headers)

    def test_every_call_is_stored_once_however_often_it_comes(self):
        calls = {
            "track": {"event": "Seen"},
            "identify": {"traits": {"name": "王伟"}},
            "page": {"name": "Home"},
            "screen": {"name": "Main"},
            "group": {"groupId": "g1", "traits": {"plan": "pro"}},
            "alias": {"previousId": "a-old"},
        }
        for call, fields in calls.items():
            body = {"userId": "u-once", "messageId": f"once-{call}"} | fields
            for _ in range(3):
                reply = self.collect(call, body)
                self.assertEqual(reply.status, 200, reply)
            self.assertEqual(self.stored(f"once-{call}"), 1, call)

    def test_write_key_in_header_body_and_basic(self):
        body = track(1, messageId="key-1", writeKey=self.key)
        self.assertEqual(
            self.server.request(
                "POST", "/v1/track", json.dumps(body), {"Content-Type": "application/json"}
            ).status,
            200,
        )
        headers = {"Content-Type": "application/json", "X-Write-Key": self.key}
        self.assertEqual(
            self.server.request(
                "POST", "/v1/track", json.dumps(track(1, messageId="key-2")), headers
            ).status,
            200,
        )
        self.assertEqual(self.stored("key-1") + self.stored("key-2"), 2)

    def test_without_or_with_a_wrong_key_it_is_401_with_the_reason(self):
        for headers in (
            {},
            {"X-Write-Key": "wk_wrong"},
            {"Authorization": "Basic d3Jvbmc6"},
            {"Authorization": "Basic %%%"},
        ):
            reply = self.server.request(
                "POST",
                "/v1/track",
                json.dumps(track(1)),
                {"Content-Type": "application/json"} | headers,
            )
            self.assertEqual(reply.status, 401, headers)
            self.assertIn("key", reply.json["detail"])

    def test_a_body_that_is_not_json_is_400(self):
        for body in (
            b"",
            b"{",
            b"[]x",
            b"nul",
            b'{"a":\xff}',
            b"\x00\x01\x02",
            b'{"batch": 3}',
            b"[1,2]",
            b'{"event":"a"}{"event":"b"}',
        ):
            reply = self.collect("batch", body)
            self.assertEqual(reply.status, 400, body)
            self.assertEqual(reply.json["code"], "invalid")

    def test_a_body_over_the_limit_is_413_however_it_is_packed(self):
        big = json.dumps(
            {"batch": [track(i, properties={"x": "y" * 20_000}) for i in range(520)]}
        ).encode()
        self.assertGreater(len(big), 10_000_000)
        for body, headers in ((big, {}), (gzip.compress(big, 1), {"Content-Encoding": "gzip"})):
            reply = self.collect("batch", body, **headers)
            self.assertEqual(reply.status, 413, headers)
        self.assertEqual(self.server.request("GET", "/healthz").status, 200)

    def test_gzip_and_deflate_bodies(self):
        for encoding, pack in (("gzip", gzip.compress), ("deflate", zlib.compress)):
            body = json.dumps({"batch": [track(1, messageId=f"packed-{encoding}")]}).encode()
            self.assertEqual(
                self.collect("batch", pack(body), **{"Content-Encoding": encoding}).status, 200
            )
            self.assertEqual(self.stored(f"packed-{encoding}"), 1)
        self.assertEqual(
            self.collect("batch", b"not gzip at all", **{"Content-Encoding": "gzip"}).status, 400
        )

    def test_a_bad_event_inside_a_good_batch_goes_to_quarantine(self):
        bad = {
            "no identity": {"type": "track", "event": "Seen", "messageId": "bad-1"},
            "no event name": {"type": "track", "userId": "u", "messageId": "bad-2"},
            "unknown type": {"type": "dance", "userId": "u", "messageId": "bad-3"},
            "wrong type of a field": {
                "type": "track",
                "event": {"a": 1},
                "userId": "u",
                "messageId": "bad-4",
            },
            "properties not an object": track(1, messageId="bad-5", properties=[1]),
            "the year 1900": track(1, messageId="bad-6", timestamp="1900-01-01T00:00:00Z"),
            "the year 2200": track(1, messageId="bad-7", timestamp="2200-01-01T00:00:00Z"),
            "no time": track(1, messageId="bad-8", timestamp="yesterday"),
            "a NUL": track(1, messageId="bad-9", properties={"a": "x\u0000y"}),
            "too large": track(1, messageId="bad-10", properties={"a": "x" * 33 * KB}),
            "too many properties": track(
                1, messageId="bad-11", properties={f"p{i}": i for i in range(513)}
            ),
            "name too long": track(1, messageId="bad-12", event="e" * 256),
            "not an object": 42,
        }
        good = [track(i, messageId=f"good-{i}") for i in range(20)]
        before = self.server.get("/v1/quarantine")["total"]
        batch = json.dumps({"batch": good[:10] + list(bad.values()) + good[10:]})
        huge_number = '{"type":"track","event":"Seen","userId":"u","messageId":"bad-14","properties":{"n":1e400}}'
        batch = batch[:-2] + "," + huge_number + "]}"
        reply = self.collect("batch", batch)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(sum(self.stored(f"good-{i}") for i in range(20)), 20)
        quarantine = until(
            lambda: (q := self.server.get("/v1/quarantine?limit=100"))["total"]
            == before + len(bad) + 1
            and q,
            5,
            "the quarantine",
        )
        self.assertTrue(all(entry["reason"] for entry in quarantine["entries"]))
        self.assertEqual(sum(self.stored(f"bad-{i}") for i in range(1, 15)), 0)

    def test_limits_at_their_value_are_taken(self):
        at_limits = [
            track(1, messageId="edge-1", event="e" * 255),
            track(1, messageId="edge-2", properties={f"p{i}": i for i in range(512)}),
            track(1, messageId="edge-3", properties={"a": "x" * 31 * KB}),
        ]
        self.assertEqual(self.collect("batch", {"batch": at_limits}).status, 200)
        self.assertEqual([self.stored(f"edge-{i}") for i in (1, 2, 3)], [1, 1, 1])

    def test_the_senders_clock_is_corrected(self):
        body = {
            "batch": [track(1, messageId="clock", timestamp="2020-01-01T00:00:00.000Z")],
            "sentAt": "2020-01-01T00:00:10.000Z",
        }
        self.assertEqual(self.collect("batch", body).status, 200)
        table = self.server.api(
            "POST",
            "/v1/sql",
            {
                "sql": "SELECT dateDiff('second', timestamp, received_at) FROM events WHERE message_id = 'clock'"
            },
        ).json
        self.assertIn(int(table["rows"][0][0]), (9, 10, 11))

    def test_browsers_of_other_sites_may_send(self):
        reply = self.server.request(
            "OPTIONS",
            "/v1/track",
            headers={
                "Origin": "https://shop.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type",
            },
        )
        self.assertIn(reply.status, (200, 204))
        self.assertIn("authorization", reply.headers["access-control-allow-headers"].lower())
        self.assertIn(reply.headers["access-control-allow-origin"], ("*", "https://shop.example"))
        reply = self.server.request(
            "GET", f"/v1/projects/{self.key}/settings", headers={"Origin": "https://shop.example"}
        )
        self.assertEqual(reply.status, 200)
        self.assertIn("Segment.io", reply.json["integrations"])
        self.assertEqual(self.server.request("GET", "/v1/projects/wk_unknown/settings").status, 404)


class Restart(unittest.TestCase):
    def test_a_repeat_after_a_restart_counts_once_and_nothing_is_lost(self):
        with Perennial() as server:
            key = server.write_key()
            batch = {"batch": [track(i) for i in range(300)]}
            self.assertEqual(server.collect(key, "batch", batch).status, 200)
            server.kill()
            server.start()
            reply = server.collect(key, "batch", {"batch": [track(i) for i in range(150, 400)]})
            self.assertEqual(reply.status, 200, reply)
            table = server.api(
                "POST", "/v1/sql", {"sql": "SELECT count(), uniqExact(message_id) FROM events"}
            ).json
            self.assertEqual(table["rows"][0], ["400", "400"])
            server.settled()
            self.assertEqual(server.get("/v1/customers")["total"], 7)


if __name__ == "__main__":
    unittest.main(verbosity=2)
