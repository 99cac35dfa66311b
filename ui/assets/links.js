"use strict";
/* Links within the page: each of them keeps profile and filters, and leads to the very thing that it names. */

const links = (() => {
  /** Tells which of the pages this is.
      @param {string} path */
  function mark(path) {
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("nav.pages a"))) {
      if (link.pathname === path) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** Links within the page carry profile and filters of the moment, however they are followed: clicked, opened in another
      window or copied. What a link itself says is kept beside it. */
  function aim() {
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[href]"))) {
      const now = link.getAttribute("href") || "";
      if (now !== link.dataset.aimed) link.dataset.said = now;
      const said = link.dataset.said || "";
      if (!leadsHere(link)) continue;
      const { pathname, search, hash } = new URL(said, window.location.href);
      link.dataset.aimed = pathname + address.keeping(search, window.location.search) + hash;
      link.setAttribute("href", link.dataset.aimed);
    }
  }

  /** New links are aimed as they come, and an address that names a place leads there. */
  function begin() {
    const arrive = () => window.location.hash && land(window.location.hash);
    arrive();
    window.addEventListener("hashchange", arrive);
    let planned = false;
    const plan = () => {
      if (planned) return;
      planned = true;
      window.requestAnimationFrame(() => {
        planned = false;
        aim();
      });
    };
    new MutationObserver(plan).observe(document.body, { childList: true, subtree: true });
  }

  /** Tells whether a click follows a link in this window.
      @param {Pick<MouseEvent, "defaultPrevented" | "button" | "metaKey" | "ctrlKey" | "shiftKey" | "altKey">} event */
  function isPlain(event) {
    const held = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    return !event.defaultPrevented && !event.button && !held;
  }

  /** Tells whether a link leads to one of our pages.
      @param {HTMLAnchorElement} link */
  function leadsHere(link) {
    if (link.origin !== window.location.origin || link.target || link.hasAttribute("download")) return false;
    return !link.getAttribute("href")?.startsWith("#") && pages.boxes().some((box) => box.dataset.path === link.pathname);
  }

  /** Links between our pages change the address without a new page.
      @param {MouseEvent} event
      @param {Element} target */
  function follow(event, target) {
    /** @type {HTMLAnchorElement | null} */
    const link = target.closest("a[href]");
    if (!link || !isPlain(event) || !leadsHere(link)) return;
    aim();
    event.preventDefault();
    const go = () => open(link);
    if (pages.wouldLeave(link)) savebar.hold(go);
    else go();
  }

  /** @param {HTMLAnchorElement} link */
  function open({ pathname, search, hash, parentElement }) {
    window.dash_clientside.set_props("url", { pathname, search, hash });
    if (!parentElement?.closest("nav.pages")) document.getElementById("main")?.focus({ preventScroll: true });
    landing = hash;
    if (hash) land(hash);
    else window.scrollTo(0, 0);
  }

  /** What a link may name by its name in the profile, and the section that it stands in.
      @type {Record<string, [kind: string, section: string]>} */
  const NAMED = {
    rule: ["settings-rule", "settings-rules"],
    field: ["settings-field", "settings-mapping-title"],
    stage: ["settings-stage", "settings-workflow"],
  };

  /** Returns the ids that a link means, the second in case that the first is not there.
      @param {string} named
      @returns {string[]} */
  function idsOf(named) {
    const [what, ...name] = named.split("=");
    const [kind, section] = (name.length && NAMED[what || ""]) || [];
    return kind && section ? [JSON.stringify({ kind, name: name.join("=") }), section] : [named];
  }

  /** Where the last link that names a place leads. */
  let landing = "";

  const CONTROLS = "input:not(:disabled), select, button:not(:disabled), summary";

  /** Scrolls to what a link names once it is drawn, opens it where it is folded, and gives it the focus.
      @param {string} hash
      @param {number} [tries] */
  function land(hash, tries = 60) {
    landing = hash;
    const [id, instead] = idsOf(decodeURIComponent(hash.slice(1)));
    const found = document.getElementById(id || "") || (tries ? null : document.getElementById(instead || ""));
    for (let fold = found?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
    if (!found?.offsetParent) {
      if (tries) later(hash, () => land(hash, tries - 1));
      return;
    }
    const section = found.closest("h2") && found.closest("section");
    const aim = () => (section || found).scrollIntoView({ block: section ? "start" : "center" });
    aim();
    /** @type {HTMLElement} */
    const control = found.matches("input, select, button, a, [tabindex]") ? found : (section || found).querySelector(CONTROLS) || found;
    control.focus({ preventScroll: true });
    keep(hash, control, tries, { aim, at: placeNow() });
  }

  /** Where the page stands: how far it is scrolled, and how long it is. */
  const placeNow = () => ({ scrolled: window.scrollY, long: document.documentElement.scrollHeight });

  /** The page of another profile is drawn anew a moment later: what was landed on is landed on again. So it is where
      the page has grown meanwhile and nobody has scrolled: there was no room yet to bring the place to the top.
      @param {string} hash
      @param {HTMLElement} control
      @param {number} tries
      @param {{ aim: () => void, at: { scrolled: number, long: number } }} landed */
  function keep(hash, control, tries, landed) {
    if (!tries) return;
    if (!control.isConnected) return land(hash, tries - 1);
    const { scrolled, long } = placeNow();
    if (scrolled === landed.at.scrolled && long !== landed.at.long) landed.aim();
    const at = scrolled === landed.at.scrolled ? placeNow() : landed.at;
    later(hash, () => keep(hash, control, tries - 1, { ...landed, at }));
  }

  /** Calls in a moment, unless another link was followed meanwhile.
      @param {string} hash
      @param {() => void} call */
  function later(hash, call) {
    window.setTimeout(() => hash === landing && call(), 100);
  }

  return { begin, mark, aim, idsOf, isPlain, follow, land };
})();
