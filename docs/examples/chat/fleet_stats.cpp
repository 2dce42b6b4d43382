// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "fleet_stats.hpp"

#include <aramid/adapters/http.hpp>
#include <aramid/aramid.hpp>

#include <nlohmann/json.hpp>

#include <stdexcept>  // runtime_error

namespace chat {

FleetStats read_stats(const FleetProcess::Ports& ports) {
  using namespace aramid;
  using namespace std::chrono_literals;
  FleetStats sum;
  for (const int port : {ports.sambanova, ports.hf, ports.ollama}) {
    Resilient<Http, Timeout<5s>> client{Http{{.base_url = url_of(port)}}};
    const Outcome<HttpResponse> answer = client(HttpRequest{.path = "/stats"});
    if (!answer) throw std::runtime_error{"the fleet did not tell its numbers: " + answer.error().message};
    const auto numbers = nlohmann::json::parse(answer->body);
    sum.received += numbers.at("received").get<std::int64_t>();
    sum.rate_limited += numbers.at("rate_limited").get<std::int64_t>();
  }
  return sum;
}

}  // namespace chat
