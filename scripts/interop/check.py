"""Runs the protocol's checker, arp-conformance 0.2.6, with its own arguments.

As published it cannot resolve a reference of its schemas: they are relative to `arp:` addresses, and urllib joins
relative addresses only for the schemes in these two lists.
"""

import sys
import urllib.parse

if "--as-published" in sys.argv:
    sys.argv.remove("--as-published")
else:
    urllib.parse.uses_relative.append("arp")
    urllib.parse.uses_netloc.append("arp")

from arp_conformance.cli import main  # noqa: E402

raise SystemExit(main())
