"""Fuzz the reader of DM files: tags, attributes, entities; what it reads is put in force."""

import config_file
import target

with target.instrumented():
    from phone import dm


def check(data):
    config_file.check(dm.Reader, data)


if __name__ == "__main__":
    target.run(check)
