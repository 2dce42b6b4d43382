// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The HTTP and chat adapters keep to limits on phases, in real time over loopback.

#include <aramid/aramid.hpp>

#include <aramid/adapters/http.hpp>
#include <aramid/adapters/openai.hpp>

#include "chat_stream.hpp"
#include "loopback.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace aramid;
using namespace std::chrono_literals;
using support::chunk;
using support::Loopback;
using support::Peer;

namespace {

// Long enough that only a hang reaches it, short enough that a hang is seen.
constexpr auto far_too_long = 20s;
// Nothing here waits for it.
constexpr auto never = 1h;

std::string event(const std::string& delta) {
  return chunk(R"(data: {"choices":[{"index":0,"delta":{)" + delta +
               R"(},"finish_reason":null}]})"
               "\n\n");
}
const std::string text = event(R"("content":"x")");
const std::string role = event(R"("role":"assistant","content":"")");
const std::string comment = chunk(": still there\n\n");
const std::string finish = chunk(R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
                                 "\n\ndata: [DONE]\n\n");

// Says `first` to the request, then `again` and again, slowly, until the other side closes.
Loopback::Handler saying(std::string first, std::string again = {}) {
  return [first = std::move(first), again = std::move(again)](Peer& peer, int) {
    peer.request();
    if (!first.empty()) peer.say(first);
    again.empty() ? peer.wait_for_close() : peer.drip(again);
  };
}

template <class Answer>
struct Timed {
  Answer answer;
  bool in_time;
};

// One call under these limits.
template <class Provider, class Request>
auto ask(const Provider& provider, const Request& request, const PhaseLimits& limits) {
  Context ctx;
  ctx.phases = &limits;
  const auto begin = std::chrono::steady_clock::now();
  auto answer = provider(request, ctx);
  return Timed<decltype(answer)>{std::move(answer), std::chrono::steady_clock::now() - begin < far_too_long};
}

template <class Answer>
void check_phase(const Timed<Answer>& timed, Phase phase, Fault fault = Fault::timed_out) {
  CHECK(timed.in_time);
  REQUIRE_FALSE(timed.answer);
  CHECK(timed.answer.error().fault == fault);
  CHECK(timed.answer.error().phase == phase);
}

Http http_at(const std::string& url) {
  return Http{
      {.base_url = url, .connect_timeout = never, .first_byte_timeout = never, .idle_timeout = never}};
}
OpenAi chat_at(const std::string& url) {
  return OpenAi{{.model = "m",
                 .base_url = url + "/v1",
                 .api_key = Secret{"sk-test-key"},
                 .connect_timeout = never,
                 .first_byte_timeout = never,
                 .answer_timeout = never,
                 .idle_timeout = never}};
}
ChatRequest streamed() {
  ChatRequest request{"Why?"};
  request.stream = true;
  return request;
}

}  // namespace

TEST_CASE("a connect without an answer ends at the limit on connecting", "[adapters][http]") {
  const support::FullPort nobody;
  for (const char* body : {"", "x"}) {
    check_phase(ask(http_at(nobody.url()), HttpRequest{.method = "POST", .body = body}, {.connect = 60ms}),
                Phase::connect);
  }
}

TEST_CASE("once connected the limit on connecting is over, with and without a body", "[adapters][http]") {
  const Loopback server{saying("")};
  for (const char* body : {"", "x"}) {
    const HttpRequest request{.method = "POST", .body = body};
    check_phase(ask(http_at(server.url()), request, {.connect = 20ms, .first_output = 200ms}),
                Phase::first_output);
  }
}

