"""Proof over the whole program: a hold-out keeps people out of what the loyalty programme gives, and
revenue is told net of what points cost.
"""
import unittest

from perennial import Perennial, until

PROGRAMME = {
    "name": "Members",
    "zone": "Asia/Shanghai",
    # A point costs one minor unit, and half of all points are expected to be redeemed.
    "currencies": [
        {"code": "points", "name": "Points", "cost_minor_per_1000": 1000, "expected_redemption_ppm": 500_000}
    ],
}
RULE = {
    "name": "A point for each yuan",
    "event": "Order Completed",
    "amount": {"kind": "per_money", "points": 1, "per_minor": 100},
}
PATH = "/v1/loyalty/programmes/members"


class Proof(unittest.TestCase):
    def setUp(self):
        self.server = Perennial().start()
        self.addCleanup(self.server.__exit__)
        self.key = self.server.write_key()
        settings = self.server.get("/v1/settings") | {"currency": "CNY", "zone": "Asia/Shanghai"}
        self.ok("PUT", "/v1/settings", settings)
        self.ok("PUT", PATH, PROGRAMME)
        self.ok("PUT", f"{PATH}/rules/bought", RULE)
        self.sent = 0

    def ok(self, method, path, body=None):
        reply = self.server.api(method, path, body)
        self.assertIn(reply.status, (200, 201, 202, 204), f"{method} {path}: {reply}")
        return reply.json if reply.body else None

    def send(self, *calls):
        self.assertEqual(self.server.collect(self.key, "batch", {"batch": list(calls)}).status, 200)
        self.server.settled()

    def identify(self, user):
        return {"type": "identify", "userId": user, "traits": {"name": user}}

    def order(self, user, total=80.0, **more):
        self.sent += 1
        properties = {"order_id": f"o{self.sent}", "total": total, "currency": "CNY"} | more
        return {"type": "track", "userId": user, "event": "Order Completed", "properties": properties}

    def number_of(self, user):
        return self.server.get(f"/v1/customers?search={user}&known=all")["customers"][0]["id"]

    def points(self, user):
        found = self.server.get(f"{PATH}/people/{self.number_of(user)}")
        return found["balances"][0]["available"]

    def test_a_hold_out_keeps_people_out_of_the_programme(self):
        for scope in ("loyalty", "global"):
            with self.subTest(scope):
                self.hold_out(scope)

    def hold_out(self, scope):
        known = [f"{scope}-known-{n}" for n in range(8)]
        self.send(*[self.identify(user) for user in known])
        self.send(*[self.order(user) for user in known])
        made = self.ok("POST", "/v1/hold-outs", {"name": scope, "percent": 50, "scope": scope, "salt": scope})
        path = f"/v1/hold-outs/{made['id']}"
        newcomers = [f"{scope}-new-{n}" for n in range(8)]
        everybody = known + newcomers
        self.send(*[self.order(user) for user in everybody])
        members = {one["person_id"] for one in self.ok("GET", f"{path}/members?limit=200")["members"]}
        held = {user for user in everybody if self.number_of(user) in members}
        for group in (known, newcomers):  # the salt draws some of each
            self.assertTrue(held & set(group), held)
            self.assertTrue(set(group) - held, held)
        for user in everybody:
            before = 80 if user in known else 0
            self.assertEqual(self.points(user), before + (0 if user in held else 80), (user, held))
        # What is promised at the checkout is what is given.
        someone = next(iter(held))
        quote = self.ok("POST", f"{PATH}/quote", {"person": self.number_of(someone), "amount_minor": 10_000})
        self.assertEqual(quote["earns"], [])
        self.ok("POST", f"{path}/end")
        self.send(*[self.order(user, 10) for user in everybody])
        for user in everybody:
            before = 80 if user in known else 0
            self.assertEqual(self.points(user), before + (0 if user in held else 80) + 10, user)

    def test_net_revenue_is_less_what_points_are_expected_to_cost(self):
        """80 points of 1 at 50 % are 40 off each order; the coupon is off the order's amount already."""
        measures = [
            {"key": "revenue", "kind": "revenue"},
            {"key": "net", "kind": "revenue", "net": True},
        ]
        arms = [{"key": "a", "weight": 0.5}, {"key": "b", "weight": 0.5}]
        draft = {"key": "net", "name": "Net", "arms": arms, "measures": measures}
        made = self.ok("POST", "/v1/experiments", draft)
        path = f"/v1/experiments/{made['id']}"
        self.ok("POST", f"{path}/start")
        users = [f"buyer-{n}" for n in range(20)]
        for user in users:
            self.ok("POST", "/v1/assign", {"user_id": user})
        self.server.settled()
        self.send(*[self.order(user, 80.0, coupon="SPRING", discount=20.0) for user in users])

        def sums():
            self.server.in_timeline()
            result = self.ok("GET", f"{path}/result")
            return [sum(arm["sum"] for arm in measure["arms"]) for measure in result["measures"]]

        wanted = [20 * 8_000, 20 * (8_000 - 40)]
        until(lambda: sums() == wanted, 60, f"revenue and net revenue of {wanted}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
