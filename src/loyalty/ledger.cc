// Commands over the database: who is known, what was answered before, then the core.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "loyalty/books.h"
#include "loyalty/command.h"
#include "loyalty/rows.h"
#include "loyalty/settle.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

// What one call of settle_due() takes at most, so that others need not wait long for their turn to
// write: so many people, and no further people once they have so many open lots.
constexpr size_t kSettledPeople = 128;
constexpr int64_t kSettledLots = 800;

struct Remembered {
  std::string payload;
  Outcome outcome;
};
using Memory = std::unordered_map<std::string, Remembered>;

Result<Memory> remembered(store::Connection& c, const Programme& programme,
                          std::span<const Command> commands) {
  std::vector<Value> ids;
  for (const Command& command : commands) {
    if (!command.id.empty()) ids.emplace_back(command.id);
  }
  Memory memory;
  const Value fixed = programme.id;
  const std::string select =
      "SELECT id, payload, code, message, field, entry, amount, given_back, available, pending, "
      "held, owed, at_ms FROM loyalty_commands WHERE programme = $1 AND id ";
  const auto take = [&](const Row& row) -> Result<void> {
    memory[row.text(0)] = {row.text(1),
                           {.refusal = {row.text(2), row.text(3), row.text(4)},
                            .repeated = true,
                            .entry = row.integer(5),
                            .amount = row.integer(6),
                            .given_back = row.integer(7),
                            .available = row.integer(8),
                            .pending = row.integer(9),
                            .held = row.integer(10),
                            .owed = row.integer(11),
                            .at = from_millis(row.integer(12))}};
    return {};
  };
  // While PostgreSQL has not counted the table it takes a programme to have few commands, and would
  // read all of them for the ids of a list.
  if (c.engine() == store::Engine::kPostgres) {
    TRY(store::each_of_table(
        c, "SELECT m.* FROM {} AS k (id) CROSS JOIN LATERAL (" + select + "= k.id LIMIT 1) AS m",
        std::span(&fixed, 1), ids, take));
  } else {
    TRY(each_in(c, select + "IN {}", std::span(&fixed, 1), ids, take));
  }
  return memory;
}

bool wants_all(CommandKind kind) {
  return kind == CommandKind::kRefund || kind == CommandKind::kMerge ||
         kind == CommandKind::kUnmerge || kind == CommandKind::kTakeBack;
}

// What is spent of a person's first lots, 0 for an earning; nothing for what needs more of them.
std::optional<Points> spent_by(const Command& command) {
  switch (command.kind) {
    case CommandKind::kEarn:
      return 0;
    case CommandKind::kRedeem:
    case CommandKind::kHold:
      return std::clamp<Points>(command.amount, 0, kMaxPoints);
    case CommandKind::kAdjust:
      return -std::clamp<Points>(command.amount, -kMaxPoints, 0);
    default:
      return std::nullopt;
  }
}

// Of people who only earn and spend few lots are wanted, unless `all` lots are.
Wanted wanted_by(const Programme& programme, std::span<const Command> commands, Instant now,
                 bool all) {
  Wanted wanted{.few_until_ms = to_millis(now)};
  for (const Command& command : commands) {
    const Currency* currency =
        command.currency.empty() ? &programme.currencies.front() : programme.find(command.currency);
    if (!currency) continue;
    wanted.few_until_ms = std::max(wanted.few_until_ms, command.at_ms.value_or(0));
    if (const auto spent = spent_by(command); spent && !all) {
      wanted.few[{currency->id, command.person}] += *spent;
      continue;
    }
    auto& list = wants_all(command.kind) ? wanted.whole : wanted.open;
    list.emplace_back(currency->id, command.person);
    if (command.other != 0) list.emplace_back(currency->id, command.other);
    if (command.kind == CommandKind::kCapture || command.kind == CommandKind::kRelease)
      wanted.spends.emplace_back(currency->id, command.target);
    if (command.kind == CommandKind::kUnmerge)
      wanted.merges.emplace_back(currency->id, command.target);
  }
  return wanted;
}

