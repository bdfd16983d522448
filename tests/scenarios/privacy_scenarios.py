"""What is kept of people, table by table: nothing of somebody who was erased, and nothing in full for
a role that sees some fields in part. Also windows of segments over a change of the clocks.
"""
import functools
import json
import re
import sqlite3
import unittest

from people_scenarios import CUSTOMERS, ORDERS, TRACES, People, call
from perennial import ON_POSTGRES, ROOT, until

USER, EMAIL, NAME, PHONE = "wang-17", "wang@shop.cn", "王小薇", "13761234987"
CITY = "Tongli by the canals"
as_text = functools.partial(json.dumps, ensure_ascii=False)
HER = {"userId": USER, "properties": {"note": EMAIL}}

# Rows of her in every table that keeps something of people, besides those that the import makes.
# Columns that are not named are empty or 0; "$person" is her number, "$identity" that of her user id.
SEEDS = [
    ("person_aliases", {"previous_id": USER, "user_id": "li-18", "message_id": "m-alias"}),
    ("hand_links", {"a_kind": 1, "a_value": USER, "b_kind": 1, "b_value": "li-18", "reason": NAME}),
    ("person_merges", {"id": 9001, "from_person": 9001, "into_person": "$person", "whole": 1, "kind": 1,
                       "value": USER, "message_id": USER}),
    ("merge_proposals", {"a": "$identity", "kind": 1, "value": EMAIL}),
    ("identity_joins", {"visitor": 9001, "user_identity": "$identity", "message_id": USER}),
    ("customer_notes", {"id": "n1", "kind": 1, "value": USER, "text": PHONE}),
    ("customer_files", {"id": "f1", "kind": 1, "value": USER, "name": NAME}),
    ("customer_file_bytes", {"file": "f1", "bytes": EMAIL.encode()}),
    ("customer_views", {"id": "v1", "query": as_text({"search": EMAIL}), "columns": "[]"}),
    ("access_audit", {"id": 9001, "action": "identity.merge", "object": "identity",
                      "detail": as_text({"a": {"kind": "user_id", "value": USER}, "reason": NAME})}),
    ("quarantine", {"id": 9001, "source": "web", "reason": "no name", "body": as_text(HER)}),
    ("campaigns", {"id": "c1", "name": "C", "state": "sent", "audience": "{}", "channel": "outbox"}),
    ("sends", {"id": "s1", "campaign_id": "c1", "person_id": "$person", "user_id": USER, "address": EMAIL,
               "arm": "treated", "verdict": "sent", "reason": EMAIL, "told": 1}),
    ("suppressions", {"person_id": "$person", "user_id": USER, "address": EMAIL, "told": 1, "confirmed": 1}),
    ("experiments", {"id": "e1", "key": "e1", "state": "stopped", "document": "{}"}),
    ("experiment_units", {"experiment_id": "e1", "identity": "u:" + USER, "arm": "a"}),
    ("hold_outs", {"id": "h1", "name": "H", "scope": "global", "percent": 5.0, "ended_at": 1}),
    ("hold_out_members", {"hold_out_id": "h1", "person_id": "$person", "user_id": USER}),
    ("webhook_deliveries", {"id": "d1", "webhook": "w1", "seq": 1, "name": "Viewed", "body": as_text(HER),
                            "state": 2}),
    ("insight_answers", {"report_id": "r1", "answer": as_text({"rows": [[EMAIL, 1]]})}),
    ("segment_changes", {"id": 9001, "segment": "g1", "person": "$person", "reason": "event"}),
    ("value_health_alerts", {"id": 9001, "person": "$person", "alert": "order_gap", "told": 1}),
    ("value_stages", {"person": "$person", "stage": "new"}),
    ("value_stage_changes", {"id": 9001, "person": "$person", "to_stage": "new", "told": 1}),
    ("loyalty_holders", {"id": 9001, "currency": 9001, "person": "$person"}),
    ("loyalty_lots", {"id": 9001, "holder": 9001, "event": USER, "order_ref": USER, "done": 1}),
    ("loyalty_postings", {"holder": 9001, "entry": 1, "line": 1, "currency": 9001, "amount": 5,
                          "command": "k1", "event": USER, "order_ref": USER, "reason": NAME}),
    ("loyalty_spends", {"currency": 9001, "id": "p1", "holder": 9001, "order_ref": USER, "done": 1, "uses": "[]"}),
    ("loyalty_refunded", {"holder": 9001, "order_ref": USER}),
    ("loyalty_commands", {"programme": "p", "id": "k1", "payload": as_text({"note": NAME})}),
    ("loyalty_commands", {"programme": "p", "id": "k2", "payload": {"person": "$person", "note": NAME},
                          "message": NAME}),
    ("loyalty_approvals", {"programme": "p", "id": "a1", "payload": {"person": "$person", "note": NAME}}),
    ("loyalty_facts", {"seq": 9001, "person": "$person", "identity": "u:" + USER, "properties": as_text(HER)}),
    ("loyalty_awards", {"id": 9001, "person": "$person", "event": USER}),
    ("loyalty_members", {"programme": "p", "person": "$person", "details": as_text({"name": NAME})}),
    ("loyalty_level_changes", {"programme": "p", "person": "$person", "reason": NAME}),
    ("loyalty_coupon_uses", {"programme": "p", "id": "u1", "person": "$person", "order_ref": USER, "message": NAME}),
    ("loyalty_redemptions", {"programme": "p", "id": "x1", "person": "$person", "note": NAME, "message": NAME}),
    ("loyalty_plays", {"programme": "p", "id": "y1", "person": "$person", "message": NAME}),
    ("loyalty_referrals", {"programme": "p", "friend": "$person", "evidence": EMAIL, "order_key": USER}),
    ("loyalty_referral_codes", {"programme": "p", "code": USER, "person": "$person"}),
    ("loyalty_birthday_gifts", {"programme": "p", "id": "b1", "person": "$person", "given": USER}),
    ("loyalty_held_out", {"hold_out": "h1", "person": "$person", "from_ms": 1}),
    ("loyalty_by_hand", {"programme": "p", "done_by": "u", "person": "$person", "id": "h1", "points": 1, "at_ms": 1}),
    ("loyalty_moved", {"move": 9001, "what": "loyalty_referral_codes", "programme": "p", "id": USER}),
]
# What the import and the server itself write of her.
FILLED = {"people", "people_seen", "identities", "identity_facts", "identity_claims", "orders", "imports"}
# Told to the log at once, and gone from here before anything could be erased.
PASSING = {"loyalty_outbox"}
# Nothing in these is of one customer: what somebody set up, counters, figures, and numbers of nobody.
# Rules, questions and texts that users of the console wrote stay as they wrote them.
OF_NOBODY = {
    "access_counter", "access_document", "access_key", "access_link", "access_secret", "access_session",
    "access_user", "costs", "customer_columns", "erasures", "goal_checks", "goals", "import_folder_files",
    "import_folders", "import_mappings", "insight_dashboards", "insight_reports", "items", "junk_values",
    "loyalty_actors",
    "loyalty_backfills", "loyalty_budgets", "loyalty_closings", "loyalty_coupon_batches", "loyalty_coupons",
    "loyalty_currencies", "loyalty_draws", "loyalty_gift_cards", "loyalty_level_sets", "loyalty_merges",
    "loyalty_numbers", "loyalty_price_rules", "loyalty_prizes", "loyalty_programmes", "loyalty_progress",
    "loyalty_referral_terms", "loyalty_rewards", "loyalty_rules", "loyalty_totals", "people_actions",
    "people_progress", "portrait_versions", "schema_events", "schema_migrations", "schema_properties",
    "segment_members", "segment_progress", "segment_sizes", "segments", "shared_users", "stage_cursors", "value_models",
    "value_stage_looks", "webhook_progress", "webhooks",
}


