#include <algorithm>

#include <gtest/gtest.h>

#include "people/merges.h"
#include "people/rows.h"
#include "people/test_people.h"

namespace perennial::people {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

events::StoredEvent event(int64_t ms, events::Type type, std::string user, std::string visitor) {
  events::StoredEvent e;
  e.source = "web";
  e.type = type;
  e.user_id = std::move(user);
  e.anonymous_id = std::move(visitor);
  e.timestamp = e.received_at = kTestDay + Millis(ms);
  return e;
}

std::string time_text(std::optional<Instant> at) {
  return at ? std::to_string((*at - kTestDay).count()) : "-";
}

}  // namespace

const Instant kTestDay = from_millis(1'300'000'000'000);

events::StoredEvent track(int64_t ms, std::string user, std::string visitor, std::string name,
                          std::string properties) {
  auto e = event(ms, events::Type::kTrack, std::move(user), std::move(visitor));
  e.name = std::move(name);
  e.properties = std::move(properties);
  return e;
}

events::StoredEvent identify(int64_t ms, std::string user, std::string visitor,
                             std::string traits) {
  auto e = event(ms, events::Type::kIdentify, std::move(user), std::move(visitor));
  e.properties = std::move(traits);
  return e;
}

events::StoredEvent alias(int64_t ms, std::string previous, std::string user) {
  auto e = event(ms, events::Type::kAlias, std::move(user), "");
  e.properties = to_text(Json{{"previousId", previous}});
  return e;
}

TestPeople::TestPeople() : stage_(make_stage([this] { return Basics{.currency = currency}; })) {
  must(database_->migrate(migrations()));
}

void TestPeople::forget_cache() {
  stage_ = make_stage([this] { return Basics{.currency = currency}; });
}

void TestPeople::clear() {
  must(database_->write([&](store::Connection& c) -> Result<void> {
    for (const char* table :
         {"people", "people_seen", "identities", "identity_facts", "person_aliases",
          "person_merges", "orders", "identity_joins", "identity_claims", "shared_users",
          "hand_links", "merge_proposals", "junk_values"}) {
      TRY(c.execute("DELETE FROM " + std::string(table)));
    }
    TRY(
        c.execute("UPDATE people_progress SET applied_seq = 0, last_person = 0,"
                  " last_identity = 0, orders_seq = 0, profiles_seq = 0, currency = ''"));
    return {};
  }));
  last_seq_ = 0;
  forget_cache();
}

void TestPeople::apply(std::vector<events::StoredEvent> events, size_t batch) {
  for (auto& e : events) {
    if (e.seq == 0) e.seq = last_seq_ + 1;
    last_seq_ = std::max(last_seq_, e.seq);
    if (e.message_id.empty()) e.message_id = "m" + std::to_string(e.seq);
  }
  std::span<const events::StoredEvent> rest = events;
  while (!rest.empty()) {
    const auto some = rest.first(std::min(batch, rest.size()));
    must(database_->write([&](store::Connection& c) { return stage_.apply(c, some); }));
    rest = rest.subspan(some.size());
  }
}

void TestPeople::apply_and_fail(std::span<const events::StoredEvent> events) {
  const auto done = database_->write([&](store::Connection& c) -> Result<void> {
    TRY(stage_.apply(c, events));
    return fail(Code::kTimeout, "for the test");
  });
  EXPECT_EQ(done.error().code, Code::kTimeout) << done.error().text();
}

PersonId TestPeople::id_of(std::string_view user_id, std::string_view anonymous_id) {
  return must(database_->read(
                  [&](store::Connection& c) { return resolve(c, user_id, anonymous_id); }))
      .value_or(0);
}

Person TestPeople::person(std::string_view user_id, std::string_view anonymous_id) {
  const PersonId id = id_of(user_id, anonymous_id);
  auto found = must(database_->read([&](store::Connection& c) { return find_person(c, id); }));
  return found.value_or(Person{});
}

std::string order_text(const Order& order) {
  return std::string(order.refund ? "refund " : "order ") + order.source + "/" + order.order_id +
         " at " + time_text(order.at) + " " + std::to_string(order.total_minor) + " " +
         order.currency + " lines " + std::to_string(order.lines) + " quantity " +
         std::to_string(order.quantity);
}

std::string person_line(const Person& p, const std::vector<Identity>& identities,
                        const std::vector<Order>& orders) {
  std::vector<std::string> names, texts;
  for (const auto& i : identities) names.push_back(i.kind + ":" + i.value);
  for (const auto& order : orders) texts.push_back(order_text(order));
  std::ranges::sort(names);
  std::ranges::sort(texts);
  std::string out = "[";
  for (const auto& name : names) out += name + " ";
  out += "] user_id=" + p.user_id + " name=" + p.name + " email=" + p.email + " phone=" + p.phone +
         " country=" + p.country + " traits=" + to_text(*parse_json(p.traits)) +
         " consent=" + std::to_string(static_cast<int>(p.email_consent)) +
         " seen=" + time_text(p.first_seen_at) + ".." + time_text(p.last_seen_at) +
         " orders=" + std::to_string(p.orders) + " refunds=" + std::to_string(p.refunds) +
         " revenue=" + std::to_string(p.revenue_minor) + " from " + time_text(p.first_order_at) +
         " to " + time_text(p.last_order_at);
  for (const auto& text : texts) out += " {" + text + "}";
  return out;
}

std::string TestPeople::text() {
  std::vector<std::string> lines, orphans, proposals;
  must(database_->read([&](store::Connection& c) -> Result<void> {
    const auto all = TRY(list_people(c, {.known = std::nullopt, .limit = 1'000'000}));
    for (const auto& person : all.people) {
      lines.push_back(person_line(person, TRY(identities_of(c, person.id)),
                                  TRY(orders_of(c, person.id, 0, 1'000'000))));
    }
    for (const Proposal& one : TRY(open_proposals(c, 0, 1'000))) {
      const auto [low, high] = std::minmax(one.a.value, one.b.value);
      proposals.push_back("proposal: " + low + " " + high + " " + one.kind + " " + one.value);
    }
    for (const auto& row : TRY(c.query(kSelectOrders + "WHERE person = 0"))) {
      orphans.push_back("nobody: " + order_text(read_order(row)));
    }
    return {};
  }));
  std::ranges::sort(lines);
  std::ranges::sort(orphans);
  std::ranges::sort(proposals);
  lines.insert(lines.end(), proposals.begin(), proposals.end());
  lines.insert(lines.end(), orphans.begin(), orphans.end());
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

}  // namespace perennial::people
