#include "portrait/portrait.h"

#include <utility>

#include <algorithm>

#include <sys/resource.h>
#include <unistd.h>

#include "portrait/service.h"
#include "portrait/versions.h"

namespace perennial::portrait {
namespace {

constexpr std::string_view kDocument = "portrait";
constexpr std::chrono::seconds kLook{5};  // for what has changed
constexpr int kNice = 10;                 // whoever waits for an answer goes first

// "TAG:WORD" or "TAG:WORD:SET".
struct SetWords {
  Tag tag;
  std::string_view word, inside;
};
Result<SetWords> parse_set(std::string_view words) {
  const auto unknown = [] {
    return fail(Code::kInvalid, "no such set of people", "set",
                "take the word from the answer that shows the number");
  };
  const size_t colon = words.find(':');
  const auto tag = parse_tag(words.substr(0, colon));
  if (!tag || colon == std::string_view::npos) return unknown();
  words.remove_prefix(colon + 1);
  const size_t end = words.find(':');
  return SetWords{*tag, words.substr(0, end),
                  end == std::string_view::npos ? "" : words.substr(end + 1)};
}

void add_interests(const TagColumn& tag, PersonId person, std::vector<Portrait::Interest>& into) {
  for (const Strength& one : tag.of(person)) {
    const std::string& word = tag.column.words[one.word];
    if (word != kOtherWord) into.push_back({.person = person, .word = word, .share = one.share});
  }
}

}  // namespace

Result<Rules> Portrait::Impl::rules() {
  const Json document = TRY(wiring.database.read(
      [](store::Connection& c) { return access::Settings::document(c, kDocument); }));
  return document.is_null() ? Rules{} : rules_from_json(document);
}

Result<Json> Portrait::Impl::change_rules(const Json& body, const http::Principal& actor) {
  const Rules wanted = TRY(rules_from_json(body));
  const Json document = to_json(wanted);
  const people::Mask mask = TRY(
      wiring.database.read([&](store::Connection& c) { return people::mask_of(c, actor.role); }));
  // The tag would show it in full to whoever has this role.
  if (mask.hides(wanted.region_trait) && wanted.region_trait != TRY(rules()).region_trait) {
    return fail(Code::kForbidden, "your role sees this field of customers in part", "region_trait",
                "ask an administrator");
  }
  const Instant at = wiring.clock();
  TRY(wiring.database.write([&](store::Connection& c) -> Result<void> {
    TRY(access::Settings::put_document(c, kDocument, document));
    return access::record(c, actor, "portrait.settings", "portrait", document, at);
  }));
  ask();
  return document;
}

EveryonePtr Portrait::Impl::newest() {
  std::lock_guard lock(mutex);
  return everyone;
}

Result<EveryonePtr> Portrait::Impl::usable() {
  auto all = newest();
  if (all == nullptr)
    return fail(Code::kBusy, "the tags are still being worked out", "portrait",
                "Try again in a minute.");
  return all;
}

Result<void> Portrait::Impl::renew(const std::stop_token& asked_to_stop) {
  std::lock_guard alone(renewing);
  const auto began = std::chrono::steady_clock::now();
  const access::Workspace workspace = wiring.settings.workspace();
  const Rules wanted = TRY(rules());
  // A workspace that stands on a past day has no devices to follow on from.
  const int64_t erasures = TRY(wiring.database.read(people::reached)).erasures;
  if (devices == nullptr || devices->half_life_days() != wanted.half_life_days ||
      workspace.stands_on || devices_erasures != erasures) {
    // After an erasure an identity may be somebody new's, who has not been seen with a device.
    devices = std::make_unique<DeviceBook>(wanted.half_life_days);
    devices_erasures = erasures;
  }
  const Sources from{wiring.timeline, wiring.log, wiring.database, wiring.books};
  Everyone fresh = TRY(
      read_everyone(from, *devices, workspace, workspace.now(wiring.clock), wanted, asked_to_stop));
  fresh.made_at = wiring.clock();
  fresh.took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began);
  fresh.version =
      TRY(wiring.database.write([&](store::Connection& c) { return keep_version(c, fresh); }));
  put(std::make_shared<const Everyone>(std::move(fresh)));
  return {};
}

