import assert from "node:assert/strict";
import test from "node:test";

import { load, openWindow } from "./loading.mjs";

load("address", "pages");
const drawer = load("drawer");
globalThis.React = { createElement: (type, props, ...children) => ({ type, props, children }) };

for (const [at, count, back, expected] of [
  [0, 3, false, null], // the browser finds the second one
  [1, 3, false, null],
  [2, 3, false, 0],
  [0, 3, true, 2],
  [2, 3, true, null],
  [-1, 3, false, 0], // the focus is outside
  [-1, 3, true, 2],
  [0, 1, false, 0],
  [0, 1, true, 0],
  [-1, 0, false, null],
  [-1, 0, true, null],
]) {
  test(`Tab from stop ${at} of ${count}${back ? ", back" : ""}`, () => {
    assert.equal(drawer.nextStop(at, count, back), expected);
  });
}

for (const [url, expected] of [
  ["https://jira.example.com/browse/WEB-1", true],
  ["http://localhost/browse/WEB-1", true],
  ["javascript:alert(1)", false],
  ["JAVASCRIPT:alert(1)//https://", false],
  [" https://jira.example.com", false],
  ["\njavascript:alert(1)", false],
  ["data:text/html,<script>", false],
  ["//jira.example.com", false],
  ["https:jira.example.com", false],
  ["", false],
  [null, false],
  [undefined, false],
]) {
  test("a link that a browser may follow, or not: " + JSON.stringify(url), () => {
    assert.equal(drawer.linkOf({ url }), expected ? url : undefined);
  });
}

test("a row that has not come yet has no link", () => {
  assert.equal(drawer.linkOf(null), undefined);
  assert.equal(drawer.linkOf(undefined), undefined);
});

test("a key is a button, with an arrow to Jira beside it", () => {
  const { children } = drawer.issueLink({ value: "WEB-1", data: { url: "https://jira.example.com/browse/WEB-1" } });

  assert.deepEqual(children.map(({ type }) => type), ["button", "a"]);
  assert.equal(children[1].props.href, "https://jira.example.com/browse/WEB-1");
  assert.equal(children[1].props.rel, "noopener noreferrer");
  assert.equal(children[1].props["aria-label"], "Open WEB-1 in Jira");
});

test("a key without a link that can be followed is a button alone", () => {
  const cell = drawer.issueLink({ value: "WEB-1", data: { url: "javascript:alert(1)" } });

  assert.deepEqual(cell.children.map(({ type, children }) => [type, children]), [["button", ["WEB-1"]]]);
});

test("the button opens the history of its issue, and the filters stay", () => {
  const { asked } = openWindow("?project=WEB&panel=flow_time");
  drawer.issueLink({ value: "WEB-1", data: null }).children[0].props.onClick();

  assert.deepEqual(asked, [["url", { search: "?project=WEB&panel=flow_time&issue=WEB-1" }]]);
});

for (const value of ["<img src=x onerror=alert(1)>", "WEB-1 ", ""]) {
  test("what is not a key stays text: " + value, () => {
    assert.equal(drawer.issueLink({ value, data: { url: "https://jira.example.com" } }), value);
  });
}

test("a row without a key shows nothing", () => {
  assert.equal(drawer.issueLink({ value: null }), null);
  assert.equal(drawer.issueLink({}), "");
});

for (const [cell, expected] of [
  [{ rowId: "WEB-1", colId: "summary" }, ["?issue=WEB-1"]],
  [{ rowId: "WEB-1", colId: "key" }, []], // the button in it is asked
  [{ rowId: "<b>", colId: "summary" }, []],
  [{ colId: "summary" }, []],
  [null, []],
]) {
  test("a click on a row: " + JSON.stringify(cell), () => {
    const { asked } = openWindow();
    drawer.chooseRow(cell);

    assert.deepEqual(asked.map(([, { search }]) => search), expected);
  });
}

