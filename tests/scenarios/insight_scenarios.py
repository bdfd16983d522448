"""Questions to the real program: what the timeline answers, the event log answers too, also after
joins, late events and joins that were undone.
"""
import datetime
import json
import os
import random
import time
import unittest

from perennial import Perennial

SEED = int(os.environ.get("PERENNIAL_SEED", random.SystemRandom().randrange(1 << 30)))
NOW = int(time.time())
DAYS = 20
NAMES = ("View", "Cart", "Buy")
# A condition that every event fits, but of a list, which only the log holds.
ALWAYS = {
    "any": [
        {"property": "products[].sku", "op": "is_set"},
        {"property": "products[].sku", "op": "is_not_set"},
    ]
}
RANGE = {
    "from": datetime.date.fromtimestamp(NOW - (DAYS + 2) * 86_400).isoformat(),
    "to": datetime.date.fromtimestamp(NOW + 2 * 86_400).isoformat(),
}


def stamp(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()


def plain(part):
    """An answer without what differs from one asking to the next: handles, and what was read."""
    if isinstance(part, list):
        return [plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    own = {name: one for name, one in part.items() if name not in ("read", "query_id")}
    if "value" in own and isinstance(own.get("people"), str):
        del own["people"]
    return {name: plain(one) for name, one in own.items()}


def handles(part):
    """The handles of an answer's numbers of people, in their order."""
    if isinstance(part, list):
        return [found for one in part for found in handles(one)]
    if not isinstance(part, dict):
        return []
    own = [part["people"]] if isinstance(part.get("people"), str) and "value" in part else []
    return own + [found for one in part.values() for found in handles(one)]


class Questions(unittest.TestCase):
    def setUp(self):
        self.server = Perennial().start()
        self.addCleanup(self.server.__exit__)
        self.key = self.server.write_key()
        self.random = random.Random(SEED)

    def send(self, calls):
        for first in range(0, len(calls), 50):
            reply = self.server.collect(self.key, "batch", {"batch": calls[first : first + 50]})
            self.assertEqual(reply.status, 200, reply)

    def track(self, message, event, seconds, properties=None, **who):
        return {
            "type": "track", "event": event, "messageId": message, "timestamp": stamp(seconds),
            "properties": properties or {},
        } | who  # fmt: skip

    def random_calls(self, count, part):
        calls = []
        for i in range(count):
            draw = self.random.random()
            # Whole seconds, so that many have a second in common, in no order.
            at = NOW - DAYS * 86_400 + self.random.randrange(DAYS * 24) * 3_600 + self.random.randrange(3)
            user, device = (f"u{self.random.randrange(25)}", f"d{self.random.randrange(40)}")
            if draw < 0.08:  # who has a device is known later, sometimes of a device of others
                calls.append(
                    {"type": "identify", "userId": user, "anonymousId": device, "messageId": f"{part}-{i}",
                     "timestamp": stamp(at), "traits": {"plan": self.random.choice(["gold", "free"])}}
                )  # fmt: skip
                continue
            who = {"userId": user} if draw < 0.5 else {"anonymousId": device}
            products = [
                {"sku": self.random.choice("abc"), "price": self.random.randrange(50)}
                for _ in range(self.random.randrange(3))
            ]
            more = {"revenue": self.random.randrange(40), "pay": self.random.choice(["card", "cash"])}
            if products:
                more["products"] = products
            calls.append(
                self.track(f"{part}-{i}", self.random.choice(NAMES), at, more, **who)
            )
        return calls

    def questions(self, where):
        """Questions whose events take a condition, or none."""
        view, cart, buy = ({"event": name} | where for name in NAMES)
        money = {"property": "revenue"}
        yield {"analysis": "trends", "by": "day", "compare": "previous", "breakdown": {"event_property": "pay"},
               "series": [{"select": view, "measure": "people"}, {"select": buy, "measure": "sum"} | money,
                          {"select": buy, "measure": "percentile"} | money]}  # fmt: skip
        for more in ({"semantics": "first_entry"}, {"order": "any"}, {"semantics": "per_day"}, {"order": "strict"},
                     {"semantics": "clickhouse", "clickhouse_modes": ["strict_increase"]},
                     {"held_property": "pay", "breakdown": {"person_property": "plan"}, "by": "week"},
                     {"count": "totals"}):  # fmt: skip
            yield {"analysis": "funnel", "steps": [view, cart, buy]} | more
        for more in ({}, {"time": "rolling", "columns": 5}, {"first_time": False, "minimum_count": 2}):
            yield {"analysis": "retention", "start": view, "return": buy} | more
        yield {"analysis": "lifecycle", "select": view, "by": "day"}
        yield {"analysis": "stickiness", "select": view}
        yield {"analysis": "active", "select": view}
        yield {"analysis": "distribution", "select": buy, "measure": "hours", "by": "week"}
        yield {"analysis": "interval", "start": view, "end": buy}
        yield {"analysis": "paths", "events": [view, cart, buy], "session_gap_minutes": 1440}
        yield {"analysis": "attribution", "conversion": buy, "touches": [view, cart], "models": ["linear"]}
        yield {"analysis": "sessions", "select": {"any_of": [view, cart]}, "by": "day"}
        yield {"analysis": "rfm", "select": buy}

    def compare_plans(self):
        asked = 0
        for fast, slow in zip(self.questions({}), self.questions({"where": ALWAYS})):
            with self.subTest(question=fast, seed=SEED):
                one, other = (self.server.ask(q | {"range": RANGE}) for q in (fast, slow))
                self.assertEqual(one["read"]["plan"], "timeline")
                self.assertEqual(other["read"]["plan"], "sql")
                self.assertGreater(one["read"]["events"], 0)
                self.assertEqual(plain(one), plain(other))
                ones, others = handles(one), handles(other)
                self.assertEqual(len(ones), len(others))
                for place in self.random.sample(range(len(ones)), min(3, len(ones))):
                    self.assertEqual(
                        sorted(self.server.people_behind(ones[place])),
                        sorted(self.server.people_behind(others[place])),
                    )
                asked += 1
        self.assertGreater(asked, 15)

    def test_the_timeline_and_the_log_agree(self):
        calls = self.random_calls(600, "first")
        late = [call for call in calls if self.random.random() < 0.2]
        self.send([call for call in calls if call not in late])
        self.server.in_timeline()
        self.compare_plans()
        # Late events, others again, and joins of people who have histories already.
        again = self.random.sample(calls, 50)
        self.send(late + again + self.random_calls(200, "second"))
        self.server.in_timeline()
        self.compare_plans()

    def people_of(self, event):
        """Who did it, by user, and how often."""
        answer = self.server.ask(
            {"analysis": "trends", "range": RANGE, "by": "month",
             "series": [{"select": {"event": event}, "measure": measure} for measure in ("people", "count")]}
        )  # fmt: skip
        total = answer["series"][0]["total"]
        ids = self.server.people_behind(total["people"])
        self.assertEqual(len(ids), total["value"])
        users = {self.server.get(f"/v1/customers/{one}")["customer"]["user_id"] for one in ids}
        return users, answer["series"][1]["total"]["value"]

    def test_an_undone_join_gives_each_side_its_own(self):
        self.send(
            [
                self.track("a1", "View", NOW - 900, userId="left"),
                self.track("a2", "Cart", NOW - 800, userId="right"),
                self.track("a3", "Cart", NOW - 700, userId="right"),
            ]
        )
        self.server.in_timeline()
        self.assertEqual(self.people_of("View"), ({"left"}, 1))
        self.assertEqual(self.people_of("Cart"), ({"right"}, 2))
        sides = [{"kind": "user_id", "value": user} for user in ("left", "right")]
        word = {"a": sides[0], "b": sides[1]}
        for merged in (True, False, True, False):
            reply = self.server.api("POST", "/v1/identity/decisions", word | {"merged": merged})
            self.assertTrue(reply.json["applied"], reply)
            self.server.in_timeline()
            (viewed, views), (took, carts) = self.people_of("View"), self.people_of("Cart")
            self.assertEqual((views, carts), (1, 2))
            funnel = self.server.ask(
                {"analysis": "funnel", "range": RANGE, "steps": [{"event": "View"}, {"event": "Cart"}]}
            )
            reached = funnel["groups"][0]["steps"][1]["reached"]["value"]
            if merged:
                self.assertEqual(viewed, took)
                self.assertEqual(reached, 1)
            else:
                self.assertEqual((viewed, took), ({"left"}, {"right"}))
                self.assertEqual(reached, 0)


if __name__ == "__main__":
    print(f"seed {SEED} (PERENNIAL_SEED repeats it)", flush=True)
    unittest.main(verbosity=2)
