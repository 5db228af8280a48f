# What is frozen into the image: the firmware, the rp2 boards' module, this board's own.
include("../../firmware/manifest.py")
module("rp2port.py", base_path="../../firmware/port/rp2")
module("ssd1306.py", base_path="../../firmware/port/rp2")
# A board that is born over its own line writes its factory sector itself.
module("provision.py", base_path="../../firmware/port/rp2")
package("keystore", files=("factory.py",), base_path="../../firmware")
module("board.py")
