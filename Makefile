# Everything a person does with this tree. On Linux arbor is built with its io_uring disk, which needs a tag and a linker flag; a plain
# `go build` gives the same program on the portable disk. It is built without cgo, for a process starts a millisecond earlier without libc.
GO ?= go
ifeq ($(shell $(GO) env GOOS),linux)
RING := -tags iouring -ldflags=-checklinkname=0
endif

STATICCHECK_VERSION := v0.8.2
TOOLS := $(CURDIR)/bin/tools
# Packages where goroutines share memory, as far as they exist.
RACY := $(patsubst %,./%/...,$(wildcard store model sync timeseries))
NESTED := $(filter-out ./go.mod,$(shell find . -name go.mod -not -path './.git/*'))

.PHONY: run build install test check race lint plain disks nested cross tidy foreign verify environments soak bench bench-process bench-store bench-series shots clean

run: build
	@bin/arbor

build:
	@mkdir -p bin
	CGO_ENABLED=0 $(GO) build $(RING) -o bin/arbor .

install:
	CGO_ENABLED=0 $(GO) install $(RING) .

# The suite needs Go alone.
test:
	$(GO) test $(RING) ./...

check: plain race lint disks nested cross tidy

plain:
	$(GO) build ./...
	$(GO) vet ./...
	$(GO) vet $(RING) ./...
	$(GO) test ./...

race:
	$(GO) test $(RING) -race -short -timeout 20m $(RACY)

lint: $(TOOLS)/staticcheck
	@out=$$(gofmt -l .); [ -z "$$out" ] || { echo "gofmt: $$out"; exit 1; }
	$(TOOLS)/staticcheck ./...
	$(TOOLS)/staticcheck -tags iouring ./...

$(TOOLS)/staticcheck:
	GOBIN=$(TOOLS) $(GO) install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)

# The store on each disk; where the kernel refuses the ring its tests skip and say so.
disks:
	for io in uring direct buffered; do echo "ARBOR_IO=$$io"; ARBOR_IO=$$io $(GO) test $(RING) -short -count=1 ./store/... || exit 1; done

# The measurements beside other engines: each part runs once with few keys.
nested:
	for m in $(NESTED); do echo $$m; (cd $$(dirname $$m) && $(GO) vet ./... && $(GO) test $(RING) ./...) || exit 1; done

cross:
	GOOS=darwin GOARCH=arm64 $(GO) build ./...
	GOOS=darwin GOARCH=arm64 $(GO) vet ./...
	GOOS=windows GOARCH=amd64 $(GO) build ./...
	GOOS=windows GOARCH=amd64 $(GO) vet ./...

tidy:
	$(GO) mod tidy -diff
	for m in $(NESTED); do (cd $$(dirname $$m) && $(GO) mod tidy -diff) || exit 1; done

# Reads what other people's programs write, and has them read what arbor writes. Installs them where it may.
foreign:
	.ci/need task:taskwarrior
	$(GO) test $(RING) -tags 'iouring foreign' -count=1 -run Foreign -v .

# The store as another user, without a ring, without locked memory, on tmpfs, on a full disk, on ext4, xfs and btrfs. What the machine does
# not allow is skipped and says why.
environments:
	-.ci/need mount losetup:mount mkfs.ext4:e2fsprogs mkfs.xfs:xfsprogs mkfs.btrfs:btrfs-progs
	$(GO) test -tags=iouring,environments -ldflags=-checklinkname=0 -count=1 -timeout 30m -v -run 'Environments|FullMount' ./store

# The long ones: model checking (spin, from Debian), kill -9 loops, planted bugs, other environments, big counts.
soak verify: export ARBOR_SOAK = 1
verify: environments
	.ci/need spin gcc
	$(GO) test $(RING) -count=1 -timeout 60m -v -run 'Spec|Planted|Linear|Verify|Crash|Fail|EveryBit|Lying|Kill|Model|Histor|Sessions|Serializable|Oracle|Converge|Moves|KeysPerNode|Random|Anything' ./...

FUZZTIME ?= 60s
soak:
	$(GO) test $(RING) -count=1 -timeout 120m ./...
	.ci/fuzz $(FUZZTIME)

bench: bench-process bench-store bench-series

# Whole processes.
bench-process: build
	$(GO) test $(RING) -run '^$$' -bench . -benchtime 1x -timeout 30m .

# The store beside its peers, written to store/BENCH.md: a quarter of an hour on a machine with nothing else to do. Flags of the command
# shorten it: make bench-store BENCH='-runs 1 -only arbor,pebble,raw'
bench-store:
	-.ci/need cc:gcc /usr/include/lmdb.h:liblmdb-dev
	cd store/bench && $(GO) run $(RING) . $(BENCH)

# Series beside other engines, written to timeseries/BENCH.md: a few minutes and 3 GB of disk, on a machine with nothing else to do.
bench-series:
	-.ci/need cc:gcc node:nodejs npm:npm
	cd timeseries/bench && $(GO) run $(RING) . $(BENCH)

shots:
	$(GO) test ./ui/tui -run Shots -update

clean:
	rm -rf bin
	$(GO) clean -testcache
