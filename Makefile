# Each target is also `python3 dev.py NAME`, which needs no make. `make help` lists them.
PYTHON ?= python3
TARGETS := run test check bench lock demo screenshots clean help

.PHONY: $(TARGETS)
.DEFAULT_GOAL := help

$(TARGETS):
	@$(PYTHON) dev.py $@ $(ARGS)
