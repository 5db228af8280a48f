"""Start, boot-parameter block, serial line, timers and crash report of the bare-metal port."""

import binascii
import re
import struct

import pytest

from emulator import noe
from emulator.noe import Noe
from tools.setctl_host import bootblock

pytestmark = pytest.mark.emulator

MAC = bytes.fromhex("00809f59e1a0")
HEADER = noe.ROOT / "firmware/port/bootblock.h"


def test_boot_block_layout_is_the_header_s():
    text = HEADER.read_text()
    for name in ("MAGIC", "VERSION", "SIZE"):
        value = re.search(rf"BOOTBLOCK_{name} (0x[0-9a-f]+|\d+)u", text).group(1)
        assert getattr(bootblock, name) == int(value, 0)
    for name in ("HAS_SECRET", "HAS_MAC", "HAS_TIME", "SEEDED", "PROMPT"):
        value = re.search(rf"BOOTBLOCK_{name} (0x[0-9a-f]+)u", text).group(1)
        assert getattr(bootblock, name) == int(value, 0)
    offsets = {name: int(at) for name, at in re.findall(r" (\w+)(?:\[\d+\])?; +/\* +(\d+)", text)}
    page = bootblock.encode(
        b"S" * 32, b"N" * 48, mac=b"MACMAC", time=0x1122334455667788, heap_kib=77, power_cut=99
    )
    assert len(page) == 4096
    assert page[offsets["secret"] :][:32] == b"S" * 32
    assert page[offsets["noise"] :][:48] == b"N" * 48
    assert page[offsets["mac"] :][:6] == b"MACMAC"
    assert struct.unpack_from("<q", page, offsets["start_time"])[0] == 0x1122334455667788
    assert struct.unpack_from("<I", page, offsets["heap_kib"])[0] == 77
    assert struct.unpack_from("<II", page, offsets["power_cut_step"]) == (99, 1)


def test_boot_parameters_reach_the_set(tmp_path):
    with Noe(tmp_path, nic=None, mac=MAC, time=4102444800, heap_kib=100) as s:
        got = s.run("import noe\nprint(noe.mac(), noe.start_time(), noe.heap())")
        assert got == f"{MAC} 4102444800 {100 * 1024}"


def test_without_parameters_the_board_s_own_values_stand(tmp_path):
    with Noe(tmp_path, nic=None) as s:
        assert s.run("import noe\nprint(noe.mac(), noe.start_time(), noe.heap())") == (
            "None None 262144"
        )


def test_heap_given_is_heap_that_can_be_used(tmp_path):
    code = "try:\n    b = bytearray(%d)\n    print('fits')\nexcept MemoryError:\n    print('no')"
    with Noe(tmp_path, nic=None, heap_kib=64) as s:
        assert s.run(code % 50000) == "fits"
    with Noe(tmp_path, nic=None, heap_kib=32) as s:
        assert s.run(code % 50000) == "no"


FAULTS = [
    ("write through a null pointer", "noe.fault(0)", "data abort", "address=00000010"),
    ("undefined instruction", "noe.fault(1)", "undefined instruction", "pc=001"),
    ("stack overflow meets the guard page", "noe.fault(2)", "data abort", "address=00204"),
    ("write into the image", "noe.fault(3)", "data abort", "address=001"),
    ("unaligned store", "noe.fault(4)", "data abort", "address=002ff001"),
    ("supervisor call", "noe.fault(5)", "unexpected supervisor call", "pc=001"),
    ("jump into the void", "noe.fault(6)", "prefetch abort", "pc=70000000"),
    ("software fault", "noe.fault(7)", "asked for", "lr=001"),
]


@pytest.mark.parametrize("name, code, reason, detail", FAULTS, ids=[f[0] for f in FAULTS])
def test_crash_is_reported_and_ends_the_run(tmp_path, name, code, reason, detail):
    with Noe(tmp_path, nic=None) as s:
        s.start("import noe\n" + code)
        lines = s.ending()
    assert lines[0] == "!crash " + reason
    assert detail in lines[1]
    assert name == "software fault" or " r0=" in lines[2]
    assert lines[-1] == "!crash end"


