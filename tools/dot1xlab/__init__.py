"""An 802.1X lab on one machine: a bridge with a gate, hostapd before it, a SCEP server behind it.

For tools/dot1x, `make demo-8021x` and host_tests/peers; in a network namespace of its own.
"""
