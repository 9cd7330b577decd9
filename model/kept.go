package model

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

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

// readSheet reads the blocks of a file, which begin at from, two parts at a time.
func readSheet(f io.ReaderAt, h *sheetHead, from int64) (*Sheet, error) {
	n, at := 0, from
	type place struct {
		slot int
		at   int64
	}
	places := make([]place, len(h.blocks))
	for i, p := range h.blocks {
		places[i] = place{n, at}
		n, at = n+p.nodes, at+int64(p.size)
	}
	s := &Sheet{blocks: make([][]Facts, len(h.blocks)), all: make([]*Facts, n)}
	st := &positions{parents: make([]int32, n), tops: make([]ID, n), children: make([]int32, n)}
	if err := together(2, func(part int) error {
		first, end := part*len(h.blocks)/2, (part+1)*len(h.blocks)/2
		r := factsReader{names: map[string]string{}}
		var b []byte
		for i := first; i < end; i++ {
			p := h.blocks[i]
			b = slices.Grow(b[:0], p.size)[:p.size]
			if _, err := f.ReadAt(b, places[i].at); err != nil {
				return err
			}
			if xxhash.Sum64(b) != p.sum {
				return errFormat
			}
			facts, d, slot := make([]Facts, p.nodes), decoder{b: b}, places[i].slot
			for j := range facts {
				var at seat
				r.decodeFacts(&d, &facts[j], &at)
				s.all[slot+j], st.parents[slot+j], st.tops[slot+j] = &facts[j], at.parent, at.top
				if at.parent >= int32(n) || at.parent < -1 || j > 0 && bytes.Compare(facts[j-1].ID[:], facts[j].ID[:]) >= 0 {
					return errFormat
				}
			}
			if err := d.end(); err != nil {
				return err
			}
			s.blocks[i] = facts
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for i := 1; i < len(s.blocks); i++ {
		if last := s.blocks[i-1]; bytes.Compare(last[len(last)-1].ID[:], s.blocks[i][0].ID[:]) >= 0 {
			return nil, errFormat
		}
	}
	for _, up := range st.parents {
		if up >= 0 {
			st.children[up]++
		}
	}
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

// encode returns the blocks of a file, and names them in its head.
func (s *Sheet) encode(h *sheetHead) []byte {
	st, slot := s.positions(), 0
	var out []byte
	for _, block := range s.blocks {
		from := len(out)
		for i := range block {
			out = appendFacts(out, &block[i], st.parents[slot], st.tops[slot])
			slot++
		}
		h.blocks = append(h.blocks, sheetPart{len(block), len(out) - from, xxhash.Sum64(out[from:])})
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