// People whom these commands name and who have no account yet.
struct Strangers {
  std::set<PersonId> unknown;               // there are no such people
  std::map<PersonId, PersonId> now_called;  // who was merged away, and into whom
};

Result<Strangers> strangers_among(store::Connection& c, Core& core, const Programme& programme,
                                  std::span<const Command> commands) {
  std::set<PersonId> unseen;
  for (const Command& command : commands) {
    const Currency* currency =
        command.currency.empty() ? &programme.currencies.front() : programme.find(command.currency);
    for (PersonId person : {command.person, command.other}) {
      if (person != 0 && currency && !core.find(currency->id, person)) unseen.insert(person);
    }
  }
  Strangers strangers;
  std::vector<Value> keys(unseen.begin(), unseen.end());
  TRY(each_in(c, "SELECT id FROM people WHERE id IN {}", {}, keys,
              [&](const Row& row) -> Result<void> {
                unseen.erase(row.integer(0));
                return {};
              }));
  for (PersonId person : unseen) {
    const PersonId current = TRY(people::current_person(c, person));
    if (current == person) {
      strangers.unknown.insert(person);
    } else {
      strangers.now_called[person] = current;
    }
  }
  return strangers;
}

// The same commands for the people who are meant today.
std::vector<Command> renamed(std::span<const Command> commands, const Strangers& strangers) {
  std::vector<Command> list(commands.begin(), commands.end());
  for (Command& command : list) {
    for (PersonId* person : {&command.person, &command.other}) {
      const auto found = strangers.now_called.find(*person);
      if (found != strangers.now_called.end()) *person = found->second;
    }
  }
  return list;
}

Result<void> remember(store::Connection& c, const Programme& programme,
                      const std::vector<std::pair<std::string, Remembered>>& news) {
  static const std::vector<std::string_view> kColumns = {
      "programme", "id",         "payload",   "code",    "message", "field", "entry",
      "amount",    "given_back", "available", "pending", "held",    "owed",  "at_ms"};
  std::vector<std::vector<Value>> rows;
  rows.reserve(news.size());
  for (const auto& [id, one] : news) {
    const Outcome& o = one.outcome;
    rows.push_back({programme.id, id, one.payload, o.refusal.code, o.refusal.message,
                    o.refusal.where, o.entry, o.amount, o.given_back, o.available, o.pending,
                    o.held, o.owed, to_millis(o.at)});
  }
  TRY(c.insert_many("loyalty_commands", kColumns, rows));
  return {};
}

Outcome unknown_person(const Command& command, const std::set<PersonId>& unknown, Instant now) {
  return {.refusal = {.code = "unknown_person",
                      .message = "there is no such person",
                      .where = unknown.contains(command.person)         ? "person"
                               : command.kind == CommandKind::kTransfer ? "to"
                                                                        : "from"},
          .at = now};
}

}  // namespace

