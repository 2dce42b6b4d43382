// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What every server of this folder answers.

export const pieces = Array.from({ length: 150 }, (_, i) => `Stück ${i}: один 字 🎉 «e\u0301» "\\" `);
export const text = pieces.join("");

export const tools = [
  { id: "call_a", name: "weather", arguments: '{"city":"Zürich","days":3}' },
  { id: "call_b", name: "clock", arguments: "{}" },
];
