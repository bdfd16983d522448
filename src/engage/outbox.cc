// The outbox folder: each message becomes ID.eml, written under a temporary name, synced, renamed
// and the folder synced, so that a file that is there is whole, and a message that was handed over
// stays so after a loss of power.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "engage/engage.h"

namespace perennial::engage {
namespace {

constexpr size_t kMaxIdBytes = 200;  // of a file name of at most 255 with its endings

std::unexpected<Error> fail_to(std::string_view act, const std::string& path, int error) {
  const Code code = error == ENOSPC || error == EDQUOT ? Code::kFull : Code::kInternal;
  return fail(code, std::string(act) + ": " + std::system_category().message(error), path);
}

// The id becomes a file name, so nothing in it may lead elsewhere.
bool is_file_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
  });
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool is_open() const { return descriptor_ >= 0; }
  bool sync() { return ::fsync(descriptor_) == 0; }
  bool write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return true;
  }

 private:
  int descriptor_;
};

class Outbox : public Channel {
 public:
  explicit Outbox(std::string directory) : directory_(std::move(directory)) {}

  Result<std::string> hand_over(const Message& message) override {
    if (!is_file_id(message.id)) return fail(Code::kInternal, "not an id for a file", message.id);
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    if (error) return fail_to("the outbox folder cannot be made", directory_, error.value());
    const std::string whole = path_of(message.id), partial = whole + ".partial";
    TRY(write_synced(partial, to_mime(message)));
    if (::rename(partial.c_str(), whole.c_str()) != 0) {
      return fail_to("a message cannot be renamed", whole, errno);
    }
    File folder(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.is_open() || !folder.sync()) {
      return fail_to("the outbox folder cannot be synced", directory_, errno);
    }
    return message.id + ".eml";
  }

  Handed was_handed(std::string_view message_id) override {
    if (!is_file_id(message_id)) return Handed::kNo;
    std::error_code error;
    const bool there = std::filesystem::exists(path_of(message_id), error);
    if (error) return Handed::kUnknown;
    return there ? Handed::kYes : Handed::kNo;
  }

  bool really_sends() const override { return false; }

 private:
  std::string path_of(std::string_view id) const {
    return directory_ + "/" + std::string(id) + ".eml";
  }

  static Result<void> write_synced(const std::string& path, const std::string& text) {
    File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.is_open()) return fail_to("a message cannot be created", path, errno);
    if (!file.write_all(text) || !file.sync()) {
      return fail_to("a message cannot be written", path, errno);
    }
    return {};
  }

  std::string directory_;
};

}  // namespace

std::unique_ptr<Channel> open_outbox(std::string directory) {
  return std::make_unique<Outbox>(std::move(directory));
}

}  // namespace perennial::engage
