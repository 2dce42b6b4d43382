// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/lift.hpp: any callable as a provider.
//
//   auto query = lift([&](const Query& q) { return database.run(q); });           // may throw
//   Resilient<decltype(query), Breaker<5, 10s, 1>> client{query};
//
// The callable takes (request, ctx), (request) or nothing, and returns T, void, Outcome<T> or
// std::expected<T, E>; it may throw. A classifier turns an E or an exception into an Error:
//
//   struct Classify {
//     Error operator()(const MyError& e) const { ... }
//     Error operator()(const std::exception& e) const { ... }
//   };
//   auto query = lift(callable, Classify{});
//
// Without one an E becomes `Fault::unknown`, unless it is an Error itself or a Fault, and an exception becomes
// `Fault::unknown` with its `what()`, shortened to 2 KiB. `unknown` is never retried: classify what may be.
//
// Cost: none over the callable on success. Thread-safety: as the callable's. Nothing is thrown, but by a
// classifier that throws.
#pragma once

#include <aramid/error.hpp>
#include <aramid/provider.hpp>

#if ARAMID_EXCEPTIONS
#include <exception>  // exception
#endif
#include <type_traits>  // decay_t, invoke_result_t
#include <utility>      // forward, move

ARAMID_BEGIN

/// The classifier that knows nothing.
struct Unclassified {};

namespace detail {

template <class T>
struct Lifting {
  using Value = T;
  using Failure = Error;
};
template <class T, class E>
struct Lifting<std::expected<T, E>> {
  using Value = T;
  using Failure = E;
};

template <class Classifier, class E>
inline constexpr bool classifies = std::is_invocable_r_v<Error, const Classifier&, const E&>
#if ARAMID_EXCEPTIONS
                                   || std::is_invocable_r_v<Error, const Classifier&, const std::exception&>
#endif
    ;

template <class Classifier, class E>
[[nodiscard]] Error classified([[maybe_unused]] const Classifier& classify, E&& failure) {
  using Plain = std::remove_cvref_t<E>;
  if constexpr (std::is_invocable_r_v<Error, const Classifier&, const Plain&>) {
    return classify(failure);
  } else if constexpr (std::same_as<Plain, Error>) {
    return std::forward<E>(failure);
  } else {
    Error error;
    if constexpr (std::same_as<Plain, Fault>) error.fault = failure;
    return error;
  }
}

}  // namespace detail

template <class Function, class Classifier = Unclassified>
class Lifted {
 public:
  constexpr explicit Lifted(Function function, Classifier classifier = {})
      : function_(std::move(function)), classifier_(std::move(classifier)) {}

  template <class Request>
    requires std::invocable<Function&, const Request&, Context&> ||
             std::invocable<Function&, const Request&> || std::invocable<Function&>
  auto operator()(const Request& request, Context& ctx) {
    const auto call = [&]() -> decltype(auto) {
      if constexpr (std::invocable<Function&, const Request&, Context&>) {
        return function_(request, ctx);
      } else if constexpr (std::invocable<Function&, const Request&>) {
        return function_(request);
      } else {
        return function_();
      }
    };
    using Returned = std::remove_cvref_t<decltype(call())>;
    constexpr bool classifier_fits =
        std::same_as<Classifier, Unclassified> ||
        detail::classifies<Classifier, typename detail::Lifting<Returned>::Failure>;
    static_assert(classifier_fits,
                  "aramid: the classifier of lift() must be callable with the callable's error type or with "
                  "std::exception, and return an Error");
    using Result = Outcome<typename detail::Lifting<Returned>::Value>;
#if ARAMID_EXCEPTIONS
    try {
      return convert<Result>(call);
    } catch (const std::exception& exception) {
      return Result{std::unexpect, caught(exception)};
    } catch (...) {
      return Result{std::unexpect, Error{}};
    }
#else
    return convert<Result>(call);
#endif
  }

 private:
  template <class Result, class Call>
  Result convert(const Call& call) {
    using Returned = std::remove_cvref_t<decltype(call())>;
    if constexpr (is_outcome_v<Returned> && !std::is_invocable_v<const Classifier&, const Error&>) {
      return call();
    } else if constexpr (std::is_void_v<Returned>) {
      call();
      return Result{};
    } else if constexpr (!std::same_as<Returned, typename detail::Lifting<Returned>::Value>) {
      auto returned = call();
      if (!returned)
        return Result{std::unexpect, detail::classified(classifier_, std::move(returned.error()))};
      if constexpr (std::is_void_v<typename Result::value_type>) {
        return Result{};
      } else {
        return Result{std::move(*returned)};
      }
    } else {
      return Result{std::in_place, call()};
    }
  }

#if ARAMID_EXCEPTIONS
  [[nodiscard]] ARAMID_COLD Error caught(const std::exception& exception) const {
    if constexpr (std::is_invocable_r_v<Error, const Classifier&, const std::exception&>) {
      return classifier_(exception);
    } else {
      Error error;
      error.message.assign(std::string_view{exception.what()}.substr(0, 2048));
      return error;
    }
  }
#endif

  ARAMID_EMPTY Function function_;
  ARAMID_EMPTY Classifier classifier_;
};

/// `function` as a provider, with an optional classifier.
template <class Function, class Classifier = Unclassified>
[[nodiscard]] constexpr auto lift(Function&& function, Classifier&& classifier = {}) {
  return Lifted<std::decay_t<Function>, std::decay_t<Classifier>>{std::forward<Function>(function),
                                                                  std::forward<Classifier>(classifier)};
}

ARAMID_END
