#include "loyalty/writer.h"

#include <map>

#include "loyalty/assess.h"
#include "loyalty/spent_back.h"
#include "people/readers.h"

namespace perennial::loyalty {
namespace {

// Whose level the commands may change: it is looked at in the same transaction.
std::vector<PersonId> level_changes(const Terms& terms, std::span<const Command> commands) {
  std::vector<PersonId> people;
  if (!terms.levels.on() || terms.levels.measure != Levels::Measure::kPoints) return people;
  const Programme& programme = terms.programme;
  const std::string& first = programme.currencies.front().code;
  const std::string& counted = terms.levels.currency.empty() ? first : terms.levels.currency;
  for (const Command& command : commands) {
    const std::string& currency = command.currency.empty() ? first : command.currency;
    const bool counts = command.kind == CommandKind::kEarn ||
                        command.kind == CommandKind::kAdjust ||
                        command.kind == CommandKind::kRefund;
    if (counts && currency == counted) people.push_back(command.person);
  }
  return people;
}

}  // namespace

Writer::Writer(store::Database& database, std::function<Instant()> now)
    : database_(database), now_(std::move(now)), thread_([this] { loop(); }) {}

void Writer::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<std::vector<Outcome>> Writer::run(std::string_view programme,
                                         std::vector<Command> commands) {
  std::future<Result<std::vector<Outcome>>> answer;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return fail(Code::kBusy, "the program is stopping");
    waiting_.push_back({std::string(programme), std::move(commands), {}});
    answer = waiting_.back().answer.get_future();
  }
  changed_.notify_all();
  return answer.get();
}

void Writer::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::deque<Waiting> taken;
    for (size_t size = 0; !waiting_.empty() && size < kMaxCommitted;) {
      size += waiting_.front().commands.size();
      taken.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    lock.unlock();
    commit(taken);
    lock.lock();
  }
}

void Writer::commit(std::deque<Waiting>& taken) {
  auto answers = database_.write([&](store::Connection& c) { return decide_all(c, taken); });
  for (size_t i = 0; i < taken.size(); ++i) {
    if (answers) {
      taken[i].answer.set_value(std::move((*answers)[i]));
    } else {
      taken[i].answer.set_value(std::unexpected(answers.error()));
    }
  }
}

Result<Writer::Answers> Writer::decide_all(store::Connection& c, const std::deque<Waiting>& taken) {
  Answers answers(taken.size());
  std::map<std::string, std::vector<size_t>> by_programme;
  for (size_t i = 0; i < taken.size(); ++i) by_programme[taken[i].programme].push_back(i);
  for (const auto& [id, requests] : by_programme) {
    const auto programme = TRY(find_programme(c, id));
    if (!programme) {
      for (size_t i : requests)
        answers[i] = fail(Code::kNotFound, "there is no such programme", "programme");
      continue;
    }
    std::vector<Command> commands;
    for (size_t i : requests)
      commands.insert(commands.end(), taken[i].commands.begin(), taken[i].commands.end());
    const Instant now = now_();
    const auto outcomes = TRY(decide(c, *programme, commands, now));
    TRY(give_back_just_spent(c, *programme, commands, outcomes, now));
    const Terms terms = TRY(terms_of(c, *programme));
    const auto people = TRY(people::current_people(c, level_changes(terms, commands)));
    if (!people.empty()) TRY(assess(c, terms, people, now));
    auto next = outcomes.begin();
    for (size_t i : requests) {
      const auto end = next + static_cast<ptrdiff_t>(taken[i].commands.size());
      answers[i] = std::vector<Outcome>(next, end);
      next = end;
    }
  }
  return answers;
}

}  // namespace perennial::loyalty
