// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/chat.hpp: what is said to a chat model and what comes back, for all providers alike.
//
//   ChatRequest request{"Why is the sky blue?"};
//   request.options.max_tokens = 200;
//   request.on_text = [](std::string_view piece) { std::cout << piece << std::flush; };   // streams
//   Partial partial;
//   request.partial = &partial;                                                             // if it breaks off
//
// What a stream says before its first output (text, a refusal, a tool call's arguments) reaches nobody, so until
// then a failure is retried and failed over unseen. See docs/streams.md.
//
// Thread-safety: values, like std::vector.
#pragma once

#include <aramid/context.hpp>
#include <aramid/fault.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // int64_t
#include <functional>   // function
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

ARAMID_BEGIN

enum class Role : std::uint8_t { system, developer, user, assistant, tool };

/// A call that the model wants made. `arguments` is JSON text as the model wrote it: check it before use, and
/// run nothing unless the finish reason is `tool_calls` or `stop`.
struct ToolCall {
  std::string id{};
  std::string name{};
  std::string arguments{};
};

/// A picture for the model, by its address or as the bytes of its file; exactly one of the two.
struct Image {
  std::string url{};         ///< http, https or data; who fetches it is the provider
  std::string base64{};      ///< the bytes, in base64
  std::string media_type{};  ///< of `base64`, such as "image/png"
};

struct Message {
  Role role = Role::user;
  std::string content{};
  std::string name{};                  ///< empty: not sent
  std::vector<ToolCall> tool_calls{};  ///< with Role::assistant: what it asked for earlier
  std::string tool_call_id{};          ///< with Role::tool: which call this answers
  std::vector<Image> images{};         ///< the model sees them before `content`
  /// With Role::assistant: the `extra_json` of the Completion that this message repeats, for providers that want
  /// back what was no text and no call, such as signed thoughts. The others leave it out.
  std::string extra_json{};
};

/// A function offered to the model.
struct Tool {
  std::string name{};
  std::string description{};
  std::string parameters_json{};  ///< a JSON Schema object; empty: no parameters
};

struct ChatOptions {
  std::string model{};  ///< empty: the provider's
  std::optional<std::int64_t> max_tokens{};
  std::optional<double> temperature{};
  std::optional<double> top_p{};
  std::optional<std::int64_t> seed{};
  std::vector<std::string> stop{};
  std::vector<Tool> tools{};
  std::string tool_choice{};           ///< "auto", "none", "required", or the name of a tool; empty: not sent
  std::string response_format_json{};  ///< a JSON object; empty: not sent
  /// A JSON object merged over the request last, for all that is not named here; null removes a key
  /// (RFC 7396). `stream` cannot be changed this way.
  std::string extra_json{};
};

struct Partial;

/// Before its first output a stream may send so many events that say nothing (a role, an empty text, no choices),
/// and so many bytes in them. With the next one the call is committed as if output had begun: a server at work on
/// what it does not show is not asked again from the start. Comments, and events that show the model's reasoning,
/// are not counted.
inline constexpr std::size_t most_held_events = 64;
inline constexpr std::size_t most_held_bytes = std::size_t{256} << 10;

struct ChatRequest {
  std::vector<Message> messages{};
  ChatOptions options{};
  /// Called on the calling thread (inside a Hedge on one of its threads) with each piece of the first choice's
  /// text. Setting it asks for a stream, and commits the call at the first piece: from then on nothing is
  /// retried. A refusal or a tool call's arguments commit it too; they come whole, in the Completion.
  std::function<void(std::string_view)> on_text{};
  /// Called where `on_text` is, when all text heard so far is void because another answer begins. Only
  /// <aramid/adapters/restart.hpp> calls it, and without it does not restart.
  std::function<void()> on_restart{};
  /// Where to put what had arrived when a call with `on_text` fails after its output has begun; empty after
  /// a Restart that succeeded, untouched by any other call. Must outlive the call; not read by it.
  Partial* partial = nullptr;
  bool stream = false;  ///< asks for a stream without `on_text`; the call is not committed by it

  ChatRequest() = default;
  /// One user message.
  ChatRequest(std::string prompt) { messages.push_back({.content = std::move(prompt)}); }
  ChatRequest(const char* prompt) : ChatRequest{std::string{prompt}} {}
};

enum class FinishReason : std::uint8_t { stop, length, tool_calls, content_filter, other };

/// One of several answers, when more than one was asked for.
struct Choice {
  std::string text{};
  std::string refusal{};  ///< the model's own words for why it did not answer; empty if it did
  std::vector<ToolCall> tool_calls{};
  FinishReason finish_reason = FinishReason::other;
  std::string finish_reason_text{};  ///< the provider's own word
};

/// The first choice, and what belongs to the answer as a whole.
struct Completion : Choice {
  std::string model{};  ///< the one that answered
  std::string id{};
  std::string request_id{};  ///< the provider's name for the HTTP request, for its support; empty: none
  Usage usage{};             ///< the same as in `ctx.usage`; -1 = not reported
  std::int64_t cached_tokens = -1;  ///< of `usage.input_tokens`, those read from the provider's prompt cache
  std::vector<Choice> further{};    ///< choices beyond the first
  /// Where in `text` another answer went on from one that was cut off: see <aramid/adapters/continue.hpp>.
  std::vector<std::size_t> seams{};
  std::string extra_json{};  ///< a JSON object: what the answer held besides
};

/// What had arrived when a call broke off after its output had begun. Run no tool call in it: its arguments may
/// be cut off anywhere.
struct Partial {
  Completion completion{};
  Fault cause =
      Fault::unknown;  ///< what broke it off; the call's own error says `interrupted`, or `cancelled`
};

/// Tokens that the request may cost, for `ctx.cost.tokens`: a third of its bytes (English has about four
/// bytes a token, so this is on the high side), some per message, 1600 an image, and `max_tokens`, or 512 if not
/// set.
[[nodiscard]] std::int64_t estimate_tokens(const ChatRequest& request) noexcept;
/// The same with prompt and answer apart, for `ctx.cost` and limits on input and output tokens.
[[nodiscard]] Cost estimate_cost(const ChatRequest& request) noexcept;

ARAMID_END
