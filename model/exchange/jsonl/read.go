package jsonl

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"arbor/model"
	"arbor/model/exchange"
	"arbor/timeseries"
)

// maxLine bounds a line; the longest that is written, with a whole note of escapes, is far below.
const maxLine = 64 << 20

// Read makes a plan of a file, which it reads once to see that it is whole and again each time the plan is gone through. It keeps the ids
// of the nodes in memory, and nothing else.
func Read(src io.ReadSeeker) (*exchange.Plan, error) {
	f := &file{src: src, known: map[model.ID]bool{model.Root: true, model.Trash: true}}
	p := &exchange.Plan{Exact: true, Each: f.each, Samples: f.samples, Events: f.events}
	p.Report.Format = string(exchange.JSON)
	f.report = &p.Report
	if err := f.check(); err != nil {
		return nil, err
	}
	f.report = nil // later passes have nothing new to say
	return p, nil
}

type file struct {
	src    io.ReadSeeker
	known  map[model.ID]bool // true for a series
	report *exchange.Report
}

// lines calls fn with each line behind the header, up to the one that ends the file.
func (f *file) lines(fn func(number int, l *line) error) error {
	if _, err := f.src.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read it again from the beginning: %w", err)
	}
	in := bufio.NewReaderSize(f.src, 64<<10)
	var buf []byte
	ended := false
	for number := 1; ; number++ {
		text, err := readLine(in, &buf)
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		if text = bytes.TrimSpace(text); number == 1 {
			if err := checkHeader(bytes.TrimPrefix(text, []byte("\ufeff"))); err != nil {
				return err
			}
			continue
		}
		if len(text) == 0 {
			continue
		}
		if ended {
			return fmt.Errorf("line %d: something follows the end", number)
		}
		l, err := f.decode(number, text)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the object that begins here does not end: the file is truncated")
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		ended = l.End
		if err := fn(number, l); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	if !ended {
		return errors.New(`the last line, {"end":true}, is missing: the file is truncated`)
	}
	return nil
}

