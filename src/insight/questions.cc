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

bool by_people(const std::optional<Breakdown>& breakdown) {
  return breakdown &&
         (breakdown->by == Breakdown::By::kPersonProperty || breakdown->by == Breakdown::By::kSets);
}

// Whether an answer hangs on what people are beside their events, which may change while it runs.
bool about_people(const Query& query) {
  if (!query.people.always()) return true;
  return std::visit(
      [](const auto& q) {
        if constexpr (requires { q.breakdown; }) return by_people(q.breakdown);
        return false;
      },
      query.analysis);
}

// Questions are the same while they read one snapshot and nothing else, in the same second: a
// period is complete from its last second on, and nothing behind now counts.
Same same_as(const Query& query, const Json& question, std::string_view role,
             std::shared_ptr<const timeline::Snapshot> snapshot) {
  const Instant now = std::chrono::floor<std::chrono::seconds>(query.now);
  const auto whole = [](Instant t) { return to_millis(t) % 1000 == 0; };
  if (!snapshot || about_people(query) || !Asking::only_timeline(query, *snapshot) ||
      !whole(query.range.from) || !whole(query.range.to))
    return {};
  Json plain = question;
  plain.erase("query_id");
  const auto* rfm = std::get_if<RfmQuery>(&query.analysis);
  const Json what = {role,
                     to_millis(now),
                     query.now == now,
                     to_millis(query.range.from),
                     to_millis(query.range.to),
                     query.calendar.zone.name(),
                     query.calendar.week_start,
                     rfm != nullptr ? rfm->value_property : "",
                     std::move(plain)};
  return {.what = to_text(what), .snapshot = std::move(snapshot)};
}

std::unexpected<Error> gone() {
  return fail(Code::kNotFound, "the answer with this number is not kept any more", "handle",
              "ask the question again");
}

}  // namespace

// ---- what is kept

std::string Kept::new_id() const { return prefix_ + random_token(kIdBytes); }

void Kept::keep(std::string id, std::string secret, const Json& question, Open open,
                uint64_t bytes) {
  std::lock_guard lock(mutex_);
  answers_.push_front({std::move(id), std::move(secret), std::make_shared<const Json>(question),
                       std::move(open), clock_(), bytes});
  bytes_ += bytes;
  drop_expired();
  while (answers_.size() > most_) drop(std::prev(answers_.end()));
  for (auto one = answers_.end(); bytes_ > most_bytes_ && --one != answers_.begin();) {
    if (one->bytes != 0) drop(one++);
  }
}

void Kept::drop(std::list<Answer>::iterator answer) {
  bytes_ -= answer->bytes;
  answers_.erase(answer);
}

void Kept::drop_expired() {
  const Instant now = clock_();
  while (!answers_.empty() && now - answers_.back().at > kKeptFor) drop(std::prev(answers_.end()));
}

Result<Kept::Answer> Kept::find(std::string_view id) {
  std::lock_guard lock(mutex_);
  drop_expired();
  for (const Answer& answer : answers_) {
    if (answer.id == id) return answer;
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

Result<std::string> Behaviour::Impl::ask_text(const Json& question, const Asker& asker,
                                              Kept* keep) {
  const Query query = TRY(checked(question));
  std::string key;
  if (!query.query_id.empty()) key = std::string(asker.id) + '\n' + query.query_id;
  Same same;
  if (keep == &kept) same = same_as(query, question, asker.role, parts.timeline.snapshot());
  const auto entry = TRY(running.begin(std::move(key), kMaxQuestionTime, std::move(same)));
  const auto told =
      TRY(entry->first() ? entry->end(run(query, question, entry->stop(), keep)) : entry->wait());
  return told->text(query.query_id);
}

Result<Json> Behaviour::Impl::ask(const Json& question, const Asker& asker, Kept* keep) {
  return parse_json(TRY(ask_text(question, asker, keep)));
}

Found Behaviour::Impl::run(const Query& query, const Json& question, const timeline::Stop& stop,
                           Kept* keep) {
  const std::string id = keep != nullptr ? keep->new_id() : "";
  const Sources from = sources();
  const auto asking = TRY(Asking::begin(query, from, stop, id));
  auto answered =
      TRY(std::visit([&](const auto& q) { return answer(*asking, q); }, query.analysis));
  auto told = std::make_shared<Told>();
  told->head = asking->head();
  told->own = std::move(answered.text);
  if (keep != nullptr)
    keep->keep(id, asking->secret(), question, std::move(answered.open), asking->kept_bytes());
  return told;
}

Result<Json> Behaviour::Impl::shared_answer(const Report& report) {
  std::lock_guard lock(shared_mutex);
  const Instant now = parts.clock();
  std::erase_if(shared, [&](const auto& one) { return now - one.second.at > kSharedFor; });
  auto found = shared.find(report.id);
  if (found == shared.end() || found->second.version != report.version) {
    Json answer = TRY(ask(report.question, {.id = "shared", .role = ""}, nullptr));
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
  return impl_->ask(question, {.id = asker, .role = ""}, handles ? &impl_->kept : nullptr);
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
