# A release: every board's image, the host's wheel, and what they are made of.

release: tier-check venv-release ## images, wheel, licences, SBOM and SHA256SUMS in build/release
	@$(MAKE) -s build-quietly TARGETS="$(BOARDS)"
	@$(PYTHON) tools/release $(BOARDS)

venv-release: $(VENV)/.release

# A test makes a release, and must not need a network for it.
CHECK_NEEDS += venv-release

.PHONY: release venv-release
