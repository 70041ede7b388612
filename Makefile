# What CI runs after the tests. `make` prints what there is.
TOOLS := bin/golangci-lint bin/govulncheck

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | column -t -s "$$(printf '\t')"

test: ## every test, with the race detector
	go test -race ./...

check: tidy generated portable lint vuln ## everything but the tests

lint: bin/golangci-lint ## golangci-lint, pinned in tools/go.mod
	bin/golangci-lint run ./...

tidy: ## go.mod and go.sum hold what the code needs and no more
	go mod tidy -diff

generated: ## generated files are up to date
	go generate ./...
	@git diff --exit-code -- docs || { echo 'generated files are stale: commit what "make generated" changed'; exit 1; }

portable: ## builds without cgo, and for the other systems people run it on
	CGO_ENABLED=0 go build ./...
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build ./...
	CGO_ENABLED=0 GOOS=windows go build ./...

vuln: bin/govulncheck ## known vulnerabilities, where their database can be reached
	.ci/vuln bin/govulncheck

bench: ## the absolute figures of docs/performance.md
	go test -run '^$$' -bench . -benchmem ./...

$(TOOLS): tools/go.mod tools/go.sum
	cd tools && go build -o ../bin/ tool
	@touch $(TOOLS)

.PHONY: help test check lint tidy generated portable vuln bench
