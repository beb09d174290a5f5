# The media router. `make` lists what can be done.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

SWIFT ?= swift
ROUTES ?= routes.json
export SWIFT

.PHONY: help deps build run test soak lint check bench fuzz deb install deploy clean

PREFIX ?= /usr/local
DESTDIR ?=

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 16

deps: ## install what building and testing need (Debian packages, Python packages)
	@packaging/ensure-swift
	@packaging/ensure-packages test
	@packaging/ensure-python Tests/EndToEnd/requirements.txt

build: ## build the program: .build/release/router
	@packaging/ensure-swift
	@packaging/ensure-packages run
	$(SWIFT) build -c release --static-swift-stdlib --product router

run: build ## set up, build and run routes.json (another one: make run ROUTES=examples/two-rooms.json)
	exec .build/release/router run $(ROUTES)

test: deps build ## set up, build and run all tests
	Tests/run

soak: deps build ## all tests with full counts; takes hours
	SOAK=1 Tests/run

lint: ## check format, module rules and file sizes
	@packaging/ensure-swift
	@packaging/ensure-packages test
	Tests/lint

check: build ## check routes.json, the examples and every document shown in the docs
	@packaging/ensure-packages test
	/usr/bin/python3 Tests/EndToEnd/documents.py .build/release/router

bench: build ## measure beside the servers a user would otherwise run; rewrites docs/benchmarks.md
	@packaging/ensure-packages bench
	@packaging/ensure-python Tests/EndToEnd/requirements.txt Tests/Benchmarks/requirements.txt
	.build/venv/bin/python Tests/Benchmarks/run.py

fuzz: ## feed random input to the parsers for a fixed time (FUZZ_SECONDS per parser)
	@packaging/ensure-swift
	@packaging/ensure-packages run
	Tests/Fuzz/run.sh

deb: build ## build the Debian package .build/media-router_VERSION_ARCH.deb
	packaging/make-deb

install: build ## put the program into PREFIX (/usr/local); router service install makes it a service
	install -Dm755 .build/release/router $(DESTDIR)$(PREFIX)/bin/media-router

deploy: ## build the package and install it on another machine: make deploy HOST=pi@raspberry
	@[ -n "$(HOST)" ] || { echo "make deploy HOST=user@machine" >&2; exit 2; }
	$(MAKE) deb
	packaging/deploy "$(HOST)"

clean: ## forget everything that was built
	rm -rf .build
