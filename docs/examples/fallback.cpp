// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/fallback.cpp: something else to answer with. Needs no network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/fallback.hpp>

#include <iostream>
#include <string>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Down {
  Outcome<std::string> operator()(const std::string&, Context&) const {
    return fail(Fault::unavailable, 503);
  }
};

// [forms]
struct Excuse {
  std::string operator()(const std::string& question, const Error& error) const {
    return "No answer to '" + question + "' now: " + std::string{to_string(error.fault)};
  }
};
using Client = Resilient<Down, Breaker<5, 60s, 3>, Timeout<10s>>;
using WithValue = Fallback<Client, std::string>;      // a value
using WithFunction = Fallback<Client, Excuse>;        // a function of (request, error) or (error)
using WithProvider = Fallback<Client, WithFunction>;  // a provider, here one that never fails
// [/forms]

}  // namespace

int main() {
  WithValue value{Down{}, "Please try again later."};
  WithFunction function{Down{}, Excuse{}};
  const auto first = value(std::string{"why?"});
  const auto second = function(std::string{"why?"});
  std::cout << *first << '\n' << *second << '\n';
  return first && second ? 0 : 1;
}
