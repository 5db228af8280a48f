# The emulator of the RP2040 boards: rp2040js from npm (locked), the boot ROM from PyPI (locked).
# Node is told to keep links: it finds node_modules beside them.

EMULATOR = build/rp2/emulator
EMULATOR_FILES = $(wildcard tools/rp2040/*.mjs)

CHECK_NEEDS += rp2040-emulator

rp2040-emulator: build/rp2/bootrom.bin $(EMULATOR)/node_modules/.installed ## what runs the RP2040 images
	@for file in $(notdir $(EMULATOR_FILES)); do \
		ln -sfn $(CURDIR)/tools/rp2040/$$file $(EMULATOR)/$$file; done

build/rp2/bootrom.bin: tools/rp2040/bootrom.py | venv-check
	@mkdir -p $(@D)
	@$(PYTHON) tools/rp2040/bootrom.py $@

$(EMULATOR)/node_modules/.installed: tools/rp2040/package.json tools/rp2040/package-lock.json
	@command -v npm > /dev/null || tools/setup npm
	@mkdir -p $(EMULATOR)
	@cp $^ $(EMULATOR)/
	@cd $(EMULATOR) && npm ci --silent --no-audit --no-fund
	@touch $@

.PHONY: rp2040-emulator
