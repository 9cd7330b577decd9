package store

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"arbor/store/disk"
)

// stopped is a committer that goes through the steps of a commit one at a time.
type stopped struct {
	t   *testing.T
	e   *engine
	ks  Keyspace
	rec encoded
	tk  *ticket
	p   place
	end LSN
	fl  *flight
}

// steps are those of a commit, and where it stands before each.
var steps = []struct {
	before string
	do     func(c *stopped)
}{
	{"before it reserves", func(c *stopped) {
		var err error
		c.p, err = c.e.reserve(uint32(len(c.rec.bytes)))
		must(c.t, err)
	}},
	{"between reserve and publish", func(c *stopped) { c.end = c.e.show(c.p, c.rec, c.tk) }},
	{"between publish and apply", func(c *stopped) { c.e.folding.Store(true) }},
	{"in the middle of a fold", func(c *stopped) {
		c.e.folding.Store(false)
		must(c.t, c.e.apply(c.end))
	}},
	{"between apply and flush", func(c *stopped) { c.e.flush.mu.Lock() }},
	{"while it closes a frame", func(c *stopped) {
		var err error
		c.fl, err = c.e.closeFrame()
		c.e.flush.mu.Unlock()
		must(c.t, err)
	}},
	{"between the frame and its write", func(c *stopped) {
		if c.fl != nil { // otherwise another commit has taken this one along
			must(c.t, c.fl.file.WriteDurable(c.fl.b, c.fl.off))
		}
	}},
	{"between the write and its end", func(c *stopped) {
		if c.fl == nil {
			return
		}
		f := &c.e.flush
		f.mu.Lock() // complete, but for what it does for others
		c.fl.done = true
		f.mu.Unlock()
	}},
	{"before it wakes others", func(c *stopped) {
		if c.fl != nil {
			c.e.complete(c.fl, nil)
		}
	}},
}

// TestPausedCommitter stops a committer before each of its steps, and sees who goes on and who waits: as the table in doc.go says.
func TestPausedCommitter(t *testing.T) {
	rows := waitingTable(t)
	if len(rows) != len(steps) {
		t.Fatalf("the table of doc.go has %d rows, there are %d places to stop at", len(rows), len(steps))
	}
	for i, row := range rows {
		t.Run(row[0], func(t *testing.T) {
			if row[0] != steps[i].before {
				t.Fatalf("doc.go says %q, the step is %q", row[0], steps[i].before)
			}
			pauseAt(t, i, row[1:])
		})
	}
}

// waitingTable returns the rows of the table in doc.go.
func waitingTable(t *testing.T) (rows [][]string) {
	text, err := os.ReadFile("doc.go")
	must(t, err)
	_, table, ok := strings.Cut(string(text), "//\tthe committer stands")
	if !ok {
		t.Fatal("no table in doc.go")
	}
	for _, line := range strings.Split(table, "\n")[1:] {
		line, ok := strings.CutPrefix(line, "//\t")
		if !ok {
			break
		}
		rows = append(rows, regexp.MustCompile(`\s{2,}`).Split(strings.TrimSpace(line), -1))
	}
	return rows
}

func pauseAt(t *testing.T, place int, want []string) {
	e, err := openEngine(disk.NewMemory(), false, usualLimits)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	put(t, db, ks, "a", "1")
	must(t, db.Sync())
	writes := []write{{key: ks.key([]byte("mine")), value: []byte("m")}}
	c := &stopped{t: t, e: e, ks: ks, tk: new(ticket)}
	c.rec, err = encode(writes)
	must(t, err)
	c.tk.body.Store(&body{base: e.head.Load(), writes: c.rec.writes, offsets: c.rec.offsets})
	for _, s := range steps[:place] {
		s.do(c)
	}

	read := func() error {
		return db.View(func(s *Snapshot) error {
			if _, err := s.GetMany(ks, [][]byte{[]byte("a"), []byte("none")}); err != nil {
				return err
			}
			for _, err := range s.Scan(ks, Range{}) {
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	commit := func(d Durability) func() error {
		return func() error {
			var b Batch
			must(t, b.Put(ks, []byte{'o', byte(d)}, []byte("other")))
			_, err := db.Apply(&b, d)
			return err
		}
	}
	waits := make([]chan error, len(want))
	for i, do := range []func() error{read, commit(None), commit(Commit)} {
		done := make(chan error, 1)
		go func() { done <- do() }()
		if want[i] == "wait" {
			waits[i] = done
			continue
		}
		within(t, 10*time.Second, func() { must(t, <-done) })
	}
	for range 200 { // time for those who should wait, in which others read
		must(t, read())
	}
	for i, done := range waits {
		select {
		case err := <-done:
			t.Errorf("operation %d has not waited: %v", i, err)
		default:
		}
	}
	for _, s := range steps[place:] {
		s.do(c)
	}
	within(t, 10*time.Second, func() {
		for _, done := range waits {
			if done != nil {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		}
		must(t, db.Close())
	})
}
