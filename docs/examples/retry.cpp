// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/retry.cpp: how often, of what, and whether there is time. In virtual time: needs no network and
// takes none.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// Fails as it is told.
struct Provider {
  Error error;
  int asked = 0;
  Outcome<int> operator()(int, Context&) {
    ++asked;
    return std::unexpected{error};
  }
};

Error fault(Fault fault, std::optional<Duration> hint = {}) {
  Error error;
  error.fault = fault;
  error.retry_after = hint;
  return error;
}

// [stack]
using Client = Resilient<Provider, Timeout<60s>,                           // all together
                         Retry<3, Backoff<Exponential, Jitter, 1s, 20s>>,  // up to four attempts
                         Timeout<5s>>;                                     // each of them

static_assert(max_attempts<Client>() == 4);
static_assert(worst_case<Client>() == 60s);
// [/stack]

// [when]
struct OnlyBusy {
  bool operator()(const Error& error) const noexcept { return error.status == 503; }
};
using Picky = Resilient<Provider, Retry<3, Delays<100ms, 1s, 5s>, OnlyBusy>>;
// [/when]

// [room]
using Careful = Resilient<Provider, Retry<3, Backoff<Exponential, Jitter>, ByRuling, ExpectRoom>>;
// [/room]

bool expect(bool fine, const char* what) {
  if (!fine) std::cout << "not as told: " << what << '\n';
  return fine;
}

}  // namespace

int main() {
  testing::ManualClock clock;
  bool fine = true;

  Client client{Provider{fault(Fault::unavailable)}};
  Context first{clock};
  // [why]
  const auto answer = client(1, first);
  if (!answer) {
    std::cout << to_string(answer.error().fault) << ", not asked again: "  // unavailable
              << to_string(answer.error().reason) << '\n';                 // retries_exhausted
  }
  // [/why]
  fine &= expect(!answer && answer.error().reason == Reason::retries_exhausted, "why");

  Client limited{Provider{fault(Fault::rate_limited, 3600s)}};
  Context second{clock};
  const auto hinted = limited(1, second);
  fine &=
      expect(hinted.error().reason == Reason::hint_too_long && second.attempt() == 1, "a hint of an hour");

  Picky picky{Provider{fault(Fault::unavailable)}};
  Context third{clock};
  fine &= expect(picky(1, third).error().reason == Reason::not_retryable, "a predicate");

  Careful careful{Provider{fault(Fault::connection_failed)}};
  Context fourth{clock};
  (void)careful(1, fourth);
  fine &= expect(fourth.attempt() == 4, "what never left costs no attempt");

  // [settings]
  Resilient<Provider, Retry<>> told{Provider{fault(Fault::unavailable)},
                                    RetrySettings{.retries = 2, .base = 250ms, .cap = 5s, .first = 0s}};
  // [/settings]
  Context fifth{clock};
  (void)told(1, fifth);
  fine &= expect(fifth.attempt() == 3, "settings at run time");
  return fine ? 0 : 1;
}
