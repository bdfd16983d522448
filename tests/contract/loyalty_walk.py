"""Every operation of loyalty: programmes, rules, levels, commands, coupons, what finance reads."""
import json

from perennial import until


def loyalty(walk):
    presets = walk.ok("GET", "/v1/loyalty/presets")
    path = "/v1/loyalty/programmes/members"
    draft = presets["programme"] | {"zone": "Asia/Shanghai", "approval_limit": 500}
    walk.ok("PUT", path, draft | {"zone": "Mars/Olympus"}, status=400)
    programme = walk.ok("PUT", path, draft)
    walk.ok("PUT", path, draft, status=409)
    walk.ok("GET", path)
    walk.ok("GET", "/v1/loyalty/programmes/nothing", status=404)
    walk.assertEqual(len(walk.ok("GET", "/v1/loyalty/programmes")["programmes"]), 1)
    for rule in presets["rules"]:
        walk.ok("PUT", f"{path}/rules/{rule['id']}", rule | {"from": "2020-01-01T00:00:00Z"})
    bad = presets["rules"][0] | {
        "amount": {"kind": "per_money", "points": 1, "per_minor": 0}
    }
    walk.ok("PUT", f"{path}/rules/bad", bad, status=400)
    walk.ok("PUT", f"{path}/levels", presets["levels"])
    until(
        lambda: walk.ok("GET", f"{path}/rules")["looking_back"] is None,
        60,
        "everybody was looked at again",
    )
    walk.ok("GET", f"{path}/rules?versions=all")
    levels = walk.ok("GET", f"{path}/levels")
    walk.assertGreater(sum(level["people"] for level in levels["levels"]), 30)
    walk.ok("PUT", f"{path}/levels", presets["levels"], status=409)
    person = walk.ok("GET", "/v1/customers?search=c5&known=all")["customers"][0]["id"]
    found = walk.ok("GET", f"{path}/people/{person}")
    walk.assertGreater(sum(b["available"] for b in found["balances"]), 0)
    checkout(walk, path, person)
    finance(walk, path, programme, person)
    coupons(walk, path, person)
    rewards(walk, path, person)
    chances(walk, path, person)
    referral(walk, path, person, presets["referral"])
    member(walk, path, person)
    by_two(walk, path)
    doubled = presets["rules"][0] | {
        "amount": {"kind": "per_money", "points": 2, "per_minor": 100}
    }
    dry = walk.ok(
        "POST", f"{path}/dry-run", {"from": "2021-01-01T00:00:00Z", "rules": [doubled]}
    )
    changed = next(row for row in dry["rules"] if row["rule"] == "purchase")
    walk.assertGreater(changed["points_after"], changed["points_before"])
    walk.assertEqual(dry["referral"]["before"], dry["referral"]["after"])
    capped = doubled | {"caps": [{"points": 5, "every": "total", "everybody": True}]}
    dry = walk.ok("POST", f"{path}/dry-run", {"from": "2021-01-01T00:00:00Z", "rules": [capped]})
    changed = next(row for row in dry["rules"] if row["rule"] == "purchase")
    walk.assertEqual(changed["points_after"], 5)
    terms = walk.ok("GET", f"{path}/referral")["terms"]
    off = {"from": "2021-01-01T00:00:00Z", "referral": terms | {"enabled": False}}
    dry = walk.ok("POST", f"{path}/dry-run", off)
    walk.assertEqual(dry["referral"]["after"]["rewarded"], 0)
    walk.ok("POST", f"{path}/dry-run", off | {"referral": terms | {"within_days": -1}}, status=400)
    walk.ok("POST", f"{path}/dry-run", {"from": "soon"}, status=400)
    walk.assertEqual(walk.ok("GET", "/v1/loyalty/verify")["faults"], [])


