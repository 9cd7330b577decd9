package model

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
	"time"

	"arbor/timeseries"
)

// Tidied is what became of the samples of a series that are older than it keeps them.
type Tidied struct {
	From, To int64 // where they were, half-open
	Summed   int64 // how many were summed up
	Into     int64 // how many there are instead
	Removed  int64
}

// Any reports whether there is something to tidy.
func (d Tidied) Any() bool { return d.Summed+d.Removed > 0 }

// add counts what a portion of time has.
func (d *Tidied) add(s *portionOfTime) {
	if !d.Any() {
		d.From, d.To = s.from, s.to
	}
	d.From, d.To = min(d.From, s.from), max(d.To, s.to)
	if s.of.rule.Step == "" {
		d.Removed += s.samples
		return
	}
	d.Summed, d.Into = d.Summed+s.samples, d.Into+s.steps
}

// tidying is one rule of a series in the making.
type tidying struct {
	rule   KeepRule
	source timeseries.Series
	cal    timeseries.Calendar
	how    Daily
	device uint64 // this one
	few    bool   // of a step two samples are enough
}

// portionOfTime is what is tidied in one go: whole steps, in which this device has so many samples.
type portionOfTime struct {
	of             *tidying
	from, to       int64
	samples, steps int64
}

// Bounds of a portion: of its samples, where a step alone has not more, of those of one step, and of steps, whose samples are one chunk. portionSize
// is about how many bytes it takes in a batch.
const (
	portionSamples = 16 * timeseries.MaxChunk
	maxStepSamples = 128 * timeseries.MaxChunk
	portionSteps   = timeseries.MaxChunk
	portionSize    = 16 << 10
)

// Tidy does as a series says of how long it keeps its samples: of those that this device wrote and that are older than a rule says, each step is made one sample,
// at the time of its last one, or they are removed. Corrections stay. It is one step of undo; a dry one only counts. What other devices wrote is theirs
// to tidy, by the same rules. The cost is that of reading all that is older than the youngest rule.
func (t *Tree) Tidy(id ID, now time.Time, dry bool) (Tidied, error) {
	var done Tidied
	var todo []portionOfTime
	var label string
	err := t.look(func(v *View) error {
		done, todo = Tidied{}, nil
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		label = "tidy " + OneLine(n.Text)
		if todo, err = v.untidy(&n, now); err != nil {
			return err
		}
		for i := range todo {
			done.add(&todo[i])
		}
		return nil
	})
	if err != nil || dry || len(todo) == 0 {
		return done, err
	}
	_, err = t.Import(label, func(im *Importer) error {
		for _, p := range todo {
			im.Change(portionSize, func(e *Edit) error { return p.of.tidy(e, id, p.from, p.to) })
		}
		return nil
	})
	return done, err
}

