#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <tuple>

#include "people/people.h"
#include "people/refund_parts.h"

namespace perennial::people {
namespace {

struct OrderRow {
  PersonId person;
  int64_t at_ms, amount_minor;
  uint8_t refund;
  auto key() const { return std::tie(person, at_ms, refund, amount_minor); }
};

}  // namespace

// Each refund of an order is a row at its own time, however often and by which door it was said.
// Sorted here: a sort in the database would move whole rows, and an index that holds all columns
// would cost every write.
Result<OrderBook> load_orders(store::Connection& c, std::string_view currency) {
  std::vector<OrderRow> rows;
  TRY(c.each("SELECT person, at_ms, refund, total_minor, currency, refunds FROM orders", {},
             [&](const store::Row& row) -> Result<void> {
               const PersonId person = row.integer(0);
               const bool counts = row.text(4) == currency;
               if (row.integer(2) == 0) {
                 rows.push_back({person, row.integer(1), counts ? row.integer(3) : 0, 0});
                 return {};
               }
               for (const RefundShare& share :
                    refund_shares(parse_parts(row.text(5)), row.integer(1),
                                  std::abs(row.integer(3)), row.text(4)))
                 rows.push_back({person, share.at_ms, counts ? -share.minor : 0, 1});
               return {};
             }));
  std::ranges::sort(rows, {}, &OrderRow::key);
  OrderBook book;
  book.person.reserve(rows.size());
  book.at_ms.reserve(rows.size());
  book.amount_minor.reserve(rows.size());
  book.refund.reserve(rows.size());
  for (const OrderRow& row : rows) {
    book.person.push_back(row.person);
    book.at_ms.push_back(row.at_ms);
    book.amount_minor.push_back(row.amount_minor);
    book.refund.push_back(row.refund);
  }
  return book;
}

struct OrderBooks::Impl {
  store::Database& database;
  access::Settings& settings;
  std::atomic<uint64_t> changes{1};

  std::mutex mutex;  // of what follows; held while reading, so that many who ask read once
  uint64_t seen_changes = 0;
  int64_t orders_seq = -1, profiles_seq = -1;  // of what is loaded
  std::string currency;
  uint64_t version = 0;
  std::shared_ptr<const OrderBook> book;
  std::shared_ptr<const std::vector<PersonId>> known;

  // The count of changes is taken before reading: what comes in between is read again next time.
  Result<void> refresh() {
    const uint64_t now = changes.load();
    std::string wanted = settings.workspace().currency;
    if (book && seen_changes == now && currency == wanted) return {};
    TRY(database.read([&](store::Connection& c) { return read(c, wanted); }));
    seen_changes = now;
    return {};
  }

  // Most batches of events change neither orders nor profiles; then nothing is read again.
  Result<void> read(store::Connection& c, const std::string& wanted) {
    const auto row =
        TRY(c.query_one("SELECT orders_seq, profiles_seq FROM people_progress WHERE id = 1"));
    INVARIANT(row.has_value());
    if (!book || orders_seq != row->integer(0) || currency != wanted) {
      auto fresh = TRY(load_orders(c, wanted));
      fresh.version = ++version;
      book = std::make_shared<const OrderBook>(std::move(fresh));
      orders_seq = row->integer(0);
      currency = wanted;
    }
    if (!known || profiles_seq != row->integer(1)) {
      known = std::make_shared<const std::vector<PersonId>>(TRY(known_people(c)));
      profiles_seq = row->integer(1);
    }
    return {};
  }
};

OrderBooks::OrderBooks(store::Database& database, access::Settings& settings)
    : impl_(new Impl{.database = database, .settings = settings}) {}

Result<std::shared_ptr<const OrderBook>> OrderBooks::get() {
  std::lock_guard lock(impl_->mutex);
  TRY(impl_->refresh());
  return impl_->book;
}

Result<std::shared_ptr<const std::vector<PersonId>>> OrderBooks::known() {
  std::lock_guard lock(impl_->mutex);
  TRY(impl_->refresh());
  return impl_->known;
}

void OrderBooks::changed() { ++impl_->changes; }

}  // namespace perennial::people
