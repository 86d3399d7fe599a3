# Search Highlights. `make run` and `make test` are all a new machine needs; `make help` lists the rest.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The one release graph, shared by `make run` and the benchmarks, and the one debug graph of the tests.
RELEASE := -c release --static-swift-stdlib -j 2
DEBUG := -j 2
BIN := .build/release
# Real searches beside the checkout; any folder of the same form.
DATA ?= ../shared/data

.PHONY: help setup setup-test build run test lint format protocols llm bench-kafka bench-worker bench-limits bench-load bench-lookup bench-replay bench-observability test-replay test-page simulate-limits evaluate fuzz-replies test-crash test-faults test-litellm check-deploy test-deploy

help: ## Lists the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: ## Installs the Debian packages that building and running need.
	@Deploy/setup.sh run

setup-test: ## The same, and what the tests need.
	@Deploy/setup.sh test

build: setup ## Builds the release binary, .build/release/highlights.
	swift build $(RELEASE) --product highlights

run: build ## Writes highlights for the sample searches in one process, then serves the page until Ctrl-C.
	@$(BIN)/highlights up --serve

test: setup-test lint ## Builds the debug graph and runs every test.
	swift build --build-tests $(DEBUG)
	swift test --skip-build $(DEBUG)

lint: ## swift format, strict.
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

format: ## Formats all Swift code in place.
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

protocols: ## Generates Swift from Protocols/ anew.
	Protocols/generate.sh

llm: ## Starts a real small model, SmolLM2-135M, behind an OpenAI-compatible server.
	@Deploy/setup.sh llm
	@Deploy/llm/run.sh

bench-kafka: setup ## Compares the Kafka client with the same in C.
	swift build $(RELEASE) --product KafkaBenchmark
	$(BIN)/KafkaBenchmark

bench-worker: setup-test ## Measures one worker process against a slow gateway.
	swift build $(RELEASE) --product WorkerBenchmark
	$(BIN)/WorkerBenchmark

bench-limits: setup-test ## Measures a fleet's limits, an outage and a budget with real processes.
	swift build $(RELEASE) --product highlights
	swift build $(RELEASE) --product LimitsBenchmark
	$(BIN)/LimitsBenchmark

bench-load: setup-test ## What highlights plan predicts, beside runs of real workers.
	swift build $(RELEASE) --product highlights
	swift build $(RELEASE) --product LoadBenchmark
	$(BIN)/LoadBenchmark

bench-lookup: setup-test ## Look-ups, store writes and a miss, beside the least they could take.
	@Deploy/setup.sh bench
	swift build $(RELEASE) --product highlights
	swift build $(RELEASE) --product LookupBenchmark
	$(BIN)/LookupBenchmark

bench-replay: setup-test ## A replay beside the same in C and beside people's searches; its memory.
	swift build $(RELEASE) --product highlights
	swift build $(RELEASE) --product ReplayBenchmark
	$(BIN)/ReplayBenchmark replay
	$(BIN)/ReplayBenchmark interactive

bench-observability: setup-test ## What a worker loses by being observed.
	swift build $(RELEASE) --product ObservabilityBenchmark
	$(BIN)/ObservabilityBenchmark

test-replay: setup-test ## Kills a replay three times: exactly the right messages come out.
	swift build $(RELEASE) --product ReplayBenchmark
	$(BIN)/ReplayBenchmark exact
	$(BIN)/ReplayBenchmark exact --traffic

test-page: build ## The page in Chromium and the API against its description (installs 260 MB at first).
	@Deploy/setup.sh page
	@Tests/Page/page.sh $(BIN)/highlights

simulate-limits: setup-test ## Fleets of rate limiters on a virtual clock: used of a limit, refusals.
	swift build $(RELEASE) --product LimitSimulator
	$(BIN)/LimitSimulator

evaluate: setup-test ## What is published, judged from outside: grounding, liars, injections. DATA=DIR.
	swift build $(RELEASE) --product highlights
	swift build $(RELEASE) --product PublishedChecker
	swift build $(RELEASE) --product EvaluationProof
	$(BIN)/EvaluationProof --data "$(DATA)"

fuzz-replies: setup ## A million random model replies through parser and verifier.
	swift build $(RELEASE) --product FuzzReplies
	$(BIN)/FuzzReplies

test-crash: setup-test ## Kills a worker 20 times: nothing lost, little done twice.
	swift build $(RELEASE) --product CrashTest
	$(BIN)/CrashTest

test-faults: setup-test ## Restarts, slow and stuck calls, revocation, an outage, in full length.
	swift build $(RELEASE) --product FaultTest
	$(BIN)/FaultTest

check-deploy: ## Checks everything under Deploy/ without Docker or a cluster.
	@Deploy/setup.sh deploy
	@Deploy/check.sh

test-deploy: setup-test build ## Starts what compose and the units start, without either; a real Prometheus over it.
	@Deploy/setup.sh deploy
	@Tests/Deploy/check-catches.sh
	@Tests/Deploy/without-docker.sh
	@Tests/Deploy/prometheus.sh

test-litellm: setup-test build ## Asks through LiteLLM's proxy, which it installs at first (560 MB).
	@Tests/Support/litellm.sh $(BIN)/highlights
