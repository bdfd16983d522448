// The numbers that finance signs, over a small ledger whose every figure is worked out by hand.
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using testing::HasSubstr;
using enum CommandKind;

TEST(Liability, IsPointsTimesCostTimesExpectedRedemption) {
  Currency currency{.cost_minor_per_1000 = 1'000, .expected_redemption_ppm = 800'000};
  EXPECT_EQ(liability_minor(currency, 0), 0);
  EXPECT_EQ(liability_minor(currency, 1'250), 1'000) << "1,250 points of 1 fen, of which 80 %";
  EXPECT_EQ(liability_minor(currency, 1), 1) << "0.8 of a minor unit";
  currency = {.cost_minor_per_1000 = 500, .expected_redemption_ppm = 1'000'000};
  EXPECT_EQ(liability_minor(currency, 1), 1) << "a half goes up";
  EXPECT_EQ(liability_minor(currency, 3), 2);
  EXPECT_EQ(liability_minor(currency, -1), -1);
  currency.expected_redemption_ppm = 999'999;
  EXPECT_EQ(liability_minor(currency, 1), 0) << "just below a half";
  currency = {.cost_minor_per_1000 = 0};
  EXPECT_EQ(liability_minor(currency, kMaxBalance), 0);
  currency = {.cost_minor_per_1000 = 1'000, .expected_redemption_ppm = 1'000'000};
  EXPECT_EQ(liability_minor(currency, kMaxBalance), kMaxBalance);
}

using Sums = std::map<std::string, std::pair<Points, Points>>;  // debits, credits by account

class ReportsTest : public LedgerTest {
 protected:
  ReportsTest() : LedgerTest(6) {}
  void done(Command command) {
    command.id = "c" + std::to_string(++commands_);
    const Outcome outcome = ledger_.run(std::move(command));
    ASSERT_TRUE(outcome.done()) << outcome.refusal.message;
  }
  const Currency& points() { return *ledger_.programme().find("points"); }
  int64_t local(std::string_view time) {
    return to_millis(*parse_instant(time, ledger_.programme().zone));
  }
  // January: 1,800 points earned by four people, most things that can happen to them; February:
  // what expires, and 50 points more.
  void two_months() {
    ledger_.at("2026-01-15T12:00");
    done({.kind = kEarn, .person = 1, .amount = 1'000, .order = "o1"});
    done({.kind = kEarn, .person = 2, .amount = 500});
    done({.kind = kEarn, .person = 3, .amount = 200, .expires_ms = local("2026-02-01")});
    done({.kind = kRedeem, .person = 1, .amount = 300, .order = "o2"});
    ledger_.at("2026-01-16T12:00");
    done({.kind = kTransfer, .person = 1, .amount = 100, .other = 2});
    done({.kind = kRefund,
          .person = 1,
          .order = "o1",
          .refunded_minor = 1,
          .total_minor = 2});  // takes 500 of the 1,000
    done({.kind = kRefund,
          .person = 1,
          .order = "o2",
          .refunded_minor = 1,
          .total_minor = 3});  // gives back 100 of the 300
    ledger_.at("2026-01-20T12:00");
    done({.kind = kAdjust, .person = 4, .amount = 100, .reason = "=sorry, \"again\""});
    done({.kind = kAdjust, .person = 2, .amount = -50, .reason = "mistake"});
    done({.kind = kMerge, .person = 2, .other = 4});
    done({.kind = kHold, .person = 2, .amount = 70, .hold_seconds = kMaxHoldSeconds});
    ledger_.at("2026-02-10T12:00");
    done({.kind = kEarn, .person = 1, .amount = 50});
    while (ledger_.settle() > 0) {
    }
    ledger_.verify();
  }
  Sums trial(Instant as_of) {
    Sums sums;
    write([&](store::Connection& c) -> Result<void> {
      for (const AccountTotal& total : TRY(trial_balance(c, points(), as_of)))
        sums[std::string(account_name(total.account))] = {total.debits, total.credits};
      return {};
    });
    return sums;
  }
  Sums trial(std::string_view as_of) { return trial(from_millis(local(as_of))); }
  static Points balance(const Sums& sums, const char* account) {
    const auto found = sums.find(account);
    return found == sums.end() ? 0 : found->second.second - found->second.first;
  }
  std::vector<Cohort> cohorts_of() {
    return write([&](store::Connection& c) { return cohorts(c, ledger_.programme(), points()); });
  }

 private:
  int commands_ = 0;
};

TEST_F(ReportsTest, CohortsAgreeWithWhatHappened) {
  two_months();
  const auto list = cohorts_of();
  ASSERT_EQ(list.size(), 2u);
  const Cohort& january = list[0];
  EXPECT_EQ(january.month, "2026-01");
  EXPECT_EQ(january.earned, 1'000 - 500 + 500 + 200 + 100) << "less what the refund took";
  EXPECT_EQ(january.expired, 200);
  EXPECT_EQ(january.used, 300 - 100 + 50) << "redeemed less given back, and adjusted away";
  EXPECT_EQ(january.outstanding, (1'000 - 300 - 100 - 500 + 100) + (500 + 100 - 50 + 100));
  EXPECT_EQ(list[1].month, "2026-02");
  EXPECT_EQ(list[1].earned, 50);
  EXPECT_EQ(list[1].outstanding, 50);
  EXPECT_EQ(list[1].used + list[1].expired, 0);
  // The same from the accounts.
  const Sums now = trial(ledger_.now());
  EXPECT_EQ(january.outstanding + 50,
            balance(now, "available") + balance(now, "pending") + balance(now, "held"));
  EXPECT_EQ(january.expired, balance(now, "expired"));
  EXPECT_EQ(january.used - 50, balance(now, "redeemed"));
  EXPECT_EQ(january.earned + 50 - 100, -balance(now, "issued")) << "100 came by adjustment";
  EXPECT_EQ(balance(now, "moved"), 0);
  // A merge that is undone moves no point between months.
  Points before = january.outstanding;
  done({.kind = kRelease, .person = 2, .target = "c11"});
  done({.kind = kUnmerge, .person = 2, .target = "c10"});
  EXPECT_EQ(cohorts_of()[0].outstanding, before);
  EXPECT_EQ(cohorts_of()[0].earned, january.earned);
  EXPECT_EQ(cohorts_of()[0].used, january.used);
}

TEST_F(ReportsTest, TheTrialBalanceOfAnyInstant) {
  two_months();
  EXPECT_EQ(trial("2026-01-15T11:59"), Sums{});
  EXPECT_EQ(trial("2026-01-15T12:00"),
            (Sums{{"available", {300, 1'700}}, {"issued", {1'700, 0}}, {"redeemed", {0, 300}}}))
      << "what happened at that very instant counts";
  EXPECT_EQ(trial("2026-01-16T11:59"), trial("2026-01-15T12:00"));
  const Sums refunds = trial("2026-01-16T12:00");
  EXPECT_EQ(balance(refunds, "issued"), -1'200);
  EXPECT_EQ(balance(refunds, "redeemed"), 200);
  EXPECT_EQ(balance(refunds, "available"), 1'000);
  EXPECT_EQ(balance(trial("2026-01-31T23:59:59.999"), "expired"), 0);
  EXPECT_EQ(balance(trial("2026-02-01"), "expired"), 200);
  for (const char* time : {"2026-01-15T12:00", "2026-01-16T12:00", "2026-01-20T12:00", "2026-02-01",
                           "2026-02-10T12:00"}) {
    Points debits = 0, credits = 0;
    for (const auto& [account, sums] : trial(time)) {
      debits += sums.first;
      credits += sums.second;
    }
    EXPECT_EQ(debits, credits) << time;
  }
}

TEST_F(ReportsTest, AClosedMonthKeepsTheTrialBalanceOfItsEnd) {
  two_months();
  const Sums january = trial("2026-01-31T23:59:59.999");
  const Closing first = ledger_.close("2026-01");
  const auto accounts = [](const Closing& closing) {
    Sums sums;
    for (const Json& row : closing.figures["points"]["accounts"])
      sums[row["account"].get<std::string>()] = {row["debits"], row["credits"]};
    return sums;
  };
  EXPECT_EQ(accounts(first), january);
  EXPECT_EQ(first.figures["points"]["breakage"], 0);
  ledger_.at("2026-03-02T12:00");
  while (ledger_.settle() > 0) {
  }
  const Sums february = trial("2026-02-28T23:59:59.999");
  const Closing second = ledger_.close("2026-02");
  EXPECT_EQ(accounts(second), february);
  EXPECT_EQ(second.figures["points"]["breakage"], 200);
  EXPECT_EQ(balance(trial(ledger_.now()), "expired"), 0);
  EXPECT_EQ(balance(trial(ledger_.now()), "breakage"), 200);
  ledger_.verify();
}

// One line of a CSV file whose quoted fields hold no line ends.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"')
        fields.back() += line[++i];
      else
        quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

// What the accountants get: the postings of a month add up to its part of the trial balance; and
// the liability that the page shows is that of its cohorts, to the last minor unit.
TEST_F(ReportsTest, ForTheAccountants) {
  two_months();
  const Sums january = trial("2026-01-31T23:59:59.999"), all = trial(ledger_.now());
  const auto log = events::open_memory();
  const auto settings = access::Settings::load(ledger_.database());
  ASSERT_TRUE(settings);
  const auto loyalty = Loyalty::open(
      {.database = ledger_.database(), .log = *log, .settings = **settings, .clock = [this] {
         return ledger_.now();
       }});
  ASSERT_TRUE(loyalty);
  http::Router router;
  (*loyalty)->add_routes(router);
  const auto server = http::Server::start(std::move(router), {.port = 0});
  ASSERT_TRUE(server);
  http::Client client("127.0.0.1", (*server)->port());
  const auto get = [&](const std::string& path) {
    const auto answer = client.send("GET", "/v1/loyalty/programmes/shop" + path);
    return answer ? answer->body : answer.error().text();
  };
  Sums of_files;
  for (const char* month : {"2026-01", "2026-02"}) {
    const std::string csv = get("/postings.csv?month=" + std::string(month));
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line,
              "entry,line,at,recorded_at,kind,debit,credit,amount,currency,person,lot,command,rule,"
              "version,event,order,reason,by");
    size_t rows = 0;
    while (std::getline(lines, line)) {
      ++rows;
      const auto fields = fields_of(line);
      ASSERT_EQ(fields.size(), 18u) << line;
      const Points amount = std::stoll(fields[7]);
      of_files[fields[5]].first += amount;
      of_files[fields[6]].second += amount;
      if (fields[4] == "adjust" && fields[9] == "4") {
        EXPECT_EQ(fields[16], "'=sorry, \"again\"") << "no formula, and quoted";
      }
    }
    EXPECT_GT(rows, 0u);
    EXPECT_EQ(of_files, month == std::string("2026-01") ? january : all) << month;
  }
  const Json liability = *parse_json(get("/liability?currency=points"));
  EXPECT_EQ(liability["outstanding"], 200 + 650 + 50);
  EXPECT_EQ(liability["ledger"], liability["outstanding"]);
  EXPECT_EQ(liability["liability_minor"], 720) << "900 points of 1 fen, of which 80 %";
  EXPECT_EQ(liability["assumptions"]["expected_breakage_ppm"], 200'000);
  int64_t sum = 0;
  for (const Json& cohort : liability["cohorts"]) sum += cohort["liability_minor"].get<int64_t>();
  EXPECT_EQ(sum, 720);
  EXPECT_EQ(liability["expired_share_ppm"], 200 * int64_t{1'000'000} / (1'300 + 50));
  const Json sheet = *parse_json(get("/trial-balance?currency=points&as_of=2026-01-16T12:00"));
  EXPECT_EQ(sheet["debits"], sheet["credits"]);
  EXPECT_THAT(to_text(sheet), HasSubstr(R"("account":"redeemed")"));
  (*server)->stop(std::chrono::milliseconds(500));
  (*loyalty)->stop();
}

}  // namespace
}  // namespace perennial::loyalty
