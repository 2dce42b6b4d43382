// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/llm_providers.hpp: the providers that an LlmClient is given.
//
//   LlmProviders providers;
//   providers.add("sambanova", SambaNova{{.model = "Meta-Llama-3.3-70B-Instruct"}});
//   providers.add("own", [](const ChatRequest& request, Context& ctx) -> Outcome<Completion> { ... });
//   LlmClient client{{}, std::move(providers)};
//
// A provider that says of itself that it is not `ready()`, for want of a key or a usable URL, is left out, and
// `available_providers()` of the client says why.
// Thread-safety: a value, like std::vector; move-only.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/any_provider.hpp>
#include <aramid/candidate.hpp>
#include <aramid/settings.hpp>

#include <concepts>     // copy_constructible, same_as
#include <functional>   // function
#include <optional>     // optional
#include <string>       // string
#include <type_traits>  // decay_t
#include <utility>      // forward, move
#include <vector>       // vector

ARAMID_BEGIN

class LlmProviders {
 public:
  /// Something that asks once.
  using PlainChat = std::function<Outcome<Completion>(const ChatRequest& request, Context& ctx)>;
  /// Anything else: clients with policies of their own, which are built in place, and what cannot be copied.
  using AnyChat = AnyProvider<ChatRequest, Completion>;

  struct Entry {
    std::string name;
    PlainChat plain;                // this one,
    std::optional<AnyChat> client;  // or, if it is empty, this
    CandidateFacts facts;
  };
  struct LeftOut {
    std::string name;
    std::string why;
  };

  /// sambanova, hf and ollama, in this order: SambaNova if SAMBANOVA_API_KEY is set, HuggingFace if HF_TOKEN is,
  /// and Ollama, which wants no key. Models: from SAMBANOVA_MODEL, HF_MODEL and OLLAMA_MODEL, else a current one.
  [[nodiscard]] static LlmProviders from_environment();

  /// `name`: not empty, not "auto", and no other provider's; otherwise refused as wrong settings are
  /// (<aramid/settings.hpp>). `facts`: its context window, say; see <aramid/candidate.hpp>.
  template <class Provider>
    requires ProviderOf<std::decay_t<Provider>, ChatRequest>
  LlmProviders& add(std::string name, Provider&& provider, const CandidateFacts& facts = {}) {
    check(name);
    if constexpr (requires { provider.ready().error().message; }) {
      const auto ready = provider.ready();
      if (!ready) return leave_out(std::move(name), ready.error().message);
    }
    using P = std::decay_t<Provider>;
    if constexpr (std::same_as<P, AnyChat>) {
      entries_.push_back({std::move(name), {}, std::forward<Provider>(provider), facts});
    } else if constexpr (!is_stack_v<P> && std::copy_constructible<P>) {
      entries_.push_back({std::move(name), PlainChat{std::forward<Provider>(provider)}, {}, facts});
    } else {
      entries_.push_back({std::move(name), {}, AnyChat{std::forward<Provider>(provider)}, facts});
    }
    return *this;
  }  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the entry owns it

  /// A provider that is known and cannot be used, and why: one sentence, without its key.
  LlmProviders& leave_out(std::string name, std::string why) {
    check(name);
    left_out_.push_back({std::move(name), std::move(why)});
    return *this;
  }

  [[nodiscard]] std::vector<Entry>& entries() noexcept { return entries_; }
  [[nodiscard]] const std::vector<LeftOut>& left_out() const noexcept { return left_out_; }

 private:
  void check(const std::string& name) const {
    bool known = name.empty() || name == "auto";
    for (const Entry& entry : entries_) known = known || entry.name == name;
    for (const LeftOut& entry : left_out_) known = known || entry.name == name;
    require_setting(!known, "the name of a provider of an LlmClient", std::string_view{name},
                    "one that no other provider has, neither empty nor \"auto\"");
  }

  std::vector<Entry> entries_;
  std::vector<LeftOut> left_out_;
};

ARAMID_END