for (const [columns, expected] of [
  [[{ colId: "days", sort: "desc" }], null], // the usual one
  [[{ colId: "days", sort: "asc" }], "days"],
  [[{ colId: "days" }, { colId: "summary", sort: "asc" }], "summary"],
  [[{ colId: "end", sort: "desc" }], "-end"],
  [[{ colId: "days", sort: null }], null],
  [[], null],
]) {
  test("the order of a table in the word of the address: " + JSON.stringify(columns), () => {
    assert.equal(drawer.orderOf(columns), expected);
  });
}

const ALL = ["days", "note", "type", "status", "end", "start", "share", "priority", "labels"];
for (const [chosen, filled, width, expected] of [
  [null, ALL, 215, ["summary", "days"]],
  [null, ALL, 1105, ["summary", "days", "share", "note", "type", "status", "end"]],
  [null, ["days", "type", "status", "end", "start"], 1105, ["summary", "days", "type", "status", "end", "start"]],
  [null, ["end", "type"], 1105, ["summary", "type", "end"]], // deployments have no days
  [null, [], 100, ["summary"]],
  [["labels", "summary"], ALL, 100, ["summary", "labels"]], // whoever chooses may scroll
  [["labels", "days"], ["days"], 900, ["days"]], // what is empty takes no room
  [[], ALL, 900, []],
]) {
  test("columns that fit: " + JSON.stringify([chosen, width]), () => {
    assert.deepEqual(drawer.columnsShown(chosen, filled, width).sort(), [...expected].sort());
  });
}

for (const [search, call, given, expected] of [
  ["?panel=flow_time", "find", " pay later ", "?panel=flow_time&find=pay+later"],
  ["?panel=flow_time&find=pay", "find", "pay", null],
  ["?panel=flow_time&find=pay", "find", "", "?panel=flow_time"],
  ["", "find", "pay", null], // nothing is open
  ["?panel=flow_time", "keepOrder", { sortModel: [{ colId: "key", sort: "asc" }] }, "?panel=flow_time&sort=key"],
  ["?panel=flow_time", "keepOrder", { sortModel: [{ colId: "days", sort: "desc" }] }, null],
  ["?panel=flow_time&sort=key", "keepOrder", { sortModel: [] }, null],
  ["", "keepOrder", null, null],
  ["?src=team&panel=flow_time&reason=reopened&issue=WEB-1", "openPanel", { dataset: { name: "flow_load" } }, "?src=team&panel=flow_load"],
  ["?panel=flow_time", "chooseReason", { dataset: { name: "reopened" } }, "?panel=flow_time&reason=reopened"],
  ["?panel=flow_time&reason=reopened", "chooseReason", { dataset: { name: "" } }, "?panel=flow_time"],
  ["?panel=flow_time", "showIssue", { dataset: { name: "WEB-3" } }, "?panel=flow_time&issue=WEB-3"],
  ["?panel=flow_time&issue=WEB-3", "showIssue", { dataset: { name: "" } }, "?panel=flow_time"],
  ["?panel=flow_time&by=type&group=Bug", "breakDown", { dataset: { name: "label" } }, "?panel=flow_time&by=label"],
  ["?panel=flow_time&by=type&group=Bug", "breakDown", { dataset: { name: "type" } }, "?panel=flow_time"],
  ["?panel=flow_time&by=type", "chooseGroup", { dataset: { name: "Bug" } }, "?panel=flow_time&by=type&group=Bug"],
  ["?panel=flow_time&by=type&group=Bug", "chooseGroup", { dataset: { name: "Bug" } }, "?panel=flow_time&by=type"],
]) {
  test(call + " with " + JSON.stringify(given) + " at " + search, () => {
    const page = openWindow(search);
    const overwritten = [];
    page.history = { replaceState: (_state, _title, url) => overwritten.push(url) };
    Object.assign(page.location, { pathname: "/flow", hash: "" });
    drawer[call](given);

    assert.deepEqual(page.asked.map(([, changes]) => changes.search), expected === null ? [] : [expected]);
    // What is typed adds nothing to the history.
    assert.deepEqual(overwritten, call === "find" && expected ? ["/flow" + expected] : []);
  });
}
