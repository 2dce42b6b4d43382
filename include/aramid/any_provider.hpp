// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/any_provider.hpp: a provider whose type is chosen at run time.
//
//   using AnyChat = AnyProvider<ChatRequest, Completion>;
//   AnyChat chat = local ? AnyChat{Ollama{settings}} : AnyChat{std::in_place_type<Hosted>, OpenAi{other}};
//   Resilient<AnyChat, Backoff<Exponential, Jitter>> client{std::move(chat)};
//
// When to use it: providers from a configuration, members of one type, shorter compile times behind an interface.
// When not: where the type is known; a stack of types costs nothing.
// Not part of <aramid/aramid.hpp>. Cost: one allocation when it is made, one indirect call a call. Move-only; a
// moved-from one answers `Fault::invalid_request`. Thread-safety: as the provider's.
#pragma once

#include <aramid/attempt_once.hpp>
#include <aramid/describe.hpp>
#include <aramid/readiness.hpp>

#include <utility>  // exchange, forward, in_place_type_t

ARAMID_BEGIN

namespace detail {
[[nodiscard]] ARAMID_COLD inline std::unexpected<Error> moved_from() {
  return fail(Fault::invalid_request, 0, "this AnyProvider has been moved from");
}
}  // namespace detail

/// Which drivers can look into an AnyProvider: the blocking one only. See <aramid/async/any_provider.hpp>.
struct BlockingOnly {
  template <class Request, class Response>
  struct Interface {
    virtual ~Interface() = default;
  };
  template <class Held, class Request, class Response>
  struct Implements final : Held {
    using Held::Held;
  };
};

template <class Request, class Response, class Drivers = BlockingOnly>
class AnyProvider {
 public:
  /// Attempts are counted by what is inside.
  static constexpr bool is_stack = true;

  /// Moves `provider` in.
  template <class Provider>
    requires(!std::same_as<std::remove_cvref_t<Provider>, AnyProvider> &&
             ProviderOf<std::remove_cvref_t<Provider>, Request>)
  explicit AnyProvider(Provider&& provider)
      : AnyProvider{std::in_place_type<std::remove_cvref_t<Provider>>, std::forward<Provider>(provider)} {}

  /// Builds a `Provider` in place, as clients need it: they do not move.
  template <class Provider, class... From>
  explicit AnyProvider(std::in_place_type_t<Provider>, From&&... from)
      : held_{new Made<Provider>(std::forward<From>(from)...)} {
    static_assert(std::same_as<std::invoke_result_t<Provider&, const Request&, Context&>, Outcome<Response>>,
                  "aramid: AnyProvider<Request, Response> holds providers that return Outcome<Response>");
  }
  AnyProvider(AnyProvider&& other) noexcept : held_{std::exchange(other.held_, nullptr)} {}
  AnyProvider& operator=(AnyProvider&& other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~AnyProvider() { delete held_; }

  Outcome<Response> operator()(const Request& request, Context& ctx) {
    if (held_ == nullptr) [[unlikely]]
      return detail::moved_from();
    return held_->call(request, ctx);
  }
  Outcome<Response> operator()(const Request& request) {
    Context ctx;
    return (*this)(request, ctx);
  }

  /// The same for coroutines, if the drivers include theirs.
  template <class Asked = Request>
    requires requires(const Asked& request, Context& ctx) {
      Drivers::template ask<Response>(
          static_cast<typename Drivers::template Interface<Asked, Response>*>(nullptr), request, ctx);
    }
  auto async(const Asked& request, Context& ctx) {
    return Drivers::template ask<Response, Request>(held_, request, ctx);
  }

  /// What is inside if it is a `Provider`, else null: `breaker(*any.get_if<Client>())`.
  template <class Provider>
  [[nodiscard]] Provider* get_if() noexcept {
    auto* const held = dynamic_cast<Held<Provider>*>(held_);
    return held != nullptr ? &held->provider : nullptr;
  }

  /// `describe<Provider>()` of what is inside.
  [[nodiscard]] std::string describe() const { return held_ != nullptr ? held_->describe() : std::string{}; }
  /// `worst_case<Provider>()` of what is inside.
  [[nodiscard]] Duration worst_case_inside() const noexcept {
    return held_ != nullptr ? held_->worst_case() : Duration::zero();
  }
  [[nodiscard]] unsigned attempts_allowed() const noexcept {
    return held_ != nullptr ? held_->attempts_allowed() : 1;
  }
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    return held_ != nullptr ? held_->readiness(ctx, now) : Readiness{};
  }
  [[nodiscard]] unsigned headroom(Instant now) const noexcept {
    return held_ != nullptr ? held_->headroom(now) : full_headroom;
  }

  // What the type alone knows.
  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "AnyProvider: chosen at run time\n";
  }
  [[nodiscard]] static consteval unsigned max_attempts() noexcept { return unlimited_attempts; }

 private:
  struct Anything : Drivers::template Interface<Request, Response> {
    virtual Outcome<Response> call(const Request& request, Context& ctx) = 0;
    [[nodiscard]] virtual std::string describe() const = 0;
    [[nodiscard]] virtual Duration worst_case() const noexcept = 0;
    [[nodiscard]] virtual unsigned attempts_allowed() const noexcept = 0;
    [[nodiscard]] virtual Readiness readiness(const Context& ctx, Instant now) const noexcept = 0;
    [[nodiscard]] virtual unsigned headroom(Instant now) const noexcept = 0;
  };

  template <class Provider>
  struct Held : Anything {
    Provider provider;

    template <class... From>
    explicit Held(From&&... from) : provider(std::forward<From>(from)...) {}
    Outcome<Response> call(const Request& request, Context& ctx) override {
      if constexpr (is_stack_v<Provider>) {
        return provider(request, ctx);
      } else {
        return detail::attempt_once<Outcome<Response>>(provider, request, ctx);
      }
    }
    [[nodiscard]] std::string describe() const override { return aramid::describe<Provider>(); }
    [[nodiscard]] Duration worst_case() const noexcept override { return aramid::worst_case<Provider>(); }
    [[nodiscard]] unsigned attempts_allowed() const noexcept override {
      return aramid::attempts_allowed(provider);
    }
    [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept override {
      return readiness_of(provider, ctx, now);
    }
    [[nodiscard]] unsigned headroom(Instant now) const noexcept override {
      return headroom_of(provider, now);
    }
  };

  template <class Provider>
  using Made = typename Drivers::template Implements<Held<Provider>, Request, Response>;

  Anything* held_;
};

ARAMID_END
