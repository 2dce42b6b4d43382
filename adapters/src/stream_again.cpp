// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/continue.hpp>
#include <aramid/adapters/restart.hpp>

#include <algorithm>  // max
#include <exception>  // exception

ARAMID_BEGIN

namespace {

void begin_with(ChatRequest& request, const std::string& text) {
  const bool begun = !request.messages.empty() && request.messages.back().role == Role::assistant &&
                     request.messages.back().tool_calls.empty();
  if (begun) {
    request.messages.back().content += text;
  } else {
    request.messages.push_back({.role = Role::assistant, .content = text});
  }
}

// A broken stream seldom says what it has used; English has about four bytes a token.
std::int64_t tokens_of(const Completion& completion) noexcept {
  constexpr std::size_t bytes_per_token = 4;
  const std::int64_t reported = completion.usage.output_tokens;
  return reported > 0 ? reported : static_cast<std::int64_t>(completion.text.size() / bytes_per_token);
}

std::int64_t sum_of_known(std::int64_t a, std::int64_t b) noexcept {
  if (a < 0 || b < 0) return std::max(a, b);
  return saturating_add(Duration{a}, Duration{b}).count();
}

}  // namespace

void Prefill::operator()(ChatRequest& request, const Completion& so_far) const {
  begin_with(request, so_far.text);
}

void AskToGoOn::operator()(ChatRequest& request, const Completion& so_far) const {
  begin_with(request, so_far.text);
  request.messages.push_back(
      {.content = "Your last message was cut off. Go on exactly where it stops, and repeat nothing of it."});
}

namespace detail {

Outcome<Completion> of_both(Outcome<Completion> first, Outcome<Completion> second) {
  if (second) return second;
  History history = std::move(first.error().history);
  history.append(second.error().history);
  Outcome<Completion>& told = more_informative(second.error(), first.error()) ? second : first;
  told.error().history = std::move(history);
  return std::move(told);
}

std::optional<Error> tell_restart(const ChatRequest& request) {
  try {
    request.on_restart();
    return {};
  } catch (const std::exception& e) {
    return fail(Fault::cancelled, 0, std::string{"on_restart threw: "} + e.what()).error();
  } catch (...) {
    return fail(Fault::cancelled, 0, "on_restart threw").error();
  }
}

bool can_continue(const Completion& so_far) noexcept {
  return !so_far.text.empty() && so_far.refusal.empty() && so_far.tool_calls.empty() &&
         so_far.further.empty();
}

ChatRequest rest_of(const ChatRequest& request, const Completion& so_far, Partial& arrived) {
  ChatRequest rest = request;
  rest.partial = &arrived;
  // Nobody inside may void the text: what it would begin again is the rest only.
  rest.on_restart = {};
  if (rest.options.max_tokens) {
    rest.options.max_tokens = std::max(*rest.options.max_tokens - tokens_of(so_far), std::int64_t{1});
  }
  return rest;
}

void go_on_with(Completion& so_far, Completion next) {
  const std::size_t seam = so_far.text.size();
  next.text.insert(0, so_far.text);
  for (std::size_t& inner : next.seams) inner += seam;
  so_far.seams.push_back(seam);
  next.seams.insert(next.seams.begin(), so_far.seams.begin(), so_far.seams.end());
  next.usage.input_tokens = sum_of_known(so_far.usage.input_tokens, next.usage.input_tokens);
  next.usage.output_tokens = sum_of_known(so_far.usage.output_tokens, next.usage.output_tokens);
  next.cached_tokens = sum_of_known(so_far.cached_tokens, next.cached_tokens);
  so_far = std::move(next);
}

}  // namespace detail

ARAMID_END
