"use strict";
/* What stands around every page: light or dark, how old the data are, links to pass on, the sheet of filters, menus. */

const shell = (() => {
  const STORED = "throughline-scheme";
  // So many answers in a row that did not come make a silence; then the server is asked again this often.
  const SILENCE = 2;
  const ASK_AGAIN_MS = 3000;
  let saying = 0;
  let missing = 0;
  let waiting = false;

  /** Returns how long ago something was, in the words of ui.format.age.
      @param {number} minutes */
  function age(minutes) {
    if (minutes < -1) return "by a clock that ran ahead";
    if (minutes < 1) return "just now";
    if (minutes < 60) return minutes + " min ago";
    return minutes < 48 * 60 ? Math.floor(minutes / 60) + " h ago" : Math.floor(minutes / 1440) + " days ago";
  }

  /** Keeps the ages on the page true. */
  function tellAges() {
    for (const span of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-instant]"))) {
      const minutes = Math.floor((Date.now() - Number(span.dataset.instant)) / 60000);
      // The text node, not the element: it belongs to React.
      if (span.firstChild) span.firstChild.nodeValue = age(minutes);
    }
  }

  /** What happened in the meantime, in another tab or by itself, is asked for when somebody looks again. */
  function catchUp() {
    const looking = document.visibilityState === "visible" && document.getElementById("job");
    if (looking) window.dash_clientside.set_props("poll", { n_intervals: Date.now() });
  }

  /** Lets the page follow a revision that a poll told of.
      @param {string | null | undefined} latest */
  function hear(latest) {
    if (latest) window.dash_clientside.set_props("revision", { data: latest });
  }

  /** Asks something of the sync of a profile: to begin, to end, to read everything anew, not to wait any longer.
      @param {string} what
      @param {string} [name] of a profile, where it need not be the one that is shown */
  function command(what, name) {
    window.dash_clientside.set_props("command", { data: { what, name } });
  }

  /** @param {HTMLElement} button */
  function order({ dataset }) {
    if (dataset.action === "sync") say("The sync has started.");
    command(dataset.action || "", dataset.name);
  }

  /** Opens a page again that could not be drawn, once it can be. */
  async function comeBack() {
    if (!document.querySelector(".outage")) return;
    const answer = await fetch("/_dash-layout").catch(() => null);
    if (answer?.ok && !(await answer.text()).includes('"outage"')) window.location.reload();
  }

  /** Returns what was chosen once, else what the system prefers.
      @param {string | null} kept
      @param {boolean} systemIsDark */
  function preferred(kept, systemIsDark) {
    if (kept === "light" || kept === "dark") return kept;
    return systemIsDark ? "dark" : "light";
  }

  /** Returns the colour scheme, twice; a click turns it round and is remembered.
      @param {number | null} clicks */
  function scheme(clicks) {
    let now = preferred(window.localStorage.getItem(STORED), window.matchMedia("(prefers-color-scheme: dark)").matches);
    if (clicks) {
      now = now === "dark" ? "light" : "dark";
      window.localStorage.setItem(STORED, now);
    }
    document.documentElement.lang = "en";
    document.body.dataset.agThemeMode = now;
    return [now, now];
  }

  /** The system may turn dark in the evening: who has chosen nothing follows it. */
  function followSystem() {
    const [now] = scheme(null);
    window.dash_clientside.set_props("provider", { forceColorScheme: now });
    window.dash_clientside.set_props("theme", { data: now });
  }

  /** Says something to those who see and to those who hear, for four seconds.
      @param {string} words */
  function say(words) {
    const live = document.getElementById("live");
    if (!live) return;
    live.textContent = words;
    window.clearTimeout(saying);
    saying = window.setTimeout(() => (live.textContent = ""), 4000);
  }

  /** @param {string} text
      @param {string} [said] once it is copied */
  function copy(text, said = "The link is copied.") {
    const failed = () => window.prompt("Copy this:", text);
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => say(said), failed);
    else failed();
  }

  const share = () => copy(window.location.href);

  /** Copies a link to one panel, with the filters of the moment.
      @param {HTMLElement} button */
  function link(button) {
    /** @type {HTMLElement | null} */
    const panel = button.closest("[data-panel]");
    const changes = { ...address.CLOSED, panel: panel?.dataset.panel || null };
    copy(window.location.origin + window.location.pathname + address.changed(window.location.search, changes));
  }

  /** Links to exports carry the filters of the moment.
      @param {Event} _event
      @param {Element} target */
  function aim(_event, target) {
    /** @type {HTMLElement | null} */
    const found = target.closest("a[data-export]");
    if (found) found.setAttribute("href", found.dataset.export + address.filtersOnly(window.location.search));
  }

  const sheetIsOpen = () => document.body.dataset.sheet === "open";

  /** Opens or closes the sheet that holds the filters on a phone. */
  function sheet() {
    const open = !sheetIsOpen();
    document.body.dataset.sheet = open ? "open" : "";
    const button = document.getElementById("filters-button");
    button?.setAttribute("aria-expanded", String(open));
    /** @type {HTMLElement | null} */
    const first = document.querySelector("#filters-bar input, #filters-bar button");
    (open ? first : button)?.focus();
  }

  /** Returns a fetch that notices when the program does not answer any more, and when it does again.
      @param {typeof window.fetch} ask
      @returns {typeof window.fetch} */
  function listening(ask) {
    return async (...asked) => {
      try {
        const answer = await ask(...asked);
        missing = 0;
        await turnedAway(answer);
        return answer;
      } catch (error) {
        // What the page itself gave up is not a silence.
        if (!(error instanceof Error && error.name === "AbortError")) missing += 1;
        if (missing >= SILENCE && !waiting) silent(ask);
        throw error;
      }
    };
  }

  /** Says what the server says to somebody who is signed out, or may not ask, until it answers again.
      @param {Response} answer */
  async function turnedAway(answer) {
    const banner = document.getElementById("signed-out");
    if (!banner) return;
    const told = answer.headers.get("X-Throughline-Told");
    if (!told && !answer.ok) return;
    banner.hidden = !told;
    if (!told) return;
    const [words, way] = [banner.querySelector("span"), banner.querySelector("a")];
    if (words) words.textContent = await answer.clone().text();
    if (way) {
      way.href = answer.headers.get("X-Throughline-Sign-In") || "";
      way.hidden = !way.getAttribute("href");
    }
  }

  /** Says that nobody answers, and asks until somebody does.
      @param {typeof window.fetch} ask */
  function silent(ask) {
    waiting = true;
    showSilence(true);
    const again = window.setInterval(async () => {
      const answer = await ask("/health").catch(() => null);
      if (!answer) return;
      window.clearInterval(again);
      missing = 0;
      waiting = false;
      showSilence(false);
      // What was asked in the meantime is not answered any more: the address has all of it. A form would lose what is typed.
      if (["settings", "diagnostics"].includes(document.body.dataset.page || "")) catchUp();
      else window.location.reload();
    }, ASK_AGAIN_MS);
  }

  /** @param {boolean} shown */
  function showSilence(shown) {
    const banner = document.getElementById("silence");
    if (banner) banner.hidden = !shown;
  }

  /** Escape closes the sheet, and the menu in which it is pressed.
      @param {KeyboardEvent} event
      @param {Element} target */
  function escape(event, target) {
    if (event.key !== "Escape") return;
    if (sheetIsOpen()) sheet();
    /** @type {HTMLDetailsElement | null} */
    const menu = target.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }

  /** A click anywhere but on its own summary closes a menu.
      @param {Event} _event
      @param {Element} target */
  function closeMenus(_event, target) {
    for (const menu of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.menu[open]"))) {
      if (!menu.querySelector("summary")?.contains(target)) menu.open = false;
    }
  }

  return { age, listening, preferred, tellAges, catchUp, hear, command, order, comeBack, scheme, followSystem, say, copy, share, link, aim, sheet, escape, closeMenus };
})();
