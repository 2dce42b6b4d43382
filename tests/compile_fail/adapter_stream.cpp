// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What cannot be restarted, gone on from, or estimated.
// expect 1: aramid: Restart<Client, Times> and Continue<Client, Times>: 1 to 8 times
// expect 2: aramid: Where a Restart or Continue asks again is SameProvider or NextProvider
// expect 3: aramid: the client of a Restart or Continue must be callable as client(request, ctx) with a ChatRequest
// expect 4: aramid: Restart<Client, Times> and Continue<Client, Times>: 1 to 8 times
// expect 5: aramid: Continue<Client, Times, How>: How is Prefill, AskToGoOn, or a function of (ChatRequest&,
// expect 6: aramid: Where a Restart or Continue asks again is SameProvider or NextProvider
// expect 7: aramid: the client of a Restart or Continue must be callable as client(request, ctx) with a ChatRequest
// expect 8: aramid: the client of an Estimated must be callable as client(request, ctx) with a ChatRequest

#include <aramid/adapters/continue.hpp>
#include <aramid/adapters/estimated.hpp>
#include <aramid/adapters/restart.hpp>
#include <aramid/aramid.hpp>

using namespace aramid;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Chat {
  Outcome<Completion> operator()(const ChatRequest&, Context&) { return Completion{}; }
};
struct Numbers {
  Outcome<int> operator()(const ChatRequest&, Context&) { return 1; }
};

#if MISTAKE == 1
using Client = Restart<Chat, 0>;
#elif MISTAKE == 2
using Client = Restart<Chat, 1, Chat>;
#elif MISTAKE == 3
using Client = Restart<Numbers>;
#elif MISTAKE == 4
using Client = Continue<Chat, 9>;
#elif MISTAKE == 5
using Client = Continue<Chat, 1, Chat>;
#elif MISTAKE == 6
using Client = Continue<Chat, 1, Prefill, Chat>;
#elif MISTAKE == 7
using Client = Continue<Numbers>;
#elif MISTAKE == 8
using Client = Estimated<Numbers>;
#else
using Client = Estimated<Restart<Continue<Resilient<Chat, Timeout<Span{std::chrono::seconds{9}}>>>>>;
#endif

int main() {
  using namespace std::chrono_literals;
  Client client;
  (void)client("Why?");
}
