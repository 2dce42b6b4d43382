// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// One policy a key: who gets which, who is forgotten, and who never is.

#include <set>

#include "retry_run.hpp"

using namespace desk;

namespace {

struct Request {
  std::string model;
  int host = 0;
};
struct ModelOf {
  std::string_view operator()(const Request& request) const noexcept { return request.model; }
};
struct HostOf {
  int operator()(const Request& request) const noexcept { return request.host; }
};
struct NameOf {
  const std::string& operator()(const Request& request) const noexcept { return request.model; }
};

/// Fails for the models that are down.
struct Fleet {
  std::set<std::string>* down;
  Outcome<int> operator()(const Request& request, Context&) const {
    if (down->contains(request.model)) return fail(Fault::unavailable, 503);
    return 1;
  }
};

using Tripping = Breaker<2, 10s, 1>;

template <class Policy>
struct Scene {
  testing::ManualClock clock{1, Instant{1000s}};
  std::set<std::string> down;
  Resilient<Fleet, Policy> client{Fleet{&down}};

  Fault call(const std::string& model, int host = 0) {
    Context ctx = clock.context();
    const auto answer = client(Request{model, host}, ctx);
    return answer ? Fault::unknown : answer.error().fault;
  }
  void trip(const std::string& model) {
    down.insert(model);
    (void)call(model);
    (void)call(model);
  }
  BreakerState state(std::string_view model) {
    BreakerState state{};
    CHECK(keyed<BreakerTag>(client).with(model, [&](auto& breaker) { state = breaker.state(clock.now()); }));
    return state;
  }
  bool knows(std::string_view model) {
    return keyed<BreakerTag>(client).with(model, [](auto&) {});
  }
};

constexpr Fault fine = Fault::unknown;

}  // namespace

TEST_CASE("a model that fails has its breaker opened, and no other") {
  Scene<Keyed<ModelOf, Tripping, 10>> scene;
  scene.trip("a");
  CHECK(scene.call("a") == Fault::circuit_open);
  CHECK(scene.call("b") == fine);
  CHECK(scene.state("a") == BreakerState::open);
  CHECK(scene.state("b") == BreakerState::closed);
  CHECK(keyed<BreakerTag>(scene.client).size() == 2);
  CHECK_FALSE(scene.knows("c"));
  CHECK(keyed<BreakerTag>(scene.client).crowded() == 0);
}

TEST_CASE("numbers, strings and texts of any length are keys") {
  Scene<Keyed<HostOf, Tripping, 10>> hosts;
  hosts.down.insert("x");
  for (int i = 0; i < 2; ++i) CHECK(hosts.call("x", 7) == Fault::unavailable);
  CHECK(hosts.call("y", 7) == Fault::circuit_open);
  CHECK(hosts.call("y", -7) == fine);
  CHECK(keyed<BreakerTag>(hosts.client).with(-7, [](auto& b) { CHECK(b.failures() == 0); }));
  Scene<Keyed<NameOf, Tripping, 100>> names;
  std::string name;
  for (int i = 0; i < 40; ++i) {
    names.trip(name);
    name += static_cast<char>('a' + i % 3);
  }
  CHECK(keyed<BreakerTag>(names.client).size() == 40);
  CHECK(names.call(name) == fine);
  CHECK(names.call("ab") == Fault::circuit_open);
}

TEST_CASE("the key that was not used for longest is forgotten") {
  Scene<Keyed<ModelOf, Tripping, 3>> scene;
  for (const char* model : {"a", "b", "c", "a", "d"}) {
    CHECK(scene.call(model) == fine);
    scene.clock.advance(1s);
  }
  CHECK(scene.knows("a"));
  CHECK_FALSE(scene.knows("b"));
  CHECK(scene.knows("c"));
  CHECK(scene.knows("d"));
  CHECK(keyed<BreakerTag>(scene.client).size() == 3);
}

TEST_CASE("an open breaker is never forgotten, however many other keys come") {
  Scene<Keyed<ModelOf, Breaker<2, 1h, 1>, 4>> scene;
  scene.trip("down");
  for (int i = 0; i < 1000; ++i) {
    scene.clock.advance(1ms);
    CHECK(scene.call("model " + std::to_string(i)) == fine);
  }
  CHECK(scene.call("down") == Fault::circuit_open);
  CHECK(scene.state("down") == BreakerState::open);
  CHECK(keyed<BreakerTag>(scene.client).crowded() == 0);
}

TEST_CASE("a key whose breaker has counted a failure is not forgotten") {
  Scene<Keyed<ModelOf, Tripping, 1>> scene;
  scene.down.insert("a");
  CHECK(scene.call("a") == Fault::unavailable);  // one failure, closed
  CHECK(scene.call("b") == fine);
  CHECK(scene.call("a") == Fault::unavailable);
  CHECK(scene.state("a") == BreakerState::open);
  CHECK(scene.call("a") == Fault::circuit_open);
}

