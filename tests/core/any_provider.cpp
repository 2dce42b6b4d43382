// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Providers and lists of providers that are chosen at run time.

#include "support/catch.hpp"

#include <aramid/any_provider.hpp>
#include <aramid/aramid.hpp>
#include <aramid/failover_list.hpp>
#include <aramid/intern.hpp>
#include <aramid/testing.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using support::contains;
using testing::ManualClock;
using testing::Scripted;

namespace {

using Any = AnyProvider<int, int>;
using Script = Scripted<int>;
using Client = Resilient<Script, Backoff<Constant, NoJitter, 1s, 60s>, Timeout<9s>>;

std::vector<FailoverList<Priority, Any>::Candidate> candidates(const Script& a, const Script& b) {
  std::vector<FailoverList<Priority, Any>::Candidate> made;
  made.push_back({"a", Any{a}});
  made.push_back({"b", Any{std::in_place_type<Client>, b}, {.context_window = 9000}});
  return made;
}

std::vector<FailoverList<Priority, Any>::Candidate> one_bounded(const Script& script) {
  std::vector<FailoverList<Priority, Any>::Candidate> made;
  made.push_back({"b", Any{std::in_place_type<Client>, script}});
  return made;
}

struct Bounded {
  static constexpr Name name = "bounded";
  static consteval Duration worst_case() { return 2s; }
  Outcome<int> operator()(const int&, Context&) const { return 1; }
};

std::string indented(const std::string& text) {
  std::string lines;
  bool begins = true;
  for (const char c : text) {
    if (begins) lines += "    ";
    lines += c;
    begins = c == '\n';
  }
  return lines;
}

std::string refusal(std::vector<FailoverList<Priority, Any>::Candidate> given) {
  try {
    const FailoverList<Priority, Any> list{std::move(given)};
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a provider of any type answers as itself, counting its attempts", "[any_provider]") {
  const Script plain{{fail(Fault::unavailable)}, {7}};
  Any any{plain};
  Context ctx;
  CHECK(any(0, ctx).error().fault == Fault::unavailable);
  CHECK(ctx.attempt() == 1);
  CHECK(any(0).value() == 7);
}

TEST_CASE("a client is built in place and keeps its description and limits", "[any_provider]") {
  const Script script{{fail(Fault::unavailable)}, {7}};
  ManualClock clock;
  Any any{std::in_place_type<Client>, script};
  Context ctx = clock.context();
  CHECK(any(0, ctx).value() == 7);
  CHECK(ctx.attempt() == 2);
  CHECK(any.describe() == describe<Client>());
  CHECK(any.worst_case_inside() == worst_case<Client>());
  CHECK(any.attempts_allowed() == 4);
}

TEST_CASE("an AnyProvider that was moved from answers with a sentence", "[any_provider]") {
  Any any{Script{{7}}};
  Any other{std::move(any)};
  CHECK(other(0).value() == 7);
  CHECK_THAT(any(0).error().message, contains("moved from"));
  any = std::move(other);
  CHECK(any(0).value() == 7);
}

TEST_CASE("policies around an AnyProvider see one provider", "[any_provider]") {
  const Script script{{fail(Fault::unavailable)}, {7}};
  ManualClock clock;
  Resilient<Any, Backoff<Constant, NoJitter, 1s, 60s>, Breaker<5, 60s, 3>> client{Any{script}};
  Context ctx = clock.context();
  CHECK(client(0, ctx).value() == 7);
  CHECK(breaker(client).failures() == 0);
  CHECK(ctx.attempt() == 2);
}

TEST_CASE("a list fails over as a Failover does", "[failover_list]") {
  const Script a{{fail(Fault::context_length)}, {fail(Fault::unavailable)}, {1}};
  const Script b{{2}};
  FailoverList<Priority, Any> chat{candidates(a, b)};
  CHECK(chat(0).error().fault == Fault::context_length);
  Context ctx;
  CHECK(chat(0, ctx).value() == 2);
  CHECK(ctx.provider() == "b");
  CHECK(chat(0).value() == 1);
  CHECK(chat.attempts_allowed() == 5);
  CHECK(chat.find("b") != nullptr);
  CHECK(chat.find("c") == nullptr);
  CHECK(available(chat, 0).size() == 2);
}

TEST_CASE("a list obeys the route of a call", "[failover_list]") {
  const Script a{{1}};
  const Script b{{2}};
  FailoverList<Priority, Any> chat{candidates(a, b)};
  Context ctx;
  ctx.route.only = "b";
  CHECK(chat(0, ctx).value() == 2);
  ctx.route.only = "c";
  CHECK_THAT(chat(0, ctx).error().message, contains("a b"));
}

TEST_CASE("a list describes its candidates by name, and knows how long all of them may take",
          "[failover_list]") {
  const Script script{{1}};
  const FailoverList<Priority, Any> chat{candidates(script, script)};
  CHECK(chat.describe() ==
        "FailoverList: Priority\n"
        "  a\n"
        "    provider\n"
        "  b\n" +
            indented(describe<Client>()));
  CHECK(chat.worst_case_inside() == unbounded);
  const FailoverList<Priority, Any> bounded{one_bounded(script)};
  CHECK(bounded.worst_case_inside() == worst_case<Client>());
  STATIC_REQUIRE(worst_case<FailoverList<Priority, Any>>() == unbounded);
}

TEST_CASE("a list of one type knows the longest that as many as there can be may take", "[failover_list]") {
  using List = FailoverList<Priority, Bounded>;
  STATIC_REQUIRE(worst_case<List>() == 128s);
  const List chat{{{"a", {}}, {"b", {}}}};
  CHECK(chat.worst_case_inside() == 4s);
  CHECK(chat.describe() == "FailoverList: Priority\n  a\n    bounded\n  b\n    bounded\n");
}

TEST_CASE("a client inside an AnyProvider can be reached by its type", "[any_provider]") {
  using Guarded = Resilient<Script, Breaker<1, 60s, 1>>;
  std::vector<FailoverList<Priority, Any>::Candidate> made;
  made.push_back({"a", Any{std::in_place_type<Guarded>, Script{{fail(Fault::unavailable)}}}});
  made.push_back({"b", Any{Script{{1}}}});
  FailoverList<Priority, Any> chat{std::move(made)};
  CHECK(chat(0));
  REQUIRE(chat.find("a")->get_if<Guarded>() != nullptr);
  CHECK(breaker(*chat.find("a")->get_if<Guarded>()).state() == BreakerState::open);
  CHECK(chat.find("b")->get_if<Guarded>() == nullptr);
  Any moved{std::move(*chat.find("b"))};
  CHECK(chat.find("b")->get_if<Script>() == nullptr);
}

TEST_CASE("a list that cannot work is refused with a sentence", "[failover_list]") {
  CHECK_THAT(refusal({}), contains("1 to 64"));
  auto twice = candidates(Script{{1}}, Script{{1}});
  twice[1].name = "a";
  CHECK_THAT(refusal(std::move(twice)), contains("is a, allowed is one that no other candidate has"));
  auto unnamed = candidates(Script{{1}}, Script{{1}});
  unnamed[0].name = Name{};
  CHECK_THAT(refusal(std::move(unnamed)), contains("empty"));
}

TEST_CASE("a name made at run time lives on, one copy of each text", "[name]") {
  std::string text = "made at run time";
  const Name name = intern(text);
  text = "something else";
  CHECK(name == "made at run time");
  CHECK(intern("made at run time").c_str() == name.c_str());
}