void Portrait::Impl::put(EveryonePtr fresh) {
  std::lock_guard lock(mutex);
  everyone = std::move(fresh);
  for (size_t i = 0; i < kTags; ++i) {
    const auto& next = everyone->tags[i].column;
    // The same people in the same places: nobody needs to look at it again.
    if (columns[i] != nullptr && columns[i]->code == next.code && columns[i]->words == next.words)
      continue;
    columns[i] = std::make_shared<const segments::FactColumn>(next);
  }
}

// Something has changed that tags are made of, or an hour has passed: what was done fades.
Result<bool> Portrait::Impl::due() {
  const auto snapshot = wiring.timeline.snapshot();
  if (snapshot == nullptr) return false;
  const EveryonePtr all = newest();
  const access::Workspace workspace = wiring.settings.workspace();
  if (all == nullptr || workspace.calendar.zone.name() != all->zone) return true;
  if (workspace.now(wiring.clock) - all->as_of >= std::chrono::hours(1)) return true;
  if (workspace.stands_on && *workspace.stands_on != all->as_of) return true;
  if (snapshot->seq != all->seq) return true;
  if (TRY(wiring.books.get())->version != all->orders) return true;
  return TRY(wiring.database.read(
             [](store::Connection& c) { return people::profiles_version(c); })) != all->profiles;
}

void Portrait::Impl::ask() {
  {
    std::lock_guard lock(mutex);
    asked = true;
  }
  changed.notify_all();
}

void Portrait::Impl::work() {
  // Of this thread alone, on Linux; where it is refused the renewal is only less polite.
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const auto woken = [&] { return stop.stop_requested() || asked; };
    const bool now = running = std::exchange(asked, false);
    const bool rested = !rest_until || std::chrono::steady_clock::now() >= *rest_until;
    lock.unlock();
    const auto changed_since = now ? Result<bool>(true) : rested ? due() : Result<bool>(false);
    lock.lock();
    if (!changed_since || !*changed_since) {
      running = false;
      changed.wait_for(lock, kLook, woken);
      continue;
    }
    running = true;
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    const auto went = renew(stop.get_token());
    const auto ended = std::chrono::steady_clock::now();
    lock.lock();
    running = false;
    if (stop.stop_requested()) break;  // what it failed with is that
    error = went ? std::nullopt : std::optional(went.error());
    if (error && wiring.say) wiring.say("portrait: " + error->text());
    rest_until = ended + std::max<std::chrono::steady_clock::duration>(
                             kRenewEvery, (ended - began) * kRenewRest);
  }
}

// Ascending, each once.
Result<std::vector<PersonId>> Portrait::Impl::inside(std::string_view set) {
  auto people = TRY(wiring.resolve_set(set));
  std::ranges::sort(people);
  const auto again = std::ranges::unique(people);
  people.erase(again.begin(), again.end());
  return people;
}

Result<std::vector<PersonId>> Portrait::Impl::people_of(std::string_view set) {
  const SetWords words = TRY(parse_set(set.substr(kSetPrefix.size())));
  const EveryonePtr all = TRY(usable());
  const auto& column = all->tag(words.tag).column;
  const auto found =
      std::ranges::find_if(column.words.begin() + 1, column.words.end(),
                           [&](const std::string& word) { return key_of(word) == words.word; });
  std::vector<PersonId> people;
  if (found == column.words.end()) return people;  // nobody has it any more
  const auto code = static_cast<uint16_t>(found - column.words.begin());
  if (!words.inside.empty()) {
    for (const PersonId person : TRY(inside(words.inside))) {
      if (column.of(person) == code) people.push_back(person);
    }
    return people;
  }
  for (size_t place = 0; place < column.code.size(); ++place) {
    if (column.code[place] == code) people.push_back(static_cast<PersonId>(place));
  }
  return people;
}

