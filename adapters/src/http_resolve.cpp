// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "http_resolve.hpp"

#include <arpa/inet.h>   // inet_pton
#include <netdb.h>       // getaddrinfo
#include <sys/socket.h>  // AF_INET

#include <algorithm>  // find

ARAMID_BEGIN

namespace detail {

namespace {

constexpr std::size_t most_addresses = 4;
// Look-ups left alone at the same time; more than this means that the resolver is stuck.
constexpr int most_lookups = 64;

std::atomic<int> lookups{0};

bool is_numeric(const std::string& host) noexcept {
  unsigned char binary[16];
  return ::inet_pton(AF_INET, host.c_str(), binary) == 1 || ::inet_pton(AF_INET6, host.c_str(), binary) == 1;
}

Resolved look_up(const std::string& host) {
  Resolved resolved;
  ::addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  ::addrinfo* list = nullptr;
  int problem = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (problem == EAI_NONAME || problem == EAI_BADFLAGS) {
    // A machine without any configured address but loopback still knows localhost.
    hints.ai_flags = 0;
    problem = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  }
  if (problem != 0) {
    resolved.problem = ::gai_strerror(problem);
    return resolved;
  }
  for (const ::addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    char text[NI_MAXHOST];
    if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0)
      continue;
    const bool known =
        std::find(resolved.addresses.begin(), resolved.addresses.end(), text) != resolved.addresses.end();
    if (!known && resolved.addresses.size() < most_addresses) resolved.addresses.emplace_back(text);
  }
  ::freeaddrinfo(list);
  if (resolved.addresses.empty()) resolved.problem = "it has no address";
  return resolved;
}

struct Lookup {
  std::mutex mutex;
  std::condition_variable_any ready;
  bool done = false;
  Resolved resolved;
};

}  // namespace

Resolved resolve(const std::string& host, Steady::time_point until, const std::stop_token& stop) {
  if (is_numeric(host)) return {.addresses = {host}, .problem = {}};
  if (lookups.fetch_add(1) >= most_lookups) {
    lookups.fetch_sub(1);
    return {.addresses = {}, .problem = "too many look-ups are without an answer"};
  }
  const auto lookup = std::make_shared<Lookup>();
  try {
    std::thread{[lookup, host] {
      Resolved resolved;
      try {
        resolved = look_up(host);
      } catch (...) {
        resolved.problem = "out of memory";
      }
      {
        const std::lock_guard lock{lookup->mutex};
        lookup->resolved = std::move(resolved);
        lookup->done = true;
      }
      lookup->ready.notify_all();
      lookups.fetch_sub(1);
    }}.detach();
  } catch (...) {
    lookups.fetch_sub(1);
    return {.addresses = {}, .problem = "no thread for the look-up"};
  }
  std::unique_lock lock{lookup->mutex};
  const auto done = [&] { return lookup->done; };
  if (until == Steady::time_point::max()) {
    lookup->ready.wait(lock, stop, done);
  } else {
    lookup->ready.wait_until(lock, stop, until, done);
  }
  return lookup->done ? std::move(lookup->resolved) : Resolved{};
}

}  // namespace detail

ARAMID_END