TEST_CASE("when all keys must stay, further ones share a policy until one may go") {
  Scene<Keyed<ModelOf, Tripping, 2>> scene;
  scene.trip("a");
  scene.trip("b");
  CHECK(scene.call("c") == fine);
  CHECK(keyed<BreakerTag>(scene.client).crowded() == 1);
  scene.trip("d");
  CHECK(scene.call("c") == Fault::circuit_open);  // with d, in the shared one
  CHECK(keyed<BreakerTag>(scene.client).rest().state(scene.clock.now()) == BreakerState::open);
  CHECK(scene.call("a") == Fault::circuit_open);
  scene.clock.advance(10s);
  scene.down.clear();
  CHECK(scene.call("a") == fine);  // a probe closes it
  CHECK(scene.call("c") == fine);  // in a's place
  CHECK(scene.knows("c"));
  CHECK_FALSE(scene.knows("a"));
}

TEST_CASE("a key that a call is in is not forgotten") {
  struct Held {
    struct Scope {};
    Admission admit(Scope&, Context&, Instant) noexcept { return Admission::proceed(); }
    Verdict settle(Scope&, Context&, const Error*, Instant) noexcept { return Verdict::done(); }
    void release(Scope&, Context&) noexcept {}
  };
  using Policy = Keyed<HostOf, Held, 1>;
  Policy policy;
  const auto enter = [&](Policy::Scope& scope, Context& ctx, int host) {
    policy.prepare(scope, Request{"", host}, ctx);
    (void)policy.admit(scope, ctx, Instant{1h});
  };
  Context ctx;
  Policy::Scope first;
  Policy::Scope second;
  enter(first, ctx, 1);
  enter(second, ctx, 2);
  CHECK(policy.crowded() == 1);
  CHECK(policy.with(1, [](Held&) {}));
  (void)policy.settle(first, ctx, nullptr, Instant{1h});
  policy.release(second, ctx);
  Policy::Scope third;
  policy.prepare(third, Request{"", 3}, ctx);
  (void)policy.admit(third, ctx, Instant{1h} + 1s);
  CHECK(policy.with(3, [](Held&) {}));
  CHECK_FALSE(policy.with(1, [](Held&) {}));
  (void)policy.settle(third, ctx, nullptr, Instant{1h} + 1s);
}

TEST_CASE("a budget a key limits the retries of that key") {
  using Quick = Retry<3, Backoff<Constant, NoJitter, 1ms, 1s>>;
  testing::ManualClock clock;
  std::set<std::string> down{"a", "b"};
  Resilient<Fleet, Keyed<ModelOf, RetryQuota<2, 1, 1>, 10>, Quick> client{Fleet{&down}};
  const auto attempts = [&](const char* model) {
    Context ctx = clock.context();
    CHECK_FALSE(client(Request{model}, ctx));
    return ctx.attempt();
  };
  CHECK(attempts("a") == 3);
  CHECK(attempts("b") == 3);
  CHECK(attempts("a") == 1);
  CHECK(keyed<RetryBudgetTag>(client).with("a", [](auto& quota) { CHECK(quota.available() == 0); }));
}

TEST_CASE("retries a key, and settings at run time") {
  testing::ManualClock clock;
  std::set<std::string> down{"a"};
  Resilient<Fleet, Keyed<ModelOf, Retry<>, 10>, Keyed<ModelOf, Breaker<>, 10>> client{
      Fleet{&down}, RetrySettings{.retries = 2, .base = 1ms, .cap = 1s}, BreakerSettings{.failures = 3}};
  Context ctx = clock.context();
  CHECK_FALSE(client(Request{"a"}, ctx));
  CHECK(ctx.attempt() == 3);
  CHECK(keyed<BreakerTag>(client).with(
      "a", [&](auto& breaker) { CHECK(breaker.state(clock.now()) == BreakerState::open); }));
  CHECK(client.attempts_allowed() == 3);
  CHECK_THAT(describe<decltype(client)>(), support::contains("at most 10 keys"));
}

TEST_CASE("a key whose policy can be switched off, or is in the shadow, is forgotten when that is idle") {
  const auto play = []<class Policy>(Scene<Policy>& scene, auto& keys) {
    for (int i = 0; i < 20; ++i) {
      scene.clock.advance(1s);
      CHECK(scene.call("model " + std::to_string(i)) == fine);
    }
    CHECK(keys.size() == 4);
    CHECK(keys.crowded() == 0);
    scene.down.insert("bad");
    for (int i = 0; i < 2; ++i) (void)scene.call("bad");
    for (int i = 0; i < 20; ++i) CHECK(scene.call("model " + std::to_string(i)) == fine);
    CHECK(keys.with("bad", [](auto&) {}));
  };
  Scene<Keyed<ModelOf, Switchable<Breaker<2, 1h, 1>>, 4>> switched;
  auto& switches = keyed<SwitchTag<BreakerTag>>(switched.client);
  play(switched, switches);
  CHECK(switches.with("model 19", [](auto& one) { one.off(); }));
  for (int i = 0; i < 10; ++i) CHECK(switched.call("model " + std::to_string(i)) == fine);
  CHECK(switches.with("model 19", [](auto& one) { CHECK_FALSE(one.is_on()); }));

  Scene<Keyed<ModelOf, Shadow<Breaker<2, 1h, 1>>, 4>> shadowed;
  play(shadowed, keyed<ShadowTag<BreakerTag>>(shadowed.client));
}
