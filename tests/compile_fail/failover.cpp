// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Candidates that do not go together.
// expect 1: aramid: two candidates of this Failover<> have the same name
// expect 2: aramid: Failover<Routing, Providers...> needs at least one provider
// expect 3: aramid: the first argument of Failover<Routing, Providers...> is a routing, such as Priority
// expect 4: aramid: the providers of a Failover<> must return the same Outcome<T>
// expect 5: aramid: every provider of a Failover<> must be callable as provider(request, ctx) with this

#include <aramid/aramid.hpp>

using namespace aramid;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Ints {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};
struct Longs {
  Outcome<long> operator()(const int& n, Context&) { return n; }
};

#if MISTAKE == 1
using Chat = Failover<Priority, Named<"a", Ints>, Named<"a", Ints>>;
#elif MISTAKE == 2
using Chat = Failover<Priority>;
#elif MISTAKE == 3
using Chat = Failover<Ints, Ints>;
#elif MISTAKE == 4
using Chat = Failover<Priority, Ints, Longs>;
#else
using Chat = Failover<Priority, Named<"a", Ints>, Named<"b", Ints>>;
#endif

int main() {
  Chat chat;
#if MISTAKE == 5
  (void)chat("text");
#elif MISTAKE != 2
  (void)chat(0);
#endif
}
