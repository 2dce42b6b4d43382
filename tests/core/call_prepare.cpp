// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A policy that looks at the request: when it is shown, and to which scopes.

#include "support/catch.hpp"
#include "support/spy.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <string>

using namespace aramid;
using namespace std::chrono_literals;
using support::journal;
using support::note;
using support::read_journal;
using support::Spy;

namespace {

// Notes every request that it is shown, and whether it was shown before it was asked.
template <char Id>
struct Looker {
  struct Scope {
    const std::string* request = nullptr;
  };
  int unprepared = 0;

  void prepare(Scope& scope, const std::string& request, Context&) noexcept {
    note('p', Id);
    scope.request = &request;
  }
  Admission admit(Scope& scope, Context&, Instant) noexcept {
    note('+', Id);
    if (scope.request == nullptr || *scope.request != "hello") ++unprepared;
    return Admission::proceed();
  }
  Verdict settle(Scope&, Context&, const Error*, Instant) noexcept { return Verdict::done(); }
  void release(Scope&, Context&) noexcept {}
};

struct Provider {
  testing::Scripted<int> script;
  template <class Request>
  Outcome<int> operator()(const Request& request, Context& ctx) {
    return script(request, ctx);
  }
};

testing::Act<int> down() { return {fail(Fault::unavailable, 503)}; }

}  // namespace

TEST_CASE("policies are shown the request before any of them is asked", "[call]") {
  journal().clear();
  Resilient<Provider, Looker<'a'>, Looker<'b'>> client{Provider{{{1}}}};
  REQUIRE(client(std::string{"hello"}));
  CHECK(read_journal() == "pa pb +a +b");
}

TEST_CASE("inside a retry they are shown it again, outside they are not", "[call]") {
  journal().clear();
  testing::ManualClock clock;
  Context ctx = clock.context();
  using Twice = Retry<2, Backoff<Constant, NoJitter, 1s, 1s>>;
  Resilient<Provider, Looker<'a'>, Twice, Looker<'b'>> client{Provider{{down(), down(), {1}}}};
  REQUIRE(client(std::string{"hello"}, ctx));
  CHECK(read_journal() == "pa pb +a +b pb +b pb +b");
  CHECK(client.policy<0>().unprepared == 0);
  CHECK(client.policy<2>().unprepared == 0);
}

TEST_CASE("after a wait for admission they are not shown it again", "[call]") {
  testing::ManualClock clock;
  Context ctx = clock.context();
  Resilient<Provider, Spy<'s'>, Looker<'b'>> client{Provider{{{1}}}};
  client.policy<0>().answers = {Admission::wait_until(clock.now() + 1s),
                                Admission::wait_until(clock.now() + 2s)};
  journal().clear();
  REQUIRE(client(std::string{"hello"}, ctx));
  CHECK(read_journal() == "pb +s ?s ?s +b =s");
}

TEST_CASE("a refusal that is retried shows it too", "[call]") {
  testing::ManualClock clock;
  Context ctx = clock.context();
  Resilient<Provider, Spy<'r', true>, Spy<'s'>, Looker<'b'>> client{Provider{{{1}}}};
  client.policy<0>().verdicts = {Verdict::again_after(1s)};
  client.policy<1>().answers = {Admission::reject(Fault::saturated, Reason::none)};
  journal().clear();
  REQUIRE(client(std::string{"hello"}, ctx));
  CHECK(read_journal() == "pb +r s! -r pb +s +b =s =r");
}

TEST_CASE("a request of another type is not shown to a policy that cannot look at it", "[call]") {
  journal().clear();
  Resilient<Provider, Looker<'a'>> client{Provider{{{1}}}};
  REQUIRE(client(7));
  CHECK(read_journal() == "+a");
  CHECK(client.policy<0>().unprepared == 1);
}
