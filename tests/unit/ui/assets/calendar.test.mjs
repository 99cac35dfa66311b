import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./loading.mjs";

const calendar = load("calendar");

for (const [typed, day] of [
  ["2026-02-28", "2026-02-28"],
  [" 2024-02-29 ", "2024-02-29"],
  ["2026-02-29", ""],
  ["2026-02-30", ""],
  ["2026-13-01", ""],
  ["2026-2-3", ""],
  ["last week", ""],
  ["", ""],
]) {
  test(`a calendar over ${JSON.stringify(typed)} begins with ${JSON.stringify(day)}`, () => {
    assert.equal(calendar.dayOf(typed), day);
  });
}
