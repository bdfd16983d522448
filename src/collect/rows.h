// Rows of a file become events.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collect/collect.h"
#include "collect/csv_reader.h"
#include "collect/dates.h"
#include "collect/key_counts.h"
#include "collect/plan.h"

namespace perennial::collect {

// What the file does not say.
struct Defaults {
  std::string currency;     // of the workspace
  Zone zone = Zone::utc();  // of the workspace
  Instant now;              // when the import started, by the clock
  Instant as_of;            // the same as the workspace counts time
};

// The events of some rows. `rows` has exactly one a row, so that the log's count of stored events
// is the count of rows; the events that open an order go separately.
struct RowBatch {
  std::vector<events::Event> rows;
  std::vector<events::Event> openings;
};

// What a good row says, for counting.
struct RowFacts {
  bool anonymous = false;
  bool refund = false;
  uint64_t order = 0;     // hash of the order id
  uint64_t customer = 0;  // hash of the customer id; 0 without one
  std::optional<Instant> at;
  int64_t amount_minor = 0;
};

struct RowProblem {
  std::string column;  // title; "" when the whole row is wrong
  std::string reason;
};

enum class Verdict { kGood, kRejected, kLeftOut };

class RowBuilder {
 public:
  // The plan has passed check_plan().
  static Result<std::unique_ptr<RowBuilder>> make(Kind kind, const FilePlan& plan,
                                                  const Defaults& defaults);
  virtual ~RowBuilder() = default;
  // Rows must come in the order of the file: equal rows are told apart by how many came before.
  Verdict build(const CsvRow& row, RowBatch& out);

  RowFacts facts;      // of the last good row
  RowProblem problem;  // of the last rejected row

 protected:
  RowBuilder(const FilePlan& plan, Kind kind, const Defaults& defaults, Zone zone);

  static constexpr size_t kNone = static_cast<size_t>(-1);
  struct Extra {
    std::string member;  // `"title":` as JSON
    size_t column;
  };

  virtual Verdict build_event(RowBatch& out) = 0;

  size_t column(std::string_view field) const;
  std::string_view cell(size_t column) const;  // without blanks around; "" for kNone
  Verdict reject(size_t column, std::string reason);
  // Reads a time; kGood, kRejected, or kLeftOut when it is not before `until`.
  Verdict read_time(size_t column, Instant& at);
  // The same of a time that may lie ahead, or of none (an empty cell): false when it is rejected.
  bool read_any_time(size_t column, std::optional<Instant>& at);
  // Rejects a row for somebody who has no name; facts.customer is filled.
  bool read_customer(size_t column, std::string& out);
  // An amount in minor units: false when it is rejected. An empty cell leaves `out` as it is.
  bool read_amount(size_t column, std::string_view currency, std::optional<int64_t>& out);
  // A customer's id: integers that a spreadsheet wrote as 17850.0 lose the point; junk that names
  // nobody is "", and goes to `junk`.
  bool read_id(size_t column, std::string& out, std::string* junk = nullptr);
  // "," + member + value for every filled extra column.
  void append_extras(std::string& out, bool typed) const;
  // A key for the row made of its mapped cells and of how many equal rows came before it.
  void append_row_key(std::string& out);

  FilePlan plan_;
  Kind kind_;
  Defaults defaults_;
  std::string source_;
  std::vector<Extra> extras_;

 private:
  std::span<const std::string_view> cells_;
  std::vector<size_t> mapped_;  // columns that make the row key
  DateReader dates_;
  KeyCounts seen_;
  std::string key_text_;
};

}  // namespace perennial::collect
