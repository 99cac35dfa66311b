"""Summaries that read like a backlog, in more than one alphabet."""

import random

_FEATURES = (
    "Let customers {verb} the {thing}",
    "As a shopper I can {verb} my {thing}",
    "Show the {thing} on the order page",
    "Remember the {thing} between visits",
    "Export the {thing} as CSV",
    "Kundin kann {thing} später ändern",
    "Überarbeite die Anzeige von {thing}",
    "{thing}の検索を速くする",
    "Añadir {thing} al resumen",
    "New {thing} 🚀 for the autumn campaign",
)
_BUGS = (
    "{thing} is empty after reload",
    "Wrong total when {thing} has two lines",
    "Cannot {verb} {thing} on Safari",
    "Timeout in {thing} under load",
    "{thing}: Umlaute werden falsch angezeigt",
    'Error "null" when I {verb} the {thing}',
    "Crash au démarrage: {thing}",
)
_CHORES = (
    "Split {thing} into its own module",
    "Upgrade the library behind {thing}",
    "Remove the old {thing} code",
    "Write a runbook for {thing}",
    "Measure {thing} in production",
)
_INCIDENTS = (
    "{thing} unavailable for all customers",
    "Error rate of {thing} above 5 %",
    "Payments delayed: {thing}",
    "{thing} liefert 500",
)
_VERBS = ("change", "filter", "share", "cancel", "print", "compare", "approve", "split")
_THINGS = (
    "basket",
    "invoice",
    "address book",
    "search result",
    "voucher",
    "refund",
    "login",
    "push message",
    "price list",
    "ledger export",
    "delivery date",
    "Größentabelle",
    "wish list",
    "card check",
    "receipt",
    "café menu",
)
_TEMPLATES = {
    "Bug": _BUGS,
    "Vulnerability": _BUGS,
    "Incident": _INCIDENTS,
    "Tech Debt": _CHORES,
    "Task": _CHORES,
}


def summary(type_name: str, rng: random.Random) -> str:
    """One line that fits the type of the issue."""
    template = rng.choice(_TEMPLATES.get(type_name, _FEATURES))
    return template.format(verb=rng.choice(_VERBS), thing=rng.choice(_THINGS))
