// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// callgrind SUBJECT CALLS: calls one subject as often as it is told, for callgrind.sh to count.
#include "subjects.hpp"

#include <cstdlib>
#include <string_view>

namespace {

// Each subject's loop is a function of its own: nothing of it is shared with another one's.
template <class Client>
[[gnu::noinline]] int call_many(int calls) {
  static Client client;
  int sum = 0;
  for (int i = 0; i < calls; ++i) {
    subjects::Context ctx;
    sum += client(subjects::Request{i & 0xFF}, ctx).value_or(0);
  }
  return sum & 1;  // keeps the compiler from leaving the calls out
}

struct Subject {
  std::string_view name;
  int (*run)(int calls);
};

constexpr Subject all[] = {
    {"direct", &call_many<subjects::Provider>},     {"plain", &call_many<subjects::Plain>},
    {"fused", &call_many<subjects::Fused>},         {"stack", &call_many<subjects::Stack>},
    {"telemetry", &call_many<subjects::Counted>},   {"backoff", &call_many<subjects::Retried>},
    {"breaker", &call_many<subjects::Broken>},      {"timeout", &call_many<subjects::Timed>},
    {"limiter", &call_many<subjects::RateLimited>},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  for (const Subject& subject : all) {
    if (subject.name == argv[1]) return subject.run(std::atoi(argv[2]));
  }
  return 2;
}
