package tui

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/field"
	"arbor/model/inline"
	"arbor/model/query"
	"arbor/timeseries"
	"arbor/ui/line"
	"arbor/ui/overlay"
	"arbor/ui/screen"
	"arbor/ui/screen/plot"

	tea "github.com/charmbracelet/bubbletea"
)

// kind is what a prompt asks for.
type kind uint8

const (
	promptDue kind = iota
	promptTags
	promptPriority
	promptCapture
	promptFind
	promptArrow
	promptSched
	promptWait
	promptRepeat
	promptQuery
	promptDefer
	promptDelegate
	promptStep
	promptDepend
	promptLine
	promptPause
	promptValue
	promptLogged
	promptSince
	promptUntil
	promptSeries
	promptBeside
	promptAbout
)

// prompt is an open prompt and what its answer is for.
type prompt struct {
	overlay.Prompt
	kind kind
	ids  []model.ID
	// seq counts searches, so that a late answer is dropped; answered is the last one answered.
	seq, answered int
	was           inline.Line      // what the line said before it was edited
	saved         []overlay.Choice // what may be chosen without a search: saved queries, or what is depended on now
	series        *model.Node      // what is plotted, and the sample pointed at
	sample        *screen.Sample
	days          timeseries.Calendar // of the series
}

// prompted opens a prompt.
type prompted struct{ prompt prompt }

func promptOrError(err error, p prompt) tea.Msg {
	if err != nil {
		return screen.Did{Err: err}
	}
	p.dress()
	return prompted{p}
}

// dress gives a prompt its words.
func (p *prompt) dress() {
	w := map[kind][2]string{
		promptDue:      {"due", "fri 17:00 · tomorrow · 3d · 24 dec · empty clears"},
		promptSched:    {"scheduled", "mon 9:00 · tomorrow · 3d · empty clears"},
		promptWait:     {"wait", "until when to hide it: mon · 3d · empty clears"},
		promptRepeat:   {"repeats", "weekly · every 2 weeks on mon,thu · .+3d · empty ends it"},
		promptTags:     {"tags", "home +phone -work"},
		promptPriority: {"priority", "H, M, L or a number · empty clears"},
		promptCapture:  {"capture", "to the inbox; +tag due:fri prio:H are understood"},
		promptFind:     {"find", "words of what you look for"},
		promptQuery:    {"query", "+home -done · due<fri · is:ready sort:urgency"},
		promptDefer:    {"defer", "until when: mon · 3d · 24 dec"},
		promptDelegate: {"delegate", "to whom, a tag: +ann · ⏎ for nobody in particular"},
		promptStep:     {"next step", "what is to be done next for it"},
		promptDepend:   {"depends on", "words of what has to be done before"},
		promptPause:    {"pause", "the last day: fri · 24 dec · ⏎ until it goes on"},
		promptLine:     {"edit", "+tag due:fri prio:H are understood"},
		promptArrow:    {"arrow says", "a label, or ⏎ for none"},
		promptValue:    {"value", "72.4"},
		promptLogged:   {"log", "72.4, or 72.4 fri 7:00"},
		promptSeries:   {"series", "a part of its name"},
		promptBeside:   {"beside", "a part of the name of a series"},
		promptAbout:    {"events", "+travel · @saved · empty for what links to the series · - for none"},
		promptSince:    {"since", "fri · 1 oct · 90d for so long ago"},
		promptUntil:    {"until", "fri · 1 oct · 90d for so long ago"},
	}[p.kind]
	p.Label, p.Hint = w[0], w[1]
}

// hints are what the footer says while a prompt is open.
func (p *prompt) hints() []screen.Hint {
	does := map[kind]string{promptDue: "set", promptSched: "set", promptWait: "set", promptRepeat: "set", promptTags: "change", promptPriority: "set", promptCapture: "capture", promptFind: "go", promptArrow: "draw it", promptQuery: "list",
		promptDefer: "defer", promptDelegate: "delegate", promptStep: "add", promptDepend: "needs it", promptLine: "save", promptPause: "pause", promptValue: "set", promptLogged: "log", promptSince: "show", promptUntil: "show", promptSeries: "show", promptBeside: "lay beside", promptAbout: "show"}
	hints := []screen.Hint{{Key: "⏎", Label: does[p.kind]}}
	if p.finds() || len(p.Choices) > 0 {
		hints = append(hints, screen.Hint{Key: "↑↓", Label: "choose"})
	}
	return append(hints, screen.Hint{Key: "Esc", Label: "close"})
}