TEST_CASE("headers are no output, and no silence", "[adapters][http]") {
  const Loopback headers{saying("HTTP/1.1 200 OK\r\n", "X-Drip: 1\r\n")};
  check_phase(ask(http_at(headers.url()), HttpRequest{}, {.first_output = 80ms}), Phase::first_output);
  const Loopback head{saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")};
  check_phase(ask(http_at(head.url()), HttpRequest{}, {.first_output = 80ms}), Phase::first_output);
  check_phase(ask(http_at(head.url()), HttpRequest{}, {.idle = 1ms, .silence = 80ms}), Phase::silence);
}

TEST_CASE("a body that stops is idle, or silent if that comes first", "[adapters][http]") {
  const Loopback server{saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")};
  check_phase(ask(http_at(server.url()), HttpRequest{}, {.idle = 60ms, .silence = 10s}), Phase::idle);
  check_phase(ask(http_at(server.url()), HttpRequest{}, {.idle = 10s, .silence = 60ms}), Phase::silence);
  check_phase(ask(http_at(server.url()), HttpRequest{}, {.first_output = 60ms, .idle = 100ms}), Phase::idle);
}

TEST_CASE("the settings' own limits hold besides, and the smaller one wins", "[adapters][http]") {
  const Loopback silent{saying("")};
  const Http strict{{.base_url = silent.url(), .first_byte_timeout = 60ms}};
  const auto own = ask(strict, HttpRequest{}, {.first_output = 10s});
  check_phase(own, Phase::first_output);
  CHECK_THAT(own.answer.error().message, support::contains("60 ms"));
  const auto policys = ask(http_at(silent.url()), HttpRequest{}, {.first_output = 60ms});
  check_phase(policys, Phase::first_output);
  CHECK_THAT(policys.answer.error().message, support::contains("no output in time"));
}

TEST_CASE("what a sink calls no output does not keep a body from being idle", "[adapters][http]") {
  const Loopback server{saying(support::stream_head() + chunk("a"), chunk("b"))};
  HttpRequest request;
  request.on_data = [](const HttpResponse&, std::string_view bytes) {
    return bytes.find('a') == bytes.npos ? Flow::no_output : Flow::more;
  };
  check_phase(ask(http_at(server.url()), request, {.idle = 80ms}), Phase::idle, Fault::interrupted);
  request.commits = false;
  check_phase(ask(http_at(server.url()), request, {.idle = 80ms}), Phase::idle);
}

TEST_CASE("comments and role-only chunks are neither first output nor progress", "[adapters][openai]") {
  for (const std::string& nothing : {comment, role}) {
    const Loopback before{saying(support::stream_head() + role, nothing)};
    check_phase(ask(chat_at(before.url()), streamed(), {.first_output = 80ms}), Phase::first_output);
    const Loopback after{saying(support::stream_head() + role + text, nothing)};
    check_phase(ask(chat_at(after.url()), streamed(), {.idle = 80ms}), Phase::idle);
  }
}

TEST_CASE("text, refusals, tool calls and reasoning are progress, all else is not", "[adapters][openai]") {
  const auto progress = [](const std::string& delta) {
    detail::ChatStream stream{{}, 1000};
    const std::string bytes = R"(data: {"choices":[{"index":0,"delta":{)" + delta + "}}]}\n\n";
    CHECK(stream.feed(bytes) == Flow::more);
    return stream.reply().progress();
  };
  CHECK(progress(R"("content":"x")") == 1);
  CHECK(progress(R"("refusal":"no")") == 1);
  CHECK(progress(R"("tool_calls":[{"index":0,"id":"c","function":{"name":"f"}}])") == 1);
  CHECK(progress(R"("reasoning_content":"hm")") == 1);
  CHECK(progress(R"("reasoning":"hm")") == 1);
  CHECK(progress(R"("role":"assistant","content":"")") == 0);
  CHECK(progress(R"("reasoning_content":null)") == 0);
  CHECK(progress("") == 0);
}

TEST_CASE("a stream that breaks off after text was heard is interrupted, with the phase",
          "[adapters][openai]") {
  const Loopback server{saying(support::stream_head() + text, comment)};
  ChatRequest request{"Why?"};
  request.on_text = [](std::string_view) {};
  check_phase(ask(chat_at(server.url()), request, {.idle = 60ms}), Phase::idle, Fault::interrupted);
}

TEST_CASE("a client with a PhaseTimeout retries what was stuck and gets its answer", "[adapters][openai]") {
  const Loopback server{[](Peer& peer, int number) {
    peer.request();
    peer.say(support::stream_head() + role);
    if (number == 0) return peer.drip(comment);
    peer.say(text + finish + std::string{support::last_chunk});
    peer.wait_for_close();
  }};
  Resilient<OpenAi, Retry<1, Backoff<Constant, NoJitter, 1ms, 1s>>,
            PhaseTimeout<Connect<5s>, FirstOutput<100ms>, Idle<10s>, Total<20s>>>
      client{chat_at(server.url())};
  const auto answer = client(streamed());
  REQUIRE(answer);
  CHECK(answer->text == "x");
  CHECK(server.connections() == 2);
}
