#include "http/body.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>

#include "http/ascii.h"

namespace perennial::http {
namespace {

Error file_error(int number, std::string_view what) {
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) {
    return {Code::kFull, "no space is left for the uploaded file", "",
            "free space in the data directory"};
  }
  return {Code::kInternal, std::string(what) + ": " + std::strerror(number)};
}

Fault unknown_coding() {
  return {415,
          {Code::kInvalid, "the content coding is not known", "content-encoding",
           "send gzip, deflate, or the body as it is"}};
}

}  // namespace

BodySink::BodySink(const Route& route, Request& request, std::string upload_directory, Share& share)
    : route_(route), request_(request), directory_(std::move(upload_directory)), share_(share) {}

std::optional<Fault> BodySink::open(uint64_t content_length) {
  std::string coding = lower_case(request_.header("content-encoding"));
  if (coding == "gzip" || coding == "x-gzip") {
    inflater_.emplace(Inflater::Coding::kGzip);
  } else if (coding == "deflate") {
    inflater_.emplace(Inflater::Coding::kDeflate);
  } else if (!coding.empty() && coding != "identity") {
    return unknown_coding();
  }
  if (auto fits = check_limit(content_length); !fits) return Fault{413, std::move(fits).error()};
  if (route_.body == Body::kFile) return open_file();
  // What a client announces is believed only as far as a small body goes; the rest is allocated as
  // it arrives.
  constexpr uint64_t kReserveBytes = 256 * 1024;
  if (!inflater_) request_.body.reserve(std::min(content_length, kReserveBytes));
  return std::nullopt;
}

std::optional<Fault> BodySink::open_file() {
  std::string path = directory_ + "/" + std::string(kUploadPrefix) + random_token(18);
  file_ = Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file_) {
    Error error = file_error(errno, "cannot create a file for the upload");
    return Fault{status_of(error.code), error};
  }
  request_.body_file = std::move(path);
  return std::nullopt;
}

Result<> BodySink::check_limit(uint64_t bytes) const {
  bool unlimited = route_.body == Body::kFile && route_.max_body == 0;
  if (unlimited || bytes <= route_.max_body) return {};
  return fail(Code::kTooLarge, "the body is over " + std::to_string(route_.max_body) + " bytes",
              "body", "send it in smaller parts");
}

Result<> BodySink::write(std::string_view piece) {
  received_ += piece.size();
  TRY(check_limit(received_));
  if (!inflater_) return store(piece);
  return inflater_->feed(piece, [this](std::string_view out) { return store(out); });
}

Result<> BodySink::store(std::string_view piece) {
  stored_ += piece.size();
  TRY(check_limit(stored_));
  if (!file_) {
    if (!share_.take(piece.size())) {
      return fail(Code::kBusy, "too many bodies are under way", "", "try again soon");
    }
    request_.body += piece;
    return {};
  }
  while (!piece.empty()) {
    ssize_t written = ::write(file_.get(), piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::unexpected(file_error(errno, "cannot write the upload"));
    piece.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<> BodySink::finish() {
  if (inflater_ && received_ > 0) TRY(inflater_->finish());
  file_.reset();
  return {};
}

void remove_abandoned_uploads(const std::string& directory) {
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(directory, ignored)) {
    if (file.path().filename().string().starts_with(kUploadPrefix))
      std::filesystem::remove(file, ignored);
  }
}

}  // namespace perennial::http
