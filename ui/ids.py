"""Names of the page's components; a callback names them from here and nowhere else."""

from typing import Any

URL = "url"
PROVIDER = "provider"
THEME = "theme"
THEME_TOGGLE = "theme-toggle"

PAGE = "page"  # id of the page that is visible
FILTERS = "filters"  # what the URL says of the filters: the view that everything follows
PANEL = "panel"  # which drawer is open, for which reason, with which issue
REVISION = "revision"  # changes when there is something new to show
SOURCE = "source"  # profile and revision: what the shell follows
POLL = "poll"
POLL_MS = 1_000
LATEST = "latest"  # the revision that the last poll told of

PERIOD = "filter-period"
FROM = "filter-from"
TO = "filter-to"
DAYS = "filter-days"  # holds the two days of a period of one's own
STEP = "filter-step"
PROJECT = "filter-project"
TYPE = "filter-type"
LABEL = "filter-label"
COMPONENT = "filter-component"
PROFILE = "filter-src"
RESET = "filter-reset"
FILTER_BAR = "filters-bar"
FILTER_SUMMARY = "filters-summary"

WHOSE = "whose"  # profile and site, for the window's title
SITE = "site"
STATUS = "status"
SYNC = "sync-now"
COMMAND = "command"  # what a button asks of a sync: {"what": its data-action, "name": a profile or nothing}
SILENCE = "silence"
SIGNED_OUT = "signed-out"
WHO = "who"
BANNER = "banner"
JOB = "job"
NOTICE = "notice"
INVITATION = "invitation"  # what to look at after a Jira was connected
LIVE = "live"
WARM_UP = "warm-up"
FINDINGS = "findings"
# Patterns: {"kind": ..., "page": where it stands, "code": of the finding, "title": of the repair}
REPAIR = "repair"
REPAIR_EFFECT = "repair-effect"
REPAIR_SAVE = "repair-save"
REPAIR_SAVED = "repair-saved"
HEADLINE = "headline"
FORECAST_QUESTION = "forecast-question"
FORECAST_ANSWER = "forecast-answer"
FORECAST_ASKED = "forecast-asked"  # the view of the page with what the address asks
FORECAST_ITEMS = "forecast-items"
FORECAST_BY = "forecast-by"
FORECAST_EXCLUDE = "forecast-exclude"
FORECAST_WHAT_IF = "forecast-what-if"
FORECAST_CAP = "forecast-cap"
SPRINTS_ANSWER = "sprints-answer"
COMPARE = "comparison"
COMPARE_QUESTION = "compare-question"  # what the address says of rows, columns and order
UNKNOWN = "unknown"
CHANGES = "changes"
STUCK = "stuck"
BLOCKED = "blocked"

EVENTS = "events-dialog"
EVENTS_KEPT = "events-kept"
EVENTS_TOLD = "events-told"
EVENT_ADD = "event-add"
# Of the form, and as patterns {"kind": ..., "name": day and words} of what is kept
EVENT_DAY = "event-day"
EVENT_TEXT = "event-text"
EVENT_SAVE = "event-save"
EVENT_REMOVE = "event-remove"

GLANCE = "glance"
GLANCE_ASK = "glance-ask"  # pattern: {"kind": ..., "name": profile}, like the next one
GLANCE_TOLD = "glance-told"
VIEWS = "views-dialog"
VIEWS_LINKS = "views-links"
VIEWS_KEPT = "views-kept"
VIEWS_TOLD = "views-told"
SAVED_ADD = "saved-add"
SAVED_NAME = (
    "saved-name"  # of the form, and as a pattern {"kind": ..., "name": of the view}, like the next three
)
SAVED_RENAME = "saved-rename"
SAVED_DEFAULT = "saved-default"
SAVED_REMOVE = "saved-remove"

DRAWER = "drawer"
DRAWER_VALUE = "drawer-value"
DRAWER_FACTS = "drawer-facts"  # how the number is made
DRAWER_CHIPS = "drawer-chips"  # which of its rows are shown
DRAWER_FIND = "drawer-find"
DRAWER_FILLED = "drawer-filled"  # the columns that have something to say
DRAWER_TOOLS = "drawer-tools"  # what can be done with the rows
DRAWER_GROUPS = "drawer-groups"  # the number, broken down
DRAWER_METRIC = "drawer-metric"
DRAWER_ROWS = "drawer-rows"
DRAWER_TABLE = "drawer-table"  # holds the rows once their library is there
TABLE_READY = "table-ready"
DRAWER_ISSUE = "drawer-issue"

VIEW = "view"  # pattern: {"kind": VIEW, "name": page id}
RETRY = "retry"  # pattern: {"kind": RETRY, "page": page id, "name": metric id}
CHART_ENTRIES = "chart-entries"  # what the menus of charts get copies of
ENLARGED = "enlarged"  # the dialog that shows a chart as large as the window
ENLARGED_TITLE = "enlarged-title"
CHART = "chart"  # pattern: {"kind": CHART, "page": page id, "name": chart id}
GRAPH = "graph"  # pattern: {"kind": GRAPH, "name": chart id}


def view(page: str) -> dict[str, Any]:
    """Return the store that a page's callbacks follow: ``{"filters": ..., "revision": ...}``.

    It changes only while its page is visible, so that nothing is computed for the others.
    """
    return {"kind": VIEW, "name": page}


def page_box(page: str) -> str:
    """Return the element that holds a page."""
    return f"page-{page}"


def link(page: str) -> str:
    """Return the link of a page in the navigation."""
    return f"link-{page}"


def heading(page: str) -> str:
    """Return the line beside a page's title."""
    return f"heading-{page}"


def marks(page: str) -> str:
    """Return the place above the charts of a page that says what is marked in them."""
    return f"marks-{page}"


def cards(page: str) -> str:
    """Return the place of a page's cards."""
    return f"cards-{page}"


def answer(page: str) -> str:
    """Return the store of the data that a page's cards and charts are drawn from."""
    return f"answer-{page}"


def wanted(page: str) -> str:
    """Return the store that lists which charts of a page are in sight and not drawn yet."""
    return f"wanted-{page}"
