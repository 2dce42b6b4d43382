// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "surrogates.hpp"

#include <aramid/adapters/openai.hpp>

#include "chunks.hpp"
#include "loopback.hpp"
#include "parse.hpp"
#include "support/catch.hpp"

using namespace aramid;
using detail::SurrogateJoiner;

TEST_CASE("halves of a surrogate pair are joined across strings, and every text without them is left alone",
          "[adapters][surrogates]") {
  SurrogateJoiner joiner;
  for (const std::string_view whole :
       {R"({"a":"plain"})", R"("\ud83c\udf89")", R"("\\ud83c")", R"("\u00e9\"")", "\"\\", R"("\ud83c)",
        R"("\uD83")", R"("\u12g4")", ""}) {
    INFO(whole);
    const std::string_view same = joiner.join(whole);
    if (whole != R"("\ud83c)") CHECK(same.data() == whole.data());
  }
  CHECK(joiner.join(R"({"c":"so \ud83c"})") == R"({"c":"so "})");
  CHECK(joiner.join(R"({"nothing":"of it"})") == R"({"nothing":"of it"})");
  CHECK(joiner.join(R"({"c":"\uDF89!"})") == R"({"c":"\ud83c\uDF89!"})");
  // Each is used once.
  CHECK(joiner.join(R"("\udf89")") == R"("\ufffd")");
  // In one text too; a second half joins only where a string begins.
  CHECK(joiner.join(R"(["\ud83c","\udf89","\ud83c","\"\udf89"])") == R"(["","\ud83c\udf89","","\"\ufffd"])");
  CHECK(joiner.join(R"("\ud83c-\ud83c\ud83d\ude00")") == R"("\ufffd-\ufffd\ud83d\ude00")");
  for (const std::string_view odd : {R"("\ud83c")", R"("x\udf89y")", R"("\ud83c\ud83c")"}) {
    INFO(odd);
    CHECK_FALSE(detail::parse_json(SurrogateJoiner{}.join(odd)).is_discarded());
  }
}

TEST_CASE("a stream that is cut inside an emoji is heard whole", "[adapters][surrogates]") {
  const support::Loopback server{[](support::Peer& peer, int) {
    peer.request();
    peer.say(support::stream_head() + support::chunk(support::says(R"(so \ud83c)")) +
             support::chunk(support::says(R"(\udf89 it is)")) + support::chunk(support::stops) +
             std::string{support::last_chunk});
  }};
  support::Ear ear;
  Context ctx;
  const OpenAi provider{{.model = "m", .base_url = server.url(), .api_key = Secret::none()}};
  const auto answer = provider(ear.request, ctx);
  REQUIRE(answer);
  CHECK(answer->text == "so 🎉 it is");
  CHECK(ear.text == "so 🎉 it is");
}
