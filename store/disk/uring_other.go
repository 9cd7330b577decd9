//go:build !(linux && iouring)

package disk

import "errors"

var errNoRing = errors.New("no io_uring: built without the tag; `make build` has it (go build -tags iouring -ldflags=-checklinkname=0)")

func startRing(*counts) (queue, error) { return nil, errNoRing }

func newFetchRing(*counts) (fetcher, error) { return nil, errNoRing }
