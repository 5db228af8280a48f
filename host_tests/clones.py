"""Clones of this tree, as committed, that need no network: for tests that build one anew.

What was fetched already stands in them as links; what is built is their own.
"""

import subprocess

from set_driver import ROOT

FETCHED = ("src", "downloads", "debs", "apt", "venv")


def clone(folder, commit="HEAD", built=()):
    """Clone the tree at `commit` into `folder`; return it.

    built: names in build/ that it takes from here as well, because it would make the same.
    """
    subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
    subprocess.run(["git", "-C", folder, "checkout", "-q", commit], check=True)
    (folder / "build").mkdir()
    for name in (*FETCHED, *built):
        if (ROOT / "build" / name).exists():
            (folder / "build" / name).symlink_to(ROOT / "build" / name)
    return folder
