import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./loading.mjs";

load("address");
const links = load("links");

const CLICK = { defaultPrevented: false, button: 0, metaKey: false, ctrlKey: false, shiftKey: false, altKey: false };

test("a plain click follows a link in this window", () => {
  assert.equal(links.isPlain(CLICK), true);
});

for (const other of [
  { button: 1 },
  { metaKey: true },
  { ctrlKey: true },
  { shiftKey: true },
  { altKey: true },
  { defaultPrevented: true },
]) {
  test("any other click is the browser's: " + JSON.stringify(other), () => {
    assert.equal(links.isPlain({ ...CLICK, ...other }), false);
  });
}

for (const [named, id] of [
  ["settings-workflow", "settings-workflow"],
  ["rule=deployments.source", '{"kind":"settings-rule","name":"deployments.source"}'],
]) {
  test("what an address names is found: " + named, () => {
    assert.equal(links.idOf(named), id);
  });
}
