package model

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/model/query"
	"arbor/store"
)

// estate imports n nodes that have what people's have, and returns those that are tasks. Texts are like those of prose. A node stands up to ten deep; two in
// five are tasks, a third of which have a due date and a quarter of which are done; some wait, are scheduled, repeat, depend on others or have a
// priority; some nodes have fields, tags, notes, arrows and links by name.
func estate(im *Importer, n int) (tasks []ID, err error) {
	r := rand.New(rand.NewPCG(7, 8))
	top, err := im.Create(Root, "all notes", 0, nil)
	if err != nil {
		return nil, err
	}
	var before []ID
	var titles []string
	line := []ID{top} // where the next node may stand
	for len(before) < n-1 {
		text := benchText(r)
		title := strings.TrimSpace(text)
		if len(titles) > 0 && r.IntN(50) == 0 {
			text += "[[" + titles[r.IntN(len(titles))] + "]]"
		}
		var fill []func(*Edit, ID) error
		chance := func(oneIn int, fn func(*Edit, ID) error) {
			if r.IntN(oneIn) == 0 {
				fill = append(fill, fn)
			}
		}
		day, tag, amount, at := r.IntN(1200), coin(min(r.IntN(40), r.IntN(40))), r.IntN(500), clockTime.Add(-time.Duration(r.Int64N(int64(1000*24*time.Hour))))
		chance(1, func(e *Edit, id ID) error {
			return errors.Join(e.SetCreated(id, at), e.SetModified(id, at.Add(time.Hour)))
		})
		chance(6, func(e *Edit, id ID) error { return e.AddTag(id, tag) })
		chance(20, func(e *Edit, id ID) error { return e.SetNote(id, "what was said about "+text) })
		chance(20, func(e *Edit, id ID) error { return e.SetField(id, "cost", fmt.Sprint(amount)) })
		if len(before) > 0 {
			other := before[r.IntN(len(before))]
			chance(50, func(e *Edit, id ID) error { return e.AddArrow(id, other, "see") })
		}
		task := r.IntN(5) < 2
		if task {
			fill = append(fill, benchTask(r, day, at, tasks)...)
		}
		id, err := im.Create(line[len(line)-1], text, 128, func(e *Edit, id ID) error {
			for _, fn := range fill {
				if err := fn(e, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if titles = append(titles, title); len(titles) > 1000 {
			titles = titles[500:]
		}
		if before = append(before, id); task {
			tasks = append(tasks, id)
		}
		switch k := r.IntN(12); {
		case k == 0 && len(line) < 10:
			line = append(line, id)
		case k == 1 && len(line) > 1:
			line = line[:1+r.IntN(len(line)-1)]
		}
	}
	return tasks, nil
}

// benchText returns six words, of which the k-th most frequent makes up about one part in k.
func benchText(r *rand.Rand) string {
	var text strings.Builder
	for range 6 {
		fmt.Fprintf(&text, "%s ", coin(int(math.Exp(r.Float64()*math.Log(30_000)))))
	}
	return text.String()
}

// benchTask returns what makes a node a task.
func benchTask(r *rand.Rand, day int, made time.Time, tasks []ID) (fill []func(*Edit, ID) error) {
	state := []State{Todo, Todo, Todo, Todo, Doing, Waiting, Done, Done}[r.IntN(8)]
	fill = append(fill, func(e *Edit, id ID) error { return e.SetState(id, state) })
	chance := func(oneIn int, fn func(*Edit, ID) error) {
		if r.IntN(oneIn) == 0 {
			fill = append(fill, fn)
		}
	}
	dated := Date{T: clockTime.AddDate(0, 0, day-600)}
	if r.IntN(2) == 0 {
		dated = Date{T: dated.T.Truncate(24 * time.Hour), AllDay: true}
	}
	chance(3, func(e *Edit, id ID) error { return e.SetDue(id, dated) })
	chance(15, func(e *Edit, id ID) error { return e.SetSched(id, dated) })
	chance(20, func(e *Edit, id ID) error { return e.SetWait(id, dated) })
	chance(50, func(e *Edit, id ID) error {
		return errors.Join(e.SetDue(id, dated), e.SetField(id, fieldRule, "weekly"))
	})
	chance(8, func(e *Edit, id ID) error { return e.SetField(id, "prio", fmt.Sprint(day%7)) })
	if len(tasks) > 0 {
		on := tasks[r.IntN(len(tasks))]
		chance(25, func(e *Edit, id ID) error { return e.AddArrow(id, on, Depends) })
	}
	if state == Done {
		at := made.Add(time.Duration(day) * time.Hour)
		fill = append(fill, func(e *Edit, id ID) error { return e.SetFinished(id, at) })
	}
	return fill
}

// benchQueries are what people ask.
func benchQueries(under ID) []string {
	return []string{
		"due:overdue", "due:today", "due:<2030-01-01", "due:any", "-due:any is:task", "sched:any or due:any", "wait:any", "state:doing", "state:done is:leaf", "is:open is:task",
		"is:task", "has:note", "has:arrow is:open", "has:children state:done", "cost:>3", "cost:>490", "prio:>2", "prio:9 or due:<2000-01-01", "modified:<2000-01-01", "finished:>2030-01-01",
		"created:>2030-01-01", "+mi", "+mi is:open", "-+mi state:doing", "baba", "ki mo", `"no such text"`, `"ki mo"`, `"ki" state:doing`, "under:" + under.String() + " state:doing",
		"is:task due:<2000-01-01 or prio:9",
		"is:open", "is:open limit:20", "is:open sort:urgency limit:20", "is:open is:task sort:urgency", "is:open due:any sort:due", "is:task sort:-finished limit:20", "sort:-modified limit:50",
		"is:ready", "is:blocked", "is:blocking", "is:overdue", "is:waiting", "is:recurring", "tag:mi -done", "depth<3", "under:(+mi)", `under:"all notes" +mi`,
		"note~/x/", "text~/^ki.*mo/i", "has:backlink or has:link", "@saved", "-@saved is:task sort:-finished",
	}
}

// againQueries are asked again after a change of one node, as a saved query on the screen is.
var againQueries = []string{
	"is:open sort:created limit:20", "is:open sort:urgency limit:20", "is:ready sort:due limit:20", "due:overdue -done", "tag:mi -done", `"ki mo"`, "text~/^ki.*mo/i", "is:open", "has:backlink",
}

// medians measures calls one by one and reports the middle one, for a mean has the pauses of others in it.
type medians struct{ took []time.Duration }

func (m *medians) time(fn func()) {
	begin := time.Now()
	fn()
	m.took = append(m.took, time.Since(begin))
}

func (m *medians) report(b *testing.B) {
	slices.Sort(m.took)
	b.ReportMetric(float64(m.took[len(m.took)/2].Microseconds())/1000, "median-ms")
}

// queried is a tree of n nodes, with a saved query, that are asked about.
type queried struct {
	*Tree
	top   ID
	tasks []ID
}

func newQueried(b *testing.B, n int) *queried {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	t := &queried{Tree: openOn(b, db, "")}
	if _, err := t.Import("estate", func(im *Importer) (err error) {
		t.tasks, err = estate(im, n)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	do(b, t.Tree, func(e *Edit) error {
		id, err := e.Create(Root, Last, "saved")
		if err != nil {
			return err
		}
		return e.SetField(id, FieldQuery, "+"+coin(1)+" -done sort:text")
	})
	t.ask(b, func(v *View) error {
		for c, err := range v.Children(Root) {
			t.top = c.ID
			return err
		}
		return nil
	})
	return t
}

func (t *queried) ask(b *testing.B, fn func(*View) error) {
	if err := t.View(fn); err != nil {
		b.Fatal(err)
	}
}

func (t *queried) parse(b *testing.B, text string) *query.Query {
	q, err := query.Parse(text, clockTime)
	if err != nil {
		b.Fatal(err)
	}
	return q
}

// BenchmarkQuery finds which nodes queries mean, in their order, among 100,000, with ARBOR_SOAK a million: as one question after the other in a process,
// from the second on. first is what the first one takes, order how long the order of all takes, which the first one with many hits waits for,
// stand who waits for whom and who inherits what, which the first one about tasks waits for, and again what a query takes after one node changed.
func BenchmarkQuery(b *testing.B) {
	n := 100_000
	if soak() {
		n = 1_000_000
	}
	t := newQueried(b, n)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			t.sheets.drop()
			t.ask(b, func(v *View) error {
				_, err := v.Sheet()
				return err
			})
		}
	})
	b.Run("order", func(b *testing.B) {
		t.ask(b, func(v *View) error {
			s, err := v.Sheet()
			for b.Loop() && err == nil {
				s.order = nil
				_, err = v.treeOrder(s)
			}
			return err
		})
	})
	b.Run("stand", func(b *testing.B) {
		t.ask(b, func(v *View) error {
			s, err := v.Sheet()
			for b.Loop() && err == nil {
				s.workers.Store(nil)
				s.stood.Store(true)
				v.work = nil
				_, err = v.workers()
			}
			return err
		})
	})
	for _, text := range benchQueries(t.top) {
		b.Run(text, func(b *testing.B) {
			var m medians
			q, found := t.parse(b, text), 0
			b.ReportAllocs()
			for b.Loop() {
				m.time(func() {
					t.ask(b, func(v *View) error {
						ids, err := v.Meant(q)
						found = len(ids)
						return err
					})
				})
			}
			m.report(b)
			b.ReportMetric(float64(found), "nodes")
		})
	}
	t.benchAgain(b)
	b.Run("next", func(b *testing.B) {
		q := t.parse(b, "")
		for b.Loop() {
			t.ask(b, func(v *View) error {
				_, _, err := v.Next(q, DefaultWeights(), clockTime, 10)
				return err
			})
		}
	})
	b.Run("draw", func(b *testing.B) {
		r := rand.New(rand.NewPCG(1, 2))
		for b.Loop() {
			t.ask(b, func(v *View) error {
				_, err := v.Draw(Root, r)
				if errors.Is(err, ErrNothing) {
					err = nil
				}
				return err
			})
		}
	})
}

// benchAgain asks after each change of one task: of its due date, its state or its text.
func (t *queried) benchAgain(b *testing.B) {
	i := 0
	for _, text := range againQueries {
		b.Run("again "+text, func(b *testing.B) {
			var m medians
			q := t.parse(b, text)
			for b.Loop() {
				b.StopTimer()
				i++
				do(b, t.Tree, func(e *Edit) error {
					id := t.tasks[i*7919%len(t.tasks)]
					switch i % 3 {
					case 0:
						return e.SetDue(id, Date{T: clockTime.Add(time.Duration(i) * time.Second)})
					case 1:
						return e.SetState(id, []State{Todo, Doing, Done}[i/3%3])
					}
					return e.SetText(id, "ki la mo "+coin(i))
				})
				b.StartTimer()
				m.time(func() {
					t.ask(b, func(v *View) error {
						_, err := v.again(q)
						return err
					})
				})
			}
			m.report(b)
		})
	}
}