// untidy returns what the rules of a series ask for.
func (v *View) untidy(n *Node, now time.Time) (out []portionOfTime, err error) {
	d := n.Definition()
	if err := d.Valid(); err != nil {
		return nil, err
	}
	device, err := v.Stream()
	if err != nil {
		return nil, err
	}
	cal := v.Calendar(n)
	for i, rule := range d.Keep {
		x := &tidying{rule, n.Source(), cal, d.summing(), device, false}
		from := int64(math.MinInt64)
		if i+1 < len(d.Keep) {
			from = d.Keep[i+1].cut(cal, now)
		}
		found, err := x.find(v, from, rule.cut(cal, now))
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// stepSamples is what this device wrote in a step.
type stepSamples struct {
	from, to int64
	samples  []timeseries.Sample
}

// steps yields the steps in [from, to) that have samples, which are lent until the next.
func (x *tidying) steps(v *View, from, to int64) iter.Seq2[stepSamples, error] {
	return func(yield func(stepSamples, error) bool) {
		var s stepSamples
		for at, err := range v.t.ks.book.Written(v.r, x.source, x.device, from, to) {
			if err == nil && len(s.samples) == maxStepSamples && at.T < s.to && x.rule.Step != "" {
				err = fmt.Errorf("there are more than %d samples within one %s of keep:%s; take a shorter one", maxStepSamples, x.rule.Step, x.rule.age)
			}
			if err != nil {
				yield(s, err)
				return
			}
			if len(s.samples) > 0 && (at.T >= s.to || x.rule.Step == "" && len(s.samples) >= timeseries.MaxChunk && at.T != s.samples[len(s.samples)-1].T) {
				s.to = min(s.to, at.T)
				if !yield(s, nil) {
					return
				}
				s.samples = s.samples[:0]
			}
			if x.few && len(s.samples) == 2 {
				continue
			}
			if len(s.samples) == 0 {
				if s.from, s.to = at.T, to; x.rule.Step != "" {
					s.from, s.to = x.rule.bounds(x.cal, at.T)
				}
			}
			s.samples = append(s.samples, at)
		}
		if len(s.samples) > 0 {
			yield(s, nil)
		}
	}
}

// find returns the portions of [from, to) that have something to tidy: steps with several samples, or any that are to go.
func (x *tidying) find(v *View, from, to int64) (out []portionOfTime, err error) {
	if from >= to {
		return nil, nil
	}
	var p, pending portionOfTime // pending are steps of one sample behind p, which stay as they are unless another of several follows
	for s, err := range x.steps(v, from, to) {
		if err != nil {
			return nil, err
		}
		n := int64(len(s.samples))
		if full := p.samples+pending.samples+n > portionSamples || p.steps+pending.steps == portionSteps; full && p.steps > 0 {
			out, p, pending = append(out, p), portionOfTime{}, portionOfTime{}
		}
		if n == 1 && x.rule.Step != "" {
			if p.steps > 0 {
				pending.samples, pending.steps = pending.samples+1, pending.steps+1
			}
			continue
		}
		if p.steps == 0 {
			p = portionOfTime{of: x, from: s.from}
		}
		p.samples, p.steps, p.to = p.samples+pending.samples+n, p.steps+pending.steps+1, s.to
		pending = portionOfTime{}
	}
	if p.steps > 0 {
		out = append(out, p)
	}
	return out, nil
}

// tidy makes of each step in [from, to) one sample, or none. What was written since it was looked for counts too.
func (x *tidying) tidy(e *Edit, id ID, from, to int64) error {
	var left []timeseries.Sample
	for s, err := range x.steps(e.View, from, to) {
		if err != nil {
			return err
		}
		if crowded(s.samples) {
			return nil // they cannot be put back as one chunk, and stay
		}
		if x.rule.Step != "" {
			left = append(left, x.one(s.samples))
		}
	}
	if err := e.trim(id, from, to); err != nil {
		return err
	}
	for part := range slices.Chunk(left, timeseries.MaxChunk) {
		chunk, err := timeseries.EncodeChunk(part)
		if err == nil {
			err = e.PutChunk(id, chunk)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Untidied returns those of samples, which come from elsewhere in the order of time, that are not part of what was made one already: steps older than a rule says in which
// this device has one sample that is not among them are left out.
func (v *View) Untidied(n *Node, samples []timeseries.Sample) ([]timeseries.Sample, error) {
	d := n.Definition()
	if len(d.Keep) == 0 || len(samples) == 0 {
		return samples, nil
	}
	device, err := v.Stream()
	if err != nil {
		return nil, err
	}
	cal, now := v.Calendar(n), v.t.opt.Now()
	var old []timeseries.Sample // what is older than the rules that come after
	for i, rule := range slices.Backward(d.Keep) {
		to := rule.cut(cal, now)
		end := sort.Search(len(samples), func(k int) bool { return samples[k].T >= to })
		part := samples[:end]
		samples = samples[end:]
		if rule.Step != "" && len(part) > 0 {
			x := tidying{d.Keep[i], n.Source(), cal, d.summing(), device, true}
			if part, err = x.untidied(v, part, to); err != nil {
				return nil, err
			}
		}
		old = append(old, part...)
	}
	return append(old, samples...), nil
}

func (x *tidying) untidied(v *View, samples []timeseries.Sample, to int64) (out []timeseries.Sample, err error) {
	from, _ := x.rule.bounds(x.cal, samples[0].T)
	upTo := func(t int64) []timeseries.Sample {
		n := sort.Search(len(samples), func(k int) bool { return samples[k].T >= t })
		part := samples[:n]
		samples = samples[n:]
		return part
	}
	for s, err := range x.steps(v, from, min(to, samples[len(samples)-1].T+1)) {
		if err != nil {
			return nil, err
		}
		out = append(out, upTo(s.from)...)
		if part := upTo(s.to); len(s.samples) > 1 || slices.Contains(part, s.samples[0]) {
			out = append(out, part...)
		}
	}
	return append(out, samples...), nil
}

// crowded reports whether more samples than a chunk has room for are of one instant.
func crowded(samples []timeseries.Sample) bool {
	for i := timeseries.MaxChunk; i < len(samples); i++ {
		if samples[i].T == samples[i-timeseries.MaxChunk].T {
			return true
		}
	}
	return false
}

// one makes one sample of several.
func (x *tidying) one(samples []timeseries.Sample) timeseries.Sample {
	last := samples[len(samples)-1]
	if len(samples) > 1 && x.how != DailyLast { // of one time, too, the last written
		last.V = x.how.Of(timeseries.Fill([]int64{samples[0].T, last.T + 1}, samples)[0].Summary)
	}
	return last
}
