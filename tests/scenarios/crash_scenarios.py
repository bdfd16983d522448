"""kill -9 at random moments: while events come in, while a campaign is sent, and while points move.
Every acknowledged event is there once, every person has one verdict, nobody gets two messages and
nobody is forgotten; every change of the ledger is told once.
"""
import email
import http.client
import json
import os
import random
import threading
import time
import unittest

from perennial import Perennial, until
from receiver import Receiver

KILLS = 20
SEED = int(os.environ.get("PERENNIAL_SEED", random.SystemRandom().randrange(1 << 30)))
SENDERS = 3
PEOPLE = 600


class Sender(threading.Thread):
    """Sends batches, each until it is acknowledged, over kills and restarts."""

    def __init__(self, number, where):
        super().__init__()
        self.number, self.where, self.acknowledged, self.stopping = number, where, [], False
        self.start()

    def run(self):
        batch = 0
        while not self.stopping:
            ids = [f"s{self.number}-b{batch}-{i}" for i in range(20)]
            body = json.dumps(
                {
                    "batch": [
                        {
                            "type": "track",
                            "event": "Seen",
                            "userId": f"u{self.number}",
                            "messageId": m,
                        }
                        for m in ids
                    ]
                }
            )
            if self.send(body):
                self.acknowledged += ids
                batch += 1

    def send(self, body):
        port, key = self.where()
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request(
                "POST", "/v1/batch", body, {"X-Write-Key": key, "Content-Type": "application/json"}
            )
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Earner(threading.Thread):
    """Earns points by commands, each sent until it is answered, over kills and restarts."""

    def __init__(self, number, people, where):
        super().__init__()
        self.number, self.people, self.where = number, people, where
        self.answered, self.stopping = [], False
        self.start()

    def run(self):
        while not self.stopping:
            name = f"e{self.number}-{len(self.answered)}"
            person = self.people[len(self.answered) % len(self.people)]
            command = {"kind": "earn", "id": name, "person": person, "amount": 1, "order": name}
            while not self.send(json.dumps(command)):
                pass
            self.answered.append(name)

    def send(self, body):
        server = self.where()
        try:
            path = "/v1/loyalty/programmes/crash/command"
            return server.api("POST", path, body).status == 200
        except (OSError, http.client.HTTPException):
            return False


