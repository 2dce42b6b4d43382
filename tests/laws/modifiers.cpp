// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The laws over the policies around policies, each with several policies inside.

#include "laws/policy_laws.hpp"

using namespace laws;

namespace {

struct ByNumber {
  int operator()(int request) const noexcept { return request; }
};

// Shared with a state of its own: the suite builds its policies from nothing.
template <class P>
class SharedByOne : private SharedState<P>, public Shared<P> {
 public:
  SharedByOne() : Shared<P>{static_cast<const SharedState<P>&>(*this)} {}
};

using Retrying = Retry<5, Backoff<Constant, NoJitter, 200ms, 2s>>;
using Tripping = Breaker<2, 10s, 1>;
using Limiting = Limiter<SlidingWindow, RPM<2>, TPM<100>>;

template <class P>
void keeps_every_law() {
  settles_or_releases_once_on_every_path<P>();
  never_waits_past_the_deadline<P>();
  puts_the_deadline_back<P>();
  never_repeats_a_committed_call<P>();
  keeps_to_the_ceiling<P>();
  survives_any_instant<P>();
}

}  // namespace

TEMPLATE_TEST_CASE("a shared policy keeps the laws of its own", "[laws]", SharedByOne<Retrying>,
                   SharedByOne<Tripping>, SharedByOne<Limiting>, SharedByOne<Timeout<5s>>,
                   (SharedByOne<RetryBudget<0, 10s, 0>>)) {
  keeps_every_law<TestType>();
}

TEMPLATE_TEST_CASE("a policy that can be switched off keeps the laws", "[laws]", Switchable<Retrying>,
                   Switchable<Tripping>, Switchable<Limiting>, Switchable<Timeout<5s>>,
                   (Switchable<RetryBudget<0, 10s, 0>>)) {
  keeps_every_law<TestType>();
}

TEMPLATE_TEST_CASE("a policy in the shadow keeps the laws", "[laws]", Shadow<Retrying>, Shadow<Tripping>,
                   Shadow<Limiting>, Shadow<Timeout<5s>>, (Shadow<RetryBudget<0, 10s, 0>>),
                   Shadow<AwsQuota>) {
  keeps_every_law<TestType>();
}

TEMPLATE_TEST_CASE("a keyed policy keeps the laws", "[laws]", (Keyed<ByNumber, Retrying, 2>),
                   (Keyed<ByNumber, Tripping, 1>), (Keyed<ByNumber, Limiting, 3>),
                   (Keyed<ByNumber, Timeout<5s>, 1>), (Keyed<ByNumber, RetryBudget<0, 10s, 0>, 1>)) {
  keeps_every_law<TestType>();
}

TEMPLATE_TEST_CASE("modifiers around modifiers keep the laws", "[laws]", Switchable<Shadow<Tripping>>,
                   (Switchable<Keyed<ByNumber, Limiting, 2>>), (Shadow<Keyed<ByNumber, Tripping, 2>>),
                   Shadow<Switchable<Limiting>>, (SharedByOne<Keyed<ByNumber, Retrying, 2>>),
                   Deliberate<Switchable<Tripping>>) {
  keeps_every_law<TestType>();
}
