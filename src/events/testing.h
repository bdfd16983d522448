// What the tests of events share: made-up events, and a log of each kind.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include <unistd.h>

#include "events/chdb_log.h"
#include "events/events.h"

namespace perennial::events {

// Whether tests of the log in chDB run in this process: ctest's test events.chdb sets the variable.
// They then fail when the library is missing, so that they cannot vanish unseen.
inline bool chdb_wanted() { return std::getenv("PERENNIAL_TEST_CHDB") != nullptr; }

// A directory that is deleted with the object.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "perennial-events-XXXXXX").string();
    INVARIANT(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The one log in chDB that a test process can have; its tests keep apart by the source of their
// events.
class SharedChdb {
 public:
  static Log& log() {
    if (!held().log) reopen();
    return *held().log;
  }
  // Closes the log and opens it again: the filter is rebuilt, memory is empty.
  static Log& reopen(AfterInsert after_insert = nullptr) {
    held().log = nullptr;
    auto opened = open_chdb_with({.directory = held().directory.path()}, std::move(after_insert));
    if (!opened) die(opened.error().text(), __FILE__, __LINE__);
    held().log = std::move(*opened);
    return *held().log;
  }
  static void close() { held().log = nullptr; }
  static const std::string& directory() { return held().directory.path(); }

 private:
  struct Held {
    ScratchDirectory directory;
    std::unique_ptr<Log> log;
  };
  static Held& held() {
    static Held* held = [] {
      auto* made = new Held;
      std::atexit([] {
        Held& last = SharedChdb::held();
        last.log = nullptr;
        std::error_code ignored;
        std::filesystem::remove_all(last.directory.path(), ignored);
      });
      return made;
    }();
    return *held;
  }
};

inline Event make_event(std::string source, std::string message_id,
                        int64_t ms = 1'315'000'000'000) {
  Event event;
  event.source = std::move(source);
  event.message_id = std::move(message_id);
  event.name = "Order Completed";
  event.user_id = "u1";
  event.timestamp = from_millis(ms);
  event.received_at = from_millis(ms > kLatestMillis ? ms : ms + 5);
  event.properties = R"({"total":12.5})";
  return event;
}

inline bool same(const Event& a, const Event& b) {
  return a.source == b.source && a.message_id == b.message_id && a.type == b.type &&
         a.name == b.name && a.user_id == b.user_id && a.anonymous_id == b.anonymous_id &&
         a.timestamp == b.timestamp && a.received_at == b.received_at &&
         a.properties == b.properties && a.context == b.context;
}

}  // namespace perennial::events
