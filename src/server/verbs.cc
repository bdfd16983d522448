#include "server/verbs.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "server/command_link.h"

namespace perennial::server {
namespace {

void print_json(const Json& json) { std::printf("%s\n", to_text(json).c_str()); }

std::string shown(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

// An array of objects as a table of the named members.
void print_objects(const Json& list, const std::vector<std::string>& members) {
  std::vector<std::vector<std::string>> rows = {members};
  for (const Json& item : list) {
    rows.emplace_back();
    for (const std::string& member : members)
      rows.back().push_back(item.contains(member) ? shown(item[member]) : "");
  }
  print_table(rows);
}

Result<std::string> user_id(CommandLink& link, const std::string& email) {
  Json users = TRY(link.call("GET", "/v1/users"));
  for (const Json& user : users["users"]) {
    if (fold_for_search(user["email"].get<std::string>()) == fold_for_search(email))
      return user["id"].get<std::string>();
  }
  return fail(Code::kNotFound, "no user has this e-mail", email,
              "`perennial user list` shows all users");
}

}  // namespace

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number < 0 ? -number : number);
  for (ptrdiff_t at = static_cast<ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<size_t>(at), ",");
  return number < 0 ? "-" + digits : digits;
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    std::printf("%s\n", line.c_str());
  }
}

Result<void> run_user(const Config& config, const UserWords& words, bool json) {
  auto link = TRY(CommandLink::open(config));
  Json reply;
  if (words.action == "list") {
    reply = TRY(link->call("GET", "/v1/users"));
    json ? print_json(reply)
         : print_objects(reply["users"],
                         {"email", "name", "role", "disabled", "claimed", "last_seen_at"});
    return {};
  }
  if (words.action == "add") {
    reply = TRY(link->call("POST", "/v1/users",
                           {{"email", words.email}, {"name", words.name}, {"role", words.role}}));
  } else {
    std::string id = TRY(user_id(*link, words.email));
    if (words.action == "link") {
      reply = TRY(link->call("POST", "/v1/users/" + id + "/link"));
    } else {
      Json change = words.action == "role" ? Json{{"role", words.role}}
                                           : Json{{"disabled", words.action == "disable"}};
      reply = TRY(link->call("PATCH", "/v1/users/" + id, change));
    }
  }
  if (json) {
    print_json(reply);
  } else if (reply.contains("link")) {
    std::printf("One-time link, valid for 7 days: %s%s\n", link->address().c_str(),
                reply["link"].get<std::string>().c_str());
  } else {
    std::printf("%s is now %s\n", words.email.c_str(),
                reply["disabled"] == true ? "disabled" : reply["role"].get<std::string>().c_str());
  }
  return {};
}

Result<void> run_key(const Config& config, const KeyWords& words, bool json) {
  auto link = TRY(CommandLink::open(config));
  if (words.action == "list") {
    Json reply = TRY(link->call("GET", "/v1/keys"));
    json ? print_json(reply)
         : print_objects(reply["keys"],
                         {"id", "kind", "name", "source", "role", "prefix", "revoked"});
    return {};
  }
  if (words.action == "revoke") {
    TRY(link->call("DELETE", "/v1/keys/" + percent_encode(words.id)));
    if (!json) std::printf("%s is revoked\n", words.id.c_str());
    return {};
  }
  Json ask = {{"kind", words.kind}, {"name", words.name}};
  if (!words.source.empty()) ask["source"] = words.source;
  if (!words.role.empty()) ask["role"] = words.role;
  Json reply = TRY(link->call("POST", "/v1/keys", ask));
  if (json) {
    print_json(reply);
  } else {
    std::printf("%s\n", reply["secret"].get<std::string>().c_str());
    std::fprintf(stderr, "This secret is shown only now.\n");
  }
  return {};
}

Result<void> run_sql(const Config& config, const std::string& query, bool json) {
  std::string text = query;
  if (query == "-") text.assign(std::istreambuf_iterator<char>(std::cin), {});
  auto link = TRY(CommandLink::open(config));
  Json table = TRY(link->call("POST", "/v1/sql", {{"sql", text}}));
  if (json) {
    print_json(table);
    return {};
  }
  std::vector<std::vector<std::string>> rows(1);
  for (const Json& column : table["columns"]) rows[0].push_back(shown(column));
  for (const Json& row : table["rows"]) {
    rows.emplace_back();
    for (const Json& value : row) rows.back().push_back(value.is_null() ? "NULL" : shown(value));
  }
  print_table(rows);
  std::fprintf(stderr, "%s rows%s, %s read in %.0f ms\n",
               grouped(static_cast<int64_t>(table["rows"].size())).c_str(),
               table["truncated"] == true ? " (more were cut)" : "",
               grouped(table["rows_read"]).c_str(), table["elapsed_ms"].get<double>());
  return {};
}

Result<void> run_stats(const Config& config, bool json) {
  auto link = TRY(CommandLink::open(config));
  Json stats = TRY(link->call("GET", "/v1/stats"));
  if (json) {
    print_json(stats);
    return {};
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [group, members] : stats.items()) {
    if (group == "stages") continue;
    if (!members.is_object()) {
      rows.push_back({group, shown(members)});
      continue;
    }
    for (const auto& [name, value] : members.items()) {
      rows.push_back({group + "." + name,
                      value.is_number_integer() ? grouped(value.get<int64_t>()) : shown(value)});
    }
  }
  for (const Json& stage : stats["stages"]) {
    rows.push_back({"stage." + stage["name"].get<std::string>(),
                    grouped(stage["behind"]) + " behind" +
                        (stage["error"] == "" ? "" : ", failing: " + shown(stage["error"]))});
  }
  print_table(rows);
  return {};
}

Result<void> run_ledger_verify(const Config& config, bool json) {
  auto link = TRY(CommandLink::open(config));
  const Json found = TRY(link->call("GET", "/v1/loyalty/verify"));
  if (json) {
    print_json(found);
  } else {
    std::printf("%s accounts, %s lots, %s postings: %s\n", grouped(found["holders"]).c_str(),
                grouped(found["lots"]).c_str(), grouped(found["postings"]).c_str(),
                found["faults"].empty() ? "all agree" : "NOT in agreement");
    for (const Json& fault : found["faults"]) std::printf("  %s\n", shown(fault).c_str());
  }
  if (found["faults"].empty()) return {};
  return fail(Code::kConflict, "the points ledger does not agree with itself", "ledger",
              "keep the data directory as it is and restore a backup beside it");
}

Result<void> run_config(const Config& config, bool json) {
  Json list = Json::array();
  for (const Setting& setting : config.settings) {
    list.push_back({{"name", setting.name},
                    {"value", setting.value},
                    {"source", setting.source},
                    {"help", setting.help}});
  }
  json ? print_json({{"settings", list}})
       : print_objects(list, {"name", "value", "source", "help"});
  return {};
}

}  // namespace perennial::server
