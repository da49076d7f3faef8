# Two commands do everything on a fresh machine: `make run` and `make test`.

CARGO ?= cargo
BINARY := target/release/kapelle
HOST = $(shell rustc -vV | sed -n 's/^host: //p')

.PHONY: run build ui run-examples seed-demo test check ui-check ui-e2e sim sim-defects crash power-cut storm http-storm bench services services-stop static image fuzz clean

## Serves the API and the web interface at http://127.0.0.1:8080, keeping everything in the folder `data`.
run: build
	$(BINARY) server local $(ARGS)

## The release binary with the web interface in it.
build: ui $(BINARY)

## The web interface. Without Node the program is built without it, and says so in the browser.
ui:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory ui/dist/index.html; \
	else echo "no web interface: it needs Node 20.19 or newer, and 'npm' is not on the PATH" >&2; fi

ui/dist/index.html: ui/node_modules/.package-lock.json $(shell find ui/src ui/scripts -type f) ui/index.html ui/vite.config.ts
	cd ui && npm run build

ui/node_modules/.package-lock.json: ui/package.json ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json

## What CI asks of the web interface: types, style, tests, sizes.
ui-check: ui/dist/index.html
	cd ui && npm run check && npm run size

## Scenarios and accessibility in a real browser, against the release binary; needs Chromium.
ui-e2e: build
	cd ui && KAPELLE=$(abspath $(BINARY)) npm run e2e

## Runs the example flows that need nobody else.
run-examples: $(BINARY)
	@for flow in hello branches concurrency dag foreach outputs parallel schedule subflow working-directory; do \
		echo "== examples/$$flow.yaml"; $(BINARY) run examples/$$flow.yaml --flows examples --memory || exit 1; \
	done
	$(BINARY) run examples/inputs.yaml --memory --input name=Ann --input day=2026-05-06
	! $(BINARY) run examples/errors.yaml --memory

## Fills the folder of the demo with a believable year, so that `kapelle demo` has something to show.
seed-demo: $(BINARY)
	$(BINARY) dev seed --scenario small --data kapelle-demo

## All tests. They need nothing but this folder and Rust.
test: need-cargo
	$(CARGO) test --workspace --locked

## What CI runs first: formatting, lints (warnings are errors), all tests.
check: need-cargo
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	$(CARGO) test --workspace --locked

## Real services on loopback, which more tests run against when they are there.
services:
	services/run start

services-stop:
	services/run stop

## Random flows in a world that fails in every way: after each step the invariants hold, and everything ends in the end.
sim: need-cargo
	$(CARGO) build --locked --profile sim -p kapelle-sim
	target/sim/kapelle-sim --seeds 10000 --time-box 90

## Puts one defect after the other into a copy of the project, and shows that the simulation finds each.
sim-defects: need-cargo
	crates/kapelle-sim/defects/run

## Kills a process that writes at random moments, again and again: what was acknowledged is there, and nothing in part.
crash: need-cargo
	$(CARGO) test --locked --workspace --test crash -- kill --rounds 40 --time-box 40

## Cuts the power of a small disk while a process writes to it; needs root and loop devices, and says so where they are missing.
power-cut: need-cargo
	$(CARGO) test --locked --workspace --test crash -- power --rounds 10

## Kills a process that runs flows at random moments, again and again: nothing is lost, nothing done twice, all comes to an end.
storm: need-cargo
	$(CARGO) test --locked --workspace --test storm -- --rounds 50

## Kills a server at random moments while clients work with it: what it answered with success is there, and nothing is double.
http-storm: need-cargo
	$(CARGO) test --locked --workspace --test http_storm -- --rounds 30

## Speed and sizes, each next to a baseline from the same run.
bench: $(BINARY)
	$(CARGO) bench --locked -p kapelle --bench check
	$(CARGO) bench --locked -p kapelle-core --bench expressions
	$(CARGO) bench --locked -p kapelle-plugins --bench scripts
	$(CARGO) bench --locked -p kapelle-engine --bench engine
	$(CARGO) bench --locked -p kapelle-store --bench codec
	$(CARGO) bench --locked -p kapelle-store-sqlite --bench store
	$(CARGO) bench --locked -p kapelle-store-sqlite --bench logs
	$(CARGO) bench --locked -p kapelle-runtime --bench runtime
	$(CARGO) bench --locked -p kapelle-runtime --bench triggers

	$(BINARY) bench

## The program with everything in it, for machines and images that have nothing: target/static/kapelle.
static: need-cargo ui
	RUSTFLAGS="-C target-feature=+crt-static" $(CARGO) build --release --locked -p kapelle --target $(HOST)
	mkdir -p target/static/empty/app/data target/static/empty/app/storage target/static/empty/app/confs target/static/empty/app/flows
	mkdir -p target/static/empty/tmp && chmod 1777 target/static/empty/tmp
	cp target/$(HOST)/release/kapelle target/static/kapelle
	ln -sf kapelle target/static/empty/app/kestra

## An image with nothing but the program; needs Docker.
image: static
	docker build -f deploy/Dockerfile -t kapelle target/static

## Throws random flows at the checks and random templates at the expressions, half a minute each; needs a nightly Rust and cargo-fuzz.
fuzz: need-cargo
	@$(CARGO) fuzz --version >/dev/null 2>&1 || { echo "make fuzz needs cargo-fuzz: cargo install cargo-fuzz, and rustup toolchain install nightly" >&2; exit 1; }
	cd fuzz && $(CARGO) +nightly fuzz run -s none check -- -max_total_time=30
	cd fuzz && $(CARGO) +nightly fuzz run -s none expression -- -max_total_time=30

clean: need-cargo
	$(CARGO) clean
	rm -rf ui/dist ui/node_modules

.PHONY: $(BINARY)
$(BINARY): need-cargo
	$(CARGO) build --release --locked -p kapelle

.PHONY: need-cargo
need-cargo:
	@command -v $(CARGO) >/dev/null || { echo "kapelle needs Rust 1.95 or newer, and '$(CARGO)' is not on the PATH: install it with rustup" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "kapelle needs a linker, and 'cc' is not on the PATH: apt-get install gcc libc6-dev" >&2; exit 1; }
