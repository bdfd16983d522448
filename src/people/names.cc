#include "people/names.h"

#include <algorithm>
#include <charconv>
#include <map>

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

// Under the number that was asked for, also when the person is another's by now. Who is not there
// is left out.
Result<Json> names(store::Database& database, const http::Request& request) {
  const std::vector<PersonId> asked = TRY(numbers_of(request.query_or("people", "")));
  return database.read([&](store::Connection& c) -> Result<Json> {
    std::vector<PersonId> now;
    for (const PersonId id : asked) now.push_back(TRY(current_person(c, id)));
    std::map<PersonId, std::string> name_of;
    for (Person& person : TRY(find_people(c, now))) name_of[person.id] = std::move(person.name);
    Json people = Json::array();
    for (size_t i = 0; i < asked.size(); ++i) {
      const auto found = name_of.find(now[i]);
      if (found == name_of.end()) continue;
      people.push_back({{"person_id", asked[i]}, {"name", found->second}});
    }
    return Json{{"people", std::move(people)}};
  });
}

}  // namespace

void add_name_route(http::Router& router, store::Database& database) {
  router.add({.method = "GET", .path = "/v1/customer-names", .right = "customers.read"},
             [&database](const http::Request& request) -> http::Response {
               auto answer = masked(database, request, names(database, request));
               if (!answer) return http::problem(answer.error());
               return http::json(200, *answer);
             });
}

}  // namespace perennial::people
