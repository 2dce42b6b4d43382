// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "narrator.hpp"

#include "terminal.hpp"

#include <aramid/describe.hpp>

namespace chat {
namespace {

using namespace aramid;

std::string_view advice(const Error& error) {
  switch (error.fault) {
    case Fault::not_found:
      return "Is the model's name right? It can be given with --model NAME.";
    case Fault::connection_failed:
      return "Is the server running, and is the URL right?";
    case Fault::unauthorized:
      return error.status != 0 ? "Is the key valid, and meant for this server?" : "";
    default:
      return "";
  }
}

std::string tell(const Event& event) {
  const double seconds = std::chrono::duration<double>(event.duration).count();
  // A policy may refuse before anybody is chosen.
  const std::string_view who = event.provider.empty() ? event.policy.view() : event.provider.view();
  switch (event.kind) {
    case EventKind::attempt_failed:
      return fmt::format("{}: {} after {:.2f} s", who, to_string(event.fault), seconds);
    case EventKind::retry_scheduled:
      return fmt::format("{}: asked again in {:.2f} s", who, seconds);
    case EventKind::waited:
      return fmt::format("{}: held back by {} for {:.2f} s", who, event.policy.view(), seconds);
    case EventKind::rejected:
      return fmt::format("{}: not asked, {}", who, to_string(event.fault));
    case EventKind::failed_over:
      return fmt::format("{}: given up for the next provider", who);
    default:
      return {};
  }
}

}  // namespace

Narrator::Narrator(Context& ctx)
    : ctx_{ctx},
      listener_{mask_of(EventKind::attempt_failed, EventKind::retry_scheduled, EventKind::waited,
                        EventKind::rejected, EventKind::failed_over),
                &Narrator::hear} {
  ctx_.listeners.link(listener_);
}

Narrator::~Narrator() { ctx_.listeners.unlink(listener_); }

void Narrator::hear(Listener&, const Event& event) noexcept {
  // What happens once the text has begun is in the error.
  if (event.fault == Fault::interrupted || event.fault == Fault::cancelled) return;
  try {
    show(dim("  · " + tell(event)) + "\n");
  } catch (const std::exception&) {
    // Out of memory for a remark: the call matters more.
  }
}

std::string explain(const Error& error) {
  std::string text{error.provider.empty() ? std::string_view{"chat"} : error.provider.view()};
  text += fmt::format(": {}", to_string(error.fault));
  if (error.status != 0) text += fmt::format(" ({})", error.status);
  if (!error.message.empty()) text += ": " + error.message;
  if (error.history.total() > 1) text += fmt::format(" [{} attempts]", error.history.total());
  if (const std::string_view hint = advice(error); !hint.empty()) text += fmt::format("\n{}", hint);
  return text;
}

}  // namespace chat