def test_production_report_names_no_general_register(tmp_path):
    """They may hold a key; the development image's report above does name them."""
    image = tmp_path / "broken.elf"
    address = noe.breaking(noe.build("NOE"), "nor_query", image)
    with Noe(tmp_path, nic=None, image=image, prompt=False) as s:
        lines = s.ending()
    assert lines[0] == "!crash undefined instruction"
    assert f"pc={address:08x}" in lines[1]
    assert not any(f" r{i}=" in line for line in lines for i in range(13))


@pytest.mark.parametrize("call, mark", [("noe.reset()", "!reset"), ("noe.off()", "!off")])
def test_ends_on_purpose_are_told_apart_from_a_crash(tmp_path, call, mark):
    with Noe(tmp_path, nic=None) as s:
        s.start("import noe\n" + call)
        assert s.ending() == [mark]


def test_serial_line_loses_nothing_while_the_set_is_busy(tmp_path):
    """More than the ring and the FIFO hold arrives while Python does not read."""
    size = 20000
    code = f"""
import noe, time, binascii
time.sleep_ms(300)
got = bytearray({size}); view = memoryview(got); n = 0
while n < {size}:
    k = noe.console_read(view[n:])
    n += k
    if not k: noe.idle(10)
print(binascii.crc32(got), n)
"""
    data = bytes(32 + (i * 7 + i // 251) % 90 for i in range(size))
    with Noe(tmp_path, nic=None) as s:
        s.start(code)
        s.until(b"OK", 5)
        s.write(data)
        s.output = b"OK" + s.output
        assert s.result() == f"{binascii.crc32(data)} {size}"


def test_ctrl_c_interrupts_a_busy_loop(tmp_path):
    with Noe(tmp_path, nic=None) as s:
        s.start("print('go')\nwhile True: pass")
        s.until(b"go", 5)
        s.write(b"\x03")
        s.until(b"KeyboardInterrupt", 5)


def test_time_runs_and_sleep_is_as_long_as_asked(tmp_path):
    code = """
import time, noe
us, ms, up = time.ticks_us(), time.ticks_ms(), noe.uptime_us()
time.sleep_ms(200)
print(time.ticks_diff(time.ticks_us(), us) // 1000, time.ticks_diff(time.ticks_ms(), ms),
      (noe.uptime_us() - up) // 1000)
"""
    with Noe(tmp_path, nic=None, extra=("-icount", "shift=2,sleep=off")) as s:
        assert all(200 <= int(x) <= 203 for x in s.run(code).split())


def test_clock_goes_on_beyond_the_counter_s_wrap(tmp_path):
    """Two hours of idle: the 1 MHz counter wraps after 71 minutes."""
    code = """
import time, noe
start = noe.uptime_us() // 1000000  # a prompt that waited has let time pass
time.sleep(7200)
print(noe.uptime_us() // 1000000 - start)
"""
    with Noe(tmp_path, nic=None, extra=("-icount", "shift=2,sleep=off")) as s:
        assert 7200 <= int(s.run(code)) <= 7205


def test_stack_peak_is_measured(tmp_path):
    code = """
import noe
def deep(n): return n and deep(n - 1)
noe.stack_repaint(); a = noe.stack()[1]
deep(20); b = noe.stack()[1]
noe.stack_repaint(); c = noe.stack()[1]
print(noe.stack()[0], a < b, c < b)
"""
    with Noe(tmp_path, nic=None) as s:
        assert s.run(code) == "32768 True True"


def test_runaway_recursion_is_an_exception_not_a_crash(tmp_path):
    code = "def f(): return f()\ntry:\n    f()\nexcept RuntimeError:\n    print('caught')"
    with Noe(tmp_path, nic=None) as s:
        assert s.run(code) == "caught"


@pytest.mark.check
def test_vle_is_the_same_port_with_less(tmp_path):
    code = (
        "print(noe.heap(), hasattr(noe, 'lcd'), noe.net.ifconfig()[0], noe.Flash(0, 3).ioctl(4, 0))"
    )
    with Noe(tmp_path, board="VLE") as s:
        assert s.run(noe.DHCP + code) == "98304 False 10.0.2.15 3"