class OnDisk:
    """The state database of a server that is stopped."""

    def __init__(self, path):
        self.connection = sqlite3.connect(path)

    def close(self):
        self.connection.commit()
        self.connection.close()

    def all(self, sql, values=()):
        return self.connection.execute(sql, values).fetchall()

    def tables(self):
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        return {name for (name,) in self.all(sql)}

    def put(self, table, given):
        row = {}
        for _, name, kind, required, default, key in self.all(f"PRAGMA table_info({table})"):
            if name in given:
                row[name] = given[name]
            elif default is None and (required or key):
                row[name] = "" if kind == "TEXT" else 0
        marks = ", ".join("?" * len(row))
        self.all(f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))

    def cells(self, table):
        for row in self.all(f"SELECT * FROM {table}"):
            for cell in row:
                yield cell if isinstance(cell, bytes) else str(cell).encode()


@unittest.skipIf(ON_POSTGRES, "reads the tables out of the file of SQLite")
class EveryTable(People):
    def seed(self, state):
        identity, person = state.all("SELECT id, person FROM identities WHERE value = ?", (USER,))[0]
        names = {"$person": person, "$identity": identity}
        for table, given in SEEDS:
            row = {}
            for column, value in given.items():
                if isinstance(value, dict):
                    value = as_text({k: names.get(v, v) for k, v in value.items()})
                row[column] = names.get(value, value) if isinstance(value, str) else value
            state.put(table, row)
        return person

    def fill(self):
        """Rows of her in every table; her number."""
        self.bring_in("customers.csv", "customers", CUSTOMERS)
        self.bring_in("orders.csv", "orders", ORDERS + "wang-17-x,wang-17,no date,5.00\n")
        self.server.settled()
        self.server.stop()
        state = OnDisk(self.server.data / "state.db")
        seeded = {table for table, _ in SEEDS}
        kept = seeded | FILLED | PASSING
        self.assertEqual(kept & OF_NOBODY, set())
        self.assertEqual(state.tables(), kept | OF_NOBODY, "a table that this test does not know")
        person = self.seed(state)
        found = {t for t in state.tables() for cell in state.cells(t) if any(w in cell for w in TRACES)}
        only_numbers = {"people_seen", "loyalty_holders", "value_health_alerts", "segment_changes", "campaigns",
                        "experiments", "hold_outs", "loyalty_held_out", "loyalty_by_hand", "value_stages",
                        "value_stage_changes"}
        self.assertEqual(found, (seeded | FILLED) - only_numbers)
        state.close()
        self.server.start()
        return person

    def erase(self, person):
        asked = self.server.api(
            "POST", "/v1/privacy/erasures", {"person_id": person, "confirm": str(person)}
        )
        self.assertEqual(asked.status, 202, asked)
        path = f"/v1/privacy/erasures/{asked.json['id']}"
        return until(lambda: (e := self.server.get(path))["state"] == "done" and e, 120, "the erasure")

    def nothing_is_left(self, *numbers):
        self.server.stop()
        state = OnDisk(self.server.data / "state.db")
        found = [
            (table, cell)
            for table in sorted(state.tables())
            for cell in state.cells(table)
            if any(word in cell for word in TRACES)
        ]
        self.assertEqual(found, [])
        for number in numbers:
            for table in ("value_health_alerts", "value_stages", "value_stage_changes", "loyalty_held_out",
                          "loyalty_by_hand"):
                left = state.all(f"SELECT count(*) FROM {table} WHERE person = ?", (number,))
                self.assertEqual(left, [(0,)], table)
        state.close()
        self.server.start()

    def test_an_erased_person_is_in_none(self):
        person = self.fill()
        done = self.erase(person)
        self.assertEqual(done["counts"]["value"]["health_alerts"], 1)
        self.assertGreaterEqual(done["counts"]["value"]["stage_changes"], 1)
        self.nothing_is_left(person)

    def test_nor_is_one_who_was_joined_to_another(self):
        """What stands under the number that she had before is hers too."""
        self.collect(call("identify", "aunt-1", "first", traits={"city": "Suzhou"}))
        self.server.settled()
        before = self.fill()
        self.collect(call("alias", "aunt-1", "joined", previousId=USER))
        self.server.settled()
        person = self.number_of("aunt-1")
        self.assertNotEqual(person, before)
        self.assertEqual(self.server.get(f"/v1/customers/{person}")["customer"]["email"], EMAIL)
        self.assertEqual(self.erase(person)["counts"]["messages"]["sends"], 1)
        self.nothing_is_left(person, before)


