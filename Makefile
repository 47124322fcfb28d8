# `make help` lists the targets. Everything they install or write is in .venv*, .local and .aws-sam.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON ?= python3.13

# The functions run on the machine itself under the emulator, and on Graviton on AWS.
ARCHITECTURE ?= $(patsubst aarch64,arm64,$(shell uname -m))
export ARCHITECTURE
export SAM_CLI_TELEMETRY = 0
# pyenv's python3.13 answers only in folders with a .python-version, and `sam build` works elsewhere.
SAM = PATH="$(CURDIR)/.venv-sam/bin:$$PATH" .venv-sam/bin/sam

TOOL = PYTHONPATH=layers/customers:tools .venv/bin/python -m

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --------------------------------------------------------------------------------------------------------- at the desk

.PHONY: run
run: .venv/ready .venv-emulator/ready .aws-sam/ready ## Serve the deployed template on this machine until Ctrl-C (PORT=4566)
	@$(TOOL) local.run

.PHONY: verify-table
verify-table: .venv/ready ## Prove that no customer lacks a guard and no guard a customer (STACK=name: on AWS)
	@$(TOOL) operate.verify_table

.PHONY: restore-customers
restore-customers: .venv/ready ## Put back what the table lost (FROM=copy of the table [ONLY=plan.txt DRY_RUN=1 STACK=])
	@$(TOOL) operate.restore_customers

.PHONY: erase-customer
erase-customer: .venv/ready ## Erase all that the table has of a customer (ORG=acme CUSTOMER=cus_…, EMAIL= or EXTERNAL_ID= [DRY_RUN=1 STACK=])
	@$(TOOL) operate.erase_customer

.PHONY: test
test: lint security unit artifact e2e ## Everything that needs no cloud: lint, types, scanners, and all tests but those in a container

.PHONY: lint
lint: .venv/ready .venv-sam/ready ## Ruff, mypy and `sam validate --lint`
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	$(SAM) validate --lint

.PHONY: security
security: .venv/ready .venv-security/ready .aws-sam/ready ## Scan the template, the repository for secrets, the dependencies for known holes
	@# The built template, in which aliases are resolved. What it can't read, checkov lets pass.
	@.venv-security/bin/checkov --framework cloudformation --file .aws-sam/build/template.yaml >.local/checkov.log; \
	  status=$$?; cat .local/checkov.log; [ $$status = 0 ] && ! grep -q 'Parsing errors' .local/checkov.log
	@.venv-security/bin/checkov --framework secrets $(addprefix --file ,$(shell git ls-files -co --exclude-standard))
	@! git grep --untracked -nE 'ck_[A-Za-z0-9_-]{43}' || { echo 'an API key is in the repository' >&2; exit 1; }
	@PYTHONPATH=tools .venv/bin/python -m audit

.PHONY: unit
unit: .venv/ready ## Tests on moto
	.venv/bin/pytest tests/unit

.PHONY: artifact
artifact: .venv/ready .aws-sam/ready ## Tests of what `sam build` made: what it loads, compiles and weighs
	.venv/bin/pytest tests/artifact -rP --capture=sys

.PHONY: e2e
e2e: .venv/ready .venv-emulator/ready .aws-sam/ready ## Tests against the deployed template on the emulator
	.venv/bin/pytest tests/e2e

.PHONY: fuzz
fuzz: .venv/ready .venv-emulator/ready .aws-sam/ready ## The deployed API against its OpenAPI document for longer (EXAMPLES=2000)
	EXAMPLES=$${EXAMPLES:-2000} .venv/bin/pytest --capture=no tests/e2e/test_openapi.py

.PHONY: sam-local
sam-local: needs-docker .venv/ready .venv-emulator/ready .aws-sam/ready ## `sam local invoke` of the events; needs Docker
	.venv/bin/pytest tests/sam_local

.PHONY: needs-docker
needs-docker:
	@docker info >/dev/null 2>&1 || { echo 'make sam-local: no Docker engine answers: install Docker or start it' >&2; exit 2; }

.PHONY: bench
bench: .venv-bench/ready .aws-sam/ready ## Compare CPU, time and memory with other ways to do it (ROUNDS=9 REQUESTS=300)
	@.venv-bench/bin/python tests/benchmarks/compare.py

.PHONY: bench-runtime
bench-runtime: .venv-bench/ready .venv-sam/ready .aws-sam/ready ## The same under Lambda's runtime and its emulator
	@.venv-bench/bin/python tests/benchmarks/runtime.py

