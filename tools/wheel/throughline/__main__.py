"""``python -m throughline``: the same as ``throughline``, where no folder of scripts is on the path."""

import sys

from throughline import main

sys.exit(main())
