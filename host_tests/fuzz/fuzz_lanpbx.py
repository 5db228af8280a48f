"""Fuzz the reader of lanpbx.cfg and all that stands behind it: keys, values, PEM blocks."""

import config_file
import target

with target.instrumented():
    from phone import lanpbx


def check(data):
    config_file.check(lanpbx.Reader, data)


if __name__ == "__main__":
    target.run(check)
