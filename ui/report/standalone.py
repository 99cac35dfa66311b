"""Pages that stand alone: templates that escape whatever they are given."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

TEMPLATES = Path(__file__).resolve().parent / "templates"
NOTHING = "\u2013"
# No part of a text in HTML: a browser drops or replaces them, each in its own way.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


@cache
def _make_environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def template(name: str) -> Template:
    """Return a template of ``ui/templates``; what it prints is escaped, a missing name is an error."""
    return _make_environment().get_template(name)


def template_file(name: str) -> str:
    """Return a style sheet or a script that stands beside the templates."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def problem_page(title: str, cause: str, remedy: str, reference: str = "") -> str:
    """Return the page that stands where a file was asked for and cannot be given.

    Args:
        title: what kind of problem it is.
        cause: one sentence.
        remedy: one sentence.
        reference: of the log, "" for none.
    """
    return template("problem.html").render(title=title, cause=cause, remedy=remedy, reference=reference)


def visible(value: Any) -> Any:
    """Return a text with U+FFFD in place of what a page cannot show; anything else as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _CONTROLS.sub("\ufffd", value)
    return value


def plain(value: Any) -> str:
    """Return a cell for reading: numbers with six digits, yes and no, a dash where there is nothing."""
    if value is None or value != value:  # noqa: PLR0124  # NaN is the one value that differs from itself
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
