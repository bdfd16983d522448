// The auditor: everything that the ledger keeps twice is compared, with questions to the database
// that share nothing with the core.
#include "loyalty/loyalty.h"

namespace perennial::loyalty {
namespace {

constexpr int64_t kMaxFaults = 100;

struct Check {
  std::string_view what;
  std::string_view sql;  // gives the names of what is wrong
};

constexpr Check kChecks[] = {
    {"holder whose lots and balance differ: ",
     "SELECT h.id FROM loyalty_holders h LEFT JOIN (SELECT holder, "
     "sum(CASE WHEN active = 1 THEN open ELSE 0 END) a, "
     "sum(CASE WHEN active = 0 THEN open ELSE 0 END) p, sum(held) d "
     "FROM loyalty_lots GROUP BY holder) l ON l.holder = h.id "
     "WHERE h.available <> COALESCE(l.a, 0) OR h.pending <> COALESCE(l.p, 0) OR "
     "h.held <> COALESCE(l.d, 0)"},
    {"holder whose postings and balance differ: ",
     "SELECT h.id FROM loyalty_holders h LEFT JOIN (SELECT holder, "
     "sum(CASE WHEN credit = 1 THEN amount ELSE 0 END) - "
     "sum(CASE WHEN debit = 1 THEN amount ELSE 0 END) a, "
     "sum(CASE WHEN credit = 2 THEN amount ELSE 0 END) - "
     "sum(CASE WHEN debit = 2 THEN amount ELSE 0 END) p, "
     "sum(CASE WHEN credit = 3 THEN amount ELSE 0 END) - "
     "sum(CASE WHEN debit = 3 THEN amount ELSE 0 END) d, "
     "sum(CASE WHEN debit = 4 THEN amount ELSE 0 END) - "
     "sum(CASE WHEN credit = 4 THEN amount ELSE 0 END) o "
     "FROM loyalty_postings WHERE holder > 0 GROUP BY holder) s ON s.holder = h.id "
     "WHERE h.available <> COALESCE(s.a, 0) OR h.pending <> COALESCE(s.p, 0) OR "
     "h.held <> COALESCE(s.d, 0) OR h.owed <> COALESCE(s.o, 0)"},
    {"lot whose postings and points differ: ",
     "SELECT l.id FROM loyalty_lots l LEFT JOIN (SELECT lot, "
     "sum(CASE WHEN credit < 4 THEN amount ELSE 0 END) - "
     "sum(CASE WHEN debit < 4 THEN amount ELSE 0 END) n "
     "FROM loyalty_postings WHERE lot > 0 GROUP BY lot) s ON s.lot = l.id "
     "WHERE l.open + l.held <> COALESCE(s.n, 0)"},
    {"lot that holds more than it was given, or less than nothing: ",
     "SELECT id FROM loyalty_lots WHERE open < 0 OR held < 0 OR expired < 0 OR taken < 0 OR "
     "open + held + expired > amount OR taken > amount OR "
     "(done = 1 AND open + held > 0) OR (done = 0 AND open + held = 0)"},
    {"holder whose holds and held points differ: ",
     "SELECT h.id FROM loyalty_holders h LEFT JOIN (SELECT holder, sum(held) d "
     "FROM loyalty_spends GROUP BY holder) s ON s.holder = h.id "
     "WHERE h.held <> COALESCE(s.d, 0)"},
    {"account whose total is not the sum of its postings: ",
     "SELECT t.currency * 100 + t.account FROM loyalty_totals t LEFT JOIN ("
     "SELECT currency, account, sum(d) d, sum(c) c FROM ("
     "SELECT currency, debit account, sum(amount) d, 0 c FROM loyalty_postings "
     "GROUP BY currency, debit UNION ALL "
     "SELECT currency, credit, 0, sum(amount) FROM loyalty_postings GROUP BY currency, credit) u "
     "GROUP BY currency, account) s ON s.currency = t.currency AND s.account = t.account "
     "WHERE t.debits <> COALESCE(s.d, 0) OR t.credits <> COALESCE(s.c, 0)"},
    {"currency whose debits and credits differ: ",
     "SELECT currency FROM loyalty_totals GROUP BY currency HAVING sum(debits) <> sum(credits)"},
    {"currency with points lost between people: ",
     "SELECT currency FROM loyalty_totals WHERE account = 16 AND debits <> credits"},
    {"entry that is not whole: ",
     "SELECT entry FROM loyalty_postings GROUP BY entry "
     "HAVING count(*) <> max(line) OR min(line) <> 1 OR count(DISTINCT at_ms) <> 1"},
    {"posting that was entered into a closed month: ",
     "SELECT p.entry FROM loyalty_postings p JOIN loyalty_currencies k ON k.id = p.currency "
     "JOIN loyalty_closings m ON m.programme = k.programme "
     "WHERE p.at_ms < m.to_ms AND p.recorded_ms > m.closed_ms"},
};

}  // namespace

Result<Verified> verify(store::Connection& c) {
  Verified verified;
  const auto counts =
      TRY(c.query_one("SELECT (SELECT count(*) FROM loyalty_holders), (SELECT count(*) FROM "
                      "loyalty_lots), (SELECT count(*) FROM loyalty_postings)"));
  verified.holders = counts->integer(0);
  verified.lots = counts->integer(1);
  verified.postings = counts->integer(2);
  for (const Check& check : kChecks) {
    const auto left = kMaxFaults - static_cast<int64_t>(verified.faults.size());
    if (left <= 0) break;
    for (const auto& row : TRY(c.query(std::string(check.sql) + " ORDER BY 1 LIMIT $1", {left}))) {
      verified.faults.push_back(std::string(check.what) + std::to_string(row.integer(0)));
    }
  }
  return verified;
}

}  // namespace perennial::loyalty
