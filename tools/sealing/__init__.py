"""Sealing secrets to sets: what an admin's machine does for `scep_psk_cms` and `identity_cms`."""
