// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/continue.hpp: when a stream breaks off, asks for the rest of the answer from where it stopped.
//
//   Continue<Failover<Priority, A, B>> chat{args(a, b)};             the text so far as the answer's beginning
//   Continue<Client, 2, AskToGoOn, SameProvider> chat{settings};     the text so far, and a plea to go on
//
//   for (std::size_t seam : answer->seams) ...                       where another answer went on
//
// When to use it: long prose that a person reads. When not: code, JSON or anything else that must fit together
// exactly, for a model may repeat a few words or change its mind at a seam; or a model that answers a text of its
// own with an apology. Only text is continued: a stream that broke off in a tool call, in a refusal, with several
// choices, or before its first piece of text stays `interrupted`.
// The listener hears the pieces go on and nothing twice. If the rest does not come, `request.partial` has all that
// was heard. A cancelled call is not continued, nor one that has used up its time or its attempts, nor one that a
// RetryBudget outside does not pay for. `max_tokens` is lowered by what was heard.
// Attempts over all: the client's plus `Times` at most, or `ctx.max_attempts`.
// Cost: a copy of each request that has `on_text`. Thread-safety: as the client's.
#pragma once

#include <aramid/adapters/stream_again.hpp>

#include <utility>  // move

ARAMID_BEGIN

/// The text so far becomes the last message, the assistant's, or the end of it. Servers that go on from such a
/// message do so by themselves (Ollama, Anthropic's models up to 4.5) or want a word for it: for vLLM put
/// `{"continue_final_message": true, "add_generation_prompt": false}` into `options.extra_json` in a function of
/// your own.
struct Prefill {
  void operator()(ChatRequest& request, const Completion& so_far) const;
};
/// Besides that a message of the user's asks to go on. For servers that take an assistant's message as complete
/// (OpenAI), or refuse one at the end (Anthropic's models since 4.6).
struct AskToGoOn {
  void operator()(ChatRequest& request, const Completion& so_far) const;
};

namespace detail {

/// Whether a text so far can be gone on from.
[[nodiscard]] bool can_continue(const Completion& so_far) noexcept;
/// The caller's request for the rest, but for the words that ask for it.
[[nodiscard]] ChatRequest rest_of(const ChatRequest& request, const Completion& so_far, Partial& arrived);
/// Puts what came next behind what there was.
void go_on_with(Completion& so_far, Completion next);

}  // namespace detail

/// `How` is called as `(request, so_far)` and adds what asks for the rest.
template <class Client, unsigned Times = 1, class How = Prefill, class Where = NextProvider>
class Continue : public detail::StreamAgain<Continue<Client, Times, How, Where>, Client, Times, Where> {
  static_assert(
      std::invocable<const How&, ChatRequest&, const Completion&>,
      "aramid: Continue<Client, Times, How>: How is Prefill, AskToGoOn, or a function of (ChatRequest&, "
      "const Completion&)");
  using Again = detail::StreamAgain<Continue, Client, Times, Where>;
  friend Again;

 public:
  static constexpr Name policy_name = "Continue";
  using Again::Again;

 private:
  Outcome<Completion> run(const ChatRequest& request, Context& ctx) {
    if (!request.on_text) return detail::ask<Outcome<Completion>>(this->client(), request, ctx);
    Partial arrived;
    ChatRequest heard = request;
    heard.partial = &arrived;
    Outcome<Completion> outcome = detail::ask<Outcome<Completion>>(this->client(), heard, ctx);
    if (outcome) return outcome;
    return go_on(request, ctx, std::move(outcome), std::move(arrived));
  }

  ARAMID_COLD Outcome<Completion> go_on(const ChatRequest& request, Context& ctx, Outcome<Completion> outcome,
                                        Partial so_far) {
    bool began = ctx.committed();
    const bool any = began;
    for (unsigned i = 0; i < Times && !outcome && began && detail::can_continue(so_far.completion); ++i) {
      if (!detail::take_up_again(outcome.error(), ctx, policy_name)) break;
      const detail::FreshStart fresh{ctx, Where::step != 0 ? outcome.error().provider : Name{}};
      Partial arrived;
      ChatRequest rest = detail::rest_of(request, so_far.completion, arrived);
      How{}(rest, so_far.completion);
      Outcome<Completion> next = detail::ask<Outcome<Completion>>(this->client(), rest, ctx);
      began = ctx.committed();
      if (next) {
        detail::go_on_with(so_far.completion, std::move(*next));
        ctx.usage = so_far.completion.usage;
        return std::move(so_far.completion);
      }
      if (began) {
        detail::go_on_with(so_far.completion, std::move(arrived.completion));
        so_far.cause = arrived.cause;
      }
      outcome = detail::of_both(std::move(outcome), std::move(next));
    }
    if (any && request.partial != nullptr) *request.partial = std::move(so_far);
    return outcome;
  }
};

ARAMID_END
