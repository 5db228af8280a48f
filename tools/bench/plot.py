"""Draw build/bench.json: RSA on the ARM926 beside its peers. By `make bench-plot`, for the README.

Bars are executed instructions; key generation of a single key scatters by half its mean, so ours
stands at its expected number of candidates and every bar shows its standard error.
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

PANELS = (("private", 2048), ("private", 4096), ("keygen", 2048))
TITLES = {
    ("private", 2048): "RSA-2048 private operation",
    ("private", 4096): "RSA-4096 private operation",
    ("keygen", 2048): "RSA-2048 key generation",
}
NAMES = {
    "microscep": "microscep",
    "bearssl-i31": "BearSSL i31",
    "mbedtls": "mbedTLS",
    "wolfssl": "wolfSSL (assembly)",
    "nettle": "nettle",
    "openssl": "OpenSSL",
}
OURS, OTHERS, TEXT = "#1668b5", "#9fb0c3", "#1d2939"


def bars(rows, operation, bits):
    """Return [(library, millions of instructions, standard error or 0)], fewest first."""
    found = []
    for row in rows:
        key = (row["operation"], row["bits"], row["target"])
        if key == (operation, bits, "arm926") and row["library"] in NAMES:
            count = row.get("normalised") or row["instructions"]
            found.append((row["library"], count / 1e6, (row.get("stderr") or 0) / 1e6))
    return sorted(found, key=lambda bar: bar[1])


def draw(rows, path):
    """Draw one panel an operation, side by side, into a PNG."""
    plt.rcParams.update({"font.size": 9, "text.color": TEXT, "axes.labelcolor": TEXT})
    figure, axes = plt.subplots(1, len(PANELS), figsize=(11, 2.6), dpi=110)
    for axis, panel in zip(axes, PANELS, strict=True):
        found = bars(rows, *panel)
        places = range(len(found))
        colours = [OURS if name == "microscep" else OTHERS for name, _, _ in found]
        errors = [error for _, _, error in found]
        axis.barh(places, [count for _, count, _ in found], xerr=errors, color=colours,
                  ecolor=TEXT, height=0.7)  # fmt: skip
        most = max((count + error for _, count, error in found), default=1)
        for place, (_, count, error) in zip(places, found, strict=True):
            figures = f"{count:,.1f}" if count < 100 else f"{count:,.0f}"
            axis.text(count + error + most * 0.02, place, figures, va="center")
        axis.set_yticks(places, [NAMES[name] for name, _, _ in found])
        axis.invert_yaxis()
        axis.set_xlim(0, most * 1.2)
        axis.set_title(TITLES[panel], fontsize=10, loc="left", fontweight="bold")
        axis.set_xlabel("million instructions, ARM926")
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})


def main(arguments):
    """Draw the file named first (default build/bench.json) into the file named second."""
    source, target = [*arguments, *("build/bench.json", "build/bench.png")[len(arguments) :]]
    with open(source, encoding="utf-8") as stream:
        draw(json.load(stream), target)


if __name__ == "__main__":
    main(sys.argv[1:])