def checkout(walk, path, person):
    def run(body, status=200):
        return walk.ok("POST", f"{path}/command", {"person": person} | body, status=status)

    quote = walk.ok(
        "POST", f"{path}/quote", {"person": person, "amount_minor": 100_00, "items": 2}
    )
    walk.assertIn("purchase", [earn["rule"] for earn in quote["earns"]])
    walk.assertIsInstance(quote["privileges"], dict)
    walk.assertTrue(all(one["reason"] for one in quote["nothing"]), quote["nothing"])
    lines = [{"product_id": "tea", "price": 60, "quantity": 1}, {"sku": "cup", "price": 20, "quantity": 2}]
    cart = {"person": person, "amount_minor": 100_00, "properties": {"products": lines}}
    quote = walk.ok("POST", f"{path}/quote", cart)
    for earn in quote["earns"]:
        walk.assertEqual(sum(line["points"] for line in earn["lines"]), earn["points"])
    walk.ok("POST", f"{path}/quote", {"person": 99999999, "amount_minor": 1}, status=404)
    run({"kind": "earn", "id": "e1", "amount": 300, "order": "o1"})
    run({"kind": "hold", "id": "h1", "amount": 100, "order": "o2"})
    run({"kind": "capture", "id": "c1", "hold": "h1", "amount": 60, "release_rest": True})
    run({"kind": "capture", "id": "c2", "hold": "h1"}, status=409)
    run({"kind": "refund", "id": "r1", "order": "o1", "refunded_minor": 1, "total_minor": 3})
    run({"kind": "refund", "id": "r2", "order": "nothing"}, status=404)
    run({"kind": "earn", "id": "e1", "amount": 301, "order": "o1"}, status=409)
    run({"kind": "earn", "id": "e2", "amount": 1.5}, status=400)
    batch = [
        {"kind": "earn", "id": f"b{n}", "person": person, "amount": n} for n in range(4)
    ]
    outcomes = walk.ok("POST", f"{path}/commands", {"commands": batch})["outcomes"]
    walk.assertEqual([o["status"] for o in outcomes], ["refused", "done", "done", "done"])
    walk.ok("POST", f"{path}/commands", {"commands": [{"kind": "magic"}]}, status=400)
    walk.ok("GET", f"{path}/people/{person}/statement?limit=3&offset=1&currency=points")
    walk.ok("GET", f"{path}/people/{person}/statement?as_of=2021-01-01")
    walk.ok("GET", f"{path}/people/99999999", status=404)


def actions(walk, programme, person):
    """Each once: a repeat gets the first answer, with other content it is refused."""
    chosen = {"people": [person]}
    made = walk.ok("POST", "/v1/segments", {
        "name": "Chosen", "kind": "static", "announce": True, "from": {"identifiers": []}})["id"]
    for call, body in (
        ("list", {"segment": made}),
        ("coupon", {"programme": programme, "batch": "spring"}),
        ("points", {"programme": programme, "points": 5, "text": "Sorry"}),
        ("follow-up", {"text": "Call", "due_at": "2026-03-12T00:00:00Z"}),
    ):
        path = f"/v1/actions/{call}"
        body = chosen | body | {"request_id": f"walk-{call}"}
        walk.ok("POST", path, body | {"dry_run": True})
        first = walk.ok("POST", path, body)
        walk.assertFalse(first["repeated"])
        again = walk.ok("POST", path, body)
        walk.assertEqual(again, first | {"repeated": True})
        walk.ok("POST", path, body | {"people": [person, 1]}, status=409)
        walk.ok("POST", path, body | {"people": []}, status=400)
    walk.assertEqual(walk.ok("GET", f"/v1/segments/{made}/members")["total"], 1)


