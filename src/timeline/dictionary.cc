#include "timeline/dictionary.h"

#include <cstring>
#include <mutex>

namespace perennial::timeline {
namespace {

constexpr uint32_t kGone = UINT32_MAX;  // in place of the length of a text that is gone
constexpr size_t kBytesOfText = 96;     // besides the text: its place and its hash node

void put_number(std::string& out, uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, static_cast<uint32_t>(text.size()));
  out += text;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool number(uint32_t& out) {
    if (rest_.size() < sizeof out) return false;
    std::memcpy(&out, rest_.data(), sizeof out);
    rest_.remove_prefix(sizeof out);
    return true;
  }
  bool text(std::string_view& out) {
    uint32_t size = 0;
    if (!number(size) || rest_.size() < size) return false;
    out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  // As text(); nothing for one that is gone.
  bool text_if_any(std::optional<std::string_view>& out) {
    uint32_t size = 0;
    Reader ahead = *this;
    if (ahead.number(size) && size == kGone) {
      *this = ahead;
      out.reset();
      return true;
    }
    return text(out.emplace());
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

uint32_t Dictionary::event(events::Type type, std::string_view name) {
  // The writer itself may look without the lock: nobody else changes anything.
  const std::pair key(type, std::string(name));
  if (auto found = event_numbers_.find(key); found != event_numbers_.end()) return found->second;
  if (events_.size() >= limits_.events) return kNoNumber;
  std::unique_lock lock(mutex_);
  const auto number = static_cast<uint32_t>(events_.size());
  events_.push_back({type, key.second});
  event_numbers_.emplace(key, number);
  return number;
}

uint32_t Dictionary::property(std::string_view path) {
  if (auto found = property_numbers_.find(path); found != property_numbers_.end()) {
    return found->second;
  }
  if (properties_.size() >= limits_.properties) return kNoNumber;
  std::unique_lock lock(mutex_);
  const auto number = static_cast<uint32_t>(properties_.size());
  properties_.emplace_back().path = std::string(path);
  property_numbers_.emplace(properties_.back().path, number);
  return number;
}

void Dictionary::add_text(Property& property, std::string_view text) {
  property.texts.emplace_back(text);
  property.codes.emplace(*property.texts.back(), static_cast<uint32_t>(property.texts.size()));
  text_bytes_ += text.size() + kBytesOfText;
}

uint32_t Dictionary::text(uint32_t property, std::string_view text) {
  Property& of = properties_[property];
  if (of.dropped) return 0;
  if (auto found = of.codes.find(text); found != of.codes.end()) return found->second;
  if (of.texts.size() >= limits_.texts || text.size() > kMaxTextBytes) {
    drop(property);
    return 0;
  }
  std::unique_lock lock(mutex_);
  add_text(of, text);
  return static_cast<uint32_t>(of.texts.size());
}

// The texts stay until the dictionary is written anew: older columns hold their numbers.
void Dictionary::drop(uint32_t property) {
  std::unique_lock lock(mutex_);
  properties_[property].dropped = true;
}

void Dictionary::saw_number(uint32_t property) {
  Property& of = properties_[property];
  if (of.numbers) return;
  std::unique_lock lock(mutex_);
  of.numbers = true;
}

Dictionary::Used Dictionary::none_used() const {
  std::shared_lock lock(mutex_);
  Used out;
  for (const Property& property : properties_) out.emplace_back(property.texts.size() + 1, 0);
  return out;
}

void Dictionary::keep_only(const Used& used) {
  std::unique_lock lock(mutex_);
  for (size_t p = 0; p < used.size(); ++p) {
    Property& property = properties_[p];
    for (size_t code = 1; code < used[p].size(); ++code) {
      std::optional<std::string>& text = property.texts[code - 1];
      if (used[p][code] != 0 || !text) continue;
      property.codes.erase(*text);
      text_bytes_ -= text->size() + kBytesOfText;
      text.reset();
    }
  }
}

std::optional<uint32_t> Dictionary::find_event(events::Type type, std::string_view name) const {
  std::shared_lock lock(mutex_);
  auto found = event_numbers_.find(std::pair(type, std::string(name)));
  if (found == event_numbers_.end()) return std::nullopt;
  return found->second;
}

EventName Dictionary::event_name(uint32_t event) const {
  std::shared_lock lock(mutex_);
  return events_[event];
}

size_t Dictionary::events() const {
  std::shared_lock lock(mutex_);
  return events_.size();
}

std::optional<uint32_t> Dictionary::find_property(std::string_view path) const {
  std::shared_lock lock(mutex_);
  auto found = property_numbers_.find(path);
  if (found == property_numbers_.end()) return std::nullopt;
  return found->second;
}

std::string Dictionary::property_path(uint32_t property) const {
  std::shared_lock lock(mutex_);
  return properties_[property].path;
}

bool Dictionary::dropped(uint32_t property) const {
  std::shared_lock lock(mutex_);
  return properties_[property].dropped;
}

bool Dictionary::has_numbers(uint32_t property) const {
  std::shared_lock lock(mutex_);
  return properties_[property].numbers;
}

std::optional<uint32_t> Dictionary::find_text(uint32_t property, std::string_view text) const {
  std::shared_lock lock(mutex_);
  const auto& codes = properties_[property].codes;
  auto found = codes.find(text);
  if (found == codes.end()) return std::nullopt;
  return found->second;
}

std::string Dictionary::text_of(uint32_t property, uint32_t code) const {
  if (code == 0) return "";
  std::shared_lock lock(mutex_);
  return properties_[property].texts[code - 1].value_or("");
}

uint32_t Dictionary::texts(uint32_t property) const {
  std::shared_lock lock(mutex_);
  return static_cast<uint32_t>(properties_[property].texts.size());
}

bool Dictionary::full() const {
  std::shared_lock lock(mutex_);
  return properties_.size() >= limits_.properties;
}

size_t Dictionary::bytes() const {
  std::shared_lock lock(mutex_);
  return text_bytes_ + (events_.size() + properties_.size()) * 200;
}

std::string Dictionary::serialize() const {
  std::shared_lock lock(mutex_);
  std::string out;
  put_number(out, static_cast<uint32_t>(events_.size()));
  for (const EventName& event : events_) {
    put_number(out, static_cast<uint32_t>(event.type));
    put_text(out, event.name);
  }
  put_number(out, static_cast<uint32_t>(properties_.size()));
  for (const Property& property : properties_) {
    put_text(out, property.path);
    put_number(out, (property.dropped ? 1 : 0) | (property.numbers ? 2 : 0));
    const size_t texts = property.dropped ? 0 : property.texts.size();
    put_number(out, static_cast<uint32_t>(texts));
    for (size_t i = 0; i < texts; ++i) {
      if (property.texts[i]) {
        put_text(out, *property.texts[i]);
      } else {
        put_number(out, kGone);
      }
    }
  }
  return out;
}

Result<std::unique_ptr<Dictionary>> Dictionary::parse(std::string_view bytes,
                                                      DictionaryLimits limits) {
  auto out = std::make_unique<Dictionary>(limits);
  Reader reader(bytes);
  const auto read = [&] {
    uint32_t events = 0, properties = 0;
    if (!reader.number(events)) return false;
    for (uint32_t i = 0; i < events; ++i) {
      uint32_t type = 0;
      std::string_view name;
      if (!reader.number(type) || !reader.text(name)) return false;
      if (out->event(static_cast<events::Type>(type), name) != i) return false;
    }
    if (!reader.number(properties)) return false;
    for (uint32_t i = 0; i < properties; ++i) {
      std::string_view path;
      uint32_t flags = 0, texts = 0;
      if (!reader.text(path) || !reader.number(flags) || !reader.number(texts)) return false;
      if (out->property(path) != i) return false;
      Property& property = out->properties_[i];
      property.dropped = (flags & 1) != 0;
      property.numbers = (flags & 2) != 0;
      for (uint32_t t = 0; t < texts; ++t) {
        std::optional<std::string_view> text;
        if (!reader.text_if_any(text)) return false;
        if (text) {
          out->add_text(property, *text);
        } else {
          property.texts.emplace_back();
        }
      }
    }
    return reader.done();
  };
  if (!read()) return fail(Code::kInvalid, "the dictionary of the timeline is damaged");
  return out;
}

}  // namespace perennial::timeline
