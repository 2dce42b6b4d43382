// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/chat_timeout.hpp: one limit for chats, whether they stream or not.
//
//   Resilient<OpenAi, Retry<3>, ChatTimeout> client{provider, ChatTimeoutSettings{.timeout = 30s}};
//
// An answer that comes whole must be there within `timeout`. One that streams must begin within `timeout` and pause
// for no longer than that, so a healthy stream is not cut off; `longest_stream` bounds it all the same.
//
// When to use it: for a client that makes both kinds of call. When not: where all calls are alike; that is a
// Timeout or a PhaseTimeout, which also come as template arguments. A provider of yours that streams and knows no
// phases (<aramid/phase.hpp>) keeps to `longest_stream` alone.
// Cost: as a PhaseTimeout. Thread-safety: stateless.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/policies/phase_timeout.hpp>
#include <aramid/policies/timeout.hpp>

ARAMID_BEGIN

struct ChatTimeoutSettings {
  Span timeout = Duration{30'000'000'000};          ///< > 0
  Span longest_stream = Duration{600'000'000'000};  ///< above `timeout`

  friend constexpr bool operator==(const ChatTimeoutSettings&, const ChatTimeoutSettings&) = default;
};

class ChatTimeout {
 public:
  using Settings = ChatTimeoutSettings;
  static constexpr Name name = "ChatTimeout";
  static constexpr bool limits_time = true;

  struct Scope {
    Timeout<>::Scope whole;
    PhaseTimeout<>::Scope parts;
    bool streams = false;
  };

  ChatTimeout() : ChatTimeout(Settings{}) {}
  explicit ChatTimeout(const Settings& settings)
      : whole_{TimeoutSettings{.limit = checked(settings).timeout}},
        parts_{PhaseTimeoutSettings{.connect = {},
                                    .first_output = settings.timeout,
                                    .idle = settings.timeout,
                                    .silence = {},
                                    .total = settings.longest_stream}} {}

  void prepare(Scope& scope, const ChatRequest& request, Context&) noexcept {
    scope.streams = request.stream || static_cast<bool>(request.on_text);
  }
  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    return scope.streams ? parts_.admit(scope.parts, ctx, now) : whole_.admit(scope.whole, ctx, now);
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    return scope.streams ? parts_.settle(scope.parts, ctx, failure, now)
                         : whole_.settle(scope.whole, ctx, failure, now);
  }
  void release(Scope& scope, Context& ctx) noexcept {
    if (scope.streams) {
      parts_.release(scope.parts, ctx);
    } else {
      whole_.release(scope.whole, ctx);
    }
  }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 private:
  static const Settings& checked(const Settings& settings) {
    require_setting(positive(settings.timeout), "ChatTimeoutSettings::timeout", settings.timeout, "above 0");
    require_setting(settings.longest_stream > settings.timeout, "ChatTimeoutSettings::longest_stream",
                    settings.longest_stream, "above timeout, which is ", settings.timeout);
    return settings;
  }

  Timeout<> whole_;
  PhaseTimeout<> parts_;
};

ARAMID_END
