"""What one enrolment costs the NOE set in memory and instructions: DESIGN.md section 8.

Peak heap = the smallest `--heap` with which it succeeds minus the smallest with which the prompt
idles; C stack = the most that was in use, as the port paints and reads it.
"""

import pytest

from set_driver import CHALLENGE, Set
from tools.bench import split
from tools.demo_server import ScepServer

pytestmark = [pytest.mark.emulator, pytest.mark.peers, pytest.mark.check]
HEAP_KIB = 48
STACK_BYTES = 12 * 1024
INSTRUCTIONS = 120e6  # key generation apart; the server's CA has a key of 4,096 bits


@pytest.fixture(name="scene", scope="module")
def _scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("budget")
    with ScepServer(str(folder / "scep"), CHALLENGE) as server:
        noe = Set("NOE", folder).factory().configure(server)
        yield noe, noe.flash.read_bytes()


def _smallest(noe, image, low, high, command, status=0):
    """Return the smallest heap in KiB with which a command on the image ends with `status`."""
    while low < high:
        middle = (low + high) // 2
        noe.flash.write_bytes(image)
        if noe.run("--heap", str(middle), command).status == status:
            high = middle
        else:
            low = middle + 1
    return low


def test_an_enrolment_stays_within_heap_and_stack(scene):
    noe, image = scene
    answer = noe.ok("--trace", "enroll")
    memory = [event for event in answer.named("trace") if event["what"] == "memory"][0]
    assert 0 < memory["stack"] <= STACK_BYTES
    # The least that shows a prompt: a set that has no certificate yet says so.
    idle = _smallest(noe, image, 32, 160, "cert", status=1)
    peak = _smallest(noe, image, idle, 256, "enroll") - idle
    print(f"enrolment: {peak} KiB of heap over {idle}, {memory['stack']} bytes of stack")
    assert 0 < peak <= HEAP_KIB


def test_an_enrolment_executes_at_most_120_million_instructions():
    parts = split.measure()
    print(split.told(parts))
    assert sum(parts.values()) - parts["boot"] <= INSTRUCTIONS
