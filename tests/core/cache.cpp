// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Answers that are kept: for how long, how many, and when an old one is better than none.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/cache.hpp>
#include <aramid/testing.hpp>

#include <algorithm>
#include <list>

using namespace aramid;
using namespace std::chrono_literals;
using support::contains;
using testing::ManualClock;

namespace {

struct Ask {
  std::string text;
  bool keep = true;
};
struct ByText {
  std::optional<std::string> operator()(const Ask& ask) const {
    if (!ask.keep) return {};
    return ask.text;
  }
};
struct Counts {
  int* calls;
  std::optional<Fault>* fault;
  Outcome<std::string> operator()(const Ask& ask, Context& ctx) const {
    ++*calls;
    ctx.wait(ctx.now() + 1s);
    if (*fault) return fail(**fault);
    return ask.text + "#" + std::to_string(*calls);
  }
};

struct Table {
  ManualClock clock;
  int calls = 0;
  std::optional<Fault> fault;
  Cache<Counts, ByText, 3, 60s, 1h> cache{Counts{&calls, &fault}};

  std::string ask(std::string text, bool keep = true) {
    Context ctx = clock.context();
    auto answer = cache({std::move(text), keep}, ctx);
    return answer ? *answer : std::string{to_string(answer.error().fault)};
  }
};

}  // namespace

TEST_CASE("an answer is kept until its time is over", "[cache]") {
  Table table;
  CHECK(table.ask("a") == "a#1");
  table.clock.advance(59s);
  CHECK(table.ask("a") == "a#1");
  table.clock.advance(1s);
  CHECK(table.ask("a") == "a#2");
  CHECK(table.cache.totals().hits == 1);
  CHECK(table.cache.totals().misses == 2);
}

TEST_CASE("requests without a key are neither kept nor answered from what is kept", "[cache]") {
  Table table;
  CHECK(table.ask("a") == "a#1");
  CHECK(table.ask("a", false) == "a#2");
  CHECK(table.ask("a") == "a#1");
}

TEST_CASE("of too many answers the one that was used longest ago goes", "[cache]") {
  Table table;
  for (const char* text : {"a", "b", "c"}) (void)table.ask(text);
  (void)table.ask("a");
  (void)table.ask("d");
  CHECK(table.cache.size() == 3);
  CHECK(table.calls == 4);
  CHECK(table.ask("a") == "a#1");
  CHECK(table.ask("c") == "c#3");
  CHECK(table.ask("b") == "b#5");
}

TEST_CASE("failures are not kept", "[cache]") {
  Table table;
  table.fault = Fault::unavailable;
  CHECK(table.ask("a") == "unavailable");
  table.fault.reset();
  CHECK(table.ask("a") == "a#2");
}

TEST_CASE("an expired answer is better than an error that is not the caller's, for a while", "[cache]") {
  Table table;
  (void)table.ask("a");
  table.clock.advance(10min);
  table.fault = Fault::overloaded;
  CHECK(table.ask("a") == "a#1");
  CHECK(table.cache.totals().stale == 1);
  for (const Fault fault : {Fault::cancelled, Fault::invalid_request}) {
    table.fault = fault;
    CHECK(table.ask("a") == to_string(fault));
  }
  table.fault = Fault::overloaded;
  table.clock.advance(1h);
  CHECK(table.ask("a") == "overloaded");
}

TEST_CASE("without the option an expired answer is never given", "[cache]") {
  int calls = 0;
  std::optional<Fault> fault;
  ManualClock clock;
  Cache<Counts, ByText, 3, 60s> cache{Counts{&calls, &fault}};
  Context first = clock.context();
  CHECK(cache({"a"}, first));
  clock.advance(61s);
  fault = Fault::overloaded;
  Context second = clock.context();
  CHECK_FALSE(cache({"a"}, second));
}

TEST_CASE("a hit makes no attempt", "[cache]") {
  Table table;
  (void)table.ask("a");
  Context ctx = table.clock.context();
  CHECK(table.cache({"a"}, ctx));
  CHECK(ctx.attempt() == 0);
}

