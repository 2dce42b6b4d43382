// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/cache.cpp: answers that are kept, and equal requests that share a call. Needs no network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/cache.hpp>
#include <aramid/coalesce.hpp>

#include <iostream>
#include <string>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Question {
  std::string text;
  double temperature = 0;
};
struct Model {
  int* asked;
  Outcome<std::string> operator()(const Question& question, Context&) const {
    ++*asked;
    return "answer to " + question.text;
  }
};

// [key]
struct ByText {
  std::optional<std::string> operator()(const Question& question) const {
    if (question.temperature > 0) return {};  // different each time: neither kept nor shared
    return question.text;
  }
};
// [/key]
// [stack]
using Shared = Coalesce<Resilient<Model, Backoff<Exponential, Jitter>, Timeout<30s>>, ByText>;
using Kept =
    Cache<Shared, ByText, 1000, 60s, 1h>;  // 1,000 answers, 60 s each; an hour more if the model fails
// [/stack]

}  // namespace

int main() {
  int asked = 0;
  Kept kept{args(Model{&asked})};
  for (int i = 0; i < 3; ++i) (void)kept({"why?"});
  (void)kept({"why?", 0.7});
  std::cout << "asked " << asked << " times, " << kept.totals().hits << " hits\n";
  return asked == 2 && kept.totals().hits == 2 ? 0 : 1;
}
