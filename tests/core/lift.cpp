// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// lift(): callables of every shape as providers.

#include "support/catch.hpp"

#include <aramid/lift.hpp>
#include <aramid/resilient.hpp>

#include <memory>
#include <stdexcept>

using namespace aramid;

namespace {

enum class Trouble { busy, broken };

struct Classify {
  Error operator()(const Trouble& trouble) const {
    Error error;
    error.fault = trouble == Trouble::busy ? Fault::overloaded : Fault::malformed;
    return error;
  }
  Error operator()(const std::exception& exception) const {
    Error error;
    error.fault = Fault::connection_lost;
    error.message = std::string{"caught: "} + exception.what();
    return error;
  }
};

template <class Lifted>
auto ask(Lifted& lifted, int request = 1) {
  Context ctx;
  return lifted(request, ctx);
}

int plain_function(const int& n) { return n * 3; }

}  // namespace

TEST_CASE("a callable may take the request and the context, the request, or nothing", "[lift]") {
  auto both = lift([](const int& n, Context& ctx) { return n + static_cast<int>(ctx.attempt()); });
  auto request = lift([](const int& n) { return n + 1; });
  auto nothing = lift([] { return 7; });
  CHECK(ask(both).value() == 1);
  CHECK(ask(request).value() == 2);
  CHECK(ask(nothing).value() == 7);
}

TEST_CASE("a value becomes an outcome of it", "[lift]") {
  auto lifted = lift([](const int& n) { return std::to_string(n); });
  STATIC_REQUIRE(std::is_same_v<decltype(ask(lifted)), Outcome<std::string>>);
  CHECK(ask(lifted, 42).value() == "42");
}

TEST_CASE("nothing becomes an outcome of nothing", "[lift]") {
  int calls = 0;
  auto lifted = lift([&](const int&) { ++calls; });
  STATIC_REQUIRE(std::is_same_v<decltype(ask(lifted)), Outcome<void>>);
  CHECK(ask(lifted).has_value());
  CHECK(calls == 1);
}

TEST_CASE("an outcome passes as it is", "[lift]") {
  auto lifted = lift([](const int& n) -> Outcome<int> {
    if (n < 0) return fail(Fault::rate_limited, 429, "slow");
    return n;
  });
  STATIC_REQUIRE(std::is_same_v<decltype(ask(lifted)), Outcome<int>>);
  CHECK(ask(lifted, 3).value() == 3);
  CHECK(ask(lifted, -1).error().status == 429);
  CHECK(ask(lifted, -1).error().message == "slow");
}

TEST_CASE("an expected with a fault keeps the fault", "[lift]") {
  auto lifted =
      lift([](const int&) -> std::expected<int, Fault> { return std::unexpected{Fault::not_found}; });
  CHECK(ask(lifted).error().fault == Fault::not_found);
}

TEST_CASE("an expected with a type of its own is classified", "[lift]") {
  auto run = [](const int& n) -> std::expected<int, Trouble> {
    if (n < 0) return std::unexpected{Trouble::busy};
    return n;
  };
  SECTION("by the classifier") {
    auto lifted = lift(run, Classify{});
    CHECK(ask(lifted, 4).value() == 4);
    CHECK(ask(lifted, -1).error().fault == Fault::overloaded);
  }
  SECTION("as unknown without one") {
    auto lifted = lift(run);
    CHECK(ask(lifted, -1).error().fault == Fault::unknown);
  }
}

TEST_CASE("an expected of nothing is lifted, too", "[lift]") {
  auto lifted = lift(
      [](const int& n) -> std::expected<void, Trouble> {
        if (n < 0) return std::unexpected{Trouble::broken};
        return {};
      },
      Classify{});
  STATIC_REQUIRE(std::is_same_v<decltype(ask(lifted)), Outcome<void>>);
  CHECK(ask(lifted, 1).has_value());
  CHECK(ask(lifted, -1).error().fault == Fault::malformed);
}

