# Everything a person or a machine does here. Setup installs what is missing from Debian's packages.
.DEFAULT_GOAL := help
.PHONY: help web run test check demo bench bench-mls mutation format wasm fuzz nightly sanitize interop mls-client clean build-release
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 20
SKIP ?=
export JOBS FUZZ_SECONDS SKIP

help:
	@echo 'make run      start a relay on 127.0.0.1:7333 and show how to use it'
	@echo 'make web      the web client, into web/dist (its engine, then its pages)'
	@echo 'make demo     three people, one relay, one crash, one message that burns'
	@echo 'make check    build, unit tests, house rules, a few simulated seeds (minutes)'
	@echo 'make test     everything, sanitizers, fuzzing and WebAssembly too (under an hour);'
	@echo '              SKIP="wasm web fuzz sanitize" leaves lanes out'
	@echo 'make sanitize, make fuzz, make wasm, make interop     one lane of make test'
	@echo 'make nightly  make test with more seeds and longer fuzzing'
	@echo 'make mutation  takes the checks of MLS out one by one; a test has to notice each'
	@echo 'make mls-client       a client for the MLS working group'\''s interop harness'
	@echo 'make bench-mls  MLS beside other implementations; writes docs/benchmarks.md'
	@echo 'make bench, make format, make clean'

# The programs, without tests: what a host needs.
build-release:
	@tools/setup.sh build
	@tools/build.sh release apps/all

# Built before the programs, mayfly-relay carries it and serves it.
web:
	@tools/setup.sh build wasm web
	@tools/web.sh

# The relay has the web client in it, if that can be built here: npm needs its registry.
run:
	@tools/setup.sh build
	@tools/setup.sh wasm web && tools/web.sh || \
	    echo 'run: no web client this time; the relay serves everything else'
	@tools/build.sh release apps/all
	@exec tools/run.sh build/release/bin

demo: build-release
	@tools/setup.sh test
	@exec tools/demo.sh build/release/bin

check:
	@tools/setup.sh build test
	@python3 tools/run_stages.py check

test:
	@tools/setup.sh build test format
	@python3 tools/run_stages.py test

nightly:
	@tools/setup.sh build test format
	@python3 tools/run_stages.py nightly

sanitize fuzz wasm interop:
	@tools/setup.sh build test
	@python3 tools/run_stages.py $@

# Takes the checks of MLS out one by one: docs/spec/mls-checks.md. Half an hour.
mutation:
	@tools/setup.sh build test
	@python3 tests/mutation/mls_checks.py

mls-client:
	@tools/setup.sh build grpc
	@tools/build.sh release mls-client
	@echo 'build/release/bin/mls-client --help'

bench:
	@tools/setup.sh build test bench
	@tools/build.sh bench bench/all
	@exec tools/bench.sh build/bench

bench-mls:
	@tools/setup.sh build test bench interop
	@tools/build.sh bench mls_bench crypto_bench
	@python3 tools/bench_mls.py build/bench

format:
	@tools/setup.sh format
	@python3 tests/tidy/tidy.py --list-sources | xargs clang-format-14 -i

clean:
	rm -rf build
