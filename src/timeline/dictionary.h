// Numbers for what repeats: event names, property paths, and the texts of each property. Numbers
// are given in the order of arrival and never change, so that columns stay valid as a dictionary
// grows.
//
// A property whose texts are too many or too long is dropped: its texts are not kept any more, and
// questions about it are answered from the event log.
//
// Threads: one writes (the functions that are not const), any number read.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/base.h"
#include "timeline/select.h"

namespace perennial::timeline {

inline constexpr uint32_t kNoNumber = UINT32_MAX;
inline constexpr size_t kMaxTextBytes = 256;  // longer texts drop their property

struct DictionaryLimits {
  size_t events = 20'000;
  size_t properties = 4'000;
  size_t texts = 65'535;  // of one property: a column needs two bytes a value at most
};

class Dictionary {
 public:
  explicit Dictionary(DictionaryLimits limits = {}) : limits_(limits) {}

  // ---- writing: each finds or adds; kNoNumber, or 0 for a text, when there is no room.
  uint32_t event(events::Type type, std::string_view name);
  uint32_t property(std::string_view path);
  uint32_t text(uint32_t property, std::string_view text);  // from 1
  void drop(uint32_t property);
  void saw_number(uint32_t property);  // some event has a number there
  // Texts that no row uses go, from memory and from what is written. Their numbers are not given
  // again. used[property][code] is not 0 for those that stay.
  using Used = std::vector<std::vector<uint8_t>>;
  Used none_used() const;  // of the right sizes
  void keep_only(const Used& used);

  // ---- reading
  std::optional<uint32_t> find_event(events::Type type, std::string_view name) const;
  EventName event_name(uint32_t event) const;
  size_t events() const;
  std::optional<uint32_t> find_property(std::string_view path) const;
  std::string property_path(uint32_t property) const;
  bool dropped(uint32_t property) const;
  bool has_numbers(uint32_t property) const;
  std::optional<uint32_t> find_text(uint32_t property, std::string_view text) const;
  std::string text_of(uint32_t property, uint32_t code) const;  // "" for 0
  uint32_t texts(uint32_t property) const;                      // codes are 1 … this
  // Codes of the texts that fit.
  template <class Fits>
  std::vector<uint32_t> texts_where(uint32_t property, Fits fits) const {
    std::shared_lock lock(mutex_);
    std::vector<uint32_t> out;
    const auto& texts = properties_[property].texts;
    for (size_t i = 0; i < texts.size(); ++i) {
      if (texts[i] && fits(std::string_view(*texts[i])))
        out.push_back(static_cast<uint32_t>(i) + 1);
    }
    return out;
  }
  bool full() const;     // no room for another property
  size_t bytes() const;  // about how much memory it takes

  // ---- docs/formats/timeline.md
  std::string serialize() const;
  static Result<std::unique_ptr<Dictionary>> parse(std::string_view bytes, DictionaryLimits limits);

 private:
  struct Property {
    std::string path;
    // A deque: the views in `codes` must stay valid. Nothing: the text is gone.
    std::deque<std::optional<std::string>> texts;
    std::unordered_map<std::string_view, uint32_t> codes;
    bool dropped = false, numbers = false;
  };
  void add_text(Property& property, std::string_view text);

  const DictionaryLimits limits_;
  mutable std::shared_mutex mutex_;  // held alone by the writer only while it adds
  std::deque<EventName> events_;
  std::map<std::pair<events::Type, std::string>, uint32_t, std::less<>> event_numbers_;
  std::deque<Property> properties_;
  std::unordered_map<std::string_view, uint32_t> property_numbers_;
  size_t text_bytes_ = 0;
};

}  // namespace perennial::timeline
