#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>

#include <unistd.h>

#include "collect/collect.h"
#include "server/command_link.h"
#include "server/verbs.h"

namespace perennial::server {
namespace {

constexpr std::chrono::milliseconds kProgressInterval{200};

// The proposed mapping with what was said on the command line on top.
Result<Json> final_mapping(Json proposed, const ImportWords& words) {
  if (!words.map.empty()) {
    Json said = collect::to_json(TRY(collect::parse_mapping(words.map)));
    for (const auto& [field, column] : said["columns"].items()) proposed["columns"][field] = column;
    for (const auto& [key, value] : said.items()) {
      if (key != "columns" && !value.is_null() && value != "") proposed[key] = value;
    }
  }
  auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) proposed[key] = value;
  };
  put("until", words.until);
  put("delimiter", words.delimiter);
  put("encoding", words.encoding);
  put("zone", words.zone);
  return proposed;
}

void print_progress(const Json& progress) {
  double total = progress["bytes_total"].get<double>();
  double share = total > 0 ? 100 * progress["bytes_done"].get<double>() / total : 100;
  std::string left =
      progress["seconds_left"].is_number()
          ? std::to_string(std::lround(progress["seconds_left"].get<double>())) + " s left"
          : "";
  std::fprintf(stderr, "\r%3.0f %%  %s rows  %s rows/s  %s        ", share,
               grouped(progress["rows"]).c_str(),
               grouped(static_cast<int64_t>(progress["rows_per_second"].get<double>())).c_str(),
               left.c_str());
}

void print_check(const Json& check) {
  std::printf("rows %s, good %s, rejected %s\n", grouped(check["rows"]).c_str(),
              grouped(check["good"]).c_str(), grouped(check["rejected"]).c_str());
  for (const char* field : {"anonymous", "orders", "refund_rows", "customers"}) {
    if (check.contains(field)) std::printf("%s %s\n", field, grouped(check[field]).c_str());
  }
  for (const Json& error : check["errors"]) {
    std::printf("line %s: %s\n", grouped(error["line"]).c_str(),
                error["reason"].get<std::string>().c_str());
  }
}

Result<Json> wait_until_done(CommandLink& link, const std::string& id) {
  std::mutex mutex;
  std::condition_variable never;
  bool terminal = ::isatty(STDERR_FILENO);
  while (true) {
    Json import = TRY(link.call("GET", "/v1/imports/" + id));
    if (terminal) print_progress(import["progress"]);
    if (import["state"] != "running") {
      if (terminal) std::fprintf(stderr, "\n");
      return import;
    }
    std::unique_lock lock(mutex);
    never.wait_for(lock, kProgressInterval);
  }
}

}  // namespace

Result<void> run_import(const Config& config, const ImportWords& words, bool json) {
  if (!std::filesystem::is_regular_file(words.file)) {
    return fail(Code::kNotFound, "there is no such file", words.file);
  }
  auto link = TRY(CommandLink::open(config));
  std::string name = std::filesystem::path(words.file).filename().string();
  Json import = TRY(link->upload(
      "/v1/imports?kind=" + percent_encode(words.kind) + "&name=" + percent_encode(name),
      words.file));
  std::string id = import["id"];
  Json mapping = TRY(final_mapping(import["mapping"], words));
  if (words.dry_run) {
    auto check = link->call("POST", "/v1/imports/" + id + "/check", mapping);
    TRY(link->call("DELETE", "/v1/imports/" + id));
    if (!check) return std::unexpected(check.error());
    json ? void(std::printf("%s\n", to_text(*check).c_str())) : print_check(*check);
    return {};
  }
  TRY(link->call("POST", "/v1/imports/" + id + "/start", mapping));
  import = TRY(wait_until_done(*link, id));
  if (json) {
    std::printf("%s\n", to_text(import).c_str());
  } else {
    const Json& p = import["progress"];
    std::printf("%s: %s rows, %s new, %s known already, %s rejected, %s left out\n",
                import["state"].get<std::string>().c_str(), grouped(p["rows"]).c_str(),
                grouped(p["stored"]).c_str(), grouped(p["duplicates"]).c_str(),
                grouped(p["rejected"]).c_str(), grouped(p["left_out"]).c_str());
    if (p["rejected"] > 0)
      std::printf("Rejected rows with their reasons: %s/imports/%s\n", config.data.c_str(),
                  id.c_str());
  }
  if (import["state"] == "failed")
    return fail(Code::kInternal, import.value("error", "the import failed"), words.file);
  return {};
}

}  // namespace perennial::server
