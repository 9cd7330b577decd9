package model

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"arbor/store"
	"arbor/timeseries"
)

// sampleMode is what an op does with its samples. The numbers are the format.
type sampleMode byte

const (
	samplesAppend sampleMode = iota
	samplesRemove
	samplesRestore
	sampleModes
)

// MaxSamples is the most samples that one call of Log takes; more belong into chunks.
const MaxSamples = 4096

func (d device) stream() uint64 { return binary.BigEndian.Uint64(d[:]) }

func appendSamples(b []byte, samples []timeseries.Sample) []byte {
	last := int64(0)
	for _, s := range samples {
		b = appendVarint(b, s.T-last) // wraps round, and back when it is read
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(s.V))
		last = s.T
	}
	return b
}

func decodeSamples(d *decoder) []timeseries.Sample {
	var out []timeseries.Sample
	last := int64(0)
	for len(d.b) > 0 && d.err == nil {
		last += d.varint()
		out = append(out, timeseries.Sample{T: last, V: math.Float64frombits(d.u64())})
	}
	return out
}

// changeSamples writes samples to a stream, or takes them out of it.
func (f *fold) changeSamples(o *op) (undoing, error) {
	h, err := f.get(o.node)
	if err != nil || h.node == nil {
		return undoing{}, err
	}
	series, stream := timeseries.ID(o.node), o.device.stream()
	back := *o
	switch o.mode {
	case samplesAppend:
		if slices.ContainsFunc(o.samples, func(s timeseries.Sample) bool { return s.T == math.MaxInt64 }) {
			return undoing{}, nil // no time at which a sample can be
		}
		back.mode = samplesRemove
		err = f.ks.book.Append(f.tx, series, stream, o.samples)
	case samplesRemove:
		back.mode, back.samples = samplesRestore, nil
		for _, s := range slices.Backward(o.samples) {
			found, err := f.ks.book.Remove(f.tx, series, stream, s)
			if err != nil {
				return undoing{}, err
			}
			if found {
				back.samples = append(back.samples, s)
			}
		}
		slices.Reverse(back.samples)
	case samplesRestore:
		back.mode = samplesRemove
		for _, s := range o.samples {
			if err := f.ks.book.Restore(f.tx, series, stream, s); err != nil {
				return undoing{}, err
			}
		}
	}
	return inverseOf(back), err
}

// changeChunk adds a chunk to a stream, or drops it.
func (f *fold) changeChunk(o *op) (undoing, error) {
	h, err := f.get(o.node)
	if err != nil || h.node == nil {
		return undoing{}, err
	}
	series, stream := timeseries.ID(o.node), o.device.stream()
	old, err := f.ks.book.Chunk(f.tx, series, stream, o.hash)
	if missing := errors.Is(err, store.ErrNotFound); err != nil && !missing || missing != o.present {
		if missing {
			err = nil
		}
		return undoing{}, err // it is there, or not there, already
	}
	back := *o
	back.present = !o.present
	if !o.present {
		_, err := f.ks.book.DropChunk(f.tx, series, stream, o.hash)
		return undoing{op: back, known: true, chunk: old}, err
	}
	if c := f.read[o.hash]; c != nil {
		_, err := f.ks.book.PutRead(f.tx, series, stream, c)
		return inverseOf(back), err
	}
	chunk, err := f.chunk(o.hash)
	if err != nil || chunk == nil {
		return undoing{}, err
	}
	_, err = f.ks.book.PutChunk(f.tx, series, stream, chunk)
	return inverseOf(back), err
}

// FieldMerge is the field that holds the policy by which what devices wrote to a series is merged.
const FieldMerge = "merge"

// Source is how the node's series is read: by the policy in its field, by Last where that says nothing that is one.
func (n *Node) Source() timeseries.Series {
	s := timeseries.Series{ID: timeseries.ID(n.ID)}
	if name, ok := n.Field(FieldMerge); ok {
		if p, err := timeseries.ParsePolicy(name); err == nil {
			s.Merge = p
		}
	}
	return s
}

// Stream returns under which number this device writes to series.
func (v *View) Stream() (uint64, error) {
	me, err := readSelf(&v.t.ks, v.r)
	if err != nil {
		return 0, err
	}
	return me.device.stream(), nil
}

// Log adds samples to a series, by hand as it were: each is part of the log. Where other devices or what was said of the series would keep a sample
// from sight it is put above that, so that what was logged last is seen.
func (e *Edit) Log(series ID, samples ...timeseries.Sample) error {
	if _, err := e.need(series); err != nil {
		return err
	}
	if len(samples) == 0 {
		return nil
	}
	if len(samples) > MaxSamples {
		return fmt.Errorf("log %d samples at once, at most %d: %w", len(samples), MaxSamples, ErrTooLarge)
	}
	for _, s := range samples {
		if s.T == math.MaxInt64 {
			return fmt.Errorf("log to %s: %w", series, timeseries.ErrTime)
		}
	}
	if err := e.setFlag(series, isSeries, true); err != nil {
		return err
	}
	samples, err := e.logAbove(series, slices.Clone(samples))
	if err != nil || len(samples) == 0 {
		return err
	}
	return e.do(op{kind: opSamples, node: series, device: e.batch.device, samples: samples})
}

