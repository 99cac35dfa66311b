"""Under which licence each locked package is, in the ids of SPDX, as its own metadata say."""

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

# What may be used, and why that is all right for a program under MIT that is run and passed on.
ALLOWED = {
    "0BSD": "asks for nothing",
    "Apache-2.0": "permissive; its notices come with the packages",
    "BSD-2-Clause": "permissive",
    "BSD-3-Clause": "permissive",
    "CC0-1.0": "given to the public",
    # psycopg: an optional extra for one shared server, installed from its own wheel and imported as it is;
    # whoever passes the program on together with it passes on its licence, and must let it be replaced.
    "LGPL-3.0-only": "copyleft by the library, which is used as it is and can be replaced",
    "MIT": "permissive, ours too",
    "MIT-0": "permissive",
    "MPL-2.0": "copyleft by the file; the files are used as they are",
    "PSF-2.0": "permissive, that of Python",
    "ZPL-2.1": "permissive",
    "Zlib": "permissive",
}
# What stands in the older field, or as a classifier, where there is no expression.
_SPELLED = {
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD-3-Clause": "BSD-3-Clause",
    "MIT": "MIT",
    "MPL-2.0": "MPL-2.0",
    "ZPL 2.1": "ZPL-2.1",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
# Read from their licence files: "BSD" alone does not say which, and some are for another platform than this.
_READ_BY_HAND = {
    "asgiref": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",  # Windows only
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "nest-asyncio": "BSD-2-Clause",
    "scipy": "BSD-3-Clause",
}


def licence_of(name: str) -> str:
    """Return the SPDX expression of a locked package, "" where it cannot be told.

    Args:
        name: as the lock spells it; a package for another platform need not be installed.
    """
    if name in _READ_BY_HAND:
        return _READ_BY_HAND[name]
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    return said.get("License-Expression") or _older(said)


def licence_ids(expression: str) -> set[str]:
    """Return the ids in an SPDX expression."""
    return set(re.findall(r"[\w.+-]+", expression)) - {"AND", "OR", "WITH"}


def _older(said: PackageMetadata) -> str:
    lines = (said.get("License") or "").strip().splitlines()
    told = [*lines[:1], *(said.get_all("Classifier") or [])]
    return next((_SPELLED[words.strip()] for words in told if words.strip() in _SPELLED), "")
