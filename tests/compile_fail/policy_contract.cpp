// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A policy that lacks a part of the contract.
// expect 1: aramid: a policy needs a nested type 'Scope' that is default-constructible and movable.
// expect 2: aramid: a policy needs 'Admission admit(Scope&, Context&, Instant now) noexcept'.
// expect 3: aramid: a policy needs 'Verdict settle(Scope&, Context&, const Error* failure, Instant now)
// expect 4: aramid: a policy needs 'void release(Scope&, Context&) noexcept'.
// expect 5: aramid: a policy needs 'Admission admit(Scope&, Context&, Instant now) noexcept'.

#include <aramid/aramid.hpp>

using namespace aramid;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

struct Custom {
#if MISTAKE == 1
  struct Space {};
  using Held = Space;
#else
  struct Scope {};
  using Held = Scope;
#endif
#if MISTAKE == 5
  Admission admit(Held&, Context&, Instant) { return Admission::proceed(); }  // may throw
#elif MISTAKE != 2
  Admission admit(Held&, Context&, Instant) noexcept { return Admission::proceed(); }
#endif
#if MISTAKE != 3
  Verdict settle(Held&, Context&, const Error*, Instant) noexcept { return Verdict::done(); }
#endif
#if MISTAKE != 4
  void release(Held&, Context&) noexcept {}
#endif
};

int main() {
  Resilient<Provider, Custom> client;
  return client(0).value_or(1);
}
