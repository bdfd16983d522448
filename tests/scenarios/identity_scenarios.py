"""Who is who, on a running server: devices and phones that are shared, what comes late, twice or in
another order, joins that were wrong, ids that name nobody; and segments that negate.
"""
import json
import pathlib
import random
import tempfile
import time
import unittest

from perennial import Perennial

SEED = 20261129


def stamp(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


NOW = int(time.time())


def call(kind, number, at, **more):
    return {"type": kind, "messageId": f"m{number}", "timestamp": stamp(at)} | more


def seen(number, at, **who):
    return call("track", number, at, event="Seen", **who)


def identify(number, at, traits=None, **who):
    return call("identify", number, at, traits=traits or {}, **who)


class People(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Perennial().start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.key = cls.server.write_key("web")

    def send(self, *events, server=None, key=None):
        server = server or self.server
        body = {"batch": list(events), "sentAt": stamp(NOW)}
        reply = server.collect(key or self.key, "batch", body)
        self.assertEqual(reply.status, 200, reply)
        self.assertNotIn("rejected", reply.body.decode(), reply)

    def file_of(self, user):
        """The file of the one customer whose user id is exactly this."""
        self.server.settled()
        page = self.server.get(f"/v1/customers?search={user}&known=yes&limit=50")
        found = [one for one in page["customers"] if user in self.ids(one["id"])]
        self.assertEqual(len(found), 1, page)
        return self.server.get(f"/v1/customers/{found[0]['id']}")

    def ids(self, person):
        file = self.server.get(f"/v1/customers/{person}")
        return {one["value"] for one in file["identities"]}

    def events_of(self, file):
        items, before = [], ""
        while True:
            page = self.server.get(f"/v1/customers/{file['customer']['id']}/timeline?{before}")
            items += [one for one in page["items"] if one["kind"] == "event"]
            if not page["next_before"]:
                return items
            before = f"before={page['next_before']}"

    def review(self):
        self.server.settled()
        return self.server.get("/v1/identity/review?limit=100")

    def test_a_shared_device_stays_with_its_first_user(self):
        self.send(
            seen("s1", NOW - 900, anonymousId="tablet"),
            identify("s2", NOW - 800, anonymousId="tablet", userId="shared-ann"),
            identify("s3", NOW - 700, anonymousId="tablet", userId="shared-bo"),
            seen("s4", NOW - 600, anonymousId="tablet", userId="shared-bo"),
            seen("s5", NOW - 500, anonymousId="tablet"),
        )
        ann, bo = self.file_of("shared-ann"), self.file_of("shared-bo")
        self.assertNotEqual(ann["customer"]["id"], bo["customer"]["id"])
        self.assertIn("tablet", self.ids(ann["customer"]["id"]))
        self.assertNotIn("tablet", self.ids(bo["customer"]["id"]))

    def test_a_family_phone_joins_nobody_and_waits_for_a_person(self):
        phone = {"phone": "+86 137 0013 7001"}
        self.send(
            identify("f1", NOW - 900, phone, userId="family-ma"),
            identify("f2", NOW - 800, phone, userId="family-pa"),
        )
        ma, pa = self.file_of("family-ma"), self.file_of("family-pa")
        self.assertNotEqual(ma["customer"]["id"], pa["customer"]["id"])
        waiting = [p for p in self.review()["proposals"] if p["value"] == "+8613700137001"]
        self.assertEqual(len(waiting), 1)

    def test_a_late_identify_brings_what_was_done_before_it(self):
        self.send(
            seen("l1", NOW - 86_400, anonymousId="late-visitor"),
            seen("l2", NOW - 80_000, anonymousId="late-visitor"),
        )
        self.server.settled()
        # It happened between the two, and arrives after both.
        self.send(identify("l3", NOW - 83_000, anonymousId="late-visitor", userId="late-user"))
        self.assertEqual(len(self.events_of(self.file_of("late-user"))), 3)

    def test_a_wrong_merge_is_undone_and_both_sides_are_as_before(self):
        self.send(
            identify("w1", NOW - 900, {"name": "Left"}, userId="wrong-left"),
            identify("w2", NOW - 800, {"name": "Right"}, userId="wrong-right"),
            seen("w3", NOW - 700, userId="wrong-left"),
            seen("w4", NOW - 600, userId="wrong-right"),
            seen("w5", NOW - 500, userId="wrong-right"),
        )
        left, right = self.file_of("wrong-left"), self.file_of("wrong-right")
        before = {f["customer"]["user_id"]: (f["traits"], len(self.events_of(f))) for f in (left, right)}
        at = f"/v1/customers/{left['customer']['id']}"
        reply = self.server.api("POST", f"{at}/merge", {"with": right["customer"]["id"]})
        self.assertTrue(reply.json["applied"], reply)
        both = self.file_of("wrong-left")
        self.assertEqual(self.file_of("wrong-right")["customer"]["id"], both["customer"]["id"])
        # More happens while they are one.
        self.send(seen("w6", NOW - 400, userId="wrong-right"))
        self.assertEqual(len(self.events_of(self.file_of("wrong-left"))), 6)
        bonds = self.server.get(f"/v1/customers/{both['customer']['id']}/identity")["bonds"]
        apart = {"a": bonds[0]["one"], "b": bonds[0]["other"], "merged": False}
        self.assertTrue(self.server.api("POST", "/v1/identity/decisions", apart).json["applied"])
        for user, more in (("wrong-left", 0), ("wrong-right", 1)):
            file = self.file_of(user)
            traits, events = before[user]
            self.assertEqual(file["traits"], traits)
            self.assertEqual(len(self.events_of(file)), events + more, user)

    def test_a_replayed_import_changes_nobody(self):
        rows = "order_id,customer_id,date,amount\n" + "".join(
            f"ro{i},replay-{i % 5},2026-01-0{i % 9 + 1},{i}.50\n" for i in range(40)
        )
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "orders.csv"
            file.write_text(rows)
            first = self.server.import_file("orders", file)
            before = self.file_of("replay-3")
            again = self.server.import_file("orders", file)
        self.assertEqual((first["progress"]["stored"], again["progress"]["stored"]), (40, 0))
        self.assertEqual(again["progress"]["duplicates"], 40)
        self.assertEqual(self.file_of("replay-3")["customer"], before["customer"])

    def test_a_clients_clock_that_is_wrong_does_not_move_what_happened(self):
        # The client is three days behind; ten minutes lie between happening and sending.
        behind = NOW - 3 * 86_400
        event = seen("c1", behind - 600, userId="clock-user") | {"sentAt": stamp(behind)}
        reply = self.server.collect(self.key, "track", event)
        self.assertEqual(reply.status, 200, reply)
        [item] = self.events_of(self.file_of("clock-user"))
        at = time.strptime(item["at"][:19], "%Y-%m-%dT%H:%M:%S")
        self.assertLess(abs(time.time() - 600 - (time.mktime(at) - time.timezone)), 120)

    def test_the_same_letters_are_the_same_user(self):
        self.send(
            seen("n1", NOW - 900, userId="nfc-Zo\u00eb"), seen("n2", NOW - 800, userId="nfc-Zoe\u0308")
        )
        self.server.settled()
        page = self.server.get("/v1/customers?search=nfc-&limit=5")
        self.assertEqual(page["total"], 1, page)

    def test_junk_of_every_door_is_listed(self):
        doors = {
            "track": {"event": "Seen", "userId": "undefined", "anonymousId": "junk-1"},
            "batch/": {"batch": [{"event": "Seen", "distinct_id": "NaN",
                                  "properties": {"distinct_id": "junk-2"}}], "api_key": self.key},
        }
        for path, body in doors.items():
            if path == "track":
                self.assertEqual(self.server.collect(self.key, path, body).status, 200)
            else:
                plain = {"Content-Type": "application/json"}
                reply = self.server.request("POST", f"/{path}", json.dumps(body), plain)
                self.assertEqual(reply.status, 200, reply)
        record = {"type": "track", "event": "Seen", "distinct_id": "junk-3", "login_id": "None",
                  "properties": {}, "time": NOW * 1000}
        reply = self.server.request(
            "POST", f"/sa?project={self.key}", json.dumps([record]),
            {"Content-Type": "application/json"},
        )
        self.assertEqual(reply.status, 200, reply)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "orders.csv"
            file.write_text("order_id,customer_id,date,amount\njo1,guest,2026-01-01,5\n")
            self.server.import_file("orders", file)
        junk = {(one["kind"], one["value"]) for one in self.review()["junk"]}
        for value in ("undefined", "nan", "none", "guest"):
            self.assertIn(("user_id", value), junk)

    def test_two_negations_swapped_are_the_same_people(self):
        self.send(
            *[identify(f"x{i}", NOW - 900, {"vip": i % 2 == 0}, userId=f"neg-{i}") for i in range(12)],
            *[call("track", f"y{i}", NOW - 800, event="Bought", userId=f"neg-{i}") for i in range(0, 12, 3)],
        )
        self.server.in_timeline()
        vip = {"not": {"trait": {"property": "vip", "op": "is", "value": "true"}}}
        bought = {"not": {"did": {"event": "Bought", "op": "at_least", "value": 1}}}
        counts = set()
        for parts in ([vip, bought], [bought, vip]):
            for rule in ({"all": parts}, {"not": {"any": [part["not"] for part in parts]}}):
                asked = {"universe": "known", "rule": rule, "sample": 0}
                reply = self.server.api("POST", "/v1/segments/preview", asked)
                self.assertEqual(reply.status, 200, reply)
                counts.add(reply.json["people"])
        self.assertEqual(len(counts), 1)
        self.assertGreater(counts.pop(), 3)


def many_events(chance):
    """People who share devices, phones and aliases, in the order in which it happened."""
    events = []
    for number in range(400):
        at = NOW - 90_000 + number * 100
        user, visitor = f"p{chance.randrange(60)}", f"v{chance.randrange(90)}"
        roll = chance.random()
        if roll < 0.5:
            events.append(seen(f"e{number}", at, anonymousId=visitor))
        elif roll < 0.75:
            events.append(identify(f"e{number}", at, anonymousId=visitor, userId=user))
        elif roll < 0.97:
            phone = {"phone": f"+861371234{chance.randrange(30):04d}"}
            who = {"userId": user} if chance.random() < 0.5 else {"anonymousId": visitor}
            events.append(identify(f"e{number}", at, phone, **who))
        else:
            other = f"p{chance.randrange(60)}"
            events.append(call("alias", f"e{number}", at, previousId=other, userId=user))
    return events


class Replay(unittest.TestCase):
    def people_of(self, events, chance, size):
        with Perennial() as server:
            key = server.write_key("web")
            for begin in range(0, len(events), size):
                batch = {"batch": events[begin : begin + size], "sentAt": stamp(NOW)}
                for _ in range(1 + (chance.random() < 0.3)):  # some come twice
                    self.assertEqual(server.collect(key, "batch", batch).status, 200)
            server.settled()
            found = set()
            for known in ("yes", "no"):
                page = server.get(f"/v1/customers?known={known}&limit=200")
                self.assertLessEqual(page["total"], 200)
                for one in page["customers"]:
                    file = server.get(f"/v1/customers/{one['id']}")
                    found.add(frozenset(identity["value"] for identity in file["identities"]))
            return found

    def test_two_servers_that_hear_it_in_another_order_know_the_same_people(self):
        chance = random.Random(SEED)
        events = many_events(chance)
        first = self.people_of(events, chance, 50)
        self.assertGreater(len(first), 10)
        chance.shuffle(events)
        self.assertEqual(self.people_of(events, chance, 7), first)


if __name__ == "__main__":
    unittest.main()
