//go:build !(linux && iouring)

package disk

import "errors"

func startRing(*counts) (queue, error) {
	return nil, errors.New("no io_uring: built without the tag; `make build` has it (go build -tags iouring -ldflags=-checklinkname=0)")
}
