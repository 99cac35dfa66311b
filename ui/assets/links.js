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
    if (window.location.hash) land(window.location.hash);
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
    window.dash_clientside.set_props("url", { pathname: link.pathname, search: link.search, hash: link.hash });
    if (!link.closest("nav.pages")) document.getElementById("main")?.focus({ preventScroll: true });
    if (link.hash) land(link.hash);
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

  const CONTROLS = "input:not(:disabled), select, button:not(:disabled), summary";

  /** Scrolls to what a link names once it is drawn, opens it where it is folded, and gives it the focus.
      @param {string} hash
      @param {number} [tries] */
  function land(hash, tries = 40) {
    const [id, instead] = idsOf(decodeURIComponent(hash.slice(1)));
    const found = document.getElementById(id || "") || (tries ? null : document.getElementById(instead || ""));
    for (let fold = found?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
    if (!found?.offsetParent) {
      if (tries) window.setTimeout(() => land(hash, tries - 1), 100);
      return;
    }
    const section = found.closest("h2") && found.closest("section");
    (section || found).scrollIntoView({ block: section ? "start" : "center" });
    /** @type {HTMLElement} */
    const control = found.matches("input, select, button, a") ? found : (section || found).querySelector(CONTROLS) || found;
    control.focus({ preventScroll: true });
  }

  return { begin, mark, aim, idsOf, isPlain, follow, land };
})();
