"""The chart library with the kinds of charts that are drawn: ``python -m tools.charts`` fetches it once.

It is a third of the library that Dash brings along. npm fetches it, a hash tells
that it is what it was, and from then on pages, reports and wheels made here use it
without a network. Without it everything works as well, with the larger one.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from ui.chart_library import BUNDLE

# The version of plotly.js that the installed Dash draws with; a test holds the two together.
VERSION = "4.1.1"
PACKAGE = f"plotly.js-cartesian-dist-min@{VERSION}"
SHA512 = "o8GrFeusncwBIxbBynRJpY4pkgVB6caM+JLpwrLYbbsO7dZ8FJ+SVN2Fr+L7kiG/Z6w4P5O0Jus/Qr5EefHVeg=="
_MEMBER = "package/plotly-cartesian.min.js"
_PATIENCE_S = 300


def unpacked(archive: bytes) -> bytes:
    """Return the library out of a package of npm.

    Raises:
        ValueError: the package is not the one that is known, or does not hold it.
    """
    if base64.b64encode(hashlib.sha512(archive).digest()).decode() != SHA512:
        raise ValueError(f"The package is not the {PACKAGE} that is known: its hash differs.")
    with tempfile.TemporaryFile() as file:
        file.write(archive)
        file.seek(0)
        with tarfile.open(fileobj=file) as package:
            found = package.extractfile(_MEMBER) if _MEMBER in package.getnames() else None
            if found is None:
                raise ValueError(f"{PACKAGE} does not hold {_MEMBER}.")
            return found.read()


def main() -> int:
    """Fetch the library and put it where it is looked for; return 1 where that fails."""
    try:
        library = unpacked(_fetch())
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        print(f"The chart library was not fetched: {error}", file=sys.stderr)
        print("Charts are drawn with the one that Dash brings along.", file=sys.stderr)
        return 1
    BUNDLE.parent.mkdir(exist_ok=True)
    BUNDLE.write_bytes(library)
    print(f"{BUNDLE.relative_to(Path.cwd())} is written: {len(library) // 1000} kB of plotly.js {VERSION}.")
    return 0


def _fetch() -> bytes:
    """Return the package as npm brings it."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", PACKAGE, "--pack-destination", folder, "--silent"]
        subprocess.run(command, check=True, timeout=_PATIENCE_S, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        return archive.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