TEST_CASE("an exception becomes an unknown fault with its words", "[lift]") {
  auto lifted = lift([](const int&) -> int { throw std::runtime_error{"boom"}; });
  const auto answer = ask(lifted);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().fault == Fault::unknown);
  CHECK(answer.error().message == "boom");
}

TEST_CASE("an exception is classified", "[lift]") {
  auto lifted = lift([](const int&) -> int { throw std::logic_error{"boom"}; }, Classify{});
  CHECK(ask(lifted).error().fault == Fault::connection_lost);
  CHECK(ask(lifted).error().message == "caught: boom");
}

TEST_CASE("something thrown that is no exception becomes an unknown fault", "[lift]") {
  auto lifted = lift([](const int&) -> int { throw 3; }, Classify{});
  CHECK(ask(lifted).error().fault == Fault::unknown);
  CHECK(ask(lifted).error().message.empty());
}

TEST_CASE("an exception out of a callable that returns nothing or an outcome is caught, too", "[lift]") {
  auto nothing = lift([](const int&) { throw std::runtime_error{"a"}; });
  auto outcome = lift([](const int&) -> Outcome<int> { throw std::runtime_error{"b"}; });
  CHECK(ask(nothing).error().message == "a");
  CHECK(ask(outcome).error().message == "b");
}

TEST_CASE("a classifier for errors sees the errors of an outcome", "[lift]") {
  struct Soften {
    Error operator()(const Error& error) const {
      Error softened = error;
      softened.fault = Fault::unavailable;
      return softened;
    }
  };
  auto lifted = lift([](const int&) -> Outcome<int> { return fail(Fault::unknown, 418); }, Soften{});
  CHECK(ask(lifted).error().fault == Fault::unavailable);
  CHECK(ask(lifted).error().status == 418);
}

TEST_CASE("a value that can only be moved is lifted", "[lift]") {
  auto value = lift([](const int& n) { return std::make_unique<int>(n); });
  auto expected = lift(
      [](const int& n) -> std::expected<std::unique_ptr<int>, Trouble> { return std::make_unique<int>(n); });
  CHECK(*ask(value, 5).value() == 5);
  CHECK(*ask(expected, 6).value() == 6);
}

TEST_CASE("a callable that can only be moved is lifted", "[lift]") {
  auto lifted = lift([owned = std::make_unique<int>(9)](const int& n) { return *owned + n; });
  CHECK(ask(lifted, 1).value() == 10);
}

TEST_CASE("a reference that a callable returns becomes a value", "[lift]") {
  const std::string kept = "kept";
  auto lifted = lift([&](const int&) -> const std::string& { return kept; });
  STATIC_REQUIRE(std::is_same_v<decltype(ask(lifted)), Outcome<std::string>>);
  CHECK(ask(lifted).value() == "kept");
}

TEST_CASE("a function and a member function's wrapper are lifted", "[lift]") {
  auto function = lift(plain_function);
  auto pointer = lift(&plain_function);
  CHECK(ask(function, 2).value() == 6);
  CHECK(ask(pointer, 2).value() == 6);
}

TEST_CASE("a lifted callable is a provider for every request it takes and for no other", "[lift]") {
  auto lifted = lift([](const int& n) { return n; });
  STATIC_REQUIRE(ProviderOf<decltype(lifted), int>);
  STATIC_REQUIRE_FALSE(ProviderOf<decltype(lifted), std::string>);
}

TEST_CASE("a lifted callable takes no more room than the callable", "[lift]") {
  auto lifted = lift([](const int& n) { return n; });
  STATIC_REQUIRE(sizeof(lifted) == 1);
}

TEST_CASE("a lifted callable stands in a client", "[lift]") {
  auto lifted = lift([](const int& n) { return n; });
  Resilient<decltype(lifted)> client{lifted};
  CHECK(client(8).value() == 8);
}