// RemoveSample takes one sample, of exactly this time and value, out of a series. It reports whether this device had one.
func (e *Edit) RemoveSample(series ID, s timeseries.Sample) (bool, error) {
	if _, err := e.need(series); err != nil {
		return false, err
	}
	before := len(e.fold.side.inverse)
	err := e.do(op{kind: opSamples, node: series, device: e.batch.device, mode: samplesRemove, samples: []timeseries.Sample{s}})
	if err != nil {
		return false, err
	}
	return len(e.fold.side.inverse[before].op.samples) > 0, nil
}

// PutChunk adds a chunk of samples, as timeseries.EncodeChunk makes it, to a series. The log names it by its hash; adding it again
// changes nothing.
func (e *Edit) PutChunk(series ID, chunk []byte) error {
	h := timeseries.HashChunk(chunk)
	e.chunks[h] = chunk
	return e.putChunk(series, h)
}

// PutRead is PutChunk of a chunk that was looked into.
func (e *Edit) PutRead(series ID, c *timeseries.Chunk) error {
	e.fold.read[c.Hash()] = c
	return e.putChunk(series, c.Hash())
}

func (e *Edit) putChunk(series ID, h timeseries.Hash) error {
	if _, err := e.need(series); err != nil {
		return err
	}
	if err := e.setFlag(series, isSeries, true); err != nil {
		return err
	}
	_, err := e.t.ks.book.Chunk(e.r, timeseries.ID(series), e.batch.device.stream(), h)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return e.do(op{kind: opChunk, node: series, device: e.batch.device, present: true, hash: h})
}

// DropChunk takes a chunk of a series away again.
func (e *Edit) DropChunk(series ID, h timeseries.Hash) error {
	if _, err := e.need(series); err != nil {
		return err
	}
	_, err := e.t.ks.book.Chunk(e.r, timeseries.ID(series), e.batch.device.stream(), h)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return e.do(op{kind: opChunk, node: series, device: e.batch.device, hash: h})
}

// AllSeries returns the nodes of the tree that have samples, in the order in which they got their first.
func (v *View) AllSeries() ([]Node, error) {
	var out []Node
	seen := map[ID]bool{}
	for id, err := range postings(&v.t.ks, v.r, store.Prefix(termPrefix(string(rune(termSeries))))) {
		if err != nil {
			return nil, err
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		n, err := v.node(id)
		if err != nil {
			return nil, err
		}
		if n == nil || !n.Series {
			continue
		}
		if top, err := v.Top(id); err != nil {
			return nil, err
		} else if top == Root {
			out = append(out, v.worded(n.clone()))
		}
	}
	return out, nil
}

// Measured returns those of AllSeries whose samples are numbers, and no texts.
func (v *View) Measured() ([]Node, error) {
	all, err := v.AllSeries()
	return slices.DeleteFunc(all, func(n Node) bool { return n.Definition().Kind == Words }), err
}

// SeriesByName returns the series of that name: the text of its node without tags and fields, else with another letter case.
func (v *View) SeriesByName(name string) (ID, bool, error) {
	all, err := v.AllSeries()
	if err != nil {
		return ID{}, false, err
	}
	name = strings.TrimSpace(name)
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for _, n := range all {
			if same(seriesName(n.Text), name) || same(n.Text, name) {
				return n.ID, true, nil
			}
		}
	}
	return ID{}, false, nil
}

// seriesName is a text without its live words.
func seriesName(text string) string {
	words := strings.Fields(text)
	words = slices.DeleteFunc(words, func(w string) bool { return len(w) > 1 && w[0] == '#' })
	return strings.Join(words, " ")
}

// SeriesNode returns the series of that name, making its node at the end of the tree if there is none. Two devices that make the same
// name make the same node.
func (e *Edit) SeriesNode(name string) (ID, error) {
	name = strings.TrimSpace(OneLine(name))
	if name == "" {
		return ID{}, fmt.Errorf("series: %w", ErrName)
	}
	id, found, err := e.SeriesByName(name)
	if err != nil || found {
		return id, err
	}
	id = Named("series/" + name)
	n, err := e.node(id)
	if err != nil {
		return id, err
	}
	if n != nil && n.Text == name {
		if top, err := e.Top(id); err != nil || top == Root {
			return id, err // made a moment ago: it has no samples yet
		}
	}
	if n == nil {
		err = e.CreateID(id, Root, Last, name)
	} else { // renamed, in the trash, or with the samples of an import that was undone: that one goes its own way
		id, err = e.Create(Root, Last, name)
	}
	if err != nil {
		return id, err
	}
	return id, e.setFlag(id, isSeries, true)
}

// MakeSeries makes a node a series, with or without samples.
func (e *Edit) MakeSeries(id ID) error { return e.setFlag(id, isSeries, true) }

// SeriesNode returns the series of that name, making its node in an action of its own if there is none.
func (t *Tree) SeriesNode(name string) (ID, error) {
	var id ID
	var found bool
	err := t.look(func(v *View) (err error) {
		id, found, err = v.SeriesByName(name)
		return err
	})
	if err != nil || found {
		return id, err
	}
	_, err = t.Do("series "+name, func(e *Edit) (err error) {
		id, err = e.SeriesNode(name)
		return err
	})
	return id, err
}