// readLine returns the next line, which is valid until the next call.
func readLine(in *bufio.Reader, buf *[]byte) ([]byte, error) {
	*buf = (*buf)[:0]
	for {
		part, err := in.ReadSlice('\n')
		if len(*buf) == 0 && err == nil {
			return part, nil
		}
		*buf = append(*buf, part...)
		switch {
		case len(*buf) > maxLine:
			return nil, fmt.Errorf("it is longer than %d bytes", maxLine)
		case err == nil, err == io.EOF && len(*buf) > 0:
			return *buf, nil
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}

func checkHeader(text []byte) error {
	if err := exchange.Readable(text); err != nil {
		return err
	}
	var h struct {
		Arbor *int `json:"arbor"`
	}
	switch err := json.Unmarshal(text, &h); {
	case err != nil || h.Arbor == nil:
		return errors.New(`line 1: it does not begin with {"arbor":1}, so it is no export of ours`)
	case *h.Arbor > Version:
		return fmt.Errorf("line 1: it is of format %d, from a newer arbor; this one reads up to %d", *h.Arbor, Version)
	case *h.Arbor < 1:
		return fmt.Errorf("line 1: there is no format %d", *h.Arbor)
	}
	return nil
}

// decode reads a line. What it does not know is passed over, and said.
func (f *file) decode(number int, text []byte) (*line, error) {
	var l line
	if f.report == nil {
		return &l, json.Unmarshal(text, &l)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(&l)
	if key, unknown := strings.CutPrefix(fmt.Sprint(err), "json: unknown field "); unknown {
		f.report.Drop(number, "key %s, which this version does not know", key)
		l = line{}
		err = json.Unmarshal(text, &l)
	} else if err == nil && d.InputOffset() < int64(len(text)) {
		err = errors.New("something follows the object")
	}
	return &l, err
}

// check goes through the whole file once.
func (f *file) check() error {
	seen := map[model.ID]bool{}
	nodes, count, happened := 0, 0, 0
	return f.lines(func(number int, l *line) error {
		switch {
		case l.End:
			return checkEnd(l, nodes, count, happened)
		case l.Events != nil:
			evs, err := l.happenings()
			if err != nil {
				return err
			}
			if len(evs) > 0 && !seen[evs[0].Node] {
				return fmt.Errorf("events of %s, which is no node further up", evs[0].Node)
			}
			happened += len(evs)
			return nil
		case l.Samples != nil:
			id, err := l.series()
			if err != nil {
				return err
			}
			if !f.known[id] {
				return fmt.Errorf("samples of %s, which is no series further up", id)
			}
			count += len(l.Values)
			return checkOrder(l.Values)
		}
		n, err := l.Node.node()
		if err != nil {
			return err
		}
		if seen[n.ID] {
			return fmt.Errorf("node %s comes a second time", n.ID)
		}
		seen[n.ID], f.known[n.ID] = true, n.Series
		nodes++
		if _, ok := f.known[n.Parent]; !ok || n.Parent == n.ID && n.ID != model.Root && n.ID != model.Trash {
			f.report.Map(number, "nodes whose parent does not come before them → the top of the tree")
		}
		if n.ID == model.Detached {
			return fmt.Errorf("%s is no node to import", n.ID)
		}
		return nil
	})
}

// checkEnd compares the counts of the last line, where it has any.
func checkEnd(l *line, nodes, count, happened int) error {
	var want, events int
	if l.Samples != nil {
		if err := json.Unmarshal(l.Samples, &want); err != nil {
			return fmt.Errorf("count of samples: %w", err)
		}
	}
	if l.Events != nil {
		if err := json.Unmarshal(l.Events, &events); err != nil {
			return fmt.Errorf("count of events: %w", err)
		}
		if events != happened {
			return fmt.Errorf("the end counts %d events, but there are %d: the file is damaged", events, happened)
		}
	}
	if l.Nodes != 0 && l.Nodes != nodes || l.Samples != nil && want != count {
		return fmt.Errorf("the end counts %d nodes and %d samples, but there are %d and %d: the file is damaged", l.Nodes, want, nodes, count)
	}
	return nil
}

func checkOrder(values []pair) error {
	for i := 1; i < len(values); i++ {
		if values[i].T < values[i-1].T {
			return fmt.Errorf("sample %d is earlier than the one before", i+1)
		}
	}
	return nil
}

func (l *line) series() (model.ID, error) {
	var s string
	if err := json.Unmarshal(l.Samples, &s); err != nil {
		return model.ID{}, fmt.Errorf("series: %w", err)
	}
	return model.ParseID(s)
}

// each calls fn with the nodes.
func (f *file) each(fn func(*exchange.Node) error) error {
	placed := map[model.ID]bool{model.Root: true, model.Trash: true}
	return f.lines(func(number int, l *line) error {
		if l.End || l.Samples != nil || l.Events != nil {
			return nil
		}
		n, err := l.Node.node()
		if err != nil {
			return err
		}
		if n.ID != model.Root && n.ID != model.Trash {
			if !placed[n.Parent] {
				n.Parent = model.Root
			}
			placed[n.ID] = true
		}
		return fn(&exchange.Node{Node: *n, Note: l.Note, Line: number})
	})
}

// samples calls fn with the samples.
func (f *file) samples(fn func(exchange.Samples) error) error {
	return f.lines(func(_ int, l *line) error {
		if l.End || l.Samples == nil {
			return nil
		}
		id, err := l.series()
		if err != nil {
			return err
		}
		s := exchange.Samples{Series: id, Texts: l.Texts, Samples: make([]timeseries.Sample, len(l.Values))}
		for i, x := range l.Values {
			s.Samples[i] = timeseries.Sample(x)
		}
		return fn(s)
	})
}
