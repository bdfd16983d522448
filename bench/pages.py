"""How long the server takes for what each page of the console asks, on the demo's data: medians and
worst of repeated calls.
"""
import http.client
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/scenarios"))
from perennial import ROOT, Perennial  # noqa: E402

CALLS = 30
ORDERS = ROOT / "data/online_retail.csv.gz"
PAGES = {
    "Overview": "/v1/overview",
    "Customers": "/v1/customers?limit=50",
    "Customers, searched": "/v1/customers?limit=50&search=123",
    "Customers, silent, by revenue": "/v1/customers?limit=50&set=stage:silent&sort=revenue",
    "Customer file": "/v1/customers/{person}",
    "Customer timeline": "/v1/customers/{person}/timeline?limit=50",
    "Activity by day": "/v1/insights/activity?by=day",
    "Retention rate": "/v1/insights/retention-rate?by=month",
    "Retention triangle by week": "/v1/insights/retention-triangle?by=week",
    "RFM": "/v1/value/rfm",
    "Stages": "/v1/value/stages",
    "Imports": "/v1/imports",
    "Campaigns": "/v1/campaigns",
    "Campaign result": "/v1/campaigns/{campaign}/result?days=90",
    "Send ledger": "/v1/campaigns/{campaign}/sends?limit=50",
    "Live view": "/v1/events/recent?limit=50",
    "Schema": "/v1/schema",
    "Storage and health": "/v1/stats",
}


def build(server):
    settings = server.get("/v1/settings") | {
        "currency": "GBP",
        "zone": "Europe/London",
        "stands_on": "2011-09-09T00:00:00Z",
    }
    server.api("PUT", "/v1/settings", settings)
    server.import_file("orders", ORDERS)
    campaign = server.send_campaign(
        {
            "name": "Recall",
            "audience": {"stages": ["silent"]},
            "hold_out_percent": 50,
            "subject": "Hello",
            "text": "Hello",
        }
    )
    server.campaign_done(campaign)
    server.api("PUT", "/v1/settings", settings | {"stands_on": "2011-12-10T00:00:00Z"})
    person = server.get("/v1/customers?sort=orders&limit=1")["customers"][0]["id"]
    return {"campaign": campaign, "person": person}


def main():
    slow = []
    with Perennial() as server:
        names = build(server)
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        for page, path in PAGES.items():
            times = []
            for _ in range(CALLS):
                begun = time.perf_counter()
                connection.request(
                    "GET", path.format(**names), headers={"Authorization": f"Bearer {server.token}"}
                )
                reply = connection.getresponse()
                body = reply.read()
                times.append((time.perf_counter() - begun) * 1000)
                assert reply.status == 200, (path, body[:300])
            print(
                f"{page:32} median {statistics.median(times):7.1f} ms   "
                f"worst {max(times):7.1f} ms   {len(body):>9,} bytes",
                flush=True,
            )
            slow += [page] if max(times) > 200 else []
    print(f"{len(PAGES)} pages; over 200 ms: {', '.join(slow) or 'none'}")


if __name__ == "__main__":
    main()
