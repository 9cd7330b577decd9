package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/exchange"
	"arbor/timeseries"
	"arbor/timeseries/ingest"
)

const (
	logEvery    = 100 * time.Millisecond // what comes faster is logged together
	maxLine     = 4096                   // bytes of a line that holds a sample
	maxBadLines = 20                     // that are told one by one
)

// heard is a line of a stream.
type heard struct {
	n    int // from 1
	text []byte
	at   time.Time
	err  error // why it cannot be read; then it is the last
}

// stream is what is logged from standard input.
type stream struct {
	*run
	s         *Session
	name      string
	how       logging
	lines     *ingest.Lines
	in        <-chan heard
	committed time.Time // when the last batch was

	node             model.Node // once there is one
	last             int64      // the time that the last line without one was given
	logged, had, bad int
	texts            map[float64]string // of a series of texts those of the batch
	broken           error              // what ends it before the input does
	ended            bool
}

// logLines logs the lines of standard input until it ends or ctx does. What is told as logged survives a crash.
func (r *run) logLines(ctx context.Context, name string, l logging) error {
	if name = strings.TrimSpace(name); name == "" {
		return usagef("the name of the series is empty")
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	s.Tree.Serve()
	if r.Terminal.In {
		r.say("a value a line, or a time and a value; end with ctrl+d")
	}
	n, err := r.seriesNamed(s, name)
	if err != nil && exitCode(err) != exitMissing {
		return s.close(err)
	}
	st := &stream{run: r, s: s, name: name, how: l, node: n, lines: ingest.NewLines(s.Tree.Calendar(&n)), in: listen(ctx, r.In, r.Now)}
	if k := n.Definition().Kind; k == model.Words {
		st.texts = map[float64]string{}
	} else if k != model.Number {
		st.lines.Values(k.Parse)
	}
	for err = nil; !st.ended && err == nil; {
		err = st.log(st.gather(ctx))
	}
	if err = s.close(cmp.Or(err, st.broken)); err != nil {
		return err
	}
	r.say("logged %s of %s%s", count(st.logged, "sample", "samples"), quoted(name), st.rest())
	if st.logged == 0 || l.json {
		return nil
	}
	_, err = fmt.Fprintln(r.Out, st.node.ID)
	return err
}

// rest says what became of the other lines.
func (st *stream) rest() string {
	var out string
	if st.had > 0 {
		out += fmt.Sprintf(", %d there already", st.had)
	}
	if st.bad > 0 {
		out += fmt.Sprintf(", %s held none", count(st.bad, "line", "lines"))
	}
	return out
}

// listen reads lines until the end of in, or of ctx: then it may wait for a last one, which nobody sees.
func listen(ctx context.Context, in io.Reader, now func() time.Time) <-chan heard {
	out := make(chan heard, model.MaxSamples)
	go func() {
		defer close(out)
		b := bufio.NewReaderSize(in, 64<<10)
		for n := 1; ; n++ {
			line, err := b.ReadSlice('\n')
			h := heard{n: n, text: bytes.Clone(line[:min(len(line), maxLine+1)]), at: now()}
			for errors.Is(err, bufio.ErrBufferFull) { // the rest of a line that is too long
				_, err = b.ReadSlice('\n')
			}
			if err != nil && err != io.EOF {
				h.err = err
			}
			if len(line) > 0 || h.err != nil {
				select {
				case out <- h:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// gather waits for a line and returns it with those that came at once, or soon enough after the last batch.
func (st *stream) gather(ctx context.Context) []timeseries.Sample {
	var batch []timeseries.Sample
	var full <-chan time.Time // nil waits for the first line
	for len(batch) < model.MaxSamples && !st.ended {
		select {
		case h, open := <-st.in:
			if !open {
				st.ended = true
				continue
			}
			if st.read(h, &batch); len(batch) > 0 && full == nil {
				full = time.After(logEvery - time.Since(st.committed))
			}
		case <-full:
			return batch
		case <-ctx.Done(): // what is here already is logged
			for len(st.in) > 0 && len(batch) < model.MaxSamples && !st.ended {
				st.read(<-st.in, &batch)
			}
			st.ended = st.ended || len(st.in) == 0
			return batch
		}
	}
	return batch
}

// read adds the sample of a line to batch, or tells what it is instead.
func (st *stream) read(h heard, batch *[]timeseries.Sample) {
	if h.err != nil {
		st.broken, st.ended = fmt.Errorf("read standard input: %w", h.err), true
		return
	}
	text := bytes.TrimSpace(h.text)
	if len(text) == 0 {
		return
	}
	x, timed, err := st.parse(text)
	if len(h.text) > maxLine {
		err = fmt.Errorf("it is longer than %d bytes", maxLine)
	}
	if err != nil && st.how.strict {
		st.broken, st.ended = fmt.Errorf("line %d: %w; what came before it is logged", h.n, err), true
		return
	}
	if err != nil {
		if st.bad++; st.bad <= maxBadLines {
			st.say("line %d: %v", h.n, err)
		}
		if st.bad == maxBadLines {
			st.say("further lines that hold no sample are counted")
		}
		return
	}
	if !timed {
		x.T = max(h.at.UnixNano(), st.last+1) // two lines are two samples, however coarse the clock is
		st.last = x.T
	}
	*batch = append(*batch, x)
}

// parse reads a line by what the samples of the series are.
func (st *stream) parse(line []byte) (x timeseries.Sample, timed bool, err error) {
	if st.texts == nil {
		return st.lines.Parse(line)
	}
	t, text, timed := st.lines.Text(line)
	if x.V, err = model.Words.Parse(text); err == nil {
		x.T, st.texts[x.V] = t, text
	}
	return x, timed, err
}

// log commits a batch. Of samples that name their times it logs those that the series lacks, so that lines that come again add nothing.
func (st *stream) log(batch []timeseries.Sample) error {
	if len(batch) == 0 {
		return nil
	}
	slices.SortStableFunc(batch, func(a, b timeseries.Sample) int { return cmp.Compare(a.T, b.T) })
	var fresh []timeseries.Sample
	if err := again(func() error {
		return st.s.Tree.View(func(v *model.View) (err error) {
			fresh, err = missing(v, st.s.Book, st.name, batch)
			return err
		})
	}); err != nil {
		return err
	}
	st.had += len(batch) - len(fresh)
	if len(fresh) == 0 {
		return nil
	}
	_, err := st.s.Tree.Do(fmt.Sprintf("log %s of %s", count(len(fresh), "sample", "samples"), st.name), func(e *model.Edit) error {
		id, err := e.SeriesNode(st.name)
		if err != nil {
			return err
		}
		day := date.Date{}
		for _, x := range fresh {
			if d := st.s.Tree.DayOf(&st.node, time.Unix(0, x.T)); d != day {
				day = d
				if _, err := e.UnskipDay(id, d); err != nil {
					return err
				}
			}
		}
		for _, x := range fresh {
			if st.texts == nil {
				break
			}
			if _, err := e.Word(id, st.texts[x.V]); err != nil {
				return err
			}
		}
		if err := e.Log(id, fresh...); err != nil {
			return err
		}
		st.node, err = e.Node(id)
		return err
	})
	if err != nil {
		return err
	}
	st.logged += len(fresh)
	clear(st.texts)
	st.committed = time.Now()
	if !st.how.json {
		return nil
	}
	enc := newEncoder(st.Out)
	for _, x := range fresh {
		if err := enc.Encode(newSampleJSON(&st.node, x)); err != nil {
			return err
		}
	}
	return nil
}

// missing returns the samples that a series of that name lacks, in the order of time. Where it keeps one of each time, that is the last; where it
// keeps all it lacks all of them.
func missing(v *model.View, book *timeseries.Book, name string, batch []timeseries.Sample) ([]timeseries.Sample, error) {
	id, found, err := v.SeriesByName(name)
	if err != nil || !found {
		return batch, err
	}
	n, err := v.Node(id)
	if err != nil {
		return nil, err
	}
	if n.Source().Merge == timeseries.All {
		return batch, nil
	}
	once := batch[:0:0]
	for i, x := range batch {
		if i+1 == len(batch) || batch[i+1].T != x.T {
			once = append(once, x)
		}
	}
	f, err := exchange.Missing(v, book, exchange.Samples{Series: id, Samples: once})
	if err != nil {
		return nil, err
	}
	fresh := slices.Concat(f.Added, f.Above, f.Changed)
	slices.SortStableFunc(fresh, func(a, b timeseries.Sample) int { return cmp.Compare(a.T, b.T) })
	return fresh, nil
}
