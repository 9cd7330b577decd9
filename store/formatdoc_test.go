package store_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/cespare/xxhash/v2"

	"arbor/store"
)

// formatReader reads a store by FORMAT.md alone: nothing here is of the package but the store that it reads.
type formatReader struct {
	t        *testing.T
	dir      string
	id0, id1 uint64
}

var le = binary.LittleEndian

func (r *formatReader) want(ok bool, format string, args ...any) {
	r.t.Helper()
	if !ok {
		r.t.Fatalf(format, args...)
	}
}

func (r *formatReader) file(name string) []byte {
	b, err := os.ReadFile(filepath.Join(r.dir, name))
	r.want(err == nil, "%v", err)
	return b
}

func (r *formatReader) mix(x uint64) uint64 {
	x ^= r.id0
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31 ^ r.id1
}

func (r *formatReader) sum(b []byte, place uint64) uint64 { return xxhash.Sum64(b) ^ r.mix(place) }

// manifest returns the valid copy of the higher generation.
func (r *formatReader) manifest() (best []byte) {
	for _, name := range []string{"MANIFEST-A", "MANIFEST-B"} {
		b := r.file(name)
		if string(b[:8]) != "arbor\x00mf" || le.Uint32(b[8:]) != 0 || int(le.Uint32(b[12:]))*4096 > len(b) {
			continue
		}
		b = b[:le.Uint32(b[12:])*4096]
		r.id0, r.id1 = le.Uint64(b[16:]), le.Uint64(b[24:])
		end := len(b) - 8
		if r.sum(b[:end], le.Uint64(b[32:])) == le.Uint64(b[end:]) && (best == nil || le.Uint64(b[32:]) > le.Uint64(best[32:])) {
			best = b
		}
	}
	r.want(best != nil, "no manifest is valid")
	return best
}

// segments returns the files of the log that the manifest names, each header proved.
func (r *formatReader) segments(m []byte) map[uint32][]byte {
	last := uint32(le.Uint64(m[48:]) >> 32) // the durable LSN, which is the log's end
	epochs, ranges := le.Uint32(m[104:]), le.Uint32(m[108:])
	segments := map[uint32][]byte{}
	for at := 112 + 16*epochs; ranges > 0; at, ranges = at+8, ranges-1 {
		for n := le.Uint32(m[at:]); n < le.Uint32(m[at+4:]) && n <= last; n++ {
			b := r.file(fmt.Sprintf("%06d.seg", n))
			ok := string(b[:8]) == "arborseg" && le.Uint32(b[12:]) == n && int(le.Uint64(b[32:])) == len(b) && le.Uint64(b[56:]) == r.sum(b[:56], uint64(n)<<32)
			r.want(ok, "the header of segment %d", n)
			segments[n] = b
		}
	}
	return segments
}

// record returns the body of the checkpoint's record at off, and its level.
func (r *formatReader) record(file []byte, number, off uint64, size uint32) (body []byte, level uint32) {
	b := file[off:]
	n := le.Uint32(b[8:])
	padded := (n + 7) / 8 * 8
	r.want(n == size && le.Uint64(b) == r.sum(b[8:16+padded], number<<40|off), "the record at %d", off)
	return b[16 : 16+n], le.Uint32(b[12:])
}

// walk calls entry for each entry of the leaves below the record at off.
func (r *formatReader) walk(file []byte, number, off uint64, size uint32, entry func(key []byte, tag byte, value []byte)) {
	body, level := r.record(file, number, off, size)
	if level == 0 {
		r.blob(body, entry)
		return
	}
	n := int(le.Uint64(body))
	sizes := 8 + 8*n
	if level > 1 {
		sizes += 8 * n
	}
	var bounds [][]byte
	r.blob(body[(sizes+4*n+7)/8*8:], func(key []byte, _ byte, _ []byte) { bounds = append(bounds, key) })
	r.want(len(bounds) == n-1, "a node of %d kids has %d bounds", n, len(bounds))
	for i := range n {
		r.walk(file, number, le.Uint64(body[8+8*i:]), le.Uint32(body[sizes+4*i:]), func(key []byte, tag byte, value []byte) {
			ok := (i == 0 || bytes.Compare(bounds[i-1], key) <= 0) && (i == n-1 || bytes.Compare(key, bounds[i]) < 0)
			r.want(ok, "key %q is not within its bounds", key)
			entry(key, tag, value)
		})
	}
}

