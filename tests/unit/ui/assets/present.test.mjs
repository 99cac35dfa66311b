/* The wall screen: which page follows which, and where the next screen of a long page begins. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./loading.mjs";

const present = load("present");

test("pages follow each other in a circle", () => {
  assert.deepEqual(["/", "/dora", "/flow", "/forecast"].map((path) => present.pageAfter(path, 1)), ["/dora", "/flow", "/forecast", "/"]);
  assert.equal(present.pageAfter("/", -1), "/forecast");
  assert.equal(present.pageAfter("/settings", 1), "/");
});

test("a long page is shown screen by screen", () => {
  assert.equal(present.screenAfter(0, 1000, 2500, 1), 880);
  assert.equal(present.screenAfter(880, 1000, 2500, 1), 1500);
  assert.equal(present.screenAfter(1500, 1000, 2500, 1), null);
  assert.equal(present.screenAfter(1500, 1000, 2500, -1), 620);
  assert.equal(present.screenAfter(0, 1000, 2500, -1), null);
});

test("a page of one screen is turned at once", () => {
  assert.equal(present.screenAfter(0, 1000, 1000, 1), null);
  assert.equal(present.screenAfter(0, 1000, 700, 1), null);
});
