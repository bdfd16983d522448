"""The part of the walk that trains models and asks for what they say."""
import pathlib
import tempfile
from datetime import date, timedelta
from random import Random

from perennial import until


def models(walk):
    """Models need customers who buy as the models suppose: see src/value/models_test.cc."""
    random, first_day, days = Random(5), date(2023, 7, 1), 714  # up to the day the walk stands on
    rows = []
    for customer in range(400):
        gap, day = 10 / random.uniform(0.1, 1), random.uniform(0, 300)
        while day < days:
            rows.append(
                f"v{len(rows)},buyer{customer},{first_day + timedelta(day)},{20 + customer % 50},CN\n"
            )
            if random.random() < 0.04:
                break
            day += 1 + random.expovariate(1 / gap)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "buyers.csv"
        file.write_text("order_id,customer_id,date,amount,country\n" + "".join(rows))
        walk.assertEqual(walk.server.import_file("orders", file)["state"], "done")
    walk.server.settled()
    walk.ok("PUT", "/v1/value/clv/settings", {"model": "bg_nbd", "margin": 0.5})
    walk.ok("PUT", "/v1/value/clv/settings", {"margin": 5}, status=400)
    walk.ok("PUT", "/v1/value/clv/settings", {"model": "bg_bb"}, status=400)
    walk.ok("PUT", "/v1/value/clv/settings", {"model": "bg_bb", "opportunity_days": 30})
    walk.ok("POST", "/v1/value/clv/train", status=202)
    until(lambda: not walk.ok("GET", "/v1/value/clv")["training"], 60, "the model")
    walk.ok("PUT", "/v1/value/clv/settings", {"model": "bg_nbd", "margin": 0.5})
    walk.ok("POST", "/v1/value/clv/train", status=202)
    until(lambda: not walk.ok("GET", "/v1/value/clv")["training"], 60, "the model")
    clv = walk.ok("GET", "/v1/value/clv")
    walk.assertEqual(clv["model"]["faults"], [])
    best = walk.ok("GET", "/v1/value/clv/people?limit=5")["people"][0]
    walk.ok("GET", f"/v1/customers/{best['id']}")
    walk.ok("PUT", "/v1/value/churn/settings", {"horizon_days": 30})
    walk.ok("PUT", "/v1/value/churn/settings", {"horizon_days": 5}, status=400)
    walk.ok("POST", "/v1/value/churn/train", status=202)
    until(lambda: not walk.ok("GET", "/v1/value/churn")["training"], 60, "the model")
    churn = walk.ok("GET", "/v1/value/churn")
    walk.assertEqual(churn["model"]["card"]["faults"], [], churn["model"]["card"])
    first = walk.ok("GET", "/v1/value/churn/people?limit=5")["people"][0]
    walk.ok("GET", f"/v1/customers/{first['id']}")
    rules(walk)
    portrait(walk)
    health(walk)
    growth(walk)
    leaving(walk)
    recommendations(walk)
    key = {"Authorization": f"Bearer {walk.server.token}", "Content-Type": "text/csv"}
    rows = "".join(
        f"{i % 7},{'yes' if (i * 7919) % 11 + 3 * (i % 7) > 14 else 'no'}\n" for i in range(400)
    )
    for text, status in ((f"a,churn\n{rows}", 200), ("a,b\n1,2\n", 400)):
        reply = walk.server.request("POST", "/v1/value/churn/table", text.encode(), key)
        walk.assertEqual(reply.status, status, reply)
    for query in ("", "?of=revenue&weeks=26"):
        walk.assertEqual(walk.ok("GET", "/v1/value/forecast" + query)["card"]["origins"], 26)
    walk.ok("GET", "/v1/value/forecast?of=weather", status=400)
    walk.ok("GET", "/v1/value/forecast?of=product:nothing", status=404)
    walk.ok("GET", "/v1/value/forecast/products")


def rules(walk):
    cuts = {
        "recency_days": [180, 90, 60, 30],
        "frequency": [2, 3, 5, 8],
        "monetary_minor": [1_000, 5_000, 10_000, 50_000],
    }
    walk.ok("PUT", "/v1/value/rules", {"cuts": cuts, "stages": {"prior_gaps": 2}})
    walk.ok("PUT", "/v1/value/rules", {"cuts": cuts | {"frequency": [1]}}, status=400)
    walk.assertEqual(walk.ok("GET", "/v1/value/rules")["cuts"], cuts)
    walk.ok("PUT", "/v1/value/rules", {})


def portrait(walk):
    walk.ok("PUT", "/v1/portrait/settings", {"half_life_days": 60, "weights": {"viewed": 2}})
    walk.ok("PUT", "/v1/portrait/settings", {"half_life_days": 1}, status=400)
    walk.ok("POST", "/v1/portrait/renew", status=202)
    newest = until(
        lambda: (p := walk.ok("GET", "/v1/portrait"))["newest"] and not p["renewing"] and p["newest"],
        60,
        "the portrait",
    )
    tags = {tag["tag"]: tag for tag in newest["tags"]}
    walk.assertGreater(tags["price_band"]["people"], 100)
    low = tags["price_band"]["words"][0]
    walk.assertEqual(walk.ok("GET", f"/v1/customers?limit=1&set={low['set']}")["total"], low["people"])
    group = walk.ok("GET", f"/v1/portrait/group?set={low['set']}")
    walk.assertEqual(group["people"], low["people"])
    walk.ok("GET", "/v1/portrait/group?set=tag:mood:good", status=400)
    rule = {"fact": {"name": "price_band", "is": ["low"]}}
    asked = {"universe": "everyone", "rule": rule, "sample": 0}
    walk.assertEqual(walk.ok("POST", "/v1/segments/preview", asked)["people"], low["people"])


