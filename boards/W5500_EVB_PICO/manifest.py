# What is frozen into the image: the firmware, the rp2 boards' module, this board's own.
include("../../firmware/manifest.py")
module("rp2port.py", base_path="../../firmware/port/rp2")
module("board.py")
