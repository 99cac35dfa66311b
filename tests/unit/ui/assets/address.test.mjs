import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./loading.mjs";

const address = load("address");

const FIRST_VISIT = {
  src: null,
  days: null,
  period: null,
  from: null,
  to: null,
  step: null,
  marks: null,
  cut: null,
  project: [],
  type: [],
  label: [],
  component: [],
  epic: [],
  fix_version: [],
  panel: null,
  reason: null,
  find: null,
  sort: null,
  by: null,
  group: null,
  issue: null,
  rest: [],
};
const FULL = {
  src: "team",
  days: null,
  period: null,
  from: "2026-03-02",
  to: "2026-04-26",
  step: "month",
  marks: "events,releases",
  cut: "2026-03-16",
  project: ["WEB", "API"],
  type: ["Story"],
  label: ["ux"],
  component: ["web shop"],
  epic: ["WEB-1"],
  fix_version: ["1.0"],
  panel: "flow_time",
  reason: "never_started",
  find: "pay later",
  sort: "-end",
  by: "type",
  group: "Bug",
  issue: "WEB-12",
  rest: [["from_a_mail", "1"]],
};
const FULL_TEXT =
  "?src=team&project=WEB&project=API&type=Story&label=ux&component=web+shop&epic=WEB-1&fix_version=1.0" +
  "&from=2026-03-02&to=2026-04-26&step=month&marks=events%2Creleases&cut=2026-03-16&panel=flow_time&reason=never_started" +
  "&find=pay+later&sort=-end&by=type&group=Bug&issue=WEB-12&from_a_mail=1";
const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "javascript:alert(1)",
  "a&panel=b#c?d=e",
  "100% + 1",
  "__proto__",
  "constructor",
  "line\nbreak\u0000",
  "\u202e\u{1f600}",
];
const CONTROLS = {
  period: "90",
  from: "",
  to: "",
  step: "auto",
  project: [],
  type: [],
  label: [],
  component: [],
  src: null,
  opened: true,
  shown: () => ["2026-01-05", "2026-02-01"],
};

const after = (state, id, value, controls = {}) =>
  address.after({ ...FIRST_VISIT, ...state }, { id, value }, { ...CONTROLS, ...controls });

test("an address says everything that the page shows", () => {
  assert.deepEqual(address.read(FULL_TEXT), FULL);
  assert.equal(address.write(FULL), FULL_TEXT);
});

for (const search of ["", "?", null, undefined, "?&&", "?src=&panel=&project=&project="]) {
  test("nothing usable is a first visit: " + search, () => {
    assert.deepEqual(address.read(search), FIRST_VISIT);
  });
}

test("a first visit has an empty address", () => {
  assert.equal(address.write(FIRST_VISIT), "");
});

for (const days of ["30", "180", "365"]) {
  test("a usual period is kept: " + days, () => {
    assert.equal(address.read("?days=" + days).days, days);
    assert.equal(address.write({ ...FIRST_VISIT, days }), "?days=" + days);
  });
}

for (const query of [
  "days=0",
  "days=nonsense",
  "period=next-month",
  "from=2026-03-02",
  "to=tomorrow",
  "from=2026-02-30&to=2026-04-26",
  "step=day",
  "project=NOPE",
  "utm=1",
]) {
  test("what makes no sense stays in the address, for the server to tell: " + query, () => {
    assert.equal(address.write(address.read("?" + query)), "?" + query);
  });
}

test("two days win over the name of a period, and that over a number of days", () => {
  assert.equal(address.choiceOf(address.read("?days=30&period=last-month&from=2026-03-02")), "custom");
  assert.equal(address.choiceOf(address.read("?days=30&period=last-month")), "last-month");
  assert.equal(address.choiceOf(address.read("?days=30")), "30");
  assert.equal(address.choiceOf(FIRST_VISIT), "90");
});

test("a period that is still being chosen is not written down, half of one is", () => {
  const choosing = { ...FIRST_VISIT, period: "custom" };

  assert.equal(address.write(choosing), "");
  assert.equal(address.write({ ...choosing, from: "2026-03-02" }), "?from=2026-03-02");
  assert.equal(address.incomplete(choosing), true);
  assert.equal(address.incomplete({ ...choosing, from: "2026-03-02" }), false);
  assert.equal(address.incomplete(FIRST_VISIT), false);
});

test("what is worked on without a drawer means nothing, nor a group without what it is one of", () => {
  assert.equal(address.write({ ...FULL, ...FIRST_VISIT, reason: "never_started", find: "x", sort: "key", by: "type", group: "Bug" }), "");
  assert.equal(address.write({ ...FIRST_VISIT, panel: "flow_time", group: "Bug" }), "?panel=flow_time");
});

