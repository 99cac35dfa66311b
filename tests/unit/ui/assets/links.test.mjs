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

for (const [named, ...ids] of [
  ["settings-workflow", "settings-workflow"],
  ["rule=deployments.source", '{"kind":"settings-rule","name":"deployments.source"}', "settings-rules"],
  ["field=story_points", '{"kind":"settings-field","name":"story_points"}', "settings-mapping-title"],
  ["stage=In = \"Review\"", '{"kind":"settings-stage","name":"In = \\"Review\\""}', "settings-workflow"],
  ["field", "field"],
  ["other=thing", "other=thing"],
]) {
  test("what an address names is found, or else its section: " + named, () => {
    assert.deepEqual(links.idsOf(named), ids);
  });
}
