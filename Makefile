# The two commands of the README: `make run` and `make test`. Each installs what is missing and does its job.
SHELL := /bin/bash
SWIFT ?= swift
OUT ?= out/flagship

# One build for everything, with optimisation: what is tested is what is run. Tests look into targets, hence -enable-testing,
# which changes neither what the tool writes nor how fast (docs/decisions/0069-one-build.md).
BUILD := -c release -Xswiftc -enable-testing
WEIR = "$$($(SWIFT) build $(BUILD) --show-bin-path)/weir"

# The binary of another build that `make bench` runs beside this one, such as the previous release's: OTHER=path/to/weir.
OTHER ?=
ROUNDS ?= 5
BENCH_ENV := .build/bench
TWINS = "$$($(SWIFT) build $(BUILD) --show-bin-path)/Twins"

# Where `make install` puts the tool; DESTDIR goes before it, for packages.
PREFIX ?= /usr/local
DESTDIR ?=
ROOT = $(DESTDIR)$(PREFIX)

# The environment in which pictures are drawn: Vega-Lite's renderer for Python, pinned, and the script that pages draw with.
PICTURES ?= .build/pictures
PICTURES_READY = $(PICTURES)/vega.js

CLUSTER_ENV := .build/cluster


.PHONY: run pictures serve ui ui-test install-ui models test install cluster cluster-test cluster-slurm hostile bench bench-gate validate reports baselines \
  fuzz fuzz-gate serve-bench notebooks build lint setup

run: setup ## Simulates the flagship scenario in release and writes its report to $(OUT).
	$(SWIFT) build $(BUILD) --product weir
	@$(MAKE) -s pictures || echo "Pictures need python3 with venv, and PyPI: the report has one that weir draws itself." >&2
	$(WEIR) run scenarios/flagship.yaml --out $(OUT)
	@echo "Look at it: file://$(abspath $(OUT))/report.html"

pictures: $(PICTURES_READY) ## Makes the environment in which pictures are drawn, where it is not there.

$(PICTURES_READY): Sources/Reporting/Resources/requirements.txt Sources/Reporting/Resources/draw.py
	python3 -m venv $(PICTURES)
	$(PICTURES)/bin/pip install -q --disable-pip-version-check -r $<
	$(PICTURES)/bin/python Sources/Reporting/Resources/draw.py --script $@

serve: setup ## Builds the live engine, a product of its own, and starts it: OPTIONS="--port 4567 --clock virtual".
	$(SWIFT) build $(BUILD) --product weir
	$(SWIFT) build $(BUILD) --product weir-serve
	$(WEIR) serve $(OPTIONS)

ui: setup ## Builds the page to play with, a product of its own, and starts it: OPTIONS="scenarios/flagship.yaml --open".
	$(SWIFT) build $(BUILD) --product weir
	$(SWIFT) build $(BUILD) --product weir-ui
	@$(MAKE) -s pictures || echo "Pictures need python3 with venv, and PyPI: the page shows what weir draws itself." >&2
	$(WEIR) ui $(OPTIONS)

UI_ENV := .build/ui

ui-test: setup ## A browser plays with the page: SCREENSHOTS=docs/pictures keeps what it saw. Without chromium it says so.
	$(SWIFT) build $(BUILD) --product weir
	$(SWIFT) build $(BUILD) --product weir-ui
	$(MAKE) -s pictures
	python3 -m venv $(UI_ENV)
	$(UI_ENV)/bin/pip install -q --disable-pip-version-check -r scripts/ui-requirements.txt
	$(UI_ENV)/bin/python scripts/ui.py --weir $(WEIR) $(if $(SCREENSHOTS),--screenshots $(SCREENSHOTS))

models: ## Makes the API models that the live engine checks requests against from those of botocore anew.
	python3 -m venv .build/models
	.build/models/bin/pip install -q --disable-pip-version-check botocore==1.44.8
	.build/models/bin/python docs/serve/models.py

test: setup lint ## Everything that must hold.
	$(SWIFT) build $(BUILD) --build-tests --explicit-target-dependency-import-check error
	$(SWIFT) test $(BUILD) --skip-build
	$(MAKE) bench-gate
	$(MAKE) fuzz-gate

