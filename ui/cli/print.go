package cli

import (
	"bufio"
	"slices"
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
	screen bool // it writes to a terminal
	width  int  // cells to which lines are cut, 0 for none
}

func (r *run) printer() *printer {
	return &printer{out: bufio.NewWriterSize(r.Out, printBuffer), now: r.now(), colour: r.colour(), ascii: r.config.ASCII, fields: r.fields, screen: r.Terminal.Out}
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
	if !p.colour || sgr == "" || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

var glyphs = map[model.State]string{
	model.None: theme.Leaf, model.Todo: theme.IsTodo, model.Doing: theme.IsDoing, model.Waiting: theme.IsWaiting,
	model.Done: theme.IsDone, model.Cancelled: theme.IsDropped,
}

func (p *printer) glyph(s model.State) string {
	g := p.sign(s)
	return p.paint(g.sgr, g.text)
}

// sign is the glyph of a state.
func (p *printer) sign(s model.State) span {
	g := glyphs[s]
	if p.ascii {
		g = strings.Map(theme.ASCII, g)
	}
	switch s {
	case model.None, model.Cancelled:
		return span{sgr: faint, text: g}
	case model.Done:
		return span{sgr: green, text: g}
	}
	return span{sgr: yellow, text: g}
}

// idWidth is the room for short ids, so that texts stand below one another in most trees.
const idWidth = 6

// node writes a line: what leads it, short id, indentation, state, text, tags and dates.
func (p *printer) node(n *model.Node, short string, depth int, lead ...span) error {
	indent := 2 * depth
	if p.width > 0 {
		indent = min(indent, p.width/2) // so that what is deep down can be read too
	}
	text := span{text: p.text(n), gives: true}
	if n.State.Closed() || n.Reflects() == model.Nothing {
		text.sgr = faint
	}
	line := append(slices.Clip(lead), span{sgr: faint, text: short}, plain(strings.Repeat(" ", max(1, idWidth-displaywidth.String(short)+indent))),
		p.sign(n.State), plain(" "), text)
	if name := n.StateName(); name != n.State.String() {
		line = append(line, plain(" "), span{sgr: yellow, text: "(" + printable(name) + ")"})
	}
	line = append(line, tagSpans(n)...)
	if dates := p.dates(n); len(dates) > 0 {
		line = append(append(line, plain("  ")), dates...)
	}
	return p.line(line...)
}

// tagSpans are the tags of a node behind its text.
func tagSpans(n *model.Node) (line []span) {
	for _, t := range n.Tags {
		line = append(line, plain(" "), span{sgr: cyan, text: "+" + printable(t)})
	}
	return line
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
func (p *printer) dates(n *model.Node) (line []span) {
	if !n.Due.IsZero() {
		sgr := yellow
		if !n.State.Closed() && !p.now.Before(n.Due.End(p.now.Location())) {
			sgr = red
		}
		line = append(line, span{sgr: sgr, text: "due " + date.Format(n.Due, p.now)})
	}
	for _, d := range []struct {
		name string
		date model.Date
	}{{"sched", n.Sched}, {"wait", n.Wait}, {"until", n.Until}} {
		if d.date.IsZero() {
			continue
		}
		if len(line) > 0 {
			line = append(line, plain(", "))
		}
		line = append(line, span{sgr: faint, text: d.name + " " + date.Format(d.date, p.now)})
	}
	return line
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
