import assert from "node:assert/strict";
import test from "node:test";

import { load, openWindow } from "./loading.mjs";

load("address");
const pages = load("pages");

const KNOWN = [
  { dataset: { path: "/", page: "overview" } },
  { dataset: { path: "/flow", page: "flow" } },
];

for (const [path, expected] of [
  ["/", "overview"],
  ["/flow", "flow"],
  ["/flow/", "overview"],
  ["/Flow", "overview"],
  ["/constructor", "overview"],
  ["/<script>", "overview"],
  ["", "overview"],
]) {
  test("the page of a path: " + path, () => {
    assert.equal(pages.pageAt(path, KNOWN), expected);
  });
}

test("the Overview is there before any page is", () => {
  assert.equal(pages.pageAt("/flow", []), "overview");
});

test("a trigger is named after its component, whatever dots its name has", () => {
  const triggered = [
    { prop_id: "filter-period.value", value: "30" },
    { prop_id: '{"kind":"open","name":"a.b"}.n_clicks', value: 1 },
    { prop_id: ".", value: null },
  ];

  assert.deepEqual(pages.triggersOf(triggered), [
    { id: "filter-period", value: "30" },
    { id: '{"kind":"open","name":"a.b"}', value: 1 },
    { id: "", value: null },
  ]);
  assert.deepEqual(pages.triggersOf([]), []);
});

test("a list has what the address asks for, also where nobody offers it", () => {
  const offered = [{ group: "a", items: [{ value: "30", label: "Last 30 days" }] }];

  assert.equal(pages.listing("30", "last 30 days", offered), offered);
  assert.deepEqual(pages.listing("45", "last 45 days", offered)[1].items, [{ value: "45", label: "Last 45 days" }]);
});

test("the log is asked for while it is looked at and not paused", () => {
  assert.deepEqual(pages.watch("diagnostics", null), [false, "Pause"]);
  assert.deepEqual(pages.watch("diagnostics", 1), [true, "Go on"]);
  assert.deepEqual(pages.watch("diagnostics", 2), [false, "Pause"]);
  assert.deepEqual(pages.watch("flow", 0), [true, "Pause"]);
  assert.deepEqual(pages.watch(null, null), [true, "Pause"]);
});

test("the source is told when profile or revision changes, and only then", () => {
  const { no_update } = openWindow().dash_clientside;
  const filters = { src: "team", days: "30" };

  assert.deepEqual(pages.source(filters, "r1", null), [{ src: "team", revision: "r1" }, null]);
  assert.equal(pages.source(filters, "r1", { src: "team", revision: "r1" })[0], no_update);
  assert.equal(pages.source(null, "r1", null)[0], no_update);
});

for (const [page, filters, revision] of [
  [null, {}, "r1"],
  ["flow", null, "r1"],
  ["flow", {}, null],
  ["flow", {}, undefined],
]) {
  test("as long as something is missing no page is asked for: " + JSON.stringify([page, filters, revision]), () => {
    const { no_update } = openWindow().dash_clientside;

    assert.deepEqual(pages.views(page, filters, revision, [null, "shown"]), [no_update, no_update]);
  });
}

test("a point of a chart leads to its issue, and a chart that is drawn nowhere", () => {
  const { asked, dash_clientside } = openWindow("?src=team");
  const at = (value) => ({ triggered: [{ prop_id: '{"kind":"graph","name":"ageing"}.clickData', value }] });
  globalThis.document = { getElementById: () => null };

  dash_clientside.callback_context = at(null);
  pages.point();
  assert.deepEqual(asked, []);
  dash_clientside.callback_context = at({ points: [{ customdata: "WEB-7" }] });
  pages.point();
  assert.deepEqual(asked, [["url", { search: "?src=team&issue=WEB-7" }]]);
});

test("a change of the address leaves the rest of it", () => {
  const { asked } = openWindow("?src=team&panel=flow_time");
  pages.go({ panel: null });

  assert.deepEqual(asked, [["url", { search: "?src=team" }]]);
});
