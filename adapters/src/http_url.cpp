// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "http_url.hpp"

#include "http_text.hpp"

ARAMID_BEGIN

namespace detail {

namespace {

std::unexpected<std::string> bad(std::string_view what) {
  return std::unexpected<std::string>{"bad base URL: " + std::string{what}};
}

bool is_host(std::string_view host, bool ipv6) noexcept {
  for (const char c : host) {
    const bool letter = lower(c) >= 'a' && lower(c) <= 'z';
    const bool fits = ipv6 ? is_digit(c) || letter || c == ':' || c == '.' || c == '%'
                           : is_digit(c) || letter || c == '-' || c == '.' || c == '_';
    if (!fits) return false;
  }
  return !host.empty();
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') != std::string::npos ? '[' + host + ']' : host;
  if (port != (tls ? 443 : 80)) text += ':' + std::to_string(port);
  return text;
}

std::expected<Url, std::string> parse_url(std::string_view text) {
  Url url;
  text = trim(text);
  const std::size_t colon = text.find("://");
  if (text.empty()) return bad("it is empty; write it as http[s]://host[:port][/path]");
  if (colon == std::string_view::npos)
    return bad("it has no scheme; write it as http[s]://host[:port][/path]");
  const std::string_view scheme = text.substr(0, colon);
  url.tls = iequals(scheme, "https");
  if (!url.tls && !iequals(scheme, "http")) return bad("its scheme is neither http nor https");
  text.remove_prefix(colon + 3);

  const std::size_t slash = text.find_first_of("/?#");
  std::string_view authority = text.substr(0, slash);
  std::string_view path = slash == std::string_view::npos ? std::string_view{} : text.substr(slash);
  // What stands before an @ may be a password, so it is not repeated.
  if (authority.find('@') != std::string_view::npos) {
    return bad("a user name and password in it are not supported; send an authorization header");
  }
  if (path.find_first_of("?#") != std::string_view::npos)
    return bad("it must end with its path, without ? or #");
  while (path.ends_with('/')) path.remove_suffix(1);
  for (const char c : path) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F)
      return bad("its path has a space or a control character");
  }
  url.path = path;

  std::string_view port;
  bool has_port = false;
  const bool ipv6 = authority.starts_with('[');
  if (ipv6) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad("the ] after its IPv6 address is missing");
    url.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority.front() != ':') return bad("what follows its ] is not :port");
    has_port = !authority.empty();
    port = has_port ? authority.substr(1) : authority;
  } else {
    const std::size_t at = authority.find(':');
    has_port = at != std::string_view::npos;
    url.host = authority.substr(0, at);
    if (has_port) port = authority.substr(at + 1);
  }
  if (url.host.empty()) return bad("it names no host");
  if (!is_host(url.host, ipv6)) return bad("its host has a character that no host name has");
  url.port = url.tls ? 443 : 80;
  if (has_port) {
    const auto number = to_integer(port);
    if (!number || *number < 1 || *number > 65535) return bad("its port is not a number from 1 to 65535");
    url.port = static_cast<int>(*number);
  }
  return url;
}

}  // namespace detail

ARAMID_END
