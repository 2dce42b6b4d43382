// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/streams.cpp: a stream that breaks off in the middle, and what can be done about it. Needs no
// network: the two providers are written here.
//
// run

#include <aramid/adapters/continue.hpp>
#include <aramid/adapters/restart.hpp>
#include <aramid/aramid.hpp>

#include <initializer_list>
#include <iostream>
#include <string>
#include <string_view>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// How a provider of one's own streams: it commits before the first piece, and leaves what has arrived.
// [provider]
Outcome<Completion> stream(const ChatRequest& request, Context& ctx,
                           std::initializer_list<std::string_view> pieces, bool breaks_off) {
  Completion completion;
  for (const std::string_view piece : pieces) {
    if (request.on_text && !ctx.commit()) return fail(Fault::cancelled);  // a hedged rival was faster
    completion.text += piece;
    if (request.on_text) request.on_text(piece);
  }
  if (!breaks_off) return completion;
  if (ctx.committed() && request.partial != nullptr) {
    *request.partial = {completion, Fault::connection_lost};
  }
  return fail(Fault::connection_lost);  // once committed, the stack says `interrupted`
}
// [/provider]

// Breaks off in the middle, each time.
struct Shaky {
  Outcome<Completion> operator()(const ChatRequest& request, Context& ctx) const {
    return stream(request, ctx, {"Sunlight is scattered ", "by the air"}, true);
  }
};
// Goes on from a text of its own if the last message is one.
struct Steady {
  Outcome<Completion> operator()(const ChatRequest& request, Context& ctx) const {
    const bool goes_on = request.messages.back().role == Role::assistant;
    if (goes_on) return stream(request, ctx, {", blue more than red."}, false);
    return stream(request, ctx, {"Because air scatters ", "blue light most."}, false);
  }
};

// [stack]
template <class Provider>
using Guarded = Resilient<Provider, Retry<2, Backoff<Exponential, Jitter>>, Breaker<5, 60s, 3>, Timeout<30s>>;
using Chat = Failover<Priority, Named<"shaky", Guarded<Shaky>>, Named<"steady", Guarded<Steady>>>;
// [/stack]

bool listens() {
  Chat chat;
  // [listen]
  ChatRequest request{"Why is the sky blue?"};
  Partial partial;
  request.on_text = [](std::string_view piece) { std::cout << piece << std::flush; };
  request.partial = &partial;

  const auto answer = chat(request);
  if (!answer && answer.error().fault == Fault::interrupted) {
    std::cout << "\n-- broke off (" << to_string(partial.cause) << ") after "
              << partial.completion.text.size() << " bytes\n";
  }
  // [/listen]
  return !answer && partial.completion.text == "Sunlight is scattered by the air";
}

bool restarts() {
  // [restart]
  Restart<Chat> chat;
  ChatRequest request{"Why is the sky blue?"};
  std::string screen;
  request.on_text = [&](std::string_view piece) { screen += piece; };
  request.on_restart = [&] { screen.clear(); };  // without it nothing is restarted
  const auto answer = chat(request);
  // [/restart]
  std::cout << screen << '\n';
  return answer && screen == "Because air scatters blue light most." && answer->text == screen;
}

bool continues() {
  // [continue]
  Continue<Chat> chat;
  ChatRequest request{"Why is the sky blue?"};
  std::string heard;
  request.on_text = [&](std::string_view piece) { heard += piece; };
  const auto answer = chat(request);
  if (answer && !answer->seams.empty()) {
    std::cout << answer->text << " (another model went on at byte " << answer->seams.front() << ")\n";
  }
  // [/continue]
  return answer && heard == "Sunlight is scattered by the air, blue more than red." && answer->text == heard;
}

}  // namespace

int main() { return listens() && restarts() && continues() ? 0 : 1; }
