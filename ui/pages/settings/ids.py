"""Names of the components of the Settings page."""

SOURCE = "settings-source"
MEANING = "settings-meaning"
PROFILES = "settings-profiles"
SHOWN = "settings-shown"  # which profile is shown, and which one is edited: the sample data cannot be

# Connection
URL = "settings-url"
EMAIL = "settings-email"
EMAIL_BOX = "settings-email-box"
TOKEN = "settings-token"  # noqa: S105  # a name
TYPED_FOR = "settings-typed-for"  # address that the typed token is for
AGREED = "settings-agreed"  # origin to which the environment's token may go, by a click
AGREE = "settings-agree"  # pattern: {"kind": AGREE, "name": origin}
VERIFY = "settings-verify"
VERDICT = "settings-verdict"
GATEWAY = "settings-gateway"  # pattern: {"kind": GATEWAY, "name": address}

# Data
PROJECTS = "settings-projects"
JQL = "settings-jql"
PRICE = "settings-price"
CONNECT = "settings-connect"
CONNECT_ROW = "settings-connect-row"  # not there once the bar saves the connection
CONNECT_WAIT = "settings-connect-wait"
SAVED = "settings-saved"

# Code
CODE = "settings-code-box"
HOST_TOKEN = "settings-host-token"  # noqa: S105  # pattern: {"kind": HOST_TOKEN, "name": host}
HOST_FOR = (
    "settings-host-for"  # pattern: {"kind": HOST_FOR, "name": host}; address that the typed token is for
)
HOST_VERIFY = "settings-host-verify"  # pattern: {"kind": HOST_VERIFY, "name": host}
HOST_FORGET = "settings-host-forget"  # pattern: {"kind": HOST_FORGET, "name": host}
HOST_VERDICT = "settings-host-verdict"  # pattern: {"kind": HOST_VERDICT, "name": host}, "git" for clones

# Mapping
FIELD = "settings-field"  # pattern: {"kind": FIELD, "name": logical name}
MAPPING = "settings-mapping"
MAPPING_LOAD = "settings-mapping-load"

# Workflow
STAGE = "settings-stage"  # pattern: {"kind": STAGE, "name": status}
STATUS_CARD = "settings-status"  # pattern: {"kind": STATUS_CARD, "name": status}

# Rules
RULE = "settings-rule"  # pattern: {"kind": RULE, "name": dotted name of the setting}
ENDING = "settings-ending"  # pattern: {"kind": ENDING, "name": dotted name of the setting, "ending": name}

# Save bar
KEPT = "settings-kept"  # what is stored, as the controls show it
TYPED = "settings-typed"  # what stands in the fields of the connection, but for the token
EDITS = "settings-edits"  # what differs from it
BAR = "settings-bar"
BAR_TOLD = "settings-bar-told"
BAR_DISCARD = "settings-bar-discard"
BAR_SAVE = "settings-bar-save"
BAR_ASKED = "settings-bar-asked"  # the edits, once somebody saves them
BAR_SAID = "settings-bar-said"
LEAVING = "settings-leaving"
LEAVING_TOLD = "settings-leaving-told"

# Profiles
PROFILE = "settings-profile"
PROFILE_NAME = "settings-profile-name"
PROFILE_ACT = "settings-profile-act"  # pattern: {"kind": PROFILE_ACT, "name": action}
OWNERS, OWNERS_SET = "settings-owners", "settings-owners-set"
OWNERS_TOLD = "settings-owners-told"
KEYS, KEY_TOLD, KEY_TEXT = "settings-keys", "settings-key-told", "settings-key-text"
KEY_NAME, KEY_ROLE, KEY_MAKE = "settings-key-name", "settings-key-role", "settings-key-make"
KEY_REVOKE = "settings-key-revoke"  # pattern: {"kind": KEY_REVOKE, "name": of the key}
PROFILE_TOLD = "settings-profile-told"
UNDO = "settings-undo"  # pattern: {"kind": UNDO, "name": id of a deletion}
UPLOAD = "settings-upload"
DOWNLOAD = "settings-download"
AFRESH = "settings-afresh"  # pattern: {"kind": AFRESH, "name": profile}
