#include "people/names.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "people/columns.h"
#include "people/masking.h"
#include "people/people.h"

namespace perennial::people {
namespace {

Result<std::vector<PersonId>> numbers_of(std::string_view text) {
  std::vector<PersonId> out;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    PersonId id = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc() || end != word.data() + word.size() || id <= 0) {
      return fail(Code::kInvalid, "expected numbers of customers with commas between them",
                  "people", "such as 7,12");
    }
    out.push_back(id);
  }
  if (out.size() > kMaxNamed) {
    return fail(Code::kInvalid, "at most " + std::to_string(kMaxNamed) + " customers", "people");
  }
  return out;
}

class Names {
 public:
  Names(store::Database& database, Clock clock) : database_(database), clock_(std::move(clock)) {}

  // Under the number that was asked for, also when the person is another's by now. Who is not
  // there is left out.
  Result<Json> answer(const http::Request& request) {
    const std::vector<PersonId> asked = TRY(numbers_of(request.query_or("people", "")));
    std::map<PersonId, Person> found;  // by the number that was asked for
    TRY(database_.read([&](store::Connection& c) -> Result<void> {
      for (Person& person : TRY(find_people(c, asked))) found[person.id] = std::move(person);
      for (const PersonId id : asked) {
        if (found.contains(id)) continue;
        const PersonId now = TRY(current_person(c, id));
        if (auto person = TRY(find_person(c, now))) found[id] = std::move(*person);
      }
      return {};
    }));
    Json people = Json::array(), seen = Json::array();
    for (const PersonId id : asked) {
      const auto person = found.find(id);
      if (person == found.end()) continue;
      people.push_back({{"person_id", id}, {"name", person->second.name}});
      seen.push_back(person->second.id);
    }
    if (!seen.empty()) {
      TRY(trail_.record(database_, request, "customers.list", "customers", Json{{"people", seen}},
                        clock_()));
    }
    return Json{{"people", std::move(people)}};
  }

 private:
  store::Database& database_;
  Clock clock_;
  ViewTrail trail_;
};

}  // namespace

void add_name_route(http::Router& router, store::Database& database, Clock clock) {
  auto names = std::make_shared<Names>(database, std::move(clock));
  router.add({.method = "GET", .path = "/v1/customer-names", .right = "customers.read"},
             [names, &database](const http::Request& request) -> http::Response {
               auto answer = masked(database, request, names->answer(request));
               if (!answer) return http::problem(answer.error());
               return http::json(200, *answer);
             });
}

}  // namespace perennial::people
