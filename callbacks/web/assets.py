"""Our own scripts and style sheets, one file each, which browsers may keep for ever: its name has a hash."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response

from data.model.metric import Metric
from ui.chart_library import fetched_library
from ui.designs import designs_script

ASSETS = Path(__file__).resolve().parents[2] / "ui" / "assets"
_SCRIPT = "text/javascript"
_STRICT = '"use strict";\n'
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file that the page loads; ``address`` changes with its text."""

    address: str
    text: str
    mimetype: str


def own_assets(metrics: Iterable[Metric]) -> tuple[Asset, Asset]:
    """Return the script and the style sheet of the page, of the files of ``ui/assets`` by name.

    Args:
        metrics: all that a page may show; their designs come before the first script.
    """
    script = _STRICT + designs_script(tuple(metrics)) + _merge("*.js")
    return _name(script, "js", _SCRIPT), _name(_merge("*.css"), "css", "text/css")


def chart_asset() -> Asset | None:
    """Return the small chart library, None where nobody has fetched it: then Dash serves its own."""
    fetched = fetched_library()
    return None if fetched is None else _name(fetched.read_text(encoding="utf-8"), "js", _SCRIPT, "plotly")


def serve_assets(server: Flask, assets: Iterable[Asset]) -> None:
    """Let the server answer with each of the files, which the browser asks for once."""
    for asset in assets:
        server.add_url_rule(asset.address, asset.address, _answer(asset))


def _answer(asset: Asset) -> Callable[[], Response]:
    def answer() -> Response:
        response = Response(asset.text, mimetype=asset.mimetype)
        response.headers["Cache-Control"] = _FOR_EVER
        return response

    return answer


def _merge(pattern: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob(pattern)))


def _name(text: str, kind: str, mimetype: str, name: str = "throughline") -> Asset:
    mark = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Asset(f"/assets/{name}.{mark}.{kind}", text, mimetype)
