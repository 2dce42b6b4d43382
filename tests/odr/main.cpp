// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "shared.hpp"

int main() { return odr::first(1) == 2 && odr::second(2) == 3 ? 0 : 1; }
