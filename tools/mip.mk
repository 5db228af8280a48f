# The library packages for MicroPython boards whose firmware is not ours.

mip: venv-check ## packages of scep and keystore for `mpremote mip install`, in build/mip
	@tools/mip

.PHONY: mip