TEST_CASE("a cleared cache holds nothing", "[cache]") {
  Table table;
  (void)table.ask("a");
  table.cache.clear();
  CHECK(table.cache.size() == 0);
  CHECK(table.ask("a") == "a#2");
}

TEST_CASE("the table agrees with a slow model of it", "[cache]") {
  detail::LruTable<int, int> table{5};
  std::list<std::pair<int, int>> model;  // the one used last in front
  SplitMix64 random{1};
  for (int step = 0; step < 20'000; ++step) {
    const int key = static_cast<int>(random() % 9);
    const auto known = std::find_if(model.begin(), model.end(), [&](auto& e) { return e.first == key; });
    int* const found = table.find(key, detail::hash_of(key % 3));
    REQUIRE((found != nullptr) == (known != model.end()));
    if (found != nullptr) {
      REQUIRE(*found == known->second);
      model.splice(model.begin(), model, known);
    } else if (random() % 2 == 0) {
      table.put(key, detail::hash_of(key % 3)) = step;
      model.emplace_front(key, step);
      if (model.size() > 5) model.pop_back();
    }
    REQUIRE(table.size() == model.size());
  }
}

TEST_CASE("a key that cannot be copied leaves the table as it was", "[cache]") {
  struct Key {
    int number = 0;
    bool throws = false;
    Key() = default;
    Key(int n, bool t = false) : number{n}, throws{t} {}
    Key(const Key& other) : number{other.number} {
      if (other.throws) throw std::bad_alloc{};
    }
    Key(Key&&) noexcept = default;
    Key& operator=(const Key& other) {
      if (other.throws) throw std::bad_alloc{};
      number = other.number;
      return *this;
    }
    Key& operator=(Key&&) noexcept = default;
    bool operator==(const Key& other) const { return number == other.number; }
  };
  for (const std::size_t capacity : {std::size_t{1}, std::size_t{2}}) {
    detail::LruTable<Key, int> table{capacity};
    table.put(Key{1}, 1) = 10;
    CHECK_THROWS_AS(table.put(Key{2, true}, 2), std::bad_alloc);
    CHECK(table.size() == 1);
    REQUIRE(table.find(Key{1}, 1) != nullptr);
    CHECK(*table.find(Key{1}, 1) == 10);
    table.put(Key{3}, 3) = 30;
    table.put(Key{4}, 4) = 40;
    CHECK(table.size() == capacity);
    CHECK(*table.find(Key{4}, 4) == 40);
  }
}

TEST_CASE("an answer that cannot be copied is given and not kept", "[cache]") {
  struct Answer {
    bool stays = false;
    Answer() = default;
    explicit Answer(bool must_stay) : stays{must_stay} {}
    Answer(const Answer& other) : stays{other.stays} {
      if (stays) throw std::bad_alloc{};
    }
    Answer(Answer&&) noexcept = default;
    Answer& operator=(const Answer&) = default;
    Answer& operator=(Answer&&) noexcept = default;
  };
  const auto provider = [](const Ask& ask, Context&) -> Outcome<Answer> {
    return Answer{ask.text == "large"};
  };
  Cache<decltype(provider), ByText, 3, 60s> cache{provider};
  Context ctx;
  CHECK(cache({"large"}, ctx).has_value());
  CHECK(cache.size() == 0);
  CHECK(cache({"small"}, ctx).has_value());
  CHECK(cache.size() == 1);
}

TEST_CASE("a Cache is a client: accessors and description see through it", "[cache]") {
  using Kept = Cache<Resilient<Counts, Breaker<5, 60s, 3>>, ByText, 10, 60s, 1h>;
  int calls = 0;
  std::optional<Fault> fault;
  Kept kept{Counts{&calls, &fault}};
  CHECK(breaker(kept).failures() == 0);
  CHECK_THAT(describe<Kept>(),
             contains("Cache: 10 answers for 1 min, 1 h more if the client fails\nBreaker"));
}