def coupons(walk, path, person):
    terms = {"name": "Spring", "kind": "percent", "percent": 10, "from": "2020-01-01"}
    terms |= {"to": "2099-01-01", "per_person": 1}
    walk.ok("PUT", f"{path}/coupons/spring", terms | {"percent": 0}, status=400)
    walk.ok("PUT", f"{path}/coupons/spring", terms)
    walk.ok("PUT", f"{path}/coupons/spring", terms, status=409)
    made = walk.ok("POST", f"{path}/coupons/spring/codes", {"count": 3})["codes"]
    walk.ok("POST", f"{path}/coupons/nothing/codes", {"count": 3}, status=404)
    walk.ok("POST", f"{path}/coupons/spring/codes", {"count": 100001}, status=400)
    use = {"id": "k1", "code": made[0].lower(), "person": person, "amount_minor": 9_999}
    first = walk.ok("POST", f"{path}/coupon-uses", use | {"reserve_seconds": 60})
    walk.assertEqual((first["state"], first["discount_minor"]), ("reserved", 999))
    walk.ok("POST", f"{path}/coupon-uses", use, status=409)
    walk.ok("POST", f"{path}/coupon-uses", use | {"id": "k2", "code": made[1]}, status=409)
    walk.ok("POST", f"{path}/coupon-uses", use | {"id": "k3", "code": "nope"}, status=404)
    end = f"{path}/coupon-uses/k1/end"
    walk.ok("POST", end, {"how": "keep"}, status=400)
    walk.assertEqual(walk.ok("POST", end, {"how": "redeem"})["state"], "redeemed")
    walk.ok("POST", end, {"how": "void"}, status=409)
    (batch,) = walk.ok("GET", f"{path}/coupons")["batches"]
    walk.assertEqual((batch["codes"], batch["redeemed"]), (3, 1))
    issue = f"{path}/coupons/spring/issue"
    walk.assertEqual(walk.ok("POST", issue, {"people": [person]})["issued"], 1)
    again = walk.ok("POST", issue, {"people": [person, 99999999]})
    walk.assertEqual((again["issued"], again["skipped"]), (0, 1))
    walk.ok("POST", issue, {"people": []}, status=400)
    walk.ok("POST", f"{path}/coupons/nothing/issue", {"people": [person]}, status=404)
    actions(walk, path.rsplit("/", 1)[1], person)
    uses = walk.ok("GET", f"{path}/coupons/spring/uses?limit=10&offset=0")
    walk.assertEqual((uses["total"], uses["uses"][0]["state"]), (1, "redeemed"))
    carts(walk, path, person)
    prices(walk, path, person)


def prices(walk, path, person):
    """What a member pays less for, in the quote of a cart."""
    rule = {"name": "Tea for members", "kind": "percent", "percent": 20}
    rule |= {"categories": ["drinks"], "from": "2020-01-01", "to": "2099-01-01"}
    walk.ok("PUT", f"{path}/price-rules/tea", rule | {"percent": 0}, status=400)
    walk.ok("PUT", f"{path}/price-rules/tea", rule | {"levels": ["nothing"]}, status=404)
    walk.ok("PUT", f"{path}/price-rules/tea", rule | {"set": "no such set"}, status=400)
    walk.ok("PUT", f"{path}/price-rules/tea", rule)
    walk.ok("PUT", f"{path}/price-rules/tea", rule, status=409)
    own = rule | {"name": "For you", "kind": "fixed", "amount_minor": 700, "people": [person]}
    walk.ok("PUT", f"{path}/price-rules/own", own)
    no = rule | {"name": "Not for you", "percent": 90, "people": [99999999]}
    walk.ok("PUT", f"{path}/price-rules/no", no | {"levels": ["gold"]})
    listed = walk.ok("GET", f"{path}/price-rules")["rules"]
    walk.assertEqual([one["id"] for one in listed], ["no", "own", "tea"])
    lines = [{"product": "tea", "categories": ["drinks"], "amount_minor": 2000}]
    lines += [{"product": "pot", "categories": ["drinks"], "amount_minor": 9000}]
    lines += [{"product": "cup", "amount_minor": 3000}]
    quote = walk.ok(
        "POST", f"{path}/coupon-quote", {"person": person, "lines": lines, "own": False}
    )
    found = [(one["rule"], one["price_minor"]) for one in quote["prices"]["lines"]]
    walk.assertEqual(found, [("own", 1300), ("tea", 7200), ("", 3000)])
    walk.assertEqual((quote["amount_minor"], quote["prices"]["discount_minor"]), (11500, 2500))
    for name, one in (("tea", rule), ("own", own)):  # what follows has its usual prices
        walk.ok("PUT", f"{path}/price-rules/{name}", one | {"revision": 1, "enabled": False})