install: setup ## Puts weir and weir-serve, completions for bash, zsh and fish, and man pages under $(PREFIX). The page is put beside them by install-ui.
	$(SWIFT) build $(BUILD) --product weir
	$(SWIFT) build $(BUILD) --product weir-serve
	$(SWIFT) build $(BUILD) --product generate-manual
	install -d $(ROOT)/bin $(ROOT)/share/man/man1 $(ROOT)/share/bash-completion/completions \
	  $(ROOT)/share/zsh/site-functions $(ROOT)/share/fish/vendor_completions.d
	install -m 755 $(WEIR) $(WEIR)-serve $(ROOT)/bin
	$(WEIR) --generate-completion-script bash > $(ROOT)/share/bash-completion/completions/weir
	$(WEIR) --generate-completion-script zsh > $(ROOT)/share/zsh/site-functions/_weir
	$(WEIR) --generate-completion-script fish > $(ROOT)/share/fish/vendor_completions.d/weir.fish
	$$($(SWIFT) build $(BUILD) --show-bin-path)/generate-manual $(WEIR) --multi-page --output-directory $(ROOT)/share/man/man1
	rm -rf .build/manual && mkdir -p .build/manual
	$$($(SWIFT) build $(BUILD) --show-bin-path)/generate-manual $(WEIR)-serve --multi-page --output-directory .build/manual
	install -m 644 .build/manual/weir.serve.1 .build/manual/weir.replay.1 $(ROOT)/share/man/man1
	@[ -n "$(DESTDIR)" ] || $(MAKE) -s pictures PICTURES="$(ROOT)/share/weir/pictures" \
	  || echo "Pictures need python3 with venv, and PyPI: reports have one that weir draws itself." >&2

install-ui: setup ## Puts weir-ui beside the binary, where `weir ui` finds it.
	$(SWIFT) build $(BUILD) --product weir-ui
	install -d $(ROOT)/bin
	install -m 755 $(WEIR)-ui $(ROOT)/bin

cluster: ## Installs weir-cluster, which --on calls, with Dask into $(CLUSTER_ENV).
	python3 -m venv $(CLUSTER_ENV)
	$(CLUSTER_ENV)/bin/pip install -q --disable-pip-version-check -e './cluster[dask,check]'

cluster-test: setup cluster ## Its types and its tests: Dask on this machine, with workers that are killed. Minutes.
	$(SWIFT) build $(BUILD) --product weir
	cd cluster && ../$(CLUSTER_ENV)/bin/mypy
	weir=$(WEIR) && cd cluster && WEIR="$$weir" ../$(CLUSTER_ENV)/bin/python -m unittest discover -s tests -t .

cluster-slurm: setup cluster ## One digest on every way, a real Slurm on loopback with a node lost among them; needs root, slurmctld, slurmd, slurm-client, munge.
	$(SWIFT) build $(BUILD) --product weir
	python3 scripts/cluster.py --slurm --weir $(WEIR) --cluster $(CLUSTER_ENV)/bin/weir-cluster

HOSTILE_ENV := .build/hostile

hostile: setup ## 3,000 hostile inputs, and the schema against validate on 300 mutations: minutes, seeded (SEED=1).
	$(SWIFT) build $(BUILD) --product weir
	python3 -m venv $(HOSTILE_ENV)
	$(HOSTILE_ENV)/bin/pip install -q --disable-pip-version-check -r scripts/requirements.txt
	$(HOSTILE_ENV)/bin/python scripts/schema.py --weir $(WEIR) --seed $(or $(SEED),1)
	python3 scripts/hostile.py --weir $(WEIR) --seed $(or $(SEED),1)

fuzz: setup ## libFuzzer on what reads strangers' bytes in weir-serve: RUNS=1000000 inputs of each of four kinds; KEEP=1 keeps what reaches more.
	$(SWIFT) build $(BUILD) --product weir-serve
	python3 scripts/fuzz.py --build "$$($(SWIFT) build $(BUILD) --show-bin-path)" --runs $(or $(RUNS),1000000) $(if $(KEEP),--keep)

