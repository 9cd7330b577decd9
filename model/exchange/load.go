package exchange

import (
	"fmt"
	"io"
)

// MaxFile bounds a file that is read into memory: all but JSON and CSV from a file, which are read as streams.
const MaxFile = 1 << 30

// Load reads a file, or standard input, into memory.
func Load(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err == nil && len(data) > MaxFile {
		err = fmt.Errorf("it is larger than %d bytes", MaxFile)
	}
	return data, err
}
