# What a machine needs before anything is built: system packages and the virtual environment.

REQUIREMENTS = tools/requirements
# A machine's own pip constraints carry no hashes, and pip refuses to mix the two.
PIP = PIP_CONSTRAINT= PIP_DISABLE_PIP_VERSION_CHECK=1 $(VENV)/bin/python -m pip

packages-%:
	@tools/setup $*

venv: venv-test ## the Python environment of the tests, in build/venv (pinned, hashed)

# Which requirements a tier has: its own file, or that of the tests.
venv-demo: $(VENV)/.demo
venv-test venv-bench: $(VENV)/.test
venv-check venv-soak: $(VENV)/.check
venv-panel: $(VENV)/.panel
venv-fleet: $(VENV)/.fleet
venv-dev: $(VENV)/.dev ## the same with pre-commit and the tool that pins requirements

$(VENV)/.%: $(REQUIREMENTS)/%.txt
	@$(MAKE) packages-demo
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "python3 is older than 3.11" >&2; exit 1; }
	@test -x $(VENV)/bin/pip || { rm -rf $(VENV); mkdir -p build; python3 -m venv $(VENV); } || \
		{ rm -rf $(VENV); echo "python3 cannot make a virtual environment" >&2; exit 1; }
	@echo "build/venv: installing $<"
	@$(PIP) install -q --require-hashes -r $< 2> build/pip.log || \
		{ grep -v '^WARNING' build/pip.log | tail -n 5; echo "pip could not install $<" >&2; exit 1; }
	@touch $@

requirements: venv-dev ## pin the Python requirements anew, with hashes
	@cd $(REQUIREMENTS) && for tier in dev release panel fleet check test demo; do \
		UV_CUSTOM_COMPILE_COMMAND="make requirements" $(CURDIR)/$(VENV)/bin/uv pip compile \
			--quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-annotate -c dev.txt $$tier.in -o $$tier.txt || exit 1; done

.PHONY: venv venv-demo venv-test venv-panel venv-fleet venv-check venv-soak venv-bench venv-dev requirements
