"use strict";
/* The wall screen: ?present=1 shows the pages large, turns them by itself and keeps the data fresh. */

const present = (() => {
  const PATHS = ["/", "/dora", "/flow", "/forecast"];
  const TURN_S = 20;
  const LOOK_S = 60;
  const SYNC_S = 900;
  // Of one screen so much stays in sight on the next one.
  const OVERLAP = 0.12;
  let paused = false;
  let left = TURN_S;
  let seconds = 0;

  const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const isOn = () => new URLSearchParams(window.location.search).get("present") === "1";

  /** Returns the page after a path, or before it; an unknown one is followed by the first.
      @param {string} path
      @param {number} way 1 or -1 */
  function pageAfter(path, way) {
    const place = PATHS.indexOf(path);
    return PATHS[place < 0 ? 0 : (place + way + PATHS.length) % PATHS.length] || "/";
  }

  /** Returns how far down the next screen of a page begins, or nothing where the page ends.
      @param {number} top where this one begins
      @param {number} height of a screen
      @param {number} whole height of the page
      @param {number} way 1 or -1 */
  function screenAfter(top, height, whole, way) {
    const last = Math.max(whole - height, 0);
    if (way > 0) return top >= last - 4 ? null : Math.min(top + height * (1 - OVERLAP), last);
    return top <= 4 ? null : Math.max(top - height * (1 - OVERLAP), 0);
  }

  /** Turns to the next screen, or to the one before.
      @param {number} way 1 or -1 */
  function turn(way) {
    left = TURN_S;
    const top = screenAfter(window.scrollY, window.innerHeight, document.documentElement.scrollHeight, way);
    if (top !== null) return window.scrollTo({ top, behavior: isCalm() ? "auto" : "smooth" });
    window.dash_clientside.set_props("url", { pathname: pageAfter(window.location.pathname, way) });
    window.scrollTo({ top: 0, behavior: "auto" });
  }

  /** Says whether pages turn. */
  function tell() {
    const words = document.getElementById("present-words");
    const button = document.getElementById("present-pause");
    if (words) words.textContent = paused ? "Paused. Arrows turn the pages." : "A new page every " + TURN_S + " seconds.";
    if (button) button.textContent = paused ? "Go on" : "Pause";
  }

  /** @param {boolean} on */
  function show(on) {
    document.body.dataset.present = on ? "on" : "";
    const strip = document.getElementById("present");
    if (strip) strip.hidden = !on;
    // Who asks for less motion turns the pages himself.
    paused = isCalm();
    left = TURN_S;
    seconds = 0;
    if (on) tell();
  }

  function pause() {
    paused = !paused;
    left = TURN_S;
    tell();
  }

  /** Asks for what is new, and now and then for a sync, where there is something to ask. */
  function refresh() {
    if (seconds % LOOK_S === 0) shell.catchUp();
    const sync = document.getElementById("sync-now");
    if (seconds % SYNC_S === 0 && sync && !sync.hidden) shell.command("sync");
  }

  /** Once a second: the address says whether there is a wall screen. */
  function tick() {
    if (!document.getElementById("present")) return;
    const on = isOn();
    if (on !== (document.body.dataset.present === "on")) show(on);
    if (!on) return;
    seconds += 1;
    refresh();
    left -= paused ? 0 : 1;
    if (left <= 0) turn(1);
  }

  /** @param {boolean} on */
  function choose(on) {
    const query = new URLSearchParams(window.location.search);
    if (on) query.set("present", "1");
    else query.delete("present");
    const text = query.toString();
    window.dash_clientside.set_props("url", { search: text ? "?" + text : "" });
  }

  /** Keys of the wall screen: space pauses, arrows turn, Escape ends it.
      @param {KeyboardEvent} event
      @param {Element} target */
  function key(event, target) {
    if (document.body.dataset.present !== "on" || target.closest("input, textarea, select, [role=dialog]")) return;
    /** @type {Record<string, () => void>} */
    const keys = { ArrowRight: () => turn(1), ArrowLeft: () => turn(-1), Escape: () => choose(false) };
    if (!target.closest("button, a, summary")) keys[" "] = pause;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  const begin = () => window.setInterval(tick, 1000);

  return { pageAfter, screenAfter, pause, begin, key, start: () => choose(true), end: () => choose(false) };
})();
