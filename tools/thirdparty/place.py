"""Verify, unpack and swap in one downloaded file: all of it or nothing.

For tools/sources. A folder is complete if and only if its stamp file holds the lock's
SHA-256 (and the patches'): it is written before the folder takes its final name.
"""

import hashlib
import os
import shutil
import subprocess
import tarfile

from . import SourcesError

STAMP = ".microscep-source"


def sha256_of(path):
    """Return the SHA-256 of a file as 64 hex digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def verify(path, item):
    """Raise SourcesError unless the file at `path` is the one that the lock names."""
    found = sha256_of(path)
    if found != item.sha256:
        raise SourcesError(
            f"{item.file} is not the file that the lock names: SHA-256 {found[:16]}... "
            f"instead of {item.sha256[:16]}..."
        )


def stamp_text(item, patches):
    """Return what the stamp of an up-to-date folder holds."""
    lines = [f"{item.title} {item.sha256}"]
    lines += [f"{os.path.basename(patch)} {sha256_of(patch)}" for patch in patches]
    return "\n".join(lines) + "\n"


def is_current(folder, item, patches):
    """Tell whether `folder` is a complete unpacking of `item` with exactly these patches."""
    try:
        with open(os.path.join(folder, STAMP), encoding="utf-8") as stream:
            return not os.path.islink(folder) and stream.read() == stamp_text(item, patches)
    except (FileNotFoundError, NotADirectoryError):
        return False


def unpack(path, folder, item, patches):
    """Unpack the verified file at `path` and let it take the place of `folder` in one rename."""
    parent = os.path.dirname(folder)
    os.makedirs(parent, exist_ok=True)
    fresh = os.path.join(parent, f".{os.path.basename(folder)}.unpacking")
    _remove(fresh)
    try:
        if item.kind == "deb":
            _unpack_deb(path, fresh)
        else:
            _unpack_tar(path, fresh)
        for patch in patches:
            _apply(patch, fresh)
        with open(os.path.join(fresh, STAMP), "w", encoding="utf-8") as stream:
            stream.write(stamp_text(item, patches))
        swap_in(fresh, folder)
    except (OSError, EOFError, tarfile.TarError, subprocess.CalledProcessError) as error:
        reason = str(error).splitlines()[0].rstrip(":")
        raise SourcesError(f"{item.file} cannot be unpacked: {reason}") from None
    finally:
        _remove(fresh)


def link(target, folder, item):
    """Let `folder` be a symbolic link to the user's own folder `target`."""
    if not os.path.isdir(target):
        raise SourcesError(f"{item.env} names {target}, which is not a folder")
    target = os.path.abspath(target)
    if os.path.islink(folder) and os.readlink(folder) == target:
        return False
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    fresh = folder + ".link"
    _remove(fresh)
    os.symlink(target, fresh)
    swap_in(fresh, folder)
    return True


def swap_in(fresh, folder):
    """Rename `fresh` to `folder`, removing what stood there (never what a link points to)."""
    old = folder + ".old"
    _remove(old)
    if os.path.lexists(folder):
        os.rename(folder, old)
    os.rename(fresh, folder)
    _remove(old)


def _unpack_tar(path, fresh):
    """Unpack a tarball whose members all lie under one top folder, which is dropped."""
    with tarfile.open(path) as archive:
        members = []
        for member in archive.getmembers():
            name = member.name.removeprefix("./")
            parts = name.split("/")
            if name.startswith("/") or ".." in parts:
                raise tarfile.TarError(f"the member {name!r} would leave the folder")
            if len(parts) == 1:
                continue
            member.name = "/".join(parts[1:])
            if member.islnk():
                member.linkname = "/".join(member.linkname.removeprefix("./").split("/")[1:])
            members.append(member)
        os.makedirs(fresh)
        archive.extractall(fresh, members)


def _unpack_deb(path, fresh):
    os.makedirs(fresh)
    subprocess.run(["dpkg", "-x", path, fresh], check=True, capture_output=True)


def _apply(patch, fresh):
    result = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "--unsafe-paths", f"--directory={fresh}", patch],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SourcesError(f"the patch {os.path.basename(patch)} does not apply: {result.stderr}")


def _remove(path):
    if os.path.islink(path) or os.path.isfile(path):
        os.remove(path)
    elif os.path.isdir(path):
        shutil.rmtree(path)
