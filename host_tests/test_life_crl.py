"""A set checks its certificate against a CRL far longer than its memory."""

import pytest

from lab_driver import Lab, LongCrl
from set_driver import Set
from tools.lab import pkimessage

pytestmark = [pytest.mark.micropython, pytest.mark.check]


class OnlyAtItsPoint(LongCrl):
    """The CRL stands at its distribution point; GetCRL is refused."""

    def plain(self, der, authority):
        raise pkimessage.MessageError(pkimessage.BAD_REQUEST, "no CRL by SCEP")


@pytest.mark.parametrize("way", [LongCrl, OnlyAtItsPoint])
def test_5_megabytes_of_crl_are_searched_in_a_heap_of_256_kib(tmp_path, way):
    with Lab(tmp_path) as lab:
        small = Set("UNIX", tmp_path).factory().configure(lab, scep_revocation="crl")
        small.ok("enroll")
        lab.bend(way(5_000_000))
        answer = small.ok("--heap", "256", "check")
        assert answer.last["revoked"] is False
        assert max(event["bytes"] for event in answer.named("http")) > 5_000_000
        assert bool(answer.named("warning")) == (way is OnlyAtItsPoint)
        # whole it fits into nothing: that is said, and the set goes on
        whole = small.run("--heap", "256", "getcrl")
        assert (whole.status, whole.code) == (1, "too-large")
        lab.act("revoke", small.identity()["serial"])
        answer = small.run("--heap", "256", "check")
        assert (answer.status, answer.code) == (1, "revoked")
        assert small.identity()["state"] == "suspended"
