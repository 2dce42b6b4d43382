// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/failover.cpp: several providers as one client, known at compile time and from a configuration.
// Needs no network.
//
// run

#include <aramid/any_provider.hpp>
#include <aramid/aramid.hpp>
#include <aramid/failover_list.hpp>
#include <aramid/intern.hpp>
#include <aramid/testing.hpp>

#include <iostream>
#include <string>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Down {
  Outcome<std::string> operator()(const std::string&, Context&) const {
    return fail(Fault::unavailable, 503);
  }
};
struct Local {
  Outcome<std::string> operator()(const std::string& text, Context&) const { return "local: " + text; }
};

// [stack]
template <class Provider>
using Guarded = Resilient<Provider, Backoff<Exponential, Jitter, 100ms, 2s>, Breaker<5, 60s, 3>,
                          Limiter<SlidingWindow, RPM<50>>, Timeout<30s>>;

using Chat = Failover<OutlierEjection<SuccessRate>,
                      Named<"sambanova", Guarded<Down>, ContextWindow<16'000>, Price<60, 120>>,
                      Named<"local", Guarded<Local>, ContextWindow<8'000>, Price<0>>>;
// [/stack]

// [configured]
using AnyChat = AnyProvider<std::string, std::string>;
using Configured = FailoverList<Priority, AnyChat>;

Configured from_configuration(const std::vector<std::string>& names) {
  std::vector<Configured::Candidate> candidates;
  for (const std::string& name : names) {
    candidates.push_back({intern(name), name == "local" ? AnyChat{std::in_place_type<Guarded<Local>>}
                                                        : AnyChat{std::in_place_type<Guarded<Down>>}});
  }
  return Configured{std::move(candidates)};
}
// [/configured]

}  // namespace

int main() {
  Chat chat;
  testing::ManualClock clock;
  Context ctx = clock.context();
  const auto answer = chat(std::string{"hello"}, ctx);
  std::cout << (answer ? *answer : answer.error().message) << " after " << ctx.attempt() << " attempts\n";

  // [route]
  Context mine = clock.context();
  mine.route.only = "local";    // this one and no other
  mine.route.failover = false;  // or: the first choice only
  mine.route.wait = false;      // and no waiting for one that is not ready
  const auto local = chat(std::string{"hello"}, mine);

  for (const auto& [provider, readiness] : available(chat, mine)) {
    std::cout << provider.view() << ": " << (readiness.ready() ? "ready" : to_string(readiness.reason))
              << '\n';
  }
  // [/route]

  Configured configured = from_configuration({"far", "local"});
  Context another = clock.context();
  const auto text = configured(std::string{"hi"}, another);
  std::cout << (text ? *text : text.error().message) << '\n';
  return answer && local && text ? 0 : 1;
}
