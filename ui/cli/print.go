package cli

import (
	"bufio"
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/field"
	"arbor/ui/theme"
)

// printer writes nodes for a person, a line each. Colours are the terminal's own sixteen, and only where it has any.
type printer struct {
	out    *bufio.Writer
	now    time.Time
	colour bool
	ascii  bool
	fields *field.Set
}

func (r *run) printer() *printer {
	return &printer{out: bufio.NewWriterSize(r.Out, printBuffer), now: r.now(), colour: r.colour(), ascii: r.config.ASCII, fields: r.fields}
}

// printBuffer is how much is printed at once. What is shorter can be begun again.
const printBuffer = 64 << 10

// colour reports whether standard output takes colours.
func (r *run) colour() bool {
	if v, ok := r.Lookup("NO_COLOR"); ok && v != "" {
		return false
	}
	if v, ok := r.Lookup("CLICOLOR_FORCE"); ok && v != "" && v != "0" {
		return true
	}
	kind, _ := r.Lookup("TERM")
	return r.Terminal.Out && kind != "dumb"
}

// SGR parameters of what stands out in a line.
const (
	faint  = "2"
	green  = "32"
	yellow = "33"
	red    = "31"
	cyan   = "36"
)

func (p *printer) paint(sgr, text string) string {
	if !p.colour || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

var glyphs = map[model.State]string{
	model.None: theme.Leaf, model.Todo: theme.IsTodo, model.Doing: theme.IsDoing, model.Waiting: theme.IsWaiting,
	model.Done: theme.IsDone, model.Cancelled: theme.IsDropped,
}

func (p *printer) glyph(s model.State) string {
	g := glyphs[s]
	if p.ascii {
		g = strings.Map(theme.ASCII, g)
	}
	switch s {
	case model.None:
		return p.paint(faint, g)
	case model.Done:
		return p.paint(green, g)
	case model.Cancelled:
		return p.paint(faint, g)
	}
	return p.paint(yellow, g)
}

// idWidth is the room for short ids, so that texts stand below one another in most trees.
const idWidth = 6

// node writes a line: short id, indentation, state, text, tags and dates.
func (p *printer) node(n *model.Node, short string, depth int) error {
	var b strings.Builder
	b.WriteString(p.paint(faint, short))
	b.WriteString(strings.Repeat(" ", max(1, idWidth-displaywidth.String(short)+2*depth)))
	b.WriteString(p.glyph(n.State))
	b.WriteByte(' ')
	text := p.text(n)
	if n.State.Closed() || n.Reflects() == model.Nothing {
		text = p.paint(faint, text)
	}
	b.WriteString(text)
	if name := n.StateName(); name != n.State.String() {
		b.WriteString(" " + p.paint(yellow, "("+printable(name)+")"))
	}
	for _, t := range n.Tags {
		b.WriteString(" " + p.paint(cyan, "+"+printable(t)))
	}
	if d := p.dates(n); d != "" {
		b.WriteString("  " + d)
	}
	b.WriteByte('\n')
	_, err := p.out.WriteString(b.String())
	return err
}

// text is the text of a node, with a sign before that of a mirror.
func (p *printer) text(n *model.Node) string {
	if _, ok := n.Mirrors(); !ok {
		return printable(n.Text)
	}
	sign, text := theme.IsMirror, printable(n.Text)
	if p.ascii {
		sign = strings.Map(theme.ASCII, sign)
	}
	if n.Reflects() == model.Nothing {
		text = "gone"
	}
	return sign + " " + text
}

// dates are the dates of a node that matter in a list, a due date that has passed in red.
func (p *printer) dates(n *model.Node) string {
	var parts []string
	if !n.Due.IsZero() {
		sgr := yellow
		if !n.State.Closed() && !p.now.Before(n.Due.End(p.now.Location())) {
			sgr = red
		}
		parts = append(parts, p.paint(sgr, "due "+date.Format(n.Due, p.now)))
	}
	for _, d := range []struct {
		name string
		date model.Date
	}{{"sched", n.Sched}, {"wait", n.Wait}, {"until", n.Until}} {
		if !d.date.IsZero() {
			parts = append(parts, p.paint(faint, d.name+" "+date.Format(d.date, p.now)))
		}
	}
	return strings.Join(parts, ", ")
}

// printable replaces what a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, text)
}
