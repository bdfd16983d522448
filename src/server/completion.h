// Completion scripts for shells, made from the command line's own description. Included by main.cc
// only: CLI11 is slow to compile.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace perennial::server {

namespace internal {

// Every verb and option below `app` as one list of words.
inline std::string words_of(const CLI::App& app) {
  std::string words;
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    words += sub->get_name() + " ";
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) words += "--" + name + " ";
  }
  return words;
}

}  // namespace internal

inline std::string completion_script(const CLI::App& app, const std::string& shell) {
  auto all = [](const CLI::App*) { return true; };
  std::string cases, fish;
  for (const auto* verb : app.get_subcommands(all)) {
    std::string words = internal::words_of(*verb);
    cases += "    " + verb->get_name() + ") words=\"" + words + "$global\" ;;\n";
    fish += "complete -c perennial -n __fish_use_subcommand -a " + verb->get_name() + " -d '" +
            verb->get_description() + "'\n";
    fish += "complete -c perennial -n '__fish_seen_subcommand_from " + verb->get_name() + "' -a '" +
            words + "'\n";
  }
  if (shell == "fish") return fish;
  std::string body =
      "_perennial() {\n"
      "  local global=\"--data --listen --state --config --json --help\"\n"
      "  local words=\"" +
      internal::words_of(app) +
      "\"\n"
      "  case \"${COMP_WORDS[1]}\" in\n" +
      cases +
      "  esac\n"
      "  COMPREPLY=($(compgen -f -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
      "}\n"
      "complete -F _perennial perennial\n";
  return shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" + body : body;
}

}  // namespace perennial::server
