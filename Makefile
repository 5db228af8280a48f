# microscep: entry points. `make help` lists them; each room of the tree brings its own targets.

.DEFAULT_GOAL := $(if $(BOARD),board,help)

include boards/boards.mk
-include firmware/core/core.mk host_tests/tests.mk $(wildcard tools/*.mk tools/*/*.mk)

help: ## this list
	@echo "make BOARD=NAME    build a board: $(BOARDS)"
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort | \
		while IFS="	" read -r name text; do printf '%-18s %s\n' "make $$name" "$$text"; done

.PHONY: help
