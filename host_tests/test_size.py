"""tools/size: every byte of an image is attributed once, and to the right layer."""

import json
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from sizing import budgets, frozen, layers, linkmap  # noqa: E402

MAP = """
Discarded input sections

 .text          0x00000000        0x0 build/obj/py/gc.o

Linker script and memory map

LOAD build/obj/py/gc.o
.image          0x00100000      0x130
                0x00100000                        __image_start = .
 *(.text .text.*)
 .text.gc       0x00100000       0x40 build/obj/py/gc.o
                0x00100000                gc_collect
 *fill*         0x00100040        0x4
 .text.scepcore_sign
                0x00100044       0x3c /x/firmware/core/rsa.o
 .rodata.fun_data_scep_der_Reader_read
                0x00100080       0x30 build/obj/build/frozen_content.o
 .rodata.fun_data_phone_boot_run
                0x001000b0       0x10 build/obj/build/frozen_content.o
 .rodata.mp_qstr_frozen_const_pool
                0x001000c0       0x10 build/obj/build/frozen_content.o
 .rodata.str1.1
                0x001000d0       0x30 build/obj/py/gc.o
                                 0x10 (size before relaxing)
 .rodata.str1.1
                0x00100100        0x0 /x/lwip/src/core/tcp.o
                                 0x20 (size before relaxing)
 .text          0x00100100       0x20 /usr/lib/libgcc.a(_udivsi3.o)
                0x00100130                . = ALIGN (0x4)

.data           0x00200000        0x8 load address 0x00100130
 .data.x        0x00200000        0x8 /x/firmware/port/uart.o

.bss            0x00200010       0x18
 .bss.y         0x00200010       0x10 build/obj/py/gc.o
 COMMON         0x00200020        0x8 /x/lwip/src/core/mem.o

.heap           0x00200030    0x40000
                0x00200030                __heap_start = .

.comment        0x00000000       0x27
 .comment       0x00000000       0x27 build/obj/py/gc.o
.debug_info     0x00000000     0x9999
 .debug_info    0x00000000     0x9999 build/obj/py/gc.o
OUTPUT(firmware.elf elf32-littlearm)
"""


def test_a_map_is_attributed_to_the_byte():
    sums = layers.attribute(linkmap.read(MAP))
    assert sums == {
        # 0x40 + its third of the merged strings + what the section holds besides.
        "micropython": [0x40 + 0x4 + 0x10 + 0x10, 0x10],
        "core": [0x3C, 0],
        # Their data, and the shared table by three to one.
        "scep": [0x30 + 0xC, 0],
        "phone": [0x10 + 0x4, 0],
        "lwip": [0x20, 0x8],
        "libc": [0x20, 0],
        "port": [0x8, 0x8],
        "heap": [0, 0x40000],
    }
    assert sum(flash for flash, _ in sums.values()) == 0x130 + 0x8


CONTENT = """
enum {
    MP_QSTR_ab = MP_QSTRnumber_of,
    MP_QSTR__0x41__plus_,
};
const qstr_len_t mp_qstr_frozen_const_lengths[] = {
    2,
    2,
};
const qstr_pool_t mp_qstr_frozen_const_pool = {
    &mp_qstr_const_pool, // previous pool
    {
        "ab",
        "\\x41+",
    },
};
const qstr_short_t const_qstr_table_data_scep_der[2] = {
    MP_QSTR_ab,
    MP_QSTR_known_in_c,
};
const qstr_short_t const_qstr_table_data_phone_mmi_menus[2] = {
    MP_QSTR_ab,
    MP_QSTR__0x41__plus_,
};
static const mp_obj_str_t const_obj_phone_boot_0 = {{&mp_type_str}, 1, 19, (const byte*)"\\x43"};
static const mp_obj_str_t const_obj_phone_mmi_font_1 = {{&mp_type_bytes}, 1, 9, (const byte*)"."};
"""


def test_a_name_or_text_belongs_to_the_layers_that_use_it():
    weights = frozen.weights(CONTENT, layers.of_frozen)
    # A name of two letters is 10 bytes; one of them has two users.
    assert weights == {"scep": 5, "mmi": 5 + 10, "phone": 20, "fonts": 10}


def test_what_is_shared_goes_where_it_is_used_and_the_sum_stays():
    pieces = linkmap.read(MAP)
    plain = layers.attribute(pieces)
    exact = layers.attribute(pieces, {"mmi": 3, "phone": 1})
    assert exact["mmi"][0] == 0xC and exact["phone"][0] == 0x10 + 0x4
    assert exact["scep"][0] == 0x30
    assert sum(row[0] for row in exact.values()) == sum(row[0] for row in plain.values())


def test_what_is_no_map_is_refused():
    with pytest.raises(ValueError, match="no map file"):
        linkmap.read("hello\n")


@pytest.mark.parametrize(
    "section, layer",
    [
        (".rodata.fun_data_scep_der_Reader_read", "scep"),
        (".rodata.fun_data_scep_tls_client_step", "tls"),
        (".data.rel.ro.local.proto_fun_phone_mmi_menu__lt_module_gt_", "mmi"),
        (".data.rel.ro.const_obj_phone_lanpbx_0", "phone"),
        (".rodata.fun_data_phone_eaptls_step", "supplicant"),
        (".rodata.const_obj_phone_mmi_font_2", "fonts"),
        (".rodata.fun_data_baremetal_mac", "port"),
        (".data.rel.ro.local.children_keystore_log__lt_module_gt_", "keystore"),
        (".rodata.fun_data_errors__lt_module_gt_", "errors"),
        (".rodata.fun_data_main__lt_module_gt_", "phone"),
        (".rodata.fun_data_board__lt_module_gt_", "board"),
        (".rodata.mp_qstr_frozen_const_hashes", None),
        (".rodata.mp_frozen_names", None),
    ],
)
def test_frozen_data_belongs_to_the_layer_of_its_module(section, layer):
    assert layers.of_frozen(section) == layer