Result<Json> Portrait::Impl::group(std::string_view set) {
  const EveryonePtr all = TRY(usable());
  const auto people = TRY(inside(set));
  return group_json(*all, people, set);
}

Result<Json> Portrait::Impl::json() {
  const Rules wanted = TRY(rules());
  Json answer = {{"settings", to_json(wanted)}};
  EveryonePtr all;
  {
    std::lock_guard lock(mutex);
    answer["renewing"] = running || asked;
    answer["error"] = error ? Json(error->text()) : Json(nullptr);
    all = everyone;
  }
  answer["currency"] = wiring.settings.workspace().currency;
  answer["newest"] = all == nullptr ? Json(nullptr) : everyone_json(*all);
  answer["versions"] =
      TRY(wiring.database.read([](store::Connection& c) { return versions_json(c); }));
  return answer;
}

Portrait::Portrait(Wiring wiring) : impl_(std::make_shared<Impl>(std::move(wiring))) {}
Portrait::~Portrait() { stop(); }

Result<std::unique_ptr<Portrait>> Portrait::open(Wiring wiring) {
  std::unique_ptr<Portrait> portrait(new Portrait(std::move(wiring)));
  TRY(portrait->impl_->rules());
  return portrait;
}

void Portrait::start() {
  impl_->thread = std::thread([impl = impl_.get()] { impl->work(); });
}

void Portrait::stop() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stop.request_stop();
  }
  impl_->changed.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
}

Result<std::string> region_trait(store::Connection& c) {
  const Json document = TRY(access::Settings::document(c, kDocument));
  if (document.is_null()) return Rules{}.region_trait;
  return TRY(rules_from_json(document)).region_trait;
}

Result<void> Portrait::renew(const std::stop_token& stop) { return impl_->renew(stop); }

std::optional<Result<std::vector<PersonId>>> Portrait::resolve_set(std::string_view set) {
  if (!set.starts_with(kSetPrefix)) return std::nullopt;
  return impl_->people_of(set);
}

Result<Json> Portrait::describe_file(const people::Person& person) {
  const EveryonePtr all = impl_->newest();
  return Json{{"portrait", all == nullptr ? Json(nullptr) : person_json(*all, person.id)}};
}

std::vector<Portrait::Interest> Portrait::interests_of(PersonId person) {
  const EveryonePtr all = impl_->newest();
  std::vector<Interest> interests;
  if (all != nullptr) add_interests(all->tag(Tag::kInterest), person, interests);
  return interests;
}

Result<std::vector<Portrait::Interest>> Portrait::interests_at(Instant at,
                                                               const std::stop_token& stop) {
  const Wiring& w = impl_->wiring;
  const Sources from{w.timeline, w.log, w.database, w.books};
  const Rules rules = TRY(impl_->rules());
  const TagColumn tag = TRY(read_interests(from, w.settings.workspace(), at, rules, stop));
  std::vector<Interest> interests;
  for (size_t person = 1; person + 1 < tag.first.size(); ++person)
    add_interests(tag, static_cast<PersonId>(person), interests);
  return interests;
}

std::vector<segments::FactProvider> Portrait::facts() {
  std::vector<segments::FactProvider> all;
  for (size_t i = 0; i < kTags; ++i) {
    all.push_back(
        {.name = std::string(tag_name(static_cast<Tag>(i))),
         .words = {},
         .column = [impl = impl_, i]() -> Result<std::shared_ptr<const segments::FactColumn>> {
           TRY(impl->usable());
           std::lock_guard lock(impl->mutex);
           return impl->columns[i];
         },
         .known = [impl = impl_, i]() -> std::vector<std::string> {
           std::lock_guard lock(impl->mutex);
           if (impl->columns[i] == nullptr) return {};
           const auto& words = impl->columns[i]->words;
           return {words.begin() + 1, words.end()};
         }});
  }
  return all;
}

}  // namespace perennial::portrait
