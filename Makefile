# The few commands that people type. Everything real is in CMakePresets.json, tools/ and .ci/run.
.DEFAULT_GOAL := build
SHELL := bash
export PATH := $(CURDIR)/build/node/node_modules/.bin:$(PATH)

FUZZ_SECONDS ?= 20

.PHONY: run build web test lint analyse format bench fuzz asan tsan bootstrap clean

## run: build everything and watch the demo flight in the browser
run: build web
	@echo
	@echo "  Eyas is starting. Open  http://127.0.0.1:8080/  (Ctrl-C stops it)"
	@echo
	@exec build/release/eyas demo

## build: build/release/eyas, eyas-worker and eyas-bench
build:
	@tools/bootstrap build
	@tools/build release

## web: the page, into web/dist
web:
	@tools/bootstrap web
	@tools/build_web

## test: unit, simulation, interop and browser tests; the last line is the total
test:
	@tools/run_tests all

## lint: layout, include table, sizes, dead files, headers alone
lint:
	@tools/bootstrap build
	@tools/lint

## analyse: clang-tidy and cppcheck over what differs from ANALYSE_SINCE (main; empty: everything)
ANALYSE_SINCE ?= main
analyse:
	@tools/bootstrap build test
	@cmake --preset dev -Wno-dev >/dev/null
	@tools/analyse --since '$(ANALYSE_SINCE)'

## format: lay out all C++ files
format:
	@git ls-files '*.cc' '*.h' | xargs --no-run-if-empty clang-format-14 -i

## bench: measure against this machine's own limits; writes bench/RESULTS.md
bench: build
	@tools/bootstrap bench
	@bench/run

## fuzz: each fuzzer for FUZZ_SECONDS
fuzz:
	@tools/run_tests fuzz

## asan, tsan: unit and simulation tests under sanitizers
asan tsan:
	@tools/run_tests $@

clean:
	rm -rf build web/dist
