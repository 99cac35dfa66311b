/* A dialog takes the focus when it opens, keeps it while it is open, and gives it back when it closes.
   The drawer stays mounted while it is closed, so Mantine's own trap, which begins when a dialog is mounted, does not hold it. */
(function () {
  "use strict";
  const STOPS = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, summary, [tabindex='0']";
  const shown = (each) => each.getClientRects().length > 0;
  const dialog = () => Array.from(document.querySelectorAll('[role="dialog"]')).filter(shown).pop() || null;
  const stops = (box) => Array.from(box.querySelectorAll(STOPS)).filter((each) => shown(each) && each.tabIndex >= 0);
  let open = null;
  let opener = null;

  function look() {
    const now = dialog();
    if (now === open) return;
    if (now && !open) opener = document.activeElement;
    open = now;
    if (open) {
      if (!open.contains(document.activeElement)) (stops(open)[0] || open).focus();
    } else if (opener && opener.isConnected && opener !== document.body) {
      opener.focus();
    }
  }

  document.addEventListener("keydown", (event) => {
    const box = event.key === "Tab" && dialog();
    if (!box) return;
    const all = stops(box);
    const at = document.activeElement;
    const leaves = !box.contains(at) || at === (event.shiftKey ? all[0] : all[all.length - 1]);
    if (!all.length || !leaves) return;
    event.preventDefault();
    all[event.shiftKey ? all.length - 1 : 0].focus();
  }, true);

  /* The issue table keeps Escape to itself, where it means nothing: it closes the drawer from there, too. */
  document.addEventListener("keydown", (event) => {
    const inTable = event.key === "Escape" && event.target.closest && event.target.closest(".ag-root");
    const close = inTable && event.target.closest('[role="dialog"]').querySelector(".mantine-Drawer-close");
    if (!close) return;
    event.stopPropagation();
    close.click();
  }, true);

  /* Opening and closing change styles and children of what Mantine puts at the end of the body. */
  const watch = new MutationObserver(() => window.setTimeout(look, 0));
  const begin = () => {
    const drawer = document.getElementById("drawer") || document.querySelector(".mantine-Drawer-root");
    if (!drawer) return window.setTimeout(begin, 200);
    watch.observe(drawer.parentElement || drawer, { attributes: true, attributeFilter: ["style", "hidden"], childList: true, subtree: true });
    look();
    return undefined;
  };
  begin();
})();
