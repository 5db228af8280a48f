"""The matrix: every operation of a set at every server profile, and every fault of a server."""
