import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./loading.mjs";

load("drawing");
const pictures = load("pictures");

const SAID = { whose: "Team A, jira.example.org", from: "2026-03-02", to: "2026-04-26", filters: ["WEB"] };

test("a picture says whose numbers it shows, of which days and filters, and how old they are", () => {
  const age = ["Data as of 25 Feb 2026", "", "not refreshed"];

  assert.deepEqual(pictures.caption({ ...SAID, age, day: "2026-04-27" }), [
    "Team A, jira.example.org \u00b7 2026-03-02 to 2026-04-26 \u00b7 WEB",
    "Data as of 25 Feb 2026 \u00b7 not refreshed \u00b7 drawn 2026-04-27",
  ]);
});

test("what is not known is left out, and foreign words stay words", () => {
  const said = { whose: "<b>me</b>", filters: [], age: [""], day: "2026-04-27" };

  assert.deepEqual(pictures.caption(said), ["&lt;b&gt;me&lt;/b&gt;", "drawn 2026-04-27"]);
});

test("the file of a picture is called as the other files of its profile are", () => {
  const { from, to } = SAID;

  assert.equal(
    pictures.fileName({ profile: "team a/b", name: "velocity", from, to }),
    "throughline-team-a-b-velocity-2026-03-02-2026-04-26",
  );
  assert.equal(pictures.fileName({ profile: "demo", name: "load" }), "throughline-demo-load");
});
