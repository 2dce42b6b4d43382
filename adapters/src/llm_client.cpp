// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/llm_client.hpp>
#include <aramid/intern.hpp>
#include <aramid/policies/call_log.hpp>
#include <aramid/policies/metrics.hpp>

#include <algorithm>  // find
#include <exception>  // exception
#include <memory>     // make_shared
#include <mutex>      // mutex
#include <optional>   // optional

#include "llm_stack.hpp"

ARAMID_BEGIN

namespace {

using Names = std::vector<std::string_view>;

const LlmClientSettings& checked(const LlmClientSettings& s) {
  require_setting(positive(s.base_delay), "LlmClientSettings::base_delay", s.base_delay, "above 0");
  require_setting(s.max_delay >= s.base_delay, "LlmClientSettings::max_delay", s.max_delay,
                  "from base_delay, which is ", s.base_delay);
  require_setting(positive(s.timeout), "LlmClientSettings::timeout", s.timeout, "above 0");
  require_setting(s.longest_stream > s.timeout, "LlmClientSettings::longest_stream", s.longest_stream,
                  "above timeout, which is ", s.timeout);
  require_setting(s.call_timeout.ns >= 0, "LlmClientSettings::call_timeout", s.call_timeout, "0 or more");
  require_setting(detail::in_range(s.failure_threshold, 1, 65535), "LlmClientSettings::failure_threshold",
                  s.failure_threshold, "1 to 65535");
  require_setting(positive(s.recovery_timeout), "LlmClientSettings::recovery_timeout", s.recovery_timeout,
                  "above 0");
  require_setting(detail::in_range(s.half_open_max_calls, 1, 1023), "LlmClientSettings::half_open_max_calls",
                  s.half_open_max_calls, "1 to 1023");
  require_setting(s.requests_per_minute >= 0, "LlmClientSettings::requests_per_minute", s.requests_per_minute,
                  "0 or more");
  require_setting(s.tokens_per_minute >= 0, "LlmClientSettings::tokens_per_minute", s.tokens_per_minute,
                  "0 or more");
  return s;
}

LimiterSettings limits_of(const LlmClientSettings& s) {
  constexpr Duration minute{60'000'000'000};
  LimiterSettings limits;
  limits.quotas[0] = {Unit::requests, s.requests_per_minute, minute};
  limits.quotas[1] = {Unit::tokens, s.tokens_per_minute, minute};
  // A limiter wants one quota; it will be switched off.
  if (s.requests_per_minute == 0 && s.tokens_per_minute == 0) limits.quotas[0].limit = 1;
  return limits;
}

}  // namespace

struct LlmClient::Impl {
  struct Member {
    Name name;
    Breaker<>* breaker;
    Limiter<SlidingWindow>* limiter;
  };

  LlmClientSettings settings;
  std::vector<LlmProviders::LeftOut> left_out;
  std::vector<Member> members;
  std::optional<LlmStack> stack;  // empty if there is nobody to ask
  bool limited = false;
  mutable std::mutex mutex;
  std::shared_ptr<const Names> priority;  // under the mutex; null: as the routing decides

  Impl(const LlmClientSettings& given, LlmProviders providers)
      : settings{checked(given)}, left_out{providers.left_out()} {
    limited =
        settings.enable_rate_limiting && (settings.requests_per_minute > 0 || settings.tokens_per_minute > 0);
    std::vector<FailoverList<SuccessRate, AnyChat>::Candidate> candidates;
    for (LlmProviders::Entry& entry : providers.entries()) {
      AnyChat guarded = entry.plain ? guard(entry.name, std::move(entry.plain))
                                    : guard(entry.name, std::move(*entry.client));
      candidates.push_back({members.back().name, std::move(guarded), entry.facts});
    }
    if (!candidates.empty()) {
      stack.emplace(std::move(candidates));
      if (!settings.enable_telemetry) switch_of<TelemetryTag>(*stack).off();
    }
    set_priority(settings.provider_priority);
  }

