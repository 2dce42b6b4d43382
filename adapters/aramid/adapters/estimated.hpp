// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/estimated.hpp: gives each chat request the cost that a limiter needs, where the caller gave none.
//
//   Estimated<Resilient<OpenAi, Limiter<SlidingWindow, RPM<500>, TPM<30'000>>>> chat;
//   Estimated<Client> chat{settings, {.text = my_tokenizer, .unset_output = 2000}};
//
// When to use it: a Limiter counts tokens, and nobody calls `estimate_cost` before each call.
// A call whose `ctx.cost.tokens` is set keeps its cost. `ctx.cost` is as before when the call is over.
// Cost: one pass over the request's text; no allocation. Thread-safety: as the client's, and as `text`'s.
#pragma once

#include <aramid/adapters/stream_again.hpp>

#include <exception>  // exception
#include <utility>    // forward, move

ARAMID_BEGIN

template <class Client>
class Estimated : public Wrapping<Client> {
 public:
  static constexpr Name policy_name = "Estimated";

  constexpr Estimated()
    requires std::default_initializable<Client>
  = default;
  /// What the client is built from, and how tokens are counted.
  template <class From>
    requires is_buildable_v<Client, std::remove_reference_t<From>>
  explicit Estimated(From&& client, TokenEstimate how = {})
      : Wrapping<Client>{std::in_place, std::forward<From>(client)}, how_{std::move(how)} {}

  Outcome<Completion> operator()(const ChatRequest& request, Context& ctx) {
    static_assert(
        ChatClient<Client>,
        "aramid: the client of an Estimated must be callable as client(request, ctx) with a ChatRequest "
        "and return an Outcome<Completion>");
    // After a sentence the compiler is to say no more.
    if constexpr (ChatClient<Client>) {
      const Restored restored{ctx};
      if (ctx.cost.tokens == 0) {
        try {
          const Cost cost = estimate_cost(request, how_);
          ctx.cost = {.requests = ctx.cost.requests,
                      .tokens = cost.tokens,
                      .input_tokens = cost.input_tokens,
                      .output_tokens = cost.output_tokens};
        } catch (const std::exception& e) {
          return fail(Fault::invalid_request, 0, std::string{"TokenEstimate::text threw: "} + e.what());
        } catch (...) {
          return fail(Fault::invalid_request, 0, "TokenEstimate::text threw");
        }
      }
      return detail::ask<Outcome<Completion>>(this->client(), request, ctx);
    } else {
      return fail(Fault::unknown);
    }
  }
  Outcome<Completion> operator()(const ChatRequest& request) {
    Context ctx;
    return (*this)(request, ctx);
  }

  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "Estimated: the tokens of a request that names no cost\n";
    detail::describe_provider<Client>(text, indent);
  }

 private:
  class Restored {
   public:
    explicit Restored(Context& ctx) noexcept : ctx_{ctx}, cost_{ctx.cost} {}
    Restored(const Restored&) = delete;
    Restored& operator=(const Restored&) = delete;
    ~Restored() { ctx_.cost = cost_; }

   private:
    Context& ctx_;
    Cost cost_;
  };

  TokenEstimate how_{};
};

ARAMID_END
