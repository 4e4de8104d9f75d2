# Every target is `python3 tools/dev.py TARGET`, which works without make as well.
PYTHON ?= python3
DEV = $(PYTHON) tools/dev.py

.PHONY: help demo demo-check test check doctor setup shell db bench torture clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile | expand -t 18
demo: ## start the demo city (SPEED=60 for a fast day, PORT=9000 for another port)
	@$(DEV) demo
demo-check: ## play the main story over HTTP on a database of its own
	@$(DEV) demo-check
test: ## run all tests, real PostgreSQL and real Chromium included
	@$(DEV) test $(ARGS)
check: ## ruff, mypy, the import contracts and the architecture tests
	@$(DEV) check
doctor: ## say what this machine has and what it lacks
	@$(DEV) doctor
setup: ## make everything ready without starting it
	@$(DEV) setup
shell: ## a Python prompt with a session on the demo's database
	@$(DEV) shell
db: ## PostgreSQL's own prompt on the demo's database
	@$(DEV) db
bench: ## measure the matcher and the pages
	@$(DEV) bench $(ARGS)
torture: ## prove the promises the long way (storms, kill -9, canaries) and print a report
	@$(DEV) torture $(ARGS)
clean: ## delete what the tools have made (the data under var/ stay)
	@$(DEV) clean