  template <class Provider>
  AnyChat guard(const std::string& name, Provider provider) {
    using Guarded = GuardedChat<Provider>;
    AnyChat any{std::in_place_type<Guarded>,
                std::move(provider),
                RetrySettings{settings.max_retries, settings.base_delay, settings.max_delay},
                BreakerSettings{.failures = settings.failure_threshold,
                                .cooldown = settings.recovery_timeout,
                                .probes = settings.half_open_max_calls},
                limits_of(settings),
                ChatTimeoutSettings{settings.timeout, settings.longest_stream}};
    Guarded& guarded = *any.get_if<Guarded>();
    if (!settings.enable_circuit_breaker) switch_of<BreakerTag>(guarded).off();
    if (!limited) switch_of<LimiterTag>(guarded).off();
    members.push_back({intern(name), &breaker(guarded), &limiter(guarded)});
    return any;
  }

  [[nodiscard]] const Member* find(std::string_view name) const noexcept {
    const auto it =
        std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == name; });
    return it != members.end() ? &*it : nullptr;
  }
  [[nodiscard]] const LlmProviders::LeftOut* find_left_out(std::string_view name) const noexcept {
    const auto it =
        std::find_if(left_out.begin(), left_out.end(), [&](const auto& l) { return l.name == name; });
    return it != left_out.end() ? &*it : nullptr;
  }

  [[nodiscard]] std::string names() const {
    std::string text;
    for (const Member& member : members) {
      if (!text.empty()) text += ", ";
      text += member.name.view();
    }
    return text;
  }

  /// `first`, then the members that are not among them.
  [[nodiscard]] Names completed(Names first) const {
    for (const Member& member : members) {
      if (std::find(first.begin(), first.end(), member.name.view()) == first.end())
        first.push_back(member.name);
    }
    return first;
  }

  void set_priority(const std::vector<std::string>& wanted) {
    Names order;
    for (const std::string& name : wanted) {
      const Member* const member = find(name);
      require_setting(member != nullptr || find_left_out(name) != nullptr, "a name in provider_priority",
                      std::string_view{name},
                      "the name of a provider of this client: ", std::string_view{names()});
      if (member != nullptr) order.push_back(member->name);
    }
    std::shared_ptr<const Names> next;
    if (!order.empty()) next = std::make_shared<const Names>(completed(std::move(order)));
    const std::lock_guard lock{mutex};
    priority = std::move(next);
  }
  [[nodiscard]] std::shared_ptr<const Names> current_priority() const {
    const std::lock_guard lock{mutex};
    return priority;
  }

  [[nodiscard]] std::unexpected<Error> nobody_called(std::string_view name) const {
    if (const LlmProviders::LeftOut* const out = find_left_out(name))
      return fail(Fault::invalid_request, 0, "provider '" + out->name + "' is not available: " + out->why);
    return fail(Fault::invalid_request, 0,
                "there is no provider '" + std::string{name} + "'; there are: " + names());
  }
  [[nodiscard]] std::unexpected<Error> nobody_there() const {
    std::string message = "no provider is available";
    const char* link = ": ";
    for (const LlmProviders::LeftOut& out : left_out) {
      message += std::exchange(link, "; ") + out.name + " (" + out.why + ")";
    }
    return fail(Fault::unauthorized, 0, std::move(message));
  }

  [[nodiscard]] Context context() const {
    if (settings.driver != nullptr) return Context{*settings.driver};
    return Context{};
  }

  Outcome<Completion> ask(const ChatRequest& request, Context& ctx) {
    if (!stack) return nobody_there();
    std::optional<CallLog<const std::function<void(LogLevel, std::string_view)>&>> log;
    if (settings.log) log.emplace(ctx, settings.log, settings.max_retries + 1);
    try {
      if (ctx.cost.tokens == 0) {
        if (settings.estimate_tokens) {
          ctx.cost.tokens = settings.estimate_tokens(request);
        } else {
          const std::int64_t requests = ctx.cost.requests;
          ctx.cost = estimate_cost(request);
          ctx.cost.requests = requests;
        }
      }
      return (*stack)(request, ctx);
    } catch (const std::exception& e) {
      return fail(Fault::unknown, 0, e.what());
    } catch (...) {
      return fail(Fault::unknown, 0, "a provider threw what is no std::exception");
    }
  }

  // With the settings' priority and limits, where the caller of this one call has not said otherwise. The context
  // is the caller's: what is changed in it is put back.
  Outcome<Completion> call(const ChatRequest& request, Context& ctx) {
    const Instant deadline = ctx.deadline;
    const unsigned most = ctx.max_attempts;
    const Cost cost = ctx.cost;
    if (most == 0) ctx.max_attempts = settings.max_attempts;
    if (settings.call_timeout.ns > 0)
      ctx.deadline = smaller(deadline, saturating_add(ctx.now(), settings.call_timeout.duration()));
    const std::shared_ptr<const Names> order = current_priority();
    const bool ordered = order != nullptr && ctx.route.only.empty() && ctx.route.order.empty();
    if (ordered) ctx.route.order = *order;
    Outcome<Completion> outcome = ask(request, ctx);
    if (ordered) ctx.route.order = {};
    ctx.max_attempts = most;
    ctx.deadline = deadline;
    ctx.cost = cost;
    return outcome;
  }

  Outcome<Completion> call(const ChatRequest& request, Context& ctx, const LlmCallOptions& options) {
    ctx.deadline = smaller(ctx.deadline, options.deadline);
    ctx.priority = options.priority;
    ctx.route.failover = options.enable_failover;
    if (options.provider.empty() || options.provider == "auto") return call(request, ctx);
    if (find(options.provider) == nullptr) {
      const bool nobody = members.empty() && find_left_out(options.provider) == nullptr;
      return nobody ? nobody_there() : nobody_called(options.provider);
    }
    if (!options.enable_failover) {
      ctx.route.only = options.provider;
      return call(request, ctx);
    }
    const std::shared_ptr<const Names> all = current_priority();
    Names order{options.provider};
    for (const std::string_view name : all != nullptr ? *all : Names{}) {
      if (name != options.provider) order.push_back(name);
    }
    order = completed(std::move(order));
    ctx.route.order = order;
    return call(request, ctx);
  }
};

