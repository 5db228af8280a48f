"""A board that makes its own key and secret, and gets its factory certificate over the line."""

import base64
import importlib.util
import types
from pathlib import Path

import pytest

import scepcore
from errors import Error
from keystore import Store
from phone import actions
from scep.signatures import finish
from tools.setctl_host.factory_ca import FactoryCa
from tools.setctl_host.flashmodel import MemoryFlash

MAC = "00809F59E1A0"
SOURCE = Path(__file__).parent.parent / "firmware" / "port" / "rp2" / "provision.py"
_spec = importlib.util.spec_from_file_location("provision", SOURCE)
provision = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(provision)


class Board:
    """A blank board with pages, as boards/W5500_EVB_PICO."""

    SPAN = 8

    def __init__(self):
        self.device = MemoryFlash(4096, 40, 256)
        self.has_secret = False

    def flash(self):
        if not self.has_secret:
            raise Error("wrong-device", "no secret")
        return self.device

    def jitter(self):
        return b"17"

    def secret(self, make):
        if make and not self.has_secret:
            scepcore.set_device_secret(bytes(range(32)))
            self.has_secret = True
        return self.has_secret


@pytest.fixture(name="blank")
def _blank():
    fault = Error("wrong-device", "no secret")
    return types.SimpleNamespace(board=Board(), fault=fault, newborn=None, records=None)


@pytest.fixture(name="ca", scope="module")
def _ca(tmp_path_factory):
    return FactoryCa(str(tmp_path_factory.mktemp("ca")))


def certify(ca, made, name=MAC):
    der = ca.issue(name, int(made["modulus"], 16), made["exponent"])
    return base64.b64encode(der).decode(), base64.b64encode(ca.der).decode()


def test_a_blank_board_is_born_with_its_own_key(blank, ca):
    made = finish(provision.make_key(blank, MAC))
    assert set(made) == {"modulus", "exponent"}
    assert finish(provision.take_certificate(blank, *certify(ca, made))) == {"state": "factory"}
    assert blank.fault is None and blank.newborn is None
    assert blank.records.mac() == bytes.fromhex(MAC)
    store = Store(blank.board.device)
    store.mount()


def test_a_board_that_was_born_is_not_born_again(blank, ca):
    made = finish(provision.make_key(blank, MAC))
    finish(provision.take_certificate(blank, *certify(ca, made)))
    for steps in (provision.make_key(blank, MAC), provision.take_certificate(blank, "", "")):
        with pytest.raises(Error) as e:
            next(steps)
        assert e.value.code == "access"


def test_another_boards_store_is_left_alone(blank):
    blank.board.secret(True)
    with pytest.raises(Error) as e:
        next(provision.make_key(blank, MAC))
    assert e.value.code == "wrong-device"
    assert blank.board.device.data.count(0xFF) == len(blank.board.device.data)


def test_a_certificate_for_another_key_is_refused(blank, ca):
    made = finish(provision.make_key(blank, MAC))
    other = dict(made, modulus="c1" + made["modulus"][2:])
    with pytest.raises(Error) as e:
        finish(provision.take_certificate(blank, *certify(ca, other)))
    assert e.value.code == "cert-key-mismatch"
    assert blank.newborn is not None


def test_a_certificate_without_a_key_is_refused(blank):
    with pytest.raises(Error) as e:
        next(provision.take_certificate(blank, "", ""))
    assert e.value.code == "no-certificate"


@pytest.mark.parametrize("mac", ["", "00809F59E1", "01809F59E1A0", "zz809F59E1A0"])
def test_an_address_that_is_no_stations_is_refused(blank, mac):
    with pytest.raises(Error) as e:
        next(provision.make_key(blank, mac))
    assert e.value.code == "config"
    assert not blank.board.has_secret


def test_a_board_whose_image_is_made_by_mkflash_says_so(blank):
    blank.board = types.SimpleNamespace()
    command = types.SimpleNamespace(name="factory", pairs=[])
    with pytest.raises(Error) as e:
        actions.start(blank, command)
    assert e.value.code == "unsupported"
