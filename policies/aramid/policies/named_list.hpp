// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/named_list.hpp: a short list of things with names, as metrics hold them.
//
// Its items have a member `name`. A std::vector here would cost every user 0.05 s of compile time.
// Memory: that of `Capacity` items. Thread-safety: a value.
#pragma once

#include <aramid/name.hpp>

#include <cstddef>  // size_t

ARAMID_BEGIN

template <class Item, std::size_t Capacity>
class NamedList {
 public:
  static constexpr std::size_t capacity = Capacity;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] const Item* begin() const noexcept { return &items_[0]; }
  [[nodiscard]] const Item* end() const noexcept { return begin() + size_; }
  [[nodiscard]] const Item& operator[](std::size_t i) const noexcept { return items_[i]; }
  /// The item with this name, null if there is none.
  [[nodiscard]] const Item* find(Name name) const noexcept {
    for (const Item& item : *this) {
      if (item.name == name) return &item;
    }
    return nullptr;
  }

  /// The item with this name, a new one if there is none. Past the capacity the last one stands for all.
  [[nodiscard]] Item& at(Name name) noexcept {
    std::size_t i = 0;
    while (i < size_ && !(items_[i].name == name)) ++i;
    if (i == size_ && size_ < capacity) items_[size_++].name = name;
    return items_[i < capacity ? i : capacity - 1];
  }

 private:
  Item items_[capacity]{};
  std::size_t size_ = 0;
};

ARAMID_END