// ask opens a prompt on the targets, with what they say now.
func (m Model) ask(k kind) (Model, tea.Cmd) {
	p := prompt{kind: k, ids: m.place().Targets()}
	m.inflight++
	tree, now := m.env.Tree, m.env.Now
	return m, func() tea.Msg {
		if k == promptCapture || k == promptFind {
			return promptOrError(nil, p)
		}
		err := tree.View(func(v *model.View) error {
			id, err := v.Through(p.ids[0])
			if err != nil {
				return err
			}
			n, err := v.Node(id)
			if err != nil {
				return err
			}
			prio, _ := n.Field("prio")
			rec, _ := n.Field("rec")
			switch {
			case k.date(&n) != nil && !k.date(&n).IsZero():
				p.Line, p.Fresh = line.New(date.Phrase(*k.date(&n), now())), true
			case k == promptRepeat && rec != "":
				p.Line, p.Fresh = line.New(rec), true
			case k == promptPriority && prio != "":
				p.Line, p.Fresh = line.New(prio), true
			case k == promptTags && len(n.Tags) > 0:
				p.Says = strings.Join(n.Tags, " ")
			}
			return nil
		})
		msg := promptOrError(err, p)
		if a, ok := msg.(prompted); ok && k == promptTags && p.Says != "" {
			a.prompt.Hint = "home +phone -work · now: " + p.Says
			a.prompt.Says = ""
			return a
		}
		return msg
	}
}

// promptKey gives a key to the prompt.
func (m Model) promptKey(k tea.KeyMsg) (Model, tea.Cmd) {
	was := m.prompt.Line.Text()
	p := *m.prompt
	var out overlay.Outcome
	p.Prompt, out = p.Prompt.Update(k)
	m.prompt = &p
	switch out {
	case overlay.Closed:
		m.prompt = nil
		return m, nil
	case overlay.Chosen:
		return m.answer()
	}
	if p.Line.Text() == was {
		return m, nil
	}
	switch p.kind {
	case promptFind, promptDepend:
		return m.search()
	case promptQuery, promptAbout:
		m.prompt.narrow()
	case promptSeries, promptBeside:
		m.prompt.narrowSeries()
	}
	p.Says, p.Bad = p.reading(m.opt.Fields, m)
	return m, nil
}

// reading says how the line is understood.
func (p *prompt) reading(fields *field.Set, m Model) (string, bool) {
	text := strings.TrimSpace(p.Line.Text())
	var err error
	says := ""
	switch p.kind {
	case promptDue, promptSched, promptWait, promptDefer, promptPause:
		var d date.Date
		if d, err = date.Parse(text, m.now); err == nil {
			says = date.Format(d, m.now)
		}
	case promptRepeat:
		says, _, err = rule(text, m)
	case promptQuery, promptAbout:
		if !p.chooses() && text != plot.None {
			_, err = query.Parse(text, m.now, m.env.States()...)
		}
	case promptDelegate:
		if strings.ContainsAny(text, " \t") {
			err = errors.New("a tag has no blanks")
		}
	case promptLine:
		var l inline.Line
		if l, err = inline.Parse(text, inline.Env{Now: m.now, Fields: fields, Live: p.was.Text}); err == nil {
			says = strings.Join(l.Understood, " · ")
		}
	case promptPriority:
		_, err = inline.Priority(text)
	case promptValue, promptLogged:
		says, err = p.readSample(text, m.now)
	case promptSince, promptUntil:
		var at time.Time
		if at, err = past(text, m.now); err == nil {
			says = date.Format(date.At(at), m.now)
		}
	case promptTags:
		_, err = parseTags(text, m)
	case promptCapture:
		var l inline.Line
		if l, err = inline.Parse(text, inline.Env{Now: m.now, Fields: fields}); err == nil {
			says = strings.Join(l.Understood, " · ")
		}
	}
	if text == "" {
		return "", false
	}
	if err != nil {
		return reason(err), true
	}
	return says, false
}

// reason says what is wrong with a line that stands beside it, so that it is not said again.
func reason(err error) string {
	if d := (*date.Error)(nil); errors.As(err, &d) {
		return strings.TrimPrefix(d.Error(), "date "+strconv.Quote(d.Input)+": ")
	}
	return err.Error()
}