Result<std::vector<Outcome>> decide(store::Connection& c, const Programme& programme,
                                    std::span<const Command> commands, Instant now) {
  if (std::ranges::any_of(programme.currencies, [](const Currency& one) { return one.id == 0; }))
    return fail(Code::kConflict, "the programme is not saved", "programme");
  Memory memory = TRY(remembered(c, programme, commands));
  std::optional<Core> read(std::in_place, programme, TRY(read_numbers(c)));
  TRY(load(c, *read, wanted_by(programme, commands, now, false)));
  const auto strangers = TRY(strangers_among(c, *read, programme, commands));
  const auto& unknown = strangers.unknown;
  std::vector<Command> today;
  if (!strangers.now_called.empty()) {
    today = renamed(commands, strangers);
    // Who only earned under a name of before may do more under that of today.
    read.emplace(programme, TRY(read_numbers(c)));
    TRY(load(c, *read, wanted_by(programme, commands, now, true)));
    TRY(load(c, *read, wanted_by(programme, today, now, true)));
  }
  Core& core = *read;
  std::vector<Outcome> outcomes;
  std::vector<std::pair<std::string, Remembered>> news;
  outcomes.reserve(commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    const Command& command = commands[i];
    std::string payload = command.id.empty() ? "" : payload_of(command);
    if (auto known = memory.find(command.id); !command.id.empty() && known != memory.end()) {
      outcomes.push_back(known->second.outcome);
      const std::string field = differing_field(known->second.payload, payload);
      if (field.empty()) continue;
      outcomes.back() = {
          .refusal = {.code = "id_reused",
                      .message = "this id stands for another command: \"" + field + "\" differs",
                      .where = field},
          .at = now};
      continue;
    }
    if (unknown.contains(command.person) || unknown.contains(command.other)) {
      outcomes.push_back(unknown_person(command, unknown, now));
    } else {
      outcomes.push_back(core.apply(today.empty() ? command : today[i], to_millis(now)));
    }
    if (command.id.empty()) continue;
    Remembered one{std::move(payload), outcomes.back()};
    news.emplace_back(command.id, one);
    one.outcome.repeated = true;
    memory[command.id] = std::move(one);
  }
  TRY(save(c, core, now));
  TRY(remember(c, programme, news));
  return outcomes;
}

namespace {

Result<void> settle(store::Connection& c, const Programme& programme, const Wanted& wanted,
                    Instant now) {
  if (wanted.open.empty()) return {};
  Core core(programme, TRY(read_numbers(c)));
  TRY(load(c, core, wanted));
  for (const auto& [currency, person] : wanted.open)
    core.settle(core.holder(currency, person), to_millis(now));
  return save(c, core, now);
}

}  // namespace

Result<void> settle_people(store::Connection& c, const Programme& programme,
                           std::span<const PersonId> people, Instant now) {
  Wanted wanted;
  const std::vector<Value> keys(people.begin(), people.end());
  const Value fixed = to_millis(now);
  TRY(each_in(c,
              "SELECT currency, person FROM loyalty_holders WHERE due_ms <= $1 AND merged_into = 0 "
              "AND person IN {}",
              std::span(&fixed, 1), keys, [&](const Row& row) -> Result<void> {
                if (programme.find(row.integer(0)))
                  wanted.open.emplace_back(row.integer(0), row.integer(1));
                return {};
              }));
  return settle(c, programme, wanted, now);
}

Result<size_t> settle_due(store::Connection& c, const Programme& programme, Instant now,
                          size_t limit) {
  Wanted wanted;
  int64_t lots = 0;
  for (const Currency& currency : programme.currencies) {
    if (wanted.open.size() >= limit || lots >= kSettledLots) break;
    const auto due =
        TRY(c.query("SELECT person, id FROM loyalty_holders WHERE currency = $1 AND due_ms <= $2 "
                    "AND merged_into = 0 ORDER BY due_ms, id LIMIT $3",
                    {currency.id, to_millis(now),
                     static_cast<int64_t>(std::min(limit - wanted.open.size(), kSettledPeople))}));
    std::vector<Value> holders;
    for (const Row& row : due) holders.emplace_back(row.integer(1));
    std::unordered_map<int64_t, int64_t> open;  // lots by holder
    TRY(each_in(c,
                "SELECT holder, count(*) FROM loyalty_lots WHERE done = 0 AND holder IN {} "
                "GROUP BY holder",
                {}, holders, [&](const Row& row) -> Result<void> {
                  open[row.integer(0)] = row.integer(1);
                  return {};
                }));
    for (const Row& row : due) {
      if (lots >= kSettledLots) break;
      lots += open[row.integer(1)];
      wanted.open.emplace_back(currency.id, row.integer(0));
    }
  }
  TRY(settle(c, programme, wanted, now));
  return wanted.open.size();
}

}  // namespace perennial::loyalty
