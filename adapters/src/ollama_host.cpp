// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "ollama_host.hpp"

#include <aramid/adapters/ollama.hpp>

#include "http_text.hpp"

#include <cstdlib>  // getenv

ARAMID_BEGIN

namespace detail {

std::string ollama_base_url(std::string_view host) {
  host = trim(host);
  std::string_view scheme = "http";
  std::string_view default_port = "11434";
  if (const std::size_t at = host.find("://"); at != std::string_view::npos) {
    scheme = host.substr(0, at);
    host.remove_prefix(at + 3);
    default_port = iequals(scheme, "https") ? "443" : "80";
  }
  const std::size_t slash = host.find('/');
  std::string_view path = slash == std::string_view::npos ? std::string_view{} : host.substr(slash);
  std::string_view authority = host.substr(0, slash);
  while (path.ends_with('/')) path.remove_suffix(1);

  std::string name{authority};
  std::string port{default_port};
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  const bool several = authority.find(':') != colon;
  const bool bare_ipv6 = several && bracket == std::string_view::npos;
  if (colon != std::string_view::npos && !bare_ipv6 &&
      (bracket == std::string_view::npos || colon > bracket)) {
    name = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  if (bare_ipv6) name = '[' + name + ']';
  if (name.empty() || name == "0.0.0.0") name = "127.0.0.1";
  if (name == "[::]") name = "[::1]";
  return std::string{scheme} + "://" + name + ':' + port + std::string{path};
}

std::string ollama_base_url() {
  const char* host = std::getenv("OLLAMA_HOST");
  return ollama_base_url(host != nullptr ? std::string_view{host} : std::string_view{});
}

ProviderSettings ollama_settings(ProviderSettings settings) {
  std::string& url = settings.base_url;
  while (url.ends_with('/')) url.pop_back();
  for (const std::string_view api : {"/api", "/v1"}) {
    if (url.ends_with(api)) url.resize(url.size() - api.size());
  }
  if (settings.first_byte_timeout == ProviderSettings{}.first_byte_timeout)
    settings.first_byte_timeout = Ollama::load_timeout;
  return settings;
}

}  // namespace detail

ARAMID_END