def carts(walk, path, person):
    """Coupons that cover some products, quoted and used together."""
    terms = {"name": "Tea", "kind": "fixed", "amount_minor": 500, "categories": ["drinks"]}
    terms |= {"from": "2020-01-01", "to": "2099-01-01", "stack_group": "tea"}
    walk.ok("PUT", f"{path}/coupons/tea", terms)
    rest = terms | {"name": "Rest", "not_categories": ["drinks"], "categories": []}
    walk.ok("PUT", f"{path}/coupons/rest", rest | {"stack_group": ""})
    walk.ok("PUT", f"{path}/coupons/more", terms | {"amount_minor": 100})
    codes = [
        walk.ok("POST", f"{path}/coupons/{batch}/codes", {"count": 1})["codes"][0]
        for batch in ("tea", "rest", "more")
    ]
    lines = [{"product": "tea", "categories": ["drinks"], "amount_minor": 2000}]
    lines += [{"product": "cup", "amount_minor": 3000}]
    cart = {"person": person, "lines": lines, "codes": codes, "own": False}
    quote = walk.ok("POST", f"{path}/coupon-quote", cart)
    walk.assertEqual((quote["discount_minor"], quote["pay_minor"]), (1000, 4000))
    walk.assertEqual([one["reason"] for one in quote["left_out"]], ["not_combinable"])
    walk.ok("POST", f"{path}/coupon-quote", cart | {"lines": []}, status=400)
    use = {"id": "both", "order": "o9", "person": person, "lines": lines, "codes": codes}
    walk.ok("POST", f"{path}/coupon-combinations", use, status=409)
    use["codes"] = codes[:2]
    done = walk.ok("POST", f"{path}/coupon-combinations", use)
    walk.assertEqual([one["id"] for one in done["uses"]], ["both/1", "both/2"])
    walk.assertTrue(walk.ok("POST", f"{path}/coupon-combinations", use)["repeated"])
    walk.ok("POST", f"{path}/coupon-combinations", use | {"id": ""}, status=400)
    single = {"id": "k9", "code": codes[2], "person": person, "amount_minor": 5000}
    walk.ok("POST", f"{path}/coupon-uses", single, status=409)
    single |= {"id": "k10", "lines": lines}
    walk.assertEqual(walk.ok("POST", f"{path}/coupon-uses", single)["discount_minor"], 100)
    walk.ok("POST", f"{path}/coupon-uses", single | {"amount_minor": 1}, status=400)


def finance(walk, path, programme, person):
    adjust = {"kind": "adjust", "id": "a1", "person": person, "amount": 501, "reason": "sorry"}
    walk.ok("POST", f"{path}/command", adjust | {"id": "a0", "amount": 500})
    walk.ok("POST", f"{path}/command", adjust, status=202)
    walk.assertEqual(len(walk.ok("GET", f"{path}/approvals")["approvals"]), 1)
    walk.ok("POST", f"{path}/approvals/a1", {"approve": True}, status=403)
    boss = person_of(walk, "boss@shop.example")
    decided = boss("POST", f"{path}/approvals/a1", {"approve": True})
    walk.assertEqual((decided.status, decided.json["status"]), (200, "done"), decided)
    walk.ok("GET", f"{path}/approvals?state=approved")
    totals = walk.ok("GET", f"{path}/trial-balance?currency=points")
    walk.assertEqual(totals["debits"], totals["credits"])
    walk.ok("GET", f"{path}/trial-balance?as_of=2022-06-01")
    owed = walk.ok("GET", f"{path}/liability?currency=points")
    walk.assertEqual(owed["ledger"], owed["outstanding"])
    walk.ok("GET", f"{path}/postings.csv?month=2025-06")
    walk.ok("GET", f"{path}/postings.csv?month=June", status=400)
    ledger(walk, path, person)
    walk.ok("POST", f"{path}/closings", {"month": "2025-05"})
    walk.ok("POST", f"{path}/closings", {"month": "2025-06"}, status=409)
    walk.ok("GET", f"{path}/closings")


