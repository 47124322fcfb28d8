# `make help` lists the targets. Everything they install or write is in .venv*, .local and .aws-sam.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON ?= python3.13

# Under the emulator the functions run natively on this machine, on AWS on Graviton.
ARCHITECTURE ?= $(patsubst aarch64,arm64,$(shell uname -m))
export ARCHITECTURE
export SAM_CLI_TELEMETRY = 0
# uv doesn't read pip's configuration, so it gets the index URL from pip.
UV_SETTINGS = UV_SYSTEM_CERTS=true \
  UV_DEFAULT_INDEX="$${PIP_INDEX_URL:-$$(.venv-uv/bin/pip config get global.index_url 2>/dev/null)}"
UV = $(UV_SETTINGS) .venv-uv/bin/uv
# The builds of functions and layers call python3.13 and uv. pyenv's python3.13 works only in folders with a
# .python-version, and `sam build` runs in other folders.
BUILD = PATH="$(CURDIR)/.venv-emulator/bin:$(CURDIR)/.venv-uv/bin:$$PATH" $(UV_SETTINGS)
SAM = $(BUILD) .venv-sam/bin/sam

# The operator tools need only the dependencies of the layer.
TOOL = PYTHONPATH=layers/customers:tools .venv-operate/bin/python -m

.PHONY: help
help:
	@awk -F ':.*## ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Develop

.PHONY: run
run: .venv-emulator/ready .aws-sam/ready ## Deploy the template to a local emulator and serve it until Ctrl-C (PORT=4566)
	@PYTHONPATH=layers/customers:tools .venv-emulator/bin/python -m local.run

.PHONY: test
test: lint security unit schedules-short artifact e2e ## Run every check that needs no cloud or Docker

.PHONY: format
format: .venv/ready ## Format the code
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

##@ Parts of `make test`, and other tests

.PHONY: lint
lint: .venv/ready .venv-sam/ready ## Run ruff, mypy and `sam validate --lint`
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	$(SAM) validate --lint

.PHONY: security
security: .venv/ready .venv-security/ready .aws-sam/ready ## Scan the template, the dependencies for vulnerabilities, and the repository for secrets
	@# Scan the built template, in which aliases are resolved. Checkov passes a file that it can't parse.
	@.venv-security/bin/checkov --framework cloudformation --file .aws-sam/build/template.yaml >.local/checkov.log; \
	  status=$$?; cat .local/checkov.log; [ $$status = 0 ] && ! grep -q 'Parsing errors' .local/checkov.log
	@.venv-security/bin/checkov --framework secrets $(addprefix --file ,$(shell git ls-files -co --exclude-standard))
	@! git grep --untracked -nE 'ck_[A-Za-z0-9_-]{43}' || { echo 'an API key is in the repository' >&2; exit 1; }
	@PYTHONPATH=tools .venv/bin/python -m audit

.PHONY: unit
unit: .venv/ready ## Run the unit tests (on moto)
	.venv/bin/pytest tests/unit

.PHONY: schedules-short
schedules-short: .venv/ready
	.venv/bin/pytest tests/schedules

.PHONY: schedules
schedules: .venv/ready ## Check every interleaving of requests with more faults, and mutations of the store (DEPTH=2)
	DEPTH=$${DEPTH:-2} .venv/bin/pytest tests/schedules
	@PYTHONPATH=layers/customers:layers/dependencies:tools:tests .venv/bin/python -m schedules.mutations

.PHONY: artifact
artifact: .venv/ready .venv-sam/ready .venv-emulator/ready .aws-sam/ready ## Test the output of `make build`: imports, compiled code, size
	.venv/bin/pytest tests/artifact -rP --capture=sys

.PHONY: e2e
e2e: .venv/ready .venv-emulator/ready .venv-operate/ready .venv-clients/ready .venv-sdks/ready tools/node/node_modules/ready .aws-sam/ready ## Run the tests against the template deployed to the emulator
	.venv/bin/pytest tests/e2e

.PHONY: sam-local
sam-local: needs-docker .venv/ready .venv-sam/ready .venv-emulator/ready .aws-sam/ready ## Run the functions with `sam local invoke` (needs Docker)
	.venv/bin/pytest tests/sam_local

