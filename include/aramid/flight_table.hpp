// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/flight_table.hpp: calls under way, and who waits for their outcome. Sans-I/O, so that every driver can run
// it.
//
// The first caller with a key leads; those who come while its call lasts follow, in the order of their coming. When
// it lands its outcome with them they are all woken and have it; when it goes without, the next one is woken and
// leads. Whoever follows looks after each wake, and may go at any time.
// Cost: a short lock, a search among the calls under way, an allocation a call. Thread-safety: yes, a Ticket one
// thread at a time.
#pragma once

#include <aramid/config.hpp>
#include <aramid/waker.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint64_t
#include <memory>   // make_shared, shared_ptr, unique_ptr
#include <mutex>    // mutex, unique_lock
#include <utility>  // move

ARAMID_BEGIN

namespace detail {

template <class Key, class Result>
class FlightTable {
  struct Flight;

 public:
  /// One caller's place. Keeps the caller's waker; gives back what it holds when it dies.
  class Ticket {
   public:
    enum class Place : unsigned char {
      none,
      leads,    ///< it is to make the call
      follows,  ///< it waits for another one's
      landed,   ///< `outcome()` is there
    };

    Ticket(FlightTable& table, Waker& waker) noexcept : table_{table}, waker_{waker} {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (place_ == Place::leads || place_ == Place::follows) table_.leave(*this);
    }

    /// Once: leads, or follows.
    Place board(Key key, std::uint64_t hash) {
      auto fresh = std::make_unique<Flight>(std::move(key), hash);
      return place_ = table_.board(*this, fresh);
    }
    /// What has become of it meanwhile.
    Place look() noexcept {
      if (place_ == Place::follows) place_ = table_.look(*this);
      return place_;
    }
    /// Of who leads: the outcome is everybody's. Nothing is done if it cannot be copied.
    void land(const Result& outcome) noexcept {
      if (table_.share(*flight_, outcome)) place_ = Place::none;
    }
    [[nodiscard]] const Result& outcome() const noexcept { return *result_; }

   private:
    friend class FlightTable;
    FlightTable& table_;
    Waker& waker_;
    Place place_ = Place::none;
    // The table's, under its lock, as long as it follows.
    Ticket* next_ = nullptr;
    Flight* flight_ = nullptr;              // that it leads
    std::shared_ptr<const Result> result_;  // of the one that it followed
  };

  FlightTable() = default;
  FlightTable(const FlightTable&) = delete;
  FlightTable& operator=(const FlightTable&) = delete;

  /// Tickets that got another one's outcome so far.
  [[nodiscard]] std::uint64_t shared() const noexcept {
    const std::lock_guard lock{mutex_};
    return shared_;
  }
  /// Those that follow.
  [[nodiscard]] std::size_t waiting() const noexcept {
    const std::lock_guard lock{mutex_};
    return waiting_;
  }

 private:
  using Place = typename Ticket::Place;

  struct Flight {
    Flight(Key of, std::uint64_t with) : key{std::move(of)}, hash{with} {}
    const Key key;
    const std::uint64_t hash;
    Flight* next = nullptr;
    Ticket* first = nullptr;  // in the order of their coming
  };

  [[nodiscard]] Place board(Ticket& ticket, std::unique_ptr<Flight>& fresh) noexcept {
    const std::lock_guard lock{mutex_};
    Flight* flight = first_;
    while (flight != nullptr && !(flight->hash == fresh->hash && flight->key == fresh->key))
      flight = flight->next;
    if (flight == nullptr) {
      fresh->next = first_;
      ticket.flight_ = first_ = fresh.release();
      return Place::leads;
    }
    Ticket** end = &flight->first;
    while (*end != nullptr) end = &(*end)->next_;
    *end = &ticket;
    ++waiting_;
    return Place::follows;
  }

  [[nodiscard]] Place look(const Ticket& ticket) noexcept {
    const std::lock_guard lock{mutex_};
    if (ticket.flight_ != nullptr) return Place::leads;
    if (!ticket.result_) return Place::follows;
    ++shared_;
    return Place::landed;
  }

  // Whoever leads hands over; a follower may have been made to lead since it looked.
  void leave(Ticket& ticket) noexcept {
    const std::lock_guard lock{mutex_};
    if (ticket.flight_ == nullptr) {
      take_out(ticket);
    } else if (Ticket* const heir = take_first(*ticket.flight_)) {
      heir->flight_ = ticket.flight_;
      heir->waker_.wake();
    } else {
      (void)take_off(*ticket.flight_);
    }
  }
  void take_out(const Ticket& ticket) noexcept {
    for (Flight* flight = first_; flight != nullptr; flight = flight->next) {
      for (Ticket** link = &flight->first; *link != nullptr; link = &(*link)->next_) {
        if (*link != &ticket) continue;
        *link = ticket.next_;
        --waiting_;
        return;
      }
    }
  }

  // False, and nothing done, if the outcome cannot be copied.
  [[nodiscard]] bool share(Flight& flight, const Result& outcome) noexcept {
    // The copy is made outside the lock, and only if somebody waits; who comes later makes a call of its own.
    std::shared_ptr<const Result> shared;
    std::unique_lock lock{mutex_};
    while (flight.first != nullptr && shared == nullptr) {
      lock.unlock();
      shared = copy_of(outcome);
      if (shared == nullptr) return false;
      lock.lock();
    }
    const std::unique_ptr<Flight> landed = take_off(flight);
    while (Ticket* const ticket = take_first(flight)) {
      ticket->result_ = shared;
      ticket->waker_.wake();
    }
    return true;
  }
  [[nodiscard]] static std::shared_ptr<const Result> copy_of(const Result& outcome) noexcept {
#if ARAMID_EXCEPTIONS
    try {
      return std::make_shared<const Result>(outcome);
    } catch (...) {
      return nullptr;
    }
#else
    return std::make_shared<const Result>(outcome);
#endif
  }

  // The first of those who follow; null if nobody does.
  [[nodiscard]] Ticket* take_first(Flight& flight) noexcept {
    Ticket* const first = flight.first;
    if (first == nullptr) return nullptr;
    flight.first = first->next_;
    --waiting_;
    return first;
  }
  [[nodiscard]] std::unique_ptr<Flight> take_off(Flight& flight) noexcept {
    Flight** link = &first_;
    while (*link != &flight) link = &(*link)->next;
    *link = flight.next;
    return std::unique_ptr<Flight>{&flight};
  }

  mutable std::mutex mutex_;
  Flight* first_ = nullptr;
  std::uint64_t shared_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace detail

ARAMID_END