def person_of(walk, email):
    """A new administrator who is signed in: calls of theirs."""
    link = walk.ok("POST", "/v1/users", {"email": email, "role": "administrator"})["link"]
    plain = {"Content-Type": "application/json"}
    claim = {"token": link.split("#")[1], "name": email, "password": "long enough 2"}
    signed = walk.server.request("POST", "/v1/session/claim", json.dumps(claim), plain)
    walk.assertEqual(signed.status, 200, signed)
    cookie = {"Cookie": signed.headers["set-cookie"].split(";")[0]}
    csrf = walk.server.request("GET", "/v1/session", headers=cookie).json["csrf_token"]
    headers = plain | cookie | {"X-CSRF-Token": csrf}
    return lambda method, to, body: walk.server.request(method, to, json.dumps(body), headers)


def by_two(walk, path):
    """What a person does by hand above the limit of 500 points, until another one agrees."""
    one, other = [person_of(walk, f"{name}@shop.example") for name in ("one", "other")]

    def decide(asked):
        walk.assertEqual(asked.status, 202, asked)
        to = f"{path}/approvals/{asked.json['approval']}"
        walk.assertEqual(one("POST", to, {"approve": True}).status, 403)
        done = other("POST", to, {"approve": True})
        walk.assertEqual(done.status, 200, done)
        walk.assertEqual(other("POST", to, {"approve": True}).status, 409)
        return done.json

    cards = {"name": "Two", "currency": "points", "amount": 600, "count": 1}
    (code,) = decide(one("POST", f"{path}/gift-cards", cards))["codes"]
    decide(one("POST", f"{path}/gift-cards/void", {"code": code}))
    terms = {"name": "Dear", "kind": "fixed", "amount_minor": 100_00}
    terms |= {"from": "2020-01-01", "to": "2099-01-01"}
    walk.ok("PUT", f"{path}/coupons/dear", terms)
    walk.assertEqual(
        len(decide(one("POST", f"{path}/coupons/dear/codes", {"count": 9}))["codes"]), 9
    )
    person = walk.ok("GET", "/v1/customers?limit=1&known=all")["customers"][0]["id"]
    people = {"people": [person]}
    decide(one("POST", f"{path}/coupons/dear/issue", people))
    raised = walk.ok("GET", path)["approval_limit"] + 1
    saved = one("PUT", path, walk.ok("GET", path) | {"approval_limit": raised})
    walk.assertEqual((saved.status, saved.json["limit_waits"]), (202, raised), saved)
    (limit,) = walk.ok("GET", f"{path}/approvals")["approvals"]
    walk.assertEqual((limit["what"], limit["amount"]), ("limit", raised))
    other("POST", f"{path}/approvals/{limit['id']}", {"approve": False})


def ledger(walk, path, person):
    """Postings over all people: a page after the other, by what they are about, as a file."""
    first = walk.ok("GET", f"{path}/postings?limit=2")
    walk.assertEqual(len(first["postings"]), 2)
    second = walk.ok("GET", f"{path}/postings?limit=2&after={first['next']}")
    walk.assertNotEqual(first["postings"], second["postings"])
    by_hand = walk.ok("GET", f"{path}/postings?person={person}&kind=adjust&min=500&max=501")
    walk.assertEqual([one["amount"] for one in by_hand["postings"]], [501, 500])
    sender = by_hand["postings"][1]["by"]
    walk.assertIn(sender, [one["id"] for one in by_hand["actors"]])
    (one,) = walk.ok("GET", f"{path}/postings?reference=a0&by={sender}")["postings"]
    entry = walk.ok("GET", f"{path}/entries/{one['entry']}")
    walk.assertEqual((entry["debits"], entry["credits"]), (500, 500))
    walk.ok("GET", f"{path}/entries/99999999", status=404)
    walk.ok("GET", f"{path}/postings?kind=magic", status=400)
    walk.ok("GET", f"{path}/postings?from=2025-01-02&to=2025-01-01", status=400)
    walk.ok("GET", f"{path}/postings.csv?kind=adjust&from=2020-01-01")


