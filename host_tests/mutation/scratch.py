"""A copy of the tree in which a mutant may be built and tested: the tree itself stays as it is.

For `make mutants`.
"""

import os
import shutil
import subprocess
import sys

# What a mutant's build writes into; everything else under build/ is shared by a link.
OUTPUTS = {
    "core-host": ("host",),
    "UNIX": ("UNIX",),
    "NOE-dev": ("NOE-dev",),
    "MPS2_AN505-dev": ("MPS2_AN505-dev",),
}


class Scratch:
    """A copy of `root` in `folder`: the files that git knows or would take, build/ by links.

    Invariant: a build in the copy never writes through a link into the tree's own build/.
    """

    def __init__(self, root, folder):
        """Copy. root, folder: Path; what stood in `folder` is removed."""
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        listed = subprocess.run(
            ["git", "ls-files", "-coz", "--exclude-standard"],
            cwd=root, check=True, capture_output=True, text=True,
        )  # fmt: skip
        for name in sorted(set(filter(None, listed.stdout.split("\0")))):
            if (root / name).is_file():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, target)
        (folder / "build").mkdir()
        for entry in (root / "build").iterdir():
            if entry.name != folder.parent.name:
                (folder / "build" / entry.name).symlink_to(entry)

    def make(self, targets):
        """Build make `targets` from the copy; return None, or the end of what make said."""
        for target in targets:
            for output in OUTPUTS[target]:
                self._own(output)
            done = subprocess.run(
                ["make", "-s", target], cwd=self.folder, env=self._environment(),
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            if done.returncode:
                return "\n".join(done.stdout.splitlines()[-20:])
        return None

    def test(self, arguments, seconds):
        """Run pytest with `arguments`; return (exit status or None for a time-out, output)."""
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments]
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=self._environment(), timeout=seconds,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None, ""
        return done.returncode, done.stdout

    def _own(self, output):
        """Replace a link into the tree's build by a copy of what it shows."""
        place = self.folder / "build" / output
        if place.is_symlink():
            source = place.resolve()
            place.unlink()
            shutil.copytree(source, place, symlinks=True)

    def _environment(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        # A byte code file of the fault must not outlive it: two writes may share a second.
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        environment.pop("MICROSCEP_RESULTS", None)
        environment.pop("PYTHONPATH", None)
        return environment
