#include "people/writer.h"

#include <algorithm>
#include <array>
#include <map>

#include "people/bulk.h"

namespace perennial::people {
namespace {

using store::Row;
using store::Value;

constexpr size_t kFiguresPerInsert = 10'000;

std::vector<Value> sorted_keys(const std::unordered_set<PersonId>& people) {
  std::vector<PersonId> ids(people.begin(), people.end());
  std::ranges::sort(ids);
  return {ids.begin(), ids.end()};
}

// The name of the first user to be seen decides; equal times go by the text.
void sort_identities(std::vector<NamedIdentity>& identities) {
  std::ranges::sort(identities, [](const auto& a, const auto& b) {
    return std::tie(a.first_ms, a.value) < std::tie(b.first_ms, b.value);
  });
}

std::string joined_names(const std::vector<std::string_view>& names) {
  std::string out;
  for (auto name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

std::string set_all(const std::vector<std::string_view>& columns) {
  std::string out;
  for (auto column : columns) {
    out += (out.empty() ? "" : ", ") + std::string(column) + " = excluded." + std::string(column);
  }
  return out;
}

}  // namespace

Result<void> Writer::run(Intake& intake, Joined& joined) {
  TRY(write_junk(intake));
  TRY(write_facts(intake, joined));
  TRY(write_profiles(joined.profiles, &intake, &joined));
  TRY(write_orders(intake, joined));
  TRY(write_figures(joined.orders));
  return write_seen(joined);
}

Result<void> Writer::write_junk(const Intake& intake) {
  std::vector<std::vector<Value>> rows;
  for (const auto& [key, seen] : intake.junk) {
    rows.push_back({key.first, key.second, seen.events, seen.first_ms, seen.last_ms, seen.source});
  }
  static constexpr std::array<std::string_view, 6> kColumns = {"kind",     "value",   "events",
                                                               "first_ms", "last_ms", "source"};
  TRY(c_.insert_many(
      "junk_values", kColumns, rows,
      "ON CONFLICT (kind, value) DO UPDATE SET events = junk_values.events + excluded.events,"
      " first_ms = CASE WHEN excluded.first_ms < junk_values.first_ms THEN excluded.first_ms"
      " ELSE junk_values.first_ms END,"
      " last_ms = CASE WHEN excluded.last_ms > junk_values.last_ms THEN excluded.last_ms"
      " ELSE junk_values.last_ms END,"
      " source = CASE WHEN excluded.source > junk_values.source THEN excluded.source"
      " ELSE junk_values.source END"));
  return {};
}

Result<void> Writer::write_facts(Intake& intake, Joined& joined) {
  std::map<int64_t, Subject*> by_identity;  // in the order in which the rows lie
  std::vector<Value> stored;
  for (Subject& subject : intake.subjects) {
    if (!subject.facts) continue;
    by_identity[subject.row.id] = &subject;
    joined.profiles.insert(subject.row.person);
    if (!subject.created) stored.emplace_back(subject.row.id);
  }
  TRY(each_in(c_,
              "SELECT identity, consent, consent_ms, consent_seq, traits FROM identity_facts"
              " WHERE identity IN {}",
              {}, stored, [&](const Row& row) -> Result<void> {
                Facts before;
                before.consent = static_cast<Person::Consent>(row.integer(1));
                before.consent_at = {row.integer(2), row.integer(3)};
                parse_traits(reader_, row.text(4), before);
                by_identity.at(row.integer(0))->facts->add(before);
                return {};
              }));
  std::vector<std::vector<Value>> rows;
  for (const auto& [identity, subject] : by_identity) {
    const Facts& facts = *subject->facts;
    rows.push_back(row_of(identity, static_cast<int64_t>(facts.consent), facts.consent_at.ms,
                          facts.consent_at.seq, traits_text(facts)));
  }
  static constexpr std::array<std::string_view, 5> kColumns = {"identity", "consent", "consent_ms",
                                                               "consent_seq", "traits"};
  TRY(c_.insert_many("identity_facts", kColumns, rows,
                     "ON CONFLICT (identity) DO UPDATE SET consent = excluded.consent,"
                     " consent_ms = excluded.consent_ms, consent_seq = excluded.consent_seq,"
                     " traits = excluded.traits"));
  return {};
}

// What is stored of people who began with this batch is what the batch says of them.
std::unordered_set<PersonId> Writer::draft_fresh(const std::unordered_set<PersonId>& people,
                                                 Intake& intake, const Joined& joined,
                                                 std::map<PersonId, Draft>& drafts) {
  std::unordered_set<PersonId> others;
  for (const PersonId person : people) {
    const auto fresh = joined.fresh.find(person);
    // Changes of traits are worked out as they are stored.
    const bool plain =
        fresh != joined.fresh.end() && std::ranges::all_of(fresh->second, [&](uint32_t index) {
          const auto& facts = intake.subjects[index].facts;
          return facts == nullptr || facts->changes.empty();
        });
    if (!plain) {
      others.insert(person);
      continue;
    }
    Draft& draft = drafts[person];
    for (const uint32_t index : fresh->second) {
      Subject& subject = intake.subjects[index];
      auto& list = subject.kind == IdentityKind::kUser ? draft.users : draft.visitors;
      if (subject.row.shown) {
        list.push_back({subject.kind, std::string(subject.value), subject.row.first_ms});
      }
      draft.first_ms = std::min(draft.first_ms, subject.row.first_ms);
      if (!subject.facts) continue;
      if (draft.facts.traits.empty() && draft.facts.consent == Person::Consent::kUnknown) {
        draft.facts = std::move(*subject.facts);  // they are written
      } else {
        draft.facts.add(*subject.facts);
      }
    }
  }
  return others;
}

Result<void> Writer::write_profiles(const std::unordered_set<PersonId>& people, Intake* intake,
                                    const Joined* joined) {
  std::map<PersonId, Draft> drafts;
  const auto stored = joined == nullptr ? people : draft_fresh(people, *intake, *joined, drafts);
  TRY(each_in(c_,
              "SELECT i.person, i.kind, i.value, i.first_ms, i.shown, f.consent, f.consent_ms,"
              " f.consent_seq, f.traits FROM identities i LEFT JOIN identity_facts f"
              " ON f.identity = i.id WHERE i.person IN {}",
              {}, sorted_keys(stored), [&](const Row& row) -> Result<void> {
                Draft& draft = drafts[row.integer(0)];
                const auto kind = static_cast<IdentityKind>(row.integer(1));
                auto& list = kind == IdentityKind::kUser ? draft.users : draft.visitors;
                if (row.integer(4) != 0) list.push_back({kind, row.text(2), row.integer(3)});
                draft.first_ms = std::min(draft.first_ms, row.integer(3));
                if (row.is_null(5)) return {};
                Facts facts;
                facts.consent = static_cast<Person::Consent>(row.integer(5));
                facts.consent_at = {row.integer(6), row.integer(7)};
                parse_traits(reader_, row.text(8), facts);
                draft.facts.add(facts);
                return {};
              }));
  std::vector<std::vector<Value>> rows;
  for (auto& [person, draft] : drafts) {
    // A visitor that was only ever named by others, and belongs to nobody, is nobody.
    if (draft.first_ms != kEndOfTime) rows.push_back(profile_row(person, draft));
  }
  static const std::vector<std::string_view> kColumns = {
      "id",       "user_id", "country", "own_country", "first_seen_ms", "email_consent",
      "name_key", "name",    "email",   "phone",       "search",        "traits"};
  static const std::string kTail =
      "ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id,"
      " country = CASE WHEN excluded.own_country <> '' THEN excluded.own_country"
      " ELSE people.order_country END, " +
      set_all({kColumns.begin() + 3, kColumns.end()});
  TRY(c_.insert_many("people", kColumns, rows, kTail));
  return {};
}

std::vector<Value> Writer::profile_row(PersonId person, Draft& draft) const {
  sort_identities(draft.users);
  sort_identities(draft.visitors);
  Profile profile = profile_of(draft.facts);
  std::vector<NamedIdentity> all = draft.users;
  all.insert(all.end(), draft.visitors.begin(), draft.visitors.end());
  Value name_key = names_.key(profile.name);
  std::string search = search_text(profile, all);
  return row_of(person, draft.users.empty() ? std::string() : draft.users.front().value,
                profile.country, profile.country, draft.first_ms,
                static_cast<int64_t>(draft.facts.consent), std::move(name_key),
                std::move(profile.name), std::move(profile.email), std::move(profile.phone),
                std::move(search), std::move(profile.traits));
}

// Adds what is stored of the orders to the drafts.
Result<void> Writer::load_orders(std::vector<OrderDraft*>& drafts, Joined& joined) {
  static const std::string kSql =
      "SELECT " + joined_names(kOrderColumns) + " FROM orders WHERE source = $1 AND order_id IN {}";
  std::ranges::sort(drafts, {}, [](const OrderDraft* d) {
    return std::pair(d->source, std::string_view(d->order_id));
  });
  for (auto first = drafts.begin(); first != drafts.end();) {
    const std::string_view source = (*first)->source;
    auto last = std::find_if(first, drafts.end(), [&](auto* d) { return d->source != source; });
    std::vector<Value> keys;
    for (auto it = first; it != last; ++it) keys.emplace_back((*it)->order_id);
    const Value fixed = std::string(source);
    TRY(each_in(c_, kSql, {&fixed, 1}, keys, [&](const Row& row) -> Result<void> {
      auto found = std::ranges::lower_bound(
          first, last, std::string_view(row.text(9)), {},
          [](const OrderDraft* d) { return std::string_view(d->order_id); });
      INVARIANT(found != last && (*found)->order_id == row.text(9));
      const OrderState before = read_order_row(row);
      joined.orders.insert(before.person);
      OrderPair& pair = (*found)->pair;
      (row.integer(2) != 0 ? pair.refund : pair.order).add(before);
      return {};
    }));
    first = last;
  }
  return {};
}

Result<void> Writer::write_orders(Intake& intake, Joined& joined) {
  std::vector<OrderDraft*> drafts;
  for (OrderDraft& draft : intake.orders) {
    for (OrderState* state : {&draft.pair.order, &draft.pair.refund}) {
      if (state->who_rank == 0) continue;
      const IdentityRow& who = intake.subjects[static_cast<size_t>(state->identity)].row;
      state->identity = who.id;
      state->person = who.person;
    }
    drafts.push_back(&draft);
  }
  TRY(load_orders(drafts, joined));
  std::vector<std::vector<Value>> rows;
  for (const OrderDraft* draft : drafts) {
    const OrderPair& pair = draft->pair;
    if (pair.order.exists()) {
      rows.push_back(order_row(draft->source, draft->order_id, pair.order, false,
                               pair.order_total(), pair.order.currency()));
      joined.orders.insert(pair.order.person);
    }
    if (pair.refund.exists()) {
      rows.push_back(order_row(draft->source, draft->order_id, pair.refund, true,
                               pair.refund_total(), pair.refund_currency()));
      joined.orders.insert(pair.refund.person);
    }
  }
  static const std::string kTail =
      "ON CONFLICT (order_id, source, refund) DO UPDATE SET " + set_all(kOrderColumns);
  TRY(c_.insert_many("orders", kOrderColumns, rows, kTail));
  return {};
}

namespace {
constexpr std::string_view kFigureColumns =
    "SELECT person, refund, at_ms, total_minor, currency, country, source, order_id FROM orders";
}

void Writer::count_order(const Row& row, FiguresOf& figures) const {
  Figures& figure = figures[row.integer(0)];
  const int64_t at_ms = row.integer(2);
  if (row.integer(1) != 0) {
    ++figure.refunds;
  } else {
    ++figure.orders;
    figure.first_ms = std::min(figure.first_ms, at_ms);
    figure.last_ms = std::max(figure.last_ms, at_ms);
  }
  if (row.text(4) == currency_) {
    int64_t sum = 0;
    if (!__builtin_add_overflow(figure.revenue_minor, row.integer(3), &sum)) {
      figure.revenue_minor = sum;
    }
  }
  if (row.text(5).empty()) return;
  std::pair key(at_ms, row.text(6) + '\n' + row.text(7));
  if (!figure.country.empty() && key < figure.country_of) return;
  figure.country = row.text(5);
  figure.country_of = std::move(key);
}

Result<void> Writer::write_figures(const std::unordered_set<PersonId>& people) {
  FiguresOf figures;
  for (PersonId person : people) {
    if (person != 0) figures.try_emplace(person);
  }
  std::unordered_set<PersonId> counted = people;
  counted.erase(0);
  TRY(each_in(c_, std::string(kFigureColumns) + " WHERE person IN {}", {}, sorted_keys(counted),
              [&](const Row& row) -> Result<void> {
                count_order(row, figures);
                return {};
              }));
  return store_figures(figures);
}

Result<void> Writer::refresh_all_figures() {
  FiguresOf figures;
  TRY(c_.each(std::string(kFigureColumns) + " WHERE person > 0", {},
              [&](const Row& row) -> Result<void> {
                count_order(row, figures);
                return {};
              }));
  return store_figures(figures);
}

Result<void> Writer::store_figures(const FiguresOf& figures) {
  static constexpr std::array<std::string_view, 8> kColumns = {
      "id",      "country",       "order_country",  "orders",
      "refunds", "revenue_minor", "first_order_ms", "last_order_ms"};
  static constexpr std::string_view kTail =
      "ON CONFLICT (id) DO UPDATE SET orders = excluded.orders, refunds = excluded.refunds,"
      " revenue_minor = excluded.revenue_minor, first_order_ms = excluded.first_order_ms,"
      " last_order_ms = excluded.last_order_ms, order_country = excluded.order_country,"
      " country = CASE WHEN people.own_country <> '' THEN people.own_country"
      " ELSE excluded.order_country END";
  std::vector<std::vector<Value>> rows;
  auto flush = [&]() -> Result<void> {
    TRY(c_.insert_many("people", kColumns, rows, kTail));
    rows.clear();
    return {};
  };
  for (const auto& [person, f] : figures) {
    const bool ordered = f.orders > 0;
    rows.push_back({person, f.country, f.country, f.orders, f.refunds, f.revenue_minor,
                    ordered ? Value(f.first_ms) : Value(), ordered ? Value(f.last_ms) : Value()});
    if (rows.size() == kFiguresPerInsert) TRY(flush());
  }
  return flush();
}

Result<void> Writer::write_seen(const Joined& joined) {
  std::vector<std::pair<PersonId, Seen>> seen(joined.seen.begin(), joined.seen.end());
  std::ranges::sort(seen, {}, [](const auto& entry) { return entry.first; });
  std::vector<std::vector<Value>> rows;
  rows.reserve(seen.size());
  for (const auto& [person, times] : seen) {
    if (times.last_ms == kBeforeTime) continue;
    rows.push_back(row_of(person, times.last_ms, times.user_last_ms));
  }
  static constexpr std::array<std::string_view, 3> kColumns = {"person", "last_ms", "user_last_ms"};
  TRY(c_.insert_many(
      "people_seen", kColumns, rows,
      "ON CONFLICT (person) DO UPDATE SET"
      " last_ms = CASE WHEN excluded.last_ms > people_seen.last_ms THEN excluded.last_ms"
      " ELSE people_seen.last_ms END,"
      " user_last_ms = CASE WHEN excluded.user_last_ms > people_seen.user_last_ms"
      " THEN excluded.user_last_ms ELSE people_seen.user_last_ms END"));
  // Those who lost an identity were last seen when those they have left were.
  for (PersonId person : joined.poorer) {
    TRY(c_.execute(
        "UPDATE people_seen SET last_ms = (SELECT max(s.at_ms) FROM (SELECT user_last_ms AS at_ms"
        " FROM people_seen WHERE person = $1 UNION ALL SELECT last_ms FROM identities"
        " WHERE person = $1) s) WHERE person = $1",
        {person}));
  }
  return {};
}

}  // namespace perennial::people