def rewards(walk, path, person):
    terms = {"name": "Mug", "kind": "goods", "points": 5, "from": "2020-01-01"}
    terms |= {"to": "2099-01-01", "stock": 2, "per_person": 2, "every": "month"}
    walk.ok("PUT", f"{path}/rewards/mug", terms | {"points": -1}, status=400)
    walk.ok("PUT", f"{path}/rewards/mug", terms | {"product": "x" * 201}, status=400)
    mug = walk.ok("PUT", f"{path}/rewards/mug", terms | {"product": "sku-mug"})
    walk.assertEqual(mug["product"], "sku-mug")
    walk.ok("PUT", f"{path}/rewards/mug", terms, status=409)
    coupon = terms | {"kind": "coupon", "batch": "spring"}
    walk.ok("PUT", f"{path}/rewards/ten", coupon)
    walk.ok("PUT", f"{path}/rewards/no", coupon | {"batch": "nothing"}, status=404)

    def take(body, status=200):
        body = {"reward": "mug", "person": person} | body
        return walk.ok("POST", f"{path}/redemptions", body, status=status)

    def move(redemption, how, status=200):
        path_of = f"{path}/redemptions/{redemption}/move"
        return walk.ok("POST", path_of, {"move": how}, status=status)

    walk.assertEqual(take({"id": "m1", "reserve_seconds": 60})["state"], "reserved")
    walk.assertEqual(take({"id": "m2"})["state"], "ordered")
    take({"id": "m3"}, status=409)
    take({"id": "m4", "reward": "nothing"}, status=404)
    walk.assertEqual(take({"id": "m5", "reward": "ten"})["state"], "fulfilled")
    walk.assertTrue(move("m1", "confirm")["code"])
    move("m1", "ship")
    move("m1", "fulfil")
    move("m1", "ship", status=409)
    move("m2", "cancel")
    move("m2", "lose", status=400)
    move("nothing", "ship", status=404)
    mug = walk.ok("GET", f"{path}/rewards")["rewards"][-1]
    walk.assertEqual((mug["taken"], mug["left"], mug["to_fulfil"]), (1, 1, 0))
    found = walk.ok("GET", f"{path}/redemptions?reward=mug&state=fulfilled&person={person}")
    walk.assertEqual(found["total"], 1)
    walk.ok("GET", f"{path}/redemptions?state=lost", status=400)


