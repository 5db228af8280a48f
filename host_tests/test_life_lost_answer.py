"""A renewal that the CA granted, whose answer is lost: the old certificate is revoked by then.

FAULTS.md: 'Renewal accepted by the CA, old certificate revoked at once, answer lost, power cut:
recovered by CertPoll or the same transaction again'. The whole set in memory (small_phone.py);
host_tests/emulator/test_noe_kills.py does it to NOE by killing the emulator.
"""

import pytest

from small_phone import authority, factory, named, run, switched_on, working

RENEWAL, POLL = 17, 20


class Revoking:
    """What a CA does that replaces: a renewal revokes; whoever is revoked gets nothing new."""

    def __init__(self, ca, polls, losses):
        """polls: whether CertPoll is answered; losses: answers to what is granted that are lost."""
        self.ca, self.polls, self.losses = ca, polls, losses
        self.revoked, self.granted, self.challenged = set(), {}, 0
        ca.habit = self.answer

    def answer(self, ca, request):
        """Answer a request; an answer of no octets is one that was lost."""
        signer = request.signer_certificate.der
        if request.transaction in self.granted:
            if request.kind == POLL and not self.polls:
                return ca.refuse(request, b"4")
            given = self.granted[request.transaction]
        elif request.kind == POLL or signer in self.revoked:
            return ca.refuse(request)
        else:
            subject, public, challenge = request.csr()
            self.challenged += challenge is not None
            given = self.granted[request.transaction] = ca.issue(subject, public)
            if request.kind == RENEWAL:
                self.revoked.add(signer)
        if request.kind in (RENEWAL, POLL) and self.losses:
            self.losses -= 1
            return b""
        return ca.give(request, [given])


@pytest.mark.parametrize("losses", [1, 2, 3])
@pytest.mark.parametrize("polls", [True, False], ids=["CertPoll", "the same request again"])
def test_a_granted_renewal_is_fetched_after_the_power_came_back(polls, losses):
    device, ca = factory(), authority()
    pki = Revoking(ca, polls, losses)
    with switched_on(device, ca) as set_:
        working(set_, ca)
        run(set_, b"boot")
        first = set_.records.active_certificate()
    for _ in range(losses + 1):
        with switched_on(device, ca) as set_:  # whatever it knew but what is stored is gone
            ended = run(set_, b"renew")[-1]
            assert set_.records.active_certificate() is not None
            if ended["event"] == "result":
                break
    else:
        raise AssertionError(f"not recovered: {ended}")
    with switched_on(device, ca) as set_:
        assert run(set_, b"status")[-1]["state"] == "active"
        second = set_.records.active_certificate()
        assert run(set_, b"renew")[-1]["event"] == "result"  # its key signs, the CA knows it
    assert second != first
    renewals = [request for request in ca.requests if request.kind in (RENEWAL, POLL)]
    assert len({request.transaction for request in renewals}) == 2  # the lost one, the last one
    assert len(pki.granted) == 3 and pki.challenged == 1


def test_a_renewal_that_nobody_remembers_ends_in_a_fresh_enrolment():
    """The CA lost it, too, but revoked the old certificate: the challenge is used once more."""
    device, ca = factory(), authority()
    pki = Revoking(ca, True, 1)
    with switched_on(device, ca) as set_:
        working(set_, ca)
        run(set_, b"boot")
        run(set_, b"renew")
        assert pki.revoked == {set_.records.active_certificate()}
    pki.granted.clear()
    with switched_on(device, ca) as set_:
        ended = run(set_, b"renew")
        assert ended[-1]["error"] == "renewal-refused"
        assert set_.records.active_certificate() in pki.revoked
    with switched_on(device, ca) as set_:
        events = run(set_, b"enroll")
        assert named(events, "slot", "slot") == ["active"]
        assert set_.records.active_certificate() not in pki.revoked
    assert pki.challenged == 2
