#include "segments/segments.h"

#include "segments/service.h"

namespace perennial::segments {

Segments::Segments(Parts parts) : impl_(std::make_shared<Impl>(std::move(parts))) {}
Segments::~Segments() { stop(); }

Result<std::unique_ptr<Segments>> Segments::open(Parts parts) {
  return std::unique_ptr<Segments>(new Segments(std::move(parts)));
}

void Segments::add_facts(FactProvider provider) { impl_->engine.add_facts(std::move(provider)); }
void Segments::add_family(FactFamily family) { impl_->engine.add_family(std::move(family)); }
void Segments::start() { impl_->keeper.start(); }
void Segments::stop() { impl_->keeper.stop(); }

std::optional<Result<std::vector<PersonId>>> Segments::resolve_set(std::string_view set) {
  const bool preview = set.starts_with(kPreviewPrefix);
  if (!preview && !set.starts_with(kSetPrefix)) return std::nullopt;
  const auto members =
      preview ? impl_->previews.members(set.substr(kPreviewPrefix.size()), impl_->parts.clock())
              : impl_->keeper.members(std::string(set.substr(kSetPrefix.size())));
  if (!members) {
    return fail(members.error().code, members.error().message, "set", members.error().hint);
  }
  return ids_of(**members);
}

std::string Segments::name_of_set(std::string_view set) const {
  if (!set.starts_with(kSetPrefix)) return "";
  const auto saved = impl_->parts.database.read(
      [&](store::Connection& c) { return find_saved(c, set.substr(kSetPrefix.size())); });
  return saved ? saved->name : "";
}

Result<Json> Segments::forget(std::span<const PersonId> numbers, bool take) {
  std::vector<std::string> lists;
  int64_t changes = 0;
  TRY(impl_->parts.database.write([&](store::Connection& c) -> Result<void> {
    lists.clear();
    changes = 0;
    for (const Saved& saved : TRY(list_saved(c))) {
      if (saved.dynamic) continue;
      auto members = TRY(load_members(c, saved.id));
      if (!members) continue;
      const size_t before = size_of(*members);
      for (const PersonId person : numbers) put(*members, person, false);
      if (size_of(*members) == before) continue;
      lists.push_back(saved.id);
      if (!take) continue;
      TRY(c.execute("UPDATE segments SET version = version + 1 WHERE id = $1", {saved.id}));
      TRY(save_members(c, saved.id, *members, TRY(load_progress(c)).last_change,
                       impl_->parts.clock()));
    }
    for (const PersonId person : numbers) {
      const auto count =
          TRY(c.query_one("SELECT count(*) FROM segment_changes WHERE person = $1", {person}));
      changes += count->integer(0);
      if (take) TRY(c.execute("DELETE FROM segment_changes WHERE person = $1", {person}));
    }
    return {};
  }));
  if (!take) return Json{{"lists", lists.size()}, {"changes", changes}};
  for (const std::string& id : lists) impl_->keeper.edited(id);
  return Json{{"lists", lists.size()}, {"changes", changes}};
}

bool Segments::wait_until(uint64_t seq, std::chrono::milliseconds at_most) {
  return impl_->keeper.wait_until(seq, at_most);
}

}  // namespace perennial::segments
