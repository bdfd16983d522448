"""The points programme of the demonstration shop; tools/demo calls set_up().

Points and levels are the shop's own: what its orders would have earned, and its cancellations have
taken back, under the preset rules since its first day. The shop's data tells of no referral, no
reward and no gift card, so a few are made up, to have something on those pages: always the same.
"""
import datetime
import time

FIRST_DAY = "2010-12-01T00:00:00Z"
PATH = "/v1/loyalty/programmes/members"
POLL_SECONDS = 0.1
REFERRERS, FRIENDS = 12, 30
TAKERS = 60  # members who take a reward

REWARDS = {
    "tote": {"name": "Canvas tote bag", "kind": "goods", "points": 300, "stock": 200}
    | {"product": "85099B"},  # a jumbo bag
    "tea": {"name": "Afternoon tea for two", "kind": "benefit", "points": 1_500, "stock": 20}
    | {"product": "22699"},  # a teacup and saucer
    "early": {"name": "Early access to the spring range", "kind": "benefit", "points": 200},
}
WHEEL = {
    "name": "Winter wheel",
    "price": 50,
    "per_person": 1,
    "every": "month",
    "prizes": [
        {"id": "ten", "name": "500 points", "kind": "points", "points": 500, "odds_ppm": 50_000},
        {"id": "two", "name": "100 points", "kind": "points", "points": 100, "odds_ppm": 250_000},
        {"id": "none", "name": "Nothing", "kind": "nothing", "odds_ppm": 700_000},
    ],
}
SEASON = {"from": "2011-12-01", "to": "2012-03-01"}


def set_up(shop):
    """Returns the seconds that it took until everybody had their points."""
    begun = time.monotonic()
    presets = shop.call("GET", "/v1/loyalty/presets")
    programme = presets["programme"] | {"name": "Members", "zone": "Europe/London"}
    gift = {"code": "gift", "name": "Gift card", "expiry": {"kind": "never"}}
    gift |= {"cost_minor_per_1000": 1_000, "expected_redemption_ppm": 950_000}
    programme["currencies"].append(gift | {"spend_points": 1, "spend_minor": 1})
    shop.call("PUT", PATH, programme)
    shop.call("PUT", f"{PATH}/levels", presets["levels"])
    link = {"link": "https://shop.example/?ref={code}", "from": FIRST_DAY}
    shop.call("PUT", f"{PATH}/referral", presets["referral"] | link)
    for rule in presets["rules"]:
        since = {"from": FIRST_DAY} if rule.get("event") == "Order Completed" else {}
        shop.call("PUT", f"{PATH}/rules/{rule['id']}", rule | since)
    refer(shop)
    settle(shop)
    spend(shop)
    return time.monotonic() - begun


def settle(shop):
    """Until every event is in and everybody was looked at."""
    while (
        any(stage["behind"] for stage in shop.call("GET", "/v1/stats")["stages"])
        or shop.call("GET", f"{PATH}/rules")["looking_back"] is not None
    ):
        time.sleep(POLL_SECONDS)


def refer(shop):
    """Friends sign up with a member's code a minute before their first order; one with his own."""
    by_first = "/v1/customers?sort=first_order&order=asc&limit=500"
    first = shop.call("GET", by_first)["customers"]
    later = shop.call("GET", by_first + "&offset=2000")["customers"]
    codes = [
        shop.call("POST", f"{PATH}/people/{one['id']}/referral-code")["code"]
        for one in first[:REFERRERS]
    ]
    friends = [later[n * len(later) // FRIENDS] for n in range(FRIENDS)]
    claims = [(one, codes[n * n % REFERRERS]) for n, one in enumerate(friends)]
    claims.append((first[0], codes[0]))
    batch = []
    for one, code in claims:
        ordered = datetime.datetime.fromisoformat(one["first_order_at"].replace("Z", "+00:00"))
        at = ordered - datetime.timedelta(minutes=1)
        event = {"type": "track", "event": "Signed Up", "userId": one["user_id"]}
        event |= {"messageId": f"demo-{one['user_id']}", "timestamp": at.isoformat()}
        batch.append(event | {"properties": {"referral_code": code}})
    key = {"kind": "write", "name": "Demo referrals", "source": "demo"}
    secret = shop.call("POST", "/v1/keys", key)["secret"]
    shop.call("POST", "/v1/batch", {"batch": batch, "writeKey": secret})


def spend(shop):
    """Rewards, gift cards, a coupon and a draw, and members who use them."""
    for name, reward in REWARDS.items():
        shop.call("PUT", f"{PATH}/rewards/{name}", reward | SEASON)
    shop.call("PUT", f"{PATH}/draws/winter", WHEEL | SEASON)
    coupon = {"name": "A tenth off in winter", "kind": "percent", "percent": 10, "max_minor": 2_000}
    shop.call("PUT", f"{PATH}/coupons/winter", coupon | {"per_person": 1} | SEASON)
    best = shop.call("GET", f"/v1/customers?sort=revenue&limit={TAKERS}")["customers"]
    people = [one["id"] for one in best]
    shop.call("POST", f"{PATH}/coupons/winter/issue", {"people": people})
    for n, person in enumerate(people):
        reward = ("tote", "tea", "early")[n % 3]
        taken = {"id": f"demo-{n}", "reward": reward, "person": person}
        shop.call("POST", f"{PATH}/redemptions", taken)
        if n % 2 == 0:
            play = {"id": f"demo-{n}", "draw": "winter", "person": person}
            shop.call("POST", f"{PATH}/plays", play)
    cards = {"name": "Christmas", "currency": "gift", "amount": 2_500, "count": 40}
    codes = shop.call("POST", f"{PATH}/gift-cards", cards)["codes"]
    for code, person in zip(codes[:15], people):
        shop.call("POST", f"{PATH}/gift-cards/claim", {"code": code, "person": person})
    shop.call("POST", f"{PATH}/gift-cards/void", {"code": codes[-1]})
