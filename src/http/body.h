// Where the body of a request goes while it arrives: into memory or into a file, inflated, within
// its limit.
#pragma once

#include <utility>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/encoding.h"
#include "http/fd.h"
#include "http/http.h"
#include "http/parser.h"

namespace perennial::http {

// Names of files that hold arriving bodies start with this; a server that starts removes what an
// earlier one left.
inline constexpr std::string_view kUploadPrefix = ".upload-";

// What one request takes of the memory that all bodies share; given back when it goes.
class Share {
 public:
  Share() = default;
  Share(std::shared_ptr<std::atomic<size_t>> total, size_t limit)
      : total_(std::move(total)), limit_(limit) {}
  Share(const Share&) = delete;
  Share& operator=(Share&& other) noexcept {
    std::swap(total_, other.total_);
    std::swap(limit_, other.limit_);
    std::swap(taken_, other.taken_);
    return *this;
  }
  ~Share() {
    if (total_) *total_ -= taken_;
  }
  // False when nothing is left.
  bool take(size_t bytes) {
    if (!total_) return true;
    taken_ += bytes;
    return (*total_ += bytes) <= limit_;
  }

 private:
  std::shared_ptr<std::atomic<size_t>> total_;  // a request may outlive the server
  size_t limit_ = 0;
  size_t taken_ = 0;
};

class BodySink {
 public:
  // `upload_directory` is used by routes that want files. Nothing is created before open().
  BodySink(const Route& route, Request& request, std::string upload_directory, Share& share);

  // Judges the headers: 413 by Content-Length, 415 for an unknown coding; creates the file.
  std::optional<Fault> open(uint64_t content_length);
  // Takes a piece as it was sent. kTooLarge over the limit, kInvalid for a broken stream, kFull
  // when the disk is, kBusy when the memory for bodies is used up.
  Result<> write(std::string_view piece);
  Result<> finish();

 private:
  Result<> store(std::string_view piece);
  Result<> check_limit(uint64_t bytes) const;
  std::optional<Fault> open_file();

  const Route& route_;
  Request& request_;
  std::string directory_;
  Share& share_;
  std::optional<Inflater> inflater_;
  uint64_t received_ = 0;  // as sent
  uint64_t stored_ = 0;    // inflated
  Fd file_;
};

// Removes files that requests under way left when an earlier server was killed.
void remove_abandoned_uploads(const std::string& directory);

}  // namespace perennial::http
