"""Where corpora that we did not write lie, and the record of how they went.

For the corpus tests; build/corpora.json has the rows of ACCEPTANCE.md section 1, and `part`.
"""

import fcntl
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "vectors"
LIMBO = SHARED / "x509-limbo-rsa.json"
RECORD = ROOT / "build" / "corpora.json"


def vectors():
    """Return the folder of the Python package cryptography-vectors."""
    import cryptography_vectors

    return Path(cryptography_vectors.__file__).parent


def record(corpus, part, cases, passed, left_out):
    """Put one row into build/corpora.json in place of the former one of this corpus and part."""
    RECORD.parent.mkdir(exist_ok=True)
    with open(RECORD, "a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        rows = json.loads(text) if text.strip() else []
        rows = [row for row in rows if (row["corpus"], row.get("part")) != (corpus, part)]
        row = {"corpus": corpus, "part": part, "cases": cases, "passed": passed}
        rows.append(dict(row, left_out=left_out))
        rows.sort(key=lambda row: (row["corpus"], row["part"]))
        file.seek(0)
        file.truncate()
        file.write(json.dumps(rows, indent=1) + "\n")


def judge(corpus, part, verdicts, left_out):
    """Record verdicts {case: (found, expected)} and assert that each is right or left out.

    left_out: {case: reason}, the reviewed list; a case on it that is right, or that does not
    exist, is an error too: the list must not grow stale.
    """
    wrong = {case for case, (found, expected) in verdicts.items() if found != expected}
    stale = [case for case in left_out if case not in wrong]
    unexplained = sorted(wrong - set(left_out))
    record(corpus, part, len(verdicts), len(verdicts) - len(wrong), len(wrong & set(left_out)))
    assert not unexplained, "\n".join(f"{case}: {verdicts[case]}" for case in unexplained)
    assert not stale, f"on the list of what is left out, but right or unknown: {stale}"
