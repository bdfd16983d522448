#include "timeline/intake.h"

#include <utility>

#include <cmath>
#include <cstring>

#include <simdjson.h>

#include "timeline/list_reader.h"
#include "timeline/words.h"

namespace perennial::timeline {

namespace dom = simdjson::dom;

struct Intake::Impl {
  Impl(Dictionary& dictionary, std::optional<std::set<std::string>> only_of, Lists lists_of,
       std::mutex* together)
      : words(dictionary, together), only(std::move(only_of)) {
    if (!lists_of.empty()) {
      split = name_of_split(lists_of.split);
      lists.emplace(std::move(lists_of));
    }
  }

  void walk(const dom::object& object, int depth, Rows& out);
  void add(const dom::element& value, Rows& out);
  void add_text(const std::string& name, std::string_view text, Rows& out);
  void add_number(const std::string& name, double number, Rows& out);
  void add_copies(const dom::element& event, const Row& first, Rows& out);

  Words words;
  std::optional<std::set<std::string>> only;
  std::optional<ListReader> lists;
  std::string split;
  dom::parser parser;
  std::string path;
  size_t taken = 0;  // values of the event under way
};

// The property at `path` has a value that can be a text or a number.
void Intake::Impl::add(const dom::element& value, Rows& out) {
  if (only && !only->contains(path)) return;
  const uint32_t property = words.property(path);
  if (property == kNoNumber || taken == kMaxValuesOfEvent) return;
  Value made{.property = property};
  if (value.is_string() || value.is_bool()) {
    const std::string_view text = value.is_string() ? value.get_string().value()
                                                    : (value.get_bool().value() ? "true" : "false");
    made.code = words.text(property, text);
    if (made.code == 0) return;
  } else {
    made.number = value.get_double().value_unsafe();
    if (std::isnan(made.number)) return;
    words.saw_number(property);
  }
  out.values.push_back(made);
  ++taken;
}

void Intake::Impl::walk(const dom::object& object, int depth, Rows& out) {
  const size_t length = path.size();
  for (const auto& [key, value] : object) {
    path.resize(length);
    if (length > 0) path += '.';
    path += key;
    if (value.is_object() && depth < kMaxPropertyDepth) {
      walk(value.get_object().value_unsafe(), depth + 1, out);
    } else if (value.is_string() || value.is_number() || value.is_bool()) {
      add(value, out);
    }
  }
  path.resize(length);
}

void Intake::Impl::add_text(const std::string& name, std::string_view text, Rows& out) {
  const uint32_t property = words.property(name);
  if (property == kNoNumber) return;
  const uint32_t code = words.text(property, text);
  if (code != 0) out.values.push_back({.property = property, .code = code});
}

void Intake::Impl::add_number(const std::string& name, double number, Rows& out) {
  const uint32_t property = words.property(name);
  if (property == kNoNumber || std::isnan(number)) return;
  words.saw_number(property);
  out.values.push_back({.property = property, .number = number});
}

// The rows of an event of which `first` holds what is not in lists.
void Intake::Impl::add_copies(const dom::element& event, const Row& first, Rows& out) {
  const size_t plain = out.values.size() - first.first_value;
  Row row = first;
  bool again = false;
  for (const ListReader::Copy& copy : lists->read(event)) {
    if (std::exchange(again, true)) {
      row.first_value = static_cast<uint32_t>(out.values.size());
      for (size_t i = 0; i < plain; ++i) out.values.push_back(out.values[first.first_value + i]);
    }
    for (const std::string& name : copy.fitting) add_text(name, "true", out);
    for (const auto& [name, number] : copy.numbers) add_number(name, number, out);
    if (copy.value) add_text(split, *copy.value, out);
    row.values = static_cast<uint32_t>(out.values.size()) - row.first_value;
    out.rows.push_back(row);
  }
}

Intake::Intake(Dictionary& dictionary, std::optional<std::set<std::string>> only, Lists lists,
               std::mutex* together)
    : impl_(std::make_unique<Impl>(dictionary, std::move(only), std::move(lists), together)) {}
Intake::~Intake() = default;
size_t Intake::bytes() const { return impl_->words.bytes(); }

Intake::Took Intake::take(uint32_t person, events::Type type, std::string_view name, int64_t at_ms,
                          uint64_t seq, std::string_view properties, Rows& out) {
  constexpr int64_t kEnd = int64_t{kNever} * 1000;
  if (at_ms < 0 || at_ms >= kEnd) return Took::kOutside;
  const uint32_t number = impl_->words.event(type, name);
  if (number == kNoNumber) return Took::kOutside;
  Row row{.person = person,
          .name = number,
          .at_ms = at_ms,
          .order = seq,
          .first_value = static_cast<uint32_t>(out.values.size())};
  const bool wanted = !impl_->only || !impl_->only->empty() || impl_->lists;
  if (wanted && properties.size() > 2) {
    dom::element parsed;
    impl_->taken = 0;
    const auto error = impl_->parser.parse(properties.data(), properties.size(), true).get(parsed);
    if (error == simdjson::SUCCESS && parsed.is_object()) {
      impl_->walk(parsed.get_object().value_unsafe(), 1, out);
      if (impl_->lists) {
        impl_->add_copies(parsed, row, out);
        return Took::kTaken;
      }
    }
  }
  row.values = static_cast<uint32_t>(out.values.size()) - row.first_value;
  out.rows.push_back(row);
  return Took::kTaken;
}

}  // namespace perennial::timeline