.PHONY: needs-docker
needs-docker:
	@docker info >/dev/null 2>&1 || { echo 'make sam-local: Docker is not running: install it or start it' >&2; exit 2; }

.PHONY: fuzz
fuzz: .venv/ready .venv-emulator/ready .aws-sam/ready ## Fuzz the deployed API against its OpenAPI document (EXAMPLES=2000)
	EXAMPLES=$${EXAMPLES:-2000} .venv/bin/pytest --capture=no tests/e2e/test_openapi.py

##@ Measure

.PHONY: bench
bench: .venv-bench/ready .aws-sam/ready ## Compare CPU, time and memory with other implementations (ROUNDS=9 REQUESTS=300 [BEFORE=revision])
	@.venv-bench/bin/python tests/benchmarks/compare.py

.PHONY: bench-runtime
bench-runtime: .venv-bench/ready .venv-sam/ready .aws-sam/ready ## The same with Lambda's runtime and its emulator
	@.venv-bench/bin/python tests/benchmarks/runtime.py

.PHONY: bench-growth
bench-growth: .venv-bench/ready .aws-sam/ready ## Measure the cost of a create with many and with large customers (CUSTOMERS=100000)
	@.venv-bench/bin/python tests/benchmarks/growth.py

##@ API keys

# For the stack that `make run` serves, or with STACK=name for a stack on AWS.
API_KEYS = @$(TOOL) operate.api_keys

.PHONY: api-key
api-key: .venv-operate/ready ## Create an API key (ORG=acme SCOPES="customers:write customers:read" [LABEL= EXPIRES=2030-12-31 STACK=])
	$(API_KEYS) create

.PHONY: api-keys
api-keys: .venv-operate/ready ## List the API keys ([STACK=])
	$(API_KEYS) list

.PHONY: api-key-revoke
api-key-revoke: .venv-operate/ready ## Revoke an API key (ID=key_… [DRY_RUN=1 STACK=])
	$(API_KEYS) revoke

##@ Operate

.PHONY: verify-table
verify-table: .venv-operate/ready ## Check that every customer has its guards and every guard its customer ([STACK=])
	@$(TOOL) operate.verify_table

.PHONY: restore-customers
restore-customers: .venv-operate/ready ## Restore lost customers from a copy of the table (FROM=copy [ONLY=plan.txt DRY_RUN=1 STACK=])
	@$(TOOL) operate.restore_customers

.PHONY: erase-customer
erase-customer: .venv-operate/ready ## Erase a customer (ORG=acme CUSTOMER=cus_…, EMAIL= or EXTERNAL_ID= [DRY_RUN=1 STACK=])
	@$(TOOL) operate.erase_customer

##@ Import and export

.PHONY: import
import: .venv-operate/ready ## Import a file of customers (FILE=customers.csv ORG=acme [FROM=stripe DRY_RUN=1 STACK=])
	@$(TOOL) operate.import_customers

.PHONY: export
export: .venv-operate/ready ## Export the customers of an organization as JSON Lines (ORG=acme [STACK=] > customers.jsonl)
	@$(TOOL) operate.export_customers

##@ Build and deploy

.PHONY: build
build: .aws-sam/ready ## Build the functions and layers (ARCHITECTURE=arm64 for AWS)

.aws-sam/ready: .venv-emulator/ready template.yaml $(shell find functions layers -type f -not -name '*.pyc')
	@echo "building the functions and layers for $(ARCHITECTURE)" >&2
	@$(BUILD) PYTHONPATH=tools .venv-emulator/bin/python -m local.build
	@touch $@

.PHONY: deploy
deploy: can-deploy .venv-emulator/ready .venv-sam/ready ## Deploy to AWS (ENVIRONMENT=staging or production [PARAMETERS="WebAcl=true LogLevel=DEBUG"])
	$(MAKE) ARCHITECTURE=arm64 .local/deploy/template.yaml
	@PYTHONPATH=tools .venv-sam/bin/python -m operate.deploy

