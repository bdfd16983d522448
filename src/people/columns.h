// One customer as a row of a CSV file, column by column; and who saw which customers.
#pragma once

#include <map>
#include <mutex>

#include "people/masking.h"
#include "people/people.h"

namespace perennial::people {

// What a cell may need beside the person.
struct RowSource {
  const Person& person;
  const Json& described;  // members that other modules add: "stage", "cell"
  const Json& traits;     // an object
  std::string_view currency;
  const Mask& mask;
};
// `column` is a word of read_columns(), or one of the columns that a file without a choice has.
void append_cell(std::string& out, std::string_view column, const RowSource& row);
inline constexpr std::string_view kAllColumns[] = {"id",
                                                   "user_id",
                                                   "name",
                                                   "email",
                                                   "phone",
                                                   "country",
                                                   "orders",
                                                   "refunds",
                                                   "revenue",
                                                   "currency",
                                                   "first_order_at",
                                                   "last_order_at",
                                                   "first_seen_at",
                                                   "last_seen_at",
                                                   "email_consent"};

// Views of personal fields for the audit trail. A page that reads itself again (a live file, a list
// that is looked at for long) is the same view for ten minutes.
class ViewTrail {
 public:
  Result<void> record(store::Database& database, const http::Request& request,
                      std::string_view action, const std::string& object, const Json& detail,
                      Instant now);

 private:
  std::mutex mutex_;
  std::map<std::string, Instant> seen_;
};

}  // namespace perennial::people
