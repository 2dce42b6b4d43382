// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// How long a stream may seem not to have begun: counted in events and bytes, wherever the bytes are split.

#include "chat_stream.hpp"
#include "chunks.hpp"
#include "support/catch.hpp"

using namespace aramid;
using detail::ChatStream;

namespace {

constexpr std::size_t max_body = std::size_t{8} << 20;

struct Fed {
  bool began = false;
  std::string text;
  std::optional<Fault> fault;
};

Fed feed(std::initializer_list<std::string_view> pieces) {
  Fed fed;
  ChatStream stream{[&](std::string_view text) {
                      fed.began = true;
                      fed.text += text;
                    },
                    max_body};
  for (const std::string_view piece : pieces) {
    if (stream.feed(piece) == Flow::abort) break;
  }
  if (stream.error()) fed.fault = stream.error()->fault;
  return fed;
}
Fed feed(std::string_view bytes) { return feed({bytes}); }

// An event without output whose data has this many bytes.
std::string padded(std::size_t size) {
  const std::string frame = R"({"choices":[],"p":""})";
  return support::sse(R"({"choices":[],"p":")" + std::string(size - frame.size(), 'x') + R"("})");
}

}  // namespace

TEST_CASE("the limits of the hold-back are what the documentation says", "[adapters][stream]") {
  STATIC_REQUIRE(most_held_events == 64);
  STATIC_REQUIRE(most_held_bytes == 262'144);
}

TEST_CASE("64 events that say nothing are held back, the 65th begins the output", "[adapters][stream]") {
  for (const std::string& event :
       {support::role_only, support::sse("{}"), support::sse(R"({"choices":[]})"), support::names_tool,
        support::delta(R"({"content":null,"refusal":"","reasoning":"","tool_calls":[]})")}) {
    INFO(event);
    CHECK_FALSE(feed(support::times(64, event)).began);
    CHECK(feed(support::times(65, event)).began);
    CHECK(feed(support::times(65, event)).text.empty());
  }
}

TEST_CASE("the count of held events does not depend on where the bytes are split", "[adapters][stream]") {
  const std::string held = support::times(64, support::sse("{}"));
  const std::string over = held + support::sse("{}");
  for (std::size_t split = 0; split <= held.size(); ++split) {
    const std::string_view all = held;
    if (feed({all.substr(0, split), all.substr(split)}).began) FAIL("began, split at " << split);
  }
  for (std::size_t split = 0; split <= over.size(); ++split) {
    const std::string_view all = over;
    if (!feed({all.substr(0, split), all.substr(split)}).began) FAIL("held back, split at " << split);
    // Nothing begins before the blank line that ends the event.
    if (split < over.size() && feed(all.substr(0, split)).began) FAIL("began at " << split);
  }
}

TEST_CASE("256 KiB of events that say nothing are held back, one byte more begins the output",
          "[adapters][stream]") {
  constexpr std::size_t part = most_held_bytes / 4;
  const std::string first = support::times(3, padded(part));
  const std::string exactly = first + padded(part);
  const std::string one_more = first + padded(part + 1);
  CHECK_FALSE(feed(exactly).began);
  CHECK(feed(one_more).began);
  // Around the place where the last event begins, and the one where it ends.
  for (const std::size_t border : {3 * padded(part).size(), exactly.size() - 2}) {
    for (std::size_t split = border - 2; split <= border + 2; ++split) {
      INFO("split at " << split);
      const std::string_view held = exactly;
      const std::string_view over = one_more;
      CHECK_FALSE(feed({held.substr(0, split), held.substr(split)}).began);
      CHECK(feed({over.substr(0, split), over.substr(split)}).began);
    }
  }
}

TEST_CASE("comments and reasoning are not counted as held back", "[adapters][stream]") {
  CHECK_FALSE(feed(support::times(1000, ": still here\n\n")).began);
  for (const std::string& thought :
       {support::reasons, support::delta(R"({"reasoning_content":"Hm"})"),
        support::delta(R"({"reasoning_details":[{"text":"Hm"}]})"),
        support::delta(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]})")}) {
    INFO(thought);
    CHECK_FALSE(feed(support::times(1000, thought)).began);
    const std::string mixed = support::times(64, support::sse("{}") + thought);
    CHECK_FALSE(feed(mixed).began);
    CHECK(feed(mixed + support::sse("{}")).began);
  }
  // A number beside an empty text is no thought.
  CHECK(feed(support::times(65, support::delta(R"({"content":"","token_id":7,"last":false})"))).began);
}

TEST_CASE("a text, a refusal and a tool call's arguments begin the output; a tool's name does not",
          "[adapters][stream]") {
  CHECK(feed(support::role_only + support::says("x")).text == "x");
  CHECK(feed(support::refuses).began);
  CHECK_FALSE(feed(support::role_only + support::names_tool).began);
  CHECK(feed(support::names_tool + support::calls_tool).began);
  CHECK(feed(support::delta(R"({"tool_calls":[{"index":0,"function":{"name":"f","arguments":{"x":1}}}]})"))
            .began);
  CHECK(feed(support::times(60, support::role_only) + support::says("a") +
             support::times(60, support::role_only) + support::says("b"))
            .text == "ab");
}

TEST_CASE("an event past the limit that is an error, or the end, begins no output", "[adapters][stream]") {
  const std::string held = support::times(64, support::role_only);
  const std::pair<std::string, std::optional<Fault>> rows[] = {
      {support::sse(R"({"error":{"message":"slow down","code":"rate_limit_exceeded"}})"),
       Fault::rate_limited},
      {support::sse("{\"choices\":"), Fault::malformed},
      {support::delta("{}", R"("error")"), Fault::unavailable},
      {support::stops, std::nullopt},
      {support::is_done, std::nullopt}};
  for (const auto& [last, fault] : rows) {
    INFO(last);
    const Fed fed = feed(held + last);
    CHECK_FALSE(fed.began);
    CHECK(fed.fault == fault);
  }
}
