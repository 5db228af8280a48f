# What is frozen into VLE's image: the firmware, the port's module, this board's own.
include("../../firmware/manifest.py")
module("baremetal.py", base_path="../../firmware/port")
module("board.py")
