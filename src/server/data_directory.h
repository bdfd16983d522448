// The data directory: made on first use, held by one process at a time, and the note in it that
// tells the command line where the running server is.
#pragma once

#include <string>

#include "server/server.h"

namespace perennial::server {

class DataDirectory {
 public:
  // Creates what is missing (mode 0700) and locks it. kConflict when another process holds it,
  // kForbidden when it cannot be written, kFull when the disk is full.
  static Result<std::unique_ptr<DataDirectory>> hold(const std::string& path);
  ~DataDirectory();
  std::string sub(std::string_view name) const { return path_ + "/" + std::string(name); }
  // Writes DATA/run/server.json; removed by the destructor.
  Result<void> announce(const Running& running);

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;
};

}  // namespace perennial::server
