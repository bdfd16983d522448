#include "timeline/scratch.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace perennial::timeline {
namespace {

constexpr uint64_t kBytesOfLook = 64 << 20;  // between two looks at the disk

std::string megabytes(uint64_t bytes) { return std::to_string(bytes >> 20) + " MB"; }

// Askers are told no path.
Error system_error() {
  return {errno == ENOSPC ? Code::kFull : Code::kInternal,
          std::string("a temporary file of the timeline: ") + std::strerror(errno), "", ""};
}

// Whether so many bytes of the disk are free.
Result<void> check_disk(const ScratchSpace& space) {
  if (space.leaves == 0) return {};
  struct statvfs disk{};
  if (::statvfs(space.directory.c_str(), &disk) != 0) {
    return std::unexpected(system_error());
  }
  if (uint64_t{disk.f_bavail} * disk.f_frsize >= space.leaves) return {};
  return fail(Code::kFull,
              "the question needs temporary files, and less than " + megabytes(space.leaves) +
                  " of the disk are free",
              "", "free some of the disk, or ask about a shorter range");
}

}  // namespace

Result<void> Scratch::take(uint64_t bytes) {
  const uint64_t before = used_.fetch_add(bytes);
  const uint64_t all = space_->used += bytes;
  if (before + bytes > space_->most) {
    return fail(Code::kTooLarge,
                "the question takes more than " + megabytes(space_->most) + " of temporary files",
                "", "ask about a shorter range, fewer events or fewer properties");
  }
  if (all > space_->most) {
    return fail(Code::kBusy, "questions and their answers take all the temporary files there are",
                "", "ask again in a moment");
  }
  if (before == 0 || before / kBytesOfLook != (before + bytes) / kBytesOfLook) {
    return check_disk(*space_);
  }
  return {};
}

void Scratch::give_back(uint64_t bytes) {
  used_ -= bytes;
  space_->used -= bytes;
}

Result<std::unique_ptr<ScratchFile>> ScratchFile::create(std::shared_ptr<Scratch> scratch) {
  const std::string& directory = scratch->space().directory;
  std::string path = directory + "/scratch-XXXXXX";
  const int file = ::mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) return std::unexpected(system_error());
  ::unlink(path.c_str());
  return std::unique_ptr<ScratchFile>(new ScratchFile(std::move(scratch), file));
}

ScratchFile::~ScratchFile() {
  if (mapped_ != nullptr) ::munmap(mapped_, size_);
  ::close(file_);
  scratch_->give_back(held_);
}

Result<uint64_t> ScratchFile::add(std::string_view bytes) {
  held_ += bytes.size();
  TRY(scratch_->take(bytes.size()));
  const uint64_t at = size_.fetch_add(bytes.size());
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t wrote =
        ::pwrite(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return std::unexpected(system_error());
    done += static_cast<size_t>(wrote);
  }
  return at;
}

Result<void> ScratchFile::read(uint64_t at, std::span<char> out) const {
  for (size_t done = 0; done < out.size();) {
    const ssize_t got =
        ::pread(file_, out.data() + done, out.size() - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(system_error());
    if (got == 0) {
      return fail(Code::kInternal, "a temporary file became shorter");
    }
    done += static_cast<size_t>(got);
  }
  return {};
}

void ScratchFile::drop(uint64_t at, uint64_t bytes) {
  // Where the file system cannot make holes, the space is back when the file is closed.
  if (::fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(at),
                  static_cast<off_t>(bytes)) != 0) {
    return;
  }
  held_ -= bytes;
  scratch_->give_back(bytes);
}

Result<const char*> ScratchFile::map() {
  void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file_, 0);
  if (mapped == MAP_FAILED) return std::unexpected(system_error());
  mapped_ = mapped;
  return static_cast<const char*>(mapped);
}

}  // namespace perennial::timeline
