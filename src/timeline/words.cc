#include "timeline/words.h"

namespace perennial::timeline {
namespace {

constexpr size_t kBytesOfWord = 64;  // besides the text: its hash node

// The number of `text`: known, or else what `ask` says under the lock, which is known from then on
// unless it is `none`. `bytes` of what is known grow with it.
template <class Numbers, class Ask>
uint32_t known_or(Numbers& known, std::string_view text, std::mutex& together, uint32_t none,
                  size_t& bytes, Ask ask) {
  if (const auto found = known.find(text); found != known.end()) return found->second;
  std::lock_guard lock(together);
  const uint32_t number = ask();
  if (number != none && known.size() < kMaxTextsMet) {
    known.emplace(text, number);
    bytes += text.size() + kBytesOfWord;
  }
  return number;
}

}  // namespace

uint32_t Words::event(events::Type type, std::string_view name) {
  if (together_ == nullptr) return dictionary_.event(type, name);
  const auto kind = static_cast<size_t>(type);
  if (kind >= events_.size()) events_.resize(kind + 1);
  return known_or(events_[kind], name, *together_, kNoNumber, bytes_,
                  [&] { return dictionary_.event(type, name); });
}

uint32_t Words::property(std::string_view path) {
  if (together_ == nullptr) return dictionary_.property(path);
  return known_or(properties_, path, *together_, kNoNumber, bytes_,
                  [&] { return dictionary_.property(path); });
}

Words::Property& Words::met(uint32_t property) {
  if (property >= met_.size()) met_.resize(property + 1);
  return met_[property];
}

uint32_t Words::text(uint32_t property, std::string_view text) {
  if (together_ == nullptr) return dictionary_.text(property, text);
  Property& of = met(property);
  if (of.dropped) return 0;
  const size_t before = of.bytes;
  const uint32_t code = known_or(of.texts, text, *together_, 0, of.bytes,
                                 [&] { return dictionary_.text(property, text); });
  bytes_ += of.bytes - before;
  if (code != 0) return code;
  bytes_ -= of.bytes;
  of = {.texts = {}, .bytes = 0, .dropped = true, .numbers = of.numbers};
  return 0;
}

void Words::saw_number(uint32_t property) {
  if (together_ == nullptr) return dictionary_.saw_number(property);
  Property& of = met(property);
  if (of.numbers) return;
  std::lock_guard lock(*together_);
  dictionary_.saw_number(property);
  of.numbers = true;
}

}  // namespace perennial::timeline