def growth(walk):
    orders = {"opens": "growing", "event": "Order Completed", "times": 2, "days": 90}
    stable = {"opens": "stable", "event": "Order Completed", "times": 5}
    settings = {"registered": ["Signed Up"], "milestones": [orders, stable]}
    walk.ok("PUT", "/v1/value/growth/settings", settings)
    walk.ok("PUT", "/v1/value/growth/settings", {"milestones": [orders]}, status=400)
    all = walk.ok("GET", "/v1/value/growth")
    walk.assertEqual(sum(stage["people"] for stage in all["stages"]), all["people"])
    for stage in all["stages"]:
        page = walk.ok("GET", f"/v1/customers?set={stage['set']}&limit=1")
        walk.assertEqual(page["total"], stage["people"])
        for one in page["customers"]:
            file = walk.ok("GET", f"/v1/customers/{one['id']}")
            walk.assertEqual(file["growth"]["stage"], stage["stage"])
        rule = {"fact": {"name": "growth_stage", "is": [stage["stage"]]}}
        asked = {"universe": "known", "rule": rule, "sample": 0}
        found = walk.ok("POST", "/v1/segments/preview", asked)
        walk.assertEqual(found["people"], stage["people"])
    walk.ok("GET", "/v1/customers?set=growth:grown&limit=1", status=400)


def leaving(walk):
    walk.ok("PUT", "/v1/value/leaving/settings", {"exit_events": ["Goodbye"]})
    walk.ok("PUT", "/v1/value/leaving/settings", {"cause_property": ""}, status=400)
    left = walk.ok("GET", "/v1/value/leaving")
    walk.assertGreater(left["total"], 0)
    walk.ok("GET", f"/v1/customers?set={left['months'][0]['set']}&limit=1")
    # Who left twice may have done so in two periods.
    walk.assertGreaterEqual(sum(period["people"] for period in left["periods"]), left["total"])
    walk.ok("GET", f"/v1/customers?set={left['periods'][0]['set']}&limit=1")
    walk.ok("GET", "/v1/value/leaving?among=stage:churned")
    walk.ok("GET", "/v1/value/leaving?among=nothing", status=400)


def recommendations(walk):
    walk.ok("PUT", "/v1/value/recommendations/settings", {"factors": 8})
    walk.ok("PUT", "/v1/value/recommendations/settings", {"factors": 7}, status=400)
    likes = {"interest_trait": "likes"}
    walk.ok("PUT", "/v1/value/recommendations/settings", likes | {"factors": 8})
    device = {"anonymous_id": "device-of-nobody"}
    walk.assertEqual(walk.server.collect(walk.key, "recommend", device).status, 200)
    walk.assertEqual(walk.server.collect(walk.key, "recommend", {}).status, 400)
    walk.assertEqual(walk.server.collect(walk.key, "recommend", {"user_id": "c3"}).status, 400)
    walk.assertEqual(walk.server.collect("wk_wrong", "recommend", device).status, 401)
    walk.ok("POST", "/v1/value/recommendations/ask", {"user_id": "c3", "limit": 4})
    walk.ok("POST", "/v1/value/recommendations/ask", {}, status=400)
    walk.ok("POST", "/v1/value/recommendations/train", status=202)
    until(lambda: not walk.ok("GET", "/v1/value/recommendations")["training"], 60, "the training")
    someone = walk.ok("GET", "/v1/customers?limit=1")["customers"][0]["id"]
    shown = walk.ok("GET", f"/v1/value/recommendations/people/{someone}?limit=3&in_stock=false")
    for item in shown["items"]:
        walk.assertIn(item["source"], ("history", "interests", "place", "popular"))
        walk.assertTrue(item["reason"]["text"]["zh"])
    walk.ok("GET", f"/v1/value/recommendations/people/{someone}?limit=0", status=400)


def same_by_rule(walk, fact, word, people):
    """The people behind a number are those whom a segment's rule finds."""
    rule = {"universe": "everyone", "rule": {"all": [{"fact": {"name": fact, "is": [word]}}]}}
    walk.assertEqual(walk.ok("POST", "/v1/segments/preview", rule)["people"], people, (fact, word))


def health(walk):
    settings = {"learned": True, "weights": {"orders": 50}, "events": {"answered": ["Rated"]}}
    walk.ok("PUT", "/v1/value/health/settings", settings)
    walk.ok("PUT", "/v1/value/health/settings", {"red_below": 80}, status=400)
    walk.ok("POST", "/v1/value/health/train", status=202)
    until(lambda: not walk.ok("GET", "/v1/value/health")["training"], 60, "the check")
    health = walk.ok("GET", "/v1/value/health")
    walk.assertGreater(health["model"]["card"]["people"], 100)
    for light in health["scores"]["lights"]:
        same_by_rule(walk, "health_light", light["light"], light["people"])
    for tier in walk.ok("GET", "/v1/value/rfm")["tiers"]:
        same_by_rule(walk, "value_tier", tier["tier"], tier["people"])
    lowest = walk.ok("GET", "/v1/value/health/people?light=red&limit=5")["people"]
    walk.ok("GET", "/v1/value/health/people?light=blue", status=400)
    walk.ok("GET", f"/v1/customers/{lowest[0]['id']}")
    walk.ok("GET", "/v1/value/health/alerts?limit=5")
