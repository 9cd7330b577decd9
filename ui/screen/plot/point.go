package plot

import (
	"math"
	"strconv"
	"strings"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/plot"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// cross is the sample pointed at. It is always one of the series: the nearest to the time wanted, which outlives it, so that what is taken away and
// brought back is pointed at again.
type cross struct {
	plot.Cross
	want int64
	n    int64 // samples of that time
}

// aim is where to point: at the sample nearest to a time, or with a step at the next one, or the one before.
type aim struct {
	at   int64
	step int
}

// take finds the sample. It reads what two ends of a span take, whatever the length of the series; nil if there is no sample there.
func (a aim) take(b *timeseries.Book, v *model.View, n *model.Node) (*cross, error) {
	at := min(max(a.at, math.MinInt64+1), math.MaxInt64-2)
	spans, err := b.Buckets(v.Reader(), n.Source(), []int64{math.MinInt64, at, at + 1, math.MaxInt64})
	if err != nil {
		return nil, err
	}
	before, here, after := spans[0].Summary, spans[1].Summary, spans[2].Summary
	c := &cross{want: at}
	switch {
	case a.step == 0 && here.N > 0:
		c.T, c.V = at, here.Last
	case a.step < 0 && before.N == 0, a.step > 0 && after.N == 0, before.N == 0 && after.N == 0:
		return nil, nil
	case a.step < 0, a.step == 0 && (after.N == 0 || before.N > 0 && uint64(at-before.T1) <= uint64(after.T0-at)):
		c.T, c.V = before.T1, before.Last
	default:
		c.T, c.V = after.T0, after.First
	}
	if a.step != 0 {
		c.want = c.T
	}
	same, err := b.Buckets(v.Reader(), n.Source(), []int64{c.T, c.T + 1})
	if err != nil {
		return nil, err
	}
	c.n = same[0].N
	c.About, err = origin(b, v, n, c)
	return c, err
}

// origin says how many samples there are at a time, who wrote them, and whether that was a correction.
func origin(b *timeseries.Book, v *model.View, n *model.Node, c *cross) (string, error) {
	own, err := v.Stream()
	if err != nil {
		return "", err
	}
	var words []string
	if c.n > 1 {
		words = append(words, strconv.FormatInt(c.n, 10)+" samples")
	}
	mine := false
	for _, err := range b.Own(v.Reader(), timeseries.ID(n.ID), own, c.T, c.T+1) {
		if err != nil {
			return "", err
		}
		mine = true
		break
	}
	marks, err := b.Marks(v.Reader(), timeseries.ID(n.ID), c.T, c.T+1)
	if err != nil {
		return "", err
	}
	var last *timeseries.Mark // what was written or corrected where something was said of the series already
	for i, m := range marks {
		if m.Has && m.From == c.T && (last == nil || m.Stamp > last.Stamp || m.Stamp == last.Stamp && m.Device > last.Device) {
			last = &marks[i]
		}
	}
	if last != nil {
		if mine = last.Device == own; last.Hides {
			words = append(words, "corrected")
		}
	}
	if !mine {
		words = append(words, "from another device")
	}
	return strings.Join(words, ", "), nil
}

// pointed is the answer to an aim.
type pointed struct {
	seq   uint64
	cross *cross
	err   error
}

// point asks for a sample to point at. Until it is known keys wait: what they mean depends on it.
func (m Model) point(a aim) (Model, tea.Cmd) {
	if m.at >= len(m.series) || m.env.Book == nil {
		return m, nil
	}
	m.aims++
	m.aiming = true
	n, env, seq := m.series[m.at], m.env, m.aims
	return m, func() tea.Msg {
		p := pointed{seq: seq}
		p.err = env.Tree.View(func(v *model.View) (err error) {
			p.cross, err = a.take(env.Book, v, &n)
			return err
		})
		return p
	}
}

// edge is how much of the window lies beyond a sample that it had to follow, as one part of so many.
const edge = 10

// pointedAt takes the sample that was asked for, and has the window follow it. At the end of the series it stays where it was.
func (m Model) pointedAt(p pointed) (Model, tea.Cmd) {
	if p.seq != m.aims {
		return m, nil
	}
	m.aiming = false
	if p.err != nil {
		return m, screen.Say(screen.Echo{Text: p.err.Error(), Bad: true})
	}
	if p.cross == nil {
		return m, nil
	}
	m.look.cross = p.cross
	span := m.to - m.from
	switch t := p.cross.T; {
	case t < m.from:
		return m.show(t-span/edge, span)
	case t >= m.to:
		return m.show(t-span+span/edge, span)
	}
	return m, nil
}

// step points at another sample: the next one or the one before, or the nearest in another column. Without one pointed at it begins at the other
// end of the window.
func (m Model) step(id command.ID) (Model, tea.Cmd) {
	forward := id == command.CrossNext || id == command.CrossRight
	switch {
	case m.figure != nil:
		return m, screen.Say(screen.Echo{Text: m.noTime()})
	case m.by != "":
		return m.stepPeriod(forward), nil
	}
	c := m.look.cross
	switch {
	case c == nil && forward:
		return m.point(aim{m.from - 1, 1})
	case c == nil:
		return m.point(aim{m.to, -1})
	}
	at := c.T
	if _, columns := m.chart.TimeAt(0, m.room(), m.h); columns > 0 && (id == command.CrossLeft || id == command.CrossRight) {
		cell := float64(m.to-m.from) / float64(columns)
		k := math.Floor(float64(at-m.from)/cell + 1e-9)
		if forward {
			at = max(m.from+int64(math.Ceil((k+1)*cell))-1, at)
		} else {
			at = min(m.from+int64(math.Ceil(k*cell)), at)
		}
	}
	if forward {
		return m.point(aim{at, 1})
	}
	return m.point(aim{at, -1})
}

// again returns what to look for when samples may have changed: the sample pointed at.
func (m Model) again() (aim, bool) {
	if c := m.look.cross; c != nil && m.by == "" {
		return aim{at: c.want}, true
	}
	return aim{}, false
}

// sample returns what the frame is told of the sample pointed at.
func (m Model) sample() *screen.Sample {
	c := m.look.cross
	if c == nil || m.by != "" || m.figure != nil {
		return nil
	}
	return &screen.Sample{T: c.T, Want: c.want, V: c.V, N: c.n}
}