serve-bench: setup ## weir-serve, durable, beside moto and MiniStack, asked by wrk (which is to be there): rates, ratios, memory, start.
	$(SWIFT) build $(BUILD) --product weir-serve
	python3 Benchmarks/serve.py --serve $(WEIR)-serve --rounds $(ROUNDS)

fuzz-gate: ## The same for ten seconds each.
	$(SWIFT) build $(BUILD) --product weir-serve
	python3 scripts/fuzz.py --build "$$($(SWIFT) build $(BUILD) --show-bin-path)" --seconds 10

bench: setup ## Measures the kernel beside C++, SimPy and Cimba, growth, and whole scenarios beside $(OTHER): ratios within one run.
	$(SWIFT) build $(BUILD) --product weir
	$(SWIFT) build $(BUILD) --product Twins
	python3 -m venv $(BENCH_ENV)
	$(BENCH_ENV)/bin/pip install -q --disable-pip-version-check -r Benchmarks/requirements.txt
	python3 Benchmarks/bench.py --weir $(WEIR) --twins $(TWINS) --peers $(BENCH_ENV)/bin/python --rounds $(ROUNDS) \
	  --json .build/bench.json $(if $(OTHER),--other $(OTHER))

bench-gate: ## The short form: under a minute, and it fails where a ratio is above twice its target.
	$(SWIFT) build $(BUILD) --product Twins
	python3 Benchmarks/bench.py --gate --weir $(WEIR) --twins $(TWINS)

baselines: setup ## Makes what the scenarios come to today their baselines: see what moved before you commit it.
	$(SWIFT) build $(BUILD) --product weir
	$(WEIR) test scenarios --exclude real/ --workers 2 --update

reports: setup pictures ## Writes the committed reports anew: see what changed before you commit it. The flagship keeps all its files but its page and the manifest, which names this machine's directories.
	$(SWIFT) build $(BUILD) --product weir
	rm -rf reports
	for file in scenarios/*.yaml; do \
	  name=$$(basename "$$file" .yaml); \
	  $(WEIR) run "$$file" --out "reports/$$name" >/dev/null; \
	  code=$$?; [ $$code = 0 ] || [ $$code = 10 ] || exit $$code; \
	  [ "$$name" = flagship ] || find "reports/$$name" -type f ! -name report.md ! -name '*.svg' -delete; \
	  rm -f "reports/$$name/manifest.json" "reports/$$name/report.html"; \
	done

NOTEBOOK := split-hot-shard
NOTEBOOKS_ENV := .build/notebooks

notebooks: setup ## Writes and executes the committed notebook anew: look at it before you commit it.
	$(SWIFT) build $(BUILD) --product weir
	rm -rf notebooks-export/$(NOTEBOOK)
	$(WEIR) export scenarios/$(NOTEBOOK).yaml
	python3 -m venv $(NOTEBOOKS_ENV)
	$(NOTEBOOKS_ENV)/bin/pip install -q --disable-pip-version-check -r notebooks-export/$(NOTEBOOK)/requirements.txt
	$(NOTEBOOKS_ENV)/bin/jupyter nbconvert --to notebook --execute --inplace \
	  --ExecutePreprocessor.record_timing=False notebooks-export/$(NOTEBOOK)/$(NOTEBOOK).ipynb

VALIDATION_ENV := .build/validation

validate: setup ## Holds weir against the independent model of docs/validation, and that against planted faults.
	$(SWIFT) build $(BUILD) --product weir
	python3 -m venv $(VALIDATION_ENV)
	$(VALIDATION_ENV)/bin/pip install -q --disable-pip-version-check -r docs/validation/requirements.txt
	$(VALIDATION_ENV)/bin/python -m unittest discover -s docs/validation -t docs/validation
	$(VALIDATION_ENV)/bin/python docs/validation/check.py --weir $(WEIR)

build: setup
	$(SWIFT) build $(BUILD) --product weir

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

setup: ## Installs libgsl-dev where it is missing, and says how to get a Swift toolchain where there is none.
	@.ci/setup
