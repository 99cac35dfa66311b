import assert from "node:assert/strict";
import test from "node:test";

import { load, openWindow } from "./loading.mjs";

const STORED = {
  profile: "team",
  locked: false,
  source: { url: "https://jira.example.org", email: "", jql: "project = A" },
  field: { story_points: "customfield_1", failed: "" },
  stage: { 3: "active", 4: "waiting" },
  rule: { timezone: "UTC", holidays: ["2026-12-25"], "incidents.window_hours": 72 },
  host: { github: false, gitlab: false },
};

const NOTHING = { description: "nothing" }; // as the page of these tests has it

openWindow();
const savebar = load("savebar");

/** A page whose controls show what is stored, and what is said otherwise. */
function controls(changed = {}) {
  const shown = structuredClone(STORED);
  for (const group of Object.keys(changed)) Object.assign(shown[group], changed[group]);
  return shown;
}

/** Lets the bar compare what the controls of a page show. */
function opened(changed = {}, { stored = STORED, token = "", hosts = {} } = {}) {
  const page = openWindow();
  page.setTimeout = () => 0;
  globalThis.document = { activeElement: null, getElementById: () => null };
  const shown = controls(changed);
  const named = (group) => Object.entries(shown[group]).map(([name, value]) => ({ id: { name }, value }));
  page.dash_clientside.callback_context = { inputs_list: [named("field"), named("stage"), named("rule")] };
  const { url, email, jql } = shown.source;
  page.dash_clientside.callback_context.inputs_list[4] = Object.entries(hosts).map(([name, value]) => ({ id: { name }, value }));
  return { page, answer: savebar.compare([], [], [], savebar.typed(url, email, jql, token), stored, null) };
}

test("what is shown as it is stored is no edit, and the bar stays away", () => {
  const { answer } = opened();
  assert.deepEqual(answer, [NOTHING, true]);
  assert.equal(savebar.isPending(), false);
});

for (const [words, changed] of [
  ["nothing chosen is nothing written", { field: { failed: null } }],
  ["spaces around a text are not kept", { rule: { timezone: " UTC ", holidays: [" 2026-12-25"] } }],
  ["an untouched e-mail has no value", { source: { email: undefined } }],
  ["what nobody stores cannot differ", { rule: { unheard_of: "x" } }],
]) {
  test("no edit: " + words, () => assert.equal(opened(changed).answer[1], true));
}

for (const [changed, n] of [
  [{ field: { failed: "customfield_2" } }, 1],
  [{ field: { story_points: null } }, 1],
  [{ stage: { 3: "waiting", 4: "active" } }, 2],
  [{ rule: { holidays: [] } }, 1],
  [{ rule: { holidays: ["2026-12-25", "2026-12-26"], "incidents.window_hours": 0 } }, 2],
  [{ source: { jql: "project = B" }, field: { failed: "x" }, stage: { 3: "done" }, rule: { timezone: "Asia/Tokyo" } }, 4],
]) {
  test("edits: " + JSON.stringify(changed), () => {
    const { answer } = opened(changed);
    assert.equal(answer[1], false);
    assert.equal(answer[0].profile, "team");
    assert.equal(savebar.count(answer[0]), n);
    assert.equal(savebar.isPending(), true);
  });
}

test("a token is told of and never told", () => {
  const { answer } = opened({}, { token: "hush" });
  assert.equal(answer[0].token, true);
  assert.doesNotMatch(JSON.stringify(answer), /hush/);
  assert.doesNotMatch(JSON.stringify(savebar.typed("", "", "", "hush")), /hush/);
  const { answer: other } = opened({}, { hosts: { github: "hush", gitlab: "" } });
  assert.deepEqual([other[0].host, savebar.count(other[0])], [{ github: true }, 1]);
  assert.doesNotMatch(JSON.stringify(other), /hush/);
});

test("a token of a Jira that is not connected yet is no edit: the button beside it saves it", () => {
  const stored = { ...STORED, source: {} };
  assert.equal(opened({}, { stored, token: "hush" }).answer[1], true);
});

test("discarding shows what is stored, and nothing is asked for then", () => {
  const changed = { source: { jql: "x" }, field: { failed: "y" }, stage: { 4: "done" }, rule: { holidays: [] } };
  const { page } = opened(changed, { token: "hush", hosts: { gitlab: "hush" } });
  savebar.discard();
  assert.deepEqual(page.asked, [
    ["settings-jql", { value: "project = A" }],
    [{ kind: "settings-field", name: "failed" }, { value: null }],
    [{ kind: "settings-stage", name: "4" }, { value: "waiting" }],
    [{ kind: "settings-rule", name: "holidays" }, { value: ["2026-12-25"] }],
    [{ kind: "settings-host-token", name: "gitlab" }, { value: "" }],
    ["settings-token", { value: "" }],
  ]);
  assert.equal(savebar.isPending(), false);
  opened(); // the controls show it
});

for (const [page, next, other, asks] of [
  ["settings", "flow", false, true],
  ["settings", "settings", true, true],
  ["settings", "settings", false, false], // another section
  ["flow", "dora", true, false],
]) {
  test("a step from " + page + " to " + next + (other ? " of another profile" : ""), () => {
    opened({ rule: { timezone: "Asia/Tokyo" } });
    assert.equal(savebar.leaves(page, next, other), asks);
    opened();
    assert.equal(savebar.leaves(page, next, other), false);
  });
}

test("what cannot be saved cannot be lost", () => {
  const stored = { ...STORED, locked: true };
  const { answer } = opened({ rule: { timezone: "Asia/Tokyo" } }, { stored });
  assert.equal(answer[1], false);
  assert.equal(savebar.leaves("settings", "flow", false), false);
});

test("a tab is not closed over edits", () => {
  let prevented = 0;
  const event = { preventDefault: () => (prevented += 1) };
  opened();
  savebar.unload(event);
  assert.equal(prevented, 0);
  opened({ stage: { 3: "done" } });
  savebar.unload(event);
  assert.equal(prevented, 1);
});
