// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/bulkhead.cpp: a bulkhead, and a permit that stays with work which outlives its call. Needs no
// network.
//
// run

#include <aramid/aramid.hpp>

#include <functional>
#include <iostream>
#include <utility>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// Work that goes on behind the caller's back, until `finish_all`.
struct Jobs {
  std::vector<Permit> running;
  void finish_all() { running.clear(); }
};

// [provider]
// Gives up after a while, but cannot stop the job that it has begun: the job keeps the call's permit.
struct Renderer {
  Jobs* jobs;
  Outcome<int> operator()(const int&, Context& ctx) {
    jobs->running.push_back(ctx.permits.keep());
    return fail(Fault::timed_out);
  }
};

using Client = Resilient<Renderer, Bulkhead<2>>;
// [/provider]

}  // namespace

int main() {
  Jobs jobs;
  Client client{args(Renderer{&jobs})};
  (void)client(1);
  (void)client(2);
  const auto refused = client(3);
  std::cout << "third call: " << to_string(refused.error().fault) << ", " << to_string(refused.error().reason)
            << '\n';
  // [orphans]
  std::cout << bulkhead(client).in_flight() << " in flight, of these " << bulkhead(client).orphans()
            << " without a caller\n";
  // [/orphans]
  const bool as_said = refused.error().reason == Reason::no_permit && bulkhead(client).orphans() == 2;
  jobs.finish_all();
  return as_said && bulkhead(client).in_flight() == 0 ? 0 : 1;
}
