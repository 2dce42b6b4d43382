// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A web server with Express behind nginx, as aramid sees it. What each path of nginx does is in proxy.mjs, what
// each model does in app.mjs.

#include <aramid/adapters/openai.hpp>

#include "support/catch.hpp"
#include "world.hpp"

#include <set>
#include <stop_token>

using namespace aramid;
using namespace std::chrono_literals;
using interop::Heard;
using interop::problem;
using interop::world;

namespace {

OpenAi provider(const std::string& base_url, HttpHeaders headers = {}) {
  return OpenAi{{.model = "text",
                 .base_url = base_url + "/v1",
                 .api_key = Secret{"sk-interop"},
                 .headers = std::move(headers),
                 .ca_file = world("INTEROP_ROOT")}};
}

std::string nginx(const std::string& path) { return world("INTEROP_NGINX") + path; }
std::string tls(const std::string& path) { return world("INTEROP_TLS") + path; }

// Every way through nginx on which streams pass.
std::vector<std::string> ways() {
  return {nginx("/buffered"), nginx("/unbuffered"), nginx("/old"), tls("/buffered"), tls("/unbuffered")};
}

// Retries and fails over at once: what a stack would repeat is repeated.
using Guarded = Resilient<OpenAi, Retry<2, Backoff<Exponential, Jitter, 1ms, 2ms>>, Timeout<10s>>;
using Chat = Failover<Priority, Named<"first", Guarded>, Named<"second", Guarded>>;

}  // namespace

TEST_CASE("an answer is whole on every way through nginx, compressed or not", "[interop][nginx]") {
  struct Encoding {
    const char* name;
    HttpHeaders headers;
  };
  const Encoding encodings[] = {{"as usual", {}},
                                {"gzip asked for", {{"Accept-Encoding", "gzip"}}},
                                {"gzip sent unasked", {{"X-Want", "gzip"}}}};
  for (const std::string& way : ways()) {
    for (const Encoding& encoding : encodings) {
      INFO(way << ", " << encoding.name);
      const OpenAi client = provider(way, encoding.headers);
      Context plain;
      const auto answer = client("Why?", plain);
      INFO(problem(answer));
      REQUIRE(answer);
      CHECK(answer->text == interop::whole_text());
      CHECK(answer->finish_reason == FinishReason::stop);
      CHECK(plain.usage.input_tokens == 11);

      Heard heard{"text"};
      Context ctx;
      const auto streamed = client(heard.request, ctx);
      INFO(problem(streamed));
      REQUIRE(streamed);
      CHECK(streamed->text == interop::whole_text());
      CHECK(heard.text == interop::whole_text());
      CHECK(ctx.usage.output_tokens == 22);
    }
  }
}

TEST_CASE("answers that only announce another one are passed over", "[interop][express]") {
  const OpenAi client = provider(world("INTEROP_APP"), {{"X-Want", "announced"}});
  for (const bool streams : {false, true}) {
    ChatRequest request{"Why?"};
    request.stream = streams;
    Context ctx;
    const auto answer = client(request, ctx);
    INFO(problem(answer));
    REQUIRE(answer);
    CHECK(answer->text == interop::whole_text());
  }
}

TEST_CASE("a tool call is whole on every way through nginx", "[interop][nginx]") {
  for (const std::string& way : ways()) {
    INFO(way);
    Heard heard{"tools"};
    Context ctx;
    const auto answer = provider(way)(heard.request, ctx);
    INFO(problem(answer));
    REQUIRE(answer);
    interop::check_calls(*answer);
    CHECK(answer->finish_reason == FinishReason::tool_calls);
  }
}

TEST_CASE("without buffering the first piece is heard before the last is sent, over TLS and compressed too",
          "[interop][nginx]") {
  const auto says = [](const std::string& url, HttpHeaders headers) {
    Heard heard{"live"};
    Context ctx;
    const auto answer = provider(url, std::move(headers))(heard.request, ctx);
    INFO(problem(answer));
    REQUIRE(answer);
    return answer->text;
  };
  const HttpHeaders gzip{{"Accept-Encoding", "gzip"}};
  CHECK(says(nginx("/unbuffered"), {}) == "first live");
  CHECK(says(nginx("/unbuffered"), gzip) == "first live");
  CHECK(says(tls("/unbuffered"), {}) == "first live");
  CHECK(says(tls("/unbuffered"), gzip) == "first live");
  CHECK(says(nginx("/old"), {}) == "first live");
  CHECK(says(nginx("/unbuffered"), {{"X-Want", "gzip"}}) == "first live");
  // The server may say so itself.
  CHECK(says(nginx("/buffered"), {{"X-Want", "no buffering"}}) == "first live");
  CHECK(says(tls("/buffered"), {{"X-Want", "no buffering"}}) == "first live");
}

TEST_CASE("connections are kept for as long as nginx keeps them, and nobody notices when it does not",
          "[interop][nginx]") {
  // The web server's ids name the connections of nginx.
  const auto connections = [](const std::string& url, int calls) {
    const OpenAi client = provider(url);
    std::set<std::string> seen;
    for (int i = 0; i < calls; ++i) {
      Heard heard{"live"};
      heard.request.on_text = {};
      heard.request.options.model = "text";
      heard.request.stream = i % 2 == 0;
      Context ctx;
      const auto answer = client(heard.request, ctx);
      INFO("call " << i << ", " << problem(answer));
      REQUIRE(answer);
      CHECK(interop::requests_of(heard.user) == 1);
      seen.insert(answer->id);
    }
    return seen.size();
  };
  CHECK(connections(nginx("/unbuffered"), 6) == 1);
  CHECK(connections(tls("/buffered"), 6) == 1);
  CHECK(connections(nginx("/two"), 6) == 3);
  // Closed after a millisecond: some calls find that out only when they have written their request.
  CHECK(connections(nginx("/brief"), 20) > 1);
}