def chances(walk, path, person):
    cards = f"{path}/gift-cards"
    order = {"name": "Spring", "currency": "points", "amount": 50, "count": 2}
    walk.ok("POST", cards, order | {"amount": 0}, status=400)
    walk.ok("POST", cards, order | {"currency": "none"}, status=404)
    first, second = walk.ok("POST", cards, order)["codes"]
    claim = {"code": first.lower(), "person": person}
    walk.assertEqual(walk.ok("POST", f"{cards}/claim", claim)["state"], "claimed")
    walk.assertTrue(walk.ok("POST", f"{cards}/claim", claim)["repeated"])
    walk.ok("POST", f"{cards}/claim", claim | {"code": "nope"}, status=404)
    walk.assertEqual(walk.ok("POST", f"{cards}/void", {"code": second})["state"], "void")
    walk.ok("POST", f"{cards}/void", {"code": first}, status=409)
    (made,) = walk.ok("GET", cards)["batches"]
    walk.assertEqual((made["made"], made["claimed"], made["unclaimed"]), (2, 1, 0))

    prizes = [{"id": "ten", "name": "Ten", "kind": "points", "points": 10, "odds_ppm": 400000}]
    prizes += [{"id": "none", "name": "None", "kind": "nothing", "odds_ppm": 600000}]
    draw = {"name": "Wheel", "price": 1, "per_person": 2, "every": "total", "prizes": prizes}
    draw |= {"from": "2020-01-01", "to": "2099-01-01"}
    walk.ok("PUT", f"{path}/draws/wheel", draw | {"prizes": prizes[:1]}, status=400)
    walk.ok("PUT", f"{path}/draws/wheel", draw)
    play = {"id": "p1", "draw": "wheel", "person": person}
    walk.assertEqual(walk.ok("POST", f"{path}/plays", play)["number"], 1)
    walk.assertTrue(walk.ok("POST", f"{path}/plays", play)["repeated"])
    walk.ok("POST", f"{path}/plays", play | {"id": "p2", "draw": "none"}, status=404)
    walk.ok("GET", f"{path}/draws/wheel/plays?limit=5&offset=0")
    walk.ok("GET", f"{path}/draws/wheel/check", status=409)
    walk.ok("PUT", f"{path}/draws/past", draw | {"to": "2021-01-01"})
    checked = walk.ok("GET", f"{path}/draws/past/check")
    walk.assertEqual((checked["plays"], checked["wrong"]), (0, []))
    seeds = {one["id"]: one["seed"] for one in walk.ok("GET", f"{path}/draws")["draws"]}
    walk.assertTrue(seeds["past"])
    walk.assertEqual(seeds["wheel"], "")


def referral(walk, path, person, preset):
    walk.assertEqual(walk.ok("GET", f"{path}/referral")["terms"]["enabled"], False)
    terms = preset | {"from": "2020-01-01T00:00:00Z", "delay_days": 0}
    terms |= {"link": "https://shop.example/?ref={code}"}
    walk.ok("PUT", f"{path}/referral", terms | {"within_days": -1}, status=400)
    saved = walk.ok("PUT", f"{path}/referral", terms)
    walk.assertEqual((saved["revision"], saved["max_times"]), (1, 10))
    walk.ok("PUT", f"{path}/referral", terms, status=409)
    no_batch = terms | {"revision": 1, "friend": {"batch": "nothing"}}
    walk.ok("PUT", f"{path}/referral", no_batch, status=404)
    made = walk.ok("POST", f"{path}/people/{person}/referral-code")
    walk.assertEqual(made["link"], f"https://shop.example/?ref={made['code']}")
    walk.ok("POST", f"{path}/people/99999999/referral-code", status=404)
    sign_up = {"type": "track", "userId": "bo", "event": "Signed Up"}
    sign_up["properties"] = {"referral_code": made["code"]}
    order = {"type": "track", "userId": "bo", "event": "Order Completed"}
    order["properties"] = {"order_id": "ref-1", "total": 60, "currency": "CNY"}
    times = ("2025-06-02T00:00:00Z", "2025-06-03T00:00:00Z")
    batch = [sign_up | {"timestamp": times[0]}, order | {"timestamp": times[1]}]
    walk.assertEqual(walk.server.collect(walk.key, "batch", {"batch": batch}).status, 200)
    found = until(
        lambda: walk.ok("GET", f"{path}/referrals?state=rewarded&referrer={person}")["referrals"],
        20,
        "the friend's order was looked at",
    )
    walk.assertEqual(found[0]["referrer_side"]["points"], 60)
    verdict = f"{path}/referrals/{found[0]['id']}/verdict"
    walk.assertEqual(walk.ok("POST", verdict, {"verdict": "refuse"})["reason"], "by_hand")
    walk.assertEqual(walk.ok("POST", verdict, {"verdict": "none"})["state"], "rewarded")
    walk.ok("POST", verdict, {"verdict": "maybe"}, status=400)
    walk.ok("POST", f"{path}/referrals/7/verdict", {"verdict": "refuse"}, status=404)
    walk.ok("GET", f"{path}/referrals?state=lost", status=400)
    walk.assertEqual(walk.ok("GET", f"{path}/referral")["sums"]["rewarded"], 1)


