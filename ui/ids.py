"""Names of the page's components; a callback names them from here and nowhere else."""

URL = "url"
PROVIDER = "provider"
THEME = "theme"
THEME_TOGGLE = "theme-toggle"

FILTERS = "filters"  # what the URL says of the filters: the view that everything follows
PANEL = "panel"  # which drawer is open, and for which reason
REVISION = "revision"
POLL = "poll"

PERIOD = "filter-period"
RANGE = "filter-range"
PROJECT = "filter-project"
TYPE = "filter-type"
LABEL = "filter-label"
RESET = "filter-reset"

STATUS = "status"
BANNER = "banner"
JOB = "job"
NOTICE = "notice"
HEADING = "heading"
CARDS = "cards"
FINDINGS = "findings"
THROUGHPUT = "throughput"
LOAD = "load"

DRAWER = "drawer"
DRAWER_HEAD = "drawer-head"
DRAWER_ROWS = "drawer-rows"

OPEN = "open"  # pattern: {"kind": OPEN, "name": metric id}
REASON = "reason"  # pattern: {"kind": REASON, "name": reason, "" for the included rows}
CANCEL = "cancel"
