#include "people/hand.h"

#include <algorithm>
#include <set>

#include "people/bulk.h"

namespace perennial::people {
namespace {

Json side_json(const Side& side) {
  return {{"kind", std::string(kind_name(side.kind))}, {"value", side.value}};
}

std::optional<Side> read_side(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const std::string kind = json.value("kind", ""), value = json.value("value", "");
  if (kind != "user_id" && kind != "anonymous_id") return std::nullopt;
  if (!names_somebody(value)) return std::nullopt;
  return Side{kind == "user_id" ? IdentityKind::kUser : IdentityKind::kAnonymous, value};
}

HandWord read_word(const store::Row& row) {
  return {.a = {static_cast<IdentityKind>(row.integer(0)), row.text(1)},
          .b = {static_cast<IdentityKind>(row.integer(2)), row.text(3)},
          .merged = row.integer(4) != 0,
          .at = {row.integer(5), row.integer(6)},
          .by = row.text(7),
          .reason = row.text(8),
          .source = row.text(9),
          .message_id = row.text(10)};
}

constexpr std::string_view kSelectWords =
    "SELECT a_kind, a_value, b_kind, b_value, merged, ms, seq, said_by, reason, source, message_id"
    " FROM hand_links WHERE ";

}  // namespace

bool is_hand_event(const events::StoredEvent& event) {
  return event.source == kHandSource &&
         (event.name == kPeopleMerged || event.name == kPeopleSeparated);
}

std::optional<HandWord> read_hand_word(const events::StoredEvent& event) {
  const Json json = Json::parse(event.properties, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  auto a = read_side(json.value("a", Json())), b = read_side(json.value("b", Json()));
  if (!a || !b || *a == *b) return std::nullopt;
  if (*b < *a) std::swap(a, b);
  return HandWord{.a = std::move(*a),
                  .b = std::move(*b),
                  .merged = event.name == kPeopleMerged,
                  .at = {to_millis(event.timestamp), static_cast<int64_t>(event.seq)},
                  .by = json.value("by", ""),
                  .reason = json.value("reason", ""),
                  .source = event.source,
                  .message_id = event.message_id};
}

events::Event hand_event(const HandWord& word, Instant now) {
  events::Event event;
  event.source = kHandSource;
  event.message_id = new_id("hand");
  event.name = word.merged ? kPeopleMerged : kPeopleSeparated;
  event.anonymous_id = kNobody;
  event.timestamp = event.received_at = now;
  event.properties = to_text({{"a", side_json(word.a)},
                              {"b", side_json(word.b)},
                              {"by", word.by},
                              {"reason", word.reason}});
  return event;
}

Result<bool> keep_hand_word(store::Connection& c, const HandWord& word) {
  const auto rows = TRY(c.execute(
      "INSERT INTO hand_links (a_kind, a_value, b_kind, b_value, merged, ms, seq, said_by, reason,"
      " source, message_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
      " ON CONFLICT (a_value, a_kind, b_value, b_kind) DO UPDATE SET merged = excluded.merged,"
      " ms = excluded.ms, seq = excluded.seq, said_by = excluded.said_by,"
      " reason = excluded.reason, source = excluded.source, message_id = excluded.message_id"
      " WHERE (excluded.ms, excluded.seq) >= (hand_links.ms, hand_links.seq)",
      {static_cast<int64_t>(word.a.kind), word.a.value, static_cast<int64_t>(word.b.kind),
       word.b.value, int64_t{word.merged}, word.at.ms, word.at.seq, word.by, word.reason,
       word.source, word.message_id}));
  return rows > 0;
}

Result<bool> any_hand_word(store::Connection& c) {
  return !TRY(c.query("SELECT merged FROM hand_links LIMIT 1")).empty();
}

Result<std::vector<HandWord>> hand_words_on(store::Connection& c, std::span<const Side> sides) {
  std::vector<store::Value> values;
  for (const Side& side : sides) values.emplace_back(side.value);
  const std::set<Side> wanted(sides.begin(), sides.end());
  std::vector<HandWord> out;
  for (const std::string_view column : {"a_value", "b_value"}) {
    const std::string sql = std::string(kSelectWords) + std::string(column) + " IN {}";
    TRY(each_in(c, sql, {}, values, [&](const store::Row& row) -> Result<void> {
      HandWord word = read_word(row);
      const bool known = word_on(out, word.a, word.b) != nullptr;
      if (!known && (wanted.contains(word.a) || wanted.contains(word.b))) {
        out.push_back(std::move(word));
      }
      return {};
    }));
  }
  return out;
}

const HandWord* word_on(std::span<const HandWord> words, const Side& one, const Side& other) {
  const auto found = std::ranges::find_if(words, [&](const HandWord& word) {
    return (word.a == one && word.b == other) || (word.a == other && word.b == one);
  });
  return found == words.end() ? nullptr : &*found;
}

}  // namespace perennial::people
