#include "collect/ids.h"

#include <utility>

#include <algorithm>

#include "people/people.h"

namespace perennial::collect {

std::string settle_id(std::string& id) {
  const bool ours = id.starts_with(people::kErasedPrefix);  // of nobody, whom nobody can be
  if (ours || people::is_junk_id(id)) return std::exchange(id, {});
  const bool plain =
      std::ranges::all_of(id, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!plain) id = people::normal_text(id);
  return {};
}

void note_junk(std::string& context, std::string_view member, std::string_view junk) {
  if (junk.empty()) return;
  std::string noted = "{\"" + std::string(member) + "\":";
  append_json_string(noted, junk);
  if (context.size() > 2) noted += "," + context.substr(1);
  context = context.size() > 2 ? std::move(noted) : noted + "}";
}

}  // namespace perennial::collect