class SeenInPart(People):
    """Whatever a masked role asks, the fields that it sees in part stand nowhere in full."""

    HIDDEN = [EMAIL, NAME, PHONE, CITY]

    def fill(self):
        self.bring_in("customers.csv", "customers", CUSTOMERS)
        self.bring_in("orders.csv", "orders", ORDERS + "wang-17-x,wang-17,no date,5.00\n")
        traits = {"email": EMAIL, "name": NAME, "phone": PHONE, "city": CITY}
        self.collect(
            call("identify", USER, "i1", anonymousId="phone-of-wang", traits=traits),
            call("track", USER, "t1", event="Viewed", properties={"to": EMAIL}),
            call("track", USER, "bad", event="", properties={"to": EMAIL}),
        )
        self.server.settled()
        everybody = ["new", "active", "loyal", "silent", "churned", "prospect"]
        draft = {
            "name": "Recall",
            "audience": {"stages": everybody},
            "hold_out_percent": 0,
            "subject": "Hello {{ name }}",
            "text": "To {{ email }}",
            "result_days": 30,
        }
        self.campaign = self.server.send_campaign(draft)
        self.server.campaign_done(self.campaign)
        self.rule = {"did": {"event": "Viewed"}}
        made = {"name": "Lookers", "definition": {"universe": "known", "rule": self.rule}}
        reply = self.server.api("POST", "/v1/segments", made)
        self.assertEqual(reply.status, 201, reply)
        self.segment = reply.json["id"]
        self.server.in_timeline()
        until(lambda: self.server.get(f"/v1/segments/{self.segment}")["people"] == 1, 60, "the segment")
        self.wang = self.number_of(USER)
        settings = {"region_trait": "city"}
        self.assertEqual(self.server.api("PUT", "/v1/portrait/settings", settings).status, 200)
        until(self.has_region, 120, "the tag of the city")
        self.shared = self.share()
        self.imported = self.server.get("/v1/imports")["imports"][0]["id"]

    def has_region(self):
        newest = self.server.get("/v1/portrait")["newest"]
        return newest and CITY in json.dumps(newest)

    def share(self):
        """The link of a report that breaks people down by what is hidden."""
        question = {
            "analysis": "trends",
            "range": {"from": "2025-01-01", "to": "2028-01-01"},
            "by": "month",
            "series": [{"select": {"event": "Viewed"}, "measure": "people"}],
            "breakdown": {"event_property": "to"},
        }
        made = self.server.api("POST", "/v1/insights/reports", {"name": "Shared", "question": question})
        self.assertEqual(made.status, 201, made)
        link = self.server.api("POST", f"/v1/insights/reports/{made.json['id']}/share", {})
        self.assertEqual(link.status, 201, link)
        return "/v1" + link.json["link"].replace("/shared/", "/shared/reports/")

    def questions(self):
        """Every answer without a parameter, and those about her."""
        text = (ROOT / "api/openapi.yaml").read_text()
        for path, rest in re.findall(r"(?m)^  (/v1/[^{\s]+):\n((?:    .*\n)+)", text):
            get = re.search(r"    get:\n((?:      .*\n)+)", rest)
            right = get and re.search(r"x-right: (\S+)", get.group(1))
            needs = get and "in: query, required: true" in get.group(1)
            if right and not needs and right.group(1) not in ("public", "collect", "signed_in"):
                yield "GET", path, None
        at = f"/v1/customers/{self.wang}"
        for part in ("", "/timeline", "/orders", "/identity", "/traits", "/consents", "/notes", "/export"):
            yield "GET", at + part, None
        yield "GET", at + "/export?format=html", None
        yield "GET", f"/v1/campaigns/{self.campaign}/sends", None
        yield "POST", f"/v1/campaigns/{self.campaign}/preview", {"person_id": self.wang}
        for part in ("members", "members.csv", "changes", f"why?person={self.wang}"):
            yield "GET", f"/v1/segments/{self.segment}/{part}", None
        definition = {"universe": "known", "rule": self.rule}
        yield "POST", "/v1/segments/preview", definition | {"sample": 10}
        yield "POST", "/v1/segments/why", definition | {"person": self.wang}
        yield "GET", "/v1/insights/values?property=to&event=Viewed", None
        yield "GET", "/v1/insights/values?property=name&scope=person", None
        yield "POST", "/v1/sql", {"sql": "SELECT properties FROM events"}
        yield "GET", f"/v1/imports/{self.imported}", None
        yield "GET", f"/v1/imports/{self.imported}/rejects", None
        for part in ("start", "cancel", "check"):
            yield "POST", f"/v1/imports/{self.imported}/{part}", {}
        yield "POST", "/v1/portrait/renew", {}
        yield "GET", f"/v1/portrait/group?set=segment:{self.segment}", None

    def test_nothing_in_full_in_any_answer(self):
        self.fill()
        fields = ["name", "email", "phone", "city"]
        masks = {"analyst": fields, "operator": fields}
        self.assertEqual(self.server.api("PUT", "/v1/privacy/masking", masks).status, 200)
        in_full = set()
        for method, path, body in self.questions():
            if any(word.encode() in self.server.api(method, path, body).body for word in self.HIDDEN):
                in_full.add(path)
        self.assertGreater(len(in_full), 10, in_full)  # so that there is something to hide
        for role in ("analyst", "operator"):
            draft = {"kind": "api", "name": role, "role": role}
            key = self.server.api("POST", "/v1/keys", draft).json["secret"]
            answered = 0
            for method, path, body in self.questions():
                reply = self.server.api(method, path, body, Authorization=f"Bearer {key}")
                answered += reply.status == 200
                self.assertLess(reply.status, 500, (path, reply))
                for word in self.HIDDEN:
                    self.assertNotIn(word.encode(), reply.body, (role, method, path))
            self.assertGreater(answered, 30)
            settings = {"region_trait": "email"}
            header = {"Authorization": f"Bearer {key}"}
            refused = self.server.api("PUT", "/v1/portrait/settings", settings, **header)
            self.assertEqual(refused.status, 403, refused)
        # Who has the link of a shared report has no role: what anybody sees in part is in part there.
        public = self.server.api("GET", self.shared)
        self.assertEqual(public.status, 200, public)
        for word in self.HIDDEN:
            self.assertNotIn(word.encode(), public.body)
        # Who sees everything still does.
        self.assertEqual(self.server.get(f"/v1/customers/{self.wang}")["customer"]["email"], EMAIL)


