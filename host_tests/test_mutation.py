"""The mutants: their list fits the tree, and the runner tells a killed one from a survivor."""

import subprocess
import sys

import pytest

from mutation import catalogue
from mutation.__main__ import LIST, ROOT, main
from mutation.scratch import OUTPUTS

# What ACCEPTANCE.md section 3 names, by the names of the list.
DEMANDED = (
    "recipient-nonce",
    "transaction-id",
    "message-digest",
    "signer-pin",
    "ra-chain",
    "key-match",
    "issuer",
    "subject",
    "crl-signer",
    "ocsp-responder",
    "downgrade-memory",
    "redirect-downgrade",
    "size-limit",
    "deadline",
    "pkcs1-padding",
    "content-padding",
    "tls-host-name",
    "tls-chain",
    "ca-fingerprint",
    "sealed-challenge-ca",
    "commit-mark-first",
    "back-off-limit",
    "program-sets-a-bit-unix",
    "program-sets-a-bit-noe",
    "wrong-device",
    "suspended-is-not-erased",
)


def mutants():
    return catalogue.parse(LIST.read_text("utf-8"))


def test_every_mutant_that_was_demanded_is_listed():
    assert set(DEMANDED) <= {mutant.name for mutant in mutants()}


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_its_text_stands_once_in_the_tree_and_its_tests_are_there(mutant, tmp_path):
    copy = tmp_path / mutant.file
    copy.parent.mkdir(parents=True)
    before = (ROOT / mutant.file).read_text("utf-8")
    copy.write_text(before, "utf-8")
    assert mutant.apply(tmp_path) == before != copy.read_text("utf-8")
    assert set(mutant.build) <= set(OUTPUTS)
    files = [a.partition("::")[0] for a in mutant.tests if a.startswith("host_tests/")]
    assert files and all((ROOT / name).is_file() for name in files)


BLOCK = """[x]
file firmware/scep/issued.py
-{old}
+{new}
tests {tests}
"""
ANY = "host_tests/micropython/test_phone_clock.py"


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("file a\n", "no block"),
        ("[x]\nfile a\ntests b\n", "no old"),
        ("[x]\n-a\n+b\ntests b\n", "no file"),
        ("[x]\nfile a\n-a\n+b\n", "no tests"),
        ("[x]\nfile a\n-a\n+a\ntests b\n", "nothing"),
        ("[x]\nfile a\n-a\n+b\ntest b\n", "what is 'test'"),
        (2 * "[x]\nfile a\n-a\n+b\ntests b\n", "twice"),
    ],
)
def test_a_list_that_says_too_little_is_refused(text, wrong):
    with pytest.raises(catalogue.BadList, match=wrong):
        catalogue.parse(text)


@pytest.mark.parametrize("text", ["nowhere to be found", '    """'])
def test_a_text_that_is_not_there_exactly_once_ends_the_run(tmp_path, text, capsys):
    place = tmp_path / "list"
    place.write_text(BLOCK.format(old=text, new="z", tests=ANY), "utf-8")
    assert main(["--list", str(place)]) == 1
    assert "times in firmware/scep/issued.py, not once" in capsys.readouterr().err


ROW = """[{}]
file firmware/phone/backoff.py
-    return floor + uniform(span)
+    return {}
tests host_tests/micropython/test_phone_lifecycle.py
"""
ROWS = (
    ("killed", "floor + uniform(span) + 1"),
    ("survivor", "uniform(span) + floor"),
    ("broken", "floor +"),
)


@pytest.mark.check
def test_a_killed_mutant_a_survivor_and_tests_that_do_not_run_are_told_apart(tmp_path, capsys):
    listed = tmp_path / "list"
    listed.write_text("".join(ROW.format(*row) for row in ROWS), "utf-8")
    assert main(["--list", str(listed)]) == 1
    said = capsys.readouterr().out
    verdicts = {line.split()[0]: line for line in said.splitlines() if line}
    assert " killed (" in verdicts["killed"]
    assert "SURVIVED (" in verdicts["survivor"]
    assert "do not run" in verdicts["broken"]
    assert said.splitlines()[-1] == "3 mutants, 1 killed"


def test_the_quick_ones_are_killed():
    done = subprocess.run(
        [sys.executable, "-m", "mutation", "--only", "nonce"],
        cwd=ROOT / "host_tests", capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "2 mutants, 2 killed"
