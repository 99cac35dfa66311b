"""Calls of the page over HTTP, as the browser makes them, for tests that need no browser."""

import json
import time
import urllib.request

from dash import Dash

from ui import ids

EVERYTHING = "created is not EMPTY ORDER BY key"
AT_HOME = {"Host": "127.0.0.1:8050"}
# What the Overview asks for beside the data of its cards and charts.
BESIDE = (ids.HEADLINE, ids.UNKNOWN, ids.CHANGES, ids.STUCK, ids.BLOCKED, ids.FINDINGS)


def callback(url: str, output: str, inputs: list[dict], state: list[dict]) -> dict:
    """Ask for what a page asks for when it is opened."""
    return posted(url, call_of(output, inputs, state))["response"]


def call_of(output: str, inputs: list[dict], state: list[dict]) -> dict:
    """Return the body of a callback that changes several things at once."""
    names = [part.split(".") for part in output.strip(".").split("...")]
    outputs = [{"id": name, "property": prop} for name, prop in names]
    return {"output": output, "outputs": outputs, "inputs": inputs, "state": state, "changedPropIds": []}


def page_call(filters: dict, page: str = "flow") -> dict:
    """Return what a page asks the server for, as its browser writes it."""
    view = {"id": ids.view(page), "property": "data", "value": {"filters": filters, "revision": "1"}}
    changed = json.dumps(ids.view(page), sort_keys=True, separators=(",", ":"))
    answer = {"id": ids.answer(page), "property": "data"}
    wanted = [answer, *({"id": name, "property": "children"} for name in BESIDE if page == "overview")]
    names = [f"{each['id']}.{each['property']}" for each in wanted]
    return {
        "output": names[0] if len(names) == 1 else f"..{'...'.join(names)}..",
        "outputs": answer if len(names) == 1 else wanted,
        "inputs": [view, []],
        "changedPropIds": [f"{changed}.data"],
    }


def job(url: str, profile: str | None = None) -> dict:
    """The line about the background job, as a page polls it that shows a profile, or none in particular."""
    return posted(url, job_call(profile))["response"]


def job_call(profile: str | None = None) -> dict:
    """Return the question about the background job of a profile, as the page writes it."""
    poll = [{"id": "poll", "property": "n_intervals", "value": 0}]
    seen = [
        {"id": "revision", "property": "data", "value": None},
        {"id": "filters", "property": "data", "value": {"src": profile} if profile else {}},
    ]
    return call_of("..job.children...latest.data...poll.disabled..", poll, seen)


def projects(url: str) -> list[str]:
    """What the filter of projects can be set to."""
    return source_of(url)["filter-project"]["data"]


def settled(url: str) -> dict:
    """The same once no job runs any more."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = job(url)
        if answer["poll"]["disabled"]:
            return answer
        time.sleep(0.2)
    raise AssertionError("the background job did not end")


def press(
    url: str,
    *,
    sync: bool = False,
    refetch: str | None = None,
    ask_now: str | None = None,
    cancel: bool = False,
) -> dict:
    """Click a button: sync, stop the job, or in a notice: fetch everything again, ask now all the same."""
    pressed = {"sync": sync, "cancel": cancel, "refetch": refetch, "ask-now": ask_now}
    (what,) = (button for button, given in pressed.items() if given)
    state = [
        {"id": "poll", "property": "n_intervals", "value": 0},
        {"id": "filters", "property": "data", "value": {}},
    ]
    body = {
        "output": "poll.n_intervals",
        "outputs": {"id": "poll", "property": "n_intervals"},
        "inputs": [
            {"id": "command", "property": "data", "value": {"what": what, "name": refetch or ask_now}}
        ],
        "state": state,
        "changedPropIds": ["command.data"],
    }
    return posted(url, body)


def posted(url: str, body: dict) -> dict:
    """Send the body of a callback and return what is answered."""
    request = urllib.request.Request(
        f"{url}/_dash-update-component", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def source_of(url: str) -> dict:
    """What stands above every page, and what its filters can be set to."""
    names = ("status.children", "sync-now.hidden", "banner.children")
    names += ("whose.data", "site.children")
    names += tuple(f"filter-{name}.data" for name in ("project", "type", "label", "component"))
    names += ("link-sprints.hidden", "views-links.children", "filter-src.data")
    source = {"id": "source", "property": "data", "value": {"src": None}}
    filters = {"id": "filters", "property": "data", "value": {}}
    return callback(url, f"..{'...'.join(names)}..", [source], [filters])


def answering(app: Dash, output: str, headers: dict[str, str] = AT_HOME) -> str:
    """Return the callback of the server that changes something, as Dash spells it."""
    # Callbacks are known from the first request on.
    app.server.test_client().get("/_dash-dependencies", headers=headers)
    # Others are answered in the browser.
    return next(name for name, one in app.callback_map.items() if output in name and "callback" in one)


def called(app: Dash, output: str, values: dict[str, object]) -> dict:
    """Answer a callback of a dashboard that no server serves, as its page would ask for it.

    Args:
        app: the dashboard.
        output: one of what the callback changes, such as ``settings-bar-told.children``.
        values: of its inputs and states by name and property; None for those that are not named. For a
            pattern, ``kind.property``, they are those of its controls by name.
    """
    client = app.server.test_client()
    spec = answering(app, output)

    def filled(kind: str) -> list:
        return [_filled(one, values) for one in app.callback_map[spec][kind]]

    names = [name.rpartition(".") for name in spec.strip(".").split("...")]
    outputs = [{"id": _id_of(name), "property": prop.partition("@")[0]} for name, _, prop in names]
    inputs = filled("inputs")
    body = {
        "output": spec,
        "outputs": outputs if spec.startswith("..") else outputs[0],
        "inputs": inputs,
        "state": filled("state"),
        "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
    }
    answer = client.post("/_dash-update-component", json=body, headers=AT_HOME)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def _filled(one: dict, values: dict[str, object]) -> dict | list[dict]:
    """An input with its value; a pattern of a kind with all of its controls."""
    place = _id_of(one["id"])
    if not isinstance(place, dict) or place["name"] != ["ALL"]:
        return {
            "id": place,
            "property": one["property"],
            "value": values.get(f"{one['id']}.{one['property']}"),
        }
    found = values.get(f"{place['kind']}.{one['property']}") or {}
    assert isinstance(found, dict)
    return [{**one, "id": {**place, "name": name}, "value": value} for name, value in found.items()]


def _id_of(text: str) -> str | dict:
    return json.loads(text) if text.startswith("{") else text
