# The front door: the words people type. Meson does the building, tools/ the rest.

.PHONY: help setup build console run test lint format asan tsan fuzz hostile bench histories years screenshots docs clean

CONSOLE_FILES := $(shell find console -path console/node_modules -prune -o -path console/dist -prune -o -type f -print)
FUZZ_SECONDS ?= 60

help:
	@echo 'make run          a demo shop on http://127.0.0.1:8080'
	@echo 'make test         everything, as CI does'
	@echo 'make build        build/koi, with the console inside'
	@echo 'make lint format asan tsan fuzz hostile bench histories years screenshots docs clean'

setup:
	@tools/setup

build/build.ninja:
	@meson setup build -Dwerror=true >/dev/null || { meson setup build -Dwerror=true; exit 1; }

console/dist/index.html: $(CONSOLE_FILES)
	@cd console && npm run --silent build
	@touch $@

console: setup
	@$(MAKE) -s console/dist/index.html

build: console
	@$(MAKE) -s build/build.ninja
	@ninja -C build --quiet

run: build
	@tools/run

test: build
	@tools/test-all

lint: build
	@tools/test-all lint docs

format: setup
	@tools/format

asan: setup
	@tools/sanitized build-asan address,undefined

tsan: setup
	@tools/sanitized build-tsan thread

fuzz: setup
	@tools/fuzz $(FUZZ_SECONDS)

hostile: build
	@HOSTILE_SEED=$${HOSTILE_SEED:-$$(date +%s)} HOSTILE_SECONDS=$${HOSTILE_SECONDS:-600} KILL_ROUNDS=$${KILL_ROUNDS:-10} RIGHTS=all \
		EDGES=$${EDGES:-100} CROWD_SECONDS=$${CROWD_SECONDS:-15} LOYAL_ROUNDS=$${LOYAL_ROUNDS:-10} node tests/api/run.mjs

histories: build
	@LEDGER_RUNS=$${LEDGER_RUNS:-10000} tools/with-postgres sh -c 'env -u TEST_PG build/tests/unit/ledger_model_test && build/tests/unit/ledger_model_test'

years: build
	@YEARS_MEMBERS=$${YEARS_MEMBERS:-5000} YEARS_DAYS=$${YEARS_DAYS:-1095} TEST_TEXT=1 build/tests/years/years_test

bench: build
	@bench/run

screenshots: build
	@tests/e2e/screenshots

docs: build
	@tools/docs

clean:
	rm -rf build build-asan build-tsan build-fuzz build-clang console/dist