.PHONY: bench-growth
bench-growth: .venv-bench/ready .aws-sam/ready ## The cost of a create as customers become many and large (CUSTOMERS=100000)
	@.venv-bench/bin/python tests/benchmarks/growth.py

.PHONY: openapi
openapi: .venv/ready ## Write functions/docs/openapi.json anew from the code
	@PYTHONPATH=layers/customers:tools:$$(echo functions/* | tr ' ' :) .venv/bin/python -m reference.openapi >/dev/null

.PHONY: format
format: .venv/ready ## Format the code
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

# ------------------------------------------------------------------------------------------------------- who may call

# Of the stack that `make run` serves, or with STACK=name of one on AWS.
API_KEYS = @$(TOOL) operate.api_keys

.PHONY: api-key
api-key: .venv/ready ## Make an API key (ORG=acme SCOPES="customers:write customers:read" [LABEL= EXPIRES=2030-12-31 STACK=])
	$(API_KEYS) create

.PHONY: api-keys
api-keys: .venv/ready ## List the API keys ([STACK=])
	$(API_KEYS) list

.PHONY: api-key-revoke
api-key-revoke: .venv/ready ## Revoke an API key (ID=key_… [DRY_RUN=1 STACK=])
	$(API_KEYS) revoke

.PHONY: event-schema
event-schema: .venv/ready ## Write functions/docs/customer.created.json anew from the model
	@PYTHONPATH=layers/customers .venv/bin/python -c \
	  'import json; from customers import events; print(json.dumps(events.schema(), indent=2))' >functions/docs/customer.created.json

# ---------------------------------------------------------------------------------------------------- build and deploy

.PHONY: build
build: .aws-sam/ready ## Build the functions and layers (ARCHITECTURE=arm64 for AWS)

.aws-sam/ready: .venv-sam/ready template.yaml samconfig.toml $(shell find functions layers -type f -not -name '*.pyc')
	@echo "building for $(ARCHITECTURE)" >&2
	@mkdir -p .local
	@$(SAM) build --parameter-overrides Architecture=$(ARCHITECTURE) >.local/build.log 2>&1 \
	  || { tail -n 5 .local/build.log >&2; echo 'the build failed: see .local/build.log' >&2; exit 1; }
	@touch $@

.PHONY: deploy
deploy: can-deploy .venv-sam/ready ## Deploy to AWS (ENVIRONMENT=staging or production; GUIDED=--guided asks for each parameter)
	$(MAKE) ARCHITECTURE=arm64 .local/deploy/template.yaml
	$(SAM) deploy --config-file $(CURDIR)/samconfig.toml --config-env $(ENVIRONMENT) \
	  --template-file .local/deploy/template.yaml $(GUIDED)

.PHONY: can-deploy
can-deploy: .venv/ready
	@$(TOOL) operate.can_deploy

# Beside the build for this machine, whose architecture may be another.
.PHONY: .local/deploy/template.yaml
.local/deploy/template.yaml: .venv-sam/ready
	$(SAM) build --build-dir .local/deploy --cache-dir .local/deploy-cache --parameter-overrides Architecture=$(ARCHITECTURE)

# -------------------------------------------------------------------------------------------------------- environments

.venv/ready: tools/requirements/dev.txt
.venv-sam/ready: tools/requirements/sam.txt
.venv-emulator/ready: tools/requirements/emulator.txt
.venv-security/ready: tools/requirements/security.txt
.venv-bench/ready: tools/requirements/bench.txt

# Each is made anew when its requirements change, so that it never holds more than they name.
.venv/ready .venv-sam/ready .venv-emulator/ready .venv-security/ready .venv-bench/ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null \
	  || { echo 'Python 3.13 is needed: install it, or run make PYTHON=/path/to/python3.13' >&2; exit 1; }
	@echo "installing $(@D)" >&2
	@rm -rf $(@D) && $(PYTHON) -m venv $(@D)
	@$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes \
  --no-emit-index-url --no-header $(UPGRADE)

.PHONY: requirements
requirements: .venv/ready ## Resolve pyproject.toml's ranges anew (UPGRADE=--upgrade takes newer releases)
	$(COMPILE) pyproject.toml -o layers/dependencies/requirements.txt
	$(COMPILE) pyproject.toml --group dev -c layers/dependencies/requirements.txt -o tools/requirements/dev.txt
	$(COMPILE) --group sam -o tools/requirements/sam.txt
	$(COMPILE) --group emulator -o tools/requirements/emulator.txt
	$(COMPILE) --group security -o tools/requirements/security.txt
	$(COMPILE) pyproject.toml --group bench -c layers/dependencies/requirements.txt -o tools/requirements/bench.txt
