# What is frozen into the image: the firmware, the STM32 boards' module, this board's own.
include("../../firmware/manifest.py")
module("stm32port.py", base_path="../../firmware/port/stm32")
module("provision.py", base_path="../../firmware/port/rp2")
package("keystore", files=("factory.py",), base_path="../../firmware")
module("board.py")
