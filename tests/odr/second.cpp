// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "shared.hpp"

int odr::second(int request) {
  Client client{answer};
  return client(request).value_or(-1);
}
