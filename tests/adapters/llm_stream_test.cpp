// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Answers that are pulled, from a thread that ends when nobody pulls any more.

#include <aramid/adapters/llm_stream.hpp>

#include "llm_world.hpp"
#include "scripted_chat.hpp"
#include "support/catch.hpp"

#include <future>
#include <thread>

using namespace aramid;
using namespace std::chrono_literals;
using support::broken;
using support::ScriptedChat;
using support::whole;
using support::World;

namespace {

const std::string line(1'000, 'x');

/// Says a line until it is told to stop.
struct Endless {
  std::promise<void>* over;
  Outcome<Completion> operator()(const ChatRequest& request, Context& ctx) const {
    ctx.commit();
    while (!ctx.stop.stop_requested()) request.on_text(line);
    over->set_value();
    return fail(Fault::cancelled);
  }
};

Outcome<Completion> whole_answer(const ChatRequest&, Context&) { return Completion{}; }

}  // namespace

TEST_CASE("a loop over a stream sees each piece, then the answer is there", "[adapters][llm][stream]") {
  static_assert(std::input_iterator<LlmStream::Iterator>);
  World w;
  const ScriptedChat chat{{whole({"Be", "cause", "."})}};
  w.providers.add("only", chat);
  LlmStream stream = w.client().stream("Why?");
  std::vector<std::string> pieces;
  for (const std::string& piece : stream) pieces.push_back(piece);
  CHECK(pieces == std::vector<std::string>{"Be", "cause", "."});
  CHECK(stream.ended());
  CHECK(stream.error() == nullptr);
  REQUIRE(stream.completion() != nullptr);
  CHECK(stream.completion()->text == "Because.");
  CHECK_FALSE(stream.next());
  CHECK(w.client().metrics().total_requests == 1);
}

TEST_CASE("of a stream that breaks off the error is there after the loop, and what had come before",
          "[adapters][llm][stream]") {
  World w;
  w.providers.add("only", ScriptedChat{{broken({"Be"})}});
  LlmStream stream = w.client().stream("Why?", {.provider = "only"});
  std::string text;
  for (const std::string& piece : stream) text += piece;
  CHECK(text == "Be");
  REQUIRE(stream.error() != nullptr);
  CHECK(stream.error()->fault == Fault::interrupted);
  CHECK(stream.completion() == nullptr);

  LlmStream thrown{
      [](const ChatRequest&, Context&) -> Outcome<Completion> { throw std::runtime_error{"no"}; }, "?"};
  for (const std::string& piece : thrown) FAIL(piece);
  CHECK(thrown.error()->fault == Fault::unknown);
  CHECK(thrown.error()->message == "no");
}

TEST_CASE("dropping a stream cancels its call, also while it waits for room", "[adapters][llm][stream]") {
  for (const int pulled : {0, 3}) {
    std::promise<void> over;
    {
      LlmStream stream{Endless{&over}, "?"};
      for (int i = 0; i < pulled; ++i) CHECK(stream.next() == line);
      LlmStream moved{std::move(stream)};
      CHECK_FALSE(moved.ended());
    }
    CHECK(over.get_future().wait_for(0s) == std::future_status::ready);
  }
}

TEST_CASE("no more than a mebibyte waits to be pulled", "[adapters][llm][stream]") {
  std::atomic<int> said{0};
  std::promise<void> full;
  LlmStream stream{[&](const ChatRequest& request, Context& ctx) -> Outcome<Completion> {
                     ctx.commit();
                     const std::string piece(LlmStream::most_waiting / 4 - sizeof(std::string), 'x');
                     for (int i = 0; i < 6; ++i) {
                       if (i == 4) full.set_value();
                       request.on_text(piece);
                       ++said;
                     }
                     request.on_text(std::string(2 * LlmStream::most_waiting, 'y'));  // alone it always fits
                     return Completion{};
                   },
                   "?"};
  full.get_future().wait();
  CHECK(said == 4);
  std::size_t bytes = 0;
  for (const std::string& piece : stream) bytes += piece.size();
  CHECK(said == 6);
  CHECK(bytes == 3 * LlmStream::most_waiting + LlmStream::most_waiting / 2 - 6 * sizeof(std::string));
}

TEST_CASE("a stream ends by the caller's stop token, and by cancel from another thread",
          "[adapters][llm][stream]") {
  for (const bool by_token : {true, false}) {
    std::promise<void> over;
    std::stop_source stop;
    LlmStream stream{Endless{&over}, "?", stop.get_token()};
    CHECK(stream.next() == line);
    std::jthread other{[&] {
      if (by_token) {
        stop.request_stop();
      } else {
        stream.cancel();
      }
    }};
    for (const std::string& piece : stream) CHECK(piece == line);
    CHECK(stream.error()->fault == Fault::cancelled);
  }
}

TEST_CASE("one client serves many threads, while others look at it and change its priority",
          "[adapters][llm][stream]") {
  LlmProviders providers;
  providers.add("a", whole_answer).add("b", whole_answer);
  LlmClient client{{.requests_per_minute = 100'000, .tokens_per_minute = 100'000'000}, std::move(providers)};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&client] {
        for (int k = 0; k < 50; ++k) (void)client.generate("?");
      });
    }
    for (int i = 0; i < 50; ++i) {
      client.set_provider_priority(i % 2 == 0 ? std::vector<std::string>{"b"} : std::vector<std::string>{});
      (void)client.metrics();
      (void)client.available_providers();
      client.reset_circuit_breaker();
    }
  }
  CHECK(client.metrics().total_requests == 200);
  CHECK(client.metrics().success_rate == 1.0);
}