.PHONY: can-deploy
can-deploy: .venv-operate/ready
	@$(TOOL) operate.can_deploy

# Separate from the local build, which may be for another architecture.
.PHONY: .local/deploy/template.yaml
.local/deploy/template.yaml: .venv-emulator/ready .venv-sam/ready
	$(SAM) build --build-dir .local/deploy --cache-dir .local/deploy-cache --parameter-overrides Architecture=$(ARCHITECTURE)

##@ Maintain

REFERENCE = PYTHONPATH=layers/customers:tools:$$(echo functions/* | tr ' ' :) .venv/bin/python -m

.PHONY: openapi
openapi: .venv/ready ## Regenerate the OpenAPI document, the schemas of the events and the pages of fields from the code
	@$(REFERENCE) reference.openapi >/dev/null
	@$(REFERENCE) reference.event_schema
	@$(REFERENCE) reference.customer_page
	@$(REFERENCE) reference.vendors_page

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.13 --generate-hashes \
  --no-emit-index-url --no-header $(UPGRADE)

.PHONY: notices
notices: .venv-emulator/ready .aws-sam/ready ## Regenerate THIRD-PARTY-NOTICES from the built layer
	@PYTHONPATH=tools .venv-emulator/bin/python -m notices

.PHONY: requirements
requirements: .venv-uv/ready ## Regenerate the pinned requirements from pyproject.toml (UPGRADE=--upgrade: newer releases)
	$(COMPILE) pyproject.toml -o layers/dependencies/requirements.txt
	$(COMPILE) pyproject.toml --group dev -c layers/dependencies/requirements.txt -o tools/requirements/dev.txt
	$(COMPILE) --group sam -o tools/requirements/sam.txt
	$(COMPILE) --group uv -o tools/requirements/uv.txt
	$(COMPILE) --group emulator -o tools/requirements/emulator.txt
	$(COMPILE) --group clients -o tools/requirements/clients.txt
	$(COMPILE) --group sdks -o tools/requirements/sdks.txt
	$(COMPILE) --group security -o tools/requirements/security.txt
	$(COMPILE) pyproject.toml --group bench -c layers/dependencies/requirements.txt -o tools/requirements/bench.txt

# -------------------------------------------------------------------------------------------------------- environments

.venv/ready: tools/requirements/dev.txt
.venv-sam/ready: tools/requirements/sam.txt
.venv-emulator/ready: tools/requirements/emulator.txt
.venv-clients/ready: tools/requirements/clients.txt
.venv-sdks/ready: tools/requirements/sdks.txt
.venv-security/ready: tools/requirements/security.txt
.venv-bench/ready: tools/requirements/bench.txt
.venv-operate/ready: layers/dependencies/requirements.txt
.venv-uv/ready: tools/requirements/uv.txt

# This function's layer is precompiled, so the packages that its cold start is compared with are too.
.venv-bench/ready: export UV_COMPILE_BYTECODE = 1

# An environment is rebuilt when its requirements change, so that it contains nothing else. uv takes seconds where pip
# takes a minute.
.venv/ready .venv-sam/ready .venv-emulator/ready .venv-operate/ready .venv-clients/ready .venv-sdks/ready .venv-security/ready .venv-bench/ready: | .venv-uv/ready
	@echo "installing $< into $(@D)" >&2
	@rm -rf $(@D) && $(PYTHON) -m venv --without-pip $(@D)
	@$(UV) pip install --quiet --python $(@D)/bin/python --require-hashes --only-binary :all: -r $<
	@touch $@

.venv-uv/ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null \
	  || { echo 'Python 3.13 is needed: install it, or run make PYTHON=/path/to/python3.13' >&2; exit 1; }
	@echo "installing $< into $(@D)" >&2
	@rm -rf $(@D) && $(PYTHON) -m venv $(@D)
	@$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

# Without Node, the tests that need it are skipped.
tools/node/node_modules/ready: tools/node/package-lock.json
	@! command -v npm >/dev/null || { echo "installing $(@D)" >&2; \
	  npm ci --prefix tools/node --silent --ignore-scripts --no-audit --no-fund && touch $@; }