def test_a_renamed_module_belongs_to_the_layer_that_it_had():
    modules = {"aQ": "phone_mmi_lcd"}
    assert layers.of_frozen(".rodata.fun_data_aQ_w", modules) == "mmi"
    assert layers.of_frozen(".rodata.fun_data_aQ_w") is None
    assert layers.of_frozen(".rodata.fun_data_scep_w", modules) == "scep"


@pytest.mark.parametrize(
    "path, layer",
    [
        ("build/NOE/obj/py/vm.o", "micropython"),
        ("/x/build/src/bearssl/src/int/i31_modpow.o", "core"),
        ("/x/build/src/bearssl/src/ssl/ssl_engine.o", "tls"),
        ("/x/build/NOE/obj//x/firmware/core/rsa_private.o", "core"),
        ("/x/build/src/bearssl/src/hash/ghash_ctmul32.o", "tls"),
        ("/x/build/src/bearssl/src/hash/md5.o", "core"),
        ("/x/build/NOE/obj/scepcore/modscepcore.o", "core"),
        ("/x/build/NOE/obj/scepcore/tls.o", "tls"),
        ("/x/build/src/lwip/src/core/tcp.o", "lwip"),
        ("/x/obj//x/build/src/bearssl/src/ec/ec_c25519_m31.o", "tls"),
        ("/x/firmware/core/scepcore_tls.o", "tls"),
        ("/x/build/NOE/obj/src/core/ipv4/dhcp.o", "lwip"),
        ("/x/build/NOE/obj/lib/libm_dbl/exp.o", "micropython"),
        ("/x/build/NOE/obj/smc91c111.o", "port"),
        ("/usr/lib/arm-none-eabi/newlib/thumb/libc.a(memcpy.o)", "libc"),
        ("/usr/lib/gcc/arm-none-eabi/12.2.1/libgcc.a(_divdi3.o)", "libc"),
    ],
)
def test_an_object_belongs_to_the_layer_of_its_folder(path, layer):
    assert layers.of_file(path) == layer


@pytest.mark.parametrize(
    "sums, over",
    [
        ({"core": (60000, 0), "scep": (60000, 0), "keystore": (11072, 0)}, []),
        (
            {"core": (60000, 0), "scep": (60000, 0), "keystore": (11073, 0)},
            ["core + scep + keystore"],
        ),
        ({"phone": (32000, 0), "errors": (769, 0)}, ["phone + errors"]),
        ({"mmi": (24577, 0)}, ["mmi"]),
        ({"micropython": (1048577, 0)}, ["image"]),
        ({"heap": (0, 786433)}, ["RAM"]),
        ({"framebuffer": (0, 786433)}, []),
    ],
)
def test_a_budget_is_exceeded_by_the_first_byte_too_many(sums, over):
    assert [what for what, used, limit in budgets.judge("NOE", sums) if used > limit] == over


def size_tool():
    loader = SourceFileLoader("size_tool", str(ROOT / "tools" / "size"))
    module = module_from_spec(spec_from_loader("size_tool", loader))
    loader.exec_module(module)
    return module


def test_size_json_has_a_row_a_layer_and_the_exit_status_tells(tmp_path, capsys):
    (tmp_path / "NOE").mkdir()
    (tmp_path / "NOE" / "firmware.map").write_text(MAP)
    assert size_tool().main(["NOE"], str(tmp_path)) == 0
    rows = {row["layer"]: row for row in json.loads((tmp_path / "size.json").read_text())}
    assert rows["core"] == {"board": "NOE", "layer": "core", "flash_bytes": 0x3C, "ram_bytes": 0}
    assert rows["total"]["flash_bytes"] == 0x138
    big = MAP.replace("       0x3c /x/firmware", "    0x3003c /x/firmware")
    (tmp_path / "NOE" / "firmware.map").write_text(big.replace("      0x130\n", "    0x30130\n", 1))
    assert size_tool().main(["NOE"], str(tmp_path)) == 1
    assert "core + scep + keystore is" in capsys.readouterr().err


@pytest.mark.micropython
@pytest.mark.parametrize("board", ["UNIX"])
def test_the_layers_of_a_real_image_add_up_to_the_linker_s_own_figures(board):
    folder = ROOT / "build" / board
    assert (folder / "firmware.map").exists(), f"run `make BOARD={board}` first"
    assert shutil.which("size"), "binutils are not installed"
    table = subprocess.run(
        ["size", "-A", folder / "firmware.elf"], capture_output=True, text=True, check=True
    ).stdout
    sections = [line.split() for line in table.splitlines() if line.startswith(".")]
    loaded = [(name, int(size)) for name, size, address in sections if int(address)]
    expected = sum(size for name, size in loaded if not name.startswith(linkmap.RAM_ONLY))
    sums = layers.attribute(linkmap.read((folder / "firmware.map").read_text()))
    assert sum(flash for flash, _ in sums.values()) == expected
    assert sums["scep"][0] > 10000
