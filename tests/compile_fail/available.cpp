// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Clients that cannot say who is available, and candidates that cannot be weighted.
// expect 1: aramid: available(client): the routing of this client looks at the request, so say at which one
// expect 2: aramid: available(client): this client has no Failover and no FailoverList inside
// expect 3: aramid: Weighted<...> needs one weight for each candidate

#include <aramid/aramid.hpp>
#include <aramid/failover_list.hpp>

using namespace aramid;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Ints {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};
struct Same {
  int operator()(const int& n) const { return n; }
};

#if MISTAKE == 1
using Chat = Failover<Sticky<Same>, Ints, Ints>;
#elif MISTAKE == 2
using Chat = Resilient<Ints, Retry<3>>;
#elif MISTAKE == 3
using Chat = Failover<Weighted<3, 1>, Ints, Ints, Ints>;
#else
using Chat = Failover<Priority, Ints, Ints>;
#endif
using List = FailoverList<OutlierEjection<Weighted<3, 1>>, Ints>;

int main() {
  Chat chat;
  (void)available(chat);
  List list{{{"a", {}}, {"b", {}}}};
  (void)available(list);
}
