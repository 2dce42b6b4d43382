// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Three providers, of which two fail in every way that the fault table knows, and what must hold for each call.
#pragma once

#include <aramid/any_provider.hpp>
#include <aramid/aramid.hpp>
#include <aramid/failover_list.hpp>
#include <aramid/testing.hpp>

namespace world {

using namespace aramid;
using namespace std::chrono_literals;

/// One call, as the providers see it.
struct Asked {
  std::uint64_t seed = 1;
  unsigned attempts = 0;      // that reached a provider
  unsigned free = 0;          // of these, how many did not count, because the one before never left
  unsigned misnumbered = 0;   // of these, how many did not count and should have
  unsigned outputs = 0;       // pieces of output
  unsigned last_attempt = 0;  // its number
  Fault last = Fault::unknown;

  std::uint64_t random() { return SplitMix64::mix(seed += 0x9E37'79B9'7F4A'7C15U); }
  void begin(const Context& ctx) {
    ++attempts;
    if (ctx.attempt() == last_attempt) ++(never_left(last) ? free : misnumbered);
    last_attempt = ctx.attempt();
  }
  Fault note(Fault fault) { return last = fault; }
};

struct Request {
  Asked* asked;
};

/// Fails with any fault of the table, those that this library raises itself included, with or without a hint.
struct Faulty {
  Outcome<int> operator()(const Request& request, Context& ctx) const {
    Asked& asked = *request.asked;
    asked.begin(ctx);
    const std::uint64_t draw = asked.random();
    if (draw % 16 == 0) {  // it hangs
      ctx.wait(ctx.deadline);
      return fail(asked.note(Fault::timed_out));
    }
    if (draw % 16 == 1) {  // it breaks off in the middle of its answer
      ctx.commit();
      ++asked.outputs;
      asked.note(Fault::interrupted);
      return fail(Fault::connection_lost);
    }
    ctx.wait(ctx.now() + Duration{static_cast<std::int64_t>(draw >> 40U)});
    auto failure = fail(asked.note(static_cast<Fault>(asked.random() % fault_count)));
    if (draw % 16 < 6) failure.error().retry_after = Duration{static_cast<std::int64_t>(draw >> 33U)};
    return failure;
  }
};

struct Healthy {
  static constexpr CandidateFacts facts{.context_window = 200'000, .takes_filtered = true};
  Outcome<int> operator()(const Request& request, Context& ctx) const {
    request.asked->begin(ctx);
    ctx.wait(ctx.now() + 50ms);
    ctx.commit();
    ++request.asked->outputs;
    return 1;
  }
};

/// Each provider's limiter binds: calls come faster than they may go.
template <class Provider>
using Client = Resilient<Provider, Retry<2, Backoff<Exponential, Jitter, 100ms, 2s>>, Breaker<5, 10s, 1>,
                         Limiter<SlidingWindow, RPM<300>>, Timeout<2s>>;

template <class Routing>
using Fixed = Failover<Routing, Named<"a", Client<Faulty>, ContextWindow<8'000>>,
                       Named<"b", Client<Faulty>, ContextWindow<16'000>>, Named<"c", Client<Healthy>>>;

template <class Routing>
struct Listed : FailoverList<Routing, AnyProvider<Request, int>> {
  using Any = AnyProvider<Request, int>;
  using List = FailoverList<Routing, Any>;
  Listed() : List{candidates()} {}
  static std::vector<typename List::Candidate> candidates() {
    std::vector<typename List::Candidate> made;
    made.push_back({"a", Any{std::in_place_type<Client<Faulty>>}, {.context_window = 8'000}});
    made.push_back({"b", Any{std::in_place_type<Client<Faulty>>}, {.context_window = 16'000}});
    made.push_back({"c", Any{std::in_place_type<Client<Healthy>>}, Healthy::facts});
    return made;
  }
};

/// What went wrong, over all calls.
struct Wrongs {
  std::uint64_t lost = 0;   // not answered, although nothing that happened forbade to ask the healthy one
  std::uint64_t twice = 0;  // more than one piece of output
  std::uint64_t over_ceiling = 0;  // more attempts than the ceiling
  std::uint64_t misnumbered = 0;   // an attempt that was not counted, or one counted that was none
  std::uint64_t late = 0;          // after the deadline
  std::uint64_t wrong_fault = 0;   // the caller got a fault that tells less than the one that ended the call

  [[nodiscard]] std::uint64_t sum() const {
    return lost + twice + over_ceiling + misnumbered + late + wrong_fault;
  }
};

template <class Chat>
void make_call(Chat& chat, testing::ManualClock& clock, std::uint64_t seed, Wrongs& wrongs) {
  Asked asked{.seed = seed};
  Context ctx = clock.context();
  ctx.deadline = ctx.now() + 120s;
  const Outcome<int> outcome = chat(Request{&asked}, ctx);
  wrongs.late += ctx.now() > ctx.deadline ? 1U : 0U;
  // The request itself is at fault, the caller has had enough, or output has begun: nobody else may be asked.
  const bool ended = ruling(asked.last).elsewhere == Elsewhere::never;
  wrongs.lost += !outcome && !ended ? 1U : 0U;
  wrongs.wrong_fault +=
      !outcome && ended && informative(outcome.error().fault) < informative(asked.last) ? 1U : 0U;
  wrongs.twice += asked.outputs > 1 ? 1U : 0U;
  wrongs.over_ceiling += ctx.attempt() > chat.attempts_allowed() ? 1U : 0U;
  // One that never left may have been meant to be repeated, and was not.
  const bool given_back = never_left(asked.last) && ctx.attempt() < asked.last_attempt;
  wrongs.misnumbered +=
      asked.misnumbered > 0 || asked.attempts != ctx.attempt() + asked.free + (given_back ? 1U : 0U) ? 1U
                                                                                                     : 0U;
}

}  // namespace world