class Crash(unittest.TestCase):
    def setUp(self):
        print(f"seed {SEED} (PERENNIAL_SEED repeats it)")
        self.random = random.Random(SEED)

    def kill_after(self, server, seconds):
        """A kill at a random moment: the wait is the point of the test, not a guess at when something is ready."""
        threading.Event().wait(seconds)
        server.kill()
        server.start()

    def test_every_acknowledged_event_is_there_once(self):
        with Perennial() as server:
            key = server.write_key()
            senders = [Sender(n, lambda: (server.port, key)) for n in range(SENDERS)]
            try:
                for _ in range(KILLS):
                    self.kill_after(server, self.random.uniform(0.01, 0.4))
            finally:
                for sender in senders:
                    sender.stopping = True
                for sender in senders:
                    sender.join()
            acknowledged = [m for sender in senders for m in sender.acknowledged]
            self.assertGreater(len(acknowledged), 100)
            table = server.api(
                "POST",
                "/v1/sql",
                {"sql": "SELECT message_id, count() FROM events GROUP BY 1", "max_rows": 100000},
            ).json
            self.assertFalse(table["truncated"])
            counts = {row[0]: int(row[1]) for row in table["rows"]}
            self.assertEqual([m for m in acknowledged if counts.get(m) != 1], [])
            self.assertEqual([m for m, n in counts.items() if n != 1], [])
            server.settled()
            schema = server.get("/v1/schema/event?type=track&name=Seen")
            self.assertEqual(
                schema["count"], len(counts), "the registry counts each event once, over all kills"
            )
            server.in_timeline()
            answer = server.ask(
                {
                    "analysis": "trends",
                    "range": {"last": 2, "unit": "day"},
                    "by": "day",
                    "series": [{"select": {"event": "Seen"}, "measure": "count"}],
                }
            )
            self.assertEqual(answer["read"]["plan"], "timeline")
            self.assertEqual(answer["series"][0]["total"]["value"], len(counts))

    def test_every_person_has_one_verdict_and_at_most_one_message(self):
        with Perennial() as server:
            key = server.write_key()
            for start in range(0, PEOPLE, 100):
                batch = [
                    {
                        "type": "identify",
                        "userId": f"u{i}",
                        "messageId": f"i{i}",
                        "traits": {"name": f"Person {i}", "email": f"p{i}@shop.example"},
                    }
                    for i in range(start, start + 100)
                ]
                self.assertEqual(server.collect(key, "batch", {"batch": batch}).status, 200)
            server.settled()
            campaign = server.send_campaign(
                {
                    "name": "Crash",
                    "audience": {"stages": ["prospect"]},
                    "hold_out_percent": 30,
                    "subject": "Hello {{ name }}",
                    "text": "Come back",
                }
            )
            kills = 0
            while kills < KILLS and server.get(f"/v1/campaigns/{campaign}")["state"] == "sending":
                self.kill_after(server, self.random.uniform(0.0, 0.05))
                kills += 1
            done = server.campaign_done(campaign)
            print(f"{kills} kills while sending, {done['counts']}")
            self.assertGreater(kills, 0)
            sends = [
                s
                for offset in range(0, PEOPLE, 500)
                for s in server.get(f"/v1/campaigns/{campaign}/sends?limit=500&offset={offset}")[
                    "sends"
                ]
            ]
            self.assertEqual(len(sends), PEOPLE)
            self.assertEqual(len({s["person_id"] for s in sends}), PEOPLE)
            self.assertEqual({s["verdict"] for s in sends}, {"sent", "held_out"})
            addresses = []
            for path in (server.data / "outbox").rglob("*.eml"):
                addresses.append(email.message_from_bytes(path.read_bytes())["To"])
            self.assertEqual(len(addresses), len(set(addresses)))
            self.assertEqual(len(addresses), sum(s["verdict"] == "sent" for s in sends))


    def test_every_change_of_the_ledger_is_told_once(self):
        allowed = {"PERENNIAL_WEBHOOK_ADDRESSES": "any"}
        with Receiver() as receiver, Perennial(environment=allowed) as server:
            key = server.write_key()
            batch = [
                {"type": "identify", "userId": f"u{i}", "messageId": f"i{i}"} for i in range(10)
            ]
            self.assertEqual(server.collect(key, "batch", {"batch": batch}).status, 200)
            server.settled()
            people = [c["id"] for c in server.get("/v1/customers?known=all")["customers"]]
            self.assertEqual(len(people), 10)
            programme = {"name": "Crash", "zone": "UTC", "currencies": [{"code": "points"}]}
            made = server.api("PUT", "/v1/loyalty/programmes/crash", programme)
            self.assertEqual(made.status, 200, made)
            hook = {"name": "Crash", "url": receiver.url, "events": ["Points Earned"]}
            hook = server.api("POST", "/v1/webhooks", hook).json
            receiver.secret = hook["secret"]
            earners = [Earner(n, people, lambda: server) for n in range(SENDERS)]
            try:
                for _ in range(KILLS):
                    self.kill_after(server, self.random.uniform(0.05, 0.5))
            finally:
                for earner in earners:
                    earner.stopping = True
                for earner in earners:
                    earner.join()
            expected = sorted(name for earner in earners for name in earner.answered)
            self.assertGreater(len(expected), 50)
            told = (
                "SELECT JSONExtractString(toString(properties), 'order'), count() FROM events "
                "WHERE name = 'Points Earned' GROUP BY 1"
            )

            def rows():
                table = server.api("POST", "/v1/sql", {"sql": told, "max_rows": 100000}).json
                return table["rows"]

            until(lambda: len(rows()) >= len(expected), 60, "the outbox to be empty")
            self.assertEqual(sorted(row[0] for row in rows()), expected)
            self.assertEqual([row for row in rows() if int(row[1]) != 1], [])
            until(lambda: len(receiver.taken) >= len(expected), 60, "the webhook")
            orders = [bodies[0]["data"]["properties"]["order"] for bodies in receiver.taken.values()]
            self.assertEqual(sorted(orders), expected)
            self.assertEqual(receiver.wrong, [], "every one of them is signed")
            repeats = sum(len(bodies) - 1 for bodies in receiver.taken.values())
            print(f"{len(expected)} changes told over {KILLS} kills, {repeats} sent again")
            self.assertEqual(server.get("/v1/loyalty/verify")["faults"], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
