"""The bare-metal port on its second machine, MPS2_AN505: Cortex-M33, LAN9118, flash in a file.

The cases of test_port_boot, test_port_net and test_port_nor once more; what differs stands here.
"""

import functools
import os
import signal

import pytest

from emulator import noe, test_port_boot, test_port_net, test_port_nor
from emulator.noe import Noe
from emulator.test_port_boot import (  # noqa: F401 collected here as well
    test_boot_parameters_reach_the_set,
    test_clock_goes_on_beyond_the_counter_s_wrap,
    test_ctrl_c_interrupts_a_busy_loop,
    test_ends_on_purpose_are_told_apart_from_a_crash,
    test_heap_given_is_heap_that_can_be_used,
    test_runaway_recursion_is_an_exception_not_a_crash,
    test_serial_line_loses_nothing_while_the_set_is_busy,
    test_stack_peak_is_measured,
    test_time_runs_and_sleep_is_as_long_as_asked,
)
from emulator.test_port_net import (  # noqa: F401
    test_dhcp_brings_address_and_name_server,
    test_eapol_frames_reach_python_whole_and_lead_back,
    test_flood_does_not_stop_the_set_and_it_recovers,
    test_oldest_eapol_frames_are_lost_when_nobody_reads,
    test_sequence_numbers_and_ports_differ_from_boot_to_boot,
    test_tcp_echo_of_200_kb_is_whole_both_ways,
    test_tcp_gets_everything_through_a_bad_cable,
    test_udp_datagrams_go_both_ways,
    wire,
)
from emulator.test_port_nor import (  # noqa: F401
    test_erase_sets_one_sector_to_ones,
    test_geometry_comes_from_the_device,
    test_memory_is_the_region_without_a_copy_and_read_only,
    test_nothing_outside_the_region_is_touched,
    test_power_cut_counts_erases_and_leaves_a_torn_sector,
    test_power_cut_ends_the_run_at_the_counted_step,
    test_setting_a_bit_is_refused_and_nothing_is_programmed,
    test_what_is_programmed_reads_back_and_survives_power_off,
)

pytestmark = [pytest.mark.emulator, pytest.mark.check]

BOARD = "MPS2_AN505"


@pytest.fixture(autouse=True)
def _machine(monkeypatch):
    """Let the cases of the other modules run on this board."""
    for module in (test_port_boot, test_port_net, test_port_nor):
        monkeypatch.setattr(module, "Noe", functools.partial(Noe, board=BOARD))
    monkeypatch.setattr(test_port_nor, "SECTOR", 64 * 1024)
    monkeypatch.setattr(test_port_net, "SHORTEST", 60)  # the emulated LAN9118 pads nothing


@pytest.fixture
def image(tmp_path):
    """Give the other modules' cases an erased flash of this board."""
    return noe.erased_flash(tmp_path / "flash.img", BOARD)


FAULTS = [
    ("write through a null pointer", "noe.fault(0)", "data abort", "address=00000010"),
    ("undefined instruction", "noe.fault(1)", "undefined instruction", "pc=100"),
    ("stack overflow meets its limit", "noe.fault(2)", "data abort", "fault=00100000"),
    ("write into the image", "noe.fault(3)", "data abort", "address=100"),
    ("unaligned store", "noe.fault(4)", "data abort", "fault=01000000"),
    ("supervisor call", "noe.fault(5)", "unexpected supervisor call", "pc=100"),
    ("jump into the void", "noe.fault(6)", "prefetch abort", "pc=70000000"),
    ("software fault", "noe.fault(7)", "asked for", "lr=100"),
]


@pytest.mark.parametrize("name, code, reason, detail", FAULTS, ids=[f[0] for f in FAULTS])
def test_crash_is_reported_and_ends_the_run(tmp_path, name, code, reason, detail):
    test_port_boot.test_crash_is_reported_and_ends_the_run(tmp_path, name, code, reason, detail)


def test_what_was_programmed_survives_the_emulator_s_death(tmp_path, image):
    with Noe(tmp_path, board=BOARD, flash=image, nic=None) as s:
        s.run("import noe\nnoe.Flash(0, 5).writeblocks(2, b'before', 8)")
        os.kill(s.pid, signal.SIGKILL)
    assert image.read_bytes()[2 * 65536 + 8 :][:6] == b"before"


def test_the_flash_cannot_be_written_but_through_its_driver(tmp_path, image):
    """As a NOR array: a wild store is no program. Here it is a crash."""
    with Noe(tmp_path, board=BOARD, flash=image, nic=None) as s:
        s.start("import noe\nnoe.Flash(0, 1).writeblocks(0, b'1', 0)\nnoe.fault(8)")
        lines = s.ending()
    assert lines[0] == "!crash data abort" and "address=80000" in lines[1]
    assert image.read_bytes().strip(b"\xff") == b"1"


def test_a_private_operation_costs_what_was_promised_for_this_core(tmp_path):
    """0.22 of BearSSL's 55.0 M instructions, in the image as it is; one instruction is 1 ns."""
    code = """
import noe, scepcore
scepcore.seed()
work, key = scepcore.RSAKey.generate(2048), None
while key is None: key = work.step()
start = noe.uptime_us()
key.sign('sha256', bytes(32))
print((noe.uptime_us() - start) * 1000, noe.stack()[1])
"""
    extra = ("-icount", "shift=0")
    with Noe(tmp_path, board=BOARD, nic=None, noise=bytes(range(48)), extra=extra) as s:
        instructions, stack = map(int, s.run(code, timeout=120).split())
    assert 8_000_000 < instructions < 12_100_000
    assert stack < 12 * 1024