test("the day of a forecast is not what the rows of a drawer are grouped by", () => {
  const asked = address.read("?by=2026-12-24");

  assert.deepEqual([asked.by, asked.rest], [null, [["by", "2026-12-24"]]]);
  assert.equal(address.write(asked), "?by=2026-12-24");
  assert.equal(address.write({ ...asked, issue: "WEB-1" }), "?issue=WEB-1&by=2026-12-24");
  assert.equal(address.write({ ...asked, panel: "flow_time", by: "type" }), "?panel=flow_time&by=type");
});

for (const text of HOSTILE) {
  test("hostile text comes back as it was, and stays where it was: " + JSON.stringify(text), () => {
    const state = { ...FULL, src: text, project: [text, "WEB"], type: [text], label: [text], ...{ panel: text, reason: text, find: text, sort: text, by: text, group: text, issue: text } };

    assert.deepEqual(address.read(address.write(state)), state);
    assert.match(address.write(state), /^\?[\w.*%+&=-]*$/);
  });
}

test("a change leaves the rest; what is open can be left out", () => {
  assert.equal(address.changed("?src=team&panel=flow_time", { issue: "WEB-1" }), "?src=team&panel=flow_time&issue=WEB-1");
  assert.equal(address.filtersOnly(FULL_TEXT), FULL_TEXT.slice(0, FULL_TEXT.indexOf("&panel")) + "&from_a_mail=1");
  assert.equal(address.filtersOnly("?panel=flow_time&issue=WEB-1"), "");
});

test("filters and what is open are the two halves of a state", () => {
  assert.deepEqual({ ...address.filtersOf(FULL), ...address.openedOf(FULL), rest: FULL.rest }, FULL);
  assert.deepEqual(Object.keys(address.openedOf(FULL)), ["panel", "reason", "find", "sort", "by", "group", "issue"]);
});

test("the filters in words", () => {
  assert.equal(address.summary(FIRST_VISIT), "last 90 days");
  assert.equal(address.summary(FULL), "2026-03-02 to 2026-04-26, WEB, API, Story, ux, web shop, WEB-1, 1.0");
  assert.equal(address.summary({ ...FIRST_VISIT, period: "custom" }), "period ...");
  assert.equal(address.summary({ ...FIRST_VISIT, period: "last-13-weeks" }), "last 13 weeks");
  assert.equal(address.summary({ ...FIRST_VISIT, to: "2026-04-26" }), "... to 2026-04-26");
});

for (const [value, expected] of [
  ["WEB-12", true],
  ["w_2-0", true],
  ["WEB-", false],
  ["-1", false],
  ["1WEB-1", false],
  ["WEB-1 ", false],
  ["WEB-1\n", false],
  ["WEB-1<b>", false],
  ["", false],
  [["WEB-1"], false],
  [12, false],
  [null, false],
  [undefined, false],
]) {
  test("a key, or not: " + JSON.stringify(value), () => {
    assert.equal(address.isKey(value), expected);
  });
}

/* ---- what happens changes the state ---- */

for (const [metric, point, expected] of [
  ["flow_velocity", { customdata: "WEB-7" }, { issue: "WEB-7" }],
  ["flow_velocity", { text: "WEB-8" }, { issue: "WEB-8" }],
  ["flow_velocity", { customdata: [3, "WEB-9"], text: "WEB-8" }, { issue: "WEB-9" }],
  ["flow_velocity", { customdata: "<b>WEB-7</b>", text: "12 days" }, { ...address.CLOSED, panel: "flow_velocity" }],
  ["flow_velocity", {}, { ...address.CLOSED, panel: "flow_velocity" }],
  [null, { text: "12 days" }, {}],
]) {
  test("a point leads to its issue, else to its metric: " + metric + JSON.stringify(point), () => {
    assert.deepEqual(address.pointedAt({ points: [point] }, metric), expected);
  });
}

test("a click beside all points leads to the metric", () => {
  assert.equal(address.pointedAt({ points: [] }, "flow_velocity").panel, "flow_velocity");
  assert.equal(address.pointedAt({}, "flow_velocity").panel, "flow_velocity");
});

test("closing the drawer closes all that is open, and its opening nothing", () => {
  assert.deepEqual(address.openedOf(after(FULL, "drawer", false, { opened: false })), address.CLOSED);
  assert.deepEqual(after(FULL, "drawer", true, { opened: true }), FULL);
});

