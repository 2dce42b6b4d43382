// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/llm_stream.hpp>

#include <condition_variable>  // condition_variable
#include <deque>               // deque
#include <exception>           // exception
#include <memory>              // unique_ptr
#include <mutex>               // mutex
#include <thread>              // jthread
#include <utility>             // exchange, move

ARAMID_BEGIN

namespace {

/// With what it takes to keep it: a server may send a letter at a time.
std::size_t weight_of(std::string_view piece) { return piece.size() + sizeof(std::string); }

}  // namespace

struct LlmStream::State {
  std::mutex mutex;  // of what follows, up to the outcome
  std::condition_variable changed;
  std::deque<std::string> pieces;
  std::size_t waiting = 0;                     // weight of `pieces`
  std::optional<Outcome<Completion>> outcome;  // once the call has ended
  std::stop_source stop;
  std::jthread thread;  // last: ends before what it uses

  void put(std::string_view piece) {
    if (piece.empty()) return;
    std::unique_lock lock{mutex};
    // One piece always fits, however large.
    changed.wait(lock, [&] {
      return waiting == 0 || waiting + weight_of(piece) <= most_waiting || stop.stop_requested();
    });
    if (stop.stop_requested()) return;
    pieces.emplace_back(piece);
    waiting += weight_of(piece);
    changed.notify_all();
  }

  void end(Outcome<Completion> how) {
    const std::lock_guard lock{mutex};
    outcome.emplace(std::move(how));
    changed.notify_all();
  }

  void cancel() noexcept {
    stop.request_stop();
    const std::lock_guard lock{mutex};
    changed.notify_all();
  }
};

namespace {

Outcome<Completion> called(const LlmStream::Run& run, const ChatRequest& request, Context& ctx) {
  try {
    return run(request, ctx);
  } catch (const std::exception& e) {
    return fail(Fault::unknown, 0, e.what());
  } catch (...) {
    return fail(Fault::unknown, 0, "the provider threw what is no std::exception");
  }
}

}  // namespace

LlmStream::LlmStream(Run run, ChatRequest request, std::stop_token stop, Driver* driver) : state_{new State} {
  std::unique_ptr<State> owner{state_};  // until nothing can throw any more
  State& state = *state_;
  state.thread = std::jthread{[&state, run = std::move(run), request = std::move(request),
                               outer = std::move(stop), driver]() mutable {
    const std::stop_callback on_stop{outer, [&state] { state.cancel(); }};
    const auto also = std::move(request.on_text);
    request.on_text = [&state, &also](std::string_view piece) {
      if (also) also(piece);
      state.put(piece);
    };
    std::optional<Context> ctx;
    if (driver != nullptr) {
      ctx.emplace(*driver);
    } else {
      ctx.emplace();
    }
    ctx->stop = state.stop.get_token();
    state.end(called(run, request, *ctx));
  }};
  [[maybe_unused]] const auto* const given = owner.release();
}

LlmStream::LlmStream(LlmStream&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}

LlmStream::~LlmStream() {
  if (state_ != nullptr) state_->cancel();
  delete state_;
}

std::optional<std::string> LlmStream::next() {
  std::unique_lock lock{state_->mutex};
  state_->changed.wait(lock, [this] { return !state_->pieces.empty() || state_->outcome.has_value(); });
  if (state_->pieces.empty()) return std::nullopt;
  std::string piece = std::move(state_->pieces.front());
  state_->pieces.pop_front();
  state_->waiting -= weight_of(piece);
  state_->changed.notify_all();
  return piece;
}

void LlmStream::cancel() noexcept { state_->cancel(); }

bool LlmStream::ended() const noexcept {
  const std::lock_guard lock{state_->mutex};
  return state_->outcome.has_value();
}

// Once there is an outcome it does not change any more.
const Error* LlmStream::error() const noexcept {
  const std::lock_guard lock{state_->mutex};
  return state_->outcome && !*state_->outcome ? &state_->outcome->error() : nullptr;
}

const Completion* LlmStream::completion() const noexcept {
  const std::lock_guard lock{state_->mutex};
  return state_->outcome && *state_->outcome ? &**state_->outcome : nullptr;
}

ARAMID_END