LlmClient::LlmClient(const LlmClientSettings& settings)
    : LlmClient(settings, LlmProviders::from_environment()) {}
LlmClient::LlmClient(const LlmClientSettings& settings, LlmProviders providers)
    : impl_{new Impl(settings, std::move(providers))} {}
LlmClient::~LlmClient() { delete impl_; }

Outcome<Completion> LlmClient::generate(const ChatRequest& request, const LlmCallOptions& options) {
  Context ctx = impl_->context();
  ctx.stop = options.stop;
  return impl_->call(request, ctx, options);
}

Outcome<Completion> LlmClient::stream_chat(ChatRequest request, std::function<void(std::string_view)> on_text,
                                           const LlmCallOptions& options) {
  request.on_text = std::move(on_text);
  request.stream = true;
  return generate(request, options);
}

LlmStream LlmClient::stream(ChatRequest request, const LlmCallOptions& options) {
  return LlmStream{[impl = impl_, options](const ChatRequest& asked, Context& ctx) {
                     return impl->call(asked, ctx, options);
                   },
                   std::move(request), options.stop, impl_->settings.driver};
}

Outcome<Completion> LlmClient::operator()(const ChatRequest& request, Context& ctx) {
  return impl_->call(request, ctx);
}
Outcome<Completion> LlmClient::operator()(const ChatRequest& request) {
  Context ctx = impl_->context();
  return impl_->call(request, ctx);
}

