"""FAULTS.md, 'Configuration, boot services, upgrade', item by item: which test proves it."""

from pathlib import Path

HERE = Path(__file__).parent
# (item, file, the beginning of a test's name)
PROVEN = (
    ("rogue DHCP", "emulator/test_noe_dhcp.py", "test_a_rogue_dhcp_server_with_file_and_ca"),
    ("rogue DHCP", "emulator/test_noe_dhcp.py", "test_a_server_name_that_is_none_is_a_warning"),
    (
        "rogue TFTP, DM, SNTP, call server",
        "test_life_hostile.py",
        "test_a_rogue_service_takes_no_identity",
    ),
    ("rogue file and CA", "test_life_acceptance.py", "test_a_rogue_file_with_its_own_ca"),
    (
        "scep_action_id replayed, backward",
        "test_life_hostile.py",
        "test_an_order_is_carried_out_once_and_never",
    ),
    ("reload storm", "test_life_reload.py", "test_a_thousand_reloads_a_second_are_one"),
    ("1 MB file", "test_setctl_boot.py", "test_a_bad_file_is_a_warning_and_the_set_boots"),
    ("1 MB file", "test_boot_services.py", "test_tftp_refuses_a_file_that_announces_too_much"),
    (
        "NUL, CR, BOM, UTF-16, twice, cut",
        "test_life_hostile.py",
        "test_a_file_changes_what_it_says_rightly",
    ),
    ("TFTP duplicate, lost, foreign port", "test_boot_services.py", "test_tftp_survives_a_server"),
    ("TFTP unasked OACK", "test_boot_services.py", "test_tftp_gives_up_with_a_code"),
    ("512, 1,024 bytes", "test_boot_services.py", "test_tftp_reads_files_of_every_edge_size"),
    ("time far off", "test_life_acceptance.py", "test_a_clock_of_2076_for_a_minute"),
    (
        "time far off",
        "test_life_hostile.py",
        "test_a_renewal_under_a_clock_far_ahead_does_not_bind",
    ),
    ("renewal accepted, answer lost", "test_life_lost_answer.py", "test_a_granted_renewal_is"),
    ("the same, power cut", "emulator/test_noe_kills.py", "test_killed_renewals_leave_a_working"),
    ("previous format", "test_keystore_golden.py", "test_"),
    ("image downgrade", "test_keystore_faults.py", "test_a_newer_format_version_is_refused"),
    (
        "MAC missing",
        "test_life_hostile.py",
        "test_a_set_without_a_mac_boots_and_says_what_its_subject_lacks",
    ),
    ("parsers", "fuzz/fuzz_lanpbx.py", "check"),
    ("parsers", "fuzz/fuzz_dm.py", "check"),
    ("parsers", "fuzz/fuzz_tftp.py", "check"),
    ("parsers", "fuzz/fuzz_sntp.py", "check"),
    ("parsers", "fuzz/fuzz_callsession.py", "check"),
    ("parsers", "fuzz/fuzz_dhcp.py", "check"),
)


def test_every_item_of_the_list_has_a_test():
    for item, file, name in PROVEN:
        text = (HERE / file).read_text()
        assert f"\ndef {name}" in text, (item, file, name)
