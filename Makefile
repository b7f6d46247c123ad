# `make` alone explains the verbs. PYTHON names the interpreter that makes .venv.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
INSTALLED := .venv/installed
BUILD := $(BIN)/python book/_ext/build_book.py
PAGES := tests/test_book.py tests/test_browser.py tests/test_explorer.py

.DEFAULT_GOAL := help
.PHONY: help book test audit bench lint serve clean

help:
	@echo "make book    build the book into _build/html (the first call installs what it needs into .venv)"
	@echo "make test    lint, unit tests, a clean build of the book, and its pages tried in a browser"
	@echo "make audit   what takes minutes to check (VGGVIZ_TINY_IMAGENET=zip for the data set's part)"
	@echo "make bench   the library beside its peers: says first how long it takes and what it installs"
	@echo "             (PART=\"extraction grad_cam\" for a part, which is not kept for the book)"
	@echo "make lint    ruff and mypy"
	@echo "make serve   the built book at http://localhost:$(PORT) (PORT=... for another)"
	@echo "make clean   remove the built book and the caches; .venv and node_modules stay"
	@echo
	@echo "PYTHON=python3.12 make book            another Python, 3.11 to 3.13"
	@echo "VGGVIZ_IMAGE=photo.jpg make book       the whole book about your photograph"
	@echo "VGGVIZ_WEIGHTS=weights.h5 make book    the whole book about your weights"
	@echo "VGGVIZ_REPOSITORY=me/fork make book    where its buttons lead, if not to git's origin; #branch may follow"
	@echo "VGGVIZ_SITE=https://... make book      where it will be published, if not on GitHub Pages"

book: $(INSTALLED)
	@$(BUILD)

test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PAGES:%=--ignore=%)
	$(BUILD) --fresh
	$(BIN)/python -m pytest $(PAGES)

audit: $(INSTALLED)
	$(BIN)/python -m pytest -m audit --log-cli-level=INFO tests/test_claims.py

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks --no-book $(PART)

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

serve:
	@test -f _build/html/index.html || { echo "There is no book yet: run 'make book' first."; exit 1; }
	$(PYTHON) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

clean:
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache

# The stamp is written last, so an interrupted installation is taken up again.
$(INSTALLED): requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -r requirements.txt
	@touch $@