Metrics LlmClient::metrics() const {
  Metrics all;
  if (!impl_->stack) {
    all.circuit_breaker.state = to_string(BreakerState::closed);
    return all;
  }
  const Instant at = now();
  all = aramid::metrics(*impl_->stack, at);
  BreakerState worst = BreakerState::closed;
  for (const Impl::Member& member : impl_->members) {
    const auto& breaker = *member.breaker;
    const BreakerState state = breaker.state(at);
    if (severity(state) > severity(worst)) worst = state;
    all.circuit_breaker.failures += breaker.failures(at);
  }
  all.circuit_breaker.state = to_string(worst);
  all.rate_limiter = rate_limiter().used();
  return all;
}

std::vector<LlmAvailability> LlmClient::available_providers() const {
  std::vector<LlmAvailability> all;
  if (impl_->stack) {
    Context ctx = impl_->context();
    const std::shared_ptr<const Names> order = impl_->current_priority();
    if (order != nullptr) ctx.route.order = *order;
    for (const Availability& one : impl_->stack->provider().available(ctx)) {
      LlmAvailability& seen =
          all.emplace_back(std::string{one.provider.view()}, one.readiness.ready(), "", one.readiness.wait);
      if (seen.available) continue;
      seen.why.append(one.readiness.policy.view()).append(": ").append(to_string(one.readiness.reason));
    }
  }
  for (const LlmProviders::LeftOut& out : impl_->left_out)
    all.push_back({out.name, false, out.why, Duration::max()});
  return all;
}

std::optional<BreakerReport> LlmClient::circuit_breaker(std::string_view provider) const {
  const Impl::Member* const member = impl_->find(provider);
  if (member == nullptr) return std::nullopt;
  return member->breaker->explain(now());
}

bool LlmClient::reset_circuit_breaker(std::string_view provider) noexcept {
  bool found = provider == "all";
  for (const Impl::Member& member : impl_->members) {
    if (provider != "all" && !(member.name == provider)) continue;
    member.breaker->reset();
    found = true;
  }
  return found;
}

LlmClient::RateLimiter::Answer LlmClient::RateLimiter::can_proceed(
    std::int64_t estimated_tokens) const noexcept {
  const Impl& impl = *client_->impl_;
  const Instant now = client_->now();
  Answer soonest{false, Duration::max()};
  for (const Impl::Member& member : impl.members) {
    if (provider_ != "all" && !(member.name == provider_)) continue;
    if (!impl.limited) return {};
    const Allowance one = member.limiter->can_proceed(estimated_tokens, now);
    soonest = {soonest.can_proceed || one.allowed, smaller(soonest.wait, one.wait)};
  }
  return soonest;
}

LimiterMetrics LlmClient::RateLimiter::used() const noexcept {
  const Instant now = client_->now();
  LimiterMetrics used;
  for (const Impl::Member& member : client_->impl_->members) {
    if (provider_ != "all" && !(member.name == provider_)) continue;
    used.requests_last_minute += member.limiter->used(Unit::requests, now);
    used.tokens_last_minute += member.limiter->used(Unit::tokens, now);
    if (!client_->impl_->limited) continue;
    used.quota_left = smaller(used.quota_left, static_cast<double>(member.limiter->headroom(now)) / 1000);
    used.waiting += member.limiter->waiting();
  }
  return used;
}

void LlmClient::set_provider_priority(const std::vector<std::string>& names) { impl_->set_priority(names); }

Instant LlmClient::now() const noexcept {
  return impl_->settings.driver != nullptr ? impl_->settings.driver->now() : SteadyClock::now();
}

std::string LlmClient::describe() const {
  return impl_->stack ? impl_->stack->provider().describe() : std::string{"no provider\n"};
}

unsigned LlmClient::attempts_allowed() const noexcept {
  if (impl_->settings.max_attempts != 0) return impl_->settings.max_attempts;
  return impl_->stack ? impl_->stack->attempts_allowed() : 1;
}
Readiness LlmClient::readiness(const Context& ctx, Instant now) const noexcept {
  return impl_->stack ? impl_->stack->readiness(ctx, now) : Readiness{};
}
unsigned LlmClient::headroom(Instant now) const noexcept {
  return impl_->stack ? impl_->stack->headroom(now) : full_headroom;
}

ARAMID_END
