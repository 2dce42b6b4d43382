// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http.hpp>

#include "loopback.hpp"
#include "support/catch.hpp"

#include <httplib.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <optional>
#include <thread>

using namespace aramid;
using namespace std::chrono_literals;

#if defined(CPPHTTPLIB_OPENSSL_SUPPORT)

namespace {

// A key and a self-signed certificate for 127.0.0.1, made once by the openssl program.
struct Certificate {
  std::filesystem::path folder;
  bool made = false;

  Certificate() {
    std::string name = "/tmp/aramid-test-" + std::string(6, 'X');  // mkdtemp replaces them
    if (::mkdtemp(name.data()) == nullptr) return;
    folder = name;
    const std::string command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext "
        "subjectAltName=IP:127.0.0.1 -keyout '" +
        key() + "' -out '" + certificate() + "' >/dev/null 2>&1";
    made = std::system(command.c_str()) == 0;
  }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  ~Certificate() {
    std::error_code ignored;
    if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
  }

  [[nodiscard]] std::string key() const { return folder / "key.pem"; }
  [[nodiscard]] std::string certificate() const { return folder / "certificate.pem"; }
};

class TlsServer {
 public:
  explicit TlsServer(const Certificate& files) : server_{files.certificate().c_str(), files.key().c_str()} {
    server_.Post("/echo", [](const httplib::Request& request, httplib::Response& answer) {
      answer.set_content(request.body, "text/plain");
    });
    server_.Post("/hang", [this](const httplib::Request&, httplib::Response&) { over_.get_future().wait(); });
    server_.set_keep_alive_timeout(1);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread{[this] { server_.listen_after_bind(); }};
    while (!server_.is_running()) std::this_thread::yield();
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() {
    over_.set_value();
    server_.stop();
    thread_.join();
  }
  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }

 private:
  std::promise<void> over_;  // one call hangs until then
  httplib::SSLServer server_;
  int port_ = 0;
  std::thread thread_;
};

const HttpRequest echo{.method = "POST", .path = "/echo", .body = "over TLS"};

}  // namespace

TEST_CASE("a certificate is verified unless told otherwise", "[adapters][https]") {
  const Certificate files;
  if (!files.made) {
    SUCCEED("no openssl program here");
    return;
  }
  const TlsServer server{files};
  SECTION("a self-signed one is refused") {
    Context ctx;
    const auto answer = Http{{.base_url = server.url()}}(echo, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::connection_failed);
    CHECK_THAT(answer.error().message, support::contains("certificate"));
    CHECK_THAT(answer.error().message, support::contains("self-signed"));
  }
  SECTION("it is accepted by a file that trusts it") {
    const Http http{{.base_url = server.url(), .ca_file = files.certificate()}};
    for (int i = 0; i < 3; ++i) {
      Context ctx;
      const auto answer = http(echo, ctx);
      INFO((answer ? "" : answer.error().message));
      REQUIRE(answer);
      CHECK(answer->body == "over TLS");
    }
  }
  SECTION("it is accepted without verification") {
    Context ctx;
    CHECK(Http{{.base_url = server.url(), .verify_tls = false}}(echo, ctx));
  }
  SECTION("a file that cannot be read is named as the cause") {
    Context ctx;
    const auto answer = Http{{.base_url = server.url(), .ca_file = "/nonexistent/ca.pem"}}(echo, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::connection_failed);
  }
}

TEST_CASE("a handshake that gets no answer ends at the deadline or with a stop request",
          "[adapters][https]") {
  std::promise<void> connected;
  const support::Loopback server{[&](support::Peer& peer, int number) {
    if (number == 1) connected.set_value();
    peer.wait_for_close();
  }};
  const Http http{{.base_url = "https://127.0.0.1:" + std::to_string(server.port())}};
  Context late;
  late.deadline = late.now() + 80ms;
  const auto timed = http(echo, late);
  REQUIRE_FALSE(timed);
  CHECK(timed.error().fault == Fault::timed_out);
  std::stop_source stop;
  Context ctx;
  ctx.stop = stop.get_token();
  std::jthread caller{[&] {
    connected.get_future().wait();
    stop.request_stop();
  }};
  CHECK(http(echo, ctx).error().fault == Fault::cancelled);
}

TEST_CASE("the limit on connecting covers the handshake, and ends with it", "[adapters][https]") {
  const PhaseLimits limits{.connect = 500ms, .first_output = 600ms};
  Context ctx;
  ctx.phases = &limits;
  const support::Loopback mute{[](support::Peer& peer, int) { peer.wait_for_close(); }};
  const auto stuck = Http{{.base_url = "https://127.0.0.1:" + std::to_string(mute.port())}}(echo, ctx);
  REQUIRE_FALSE(stuck);
  CHECK(stuck.error().fault == Fault::timed_out);
  CHECK(stuck.error().phase == Phase::connect);
  const Certificate files;
  if (!files.made) return;
  const TlsServer server{files};
  const Http http{{.base_url = server.url(), .verify_tls = false}};
  const auto hanging = http({.method = "POST", .path = "/hang"}, ctx);
  REQUIRE_FALSE(hanging);
  CHECK(hanging.error().fault == Fault::timed_out);
  CHECK(hanging.error().phase == Phase::first_output);
}

TEST_CASE("a server that does not speak TLS is a failed connection", "[adapters][https]") {
  const support::Loopback server{[](support::Peer& peer, int) { peer.say("SSH-2.0-server\r\n"); }};
  Context ctx;
  const auto answer = Http{{.base_url = "https://127.0.0.1:" + std::to_string(server.port())}}(echo, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::connection_failed);
  CHECK_THAT(answer.error().message, support::contains("TLS"));
}

#endif
