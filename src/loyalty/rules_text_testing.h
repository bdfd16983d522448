// What the engine says of earning rules and levels as text, in the words of the separate model, and
// the seed of a random test.
#pragma once

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "loyalty/level_model_testing.h"
#include "loyalty/replay.h"

namespace perennial::loyalty {

inline std::string ms(int64_t at) { return model::LevelModel::time(at); }

inline std::string base_key(const std::string& key) { return key.substr(0, key.find('#')); }

inline std::string sorted(std::vector<std::string> lines) {
  std::ranges::sort(lines);
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

inline std::string standing_text(const Standing& standing) {
  if (standing.level.empty()) return "";
  std::string text = standing.level + " measure " + std::to_string(standing.measure) + " valid " +
                     ms(standing.valid_ms) + " grace " + ms(standing.grace_ms) + " since " +
                     ms(standing.since_ms) + "\n";
  for (const LevelChange& change : standing.changes)
    text += ms(change.at_ms) + " " + change.from + ">" + change.to + " " + change.reason + "\n";
  return text;
}

// What is measured moves with the window of now, and is as old as the last look at the person.
inline std::string without_measure(std::string text) {
  const size_t from = text.find(" measure "), to = text.find(" valid ");
  if (from != std::string::npos) text.erase(from, to - from);
  return text;
}

inline std::string progress_text(const std::vector<Mission>& missions,
                                 const std::vector<Streak>& streaks) {
  std::string text;
  for (const Mission& one : missions) {
    text += one.rule + (one.complete ? " complete" : " open");
    for (const int64_t done : one.done) text += " " + std::to_string(done);
    text += "\n";
  }
  for (const Streak& one : streaks) text += one.rule + " days " + std::to_string(one.days) + "\n";
  return text;
}

inline uint64_t new_seed() {
  if (const char* given = std::getenv("PERENNIAL_SEED")) return std::stoull(given);
  return std::random_device()();
}

}  // namespace perennial::loyalty
