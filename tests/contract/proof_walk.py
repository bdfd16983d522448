"""The operations of experiments, hold-outs, goals, costs and returns, called well and badly."""


def experiments(walk):
    order = {"orders": True}
    draft = {
        "key": "checkout",
        "name": "New checkout",
        "arms": [{"key": "old", "weight": 0.5}, {"key": "new", "weight": 0.5}],
        "measures": [
            {"key": "ordered", "kind": "proportion", "of": order, "before_days": 30},
            {"key": "revenue", "kind": "revenue", "window_days": 14, "cap_level": 0.99},
            {"key": "basket", "kind": "ratio", "of": order | {"sum": "amount"}, "per": order},
            {
                "key": "seen",
                "kind": "retention",
                "day": 7,
                "of": {
                    "event": "Product Viewed",
                    "where": [{"property": "sku", "op": "is", "value": "a"}],
                },
            },
            {
                "key": "price",
                "kind": "quantile",
                "level": 0.9,
                "of": {"event": "Product Viewed", "sum": "price"},
            },
        ],
        "planned_days": 14,
    }
    wrong = [{"key": "a", "weight": 0.5}, {"key": "b", "weight": 0.4}]
    walk.ok("POST", "/v1/experiments", draft | {"arms": wrong}, status=400)
    gone = walk.ok("POST", "/v1/experiments", draft | {"key": "gone"})["id"]
    walk.ok("DELETE", f"/v1/experiments/{gone}")
    made = walk.ok("POST", "/v1/experiments", draft)
    walk.ok("POST", "/v1/experiments", draft, status=409)
    path = f"/v1/experiments/{made['id']}"
    walk.ok("PUT", path, draft | {"hypothesis": "fewer steps, more orders"})
    walk.ok("GET", f"{path}/result", status=409)
    walk.ok("POST", f"{path}/start")
    walk.ok("PUT", path, draft, status=409)
    somebody = {"user_id": "c3", "anonymous_id": "a3"}
    first = walk.server.collect(walk.key, "assign", somebody)
    walk.assertEqual(first.status, 200, first)
    again = walk.server.collect(walk.key, "assign", somebody)
    walk.assertEqual(
        first.json["assignments"][0]["arm"], again.json["assignments"][0]["arm"]
    )
    walk.assertEqual(walk.server.collect(walk.key, "assign", {}).status, 400)
    walk.assertEqual(walk.server.collect("wk_wrong", "assign", somebody).status, 401)
    walk.ok("GET", f"{path}/result")
    walk.ok("GET", "/v1/experiments")
    walk.ok("GET", path)
    of = f"experiment:{made['id']}"
    walk.ok("GET", f"/v1/uplift?of={of}&measure=ordered")
    walk.ok("GET", f"/v1/uplift?of={of}&measure=revenue", status=400)
    wish = {"of": of, "measure": "ordered", "among": "stage:active", "value_minor": 1_000}
    walk.ok("POST", "/v1/uplift/choose", wish)
    walk.ok("POST", "/v1/uplift/choose", wish | {"value_minor": 0}, status=400)
    offers = {"among": "stage:active", "contacts": {"at_most": 1, "days": 7}, "offers": [
        {"of": of, "measure": "ordered", "value_minor": 1_000, "cost_minor": 10, "stock": 5}]}
    shared = walk.ok("POST", "/v1/uplift/offers", offers)
    # Too few people were in the arms: it is said why, nothing is given, and the sums agree.
    walk.assertEqual(
        [(one["of"], one["by"], one["why"], one["people"]) for one in shared["offers"]],
        [(of, None, "few_people", 0)],
        shared,
    )
    walk.assertIsNone(shared["offers"][0]["set"])
    walk.assertGreaterEqual(shared["asked"], shared["rested"])
    walk.assertEqual(
        [shared[of_all] for of_all in ("people", "value_minor", "cost_minor", "net_minor")],
        [0] * 4,
    )
    beyond = offers | {"offers": offers["offers"] * 11}
    walk.ok("POST", "/v1/uplift/offers", beyond, status=400)
    walk.ok("POST", "/v1/uplift/offers", offers | {"among": "stage:none"}, status=400)
    walk.ok("POST", "/v1/uplift/offers", offers | {"offers": []}, status=400)
    walk.ok("POST", f"{path}/stop", {"conclusion": "too few people"})
    walk.ok("GET", f"{path}/result")
    walk.ok(
        "POST",
        "/v1/experiments/power",
        {"base_rate": 0.1, "difference": 0.02, "people": 4000},
    )
    walk.ok("POST", "/v1/hold-outs/power", {"percent": 10, "days": 30})
    walk.ok("POST", "/v1/hold-outs", {"name": "All", "percent": 0}, status=400)
    journeys = {"name": "All", "percent": 5, "scope": "journeys"}
    walk.ok("POST", "/v1/hold-outs", journeys, status=400)
    held = walk.ok("POST", "/v1/hold-outs", {"name": "All", "percent": 20})
    walk.ok("GET", "/v1/hold-outs")
    walk.ok("GET", f"/v1/hold-outs/{held['id']}/members?limit=5")
    walk.ok("GET", f"/v1/hold-outs/{held['id']}/result")
    goals(walk)
    walk.ok("POST", f"/v1/hold-outs/{held['id']}/end")
    walk.ok("POST", f"/v1/hold-outs/{held['id']}/end", status=409)


def goals(walk):
    goal = {
        "name": "Keep more",
        "owner": "Ann",
        "measure": "retention_rate",
        "amount": 0.03,
        "from": "2026-01",
        "to": "2026-12",
    }
    walk.ok("POST", "/v1/goals", goal | {"to": "2025-12"}, status=400)
    made = walk.ok("POST", "/v1/goals", goal)["id"]
    for measure in ("repurchase_rate", "customers", "new_customers", "revenue", "cac"):
        walk.ok("PUT", f"/v1/goals/{made}", goal | {"measure": measure, "aim": "share"})
    said = {"measure": "nps", "amount": 5, "reads": {"events": ["Survey Answered"], "kind": ""}}
    walk.ok("PUT", f"/v1/goals/{made}", goal | said | {"aim": "share"}, status=400)
    walk.ok("PUT", f"/v1/goals/{made}", goal | said | {"hold_out": "none"}, status=400)
    linked = walk.ok("GET", "/v1/hold-outs")["hold_outs"][0]["id"]
    walk.ok("PUT", f"/v1/goals/{made}", goal | said | {"hold_out": linked})
    for measure in ("complaint_rate", "ltv_cac"):
        walk.ok("PUT", f"/v1/goals/{made}", goal | {"measure": measure})
    cost = {"about": "acquisition:ads", "day": "2026-03-01", "amount_minor": 12_000}
    walk.ok("POST", "/v1/costs", cost | {"amount_minor": 0}, status=400)
    spent = walk.ok("POST", "/v1/costs", cost)["id"]
    walk.ok("GET", "/v1/costs?limit=5")
    walk.ok("GET", "/v1/goals")
    walk.ok("GET", "/v1/acquisition")
    walk.ok("PUT", "/v1/returns/terms", {"margin_share": 0.4})
    walk.ok("GET", "/v1/returns")
    walk.ok("DELETE", f"/v1/costs/{spent}")
    walk.ok("DELETE", f"/v1/goals/{made}")