test("a reset keeps the profile alone", () => {
  assert.deepEqual(after(FULL, "filter-reset", 1), { ...FIRST_VISIT, src: "team" });
});

for (const [period, expected] of [
  ["30", { days: "30" }],
  ["last-month", { period: "last-month" }],
  [null, { from: FULL.from, to: FULL.to }],
  ["custom", { from: FULL.from, to: FULL.to }],
]) {
  test("a chosen period takes the one before away: " + period, () => {
    const nothing = { days: null, period: null, from: null, to: null };

    assert.deepEqual(after(FULL, "filter-period", period, { period }), { ...FULL, ...nothing, ...expected });
  });
}

test("days of one's own begin with those that are shown, if any are", () => {
  const { days, period, from, to } = after({ days: "30" }, "filter-period", "custom", { period: "custom" });
  const unknown = after({ days: "30" }, "filter-period", "custom", { period: "custom", shown: () => null });

  assert.deepEqual([days, period, from, to], [null, null, "2026-01-05", "2026-02-01"]);
  assert.deepEqual([unknown.period, unknown.from], ["custom", null]);
});

test("a typed day is taken as it is, and an emptied one is nothing", () => {
  const typed = after(FULL, "filter-from", "2026-02-30 ", { from: "2026-02-30 ", to: "2026-04-26" });
  const half = after(FULL, "filter-to", "", { from: "2026-03-02", to: " " });

  assert.deepEqual([typed.from, typed.to], ["2026-02-30", "2026-04-26"]);
  assert.deepEqual([half.from, half.to], ["2026-03-02", null]);
});

test("steps are chosen, and by themselves they are not written", () => {
  assert.equal(after({}, "filter-step", "month", { step: "month" }).step, "month");
  assert.equal(address.write({ ...FIRST_VISIT, step: "auto" }), "");
});

test("another profile has other projects, types and labels; the period goes along", () => {
  const { from, to, step } = FULL;

  assert.deepEqual(after(FULL, "filter-src", "other", { src: "other" }), { ...FIRST_VISIT, from, to, step, src: "other" });
  assert.deepEqual(after(FULL, "filter-src", null, { src: null }), FULL);
});

test("a filter is set and emptied", () => {
  assert.deepEqual(after({}, "filter-label", ["a"], { label: ["a"] }).label, ["a"]);
  assert.deepEqual(after(FULL, "filter-project", null, { project: null }).project, []);
});

for (const id of ["url", "filter-button", "filter-__proto__", "filter-days", "", "page"]) {
  test("what means nothing changes nothing: " + id, () => {
    assert.deepEqual(after(FULL, id, 1), FULL);
  });
}

test("a state is not changed in place", () => {
  const state = Object.freeze({ ...FULL, project: Object.freeze(["WEB"]) });

  assert.deepEqual(after(state, "filter-project", ["API"], { project: ["API"] }).project, ["API"]);
  assert.deepEqual(state.project, ["WEB"]);
});

for (const [link, current, expected] of [
  ["", "", ""],
  ["", "?src=team", "?src=team"],
  ["?days=365", "?src=team&project=WEB&days=30", "?src=team&project=WEB&days=365"],
  ["?days=365", "?src=team&from=2026-01-01&to=2026-01-31", "?src=team&days=365"],
  ["", "?src=team&panel=flow_time&reason=never_started&issue=A-1", "?src=team"],
  ["?src=other", "?src=team&project=WEB", "?src=other"],
  [
    "?from=2026-08-24&to=2026-11-22&panel=flow_time",
    "?src=team&project=WEB&days=30&panel=flow_load",
    "?src=team&project=WEB&from=2026-08-24&to=2026-11-22&panel=flow_time",
  ],
  ["?project=PAY", "?project=WEB&label=x", "?project=PAY&label=x"],
  ["?project=&epic=", "?src=team&project=NOPE&epic=A-1&label=x", "?src=team&label=x"],
  ["?days=90&step=", "?src=team&from=2026-02-30&to=x&step=day", "?src=team"],
  ["?period=last-month", "?days=30&step=week", "?period=last-month&step=week"],
  ["?cut=2026-03-09", "?type=Bug&marks=none", "?type=Bug&marks=none&cut=2026-03-09"],
  ["?cut=&marks=", "?type=Bug&marks=none&cut=2026-03-09", "?type=Bug"],
]) {
  test(`a way out ${link} of ${current} stays with the team`, () => {
    assert.equal(address.keeping(link, current), expected);
  });
}
