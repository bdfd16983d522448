// The composition root: configuration, the program that wires all modules together, and the command
// line. Nothing else includes this module.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"

namespace perennial::server {

//
// Configuration.

// One setting with its value and where the value comes from: "default", "file PATH", "environment
// NAME", or "flag --name".
struct Setting {
  std::string name;
  std::string value;
  std::string source;
  std::string help;
};

struct Config {
  std::string data;  // absolute path of the data directory
  std::string host;
  uint16_t port = 8080;
  std::string state;       // absolute path of the SQLite file, or postgres://…
  std::string chdb;        // path of libchdb.so; "" = look in the usual places
  std::string web;         // directory of the built console
  std::string log_level;   // debug, info, warn, error
  std::string log_format;  // text, json
  int workers = 32;
  std::string webhook_addresses;  // public, any
  std::string record;             // file for recorded API traffic; "" = none (tests only)
  std::vector<Setting> settings;  // all of the above, as `perennial config` shows them
};

// Flags win over the environment (PERENNIAL_DATA, PERENNIAL_LISTEN, …), the environment over the
// file (TOML), the file over the presets. `flags` are pairs of setting name and value. Fails with
// kInvalid, naming the setting and where it was given.
Result<Config> load_config(const std::vector<std::pair<std::string, std::string>>& flags,
                           const std::string& config_file);

//
// The program.

inline constexpr std::chrono::seconds kDrainTime{
    5};  // for requests under way when the program stops

class Program {
 public:
  // Opens the stores of config.data, starts the stages and workers, and listens. kConflict when
  // another process holds the directory or the port.
  static Result<std::unique_ptr<Program>> start(const Config& config);
  virtual ~Program() = default;
  virtual uint16_t port() const = 0;
  // The bearer that lets the command line of this machine do everything.
  virtual const std::string& local_token() const = 0;
  // The address of the one-time link of the first administrator, if one was made just now.
  virtual const std::string& first_link() const = 0;
  // Stops taking requests, finishes those under way, stops workers and closes the stores.
  virtual void stop() = 0;
};

// How a running server is found: DATA/run/server.json (mode 0600), removed when it stops.
struct Running {
  std::string host;
  uint16_t port = 0;
  std::string token;
  int64_t pid = 0;
};
Result<std::optional<Running>> find_running(const std::string& data);

// The exit code for an error: documented in docs/command-line.md.
int exit_code(Code code);

void start_log(const Config& config);

}  // namespace perennial::server
