// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/async/call.hpp: the coroutine driver. Any client type, unchanged, as a coroutine.
//
//   Task<Outcome<Completion>> answer = async_call(client, request, ctx);
//
// The same deciders as `client(request, ctx)` runs, with the same answers at the same instants; where that blocks
// a thread, this suspends (<aramid/async/executor.hpp>). A provider that is asynchronous itself offers
//   Task<Outcome<T>> async(const Request& request, Context& ctx);
// and obeys `ctx.stop` and `ctx.deadline`; any other one is called as it stands, and while it blocks nobody else
// gets on. The same goes for clients whose rules are their own (AnyProvider, the adapters' stream wrappers).
// A Hedge's attempts are coroutines beside the call's: the executor must go on until the losers have ended before
// the client dies. Without an executor a call goes unhedged.
// `client`, `request` and `ctx` must outlive the Task.
// Cost: an allocation for each client on the way. Thread-safety: as the client's; one call, one thread at a time.
#pragma once

#include <aramid/async/executor.hpp>
#include <aramid/async/task.hpp>
#include <aramid/attempt_once.hpp>
#include <aramid/drive.hpp>
#include <aramid/resilient.hpp>

ARAMID_BEGIN

namespace detail {

template <class T>
struct TaskTraits;
template <class T>
struct TaskTraits<Task<T>> {
  using Value = T;
};

template <class P, class Request>
concept OffersAsync = requires(P& provider, const Request& request, Context& ctx) {
  typename TaskTraits<std::remove_cvref_t<decltype(provider.async(request, ctx))>>::Value;
};

template <class Client>
inline constexpr bool only_forwards_v = false;
template <class Provider>
inline constexpr bool only_forwards_v<Resilient<Provider>> = true;

template <class Client, class Request>
struct AnswerOf;
template <class Request>
struct ShowsAnswer {
  template <class Client>
  auto operator()(Client&) const {
    return AnswerOf<Client, Request>::find();
  }
};

/// What a client answers with: known without a look at its blocking call, which an asynchronous provider may not
/// have.
template <class Client, class Request>
struct AnswerOf {
  static auto find() {
    if constexpr (OffersAsync<Client, Request>) {
      using Offered =
          decltype(std::declval<Client&>().async(std::declval<const Request&>(), std::declval<Context&>()));
      return std::type_identity<typename TaskTraits<Offered>::Value>{};
    } else if constexpr (only_forwards_v<Client>) {
      return AnswerOf<typename Client::provider_type, Request>::find();
    } else if constexpr (races_v<Client>) {
      using Inner = std::remove_reference_t<decltype(std::declval<Client&>().client())>;
      return AnswerOf<Inner, Request>::find();
    } else if constexpr (has_decider_v<Client>) {
      using Decider = decltype(DriverAccess::decide(std::declval<Client&>(), std::declval<const Request&>(),
                                                    std::declval<Context&>()));
      return decltype(std::declval<Decider&>().ask(std::declval<ShowsAnswer<Request>&>())){};
    } else {
      using Answer = std::invoke_result_t<Client&, const Request&, Context&>;
      return std::type_identity<std::remove_cvref_t<Answer>>{};
    }
  }
  using type = typename decltype(find())::type;
};

}  // namespace detail

/// What `async_call` of a client answers with.
template <class Client, class Request>
using AnswerOf = typename detail::AnswerOf<Client, Request>::type;

template <class Client, class Request>
[[nodiscard]] Task<AnswerOf<Client, Request>> async_call(Client& client, const Request& request,
                                                         Context& ctx);

namespace detail {

template <class Result, class Client, class Request>
Task<Result> run_async(Client& client, const Request& request, Context& ctx);

// As detail::ask: a client that is no stack is a plain provider, and attempted once.
template <class Result, class Client, class Request>
[[nodiscard]] Task<Result> ask_async(Client& client, const Request& request, Context& ctx) {
  if constexpr (is_stack_v<Client>) {
    return async_call(client, request, ctx);
  } else {
    return run_async<Result>(client, request, ctx);
  }
}

// One of a hedged call's attempts, beside the call.
template <class Race>
Detached run_attempt(typename Race::Attempt& attempt) {
  using Result = typename Race::Result;
  const std::shared_ptr<Race> race = std::move(attempt.race);
  if (!race->start(attempt)) co_return;
#if ARAMID_EXCEPTIONS
  try {
#endif
    std::optional<typename Race::Inside> inside;
    inside.emplace(*race, attempt);
    Task<Result> asked = ask_async<Result>(race->client(), race->request(), *attempt.ctx);
    Result outcome = co_await asked;
    inside.reset();
    race->finish(attempt, std::move(outcome));
#if ARAMID_EXCEPTIONS
  } catch (...) {
    race->throw_(attempt);
  }
#endif
}

struct LaunchCoroutine {
  template <class Attempt>
  [[nodiscard]] bool operator()(Attempt& attempt) const noexcept {
    using Race = typename decltype(attempt.race)::element_type;
    Executor* const executor = executor_of(*attempt.ctx);
    if (executor == nullptr) return false;
#if ARAMID_EXCEPTIONS
    try {
      executor->post(run_attempt<Race>(attempt).handle);
    } catch (const std::bad_alloc&) {
      return false;
    }
#else
    executor->post(run_attempt<Race>(attempt).handle);
#endif
    return true;
  }
};

template <class Result, class Client, class Request>
[[nodiscard]] auto decide(Client& client, const Request& request, Context& ctx) {
  if constexpr (races_v<Client>) {
    return DriverAccess::race<Result>(client, request, ctx, LaunchCoroutine{});
  } else {
    return DriverAccess::decide(client, request, ctx);
  }
}

// The coroutine driver's loop.
template <class Result, class Client, class Request>
Task<Result> run_async(Client& client, const Request& request, Context& ctx) {
  auto decider = detail::decide<Result>(client, request, ctx);
  Result outcome{std::unexpect};
  Step step = decider.start(request);
  while (step.kind != Step::Kind::done) {
    if (step.kind == Step::Kind::wait) {
      co_await wait_until(ctx, step.until);
      step = decider.resume(request);
      continue;
    }
    Task<Result> asked = decider.ask([&](auto& inner) -> Task<Result> {
      if constexpr (decltype(decider)::asks_bare) {
        return async_call(inner, request, ctx);
      } else {
        return ask_async<Result>(inner, request, ctx);
      }
    });
    Result answered = co_await asked;
    put(outcome, std::move(answered));
    step = decider.ended(request, outcome);
  }
  decider.conclude(outcome);
  co_return outcome;
}

template <class Result, class Client, class Request>
Task<Result> call_plainly(Client& client, const Request& request, Context& ctx) {
  co_return client(request, ctx);
}

}  // namespace detail

template <class Client, class Request>
Task<AnswerOf<Client, Request>> async_call(Client& client, const Request& request, Context& ctx) {
  using Result = AnswerOf<Client, Request>;
  static_assert(
      is_outcome_v<Result>,
      "aramid: async_call(client, request, ctx): what the client answers with is an Outcome<T>. See "
      "docs/drivers.md");
  if constexpr (detail::OffersAsync<Client, Request>) {
    return client.async(request, ctx);
  } else if constexpr (detail::only_forwards_v<Client>) {
    return async_call(client.provider(), request, ctx);
  } else if constexpr (has_decider_v<Client> || races_v<Client>) {
    return detail::run_async<Result>(client, request, ctx);
  } else {
    return detail::call_plainly<Result>(client, request, ctx);
  }
}

ARAMID_END