class OverAClockChange(People):
    """Berlin's clocks go forward at 01:00 UTC on 30 March 2025 and back at 01:00 UTC on 26 October."""

    def stand_on(self, moment):
        settings = self.server.get("/v1/settings") | {"zone": "Europe/Berlin", "stands_on": moment}
        reply = self.server.api("PUT", "/v1/settings", settings)
        self.assertEqual(reply.status, 200, reply)

    def people(self, rule):
        ask = {"universe": "known", "rule": rule, "sample": 0}
        reply = self.server.api("POST", "/v1/segments/preview", ask)
        self.assertEqual(reply.status, 200, reply)
        return reply.json["people"]

    def test_a_window_of_days_rolls_off_at_the_same_time_of_day(self):
        self.stand_on("2025-03-28T09:00:00Z")
        spring, autumn = "2025-03-28T09:00:00Z", "2025-10-24T08:00:00Z"  # both are 10:00 there
        self.collect(
            call("track", "ann", "1", event="Spring", timestamp=spring),
            call("track", "bob", "2", event="Autumn", timestamp=autumn),
        )
        self.server.in_timeline()

        def last(event, count, unit):
            return {"did": {"event": event, "window": {"last": {"count": count, "unit": unit}}}}

        made = {"name": "Lately", "definition": {"universe": "known", "rule": last("Spring", 7, "day")}}
        reply = self.server.api("POST", "/v1/segments", made)
        self.assertEqual(reply.status, 201, reply)
        saved = f"/v1/segments/{reply.json['id']}"
        for event, unit, count, inside, outside in (
            ("Spring", "day", 7, "2025-04-04T07:59:59Z", "2025-04-04T08:00:00Z"),
            ("Spring", "hour", 168, "2025-04-04T08:59:59Z", "2025-04-04T09:00:00Z"),
            ("Autumn", "day", 7, "2025-10-31T08:59:59Z", "2025-10-31T09:00:00Z"),
            ("Autumn", "week", 1, "2025-10-31T08:59:59Z", "2025-10-31T09:00:00Z"),
            ("Autumn", "hour", 168, "2025-10-31T07:59:59Z", "2025-10-31T08:00:00Z"),
        ):
            with self.subTest(event=event, unit=unit):
                self.stand_on(inside)
                self.assertEqual(self.people(last(event, count, unit)), 1)
                self.stand_on(outside)
                self.assertEqual(self.people(last(event, count, unit)), 0)
        # A kept segment follows by itself.
        for moment, size in (("2025-04-04T07:59:59Z", 1), ("2025-04-04T08:00:00Z", 0)):
            self.stand_on(moment)
            until(lambda: self.server.get(saved)["people"] == size, 60, f"{size} in the segment")


if __name__ == "__main__":
    unittest.main(verbosity=2)
