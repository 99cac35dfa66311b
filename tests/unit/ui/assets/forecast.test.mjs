import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./loading.mjs";

const forecast = load("address", "forecast");

test("a question stands in the address beside what was there", () => {
  const rest = [["note", "mine"], ["items", "3"], ["exclude", "2026-W01"]];
  assert.deepEqual(forecast.asking(rest, { items: "", by: " 2026-12-24 ", exclude: "", growth: "1" }), [
    ["note", "mine"],
    ["by", "2026-12-24"],
    ["growth", "1"],
  ]);
});

test("an empty question leaves nothing behind", () => {
  assert.deepEqual(forecast.asking([["items", "3"]], { items: "", by: "", exclude: "", growth: "" }), []);
});

test("the fields show what the address asks", () => {
  assert.deepEqual(forecast.asked("?src=demo&items=43&exclude=2026-W01&exclude=2026-W02&growth=1"), [
    "43",
    "",
    "2026-W01, 2026-W02",
    "1",
  ]);
  assert.deepEqual(forecast.asked(null), ["", "", "", ""]);
});

test("a form changes its own fields and leaves those of the other one", () => {
  const rest = [["items", "3"], ["exclude", "2026-W01"], ["cap", "4"]];
  assert.deepEqual(forecast.asking(rest, { cap: "8", halve: "", drop: "" }), [
    ["items", "3"],
    ["exclude", "2026-W01"],
    ["cap", "8"],
  ]);
});

test("a week is left out, and taken in again", () => {
  assert.equal(forecast.without("", "2026-W02"), "2026-W02");
  assert.equal(forecast.without("2026-W02", "2026-W01"), "2026-W01,2026-W02");
  assert.equal(forecast.without("2026-W01, 2026-W02", "2026-W01"), "2026-W02");
  assert.equal(forecast.without("2026-W02", "2026-W02"), "");
});
