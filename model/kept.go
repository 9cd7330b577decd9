package model

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"arbor/store"

	"github.com/cespare/xxhash/v2"
)

// keptNodes is how large a tree is of which a sheet is kept in a file. Of a smaller one it is made faster than a file is written.
const keptNodes = 4096

// The file is written anew when more nodes than keptLeast, and more than one in keptChanges, had to be read from the store, or when it was opened
// and written to more often than keptOpenings since. The store tells what changed for twice as many openings.
const (
	keptLeast    = 64
	keptChanges  = 512
	keptOpenings = 32
)

// keptSheet reads the sheet that another process, or this one, has left in the file, and of the store what changed since. It is nil if there
// is none that leads to this state: the file is of another store or of a past that this one does not have, the store does not know what changed
// since, or the file is damaged. An error is one of the store.
func (v *View) keptSheet(at store.Position, now *store.Snapshot) (*Sheet, error) {
	f, err := os.Open(v.t.sheets.path)
	if err != nil {
		return nil, nil // it is made again
	}
	defer f.Close()
	h, from, err := readSheetHead(f)
	if err != nil {
		return nil, nil // as above
	}
	if past, err := v.past(h.ends); err != nil || !past {
		return nil, err
	}
	s, err := readSheet(f, &h, from)
	if err != nil {
		return nil, nil // as above
	}
	next, err := v.refreshSheet(s, now.Since(h.at, v.t.ks.nodes, store.Range{}))
	if errors.Is(err, store.ErrStale) {
		return nil, nil // if the owner of the store is gone, reading all says so
	}
	if err == nil {
		next.worn = next.read > max(keptLeast, next.Len()/keptChanges) || h.at.Openings(at) > keptOpenings
	}
	return next, err
}

// past reports whether the logs have these batches.
func (v *View) past(ends []logEnd) (bool, error) {
	for _, e := range ends {
		w, err := readWriter(&v.t.ks, v.r, e.device)
		if err != nil {
			return false, err
		}
		stamp := w.stamp
		if w.seq != e.seq {
			b, err := readBatch(&v.t.ks, v.r, e.device, e.seq)
			if errors.Is(err, store.ErrNotFound) {
				return false, nil
			}
			if err != nil {
				return false, err
			}
			stamp = b.batch.stamp
		}
		if stamp != e.stamp {
			return false, nil
		}
	}
	return true, nil
}

func readSheetHead(f *os.File) (h sheetHead, size int64, err error) {
	prefix := make([]byte, sheetPrefix)
	if _, err := io.ReadFull(f, prefix); err != nil {
		return h, 0, err
	}
	n := binary.LittleEndian.Uint32(prefix[len(sheetMagic):])
	if string(prefix[:len(sheetMagic)]) != sheetMagic || n > maxSheetHead {
		return h, 0, errFormat
	}
	body := make([]byte, n+8)
	if _, err := io.ReadFull(f, body); err != nil {
		return h, 0, err
	}
	if sum := binary.LittleEndian.Uint64(body[n:]); xxhash.Sum64(body[:n]) != sum {
		return h, 0, errFormat
	}
	h, err = decodeSheetHead(body[:n])
	return h, int64(len(prefix) + len(body)), err
}

// readSheet reads what follows the head of a file, which ends at from, two parts at a time.
func readSheet(f io.ReaderAt, h *sheetHead, from int64) (*Sheet, error) {
	numbers := make([]byte, 8*h.nodes)
	if _, err := f.ReadAt(numbers, from); err != nil {
		return nil, err
	}
	if xxhash.Sum64(numbers) != h.sum {
		return nil, errFormat
	}
	st, bits := &positions{parents: make([]int32, h.nodes)}, make([]uint32, h.nodes)
	for slot := range bits {
		st.parents[slot], bits[slot] = int32(binary.LittleEndian.Uint32(numbers[8*slot:])), binary.LittleEndian.Uint32(numbers[8*slot+4:])
		if up := st.parents[slot]; up < -1 || int(up) >= h.nodes || State(bits[slot]&factState) >= states || bits[slot]/factTop >= uint32(len(factTops)) {
			return nil, errFormat
		}
	}
	from += int64(len(numbers))
	blocks, ends := make([]factBlock, len(h.blocks)), make([]int64, len(h.blocks)+1)
	for i, p := range h.blocks {
		ends[i+1] = ends[i] + int64(p.size)
	}
	if err := together(2, func(part int) error {
		first, end := part*len(blocks)/2, (part+1)*len(blocks)/2
		b := make([]byte, ends[end]-ends[first])
		if _, err := f.ReadAt(b, from+ends[first]); err != nil {
			return err
		}
		for i := first; i < end; i++ {
			p := h.blocks[i]
			if blocks[i], b = newFactBlock(p.nodes, b[:p.size:p.size]), b[p.size:]; xxhash.Sum64(blocks[i].b) != p.sum {
				return errFormat
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	s := &Sheet{columns: newColumns(blocks, bits)}
	s.once.Do(func() { s.stand = st })
	return s, nil
}

// keepSheet writes a sheet of the view's state to the file. That it cannot is no error: the next process does without.
func (v *View) keepSheet(s *Sheet) error {
	if s.Len() < v.t.sheets.least {
		return nil
	}
	writers, err := heads(&v.t.ks, v.r)
	if err != nil {
		return err
	}
	h := sheetHead{at: s.at}
	for _, w := range writers {
		if w.seq > 0 {
			h.ends = append(h.ends, logEnd{w.device, w.seq, w.stamp})
		}
	}
	blocks := s.encode(&h)
	path := v.t.sheets.path
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil
	}
	unfinished, _ := filepath.Glob(path + ".*") // of processes that were killed while they wrote
	for _, name := range unfinished {
		if at, err := os.Stat(name); err == nil && time.Since(at.ModTime()) > time.Hour {
			os.Remove(name) // or the next one does
		}
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*")
	if err != nil {
		return nil
	}
	for _, b := range [][]byte{h.encode(), blocks} {
		if err == nil {
			_, err = f.Write(b)
		}
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name()) // what is left of it is never read
	}
	return nil
}

// encode returns what follows the head of a file, which it fills.
func (s *Sheet) encode(h *sheetHead) []byte {
	st := s.positions()
	var out []byte
	for slot, bits := range s.bits {
		out = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(out, uint32(st.parents[slot])), bits)
	}
	h.sum = xxhash.Sum64(out)
	for _, b := range s.blocks {
		out = append(out, b.b...)
		h.blocks = append(h.blocks, sheetPart{b.nodes, len(b.b), xxhash.Sum64(b.b)})
	}
	return out
}

// sheetPath names the file of a store's sheet in a directory: another store, another place of it or another life of it has another.
func sheetPath(dir string, fingerprint uint64) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, fmt.Sprintf("%016x.sheet", fingerprint))
}
