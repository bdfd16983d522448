#include "insight/questions.h"

#include <algorithm>

#include "insight/answer_funnel.h"
#include "insight/refresh.h"

namespace perennial::insight {
namespace {

constexpr size_t kOpenedLists = 8;
constexpr size_t kMaxOpenedPeople = 2'000'000;  // of one list that is kept
constexpr std::string_view kPeoplePrefix = "people:";
constexpr size_t kIdBytes = 9;

std::vector<PersonId> ids_of(const timeline::People& people) {
  std::vector<PersonId> ids;
  for (size_t bucket = 0; bucket < people.size(); ++bucket) {
    people[bucket].for_each([&](uint32_t place) {
      ids.push_back(static_cast<PersonId>(bucket * timeline::kBucketPeople + place));
    });
  }
  return ids;
}

Cell parse_cell(std::string_view text) {
  Cell cell;
  while (!text.empty()) {
    const size_t end = std::min(text.find('_'), text.size());
    cell.push_back(std::strtoll(std::string(text.substr(0, end)).c_str(), nullptr, 10));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return cell;
}

std::unexpected<Error> gone() {
  return fail(Code::kNotFound, "the answer with this number is not kept any more", "handle",
              "ask the question again");
}

}  // namespace

// ---- what runs

Running::Entry::Entry(Running& running, std::string key, std::shared_ptr<timeline::Stop> stop)
    : running_(running), key_(std::move(key)), stop_(std::move(stop)) {}

Running::Entry::~Entry() {
  std::lock_guard lock(running_.mutex_);
  --running_.count_;
  running_.all_.erase(stop_);
  if (!key_.empty()) running_.stops_.erase(key_);
}

Result<std::unique_ptr<Running::Entry>> Running::begin(std::string key,
                                                       std::chrono::seconds at_most) {
  auto stop = std::make_shared<timeline::Stop>();
  stop->deadline = std::chrono::steady_clock::now() + std::min(at_most, most_time_);
  stop->most_memory = most_memory_;
  stop->shared = shared_;
  std::lock_guard lock(mutex_);
  if (closed_) return fail(Code::kBusy, "the program is stopping");
  if (count_ >= kMaxRunning)
    return fail(Code::kBusy, "too many questions are being answered", "", "ask again in a moment");
  if (!key.empty() && !stops_.try_emplace(key, stop).second)
    return fail(Code::kConflict, "a question with this name is running", "query_id");
  ++count_;
  all_.insert(stop);
  return std::make_unique<Entry>(*this, std::move(key), std::move(stop));
}

bool Running::cancel(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto found = stops_.find(key);
  if (found == stops_.end()) return false;
  found->second->cancelled = true;
  return true;
}

void Running::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& stop : all_) stop->cancelled = true;
}

// ---- what is kept

std::string Kept::new_id() const { return prefix_ + random_token(kIdBytes); }

void Kept::keep(std::string id, std::string secret, const Json& question, Open open,
                uint64_t bytes) {
  const Instant now = clock_();
  std::lock_guard lock(mutex_);
  answers_.push_front({std::move(id), std::move(secret), std::make_shared<const Json>(question),
                       std::move(open), now, bytes});
  bytes_ += bytes;
  const auto drop = [&] {
    bytes_ -= answers_.back().bytes;
    answers_.pop_back();
  };
  while (answers_.size() > most_ || now - answers_.back().at > kKeptFor) drop();
  while (answers_.size() > 1 && bytes_ > kMaxKeptMemory) drop();
}

Result<Kept::Answer> Kept::find(std::string_view id) {
  std::lock_guard lock(mutex_);
  for (const Answer& answer : answers_) {
    if (answer.id == id && clock_() - answer.at <= kKeptFor) return answer;
  }
  return gone();
}

Result<std::pair<Kept::Answer, Cell>> Kept::find_cell(std::string_view handle) {
  const size_t first = handle.find('.'), last = handle.rfind('.');
  if (first == std::string_view::npos || first == last) return gone();
  Answer answer = TRY(find(handle.substr(0, first)));
  const std::string cell(handle.substr(first + 1, last - first - 1));
  if (!equal_in_constant_time(Asking::seal(answer.id, answer.secret, cell), handle)) return gone();
  return std::pair(std::move(answer), parse_cell(cell));
}

Result<Kept::Number> Kept::number(std::string_view handle) {
  auto [answer, cell] = TRY(find_cell(handle));
  return Number{std::move(answer.question), std::move(cell)};
}

