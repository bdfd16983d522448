#include "server/action_sources.h"

#include "loyalty/gifts.h"
#include "people/notes.h"

namespace perennial::server {
namespace {

using actions::Given;
using People = std::span<const people::PersonId>;

Result<Given> points(store::Database& database, loyalty::Loyalty& loyalty,
                     const actions::Request& request, People people, const http::Principal& by,
                     Instant now) {
  std::string programme;
  auto commands =
      TRY(database.write([&](store::Connection& c) -> Result<std::vector<loyalty::Command>> {
        const auto found = TRY(loyalty::find_programme(c, request.programme));
        if (!found) return fail(Code::kNotFound, "there is no such programme", "programme");
        programme = found->id;
        return loyalty::gift_of_points(c, *found, request.id, request.points, request.text, people,
                                       by, now);
      }));
  const auto outcomes = TRY(loyalty.run(programme, std::move(commands)));
  Given given;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].done()) {
      given.done.push_back(people[i]);
    } else {
      ++given.refused;
    }
  }
  return given;
}

Result<Given> follow_up(store::Connection& c, const actions::Request& request, People people,
                        const http::Principal& by, Instant now) {
  Given given;
  for (const people::PersonId person : people) {
    people::Note note;
    note.id = new_id("note");
    note.text = request.text;
    note.author = by.name;
    note.at = now;
    note.due_at = request.due;
    const auto added = people::add_note(c, person, std::move(note));
    if (added) {
      given.done.push_back(person);
    } else if (added.error().code == Code::kNotFound) {
      ++given.refused;  // nobody can be named by anything
    } else {
      return std::unexpected(added.error());
    }
  }
  return given;
}

}  // namespace

actions::Actions::Wiring action_wiring(
    store::Database& database, events::Log& log, segments::Segments& segments,
    loyalty::Loyalty& loyalty, Clock clock,
    std::function<Result<std::vector<people::PersonId>>(std::string_view)> resolve_set) {
  return {.database = database,
          .log = log,
          .resolve_set = std::move(resolve_set),
          .clock = clock,
          .coupons = [clock](store::Connection& c, const actions::Request& request, People people,
                             const http::Principal& by) -> Result<Given> {
            auto gifts = TRY(loyalty::give_coupons(c, request.programme, request.batch, request.id,
                                                   people, by, clock()));
            return Given{.done = std::move(gifts.done), .skipped = gifts.skipped};
          },
          .points =
              [&database, &loyalty, clock](const actions::Request& request, People people,
                                           const http::Principal& by) {
                return points(database, loyalty, request, people, by, clock());
              },
          .list = [&segments](store::Connection& c, const actions::Request& request, People people,
                              const http::Principal& by) -> Result<Given> {
            Given given;
            given.done = TRY(segments.add_to_list(c, request.segment, people, by));
            given.skipped = static_cast<int64_t>(people.size() - given.done.size());
            return given;
          },
          .list_changed = [&segments](const std::string& list) { segments.list_changed(list); },
          .follow_up =
              [clock](store::Connection& c, const actions::Request& request, People people,
                      const http::Principal& by) {
                return follow_up(c, request, people, by, clock());
              }};
}

}  // namespace perennial::server
