#include <cstdlib>
#include <filesystem>
#include <map>

#include <toml++/toml.h>

#include "server/server.h"

namespace perennial::server {
namespace {

struct Known {
  const char* name;
  const char* environment;
  const char* preset;
  const char* help;
};

constexpr Known kKnown[] = {
    {"data", "PERENNIAL_DATA", "./perennial-data", "directory of everything that is kept"},
    {"listen", "PERENNIAL_LISTEN", "127.0.0.1:8080", "address and port of the API and the console"},
    {"state", "PERENNIAL_STATE", "",
     "state database: a file, or postgres://…; empty = DATA/state.db"},
    {"chdb", "PERENNIAL_CHDB", "",
     "the event store's engine, libchdb.so; empty = the usual places"},
    {"web", "PERENNIAL_WEB", "", "directory of the built console; empty = the usual places"},
    {"log_level", "PERENNIAL_LOG_LEVEL", "info", "debug, info, warn or error"},
    {"log_format", "PERENNIAL_LOG_FORMAT", "text", "text or json"},
    {"workers", "PERENNIAL_WORKERS", "32", "threads for requests that wait for a store, 1 to 256"},
    {"webhook_addresses", "PERENNIAL_WEBHOOK_ADDRESSES", "public",
     "where webhooks may be sent: public, or any, also this machine and its private networks"},
    {"record", "PERENNIAL_RECORD", "", "file to which API traffic is recorded (for tests)"},
};

Error bad(const Setting& setting, std::string message) {
  return Error{Code::kInvalid, std::move(message) + ", found \"" + setting.value + "\"",
               setting.name + " (" + setting.source + ")", ""};
}

Result<void> read_file(const std::string& path, bool must_exist,
                       std::map<std::string, Setting, std::less<>>& settings) {
  if (!std::filesystem::exists(path)) {
    if (must_exist) return fail(Code::kNotFound, "the configuration file does not exist", path);
    return {};
  }
  try {
    toml::table table = toml::parse_file(path);
    for (const auto& [key, node] : table) {
      auto found = settings.find(key.str());
      std::string where = path + " line " + std::to_string(node.source().begin.line);
      if (found == settings.end()) {
        return fail(Code::kInvalid, "no setting is called \"" + std::string(key.str()) + "\"",
                    where, "`perennial config` lists all settings");
      }
      if (auto text = node.value<std::string>()) {
        found->second.value = *text;
      } else if (auto number = node.value<int64_t>()) {
        found->second.value = std::to_string(*number);
      } else {
        return fail(Code::kInvalid, "expected a text or a number for \"" + found->first + "\"",
                    where);
      }
      found->second.source = where;
    }
  } catch (const toml::parse_error& error) {
    return fail(Code::kInvalid, std::string(error.description()),
                path + " line " + std::to_string(error.source().begin.line));
  }
  return {};
}

Result<int64_t> whole_number(const Setting& setting, int64_t low, int64_t high) {
  char* end = nullptr;
  int64_t value = std::strtoll(setting.value.c_str(), &end, 10);
  if (setting.value.empty() || *end != '\0' || value < low || value > high) {
    return std::unexpected(bad(setting, "expected a whole number from " + std::to_string(low) +
                                            " to " + std::to_string(high)));
  }
  return value;
}

Result<void> read_listen(const Setting& setting, Config& config) {
  size_t colon = setting.value.rfind(':');
  if (colon == std::string::npos) return std::unexpected(bad(setting, "expected HOST:PORT"));
  config.host = setting.value.substr(0, colon);
  if (config.host.size() > 2 && config.host.front() == '[') {
    config.host = config.host.substr(1, config.host.size() - 2);
  }
  Setting port = setting;
  port.value = setting.value.substr(colon + 1);
  config.port = static_cast<uint16_t>(TRY(whole_number(port, 0, 65535)));
  return {};
}

// The console lies beside the program when installed, and in the source tree when developed.
std::string find_web() {
  std::error_code ignored;
  auto self = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const auto& candidate : {self / "web", self / "../share/perennial/web",
                                std::filesystem::path(PERENNIAL_WEB_SOURCE)}) {
    if (std::filesystem::exists(candidate / "index.html", ignored)) {
      return std::filesystem::weakly_canonical(candidate, ignored).string();
    }
  }
  return "";
}

Result<void> check_word(const Setting& setting, std::initializer_list<std::string_view> words) {
  std::string list;
  for (std::string_view word : words) {
    if (setting.value == word) return {};
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  return std::unexpected(bad(setting, "expected one of " + list));
}

Result<Config> interpret(const std::map<std::string, Setting, std::less<>>& settings) {
  Config config;
  auto value = [&](std::string_view name) -> const Setting& { return settings.find(name)->second; };
  if (value("data").value.empty())
    return std::unexpected(bad(value("data"), "expected a directory"));
  config.data = std::filesystem::absolute(value("data").value).lexically_normal().string();
  if (config.data.size() > 1 && config.data.back() == '/') config.data.pop_back();
  TRY(read_listen(value("listen"), config));
  config.state = value("state").value;
  if (config.state.empty()) config.state = config.data + "/state.db";
  bool postgres =
      config.state.starts_with("postgres://") || config.state.starts_with("postgresql://");
  if (!postgres) config.state = std::filesystem::absolute(config.state).lexically_normal().string();
  config.chdb = value("chdb").value;
  config.web = value("web").value.empty() ? find_web() : value("web").value;
  TRY(check_word(value("log_level"), {"debug", "info", "warn", "error"}));
  TRY(check_word(value("log_format"), {"text", "json"}));
  config.log_level = value("log_level").value;
  config.log_format = value("log_format").value;
  config.workers = static_cast<int>(TRY(whole_number(value("workers"), 1, 256)));
  TRY(check_word(value("webhook_addresses"), {"public", "any"}));
  config.webhook_addresses = value("webhook_addresses").value;
  config.record = value("record").value;
  return config;
}

// A password inside postgres://user:password@host must not be shown.
std::string without_password(std::string url) {
  size_t scheme = url.find("://");
  size_t at = url.rfind('@');
  if (scheme == std::string::npos || at == std::string::npos) return url;
  size_t colon = url.find(':', scheme + 3);
  if (colon != std::string::npos && colon < at) url.replace(colon + 1, at - colon - 1, "…");
  return url;
}

}  // namespace

Result<Config> load_config(const std::vector<std::pair<std::string, std::string>>& flags,
                           const std::string& config_file) {
  std::map<std::string, Setting, std::less<>> settings;
  for (const Known& known : kKnown) {
    settings[known.name] = {known.name, known.preset, "default", known.help};
  }
  auto overlay = [&] {
    for (const Known& known : kKnown) {
      if (const char* text = std::getenv(known.environment)) {
        settings[known.name].value = text;
        settings[known.name].source = std::string("environment ") + known.environment;
      }
    }
    for (const auto& [name, value] : flags) {
      settings[name].value = value;
      settings[name].source = "flag --" + name;
    }
  };
  overlay();  // first for the data directory, in which the file may lie
  std::string file = config_file.empty() ? settings["data"].value + "/perennial.toml" : config_file;
  TRY(read_file(file, !config_file.empty(), settings));
  overlay();
  Config config = TRY(interpret(settings));
  for (const Known& known : kKnown) {
    Setting setting = settings[known.name];
    if (setting.name == "data") setting.value = config.data;
    if (setting.name == "state") setting.value = without_password(config.state);
    if (setting.name == "web") setting.value = config.web;
    config.settings.push_back(std::move(setting));
  }
  return config;
}

}  // namespace perennial::server
