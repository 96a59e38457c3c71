# The two commands of the README: `make run` and `make test`. Each installs what is missing and does its job.
SHELL := /bin/bash
SWIFT ?= swift
OUT ?= out/flagship

.PHONY: run test reports build lint setup

run: setup ## Simulates the flagship scenario in release and writes its report to $(OUT).
	$(SWIFT) build -c release --product weir
	"$$($(SWIFT) build -c release --show-bin-path)/weir" run scenarios/flagship.yaml --out $(OUT)

test: setup lint ## Everything that must hold.
	$(SWIFT) build -c release --product weir
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	WEIR_RELEASE="$$($(SWIFT) build -c release --show-bin-path)/weir" $(SWIFT) test --skip-build

reports: setup ## Writes the committed example report anew: see what changed before you commit it.
	$(SWIFT) build -c release --product weir
	rm -rf reports/flagship
	"$$($(SWIFT) build -c release --show-bin-path)/weir" run scenarios/flagship.yaml --out reports/flagship

build: setup
	$(SWIFT) build -c release --product weir

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

setup: ## Installs libgsl-dev where it is missing, and says how to get a Swift toolchain where there is none.
	@.ci/setup
