"""Fetch and unpack the third-party sources that the lock file names.

For tools/sources and its tests. `lock` reads the lock file, `archive` downloads through a
private apt configuration, `place` verifies, unpacks and swaps a folder in.
"""


class SourcesError(Exception):
    """One clear sentence for the user; nothing was left half done."""
