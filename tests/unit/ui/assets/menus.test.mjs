import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./loading.mjs";

const menus = load("menus");

for (const [key, at, expected] of [
  ["ArrowDown", -1, 0],
  ["ArrowDown", 0, 1],
  ["ArrowDown", 4, 0],
  ["ArrowUp", 4, 3],
  ["ArrowUp", 0, 4],
  ["ArrowUp", -1, 4],
  ["Home", 3, 0],
  ["End", 0, 4],
  ["ArrowRight", 2, null],
  ["a", 2, null],
]) {
  test(`of five entries ${key} leads from ${at} to ${expected}`, () => {
    assert.equal(menus.placeAfter(key, at, 5), expected);
  });
}

test("a menu without entries has no place to go to", () => {
  assert.equal(menus.placeAfter("ArrowDown", -1, 0), null);
  assert.equal(menus.placeAfter("End", 0, 0), null);
});
