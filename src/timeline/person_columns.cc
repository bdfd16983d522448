#include "timeline/person_columns.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include <fmt/format.h>
#include <simdjson.h>

#include "timeline/owners.h"
#include "timeline/plan.h"

namespace perennial::timeline {
namespace {

constexpr uint64_t kFollowEvents = 200'000;  // behind by more, a column is loaded anew

struct Found {
  std::string text;
  double number = std::nan("");
};

std::string_view consent_word(people::Person::Consent consent) {
  switch (consent) {
    case people::Person::Consent::kSubscribed:
      return "subscribed";
    case people::Person::Consent::kUnsubscribed:
      return "unsubscribed";
    case people::Person::Consent::kUnknown:
      break;
  }
  return "unknown";
}

class PropertyReader {
 public:
  explicit PropertyReader(const std::string& property) : property_(property) {
    for (size_t at = 0; at <= property.size();) {
      const size_t dot = std::min(property.find('.', at), property.size());
      path_.push_back(property.substr(at, dot - at));
      at = dot + 1;
    }
  }

  Found read(const people::Person& person) {
    if (property_ == "country") return {.text = person.country};
    if (property_ == "email_consent")
      return {.text = std::string(consent_word(person.email_consent))};
    if (property_ == "known") return {.text = person.known() ? "true" : "false"};
    if (property_ == "orders") return {.number = static_cast<double>(person.orders)};
    if (property_ == "refunds") return {.number = static_cast<double>(person.refunds)};
    if (property_ == "revenue_minor") return {.number = static_cast<double>(person.revenue_minor)};
    return trait(person.traits);
  }

 private:
  Found trait(const std::string& traits) {
    simdjson::dom::element at;
    if (parser_.parse(traits).get(at) != simdjson::SUCCESS) return {};
    // A trait's own name may hold dots.
    simdjson::dom::element whole;
    if (at[property_].get(whole) == simdjson::SUCCESS) {
      at = whole;
    } else {
      for (const std::string& step : path_) {
        simdjson::dom::element next;
        if (at[step].get(next) != simdjson::SUCCESS) return {};
        at = next;
      }
    }
    Found out;
    if (at.is_string()) out.text = std::string(at.get_string().value_unsafe());
    if (at.is_bool()) out.text = at.get_bool().value_unsafe() ? "true" : "false";
    if (at.is_number()) out.number = at.get_double().value_unsafe();
    return out;
  }

  const std::string property_;
  std::vector<std::string> path_;
  simdjson::dom::parser parser_;
};

class ColumnWriter {
 public:
  ColumnWriter(PersonColumn& column, std::unordered_map<std::string, uint32_t>& codes,
               const std::string& property)
      : column_(column), codes_(codes), property_(property) {}

  Result<void> set(people::PersonId id, const Found& found) {
    const auto person = static_cast<size_t>(id);
    if (column_.codes.size() <= person) column_.codes.resize(person + 1);
    uint32_t code = 0;
    if (!found.text.empty()) {
      auto [known, added] =
          codes_.try_emplace(found.text, static_cast<uint32_t>(column_.texts.size()) + 1);
      if (added) column_.texts.push_back(found.text);
      if (column_.texts.size() > kMaxPersonTexts) {
        return fail(Code::kTooLarge,
                    fmt::format("the property has more than {} different texts", kMaxPersonTexts),
                    property_, "ask by a property with fewer values");
      }
      code = known->second;
    }
    column_.codes[person] = code;
    if (std::isnan(found.number) && column_.numbers.empty()) return {};
    if (column_.numbers.size() <= person) column_.numbers.resize(person + 1, std::nan(""));
    column_.numbers[person] = found.number;
    return {};
  }