def mall(walk, token):
    """The member looked at tea, and others bought it with the mug: the mug comes first, and says so."""
    user = walk.ok("GET", "/v1/customers?search=c5&known=all")["customers"][0]["user_id"]
    cold = walk.ok("GET", f"/v1/member/{token}")["rewards"]
    walk.assertEqual([one["suits_you"] for one in cold], [False] * len(cold))
    both = [{"sku": "sku-mug", "name": "Mug"}, {"sku": "sku-tea", "name": "Tea"}]
    viewed = {"type": "track", "event": "Product Viewed", "userId": user}
    viewed |= {"timestamp": "2025-06-04T00:00:00Z", "properties": both[1]}
    batch = [viewed]
    for n in range(4):
        bought = {"order_id": f"mall-{n}", "total": 9, "currency": "CNY", "products": both}
        order = {"type": "track", "event": "Order Completed", "userId": f"mall-{n}"}
        batch.append(order | {"timestamp": "2025-06-03T00:00:00Z", "properties": bought})
    walk.assertEqual(walk.server.collect(walk.key, "batch", {"batch": batch}).status, 200)
    walk.server.settled()
    walk.ok("POST", "/v1/value/recommendations/train", status=202)
    until(lambda: not walk.ok("GET", "/v1/value/recommendations")["training"], 60, "the training")
    rewards = walk.ok("GET", f"/v1/member/{token}")["rewards"]
    walk.assertEqual([one["id"] for one in rewards if one["suits_you"]], ["mug"])
    walk.assertEqual(rewards[0]["reason"], {"kind": "viewed_with", "with": "Tea"})
    walk.assertEqual(len(rewards), len(cold))
    page = walk.server.request("GET", f"/member/{token}?lang=zh")
    walk.assertIn("适合您 · 与您看过的“Tea”相配", page.body.decode())


def member(walk, path, person):
    made = walk.ok("POST", f"{path}/people/{person}/link", {"days": 7})
    walk.ok("POST", f"{path}/people/{person}/link", {"days": 401}, status=400)
    walk.ok("POST", f"{path}/people/99999999/link", {}, status=404)
    token = made["token"]
    shown = walk.ok("GET", f"/v1/member/{token}")
    walk.assertTrue(shown["balances"])
    mall(walk, token)
    walk.assertEqual(shown["referral"]["friends"], 1)
    walk.assertEqual(len(shown["missions"][0]["tasks"]), 3)
    (streak,) = shown["streaks"]
    walk.assertEqual((streak["rule"], streak["today"], streak["next_days"]), ("sign-in", False, 7))
    walk.ok("GET", f"/v1/member/{token}x", status=404)
    walk.assertEqual(walk.server.request("GET", f"/member/{token}?lang=zh").status, 200)
    walk.assertEqual(walk.server.request("GET", f"/member/{token}x").status, 404)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for target, said in (
        ("act=redeem&what=mug&id=f1", "done"),
        ("act=play&what=wheel&id=f2", "won:wheel:"),
        ("act=claim", "mistyped_code"),
        ("act=sign-in&what=nothing", "refused"),
        ("act=sign-in&what=sign-in", "signed"),
    ):
        answer = walk.server.request("POST", f"/member/{token}?{target}", "code=AB-C", form)
        walk.assertEqual(answer.status, 303)
        walk.assertIn(f"said={said}", str(answer.headers))
    walk.assertEqual(walk.server.request("POST", "/member/x?act=claim", "", form).status, 404)
    signed = until(
        lambda: [s for s in walk.ok("GET", f"/v1/member/{token}")["streaks"] if s["today"]],
        20,
        "the sign-in",
    )
    walk.assertEqual(signed[0]["days"], 1)
    again = walk.server.request("POST", f"/member/{token}?act=sign-in&what=sign-in", "", form)
    walk.assertIn("said=signed_already", str(again.headers))
