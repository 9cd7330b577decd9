package model

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"slices"

	"arbor/store"
)

// A stack lists the batches of a device that can be undone, or redone, oldest first, in blocks. What is on it follows from the log:
// an action is pushed on undo, an undo moves its target from undo to redo, a redo moves its own back.
const (
	stackBlock = 64
	// redoHorizon is how many later actions of others a redo outlives. It bounds what ended sessions leave behind.
	redoHorizon = 1000
)

// frame is one batch on a stack.
type frame struct {
	seq     uint64
	session uint32 // sessionHash
}

const frameSize = 12

func sessionHash(session string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(session)) // never fails
	return h.Sum32()
}

func encodeFrames(frames []frame) []byte {
	b := make([]byte, 0, len(frames)*frameSize)
	for _, f := range frames {
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(b, f.seq), f.session)
	}
	return b
}

// stack is one of the two lists of a writer.
type stack struct {
	ks     *spaces
	mark   byte
	device device
	blocks *uint64
}

func (w *writer) undoStack(ks *spaces) stack { return stack{ks, undoMark, w.device, &w.undo} }
func (w *writer) redoStack(ks *spaces) stack { return stack{ks, redoMark, w.device, &w.redo} }

func (s stack) read(r store.Reader, block uint64) ([]frame, error) {
	b, err := r.Get(s.ks.meta, stackKey(s.mark, s.device, block))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	var out []frame
	for d := (decoder{b: b}); len(d.b) >= frameSize; {
		f := frame{seq: d.u64()}
		f.session = binary.BigEndian.Uint32(d.fixed(4))
		out = append(out, f)
	}
	return out, nil
}

// write stores a block, dropping it and the empty ones before it if it is the last and empty.
func (s stack) write(tx *store.Tx, block uint64, frames []frame) error {
	key := stackKey(s.mark, s.device, block)
	if len(frames) > 0 {
		return tx.Put(s.ks.meta, key, encodeFrames(frames))
	}
	if err := tx.Delete(s.ks.meta, key); err != nil {
		return err
	}
	for *s.blocks > 0 {
		last, err := s.read(tx, *s.blocks-1)
		if err != nil || len(last) > 0 {
			return err
		}
		*s.blocks--
	}
	return nil
}

func (s stack) push(tx *store.Tx, f frame) error {
	var frames []frame
	if *s.blocks > 0 {
		var err error
		if frames, err = s.read(tx, *s.blocks-1); err != nil {
			return err
		}
	}
	if *s.blocks == 0 || len(frames) >= stackBlock {
		frames = nil
		*s.blocks++
	}
	return s.write(tx, *s.blocks-1, append(frames, f))
}

// filter keeps the frames that keep says yes to. It goes from the newest block to the oldest and ends after the first block for
// which more says no.
func (s stack) filter(tx *store.Tx, keep func(frame) bool, more func([]frame) bool) error {
	for block := *s.blocks; block > 0; block-- {
		frames, err := s.read(tx, block-1)
		if err != nil {
			return err
		}
		left := slices.DeleteFunc(slices.Clone(frames), func(f frame) bool { return !keep(f) })
		if len(left) < len(frames) {
			if err := s.write(tx, block-1, left); err != nil {
				return err
			}
		}
		if !more(frames) {
			return nil
		}
	}
	return nil
}

// remove takes the frame of one batch away.
func (s stack) remove(tx *store.Tx, seq uint64) error {
	return s.filter(tx, func(f frame) bool { return f.seq != seq }, func(block []frame) bool {
		return len(block) == 0 || block[0].seq > seq
	})
}

// find returns the newest frame that ok says yes to.
func (s stack) find(r store.Reader, ok func(frame) bool) (frame, bool, error) {
	for block := *s.blocks; block > 0; block-- {
		frames, err := s.read(r, block-1)
		if err != nil {
			return frame{}, false, err
		}
		for _, f := range slices.Backward(frames) {
			if ok(f) {
				return f, true, nil
			}
		}
	}
	return frame{}, false, nil
}

// note moves the stacks as b demands.
func (w *writer) note(ks *spaces, tx *store.Tx, b *batch) error {
	own := frame{b.seq, sessionHash(b.session)}
	switch b.role {
	case rolePart:
		w.action = b.seq
	case roleAction:
		w.action = b.seq
		keep := func(f frame) bool { return f.session != own.session && f.seq+redoHorizon > b.seq }
		if err := w.redoStack(ks).filter(tx, keep, func([]frame) bool { return true }); err != nil {
			return err
		}
		return w.undoStack(ks).push(tx, own)
	case roleUndo:
		if err := w.undoStack(ks).remove(tx, b.target); err != nil || len(b.ops) == 0 && b.first == 0 { // nor did its parts do anything
			return err
		}
		return w.redoStack(ks).push(tx, own)
	case roleRedo:
		if err := w.redoStack(ks).remove(tx, b.target); err != nil || len(b.ops) == 0 && b.first == 0 {
			return err
		}
		return w.undoStack(ks).push(tx, own)
	}
	return nil
}
