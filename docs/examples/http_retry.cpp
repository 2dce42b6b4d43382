// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/http_retry.cpp: any HTTP service behind policies; nothing here knows of language models.
//
//   http_retry https://example.org/      prints the body; what went wrong on the way goes to stderr

#include <aramid/adapters/http.hpp>
#include <aramid/aramid.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

using namespace aramid;
using namespace std::chrono_literals;

// The whole call gets 20 s, each attempt 5 s; a failed GET is repeated three times.
using Client = Resilient<Http, Timeout<20s>, Backoff<Exponential, Jitter, 200ms, 5s>, Breaker<5, 30s, 1>,
                         Limiter<SlidingWindow, RPM<120>>, Timeout<5s>>;
static_assert(worst_case<Client>() <= 20s);

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: http_retry URL\n";
    return 2;
  }
  // The part up to the path is the server; the rest, with the query, is the request.
  const std::string url = argv[1];
  const std::size_t scheme = url.find("://");
  const std::size_t slash = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  const std::string path = slash == std::string::npos ? "/" : url.substr(slash);

  Outcome<Http> http = Http::make({.base_url = url.substr(0, slash)});
  if (!http) {
    std::cerr << http.error().message << '\n';
    return 2;
  }
  Client client{*http};
  const Outcome<HttpResponse> answer = client(HttpRequest{.path = path});
  if (!answer) {
    const Error& error = answer.error();
    for (const Attempt& attempt : error.history) {
      std::cerr << "attempt: " << to_string(attempt.fault) << ' ' << attempt.status << '\n';
    }
    std::cerr << to_string(error.fault) << ", status " << error.status << ": " << error.message << '\n';
    return 1;
  }
  std::cout << answer->body;
  return 0;
}
