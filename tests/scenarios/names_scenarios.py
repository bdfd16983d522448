"""Names of every script and texts that break programs (the Big List of Naughty Strings), as every field of
identify and track: each is stored, and found again as it was sent.
"""
import json
import pathlib
import time
import unicodedata
import unittest
import urllib.parse

from perennial import Perennial

STRINGS = json.loads((pathlib.Path(__file__).parent / "testdata/naughty/blns.json").read_text(encoding="utf-8"))
NOW = int(time.time())
AT_ONCE = 100
# Ids that clients send where they have none.
JUNK = r"^([-0]*|undefined|\(?null\)?|nil|none|true|false|-1|nan|\"\")$"
MAX_NAME = 255  # bytes of an id, an event's and a trait's name
BLANKS = " \t\n\v\f\r"  # that are cut off


def stamp(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def composed(text):
    return unicodedata.normalize("NFC", text)


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Perennial().start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.key = cls.server.write_key("web")

    def send(self, events):
        for first in range(0, len(events), AT_ONCE):
            batch = {"batch": events[first:first + AT_ONCE], "sentAt": stamp(NOW)}
            reply = self.server.collect(self.key, "batch", json.dumps(batch).encode())
            self.assertEqual(reply.status, 200, reply)
        self.server.settled()

    def quarantined(self, message):
        """Whether the event of this message id is kept as a bad one."""
        kept = self.server.get("/v1/quarantine?limit=100")
        return f'"{message}"' in json.dumps(kept) or f'\\"{message}\\"' in json.dumps(kept)

    def find(self, user):
        page = self.server.get(f"/v1/customers?search={urllib.parse.quote(user)}&known=all&limit=200")
        return page["customers"]

    def file(self, person):
        return self.server.get(f"/v1/customers/{person}")

    def events(self, person):
        return [one["event"] for one in self.server.get(f"/v1/customers/{person}/timeline?kinds=event")["items"]]

    def test_values_of_traits_and_properties_come_back_as_they_were(self):
        events = []
        for i, text in enumerate(STRINGS):
            who = {"userId": f"naughty-{i}-of-many", "timestamp": stamp(NOW - 60)}
            events.append(who | {"type": "identify", "messageId": f"i{i}",
                                 "traits": {"name": text, "note": text, "list": [text], "deep": {"in": text}},
                                 "context": {"userAgent": text, "page": {"title": text}}})
            events.append(who | {"type": "track", "messageId": f"t{i}", "event": f"Said {i}",
                                 "properties": {"value": text, "list": [text]}})
        self.send(events)
        for i, text in enumerate(STRINGS):
            with self.subTest(text=text):
                found = [one for one in self.find(f"naughty-{i}-of-many")]
                self.assertEqual(len(found), 1)
                file = self.file(found[0]["id"])
                self.assertEqual(file["traits"].get("note"), text)
                self.assertEqual(file["traits"].get("deep"), {"in": text})
                self.assertEqual(file["traits"].get("list"), [text])
                self.assertEqual(file["customer"]["name"].strip(), text.strip())
                said = [one for one in self.events(found[0]["id"]) if one["name"] == f"Said {i}"]
                self.assertEqual(said[0]["properties"], {"value": text, "list": [text]})

    def test_names_of_events_traits_and_properties(self):
        events = []
        for i, text in enumerate(STRINGS):
            who = {"userId": f"called-{i}-of-many", "timestamp": stamp(NOW - 60)}
            events.append(who | {"type": "identify", "messageId": f"ni{i}", "traits": {text: i}})
            events.append(who | {"type": "track", "messageId": f"nt{i}", "event": text, "properties": {text: i}})
        self.send(events)
        for i, text in enumerate(STRINGS):
            with self.subTest(text=text):
                people = self.find(f"called-{i}-of-many")
                self.assertEqual(len(people), 1)
                traits = self.file(people[0]["id"])["traits"]
                long = len(text.encode()) > MAX_NAME
                self.assertEqual(traits, {} if long else {text: i})
                if long or not text:  # no name of an event: it is kept where it can be mended
                    self.assertTrue(self.quarantined(f"nt{i}"))
                    continue
                said = [one for one in self.events(people[0]["id"]) if one["type"] == "track"]
                self.assertEqual(said[0]["name"], text)
                self.assertEqual(said[0]["properties"], {text: i})

    def test_ids_name_the_same_person_again(self):
        events = []
        for i, text in enumerate(STRINGS):
            for n, who in enumerate(({"userId": text}, {"anonymousId": text})):
                events.append(who | {"type": "track", "messageId": f"id{n}-{i}", "event": "Seen",
                                     "timestamp": stamp(NOW - 60 + n), "properties": {"number": i}})
        self.send(events)
        known = set()
        for offset in range(0, 4000, 200):
            page = self.server.get(f"/v1/customers?known=yes&limit=200&offset={offset}&sort=last_seen")["customers"]
            known |= {one["user_id"] for one in page}
            if not page:
                break
        for i, text in enumerate(STRINGS):
            with self.subTest(text=text):
                if composed(text.strip(BLANKS)) in known:
                    continue
                # It names nobody, and the event is kept where it can be mended.
                if len(text.encode()) <= MAX_NAME:
                    self.assertRegex(text.strip(BLANKS).lower(), JUNK)
                self.assertTrue(self.quarantined(f"id0-{i}"))


if __name__ == "__main__":
    unittest.main()
