// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/modifiers.cpp: policies shared, switched off, watched in the shadow, and kept apart by key. Needs
// no network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// [key_of]
struct Prompt {
  std::string model;
  std::string text;
};

struct ModelOf {
  std::string_view operator()(const Prompt& prompt) const noexcept { return prompt.model; }
};
// [/key_of]

struct Server {
  Outcome<std::string> operator()(const Prompt& prompt, Context&) const {
    if (prompt.model == "large") return fail(Fault::unavailable, 503);
    return "answer to " + prompt.text;
  }
};

using Retries = Retry<3, Backoff<Exponential, Jitter, 10ms, 1s>>;

}  // namespace

int main() {
  testing::ManualClock clock;
  const auto ask = [&](auto& client, const char* model) {
    Context ctx = clock.context();
    return client(Prompt{model, "hello"}, ctx);
  };

  // [shared]
  using Budget = RetryBudget<20, 10s, 1>;
  using Client = Resilient<Server, Shared<Budget>, Retries>;
  SharedState<Budget> budget;  // outlives both
  Client search{Server{}, budget};
  Client index{Server{}, budget};
  // [/shared]
  for (int i = 0; i < 20; ++i) {
    (void)ask(search, "large");
    (void)ask(index, "large");
  }
  const RetryFunds funds = budget.policy().funds(clock.now());
  std::cout << "both clients together: " << funds.used << " retries of " << funds.limit << '\n';

  // [keyed]
  Resilient<Server, Keyed<ModelOf, Breaker<5, 60s, 3>, 100>> models{Server{}};
  // [/keyed]
  for (int i = 0; i < 6; ++i) (void)ask(models, "large");
  const bool other_is_fine = ask(models, "small").has_value();
  const bool refused = ask(models, "large").error().fault == Fault::circuit_open;
  // [with]
  keyed<BreakerTag>(models).with("large", [](auto& breaker) { breaker.reset(); });
  // [/with]
  const bool asked_again = ask(models, "large").error().fault == Fault::unavailable;

  // [shadow]
  Resilient<Server, Shadow<Breaker<2, 60s, 3>>> watched{Server{}};
  for (int i = 0; i < 10; ++i) (void)ask(watched, "large");
  const ShadowCounts counts = shadow_of<BreakerTag>(watched).counts();  // 2 admitted, 8 rejected
  // [/shadow]
  std::cout << "in the shadow: " << counts.admitted << " admitted, " << counts.rejected << " rejected\n";

  // [switch]
  Resilient<Server, Switchable<Breaker<2, 60s, 3>>, Switchable<Timeout<30s>>> client{Server{}};
  switch_of<BreakerTag>(client).off();    // by tag
  switch_of<Timeout<30s>>(client).off();  // a policy without a tag by its type
  // [/switch]
  bool let_through = true;
  for (int i = 0; i < 10; ++i) let_through &= ask(client, "large").error().fault == Fault::unavailable;

  return funds.used <= funds.limit && other_is_fine && refused && asked_again && counts.rejected == 8 &&
                 let_through
             ? 0
             : 1;
}
