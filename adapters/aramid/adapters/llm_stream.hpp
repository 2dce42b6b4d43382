// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/llm_stream.hpp: an answer that is pulled, piece by piece.
//
//   LlmStream stream = client.stream("Why is the sky blue?");
//   for (const std::string& piece : stream) std::cout << piece << std::flush;
//   if (const Error* error = stream.error()) std::cerr << error->message;
//
//   LlmStream stream{[&](const ChatRequest& request, Context& ctx) { return client(request, ctx); }, request};
//
// When to use it: where the loop is yours. When not: where a callback will do (`request.on_text`); it needs no
// thread. The call is made on a thread of its own. Up to 1 MiB of text waits to be pulled; then the provider is not
// read any further until there is room, and its limits on time go on. Dropping the stream, or `cancel()`, cancels
// the call; the destructor waits until it has ended, which providers that look at `ctx.stop` do soon.
// Must not outlive the client. Cost: a thread; a copy and a lock for each piece.
// Thread-safety: one thread pulls; `cancel()` from any thread.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/error.hpp>

#include <cstddef>     // ptrdiff_t
#include <functional>  // function
#include <optional>    // optional
#include <stop_token>  // stop_token
#include <string>      // string

ARAMID_BEGIN

class LlmStream {
 public:
  /// Makes the call. What it throws becomes `Fault::unknown`.
  using Run = std::function<Outcome<Completion>(const ChatRequest& request, Context& ctx)>;
  static constexpr std::size_t most_waiting = std::size_t{1} << 20;  ///< bytes, 32 for each piece included

  /// Starts the call. `stop` cancels it as dropping does. `driver`: the time line it lives on, null = real time.
  /// Throws std::system_error if there is no thread to be had.
  LlmStream(Run run, ChatRequest request, std::stop_token stop = {}, Driver* driver = nullptr);
  LlmStream(LlmStream&&) noexcept;
  LlmStream& operator=(LlmStream&&) = delete;
  ~LlmStream();

  /// Blocks until there is a piece, and takes it; nothing once the answer has ended, well or not.
  [[nodiscard]] std::optional<std::string> next();
  void cancel() noexcept;

  /// Whether the call has ended; pieces may still wait.
  [[nodiscard]] bool ended() const noexcept;
  /// Why the answer broke off; null while it runs, and if it is whole. Valid as long as the stream.
  [[nodiscard]] const Error* error() const noexcept;
  /// The whole answer; null while it runs, and if it broke off.
  [[nodiscard]] const Completion* completion() const noexcept;

  struct End {};
  class Iterator {
   public:
    using value_type = std::string;
    using difference_type = std::ptrdiff_t;

    [[nodiscard]] const std::string& operator*() const noexcept { return *piece_; }
    [[nodiscard]] const std::string* operator->() const noexcept { return &*piece_; }
    Iterator& operator++() {
      piece_ = stream_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& it, End) noexcept { return !it.piece_; }

   private:
    friend LlmStream;
    explicit Iterator(LlmStream& stream) : stream_{&stream}, piece_{stream.next()} {}
    LlmStream* stream_;
    std::optional<std::string> piece_;
  };
  /// A stream is pulled once: a second loop goes on where the first one stopped.
  [[nodiscard]] Iterator begin() { return Iterator{*this}; }
  [[nodiscard]] static End end() noexcept { return {}; }

 private:
  struct State;
  State* state_;  // owned; null once moved from
};

ARAMID_END
