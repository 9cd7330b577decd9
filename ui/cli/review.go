package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/query"
)

func (r *run) reviewCommand() *cobra.Command {
	var list, asJSON bool
	cmd := &cobra.Command{
		Use: "review [QUERY...]", Short: "go through what needs a thought, once a week: a key for each",
		Long: "Brings up, one after the other, what lies in the inbox, is overdue or expired, projects without a step that can be taken, and what has stood still. " +
			"Each is answered by a key and is a step of undo by itself. What was answered this week is not brought up again: a review goes on where it stopped. " +
			"At the end what was done this week, the time worked and the series are noted on the page of the day. In a script: 'arbor review --list' and 'arbor review answer'.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if list || asJSON {
				return r.reviewList(strings.Join(args, " "), asJSON)
			}
			return r.review(strings.Join(args, " "))
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "print what would be brought up, and ask nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line, and ask nothing")
	cmd.AddCommand(r.reviewAnswerCommand())
	return cmd
}

// answer is a key of the review.
type answer struct {
	key, name, prompt string
	is                model.ReviewAnswer
}

var answers = []answer{
	{"d", "do", "", model.ReviewDo},
	{"e", "done", "", model.ReviewDone},
	{"f", "defer", "until: ", model.ReviewDefer},
	{"g", "delegate", "to (a tag, or nothing): ", model.ReviewDelegate},
	{"n", "next", "next step: ", model.ReviewStep},
	{"x", "delete", "", model.ReviewDelete},
	{"k", "keep", "", model.ReviewKeep},
}

func (r *run) reviewAnswerCommand() *cobra.Command {
	names := make([]string, len(answers))
	for i, a := range answers {
		names[i] = a.name
	}
	return &cobra.Command{
		Use: "answer SEL ANSWER [TEXT...]", Short: "answer for nodes without being asked: " + strings.Join(names, ", "),
		Args: words(2, -1, "a selection, an answer, and what it needs: a date to defer until, a tag to delegate to, the text of a next step"),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, a := range answers {
				if a.name == args[1] || a.key == args[1] {
					return r.change(args[:1], false, "review: "+a.name, func(e *model.Edit, ids []model.ID) (string, error) {
						for _, id := range ids {
							if err := r.decide(e, id, a.is, strings.Join(args[2:], " ")); err != nil {
								return "", err
							}
						}
						return "reviewed: " + a.name, nil
					})
				}
			}
			return usagef("there is no answer %q; write %s", args[1], strings.Join(names, ", "))
		},
	}
}

// decide does what an answer says; text is what it needs.
func (r *run) decide(e *model.Edit, id model.ID, a model.ReviewAnswer, text string) error {
	var until date.Date
	text = strings.TrimSpace(text)
	if a == model.ReviewDefer {
		var err error
		if until, err = date.Parse(text, r.now()); err != nil {
			return usagef("%w", err)
		}
	}
	if a == model.ReviewDelegate {
		text = strings.TrimPrefix(text, "+")
		if strings.ContainsAny(text, " \t") {
			return usagef("%q cannot be a tag: it has blanks", text)
		}
	}
	err := e.Decide(id, a, until, text, r.now())
	if errors.Is(err, model.ErrNoAnswer) {
		return usagef("%s", strings.TrimPrefix(err.Error(), "a next step of "+id.String()+": "))
	}
	return err
}

// reviewJSON is the line of `arbor review --json`.
type reviewJSON struct {
	nextJSON
	Review   string `json:"review"` // why it is brought up
	Reviewed string `json:"reviewed,omitempty"`
}

// toReview returns what a review brings up, and the first day of the week of reviews.
func (r *run) toReview(v *model.View, q *query.Query) ([]model.ReviewItem, date.Date, error) {
	now := r.now()
	stale, err := date.ParseSpan(r.config.Review.Stale)
	if err != nil {
		return nil, date.Date{}, err // the settings were checked when they were read
	}
	since := model.WeekOf(r.config.Review.Day, now)
	items, err := v.Review(q, r.weights(), since, stale, now)
	return items, since, err
}

func (r *run) reviewList(text string, asJSON bool) error {
	q, err := r.parseScope(text)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		items, _, err := r.toReview(v, q)
		if err != nil {
			return err
		}
		p := r.printer()
		enc := newEncoder(p.out)
		for i := range items {
			if asJSON {
				err = enc.Encode(reviewJSON{newNextJSON(&items[i].Standing), items[i].Why.String(), items[i].Reviewed.String()})
			} else {
				err = p.reviewItem(v, &items[i])
			}
			if err != nil {
				return err
			}
		}
		return p.out.Flush()
	}))
}

// reviewItem writes a line: why it is brought up, and the node.
func (p *printer) reviewItem(v *model.View, it *model.ReviewItem) error {
	short, err := v.ShortID(it.Node.ID)
	if err != nil {
		return err
	}
	sgr := yellow
	if it.Why == model.Overdue || it.Why == model.Expired {
		sgr = red
	}
	fmt.Fprint(p.out, p.paint(sgr, fmt.Sprintf("%-12s ", it.Why)))
	return p.node(&it.Node, short, 0)
}

