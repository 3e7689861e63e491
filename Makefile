# Everything a developer or a user does here. `make help` lists it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
ONLY   ?=

.DEFAULT_GOAL := help
.PHONY: help setup run desk test check lab bench bench-desk docs lock pack pack-check wincheck clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.user: requirements.txt pyproject.toml packaging/make_venv.py
	@$(PYTHON) packaging/make_venv.py $(VENV) requirements.txt >&2
	@touch $@

$(VENV)/.desk: $(VENV)/.user requirements-desk.txt
	@$(PYTHON) packaging/make_venv.py $(VENV) requirements-desk.txt >&2
	@touch $@

$(VENV)/.developer: $(VENV)/.user requirements-dev.txt
	@$(PYTHON) packaging/make_venv.py $(VENV) requirements-dev.txt >&2
	@touch $@

setup: $(VENV)/.user  ## install into .venv (the command is .venv/bin/cpe-agent) and run nothing

run: $(VENV)/.user  ## diagnose this computer now; pass more with ARGS="--json"
	@status=0; $(BIN)/cpe-agent run $(ARGS) || status=$$?; \
	echo "exit status $$status (0 healthy, 1 fault named, 3 inconclusive)" >&2; \
	case $$status in 0|1|3) exit 0;; *) exit $$status;; esac

desk: $(VENV)/.desk  ## start the support desk on this computer; pass more with ARGS="--demo"
	@$(BIN)/cpe-agent desk serve $(ARGS)

test: $(VENV)/.developer check  ## every check and test; as root also twenty broken homes (all of them: make lab)
	@$(PYTHON) packaging/debian_packages.py tests/lab/packages.txt
	@$(BIN)/python -m tests $(ARGS)

check: $(VENV)/.developer  ## style, types, generated documents are current
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m docs.generate --check

lab: $(VENV)/.developer  ## break a home in network namespaces, every way, and judge each (root); ONLY=name for one
	@$(PYTHON) packaging/debian_packages.py tests/lab/packages.txt
	@$(BIN)/python -m tests.lab run $(ONLY)

bench: $(VENV)/.developer  ## seconds to the verdict beside the bare-Python floor, in the lab (root)
	@$(PYTHON) packaging/debian_packages.py tests/lab/packages.txt
	@status=0; $(BIN)/python -m bench.run $(ARGS) || status=1; $(BIN)/python -m bench.page || status=1; \
	$(BIN)/python -m bench.packed || status=1; \
	unshare --net sh -c 'ip link set lo up && exec $(BIN)/python -m bench.paint $(BIN)/cpe-agent page --no-browser --no-history' \
	  || status=1; exit $$status

bench-desk: $(VENV)/.developer  ## the desk beside its engines' own speed; ARGS="--quick" in minutes (root, PostgreSQL)
	@$(PYTHON) packaging/debian_packages.py tests/lab/packages.txt
	@status=0; for part in desk_store desk_ingest desk_live; do $(BIN)/python -m bench.$$part $(ARGS) || status=1; done; \
	exit $$status

docs: $(VENV)/.developer  ## write the generated documents and the translations' files anew
	@$(BIN)/python -m docs.generate
	@$(BIN)/python -m docs.words

lock: $(VENV)/.developer  ## resolve the dependencies anew and write the hashed requirement files
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --extra raw --group build pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --extra raw --extra desk --group build -c requirements.txt pyproject.toml -o requirements-desk.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --all-extras --group build --group pack --group dev -c requirements-desk.txt pyproject.toml -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --group build --group pack -c requirements-dev.txt pyproject.toml -o requirements-pack.txt

$(VENV)/.pack: $(VENV)/.user requirements-pack.txt
	@$(PYTHON) packaging/make_venv.py $(VENV) requirements-pack.txt >&2
	@touch $@

pack: $(VENV)/.pack  ## the program for this system, packed into dist/; ARGS="--profile isp.toml --sign"
	@$(BIN)/python packaging/build.py $(ARGS)

pack-check: $(VENV)/.developer  ## everything about the packed program: its contents, two builds alike, twenty broken homes
	@$(PYTHON) packaging/debian_packages.py tests/lab/packages.txt
	@CPE_AGENT_PACK_CHECK=all $(BIN)/python -m pytest tests/pack $(ARGS)

wincheck: $(VENV)/.developer  ## pack for Windows under wine and run it and the Windows part of the suite there (root, a gigabyte)
	@$(BIN)/python packaging/pack_wine.py build/wine
	@$(BIN)/python packaging/wincheck.py $$(ls build/wine/cpe-agent.exe 2>/dev/null | sed 's/^/--program /') $(ARGS)

clean:  ## remove what the other targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
