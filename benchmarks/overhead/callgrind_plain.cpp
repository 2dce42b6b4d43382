// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// The subject `Plain`, called as often as the argument says. See callgrind.sh.
#include "subjects.hpp"

#include <cstdlib>

int main(int, char** argv) {
  static subjects::Plain client;
  return subjects::call_many(client, std::atoi(argv[1]));
}