// review asks about one node after the other. Each answer is a transaction of its own, so that nothing is lost whenever it ends.
func (r *run) review(text string) error {
	if !r.Terminal.In || !r.Terminal.Out || r.Terminal.Raw == nil {
		return usagef("no terminal here to ask on; 'arbor review --list' prints what there is, 'arbor review answer SEL ANSWER' answers")
	}
	q, err := r.parseScope(text)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(func() error {
		var items []model.ReviewItem
		var since date.Date
		if err := r.view(s, func(v *model.View) (err error) {
			items, since, err = r.toReview(v, q)
			return err
		}); err != nil {
			return err
		}
		a := asking{run: r, s: s, in: bufio.NewReader(r.In)}
		ended, err := a.all(items)
		if err != nil || !ended {
			return err
		}
		return r.weekly(s, since)
	}())
}

// asking is a review on a terminal.
type asking struct {
	*run
	s    *Session
	in   *bufio.Reader
	back []int // the items answered, for undo
}

// all asks about the items, and reports whether it came to their end.
func (a *asking) all(items []model.ReviewItem) (bool, error) {
	for i := 0; i < len(items); {
		gone, err := a.show(items, i)
		if err != nil {
			return false, err
		}
		if gone { // somebody else has dealt with it meanwhile
			i++
			continue
		}
		key, err := a.key()
		switch {
		case err != nil:
			return false, err
		case key == "q":
			a.say("%d of %d left; 'arbor review' goes on", len(items)-i, len(items))
			return false, nil
		case key == "s":
			i++
		case key == "u" && len(a.back) > 0:
			if _, err := a.s.Tree.Undo(model.ThisSession); err != nil && !errors.Is(err, model.ErrNothing) {
				return false, err
			}
			i, a.back = a.back[len(a.back)-1], a.back[:len(a.back)-1]
		default:
			done, err := a.answer(&items[i], key)
			if err != nil {
				return false, err
			}
			if done {
				a.back = append(a.back, i)
				i++
			}
		}
	}
	return true, nil
}

// show writes an item with where it stands and the keys. gone says that it is not there any more.
func (a *asking) show(items []model.ReviewItem, i int) (gone bool, err error) {
	err = a.view(a.s, func(v *model.View) error {
		it := &items[i]
		top, err := v.Top(it.Node.ID)
		if gone = errors.Is(err, model.ErrNoNode) || err == nil && top != model.Root; gone {
			return nil
		}
		if err != nil {
			return err
		}
		p := a.printer()
		fmt.Fprintf(p.out, "\n%s  %s\n", p.paint(faint, fmt.Sprintf("%d/%d", i+1, len(items))), p.paint(faint, a.where(v, it.Node.ID)))
		if err := p.reviewItem(v, it); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s ", p.paint(faint, "d do, e done, f defer, g delegate, n next step, x delete, k keep, s skip, u undo, q quit:"))
		return p.out.Flush()
	})
	return gone, err
}

// where writes the texts above a node.
func (a *asking) where(v *model.View, id model.ID) string {
	path, err := v.Path(id)
	if err != nil {
		return ""
	}
	var texts []string
	for _, up := range path {
		if n, err := v.Node(up); err == nil && up != model.Root && up != id {
			texts = append(texts, printable(n.Text))
		}
	}
	return strings.Join(texts, " › ")
}

// key reads one key without Enter. Ctrl-C, Ctrl-D and the end of the input are q.
func (a *asking) key() (string, error) {
	restore, err := a.Terminal.Raw()
	if err != nil {
		return "", err
	}
	c, err := a.in.ReadByte()
	restore()
	if errors.Is(err, io.EOF) || err == nil && (c == 3 || c == 4) {
		c, err = 'q', nil
	}
	key := strings.ToLower(string(rune(c)))
	if err == nil && c > ' ' && c < 0x7f {
		fmt.Fprintln(a.Out, key)
	} else {
		fmt.Fprintln(a.Out)
	}
	return key, err
}

// answer does what a key says, asking for what it needs, and reports whether the item is answered.
func (a *asking) answer(it *model.ReviewItem, key string) (bool, error) {
	for _, x := range answers {
		if x.key != key {
			continue
		}
		text := ""
		if x.prompt != "" {
			fmt.Fprint(a.Out, x.prompt)
			line, err := a.line()
			if err != nil {
				return false, err
			}
			text = strings.TrimSpace(line)
		}
		_, err := a.s.Tree.Do("review: "+x.name+" "+quoted(it.Node.Text), func(e *model.Edit) error { return a.decide(e, it.Node.ID, x.is, text) })
		if c := (*coded)(nil); errors.As(err, &c) && c.code == exitUsage {
			a.say("%v", err)
			return false, nil
		}
		return err == nil, err
	}
	return false, nil
}

// line reads up to Enter, which is a carriage return if it was pressed before the terminal was asked for lines again.
func (a *asking) line() (string, error) {
	var b strings.Builder
	for {
		switch c, err := a.in.ReadByte(); {
		case errors.Is(err, io.EOF) || err == nil && (c == '\n' || c == '\r'):
			return b.String(), nil
		case err != nil:
			return "", err
		default:
			b.WriteByte(c)
		}
	}
}