// parseTags reads words as tags to add, and -words as tags to take away.
func parseTags(text string, m Model) (inline.Line, error) {
	words := strings.Fields(text)
	for i, w := range words {
		if w[0] != '+' && w[0] != '-' && w[0] != '#' {
			words[i] = "+" + w
		}
	}
	l, err := inline.Parse(strings.Join(words, " "), inline.Env{Now: m.now, Change: true})
	if err == nil && l.Text != "" {
		word, _, _ := strings.Cut(l.Text, " ")
		err = errors.New("“" + strings.TrimPrefix(word, "+") + "” is no tag")
	}
	return l, err
}

// answer does what was asked for. A line that is not understood stays open.
func (m Model) answer() (Model, tea.Cmd) {
	p := *m.prompt
	text := strings.TrimSpace(p.Line.Text())
	if says, bad := p.reading(m.opt.Fields, m); bad {
		p.Says, p.Bad = says, true
		m.prompt = &p
		return m, nil
	}
	m.prompt = nil
	switch p.kind {
	case promptFind:
		return m.choose(p)
	case promptDepend:
		return m.depend(p)
	case promptLine:
		return m.rewrite(p, text)
	case promptPause:
		return m.pause(p, text)
	case promptValue:
		return m.correct(p, text)
	case promptLogged:
		return m.logged(p, text)
	case promptSince, promptUntil:
		return m.spanned(p, text)
	case promptSeries, promptBeside:
		return m.chosenSeries(p)
	case promptAbout:
		if p.chooses() && text != "" {
			text = "@" + p.Choices[p.Cur].ID.String()
		}
		return m.tell(m.focus, plot.About{Query: text})
	case promptQuery:
		return m.listQuery(p, text)
	case promptDefer, promptDelegate, promptStep:
		if text == "" && p.kind != promptDelegate {
			return m, nil
		}
		return p.kept(m.decide(answerOf(p.kind), p.ids, text))
	case promptCapture:
		if text == "" {
			return m, nil
		}
		return p.kept(m.capture(text))
	case promptArrow:
		return p.kept(m.change("draw arrow", false, func(e *model.Edit) (string, error) {
			draw := func(from, to model.ID) error { return e.AddArrow(from, to, text) }
			if text == model.Depends {
				draw = e.AddDepend
			}
			return "an arrow to " + what(e.View, p.ids[1:]), draw(p.ids[0], p.ids[1])
		}))
	case promptTags:
		if text == "" {
			return m, nil
		}
	}
	return p.kept(m.change(p.Label, p.kind == promptTags, func(e *model.Edit) (string, error) {
		said := ""
		ids, err := meant(e.View, p.ids)
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			if said, err = p.apply(e, id, text, m); err != nil {
				return "", err
			}
		}
		return said + ": " + what(e.View, p.ids), nil
	}))
}

// apply makes the change that a prompt asked for to one node and says what it was.
func (p prompt) apply(e *model.Edit, id model.ID, text string, m Model) (string, error) {
	switch p.kind {
	case promptDue, promptSched, promptWait:
		return p.kind.setDate(e, id, text, m.now)
	case promptRepeat:
		return setRule(e, id, text, m)
	case promptPriority:
		if text == "" {
			return "no priority", e.ClearField(id, "prio")
		}
		l, err := inline.Parse("prio:"+text, inline.Env{Now: m.now, Change: true})
		if err != nil {
			return "", err
		}
		return "priority " + text, e.Apply(id, l)
	}
	l, err := parseTags(text, m)
	if err != nil {
		return "", err
	}
	var said []string
	for _, t := range l.Tags {
		said = append(said, "+"+t)
	}
	for _, t := range l.RemoveTags {
		said = append(said, "-"+t)
	}
	return strings.Join(said, " "), e.Apply(id, l)
}

// capture puts a line into the inbox. The cursor stays where it is.
func (m Model) capture(text string) (Model, tea.Cmd) {
	env := m.env
	return m.change("capture", false, func(e *model.Edit) (string, error) {
		l, err := inline.Parse(text, inline.Env{Now: env.Now(), Fields: env.Fields})
		if err == nil {
			err = env.Stamp(&l)
		}
		if err != nil {
			return "", err
		}
		in, err := e.Inbox()
		if err != nil {
			return "", err
		}
		id, err := e.Create(in, model.Last, l.Text)
		if err != nil {
			return "", err
		}
		return "in the inbox: “" + l.Text + "”", e.Apply(id, l)
	})
}
