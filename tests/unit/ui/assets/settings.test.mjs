import assert from "node:assert/strict";
import test from "node:test";

import { load, openWindow } from "./loading.mjs";

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

/** Lets a function of the settings be asked because of a control, and returns what it answers. */
function because(id, name, ...values) {
  const { dash_clientside } = openWindow();
  dash_clientside.callback_context = { triggered: [{ prop_id: id + ".value" }] };
  const nothing = dash_clientside.no_update;
  const answer = settings[name](...values);
  return Array.isArray(answer) ? answer.map((each) => (each === nothing ? "as it is" : each)) : answer;
}

for (const [keys, query] of [
  [[], ""],
  [["ABC"], 'project in ("ABC")'],
  [["WEB", "AND", "WEB"], 'project in ("AND", "WEB")'],
]) {
  test("the query for the projects " + keys, () => {
    assert.equal(settings.queryOf(keys), query);
    assert.deepEqual(settings.projectsOf(query), [...new Set(keys)].sort());
    assert.deepEqual(because("settings-projects", "pair", keys, "type = Bug"), ["as it is", query, ""]);
  });
}

for (const [query, keys] of [
  ["project = ABC", []],
  ['project in ("A") AND type = Bug', []],
  ['project in ("A") ORDER BY key', []],
  [' Project IN ( "A" ,"B" ) ', ["A", "B"]],
]) {
  test("the projects of the query " + query, () => {
    assert.deepEqual(settings.projectsOf(query), keys);
    assert.deepEqual(because("settings-jql", "pair", ["X"], query), [keys, "as it is", ""]);
    assert.deepEqual(because("settings-jql", "pair", keys, query), ["as it is", "as it is", ""]);
  });
}

const HOST = '{"kind":"settings-host-token","name":"github"}';
const RULE = '{"kind":"settings-rule","name":"github.url"}';
for (const [name, id, token, url, before, expected] of [
  ["typedFor", "settings-token", "t", "a", null, "a"],
  ["typedFor", "settings-token", "t", "b", "a", "b"], // typed again
  ["typedFor", "settings-url", "t", "b", "a", "a"],
  ["typedFor", "settings-token", "t", "", null, ""],
  ["typedFor", "settings-url", "t", "a", "", "a"], // the first address after it
  ["typedFor", "settings-token", "", "a", "a", null],
  ["hostFor", HOST, "t", "a", null, "a"],
  ["hostFor", HOST, "t", "", null, ""],
  ["hostFor", RULE, "t", "a", "", ""], // without an address it was for the host's own
  ["hostFor", RULE, "", "a", null, null],
]) {
  test(`what a token is for: ${name} after ${id} of ${token}, ${url}, ${before}`, () => {
    assert.equal(because(id, name, token, url, before), expected);
  });
}
