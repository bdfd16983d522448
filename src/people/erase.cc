#include "people/erase.h"

#include "people/bulk.h"
#include "people/identity.h"

namespace perennial::people {
namespace {

using store::Row;
using store::Value;

constexpr int64_t kNobodysRank =
    1'000;  // above every rank of order_state.h: nobody claims it again

struct Sides {
  std::vector<Value> ids;  // of identities
  std::vector<std::pair<int64_t, std::string>> named;
};

class Erasing {
 public:
  Erasing(store::Connection& c, Erased& out) : c_(c), out_(out) {}

  Result<void> run(const Sides& sides, Instant now) {
    TRY(keep_orders());
    TRY(remove_in("identity_facts", "identity", "facts", sides.ids));
    TRY(remove_in("identity_claims", "identity", "identifiers", sides.ids));
    TRY(remove_in("identity_joins", "visitor", "joins", sides.ids));
    TRY(remove_in("identity_joins", "user_identity", "joins", sides.ids));
    TRY(remove_in("merge_proposals", "a", "proposals", sides.ids));
    TRY(remove_in("merge_proposals", "b", "proposals", sides.ids));
    for (const auto& [kind, value] : sides.named) TRY(remove_named(kind, value));
    TRY(forget_merges(now));
    TRY(remove("identities", "identities", "DELETE FROM identities WHERE person = $1"));
    TRY(remove("people_seen", "", "DELETE FROM people_seen WHERE person = $1"));
    TRY(remove("people", "profile", "DELETE FROM people WHERE id = $1"));
    out_.remove("access_audit", "details of decisions by hand",
                TRY(scrub_json(c_, "access_audit", "detail", out_.values, "'{}'")));
    return {};
  }

 private:
  Result<void> remove(std::string_view store, std::string_view what, std::string_view sql) {
    const int64_t count = TRY(c_.execute(sql, {out_.person}));
    if (!what.empty()) out_.remove(store, what, count);
    return {};
  }
  Result<void> remove_in(const std::string& table, const std::string& column, std::string_view what,
                         const std::vector<Value>& ids) {
    int64_t count = 0;
    TRY(each_in(c_, "SELECT count(*) FROM " + table + " WHERE " + column + " IN {}", {}, ids,
                [&](const Row& row) -> Result<void> {
                  count += row.integer(0);
                  return {};
                }));
    if (count == 0) return {};
    TRY(execute_in(c_, "DELETE FROM " + table + " WHERE " + column + " IN {}", {}, ids));
    out_.remove(table, what, count);
    return {};
  }

  Result<void> remove_named(int64_t kind, const std::string& value) {
    const auto gone = [&](std::string_view table, std::string_view what,
                          const std::string& where) -> Result<void> {
      const int64_t count =
          TRY(c_.execute("DELETE FROM " + std::string(table) + " WHERE " + where, {kind, value}));
      if (count > 0) out_.remove(table, what, count);
      return {};
    };
    TRY(
        c_.execute("DELETE FROM customer_file_bytes WHERE file IN (SELECT id FROM customer_files"
                   " WHERE kind = $1 AND value = $2)",
                   {kind, value}));
    TRY(gone("customer_files", "attached files", "kind = $1 AND value = $2"));
    TRY(gone("customer_notes", "notes", "kind = $1 AND value = $2"));
    TRY(gone("hand_links", "words of hand",
             "(a_kind = $1 AND a_value = $2) OR (b_kind = $1 AND b_value = $2)"));
    const int64_t aliases = TRY(
        c_.execute("DELETE FROM person_aliases WHERE previous_id = $1 OR user_id = $1", {value}));
    if (aliases > 0) out_.remove("person_aliases", "aliases", aliases);
    const int64_t merges =
        TRY(c_.execute("UPDATE person_merges SET value = '', message_id = ''"
                       " WHERE kind = $1 AND value = $2",
                       {kind, value}));
    if (merges > 0) out_.remove("person_merges", "identities in the log of joins", merges);
    return {};
  }

  // Those who follow people read from here that this number is nobody any more.
  Result<void> forget_merges(Instant now) {
    TRY(
        c_.execute("INSERT INTO person_merges (id, from_person, into_person, whole, reason, kind,"
                   " value, source, message_id, at_ms)"
                   " SELECT coalesce(max(id), 0) + 1, $1, 0, 1, 'erased', 1, '', '', '', $2"
                   " FROM person_merges",
                   {out_.person, to_millis(now)}));
    // Numbers that no batch of events gives: caches of orders and profiles are read again.
    TRY(
        c_.execute("UPDATE people_progress SET orders_seq = -erasures, profiles_seq = -erasures"
                   " WHERE id = 1"));
    return {};
  }

  Result<void> keep_orders() {
    const int64_t count =
        TRY(c_.execute("UPDATE orders SET person = 0, identity = 0, who_rank = $2"
                       " WHERE person = $1",
                       {out_.person, kNobodysRank}));
    out_.keep("orders", "orders and refunds, as orders of nobody", count,
              "the books must add up; duty to keep accounts");
    return {};
  }

  store::Connection& c_;
  Erased& out_;
};

std::string escaped_for_like(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '%' || c == '_') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

Result<Erased> erase_person(store::Connection& c, PersonId id, Instant now) {
  // First of all, so that the stage and this wait for each other.
  TRY(c.execute("UPDATE people_progress SET erasures = erasures + 1 WHERE id = 1"));
  const auto person = TRY(find_person(c, id));
  if (!person) return fail(Code::kNotFound, "there is no such customer", "person_id");
  Erased out{.person = id};
  out.up_to_seq = TRY(reached(c)).applied_seq;
  Sides sides;
  for (const Row& row :
       TRY(c.query("SELECT id, kind, value FROM identities WHERE person = $1", {id}))) {
    const bool user = row.integer(1) == static_cast<int64_t>(IdentityKind::kUser);
    sides.ids.emplace_back(row.integer(0));
    sides.named.emplace_back(row.integer(1), row.text(2));
    out.values.push_back(row.text(2));
    out.identities.push_back(user ? events::identity_of(row.text(2), "")
                                  : events::identity_of("", row.text(2)));
  }
  for (const std::string& text : {person->email, person->phone}) {
    if (!text.empty()) out.values.push_back(text);
  }
  TRY(Erasing(c, out).run(sides, now));
  return out;
}

Result<int64_t> scrub_json(store::Connection& c, std::string_view table, std::string_view column,
                           std::span<const std::string> values, std::string_view replacement) {
  int64_t count = 0;
  const std::string head = replacement.empty()
                               ? "DELETE FROM " + std::string(table)
                               : "UPDATE " + std::string(table) + " SET " + std::string(column) +
                                     " = " + std::string(replacement);
  for (const std::string& value : values) {
    if (value.size() < kMinSearched) continue;
    count += TRY(c.execute(head + " WHERE " + std::string(column) + " LIKE $1 ESCAPE '\\'",
                           {"%" + escaped_for_like(to_text(Json(value))) + "%"}));
  }
  return count;
}

}  // namespace perennial::people
