#include "segments/roster.h"

#include <algorithm>

namespace perennial::segments {
namespace {

std::unexpected<Error> too_many(const std::string& property) {
  return fail(Code::kTooLarge,
              "the trait has more than " + std::to_string(kMaxTraitValues) + " different values",
              property);
}

void set_code(TraitColumn& column, PersonId person, uint32_t code) {
  const auto place = static_cast<size_t>(person);
  if (column.code.size() <= place) {
    if (code == 0) return;
    column.code.resize(place + 1, 0);
  }
  column.code[place] = code;
}

}  // namespace

bool has(const People& people, PersonId person) {
  const auto place = static_cast<size_t>(person);
  const size_t bucket = place / kBucketPeople;
  return bucket < people.size() && people[bucket].has(static_cast<uint32_t>(place % kBucketPeople));
}

void put(People& people, PersonId person, bool there) {
  const auto place = static_cast<size_t>(person);
  const size_t bucket = place / kBucketPeople;
  const auto bit = static_cast<uint32_t>(place % kBucketPeople);
  if (bucket >= people.size()) {
    if (!there) return;
    people.resize(bucket + 1);
  }
  if (there) {
    people[bucket].add(bit);
  } else {
    people[bucket].words[bit / 64] &= ~(uint64_t{1} << (bit % 64));
  }
}

size_t size_of(const People& people) {
  size_t total = 0;
  for (const Crowd& crowd : people) total += crowd.size();
  return total;
}

uint32_t TraitColumn::code_of(TraitValue value) {
  if (value.kind == TraitValue::Kind::kNone) return 0;
  auto [place, added] = codes.try_emplace(value.key(), static_cast<uint32_t>(values.size()));
  if (added) values.push_back(std::move(value));
  return place->second;
}

Result<void> Roster::load() {
  People everyone, known;
  people::Reached reached;
  uint64_t version = 0;
  TRY(database_.read([&](store::Connection& c) -> Result<void> {
    version = TRY(people::profiles_version(c));
    reached = TRY(people::reached(c));
    TRY(people::each_profile(c, [&](PersonId person, std::string_view, std::string_view) {
      put(everyone, person, true);
    }));
    for (PersonId person : TRY(people::known_people(c))) put(known, person, true);
    return {};
  }));
  std::unique_lock lock(mutex_);
  everyone_ = std::move(everyone);
  known_ = std::move(known);
  columns_.clear();
  version_ = version;
  applied_seq_ = reached.applied_seq;
  last_move_ = reached.last_move;
  loaded_ = true;
  return {};
}

Result<void> Roster::add_columns(const std::set<std::string>& traits) {
  std::vector<std::pair<TraitReader, std::unique_ptr<TraitColumn>>> wanted;
  std::vector<std::string> names;
  for (const std::string& property : traits) {
    if (columns_.contains(property)) continue;
    wanted.emplace_back(TraitReader(property), std::make_unique<TraitColumn>());
    names.push_back(property);
  }
  if (wanted.empty()) return {};
  TRY(database_.read([&](store::Connection& c) {
    return people::each_profile(
        c, [&](PersonId person, std::string_view country, std::string_view profile) {
          for (auto& [reader, column] : wanted) {
            if (column->values.size() > kMaxTraitValues) continue;
            set_code(*column, person, column->code_of(reader.read(country, profile)));
          }
        });
  }));
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].second->values.size() > kMaxTraitValues) return too_many(names[i]);
  }
  std::unique_lock lock(mutex_);
  if (columns_.size() + wanted.size() > kMaxTraitColumns) columns_.clear();
  for (size_t i = 0; i < wanted.size(); ++i) columns_[names[i]] = std::move(wanted[i].second);
  return {};
}

Result<Roster::View> Roster::view(const std::set<std::string>& traits) {
  if (traits.size() > kMaxTraitColumns) {
    return fail(Code::kTooLarge,
                "looks at more than " + std::to_string(kMaxTraitColumns) + " different traits");
  }
  for (;;) {
    {
      std::lock_guard changing(changing_);
      bool stale = !loaded_;
      if (loaded_ && !kept_) {
        const auto [reached, version] = TRY(database_.read(
            [](store::Connection& c) -> Result<std::pair<people::Reached, uint64_t>> {
              return std::pair(TRY(people::reached(c)), TRY(people::profiles_version(c)));
            }));
        stale = reached.applied_seq != applied_seq_ || reached.last_move != last_move_ ||
                version != version_;
      }
      if (stale) TRY(load());
      TRY(add_columns(traits));
    }
    View view(*this);
    // Somebody else may have made room for other columns meanwhile.
    if (std::ranges::all_of(traits, [&](const auto& one) { return columns_.contains(one); }))
      return view;
  }
}

Result<void> Roster::keep() {
  std::lock_guard changing(changing_);
  kept_ = true;
  return load();
}

void Roster::let_go() {
  std::lock_guard changing(changing_);
  kept_ = false;
}

Result<void> Roster::patch(std::span<const PersonId> changed) {
  if (changed.empty()) return {};
  std::lock_guard changing(changing_);
  const auto found =
      TRY(database_.read([&](store::Connection& c) { return people::find_people(c, changed); }));
  std::unique_lock lock(mutex_);
  std::map<std::string, TraitReader> readers;
  for (const auto& [property, column] : columns_) readers.try_emplace(property, property);
  const auto set = [&](PersonId person, const people::Person* now) {
    put(everyone_, person, now != nullptr);
    put(known_, person, now != nullptr && now->known());
    for (auto& [property, column] : columns_) {
      uint32_t code = 0;
      if (now != nullptr)
        code = column->code_of(readers.at(property).read(now->country, now->traits));
      set_code(*column, person, code);
    }
  };
  for (PersonId person : changed) set(person, nullptr);
  for (const people::Person& person : found) set(person.id, &person);
  return {};
}

}  // namespace perennial::segments