// blob calls entry for each entry of a blob, with the low bits of its tag.
func (r *formatReader) blob(b []byte, entry func(key []byte, tag byte, value []byte)) {
	n, p := int(le.Uint16(b)), int(le.Uint16(b[2:]))
	r.want(int(le.Uint32(b[4:])) == len(b), "a blob of %d bytes", len(b))
	prefix, heads := b[8:8+p], 8+(p+7)/8*8
	meta := heads + 8*n
	tail := b[meta+3*n+2:]
	r.want(int(le.Uint16(b[meta+3*n:])) == len(tail), "the tail of a blob")
	for i := range n {
		from, to := int(le.Uint16(b[meta+3*i:])), len(tail)
		if i < n-1 {
			to = int(le.Uint16(b[meta+3*(i+1):]))
		}
		tag, pad := b[meta+3*i+2]&31, int(b[meta+3*i+2]>>5)
		size := map[byte]int{17: 12, 18: 16}[tag]
		if tag <= 16 {
			size = int(tag)
		}
		key := bytes.Join([][]byte{prefix, b[heads+8*i : heads+8*i+8-pad], tail[from : to-size]}, nil)
		entry(key, tag, tail[to-size:to])
	}
}

// value returns what an entry leads to: bytes of the leaf itself, or of a change in the log.
func (r *formatReader) value(segments map[uint32][]byte, key []byte, tag byte, value []byte) string {
	if tag <= 16 {
		return string(value)
	}
	r.want(tag == 17, "tag %d", tag)
	lsn, n := le.Uint64(value), le.Uint32(value[8:])
	b := segments[uint32(lsn>>32)][uint32(lsn):]
	kind, keyLen := b[14], int(le.Uint16(b[12:]))
	b = b[:16+keyLen+int(le.Uint32(b[8:]))]
	r.want(le.Uint64(b) == r.sum(b[8:], lsn) && kind == 1 && le.Uint32(b[8:]) == n && bytes.Equal(b[16:16+keyLen], key), "the change of %q at %x", key, lsn)
	return string(b[16+keyLen:])
}

// TestFormat reads a closed store by what FORMAT.md says of it, from the manifest by the checkpoint to each value in the log.
func TestFormat(t *testing.T) {
	dir, want := t.TempDir(), map[string]string{}
	db, err := store.Open(dir, store.Options{})
	check(err)
	ks, err := db.Keyspace("things")
	check(err)
	for from := 0; from < 20000; from += 1000 {
		check(db.Update(func(tx *store.Tx) error {
			for i := from; i < from+1000; i++ {
				key, value := fmt.Sprintf("thing %d", i*7919%20000), fmt.Sprintf("%d %0*d", i, i%150, i)
				want[key] = value
				if err := tx.Put(ks, []byte(key), []byte(value)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	check(db.Close())

	r := &formatReader{t: t, dir: dir}
	m := r.manifest()
	number, length := le.Uint64(m[64:]), le.Uint64(m[88:])
	r.want(le.Uint64(m[56:]) == 1 && number > 0, "not closed, or without a checkpoint")
	segments := r.segments(m)
	file := r.file(fmt.Sprintf("%06d.ckpt", number))[:length]
	r.want(string(file[:8]) == "arborckp" && le.Uint64(file[8:]) == 0, "the checkpoint's header")
	foot := file[length-64:]
	r.want(le.Uint64(foot) == r.sum(foot[8:], number<<40|(length-64)) && string(foot[56:]) == "arborend" && le.Uint64(foot[48:]) == length, "the footer")
	var space byte
	var last []byte
	got, keys, levels := map[string]string{}, uint64(0), le.Uint32(foot[20:])
	r.walk(file, number, le.Uint64(foot[8:]), le.Uint32(foot[16:]), func(key []byte, tag byte, value []byte) {
		r.want(bytes.Compare(last, key) < 0, "%q comes behind %q", key, last)
		last, keys = key, keys+1
		switch v := r.value(segments, key, tag, value); {
		case key[0] == 1 && string(key[1:]) == "things":
			space = v[0]
		case key[0] == space && space > 1:
			got[string(key[1:])] = v
		}
	})
	r.want(keys == le.Uint64(foot[24:]) && levels > 0, "%d keys, %d levels", keys, levels)
	r.want(len(got) == len(want), "%d of %d keys", len(got), len(want))
	for key, value := range want {
		r.want(got[key] == value, "%q: %q, want %q", key, got[key], value)
	}
}