Result<std::vector<PersonId>> Kept::people(std::string_view handle, timeline::Pool& pool,
                                           const timeline::Stop& stop) {
  const auto [answer, cell] = TRY(find_cell(handle));
  {
    std::lock_guard lock(mutex_);
    for (const Opened& opened : opened_) {
      if (opened.handle == handle) return opened.people;
    }
  }
  auto ids = ids_of(TRY(answer.open(cell, pool, stop)));
  if (ids.size() <= kMaxOpenedPeople) {
    std::lock_guard lock(mutex_);
    opened_.push_front({std::string(handle), ids});
    if (opened_.size() > kOpenedLists) opened_.pop_back();
  }
  return ids;
}

// ---- asking

Result<Query> Behaviour::Impl::checked(const Json& question) {
  const auto workspace = parts.settings.workspace();
  Query query = TRY(parse_query(question, workspace, workspace.now(parts.clock)));
  TRY(choose_value(query, names));
  TRY(check_names(query, names));
  return query;
}

Result<std::string> Behaviour::Impl::ask_text(const Json& question, std::string_view asker,
                                              Kept* keep) {
  const Query query = TRY(checked(question));
  std::string key;
  if (!query.query_id.empty()) key = std::string(asker) + '\n' + query.query_id;
  const auto entry = TRY(running.begin(std::move(key)));
  const std::string id = keep != nullptr ? keep->new_id() : "";
  const Sources from = sources();
  const auto asking = TRY(Asking::begin(query, from, entry->stop(), id));
  auto answered =
      TRY(std::visit([&](const auto& q) { return answer(*asking, q); }, query.analysis));
  std::string text = to_text(asking->head());
  text.back() = ',';
  text.append(answered.text, 1);
  if (keep != nullptr)
    keep->keep(id, asking->secret(), question, std::move(answered.open), asking->kept_bytes());
  return text;
}

Result<Json> Behaviour::Impl::ask(const Json& question, std::string_view asker, Kept* keep) {
  return parse_json(TRY(ask_text(question, asker, keep)));
}

Result<Json> Behaviour::Impl::shared_answer(const Report& report) {
  std::lock_guard lock(shared_mutex);
  const Instant now = parts.clock();
  std::erase_if(shared, [&](const auto& one) { return now - one.second.at > kSharedFor; });
  auto found = shared.find(report.id);
  if (found == shared.end() || found->second.version != report.version) {
    Json answer = TRY(ask(report.question, "shared", nullptr));
    found =
        shared.insert_or_assign(report.id, Shared{report.version, now, std::move(answer)}).first;
  }
  return found->second.answer;
}

Behaviour::Behaviour(BehaviourParts parts) : impl_(std::make_shared<Impl>(std::move(parts))) {}
Behaviour::~Behaviour() { stop(); }

void Behaviour::start() {
  refresher_ = std::make_unique<Refresher>(*impl_);
  refresher_->start();
}

void Behaviour::stop() {
  impl_->running.close();
  if (refresher_) refresher_->stop();
}

Result<size_t> Behaviour::refresh_due(Instant now) { return Refresher(*impl_).run_due(now); }

Result<Json> Behaviour::ask(const Json& question, std::string_view asker, bool handles) {
  return impl_->ask(question, asker, handles ? &impl_->kept : nullptr);
}

bool Behaviour::cancel(std::string_view asker, std::string_view query_id) {
  return impl_->running.cancel(std::string(asker) + '\n' + std::string(query_id));
}

Result<std::optional<FunnelNumber>> Behaviour::funnel_number(std::string_view handle) {
  Kept& kept = impl_->kept_reports.holds(handle) ? impl_->kept_reports : impl_->kept;
  const Kept::Number number = TRY(kept.number(handle));
  if ((*number.question)["analysis"] != "funnel") return std::nullopt;
  return funnel_number_of(*number.question, number.cell);
}

std::optional<Result<std::vector<PersonId>>> Behaviour::resolve_set(std::string_view set) {
  if (!set.starts_with(kPeoplePrefix)) return std::nullopt;
  set.remove_prefix(kPeoplePrefix.size());
  auto entry = impl_->running.begin("");
  if (!entry) return std::unexpected(entry.error());
  Kept& kept = impl_->kept_reports.holds(set) ? impl_->kept_reports : impl_->kept;
  return kept.people(set, impl_->parts.timeline.pool(), (*entry)->stop());
}

}  // namespace perennial::insight
