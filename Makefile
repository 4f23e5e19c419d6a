SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

include internal/tools/versions.mk

BIN       := $(CURDIR)/.bin
RELEASE   := -trimpath -ldflags "-s -w"
GENERATED := completions docs/cli docs/rules.md docs/errors.md docs/settings.md CHANGELOG.md internal/tools/go.mod internal/tools/go.sum
PLATFORMS := windows/amd64 darwin/arm64 linux/arm64
MAX_BYTES := 45000000
FUZZTIME  ?= 30s
BENCH     ?= .

export CGO_ENABLED := 0

.PHONY: help build check gen fix bench fuzz interop snapshot release man clean
.PHONY: check-format check-vet check-lint check-deadcode check-generated check-workflows check-test check-fuzz check-vulns check-platforms check-size

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## build ./symbi-ctl as it is released
	go build $(RELEASE) -o symbi-ctl .

# In this order: what is quick and fails often comes first.
check: check-format check-vet check-lint check-deadcode check-generated check-workflows check-test check-fuzz check-vulns check-platforms check-size interop ## everything that CI checks
	@echo "check: everything passed"

check-format: $(BIN)/golangci-lint ## gofumpt and goimports have nothing to change
	$(BIN)/golangci-lint fmt --diff

check-vet: ## go vet, in both modules
	go vet -tags interop ./...
	cd internal/tools && go vet ./...

check-lint: $(BIN)/golangci-lint ## golangci-lint, in both modules
	$(BIN)/golangci-lint config verify
	$(BIN)/golangci-lint run
	cd internal/tools && $(BIN)/golangci-lint run

check-deadcode: $(BIN)/deadcode ## no function is unreachable from main and the tests
	@dead=$$($(BIN)/deadcode -test ./...); if [ -n "$$dead" ]; then echo "$$dead"; exit 1; fi

check-generated: gen ## what is generated is what is committed
	@changed=$$(git status --porcelain -- $(GENERATED)); if [ -n "$$changed" ]; then \
	  echo "$$changed"; git --no-pager diff --stat -- $(GENERATED); \
	  echo "generated files differ from what is committed: run make gen and commit the result"; exit 1; fi

check-workflows: $(BIN)/actionlint ## the GitHub workflows and shell scripts are sound
	$(BIN)/actionlint
	@if command -v shellcheck >/dev/null; then shellcheck .ci/*; else echo "shellcheck: skipped, it is not installed"; fi

# Package cmd is left out: its scripts start the program some thousand times, ten
# times slower with the detector. What runs at once is in the packages below it;
# all tests run whole without the detector before.
check-test: ## tests with the race detector
	CGO_ENABLED=1 go test -race -short -timeout 20m $$(go list ./... | grep -v '/cmd$$')
	cd internal/tools && go test ./...

check-fuzz: ## every fuzz target, on its seeds and a few inputs more; make fuzz searches
	.ci/fuzz 10x

check-vulns: $(BIN)/govulncheck ## known vulnerabilities, from the database that GOVULNDB names
	@if [ -z "$${GOVULNDB:-}" ]; then echo "govulncheck: skipped, GOVULNDB names no folder with the database (or its address)"; \
	elif [ -d "$$GOVULNDB" ]; then $(BIN)/govulncheck -db "file://$$(cd "$$GOVULNDB" && pwd)" ./...; \
	else $(BIN)/govulncheck -db "$$GOVULNDB" ./...; fi

check-platforms: ## the program builds for the platforms it is released for
	@for p in $(PLATFORMS); do echo "build for $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} go build -o /dev/null ./...; done

check-size: ## the stripped program is at most 45 MB
	@mkdir -p $(BIN) && go build $(RELEASE) -o $(BIN)/symbi-ctl .
	@size=$$(wc -c <$(BIN)/symbi-ctl); echo "symbi-ctl: $$size bytes, at most $(MAX_BYTES)"; [ "$$size" -le $(MAX_BYTES) ]

gen: ## write completions, docs/cli, docs/rules.md, docs/errors.md, docs/settings.md, CHANGELOG.md
	cd internal/tools && go mod tidy && go run ./gen -root ../..

fix: $(BIN)/golangci-lint ## format, and apply the fixes that the linters know
	$(BIN)/golangci-lint fmt
	$(BIN)/golangci-lint run --fix

bench: ## all benchmarks; BENCH=pattern chooses
	go test -tags bench -count=1 -v -run TestBench ./test/bench
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

fuzz: ## every fuzz target for FUZZTIME, 30s unless told
	.ci/fuzz $(FUZZTIME)

interop: ## against real peers: needs python3 with venv, cargo for the genuine runtime, and the package registries
	go test -tags interop -count=1 -v -timeout 30m ./test/interop/...

snapshot: $(BIN)/goreleaser $(BIN)/cyclonedx-gomod ## release archives and packages into ./dist, unpublished
	PATH="$(BIN):$$PATH" goreleaser release --snapshot --clean --skip=publish

release: $(BIN)/goreleaser $(BIN)/cyclonedx-gomod ## publish the tag that is checked out; CI runs this
	PATH="$(BIN):$$PATH" goreleaser release --clean

man: ## write the manual pages into ./man
	cd internal/tools && go run ./gen -man ../../man

clean: ## remove what the other targets made
	rm -rf $(BIN) dist man symbi-ctl symbi-ctl.exe

# One stamp a tool: a changed version installs it anew.
define tool
$(BIN)/$(1): internal/tools/versions.mk
	GOBIN=$(BIN) go install -trimpath -ldflags "-s -w" $(2)
	@touch $$@
endef
$(eval $(call tool,golangci-lint,$(GOLANGCI_LINT)))
$(eval $(call tool,deadcode,$(DEADCODE)))
$(eval $(call tool,govulncheck,$(GOVULNCHECK)))
$(eval $(call tool,actionlint,$(ACTIONLINT)))
$(eval $(call tool,goreleaser,$(GORELEASER)))
$(eval $(call tool,cyclonedx-gomod,$(CYCLONEDX_GOMOD)))
