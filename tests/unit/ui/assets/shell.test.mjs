import assert from "node:assert/strict";
import test from "node:test";

import { load, openWindow } from "./loading.mjs";

const shell = load("shell");

for (const [minutes, expected] of [
  [-1440, "by a clock that ran ahead"],
  [-2, "by a clock that ran ahead"],
  [-1, "just now"],
  [0, "just now"],
  [1, "1 min ago"],
  [59, "59 min ago"],
  [60, "1 h ago"],
  [119, "1 h ago"],
  [2879, "47 h ago"],
  [2880, "2 days ago"],
  [4319, "2 days ago"],
  [4320, "3 days ago"],
]) {
  test(minutes + " minutes in words", () => {
    assert.equal(shell.age(minutes), expected);
  });
}

for (const [kept, systemIsDark, expected] of [
  ["light", true, "light"],
  ["dark", false, "dark"],
  [null, true, "dark"],
  [null, false, "light"],
  ["", true, "dark"],
  ["purple", false, "light"],
]) {
  test(`light or dark: ${kept} kept, the system ${systemIsDark ? "dark" : "light"}`, () => {
    assert.equal(shell.preferred(kept, systemIsDark), expected);
  });
}

test("a click turns the colours round, and the choice is remembered", () => {
  const kept = new Map();
  const localStorage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
  Object.assign(openWindow(), { localStorage, matchMedia: () => ({ matches: true }) });
  globalThis.document = { documentElement: {}, body: { dataset: {} } };

  assert.deepEqual(shell.scheme(null), ["dark", "dark"]);
  assert.equal(kept.size, 0);
  assert.deepEqual(shell.scheme(1), ["light", "light"]);
  assert.deepEqual(shell.scheme(null), ["light", "light"]);
  assert.equal(document.body.dataset.agThemeMode, "light");
  assert.deepEqual(shell.scheme(2), ["dark", "dark"]);
});

test("who has chosen nothing follows the system, and a choice stays", () => {
  const kept = new Map();
  const page = openWindow();
  const localStorage = { getItem: (name) => kept.get(name) ?? null };
  Object.assign(page, { localStorage, matchMedia: () => ({ matches: true }) });
  globalThis.document = { documentElement: {}, body: { dataset: {} } };
  shell.followSystem();
  kept.set("throughline-scheme", "light");
  shell.followSystem();

  const asked = (now) => [["provider", { forceColorScheme: now }], ["theme", { data: now }]];
  assert.deepEqual(page.asked, [...asked("dark"), ...asked("light")]);
});

/** A page with a hidden banner, and a clock whose ticks the test gives. */
function pageWithBanner() {
  const banner = { hidden: true };
  const ticks = [], reloads = [];
  const page = openWindow();
  Object.assign(page, { setInterval: (call) => ticks.push(call), clearInterval: () => ticks.pop() });
  page.location.reload = () => reloads.push("flow");
  const body = { dataset: { page: "flow" } };
  globalThis.document = { body, getElementById: (id) => (id === "silence" ? banner : null), querySelector: () => null };
  return { banner, ticks, reloads };
}

/** Asks once and leaves what went wrong to the caller. */
function quietly(ask) {
  return ask("/_dash-update-component").catch((error) => error);
}

test("two answers in a row that do not come are told, and the first that comes again takes that back", async () => {
  const { banner, ticks, reloads } = pageWithBanner();
  const server = { answers: true };
  const ask = shell.listening(async () => {
    if (!server.answers) throw new TypeError("Failed to fetch");
    return { ok: true };
  });

  server.answers = false;
  assert.ok((await quietly(ask)) instanceof TypeError);
  assert.equal(banner.hidden, true);
  await quietly(ask);
  assert.equal(banner.hidden, false);
  await ticks[0]();
  assert.equal(banner.hidden, false);
  assert.deepEqual(reloads, []);
  server.answers = true;
  await ticks[0]();
  assert.equal(banner.hidden, true);
  assert.equal(ticks.length, 0);
  assert.deepEqual(reloads, ["flow"]);
});

test("an answer in between, and what the page gave up itself, make no silence", async () => {
  const { banner } = pageWithBanner();
  const failures = [new TypeError("no"), null, new TypeError("no"), Object.assign(new Error("gone"), { name: "AbortError" })];
  const ask = shell.listening(async () => {
    const failure = failures.shift();
    if (failure) throw failure;
    return { ok: true };
  });

  for (let turn = 0; turn < 4; turn += 1) await quietly(ask);
  assert.equal(banner.hidden, true);
});