 private:
  PersonColumn& column_;
  std::unordered_map<std::string, uint32_t>& codes_;
  const std::string& property_;
};

}  // namespace

Result<PersonColumns::Kept> PersonColumns::load(const std::string& property,
                                                const people::Reached& reached) {
  auto column = std::make_shared<PersonColumn>();
  auto codes = std::make_shared<std::unordered_map<std::string, uint32_t>>();
  column->seq = reached.applied_seq;
  column->last_move = reached.last_move;
  PropertyReader reader(property);
  ColumnWriter writer(*column, *codes, property);
  TRY(database_.read([&](store::Connection& c) {
    return people::each_person(c, [&](const people::Person& person) {
      return writer.set(person.id, reader.read(person));
    });
  }));
  return Kept{.column = std::move(column), .codes = std::move(codes)};
}

// Whom events spoke of, and who was joined or came apart.
Result<std::vector<people::PersonId>> PersonColumns::changed(const PersonColumn& since,
                                                             uint64_t up_to) {
  std::unordered_set<std::string> identities;
  TRY(log_.sweep(
      {.after_seq = since.seq, .up_to_seq = up_to, .properties = false, .anonymous_ids = true},
      [&](const events::Glimpse& event) -> Result<void> {
        identities.emplace(event.identity);
        if (!event.anonymous_id.empty()) {
          identities.insert(events::identity_of("", event.anonymous_id));
        }
        return {};
      }));
  const std::vector<std::string> list(identities.begin(), identities.end());
  auto people =
      TRY(database_.read([&](store::Connection& c) -> Result<std::vector<people::PersonId>> {
        auto out = TRY(people::people_of(c, list));
        for (const people::Move& move :
             TRY(people::moves_after(c, since.last_move, kFollowEvents))) {
          out.insert(out.end(), {move.from, move.into});
        }
        return out;
      }));
  std::ranges::sort(people);
  people.erase(std::ranges::unique(people).begin(), people.end());
  std::erase(people, 0);
  return people;
}

Result<PersonColumns::Kept> PersonColumns::follow(const std::string& property, const Kept& old,
                                                  const people::Reached& reached) {
  const auto ids = TRY(changed(*old.column, reached.applied_seq));
  auto column = std::make_shared<PersonColumn>(*old.column);
  column->seq = reached.applied_seq;
  column->last_move = reached.last_move;
  PropertyReader reader(property);
  ColumnWriter writer(*column, *old.codes, property);
  TRY(database_.read([&](store::Connection& c) -> Result<void> {
    for (people::PersonId id : ids) TRY(writer.set(id, {}));  // who is no more has nothing
    for (const people::Person& person : TRY(people::find_people(c, ids))) {
      TRY(writer.set(person.id, reader.read(person)));
    }
    return {};
  }));
  return Kept{.column = std::move(column), .codes = old.codes};
}

Result<std::shared_ptr<const PersonColumn>> PersonColumns::column(const std::string& property) {
  const people::Reached reached =
      TRY(database_.read([](store::Connection& c) { return people::reached(c); }));
  const uint64_t seq = reached.applied_seq;
  std::lock_guard lock(mutex_);
  auto found = kept_.find(property);
  if (found == kept_.end() || found->second.column->seq < seq) {
    const bool near = found != kept_.end() && seq - found->second.column->seq <= kFollowEvents;
    Kept fresh = TRY(near ? follow(property, found->second, reached) : load(property, reached));
    if (found == kept_.end() && kept_.size() >= kMaxPersonColumns) {
      kept_.erase(
          std::ranges::min_element(kept_, {}, [](const auto& entry) { return entry.second.used; }));
    }
    found = kept_.insert_or_assign(property, std::move(fresh)).first;
  }
  found->second.used = ++uses_;
  return found->second.column;
}

Result<PersonGroups> PersonColumns::groups(const std::string& property) {
  const auto of = TRY(column(property));
  PersonGroups out{.labels = of->texts};
  auto codes = std::make_shared<std::vector<uint32_t>>(of->codes);
  std::unordered_map<double, uint32_t> numbers;
  for (size_t person = 0; person < of->numbers.size(); ++person) {
    if (std::isnan(of->numbers[person]) || (*codes)[person] != 0) continue;
    auto [known, added] =
        numbers.try_emplace(of->numbers[person], static_cast<uint32_t>(out.labels.size()) + 1);
    if (added) out.labels.push_back(fmt::format("{}", of->numbers[person]));
    if (numbers.size() > kMaxNumberGroups) {
      return fail(Code::kTooLarge,
                  fmt::format("the property has more than {} different numbers", kMaxNumberGroups),
                  property, "break down by a property with fewer values");
    }
    (*codes)[person] = known->second;
  }
  out.codes = std::move(codes);
  return out;
}

Result<People> PersonColumns::where(const Test& test) {
  const auto of = TRY(column(test.property));
  // The dictionary of one property makes the same compiler do the work.
  const CompiledTest compiled = compile_test(test, of->texts);
  People out(of->codes.size() / kBucketPeople + 1);
  for (size_t person = 1; person < of->codes.size(); ++person) {
    const uint32_t code = of->codes[person];
    const double number = person < of->numbers.size() ? of->numbers[person] : std::nan("");
    bool fits = code != 0 && compiled.texts[code] != 0;
    fits = fits || (!std::isnan(number) && compiled.fits(number));
    if (fits != compiled.opposite) out[person / kBucketPeople].add(person % kBucketPeople);
  }
  if (!compiled.opposite) return out;
  // Numbers that belong to nobody any more fit no condition.
  const People all = TRY(everyone());
  for (size_t b = 0; b < out.size(); ++b) out[b] &= b < all.size() ? all[b] : Crowd{};
  return out;
}

Result<People> PersonColumns::everyone() {
  const auto of = TRY(column("known"));
  People out(of->codes.size() / kBucketPeople + 1);
  for (size_t person = 1; person < of->codes.size(); ++person) {
    if (of->codes[person] != 0) out[person / kBucketPeople].add(person % kBucketPeople);
  }
  return out;
}

}  // namespace perennial::timeline
