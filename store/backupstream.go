package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// A backup is a stream of blocks between a header and a footer. Every checksum is bound to the LSN of the state and to the index of the
// block, so that a block of another backup, or at another place, does not pass; FORMAT.md gives the bytes.
const (
	streamMagic   = "arborbak"
	streamVersion = 0
	streamHeader  = 32

	blockHeader  = 24
	blockEntries = 0x6b6c6262 // "bblk"
	blockFooter  = 0x646e6562 // "bend"
	footerSize   = 32
	blockSize    = 256 << 10 // of entries; one that is larger has a block to itself
	maxBlock     = 2 << 20   // what a reader takes
	entryHeader  = 8
)

// streamID is what the checksums of a stream are bound to.
func streamID(lsn LSN) (id storeID) {
	le.PutUint64(id[:], uint64(lsn))
	copy(id[8:], streamMagic)
	return id
}

// tally counts what a stream holds.
type tally struct {
	entries, bytes int64 // bytes of keys and values
}

func (t *tally) add(key, value []byte) {
	t.entries++
	t.bytes += int64(len(key)) + int64(len(value))
}

var (
	errStreamCut    = errors.New("the backup ends in the middle: it was cut off")
	errStreamMore   = errors.New("there is more behind the end of the backup")
	errStreamHeader = errors.New("not a backup of a store")
	errStreamBlock  = errors.New("not a block of a backup")
	errStreamOrder  = errors.New("a key out of order")
	errStreamCount  = errors.New("the end does not count what is before it")
)

// backupReader reads a stream and proves it as it goes. Nothing of it is true before next has returned io.EOF.
type backupReader struct {
	r     io.Reader
	name  string // of the stream, for errors
	id    storeID
	lsn   LSN
	sum   *xxhash.Digest // of all before the block
	at    int64          // where the block begins
	total tally
	index uint64
	block []byte
	last  []byte // the key read last
}

// newBackupReader reads the header.
func newBackupReader(r io.Reader) (*backupReader, error) {
	b := &backupReader{r: r, name: "backup", sum: xxhash.New()}
	if f, ok := r.(interface{ Name() string }); ok {
		b.name = f.Name()
	}
	h, err := b.read(nil, streamHeader)
	if err != nil {
		return nil, err
	}
	if string(h[:8]) != streamMagic {
		return nil, b.damage(errStreamHeader)
	}
	if v := le.Uint32(h[8:]); v > streamVersion {
		return nil, fmt.Errorf("%s: a backup of format %d, this is %d: %w", b.name, v, streamVersion, ErrVersion)
	}
	b.lsn = LSN(le.Uint64(h[16:]))
	b.id = streamID(b.lsn)
	if got, want := b.id.sum(h[:24], 0), le.Uint64(h[24:]); got != want || le.Uint32(h[12:]) != 0 {
		return nil, &CorruptError{File: b.name, Want: want, Got: got}
	}
	_, _ = b.sum.Write(h) // never fails
	b.at = streamHeader
	return b, nil
}

func (b *backupReader) damage(err error) error {
	return &CorruptError{File: b.name, Offset: b.at, Err: err}
}

// read appends n bytes of the stream to p. What is not there is not allocated either, but for one step.
func (b *backupReader) read(p []byte, n int) ([]byte, error) {
	for n > 0 {
		step := min(n, blockSize)
		from := len(p)
		p = slices.Grow(p, step)[:from+step]
		if _, err := io.ReadFull(b.r, p[from:]); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, b.damage(errStreamCut)
		} else if err != nil {
			return nil, fmt.Errorf("read %s: %w", b.name, err)
		}
		n -= step
	}
	return p, nil
}

// next hands the entries of the next block to fn, as puts lent for the call. It returns io.EOF behind the footer, once the whole stream is proved.
func (b *backupReader) next(fn func(write) error) error {
	p, err := b.read(b.block[:0], blockHeader)
	if err != nil {
		return err
	}
	kind, n := le.Uint32(p[8:]), le.Uint32(p[12:])
	if kind != blockEntries && kind != blockFooter || n > maxBlock {
		return b.damage(errStreamBlock)
	}
	if p, err = b.read(p, int(n)); err != nil {
		return err
	}
	b.block = p
	if got, want := b.id.sum(p[8:], LSN(b.index)), le.Uint64(p); got != want {
		return &CorruptError{File: b.name, Offset: b.at, Want: want, Got: got}
	}
	count, body := le.Uint32(p[16:]), p[blockHeader:]
	if kind == blockFooter {
		return b.end(count, body)
	}
	if err := b.entries(count, body, fn); err != nil {
		return err
	}
	_, _ = b.sum.Write(p) // never fails
	b.at += int64(len(p))
	b.index++
	return nil
}

func (b *backupReader) entries(count uint32, body []byte, fn func(write) error) error {
	if count == 0 {
		return b.damage(errStreamBlock)
	}
	for ; count > 0; count-- {
		if len(body) < entryHeader {
			return b.damage(errStreamBlock)
		}
		vlen, klen := uint64(le.Uint32(body)), uint64(le.Uint16(body[4:]))
		if body[7] != 0 || entryHeader+klen+vlen > uint64(len(body)) {
			return b.damage(errStreamBlock)
		}
		w, ok := makeWrite(body[6], body[entryHeader:entryHeader+klen], body[entryHeader+klen:entryHeader+klen+vlen])
		if !ok || w.del || w.packed {
			return b.damage(errStreamBlock)
		}
		if b.total.entries > 0 && bytes.Compare(b.last, w.key) >= 0 {
			return b.damage(errStreamOrder)
		}
		b.last = append(b.last[:0], w.key...)
		b.total.add(w.key, w.value)
		if err := fn(w); err != nil {
			return err
		}
		body = body[entryHeader+klen+vlen:]
	}
	if len(body) > 0 {
		return b.damage(errStreamBlock)
	}
	return nil
}

// end proves the footer, and that nothing is behind it.
func (b *backupReader) end(count uint32, body []byte) error {
	if count != 0 || len(body) != footerSize {
		return b.damage(errStreamBlock)
	}
	for i, v := range []uint64{uint64(b.total.entries), uint64(b.total.bytes), b.index, b.sum.Sum64()} {
		if le.Uint64(body[8*i:]) != v {
			return b.damage(errStreamCount)
		}
	}
	b.at += int64(blockHeader + footerSize)
	var one [1]byte
	switch n, err := io.ReadFull(b.r, one[:]); {
	case n > 0:
		return b.damage(errStreamMore)
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("read %s: %w", b.name, err)
	}
	return io.EOF
}
