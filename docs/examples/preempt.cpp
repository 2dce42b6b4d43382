// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/preempt.cpp: two providers that know nothing of deadlines, ended by a Timeout. Needs no network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/preempt.hpp>

#include <chrono>
#include <condition_variable>
#include <future>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// [providers]
// Somebody else answers; this waits for the answer, or for a stop.
class Mailbox {
 public:
  Outcome<std::string> operator()(const std::string&, Context& ctx) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait(lock, ctx.stop, [&] { return answer_.has_value(); })) return fail(Fault::cancelled);
    return *answer_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<std::string> answer_;
};

// Stands for an asynchronous library: its operations end with a callback, and can be cancelled.
class Operation {
 public:
  void cancel() { result_.set_value(-1); }
  int wait() { return result_.get_future().get(); }

 private:
  std::promise<int> result_;
};

Outcome<std::string> ask_library(const std::string& question, Context& ctx) {
  Operation operation;
  const std::stop_callback on_stop{ctx.stop, [&] { operation.cancel(); }};
  if (operation.wait() < 0) return fail(Fault::cancelled);
  return question;
}

// [/providers]
template <class Client>
bool times_out(const char* name, Client& client) {
  const Outcome<std::string> answer = client(std::string{"anybody there?"});
  std::cout << name << ": " << (answer ? std::string_view{*answer} : to_string(answer.error().fault)) << '\n';
  return !answer && answer.error().fault == Fault::timed_out;
}

}  // namespace

int main() {
  // [clients]
  Resilient<Preempt<Mailbox>, Retry<1, Backoff<Constant, NoJitter, 10ms>>, Timeout<50ms>> mailbox;
  auto asking = preempt(ask_library);
  Resilient<decltype(asking), Timeout<50ms>> library{asking};
  static_assert(worst_case<decltype(library)>() == 50ms);
  // [/clients]
  return times_out("mailbox", mailbox) && times_out("library", library) ? 0 : 1;
}
