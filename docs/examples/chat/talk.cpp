// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "talk.hpp"

#include "input.hpp"
#include "narrator.hpp"
#include "terminal.hpp"

#include <algorithm>  // all_of
#include <cctype>     // isspace

namespace chat {
namespace {

using namespace aramid;

class Conversation {
 public:
  Conversation(const ChatCall& call, std::stop_token stop) : call_{call}, stop_{std::move(stop)} {}

  /// Asks, streams the answer, and remembers both. False if there was no answer: then nothing is remembered.
  bool say(std::string prompt) {
    request_.messages.push_back({.role = Role::user, .content = std::move(prompt)});
    Context ctx;
    ctx.stop = stop_;
    ctx.cost.tokens = estimate_tokens(request_);
    bool begun = false;
    request_.on_text = [&](std::string_view piece) {
      // On a pipe only the answer itself is wanted.
      if (!begun && stdout_is_terminal()) show(bold(fmt::format("{}> ", ctx.provider().view())));
      begun = true;
      show(piece);
    };
    const Outcome<Completion> answer = ask(ctx);
    request_.on_text = nullptr;
    if (begun) show("\n");
    if (!answer) {
      request_.messages.pop_back();
      if (!stop_.stop_requested()) fmt::print(stderr, "{}\n", explain(answer.error()));
      return false;
    }
    request_.messages.push_back({.role = Role::assistant, .content = answer->text});
    return true;
  }

 private:
  Outcome<Completion> ask(Context& ctx) {
    if (!stdout_is_terminal()) return call_(request_, ctx);
    const Narrator narrator{ctx};
    return call_(request_, ctx);
  }

  const ChatCall& call_;
  std::stop_token stop_;
  ChatRequest request_;
};

bool blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char letter) { return std::isspace(letter) != 0; });
}

int talk_by_line(Conversation& conversation, Input& input, const std::stop_token& stop) {
  show(dim("Ctrl-D or Ctrl-C ends.") + "\n");
  while (!stop.stop_requested()) {
    show(bold("you> "));
    std::optional<std::string> line = input.line();
    if (!line) {
      show("\n");
      break;
    }
    if (!blank(*line)) (void)conversation.say(std::move(*line));
  }
  return 0;
}

}  // namespace

int run_talk(const Options& options, const ChatCall& call, const std::stop_token& stop) {
  Conversation conversation{call, stop};
  Input input{stop};
  int status = 0;
  if (options.prompt) {
    status = conversation.say(*options.prompt) ? 0 : 1;
  } else if (stdin_is_terminal()) {
    status = talk_by_line(conversation, input, stop);
  } else {
    std::string prompt = input.rest();
    if (stop.stop_requested()) return 130;
    if (blank(prompt)) {
      fmt::print(stderr,
                 "Nothing to ask: stdin is empty. Type a prompt, pipe one in, or use --prompt TEXT.\n");
      return 2;
    }
    status = conversation.say(std::move(prompt)) ? 0 : 1;
  }
  return stop.stop_requested() ? 130 : status;
}

}  // namespace chat
