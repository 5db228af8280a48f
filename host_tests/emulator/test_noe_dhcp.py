"""A NOE set that nobody told anything: DHCP names its file server, the file does the rest.

The DHCP and TFTP servers are QEMU's own. RFC 2132 (options 66, 67), RFC 2131 (the boot file).
"""

import pytest

from lab_driver import Lab
from set_driver import CHALLENGE, MAC, Set
from web_folder import serving

pytestmark = [pytest.mark.emulator, pytest.mark.check]
HOST = "10.0.2.2"


@pytest.fixture(name="lab", scope="module")
def _lab(tmp_path_factory):
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(name="factory", scope="module")
def _factory(tmp_path_factory):
    return Set("NOE", tmp_path_factory.mktemp("factory")).factory()


@pytest.fixture(name="served")
def _served(tmp_path):
    """Serve a folder by HTTP; return it, with the port as `port`."""
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(folder) as port:
        yield folder, port


def _values(lab, **more):
    return {
        "scep_run": "yes",
        "scep_url": lab.url(HOST),
        "scep_ca_fingerprint": lab.ca_sha256,
        "scep_spread": "0",
        **more,
    }


def _lanpbx(lab, **more):
    return "".join(f'{key}="{value}"\n' for key, value in _values(lab, **more).items())


def _enrols(device, nic, **named):
    answer = device.ok("--nic", nic, "boot", "--until", "enrolled", "--timeout", "120", **named)
    assert [event["step"] for event in answer.named("boot")] == [1, 2, 3, 4, 5]
    assert {event.get("file") for event in answer.named("boot")} >= {"read"}
    return device.ok("status").last


# (name, what QEMU's DHCP server tells, the file)
TFTP_WAYS = (
    ("option 66, the set's own file", f"tftp-server-name={HOST}", f"lanpbx_{MAC}.cfg"),
    ("option 66, the file of all", f"tftp-server-name={HOST}", "lanpbx.cfg"),
    ("the header's server and file", "bootfile=site7/lanpbx.cfg", "site7/lanpbx.cfg"),
)


@pytest.mark.parametrize(("name", "told", "file"), TFTP_WAYS, ids=[row[0] for row in TFTP_WAYS])
def test_a_set_finds_lanpbx_by_dhcp_and_enrols(factory, lab, served, tmp_path, name, told, file):
    folder, _ = served
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(_lanpbx(lab, scep_psk=CHALLENGE))
    status = _enrols(factory.copy(tmp_path), f"user,tftp={folder},{told}")
    assert status["state"] == "active"


def test_a_set_finds_its_dm_file_by_dhcp_and_enrols(factory, lab, served, tmp_path):
    folder, port = served
    settings = _values(lab, scep_psk=CHALLENGE, set_mode="sip")
    text = "".join(f'<setting id="{k}" value="{v}"/>' for k, v in settings.items())
    (folder / f"{MAC}.xml").write_text(f"<dm>{text}</dm>")
    status = _enrols(factory.copy(tmp_path), f"user,bootfile=http://{HOST}:{port}/")
    assert status["state"] == "active"


def test_a_rogue_dhcp_server_with_file_and_ca_takes_no_identity(factory, lab, served, tmp_path):
    device = factory.copy(tmp_path)
    folder, _ = served
    nic = f"user,tftp={folder},tftp-server-name={HOST}"
    (folder / "lanpbx.cfg").write_text(_lanpbx(lab, scep_psk=CHALLENGE))
    _enrols(device, nic)
    before, pem = device.identity(), device.pem()
    with Lab(tmp_path / "rogue", challenge=None) as rogue:
        text = _lanpbx(rogue, scep_action="enroll", scep_action_id="9")
        (folder / "lanpbx.cfg").write_text(text)
        answer = device.ok("--nic", nic, "boot")
        changed = {event["key"]: (event["old"], event["new"]) for event in answer.named("config")}
        assert changed["scep_url"] == (lab.url(HOST), rogue.url(HOST))
        assert [row for row in rogue.log() if row["operation"] == "PKIOperation"] == []
    assert device.identity() == before and device.pem() == pem


def test_a_server_name_that_is_none_is_a_warning_and_the_set_boots(factory, tmp_path):
    answer = factory.copy(tmp_path).ok("--nic", "user,tftp-server-name=no host", "boot")
    assert [event["code"] for event in answer.named("warning")] == ["config"]
    assert [event["step"] for event in answer.named("boot")] == [1, 2, 4, 5]
