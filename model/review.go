package model

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"arbor/model/date"
	"arbor/model/query"
)

// ReviewWhy is why a review brings a node up, in the order in which it does.
type ReviewWhy uint8

// The reasons.
const (
	InInbox ReviewWhy = iota // caught, and not yet put anywhere
	Overdue
	Expired  // its until has passed
	NoNext   // a project of which nothing can be done now
	Waits    // it waits, and was not looked at for long
	Stale    // it could be done, and was not looked at for long
	whyCount // how many there are
)

func (w ReviewWhy) String() string {
	return [whyCount]string{"inbox", "overdue", "expired", "no next step", "waiting", "stale"}[w]
}

// ReviewItem is a node to be thought about.
type ReviewItem struct {
	Standing
	Why      ReviewWhy
	Reviewed Date // when it was last reviewed; zero if never
}

// FieldReviewed keeps the day of the last review.
const FieldReviewed = "reviewed"

// Review returns what is to be reviewed among the open nodes that q means: what lies in the inbox, is overdue or expired, projects
// without a step that can be taken, and what waits or stands still for longer than stale. What was reviewed on since or later is left out,
// so that a review that was interrupted goes on where it stopped. The order is that of the reasons, then of urgency.
func (v *View) Review(q *query.Query, w Weights, since Date, stale time.Duration, now time.Time) ([]ReviewItem, error) {
	k, err := v.workers()
	if err != nil {
		return nil, err
	}
	all, err := k.work(q, w, now)
	if err != nil {
		return nil, err
	}
	r := reviewing{k: k, since: since, stale: stale, now: now, ready: make([]int32, k.s.Len()), stuck: make([]bool, k.s.Len())}
	for i := range all {
		if slot, ok := k.s.Slot(all[i].Node.ID); ok && all[i].Ready(now) {
			k.above(slot, func(up int) { r.ready[up]++ })
		}
	}
	r.findStuck()
	for i := range all {
		if why, ok := r.why(&all[i]); ok {
			r.add(all[i], why)
		}
	}
	if err := r.notes(q, w); err != nil {
		return nil, err
	}
	slices.SortStableFunc(r.out, func(a, b ReviewItem) int {
		return cmp.Or(cmp.Compare(a.Why, b.Why), cmp.Compare(b.Urgency, a.Urgency), a.Node.Created.Compare(b.Node.Created))
	})
	return r.out, nil
}

type reviewing struct {
	k     *workers
	since Date
	stale time.Duration
	now   time.Time
	ready []int32 // by slot: tasks below that can be done
	stuck []bool  // by slot: it has a child of which nothing can be done
	out   []ReviewItem
}

// why says why a task is to be thought about, if it is.
func (r *reviewing) why(s *Standing) (ReviewWhy, bool) {
	n, loc := &s.Node, r.now.Location()
	still := r.now.Sub(n.Modified) > r.stale
	switch {
	case n.Parent == Inbox:
		return InInbox, true
	case !n.Due.IsZero() && !r.now.Before(n.Due.End(loc)):
		return Overdue, true
	case s.Expired(r.now):
		return Expired, true
	case s.Below > 0:
		slot, ok := r.k.s.Slot(n.ID)
		return NoNext, ok && r.ready[slot] == 0 && !r.stuck[slot]
	case s.Waiting(r.now):
		return Waits, still
	case s.Ready(r.now):
		return Stale, still
	}
	return 0, false
}

// findStuck notes the parents of projects of which nothing can be done: it is those projects that are brought up.
func (r *reviewing) findStuck() {
	for slot, bits := range r.k.s.bits {
		if up := r.k.at.parents[slot]; up >= 0 && r.k.below[slot] > 0 && bits&factTask != 0 && r.ready[slot] == 0 && r.k.open(slot) {
			r.stuck[up] = true
		}
	}
}

// notes adds what lies in the inbox and is no task.
func (r *reviewing) notes(q *query.Query, w Weights) error {
	inbox := &query.Query{Expr: query.And{query.Is("inbox"), q.Expr}, Now: q.Now}
	for n, err := range r.k.v.Select(inbox) {
		if err != nil {
			return err
		}
		if slot, ok := r.k.s.Slot(n.ID); ok && n.Parent == Inbox && !n.IsTask() {
			line := r.k.line(slot)
			s := Standing{Node: n, Tags: line.tags, Prio: line.prio, Due: line.due, DueOf: line.dueOf}
			s.Urgency, s.Why = w.weigh(&s, r.now)
			r.add(s, InInbox)
		}
	}
	return nil
}

func (r *reviewing) add(s Standing, why ReviewWhy) {
	it := ReviewItem{Standing: s, Why: why}
	if value, ok := s.Node.Field(FieldReviewed); ok {
		it.Reviewed, _ = date.ParseISO(value)
	}
	if it.Reviewed.IsZero() || it.Reviewed.Compare(r.since) < 0 {
		r.out = append(r.out, it)
	}
}

// ReviewAnswer is what a person decides about a node.
type ReviewAnswer uint8

// The answers.
const (
	ReviewKeep     ReviewAnswer = iota // as it is
	ReviewDo                           // it is being done from now on
	ReviewDone                         // it is done
	ReviewDefer                        // it waits until a day
	ReviewDelegate                     // it waits for somebody
	ReviewStep                         // a step below it is what to do next
	ReviewDelete                       // to the trash
)

// ErrNoAnswer reports an answer that lacks what it needs.
var ErrNoAnswer = errors.New("the answer is not complete")

// Decide does what an answer says, and stamps the node as reviewed on the day of now. Until is for ReviewDefer; text names the somebody of
// ReviewDelegate, as a tag, and is the step of ReviewStep.
func (e *Edit) Decide(id ID, a ReviewAnswer, until Date, text string, now time.Time) error {
	n, err := e.need(id)
	if err != nil {
		return err
	}
	switch a {
	case ReviewDo:
		err = e.SetState(id, Doing)
	case ReviewDone:
		_, err = e.Finish(id, Done, now)
	case ReviewDefer:
		if until.IsZero() {
			return fmt.Errorf("defer %s: %w: until when?", id, ErrNoAnswer)
		}
		if err = e.SetWait(id, until); err == nil && n.State == None {
			err = e.SetState(id, Todo)
		}
	case ReviewDelegate:
		if err = e.SetState(id, Waiting); err == nil && text != "" {
			err = e.AddTag(id, text)
		}
	case ReviewStep:
		if text == "" {
			return fmt.Errorf("a next step of %s: %w: which?", id, ErrNoAnswer)
		}
		var step ID
		if step, err = e.Create(id, First, text); err == nil {
			err = e.SetState(step, Todo)
		}
	case ReviewDelete:
		return e.Trash(id)
	}
	if err != nil {
		return err
	}
	return e.SetField(id, FieldReviewed, date.Day(now).String())
}
