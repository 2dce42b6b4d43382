// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "options.hpp"

#include <fmt/format.h>

#include <charconv>     // from_chars
#include <string_view>  // string_view

namespace chat {
namespace {

/// One option: it has a place for its text, for its number, or is a switch.
struct Option {
  std::string_view name;
  std::string Options::* text = nullptr;
  std::uint64_t Options::* number = nullptr;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  bool Options::* on = nullptr;
};

constexpr Option table[] = {
    {.name = "--base-url", .text = &Options::base_url},
    {.name = "--model", .text = &Options::model},
    {.name = "--key-env", .text = &Options::key_env},
    {.name = "--provider", .text = &Options::provider},
    {.name = "--chats", .number = &Options::chats, .least = 1, .most = 100'000},
    {.name = "--threads", .number = &Options::threads, .least = 1, .most = 64},
    {.name = "--seed", .number = &Options::seed, .least = 0, .most = UINT64_MAX},
    {.name = "--demo", .on = &Options::demo},
    {.name = "--fleet", .on = &Options::fleet},
    {.name = "--help", .on = &Options::help},
    {.name = "-h", .on = &Options::help},
};

std::string set(Options& options, const Option& option, std::string_view value) {
  if (option.text != nullptr) {
    if (value.empty()) return fmt::format("{} must not be empty.", option.name);
    options.*option.text = value;
    return {};
  }
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc{} || end != value.data() + value.size() || number < option.least ||
      number > option.most) {
    return fmt::format("{} is '{}', but must be a number from {} to {}.", option.name, value, option.least,
                       option.most);
  }
  options.*option.number = number;
  return {};
}

std::string check(const Options& options) {
  if (!options.base_url.empty() && options.model.empty()) {
    return "--base-url needs --model NAME: only the server's owner knows which models it has.";
  }
  if (options.base_url.empty() && !options.key_env.empty()) {
    return "--key-env goes with --base-url; without one, each provider has its own variable (see --help).";
  }
  if (!options.base_url.empty() && !options.provider.empty())
    return "--base-url and --provider exclude each other.";
  return {};
}

}  // namespace

std::expected<Options, std::string> parse_options(std::span<char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    // Both "--model NAME" and "--model=NAME".
    const std::string_view argument = arguments[i];
    const std::size_t equals = argument.starts_with("--") ? argument.find('=') : std::string_view::npos;
    const std::string_view name = argument.substr(0, equals);
    std::optional<std::string_view> value;
    if (equals != std::string_view::npos) value = argument.substr(equals + 1);

    const Option* option = nullptr;
    for (const Option& candidate : table) {
      if (candidate.name == name) option = &candidate;
    }
    const bool prompt = name == "--prompt";
    if (option == nullptr && !prompt)
      return std::unexpected{fmt::format("There is no option '{}'. See --help.", name)};
    if (!prompt && option->on != nullptr) {
      if (value) return std::unexpected{fmt::format("{} takes no value.", name)};
      options.*option->on = true;
      continue;
    }
    if (!value) {
      if (i + 1 == arguments.size())
        return std::unexpected{fmt::format("{} needs a value. See --help.", name)};
      value = arguments[++i];
    }
    if (prompt) {
      if (value->empty()) return std::unexpected{"--prompt must not be empty."};
      options.prompt = *value;
      continue;
    }
    if (std::string problem = set(options, *option, *value); !problem.empty())
      return std::unexpected{std::move(problem)};
  }
  if (std::string problem = check(options); !problem.empty()) return std::unexpected{std::move(problem)};
  return options;
}

std::string help_text(const char* program) {
  return fmt::format(R"(usage: {0} [OPTIONS]          (in the repository: ./dev demo [OPTIONS])

A chat that survives bad providers. Without any of the variables below it demonstrates itself on an embedded
fleet: three local servers that rate-limit, stall, fail and break off, asked first by a bare client, then by a
resilient one.

With a provider:
  --prompt TEXT      ask once, print the answer, end. Otherwise: a conversation, line by line; and if stdin is not
                     a terminal, all of it is one prompt
  --provider NAME    of several that are set up, only this one: sambanova, hf, openai, ollama
  --model NAME       instead of the provider's default
  --base-url URL     any server that speaks OpenAI's chat completions, such as http://127.0.0.1:8080/v1;
                     needs --model
  --key-env VAR      the environment variable that holds its key; without it no key is sent

On the embedded fleet:
  --demo             even if providers are set up
  --chats N          chats that each client sends (300)
  --threads N        chats at a time, up to 64 (16)
  --seed N           of the servers' faults (1001)
  --fleet            nothing but its servers: prints their three ports and serves until stdin ends

  -h, --help         this text

Environment:
  SAMBANOVA_API_KEY  sets up SambaNova; its model: SAMBANOVA_MODEL
  HF_TOKEN           sets up Hugging Face; its model: HF_MODEL
  OPENAI_API_KEY     sets up OpenAI; its model: OPENAI_MODEL
  OLLAMA_HOST        sets up Ollama, such as 127.0.0.1:11434; its model: OLLAMA_MODEL
  NO_COLOR           no colours, unless it is empty
Providers are asked in this order; the next one is asked when one fails.

Examples:
  {0}
  SAMBANOVA_API_KEY=... HF_TOKEN=... {0}
  {0} --base-url http://127.0.0.1:8080/v1 --model llama --prompt 'Why is the sky blue?'

Exit status: 0 fine, 1 a chat failed, 2 wrong usage, 130 interrupted.
)",
                     program);
}

}  // namespace chat
