"use strict";
/* What somebody changed in the settings and did not save yet: told in one bar, and never lost without a word. */

/** Values by name.
    @typedef {Record<string, unknown>} Values */
/** What is stored, or what differs from it: of the connection, of fields, of stages, of rules, and of which hosts a token
    was typed. Nothing can be saved where it is locked.
    @typedef {{ profile: string, locked?: boolean, token?: boolean, source: Values, field: Values, stage: Values,
      rule: Values, host: Values }} Settings */
/** What stands in the fields of the connection.
    @typedef {Values & { token: boolean, host: Values }} Typed */

const savebar = (() => {
  const SOURCE = /** @type {const} */ (["url", "email", "jql"]);
  const GROUPS = /** @type {const} */ (["source", "field", "stage", "rule", "host"]);
  const LEADING_AWAY = ["create", "rename", "show", "delete"];
  /** @type {Settings | null} */
  let kept = null;
  /** @type {Settings | null} */
  let edits = null;
  // Somebody gave them up, and the controls do not show it yet.
  let excused = false;
  /** @type {(() => void) | null} */
  let after = null;

  /** Returns a value as the profile would have it: nothing chosen is nothing written.
      @param {unknown} value
      @returns {unknown} */
  function plain(value) {
    if (Array.isArray(value)) return value.map(plain);
    return typeof value === "string" ? value.trim() : (value ?? "");
  }

  /** @param {unknown} one
      @param {unknown} other */
  const same = (one, other) => JSON.stringify(plain(one)) === JSON.stringify(plain(other));

  /** Returns what is shown with another value than is stored; what nobody stores cannot differ.
      @param {Values} stored
      @param {Values} shown
      @returns {Values} */
  function differing(stored, shown) {
    return Object.fromEntries(Object.entries(shown).filter(([name, value]) => name in stored && !same(value, stored[name])));
  }

  /** Returns what differs from what is stored, or nothing.
      @param {Settings} stored
      @param {Pick<Settings, "source" | "field" | "stage" | "rule" | "host">} shown
      @param {boolean} token was typed
      @returns {Settings | null} */
  function editsOf(stored, shown, token) {
    const [source, field, stage, rule, host] = GROUPS.map((group) => differing(stored[group], shown[group]));
    const found = { profile: stored.profile, token: token && "url" in stored.source };
    const all = /** @type {Settings} */ ({ ...found, source, field, stage, rule, host });
    return count(all) ? all : null;
  }

  /** @param {Settings | null} some */
  function count(some) {
    if (!some) return 0;
    return GROUPS.reduce((sum, group) => sum + Object.keys(some[group]).length, some.token ? 1 : 0);
  }

  /** Returns what stands in the fields of the connection; of tokens only that there is one, and of which hosts.
      @param {unknown} url
      @param {unknown} email
      @param {unknown} jql
      @param {unknown} token
      @param {unknown} _hosts their tokens, which come with their names */
  function typed(url, email, jql, token, _hosts) {
    const hosts = namedValues(window.dash_clientside.callback_context.inputs_list[4]);
    const host = Object.fromEntries(Object.entries(hosts).map(([name, value]) => [name, Boolean(value)]));
    return { url, email, jql, token: Boolean(token), host };
  }

  /** Compares what the controls show with what is stored; the controls of a pattern come with their names.
      @param {unknown} _fields
      @param {unknown} _stages
      @param {unknown} _rules
      @param {Typed | null} connection
      @param {Settings | null} stored
      @param {unknown} before what was found the last time */
  function compare(_fields, _stages, _rules, connection, stored, before) {
    const { callback_context, no_update } = window.dash_clientside;
    kept = stored;
    if (!kept) return [no_update, no_update];
    const { token, host, ...source } = connection || { token: false, host: {} };
    /** @type {Values[]} */
    const [field, stage, rule] = [0, 1, 2].map((place) => namedValues(callback_context.inputs_list[place]));
    const shown = { source, field: field || {}, stage: stage || {}, rule: rule || {}, host };
    const first = !edits;
    edits = editsOf(kept, shown, token);
    if (!edits) excused = false;
    else if (first) window.setTimeout(keepInSight, 300);
    return [same(edits, before) ? no_update : edits, !edits];
  }

  /** @param {{ id: { name: string }, value?: unknown }[]} controls
      @returns {Values} */
  const namedValues = (controls) => Object.fromEntries((controls || []).map(({ id, value }) => [id.name, value]));

  /** The bar comes up over the foot of the window: what is being edited stays above it. */
  const keepInSight = () => document.activeElement?.scrollIntoView({ block: "nearest" });

  /** What is typed counts once its field is left, which a click on the button does: it is handed over after that.
      @param {number | null} clicks */
  function ask(clicks) {
    const { no_update } = window.dash_clientside;
    if (!clicks) return no_update;
    const later = (/** @type {(value: unknown) => void} */ hand) =>
      window.setTimeout(() => hand(edits ? { edits, asked: clicks } : no_update), 150);
    return new Promise(later);
  }

  /** Says what came of it; the bar with the focus is gone.
      @param {{ words: string } | null} said */
  function said(said) {
    if (!said) return;
    shell.say(said.words);
    document.getElementById("main")?.focus({ preventScroll: true });
  }

  /** A list of fields shows no field as nothing.
      @param {unknown} value
      @param {string} group */
  const shownFor = (value, group) => (group === "field" ? value || null : value);

  /** Returns the controls that show something else than is stored, each with what is stored.
      @param {Settings} stored
      @param {Settings} changed
      @returns {[ComponentId, unknown][]} */
  function controlsOf(stored, changed) {
    /** @type {[ComponentId, unknown][]} */
    const source = SOURCE.filter((name) => name in changed.source).map((name) => ["settings-" + name, stored.source[name]]);
    const others = /** @type {const} */ (["field", "stage", "rule"]).flatMap((group) =>
      Object.keys(changed[group]).map((name) => /** @type {[ComponentId, unknown]} */ ([{ kind: "settings-" + group, name }, shownFor(stored[group][name], group)]))
    );
    const hosts = Object.keys(changed.host).map((name) => /** @type {[ComponentId, unknown]} */ ([{ kind: "settings-host-token", name }, ""]));
    return [...source, ...others, ...hosts, ...(changed.token ? [/** @type {[ComponentId, unknown]} */ (["settings-token", ""])] : [])];
  }

  /** Shows again what is stored. */
  function discard() {
    if (!kept || !edits) return;
    excused = true;
    for (const [id, value] of controlsOf(kept, edits)) window.dash_clientside.set_props(id, { value });
    edits = null;
    document.getElementById("main")?.focus({ preventScroll: true });
  }

  /** Tells whether something would be lost that could have been saved. */
  const isPending = () => Boolean(edits && !kept?.locked && !excused);

  /** Tells whether a step leads away from edits: to another page, or to another profile.
      @param {string | null | undefined} page that is in sight
      @param {string} next page
      @param {boolean} otherProfile is shown there */
  function leaves(page, next, otherProfile) {
    return isPending() && page === "settings" && (next !== "settings" || otherProfile);
  }

  /** Asks whether to stay or to give the edits up and go on.
      @param {() => void} go */
  function hold(go) {
    const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("settings-leaving"));
    const told = document.getElementById("settings-leaving-told");
    if (!dialog || !told) return go();
    after = go;
    const n = count(edits);
    told.textContent = n === 1 ? "One change is not saved." : n + " changes are not saved.";
    if (!dialog.open) dialog.showModal();
  }

  /** @param {boolean} goOn */
  function answer(goOn) {
    /** @type {HTMLDialogElement | null} */ (document.getElementById("settings-leaving"))?.close();
    const go = after;
    after = null;
    if (!goOn || !go) return;
    discard();
    go();
  }

  /** Some buttons lead to another profile: they are asked about before they do anything.
      @param {Event} event
      @param {Element} target */
  function guardButtons(event, target) {
    const button = /** @type {HTMLElement | null} */ (target.closest('[id*="settings-profile-act"], #settings-upload'));
    if (!button || !isPending() || !leadsAway(button.id)) return;
    event.preventDefault();
    event.stopPropagation();
    hold(() => button.click());
  }

  /** @param {string} id */
  const leadsAway = (id) => id === "settings-upload" || LEADING_AWAY.includes(JSON.parse(id).name);

  /** The tab is not closed over edits without a word; the browser has the words.
      @param {BeforeUnloadEvent} event */
  function unload(event) {
    if (isPending()) event.preventDefault();
  }

  /** Ctrl+S saves, as everywhere.
      @param {KeyboardEvent} event */
  function keys(event) {
    const wanted = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "s";
    const button = document.getElementById("settings-bar-save");
    if (!wanted || document.body.dataset.page !== "settings") return;
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    window.setTimeout(() => button?.offsetParent && button.click(), 100);
  }

  return { editsOf, count, controlsOf, typed, compare, ask, said, discard, isPending, leaves, hold, answer, guardButtons, unload, keys };
})();
