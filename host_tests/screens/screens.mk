# The menus' pictures. The golden sheets beside this file are drawn without an emulator:
# `make golden-screens` draws them anew; look at them before they are committed.

screenshots: packages-check venv-check scep-servers core-host NOE ## photograph the NOE set and its panel into boards/NOE/screens
	@$(PYTHON) host_tests/screens/shoot.py
	@$(PYTHON) host_tests/screens/shoot_panel.py

golden-screens: venv-test core-host UNIX ## draw the sheets anew that the menus' screens are held to
	@PYTHONPATH=firmware:host_tests:build/host $(PYTHON) -m host_tests.test_mmi_lcd

.PHONY: screenshots golden-screens
