# What CI runs after the tests. `make` prints what there is.
TOOLS := bin/deadcode bin/golangci-lint bin/govulncheck

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | column -t -s "$$(printf '\t')"

test: ## every test, with the race detector
	go test -race ./...

check: tidy generated portable lint deadcode figures rules e2e e2e-real packages-check vuln ## everything but the tests

lint: bin/golangci-lint ## golangci-lint, pinned in tools/go.mod, over the modules that hold code
	bin/golangci-lint run ./...
	cd e2e && ../bin/golangci-lint run --build-tags real ./...
	cd tools/release && ../../bin/golangci-lint run ./...

mutants: bin/promtool ## nine in ten of the mistakes in internal/mutants make a test fail; half an hour
	go run ./internal/mutants

deadcode: bin/deadcode ## every function is used by the program or by a test of its own package
	.ci/deadcode bin/deadcode

tidy: ## go.mod and go.sum hold what the code needs and no more
	go mod tidy -diff
	cd e2e && go mod tidy -diff
	cd tools/release && go mod tidy -diff

generated: ## generated files are up to date
	go generate ./...
	@git diff --exit-code -- docs alerts dashboards || \
		{ echo 'generated files are stale: commit what "make generated" changed'; exit 1; }

figures: ## the long runs in simulated time that the race detector is too slow for; the demo's first minutes in real time
	go test ./prober ./internal/simulator
	go test -run 'DayOfFaults|OneOfAThousand' ./cmd/firsttoken
	FIRSTTOKEN_REAL_TIME=1 go test -count=1 -v -run 'Demo(Stopwatch|SecondMinute)' ./cmd/firsttoken

portable: ## builds without cgo, and for the other systems people run it on
	CGO_ENABLED=0 go build ./...
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build ./...
	CGO_ENABLED=0 GOOS=windows go build ./...

packages: ## archives, deb, rpm, Homebrew formula and checksums of this commit, in dist/
	cd tools/release && go run .

packages-check: ## two builds are the same to the byte; the deb's unit is hardened, starts, reloads and stops
	.ci/packages

pictures: ## the terminal and the page of the README, of five minutes of the demo; needs Chromium
	go run ./docs/pictures

rules: bin/promtool bin/pint ## alert rules: promtool, pint, and Prometheus 2.42 where it can be had
	.ci/rules bin/promtool bin/pint

e2e: ## rules against prober and simulator, on the real Prometheus libraries; e2e-long adds days and months
	cd e2e && go vet ./... && go test -count=1 -short -timeout 40m ./... # the test cache does not see files of the main module
	@.ci/debian >/dev/null || true # Debian's Alertmanager, where it can be had
	cd e2e && go test -count=1 -run TestPairs .

e2e-long:
	cd e2e && go test -count=1 -timeout 60m ./...

e2e-real: ## against llama.cpp, LiteLLM, nginx and the official packages' types, where Python is at hand
	.ci/e2e-real

check-gpu: ## GPU telemetry on the NVIDIA GPUs of this machine; fails where there are none
	FIRSTTOKEN_CHECK_GPU=1 go test -count=1 -v -run TestRealGPU ./exporter/dcgm

vuln: bin/govulncheck ## known vulnerabilities, where their database can be reached
	.ci/vuln bin/govulncheck

bench: ## the absolute figures of docs/performance.md
	go test -run '^$$' -bench . -benchmem ./...

bench-truth: ## how far measurements are off and what they cost, also with large bodies, beside a raw epoll and a Python client
	go run ./internal/benchtruth

$(TOOLS): tools/go.mod tools/go.sum
	cd tools && go build -o ../bin/ tool
	@touch $(TOOLS)

bin/promtool: tools/promtool/go.mod tools/promtool/go.sum # without service discovery: it only reads files here
	cd tools/promtool && go build -tags remove_all_sd -o ../../bin/ tool
	@touch $@

bin/pint: tools/pint/go.mod tools/pint/go.sum
	cd tools/pint && go build -o ../../bin/ tool
	@touch $@

.PHONY: help test check lint mutants deadcode tidy generated portable figures rules e2e e2e-long e2e-real
.PHONY: check-gpu vuln bench bench-truth packages packages-check pictures
