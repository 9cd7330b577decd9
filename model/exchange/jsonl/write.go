package jsonl

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/timeseries"
)

func compare(a, b string) int { return strings.Compare(a, b) }

// Writer writes a file. Close ends it.
type Writer struct {
	buf            *bufio.Writer
	enc            *json.Encoder
	nodes, samples int
	happened       int
}

// NewWriter begins a file. now is said in its header.
func NewWriter(w io.Writer, now time.Time) (*Writer, error) {
	buf := bufio.NewWriterSize(w, 64<<10)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	out := &Writer{buf: buf, enc: enc}
	return out, enc.Encode(header{Version, now.UTC().Truncate(time.Millisecond)})
}

// Close ends the file; it does not close what it was written to.
func (w *Writer) Close() error {
	if err := w.enc.Encode(end{true, w.nodes, w.samples, w.happened}); err != nil {
		return err
	}
	return w.buf.Flush()
}

// Node writes a node, the order-th child of its parent, and its samples.
func (w *Writer) Node(v *model.View, book *timeseries.Book, n *model.Node, order int) error {
	note, err := v.Note(n.ID)
	if err != nil {
		return err
	}
	w.nodes++
	if err := w.enc.Encode(Of(n, note, order)); err != nil {
		return err
	}
	if err := w.events(v, n.ID); err != nil || !n.Series {
		return err
	}
	s := samples{Samples: n.ID.String()}
	flush := func() error {
		if len(s.Values) == 0 {
			return nil
		}
		w.samples += len(s.Values)
		err := w.texts(v, book, n, &s)
		if err == nil {
			err = w.enc.Encode(s)
		}
		s.Values, s.Texts = s.Values[:0], nil
		return err
	}
	for x, err := range book.Range(v.Reader(), n.Source(), math.MinInt64, math.MaxInt64) {
		if err != nil {
			return fmt.Errorf("samples of %s: %w", n.ID, err)
		}
		if n := len(s.Values); n >= timeseries.MaxChunk && s.Values[n-1].T != x.T { // those of one time stay together
			if err := flush(); err != nil {
				return err
			}
		}
		s.Values = append(s.Values, pair(x))
	}
	return flush()
}

// texts adds what the values of a series of texts stand for.
func (w *Writer) texts(v *model.View, book *timeseries.Book, n *model.Node, s *samples) error {
	if n.Definition().Kind != model.Words {
		return nil
	}
	for _, x := range s.Values {
		text, known, err := book.Word(v.Reader(), timeseries.ID(n.ID), x.V)
		if err != nil {
			return fmt.Errorf("texts of %s: %w", n.ID, err)
		}
		if known && !slices.Contains(s.Texts, text) {
			s.Texts = append(s.Texts, text)
		}
	}
	return nil
}

// Write writes a whole tree: the root and all below it, and the trash.
func Write(out io.Writer, v *model.View, book *timeseries.Book, now time.Time) error {
	w, err := NewWriter(out, now)
	if err != nil {
		return err
	}
	for _, top := range []model.ID{model.Root, model.Trash} {
		if err := w.subtree(v, book, top); err != nil {
			return err
		}
	}
	return w.Close()
}

// subtree writes a node and all below it, parents first.
func (w *Writer) subtree(v *model.View, book *timeseries.Book, top model.ID) error {
	type todo struct {
		id    model.ID
		order int
	}
	for stack := []todo{{id: top}}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		n, err := v.Node(at.id)
		if err != nil {
			return err
		}
		if err := w.Node(v, book, &n, at.order); err != nil {
			return err
		}
		first := len(stack)
		for c, err := range v.Children(at.id) {
			if err != nil {
				return err
			}
			stack = append(stack, todo{c.ID, len(stack) - first})
		}
		for i, j := first, len(stack)-1; i < j; i, j = i+1, j-1 {
			stack[i], stack[j] = stack[j], stack[i]
		}
	}
	return nil
}
