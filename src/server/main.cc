// The command line: reads the words, loads the configuration, and hands over to the verb.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <spdlog/spdlog.h>

#include "server/completion.h"
#include "server/verbs.h"

namespace perennial::server {
namespace {

struct Words {
  std::vector<std::pair<std::string, std::string>> flags;
  std::string data, listen, state, config_file, query, shell;
  bool json = false;
  ImportWords import;
  UserWords user;
  KeyWords key;
};

void add_global_options(CLI::App& app, Words& words) {
  app.add_option("--data", words.data, "data directory (default ./perennial-data)");
  app.add_option("--listen", words.listen,
                 "HOST:PORT of the API and the console (default 127.0.0.1:8080)");
  app.add_option("--state", words.state, "state database: a SQLite file, or postgres://…");
  app.add_option("--config", words.config_file, "configuration file (default DATA/perennial.toml)");
  app.add_flag("--json", words.json, "answer as JSON");
}

void add_import(CLI::App& app, Words& words) {
  auto* verb = app.add_subcommand("import", "Import a file (CSV or JSON lines)");
  verb->add_option("kind", words.import.kind, "what the file holds")
      ->required()
      ->check(
          CLI::IsMember({"orders", "customers", "events", "contracts", "products", "consents"}));
  verb->add_option("file", words.import.file, "the file; .gz is read as it is")->required();
  verb->add_option("--map", words.import.map,
                   "which column is which field: order_id=InvoiceNo,at=InvoiceDate,…; what is left "
                   "out is found out");
  verb->add_option("--until", words.import.until, "leave out rows at or after this time");
  verb->add_option("--delimiter", words.import.delimiter, "one character, \\t, or spaces");
  verb->add_option("--encoding", words.import.encoding, "UTF-8, GB18030, windows-1252, …");
  verb->add_option("--zone", words.import.zone, "IANA zone of times without an offset");
  verb->add_flag("--dry-run", words.import.dry_run, "check every row and store nothing");
}

void add_user(CLI::App& app, Words& words) {
  auto* verb = app.add_subcommand("user", "People who may use the console")->require_subcommand(1);
  auto action = [&](const char* name, const char* help, bool email) {
    auto* sub = verb->add_subcommand(name, help);
    if (email) sub->add_option("email", words.user.email, "e-mail of the user")->required();
    sub->callback([&words, name] { words.user.action = name; });
    return sub;
  };
  auto* add = action("add", "Create a user and print the one-time link", true);
  add->add_option("--name", words.user.name, "name shown in the audit trail");
  add->add_option("--role", words.user.role, "administrator, operator or analyst")
      ->check(CLI::IsMember({"administrator", "operator", "analyst"}));
  action("list", "All users", false);
  action("link", "A new one-time link (forgotten password)", true);
  action("disable", "Shut a user out at once", true);
  action("enable", "Let a disabled user in again", true);
  action("role", "Change a role", true)
      ->add_option("--role", words.user.role, "administrator, operator or analyst")
      ->required();
}

void add_key(CLI::App& app, Words& words) {
  auto* verb =
      app.add_subcommand("key", "Write keys (to send events) and API keys")->require_subcommand(1);
  auto* create = verb->add_subcommand("create", "Create a key and print its secret");
  create->add_option("name", words.key.name, "what the key is for")->required();
  create->add_option("--kind", words.key.kind, "write or api")
      ->check(CLI::IsMember({"write", "api"}));
  create->add_option("--source", words.key.source,
                     "data source of a write key (default: its name)");
  create->add_option("--role", words.key.role, "role of an API key")
      ->check(CLI::IsMember({"administrator", "operator", "analyst"}));
  create->callback([&words] { words.key.action = "create"; });
  verb->add_subcommand("list", "All keys, without their secrets")->callback([&words] {
    words.key.action = "list";
  });
  auto* revoke = verb->add_subcommand("revoke", "Make a key useless at once");
  revoke->add_option("id", words.key.id, "id of the key, from `key list`")->required();
  revoke->callback([&words] { words.key.action = "revoke"; });
}

void add_verbs(CLI::App& app, Words& words) {
  app.add_subcommand("serve", "Run the server: API, console and background work");
  add_import(app, words);
  add_user(app, words);
  add_key(app, words);
  app.add_subcommand("sql", "Read-only ClickHouse SQL over the table events")
      ->add_option("query", words.query, "the statement, or - to read it from standard input")
      ->required();
  app.add_subcommand("ledger", "The points ledger")
      ->require_subcommand(1)
      ->add_subcommand("verify", "Compare everything that the ledger keeps twice");
  app.add_subcommand("stats", "Sizes and counts of the stores, stages and memory");
  app.add_subcommand("config", "The settings that hold, and where each comes from");
  app.add_subcommand("version", "The version of the program");
  app.add_subcommand("completion", "A completion script for the shell")
      ->add_option("shell", words.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  // Global options may stand anywhere.
  for (auto* verb : app.get_subcommands({})) {
    verb->fallthrough();
    for (auto* action : verb->get_subcommands({})) action->fallthrough();
  }
}

Result<void> run_verb(const CLI::App& app, const Words& words) {
  std::string verb = app.get_subcommands().front()->get_name();
  if (verb == "version") {
    std::printf(words.json ? "{\"version\":\"%s\"}\n" : "perennial %s\n", PERENNIAL_VERSION);
    return {};
  }
  if (verb == "completion") {
    std::printf("%s", completion_script(app, words.shell).c_str());
    return {};
  }
  std::vector<std::pair<std::string, std::string>> flags;
  for (const auto& [name, value] :
       {std::pair("data", words.data), {"listen", words.listen}, {"state", words.state}}) {
    if (!value.empty()) flags.emplace_back(name, value);
  }
  Config config = TRY(load_config(flags, words.config_file));
  if (verb == "config") return run_config(config, words.json);
  if (verb != "serve" && config.log_level == "info") config.log_level = "warn";
  start_log(config);
  if (verb == "serve") return run_serve(config);
  if (verb == "import") return run_import(config, words.import, words.json);
  if (verb == "user") return run_user(config, words.user, words.json);
  if (verb == "key") return run_key(config, words.key, words.json);
  if (verb == "sql") return run_sql(config, words.query, words.json);
  if (verb == "ledger") return run_ledger_verify(config, words.json);
  return run_stats(config, words.json);
}

int main(int argc, char** argv) {
  Words words;
  CLI::App app("Perennial, the customer-retention platform", "perennial");
  app.require_subcommand(1);
  add_global_options(app, words);
  add_verbs(app, words);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_code(Code::kInvalid);
  }
  auto done = run_verb(app, words);
  if (done) return 0;
  if (words.json) {
    Json problem = {{"code", code_name(done.error().code)},
                    {"detail", done.error().message},
                    {"where", done.error().where},
                    {"hint", done.error().hint}};
    std::fprintf(stderr, "%s\n", to_text(problem).c_str());
  } else {
    std::fprintf(stderr, "perennial: %s\n", done.error().text().c_str());
  }
  return exit_code(done.error().code);
}

}  // namespace
}  // namespace perennial::server

int main(int argc, char** argv) { return perennial::server::main(argc, argv); }
