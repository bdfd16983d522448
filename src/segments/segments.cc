#include "segments/segments.h"

#include "segments/service.h"

namespace perennial::segments {

Segments::Segments(Parts parts) : impl_(std::make_shared<Impl>(std::move(parts))) {}
Segments::~Segments() { stop(); }

Result<std::unique_ptr<Segments>> Segments::open(Parts parts) {
  return std::unique_ptr<Segments>(new Segments(std::move(parts)));
}

void Segments::add_facts(FactProvider provider) { impl_->engine.add_facts(std::move(provider)); }
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

bool Segments::wait_until(uint64_t seq, std::chrono::milliseconds at_most) {
  return impl_->keeper.wait_until(seq, at_most);
}

}  // namespace perennial::segments