TEST_CASE("a connection that is dropped before there is text is the next provider's turn",
          "[interop][nginx]") {
  for (const std::string& way : ways()) {
    for (const std::string model : {"head:fin", "head:rst", "early:fin", "early:rst"}) {
      INFO(way << ", " << model);
      Heard alone{model};
      Context ctx;
      const auto refused = provider(way)(alone.request, ctx);
      REQUIRE_FALSE(refused);
      INFO(problem(refused));
      CHECK_FALSE(ctx.committed());
      CHECK(alone.pieces == 0);
      // Before the headers nginx answers for the server; later it can only close.
      const bool head = model.starts_with("head");
      CHECK(refused.error().fault == (head ? Fault::unavailable : Fault::connection_lost));
      if (head) CHECK(refused.error().status == 502);

      Chat chat{provider(way), provider(nginx("/unbuffered"), {{"X-Model", "live"}})};
      Heard heard{model};
      const auto answer = chat(heard.request);
      INFO(problem(answer));
      REQUIRE(answer);
      CHECK(answer->text == "first live");
      CHECK(heard.text == "first live");
      CHECK(interop::requests_of(heard.user) == 4);
    }
  }
}

TEST_CASE("a connection that is dropped after text was heard is interrupted and never replayed",
          "[interop][nginx]") {
  for (const std::string& way : ways()) {
    for (const std::string model : {"late:fin", "late:rst"}) {
      INFO(way << ", " << model);
      Chat chat{provider(way), provider(way, {{"X-Model", "live"}})};
      Heard heard{model};
      Context ctx;
      const auto answer = chat(heard.request, ctx);
      REQUIRE_FALSE(answer);
      CHECK(answer.error().fault == Fault::interrupted);
      CHECK(heard.text.starts_with("first "));
      CHECK(heard.partial.completion.text == heard.text);
      CHECK(heard.partial.cause == Fault::connection_lost);
      CHECK(interop::requests_of(heard.user) == 1);
    }
  }
}

TEST_CASE("a stream that is cancelled ends at the web server too", "[interop][nginx]") {
  for (const std::string& way : ways()) {
    INFO(way);
    Heard heard{"endless"};
    std::stop_source stop;
    heard.request.on_text = [&](std::string_view) { stop.request_stop(); };
    Context ctx;
    ctx.stop = stop.get_token();
    const auto answer = provider(way)(heard.request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::cancelled);
    CHECK(interop::ask_app("GET", "/gone?user=" + heard.user) == "true");
  }
}

TEST_CASE("nginx's own pages are typed errors, and none of their markup is shown", "[interop][nginx]") {
  const auto error_of = [](const std::string& url, const std::string& model, std::size_t size = 0) {
    Heard heard{model};
    heard.request.messages.front().content.append(size, 'x');
    Context ctx;
    const auto answer = provider(url)(heard.request, ctx);
    REQUIRE_FALSE(answer);
    INFO(answer.error().message.c_str());
    CHECK(answer.error().message.find('<') == std::string::npos);
    CHECK(heard.pieces == 0);
    return answer.error();
  };
  const Error down = error_of(nginx("/down"), "text");
  CHECK(down.fault == Fault::unavailable);
  CHECK(down.status == 502);

  const Error late = error_of(nginx("/slow"), "slow");
  CHECK(late.fault == Fault::unavailable);
  CHECK(late.status == 504);

  for (const std::size_t size : {std::size_t{2000}, std::size_t{1'500'000}}) {
    const Error large = error_of(nginx("/small"), "text", size);
    CHECK(large.fault == Fault::request_too_large);
    CHECK(large.status == 413);
  }
  CHECK(error_of(nginx("/nowhere"), "text").fault == Fault::not_found);
  CHECK(error_of(tls("/unbuffered"), "429").retry_after == 7s);
  CHECK(error_of(tls("/buffered"), "429").fault == Fault::rate_limited);
  CHECK(error_of(nginx("/old"), "500").fault == Fault::unavailable);

  Context ctx;
  REQUIRE(provider(nginx("/limited"))("Why?", ctx));
  const Error limited = error_of(nginx("/limited"), "text");
  CHECK(limited.fault == Fault::rate_limited);
  CHECK(limited.status == 429);
}

TEST_CASE("a provider behind a dead or full proxy is passed over", "[interop][nginx]") {
  for (const char* path : {"/down", "/small"}) {
    INFO(path);
    Chat chat{provider(nginx(path)), provider(nginx("/unbuffered"))};
    Heard heard{"live"};
    heard.request.messages.front().content.append(4000, 'x');
    const auto answer = chat(heard.request);
    INFO(problem(answer));
    REQUIRE(answer);
    CHECK(heard.text == "first live");
    CHECK(interop::requests_of(heard.user) == 1);
  }
}

TEST_CASE("nginx's certificate is checked down to its root and for its name", "[interop][nginx]") {
  const auto error_with = [](const std::string& url, const char* authority) {
    const OpenAi client{
        {.model = "text", .base_url = url + "/v1", .api_key = Secret::none(), .ca_file = world(authority)}};
    Context ctx;
    const auto answer = client("Why?", ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::connection_failed);
    return std::string{answer.error().message.c_str()};
  };
  CHECK_THAT(error_with(tls("/buffered"), "INTEROP_STRANGER"),
             support::contains("its issuer is not trusted"));
  CHECK_THAT(error_with(world("INTEROP_ELSEWHERE"), "INTEROP_ROOT"),
             support::contains("it is for another host"));
}
