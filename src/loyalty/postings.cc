#include "loyalty/postings.h"

#include <algorithm>
#include <charconv>

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

constexpr std::string_view kSelect =
    "SELECT p.entry, p.line, p.at_ms, p.recorded_ms, p.kind, p.debit, p.credit, p.amount, p.lot, "
    "p.command, p.rule, p.version, p.event, p.order_ref, p.reason, p.actor, "
    "COALESCE(a.name, ''), p.currency, COALESCE(h.person, 0) FROM loyalty_postings p "
    "LEFT JOIN loyalty_holders h ON h.id = p.holder LEFT JOIN loyalty_actors a ON a.id = p.actor "
    "WHERE ";

constexpr CommandKind kKinds[] = {
    CommandKind::kEarn,     CommandKind::kHold,    CommandKind::kCapture, CommandKind::kRelease,
    CommandKind::kRedeem,   CommandKind::kRefund,  CommandKind::kExpire,  CommandKind::kAdjust,
    CommandKind::kTransfer, CommandKind::kMerge,   CommandKind::kUnmerge, CommandKind::kActivate,
    CommandKind::kLapse,    CommandKind::kTimeOut, CommandKind::kAward,   CommandKind::kTakeBack,
    CommandKind::kRecognise};

FoundPosting read_posting(const Row& row) {
  return {.line = {.entry = row.integer(0),
                   .at = from_millis(row.integer(2)),
                   .kind = static_cast<CommandKind>(row.integer(4)),
                   .debit = static_cast<Account>(row.integer(5)),
                   .credit = static_cast<Account>(row.integer(6)),
                   .amount = row.integer(7),
                   .lot = row.integer(8),
                   .command = row.text(9),
                   .rule = row.text(10),
                   .event = row.text(12),
                   .order = row.text(13),
                   .reason = row.text(14),
                   .version = row.integer(11)},
          .number = row.integer(1),
          .currency = row.integer(17),
          .person = row.integer(18),
          .recorded_at = from_millis(row.integer(3)),
          .by = row.text(15),
          .by_name = row.text(16)};
}

// A condition with its parameters.
class Where {
 public:
  // `sql` has a "?" for each value.
  Where& add(std::string_view sql, std::vector<Value> values) {
    if (!sql_.empty()) sql_ += " AND ";
    auto value = values.begin();
    for (char c : sql) {
      if (c != '?') {
        sql_ += c;
        continue;
      }
      values_.push_back(*value++);
      sql_ += "$" + std::to_string(values_.size());
    }
    return *this;
  }
  // In brackets; a plus before a column keeps it from choosing the index.
  Where& add_list(std::string_view column, const std::vector<Value>& list) {
    std::string sql = std::string(column) + " IN (";
    for (size_t i = 0; i < list.size(); ++i) sql += i == 0 ? "?" : ", ?";
    return add(sql + ")", list);
  }
  const std::string& sql() const { return sql_; }
  const std::vector<Value>& values() const { return values_; }

 private:
  std::string sql_;
  std::vector<Value> values_;
};

std::vector<Value> kinds_of(const PostingSearch& search) {
  std::vector<Value> kinds;
  for (CommandKind kind : search.kinds) kinds.emplace_back(static_cast<int64_t>(kind));
  return kinds;
}

// The accounts of all numbers that are this person's today.
Result<std::vector<Value>> holders_of(store::Connection& c, const PostingSearch& search) {
  const PersonId person = TRY(people::current_person(c, search.person));
  std::vector<Value> holders;
  for (const Row& row : TRY(c.query(
           "WITH RECURSIVE own (id) AS (SELECT id FROM loyalty_holders WHERE person IN ($1, "
           "$2) UNION SELECT h.id FROM loyalty_holders h JOIN own ON h.merged_into = "
           "own.id WHERE h.merged_into <> 0) SELECT id FROM own ORDER BY id",
           {person, search.person})))
    holders.emplace_back(row.integer(0));
  return holders;
}

