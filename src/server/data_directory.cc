#include "server/data_directory.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace perennial::server {
namespace {

std::unexpected<Error> system_error(const std::string& what, const std::string& path, int number) {
  Code code = number == ENOSPC || number == EDQUOT                     ? Code::kFull
              : number == EACCES || number == EROFS || number == EPERM ? Code::kForbidden
                                                                       : Code::kInternal;
  return fail(
      code, what + ": " + std::strerror(number), path,
      code == Code::kForbidden ? "choose another directory with --data, or mend its rights" : "");
}

std::string note_path(const std::string& data) { return data + "/run/server.json"; }

}  // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::hold(const std::string& path) {
  std::error_code error;
  for (const char* name : {"", "/run", "/events", "/imports", "/outbox", "/uploads"}) {
    std::filesystem::create_directories(path + name, error);
    if (error) return system_error("the data directory cannot be made", path + name, error.value());
  }
  ::chmod(path.c_str(), 0700);
  int lock = ::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return system_error("the data directory cannot be written", path + "/lock", errno);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return fail(Code::kConflict, "another perennial process uses this data directory", path,
                "stop it, or choose another directory with --data");
  }
  return std::unique_ptr<DataDirectory>(new DataDirectory(path, lock));
}

DataDirectory::~DataDirectory() {
  std::error_code ignored;
  std::filesystem::remove(note_path(path_), ignored);
  ::close(lock_);
}

Result<void> DataDirectory::announce(const Running& running) {
  Json note = {{"host", running.host},
               {"port", running.port},
               {"token", running.token},
               {"pid", running.pid}};
  std::string path = note_path(path_), temporary = path + ".tmp", text = to_text(note) + "\n";
  int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return system_error("cannot be written", temporary, errno);
  ssize_t written = ::write(file, text.data(), text.size());
  ::close(file);
  if (written != static_cast<ssize_t>(text.size()))
    return system_error("cannot be written", temporary, ENOSPC);
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return system_error("cannot be written", path, errno);
  return {};
}

Result<std::optional<Running>> find_running(const std::string& data) {
  std::ifstream file(note_path(data));
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  auto note = parse_json(text.str());
  if (!note) return std::nullopt;
  Running running;
  running.host = TRY(json_string(*note, "host"));
  running.port = static_cast<uint16_t>(TRY(json_integer(*note, "port")));
  running.token = TRY(json_string(*note, "token"));
  running.pid = TRY(json_integer(*note, "pid"));
  // A note that a killed process left behind.
  if (::kill(static_cast<pid_t>(running.pid), 0) != 0 && errno == ESRCH) return std::nullopt;
  return running;
}

}  // namespace perennial::server
