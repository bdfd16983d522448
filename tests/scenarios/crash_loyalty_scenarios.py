"""kill -9 at fifty random moments while a whole points programme is at work: orders and refunds with
rules and levels, points spent on orders that go back, commands, holds, coupons, rewards, gift cards
and draws, some twice, some late.
After each kill `perennial ledger verify` finds nothing; in the end everybody has what a plain list
of what was acknowledged says.
"""
import http.client
import json
import os
import random
import threading
import traceback
import unittest

from perennial import Perennial, until

KILLS = 50
SEED = int(os.environ.get("PERENNIAL_SEED", random.SystemRandom().randrange(1 << 30)))
WORKERS = 4
PEOPLE = 5  # of each worker
PATH = "/v1/loyalty/programmes/crash"
CODES, MUGS, CUPS = 60, 40, 200  # uses of the coupon, pieces of a reward, prizes of the draw
LEVELS = [("base", 0), ("silver", 300), ("gold", 900)]


class Member:
    """What a plain list says of one person."""

    def __init__(self, user):
        self.user, self.id = user, 0
        self.orders, self.refunded = {}, {}  # minor units by order
        self.paid = {}  # points that were spent on it
        self.points = 0  # by commands, holds, rewards and draws
        self.gift = 0

    def earned(self):
        left = {o: total - min(total, self.refunded.get(o, 0)) for o, total in self.orders.items()}
        return sum(minor // 100 for minor in left.values()), sum(left.values())

    def given_back(self):
        """Of the points that orders spent, the share that was refunded, rounded down."""
        back = {order: min(self.orders[order], self.refunded.get(order, 0)) for order in self.paid}
        return sum(self.paid[order] * minor // self.orders[order] for order, minor in back.items())


class Worker(threading.Thread):
    """Does one thing after another, each until it is answered, over kills and restarts."""

    def __init__(self, number, server, key):
        super().__init__()
        self.number, self.server, self.key = number, server, key
        self.random = random.Random(f"{SEED}-{number}")
        self.members = [Member(f"w{number}-{n}") for n in range(PEOPLE)]
        self.stopping, self.done, self.fault = False, 0, None
        self.coupons = self.mugs = self.cups = 0

    def run(self):
        steps = (
            [self.order] * 4 + [self.pay, self.refund] * 3 + [self.earn, self.spend, self.hold] * 2
            + [self.coupon, self.reward, self.card, self.draw, self.late]
        )
        try:
            while not self.stopping:
                self.random.choice(steps)(self.random.choice(self.members))
                self.done += 1
        except Exception:  # noqa: BLE001 - whatever it was, the test fails with it
            self.fault = traceback.format_exc()

    def until_answered(self, path, body, headers):
        text = json.dumps(body)
        while True:
            link = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
            try:
                kind = {"Content-Type": "application/json"}
                link.request("POST", path, text, kind | headers())
                reply = link.getresponse()
                answer = reply.read()
                # A key of the server before, which the new one does not know: asked again with its own.
                if reply.status < 500 and reply.status != 401:
                    return reply.status, json.loads(answer)
            except (OSError, http.client.HTTPException, ValueError):
                pass
            finally:
                link.close()

    def send(self, member, name, properties, at=None):
        event = {"type": "track", "event": name, "userId": member.user, "properties": properties}
        event["messageId"] = f"{self.number}-{self.done}"
        event["timestamp"] = at or f"2026-02-{10 + self.done % 15}T10:00:00Z"
        body = {"batch": [event] * self.random.choice([1, 1, 2])}  # now and then twice
        status, answer = self.until_answered("/v1/batch", body, lambda: {"X-Write-Key": self.key})
        assert status == 200, answer

    def ask(self, path, body):
        bearer = lambda: {"Authorization": f"Bearer {self.server.token}"}  # noqa: E731
        return self.until_answered(PATH + path, body, bearer)

    def name(self):
        return f"{self.number}-{self.done}"

    def order(self, member):
        order, minor = f"o{self.name()}", self.random.randrange(100, 9_999)
        total = {"order_id": order, "total": minor / 100, "currency": "CNY"}
        self.send(member, "Order Completed", total)
        member.orders[order] = minor

    def pay(self, member):
        """An order that points paid in part. Which of the two is said first makes no difference."""
        order, minor = f"o{self.name()}", self.random.randrange(100, 9_999)
        amount = self.random.randrange(1, 12)

        def spend():
            command = {"kind": "redeem", "id": self.name(), "person": member.id}
            status, answer = self.ask("/command", command | {"amount": amount, "order": order})
            assert status in (200, 409), answer
            if status == 200:
                member.paid[order] = amount
                member.points -= amount

        def tell():
            total = {"order_id": order, "total": minor / 100, "currency": "CNY"}
            self.send(member, "Order Completed", total)
            member.orders[order] = minor

        steps = [spend, tell]
        self.random.shuffle(steps)
        for step in steps:
            step()

    def late(self, member):
        """An order of long ago."""
        order = f"o{self.name()}"
        total = {"order_id": order, "total": 1.5, "currency": "CNY"}
        self.send(member, "Order Completed", total, "2026-01-05T10:00:00Z")
        member.orders[order] = 150

    def refund(self, member):
        left = [o for o, total in member.orders.items() if member.refunded.get(o, 0) < total]
        if not left:
            return
        order = self.random.choice(left)
        rest = member.orders[order] - member.refunded.get(order, 0)
        minor = self.random.choice([rest, self.random.randrange(1, rest + 1)])
        back = {"order_id": order, "total": minor / 100, "currency": "CNY"}
        if self.random.random() < 0.5:
            back["refund_id"] = self.name()  # else the message tells it from others
        self.send(member, "Order Refunded", back, "2026-02-27T10:00:00Z")
        member.refunded[order] = member.refunded.get(order, 0) + minor

    def earn(self, member):
        amount = self.random.randrange(1, 50)
        command = {"kind": "earn", "id": self.name(), "person": member.id, "amount": amount}
        status, answer = self.ask("/command", command)
        assert status == 200, answer
        member.points += amount

    def spend(self, member):
        command = {"kind": "redeem", "id": self.name(), "person": member.id, "amount": 3}
        status, answer = self.ask("/command", command)
        assert status in (200, 409), answer
        member.points -= 3 if status == 200 else 0

    def hold(self, member):
        name = self.name()
        command = {"kind": "hold", "id": name, "person": member.id, "amount": 4}
        status, answer = self.ask("/command", command)
        assert status in (200, 409), answer
        if status != 200:
            return
        end = self.random.choice(["capture", "release"])
        command = {"kind": end, "id": f"{name}e", "person": member.id, "hold": name}
        status, answer = self.ask("/command", command)
        assert status == 200, answer
        member.points -= 4 if end == "capture" else 0

    def coupon(self, member):
        use = {"id": self.name(), "code": "ALL", "person": member.id, "amount_minor": 500}
        status, answer = self.ask("/coupon-uses", use)
        assert status in (200, 409), answer
        self.coupons += status == 200

    def reward(self, member):
        status, answer = self.ask(
            "/redemptions", {"id": self.name(), "reward": "mug", "person": member.id}
        )
        assert status in (200, 409), answer
        member.points -= 5 if status == 200 else 0
        self.mugs += status == 200

    def card(self, member):
        card = {"name": self.name(), "currency": "gift", "amount": 25, "count": 1}
        status, answer = self.ask("/gift-cards", card)
        assert status in (200, 201), answer
        code = answer["codes"][0]
        status, answer = self.ask("/gift-cards/claim", {"code": code, "person": member.id})
        assert status == 200, answer
        member.gift += 25

    def draw(self, member):
        status, answer = self.ask(
            "/plays", {"id": self.name(), "draw": "wheel", "person": member.id}
        )
        assert status in (200, 409), answer
        if status == 200:
            member.points += answer["points"] - 2
            self.cups += answer["prize"] == "cup"


def set_up(server):
    gift = {"code": "gift", "expiry": {"kind": "never"}}
    programme = {"name": "Crash", "zone": "UTC", "currencies": [{"code": "points"}, gift]}
    season = {"from": "2020-01-01", "to": "2099-01-01"}
    levels = [{"code": c, "name": c, "threshold": minor * 100} for c, minor in LEVELS]
    prizes = [{"id": "cup", "name": "Cup", "kind": "goods", "odds_ppm": 300_000, "stock": CUPS}]
    prizes += [{"id": "ten", "name": "Ten", "kind": "points", "points": 10, "odds_ppm": 200_000}]
    prizes += [{"id": "none", "name": "None", "kind": "nothing", "odds_ppm": 500_000}]
    for path, body in (
        ("", programme),
        (
            "/rules/purchase",
            {"name": "Purchase", "event": "Order Completed", "from": "2020-01-01T00:00:00Z"}
            | {"amount": {"kind": "per_money", "points": 1, "per_minor": 100}},
        ),
        ("/levels", {"measure": "spend", "window": "total", "levels": levels}),
        (
            "/coupons/all",
            {"name": "All", "kind": "fixed", "amount_minor": 100, "shared_code": "ALL"}
            | {"max_uses": CODES} | season,
        ),
        ("/rewards/mug", {"name": "Mug", "kind": "goods", "points": 5, "stock": MUGS} | season),
        ("/draws/wheel", {"name": "Wheel", "price": 2, "prizes": prizes} | season),
    ):
        reply = server.api("PUT", PATH + path, body)
        assert reply.status == 200, reply


class CrashOfAProgramme(unittest.TestCase):
    def setUp(self):
        print(f"seed {SEED} (PERENNIAL_SEED repeats it)")
        self.random = random.Random(SEED)

    def test_the_ledger_is_right_after_fifty_kills(self):
        with Perennial() as server:
            settings = server.get("/v1/settings")
            settings |= {"zone": "UTC", "currency": "CNY", "stands_on": "2026-03-01T00:00:00Z"}
            self.assertEqual(server.api("PUT", "/v1/settings", settings).status, 200)
            key = server.write_key()
            workers = [Worker(n, server, key) for n in range(WORKERS)]
            members = [member for worker in workers for member in worker.members]
            batch = [
                {"type": "identify", "userId": m.user, "messageId": f"i{m.user}"} for m in members
            ]
            self.assertEqual(server.collect(key, "batch", {"batch": batch}).status, 200)
            server.settled()
            found = server.get("/v1/customers?known=all&limit=500")["customers"]
            for member in members:
                member.id = next(c["id"] for c in found if c["user_id"] == member.user)
            set_up(server)
            for worker in workers:
                worker.start()
            try:
                for _ in range(KILLS):
                    # A kill at a random moment: the wait is the point of the test.
                    threading.Event().wait(self.random.uniform(0.02, 0.6))
                    server.kill()
                    verified = server.run("ledger", "verify")
                    self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
                    server.start()
            finally:
                for worker in workers:
                    worker.stopping = True
                for worker in workers:
                    worker.join()
            faults = [worker.fault for worker in workers if worker.fault]
            self.assertEqual(faults, [], "\n".join(faults))
            self.check(server, workers, members)

    def check(self, server, workers, members):
        server.settled()
        until(lambda: server.get(f"{PATH}/rules")["looking_back"] is None, 60, "everybody")
        print(f"{sum(w.done for w in workers)} things done over {KILLS} kills")
        self.assertGreater(sum(len(m.orders) for m in members), 50)
        self.assertGreater(sum(m.given_back() for m in members), 0)
        for member in members:
            found = server.get(f"{PATH}/people/{member.id}")
            points, gift = found["balances"]
            earned, spent = member.earned()
            where = f"{member.user}: {member.orders} {member.refunded}"
            has = earned + member.points + member.given_back()
            where += f" {member.paid}"
            self.assertEqual(points["available"] - points["owed"], has, where)
            self.assertEqual((points["held"], gift["available"]), (0, member.gift), where)
            # A refund leaves the level that was reached before the order, so it may be higher.
            ranks = [code for code, _ in LEVELS]
            reached = max(n for n, (_, minor) in enumerate(LEVELS) if spent >= minor * 100)
            self.assertGreaterEqual(ranks.index(found["standing"]["level"]), reached, where)
            self.assertEqual(found["standing"]["measure"], spent, where)
        (coupon,) = server.get(f"{PATH}/coupons")["batches"]
        self.assertEqual(coupon["redeemed"], sum(w.coupons for w in workers))
        self.assertLessEqual(coupon["redeemed"], CODES)
        (mug,) = server.get(f"{PATH}/rewards")["rewards"]
        self.assertEqual(mug["taken"], sum(w.mugs for w in workers))
        (wheel,) = server.get(f"{PATH}/draws")["draws"]
        cup = next(prize for prize in wheel["prizes"] if prize["id"] == "cup")
        self.assertEqual(cup["given"], sum(w.cups for w in workers))
        self.assertEqual(server.get("/v1/loyalty/verify")["faults"], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