// The parts of the ledger in which the search looks, each along an index.
Result<std::vector<Where>> paths_of(store::Connection& c, const Programme& programme,
                                    const PostingSearch& search) {
  std::vector<Where> paths;
  if (!search.reference.empty()) {
    const Value& id = search.reference;
    paths.push_back(Where().add(
        "p.entry IN (SELECT entry FROM loyalty_commands WHERE programme = ? AND id = ?)",
        {programme.id, id}));
    paths.push_back(Where().add("p.order_ref <> '' AND p.order_ref = ?", {id}));
    paths.push_back(Where().add("p.event <> '' AND p.event = ?", {id}));
    return paths;
  }
  if (search.person != 0) {
    for (const Value& holder : TRY(holders_of(c, search)))
      paths.push_back(Where().add("p.holder = ?", {holder}));
    return paths;
  }
  const auto kinds =
      search.kinds.empty() ? std::vector(std::begin(kKinds), std::end(kKinds)) : search.kinds;
  for (int64_t currency : search.currencies) {
    if (!search.by.empty()) {
      paths.push_back(
          Where().add("p.currency = ? AND p.actor <> '' AND p.actor = ?", {currency, search.by}));
    } else if (!search.rule.empty()) {
      paths.push_back(
          Where().add("p.currency = ? AND p.rule <> '' AND p.rule = ?", {currency, search.rule}));
    } else {
      for (CommandKind kind : kinds) {
        paths.push_back(
            Where().add("p.currency = ? AND p.kind = ?", {currency, static_cast<int64_t>(kind)}));
      }
    }
  }
  return paths;
}

// What every posting of a path is tested for.
Result<void> add_tests(store::Connection& c, const PostingSearch& search, Where& where) {
  std::vector<Value> currencies(search.currencies.begin(), search.currencies.end());
  where.add_list("+p.currency", currencies);
  if (!search.kinds.empty()) where.add_list("+p.kind", kinds_of(search));
  if (search.person != 0 && !search.reference.empty())
    where.add_list("+p.holder", TRY(holders_of(c, search)));
  if (!search.rule.empty()) where.add("p.rule || '' = ?", {search.rule});
  if (!search.by.empty()) where.add("p.actor || '' = ?", {search.by});
  if (search.min > 1) where.add("p.amount >= ?", {search.min});
  if (search.max != INT64_MAX) where.add("p.amount <= ?", {search.max});
  if (search.from_ms != INT64_MIN) where.add("p.at_ms >= ?", {search.from_ms});
  const PostingPlace end{search.to_ms, 0, 0};
  const PostingPlace last = search.after ? std::min(*search.after, end) : end;
  where.add("(p.at_ms, p.entry, p.line) < (?, ?, ?)", {last.at_ms, last.entry, last.line});
  return {};
}

}  // namespace

std::string to_text(const PostingPlace& place) {
  return std::to_string(place.at_ms) + "." + std::to_string(place.entry) + "." +
         std::to_string(place.line);
}

Result<PostingPlace> place_from_text(std::string_view text) {
  PostingPlace place;
  const char* at = text.data();
  const char* end = at + text.size();
  for (int64_t* part : {&place.at_ms, &place.entry, &place.line}) {
    const auto read = std::from_chars(at, end, *part);
    const bool last = part == &place.line;
    if (read.ec != std::errc() || (last ? read.ptr != end : read.ptr == end || *read.ptr != '.'))
      return fail(Code::kInvalid, "is no place that a search gave as `next`", "after");
    at = read.ptr + 1;
  }
  return place;
}

Result<std::vector<FoundPosting>> find_postings(store::Connection& c, const Programme& programme,
                                                const PostingSearch& search) {
  const auto place = [](const FoundPosting& one) {
    return PostingPlace{to_millis(one.line.at), one.line.entry, one.number};
  };
  std::vector<FoundPosting> found;
  if (search.person != 0 && TRY(holders_of(c, search)).empty()) return found;
  for (Where& where : TRY(paths_of(c, programme, search))) {
    TRY(add_tests(c, search, where));
    for (const Row& row :
         TRY(c.query(std::string(kSelect) + where.sql() +
                         " ORDER BY p.at_ms DESC, p.entry DESC, p.line DESC LIMIT " +
                         std::to_string(search.limit),
                     std::span<const Value>(where.values()))))
      found.push_back(read_posting(row));
  }
  std::ranges::sort(found, std::greater(), place);
  // A posting may be of the order and of the command that were asked for by one id.
  const auto same = std::ranges::unique(found, {}, place);
  found.erase(same.begin(), same.end());
  if (found.size() > search.limit) found.resize(search.limit);
  return found;
}

Result<std::vector<FoundPosting>> postings_of_entry(store::Connection& c,
                                                    const Programme& programme, int64_t entry) {
  std::vector<FoundPosting> found;
  for (const Row& row :
       TRY(c.query(std::string(kSelect) + "p.entry = $1 ORDER BY p.line, p.holder", {entry}))) {
    FoundPosting one = read_posting(row);
    if (programme.find(one.currency)) found.push_back(std::move(one));
  }
  return found;
}

}  // namespace perennial::loyalty
