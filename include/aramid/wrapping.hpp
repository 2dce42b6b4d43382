// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/wrapping.hpp: what combinators around one client have in common.
#pragma once

#include <aramid/access.hpp>
#include <aramid/args.hpp>
#include <aramid/attempt_once.hpp>
#include <aramid/describe.hpp>
#include <aramid/order.hpp>
#include <aramid/readiness.hpp>

#include <utility>  // forward

ARAMID_BEGIN

namespace detail {

template <class Client, class Request>
using ResultOf = std::remove_cvref_t<std::invoke_result_t<Client&, const Request&, Context&>>;

}  // namespace detail

/// Owns the client and lets accessors such as `breaker(client)` see through it.
template <class Client>
class Wrapping {
 public:
  static constexpr bool is_stack = true;
  static constexpr bool repeats_inside = detail::repeats_inside_v<Client>;

  Wrapping(const Wrapping&) = delete;
  Wrapping& operator=(const Wrapping&) = delete;

  [[nodiscard]] Client& client() noexcept { return built_.client; }
  [[nodiscard]] const Client& client() const noexcept { return built_.client; }

  [[nodiscard]] constexpr unsigned attempts_allowed() const noexcept {
    return aramid::attempts_allowed(client());
  }
  [[nodiscard]] static consteval unsigned max_attempts() noexcept { return aramid::max_attempts<Client>(); }
  [[nodiscard]] static consteval Duration worst_case() noexcept { return aramid::worst_case<Client>(); }
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    return readiness_of(client(), ctx, now);
  }
  [[nodiscard]] unsigned headroom(Instant now) const noexcept { return headroom_of(client(), now); }

  template <class Tag>
  [[nodiscard]] static consteval std::size_t count() noexcept {
    return count_in<Client, Tag>();
  }
  template <class Tag>
    requires(count_in<Client, Tag>() > 0)
  [[nodiscard]] auto& find() noexcept {
    return client().template find<Tag>();
  }
  template <class Tag, class Visitor>
  void visit(Visitor&& visitor) {
    visit_in<Tag>(client(), visitor);
  }
  template <class Tag, class Visitor>
  void visit_outermost(Visitor&& visitor) {
    aramid::visit_outermost<Tag>(client(), visitor);
  }

 protected:
  constexpr Wrapping()
    requires std::default_initializable<Client>
  = default;
  template <class From>
  constexpr explicit Wrapping(std::in_place_t, From&& from) : built_{std::forward<From>(from)} {}
  ~Wrapping() = default;

 private:
  detail::Built<Client> built_;
};

ARAMID_END
