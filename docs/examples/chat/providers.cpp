// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "providers.hpp"

#include <aramid/aramid.hpp>

#include <aramid/adapters/ollama.hpp>
#include <aramid/adapters/openai.hpp>

#include <fmt/format.h>

#include <cstdlib>  // getenv
#include <memory>   // make_shared
#include <utility>  // index_sequence

namespace chat {
namespace {

using namespace aramid;
using namespace std::chrono_literals;

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// What sets a provider up, and what it is asked for.
struct Known {
  Name name;
  const char* switched_on_by;
  const char* model_variable;
  const char* model;
  ChatProvider (*make)(const ProviderSettings& settings);
};

constexpr Known known[] = {
    {"sambanova", "SAMBANOVA_API_KEY", "SAMBANOVA_MODEL", "Meta-Llama-3.3-70B-Instruct",
     [](const ProviderSettings& settings) -> ChatProvider { return SambaNova{settings}; }},
    {"hf", "HF_TOKEN", "HF_MODEL", "meta-llama/Llama-3.3-70B-Instruct",
     [](const ProviderSettings& settings) -> ChatProvider { return HuggingFace{settings}; }},
    {"openai", "OPENAI_API_KEY", "OPENAI_MODEL", "gpt-4o-mini",
     [](const ProviderSettings& settings) -> ChatProvider { return OpenAi{settings}; }},
    {"ollama", "OLLAMA_HOST", "OLLAMA_MODEL", "llama3.2",
     [](const ProviderSettings& settings) -> ChatProvider { return Ollama{settings}; }},
};

std::string model_for(const Known& one, const Options& options) {
  if (!options.model.empty()) return options.model;
  const std::string_view chosen = variable(one.model_variable);
  return std::string{chosen.empty() ? one.model : chosen};
}

std::expected<std::vector<ChatProvider>, std::string> own_server(const Options& options) {
  Secret key = Secret::none();
  if (!options.key_env.empty()) {
    key = Secret::from_env(options.key_env.c_str());
    if (!key.is_set())
      return std::unexpected{fmt::format("--key-env: the variable {} is not set.", options.key_env)};
  }
  OpenAi provider{{.model = options.model, .base_url = options.base_url, .api_key = key, .name = "server"}};
  return std::vector<ChatProvider>{provider};
}

constexpr unsigned attempts_each = 3;

/// For a person who waits: short first delays, and time for a long answer.
using Candidate = Resilient<ChatProvider, Retry<attempts_each - 1, Backoff<Exponential, Jitter, 500ms, 20s>>,
                            Breaker<5, 60s, 3>, Limiter<SlidingWindow, RPM<50>, TPM<200'000>>, Timeout<120s>>;

template <std::size_t>
using CandidateAt = Candidate;

template <std::size_t... I>
ChatCall client_of(const std::vector<ChatProvider>& providers, std::index_sequence<I...>) {
  const auto client = std::make_shared<Failover<Priority, CandidateAt<I>...>>(providers[I]...);
  return [client](const ChatRequest& request, Context& ctx) {
    // Every provider may use all of its attempts; by default the last one could find them used up.
    ctx.max_attempts = attempts_each * sizeof...(I);
    return (*client)(request, ctx);
  };
}

}  // namespace

std::expected<std::vector<ChatProvider>, std::string> find_providers(const Options& options) {
  std::expected<std::vector<ChatProvider>, std::string> found;
  if (!options.base_url.empty()) {
    found = own_server(options);
  } else {
    bool known_name = options.provider.empty();
    for (const Known& one : known) {
      const bool wanted = options.provider.empty() || one.name == options.provider;
      known_name = known_name || wanted;
      if (!wanted) continue;
      if (variable(one.switched_on_by).empty()) {
        if (options.provider.empty()) continue;
        return std::unexpected{
            fmt::format("--provider {} needs the variable {}.", options.provider, one.switched_on_by)};
      }
      found->push_back(one.make({.model = model_for(one, options), .name = one.name}));
    }
    if (!known_name) {
      return std::unexpected{fmt::format(
          "There is no provider '{}'; there are sambanova, hf, openai and ollama.", options.provider)};
    }
  }
  if (!found) return found;
  for (const ChatProvider& provider : *found) {
    if (const Outcome<void> ready = provider.ready(); !ready) {
      return std::unexpected{fmt::format("{}: {}", provider.name().view(), ready.error().message)};
    }
  }
  return found;
}

ChatCall make_client(const std::vector<ChatProvider>& providers) {
  switch (providers.size()) {
    case 1:
      return client_of(providers, std::make_index_sequence<1>{});
    case 2:
      return client_of(providers, std::make_index_sequence<2>{});
    case 3:
      return client_of(providers, std::make_index_sequence<3>{});
    default:
      return client_of(providers, std::make_index_sequence<4>{});
  }
}

}  // namespace chat
