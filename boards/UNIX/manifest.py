# What is frozen into the UNIX board's image: the firmware, and this board's own module.
include("../../firmware/manifest.py", opt=0)
module("board.py")
