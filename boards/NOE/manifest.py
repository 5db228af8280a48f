# What is frozen into NOE's image: the firmware, and this board's own module.
include("../../firmware/manifest.py")
module("board.py")
