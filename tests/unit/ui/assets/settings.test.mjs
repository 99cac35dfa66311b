import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./loading.mjs";

const settings = load("settings");
const BOARD = { left: 100, width: 400 }; // four columns of 100

for (const [x, expected] of [
  [-5000, "not_started"],
  [99, "not_started"],
  [100, "not_started"],
  [199.9, "not_started"],
  [200, "active"],
  [300, "waiting"],
  [399.9, "waiting"],
  [400, "done"],
  [500, "done"],
  [5000, "done"],
]) {
  test("the column under a pointer at " + x, () => {
    assert.equal(settings.stageAt(BOARD, x), expected);
  });
}

for (const [tops, n] of [
  [[80, 80, 900, 1400], 0], // two beside each other
  [[300.1, 301, 900], 0],
  [[-500, -400, 300, 900], 2], // a third of 900
  [[-900, -800, -700, -10], 3],
  [[Infinity, Infinity], 0], // not drawn yet
]) {
  test("the section that is read among " + tops, () => {
    assert.equal(settings.sectionAt(tops, 900), n);
  });
}

for (const [named, n] of [
  [-1, 1], // the first of two that begin beside each other
  [1, 1],
  [2, 2],
  [0, 1], // one that was passed before is not read any more
]) {
  test("of two beside each other while the address names " + named, () => {
    assert.equal(settings.sectionAt([-500, 100, 100, 700], 900, named), n);
  });
}

test("a card has the colour of its stage", () => {
  assert.deepEqual(settings.STAGES.map(settings.stage), [
    "status-card stage-not_started",
    "status-card stage-active",
    "status-card stage-waiting",
    "status-card stage-done",
  ]);
});
