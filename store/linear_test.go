//go:build unix

package store

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"arbor/store/disk"

	"golang.org/x/sys/unix"
)

// What follows records what goroutines, handles and processes do to a few keys at once, and what they see, and has a checker look for an
// order of it all, each deed at one moment between its call and its return, in which everybody saw what was so. That is linearizability;
// deeds of several keys and ranges make it strict serializability.

// actor does deeds on a handle.
type actor struct {
	db    *DB
	ks    Keyspace
	rng   *rand.Rand
	value int // the next to be written, different from those of all others
	known [linearKeys]int
}

func newActor(db *DB, seed uint64, number int) (*actor, error) {
	ks, err := db.Keyspace("test")
	return &actor{db: db, ks: ks, rng: rand.New(rand.NewPCG(seed, uint64(number))), value: 1 + 1_000_000*number}, err
}

func linearKey(k int) []byte { return []byte{'k', byte(k)} }

func (a *actor) bounds() *[2]int {
	from := a.rng.IntN(linearKeys)
	return &[2]int{from, from + a.rng.IntN(linearKeys-from+1)}
}

func linearRange(b *[2]int) Range { return Range{From: linearKey(b[0]), To: linearKey(b[1])} }

// pause lets others run.
func (a *actor) pause() {
	for range a.rng.IntN(30) {
		runtime.Gosched()
	}
}

// next is a value that nobody has written. Some are long, so that they lie in the log.
func (a *actor) next() int {
	a.value++
	return a.value
}

func encodeLinear(v int) []byte {
	return []byte(strconv.Itoa(v) + strings.Repeat(" ", v%3*20))
}

func decodeLinear(v []byte) int {
	n, _ := strconv.Atoi(strings.TrimRight(string(v), " "))
	return n
}

func monotonic() int64 {
	var ts unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) // the same for all processes
	return ts.Nano()
}

// do does one deed.
func (a *actor) do() (deed, error) {
	var d deed
	var err error
	durability := []Durability{None, None, Commit}[a.rng.IntN(3)]
	switch a.rng.IntN(5) {
	case 0: // a view
		d.Read, d.Scan = a.rng.Perm(linearKeys)[:2], a.bounds()
		d.Call = monotonic()
		err = a.db.View(func(s *Snapshot) error {
			d.Seen = nil
			return a.look(s, &d)
		})
	case 1:
		k := a.rng.IntN(linearKeys)
		d.Swap = &[3]int{k, a.known[k], a.next()}
		var old []byte
		if a.known[k] != 0 {
			old = encodeLinear(a.known[k])
		}
		d.Call = monotonic()
		d.Swapped, err = a.db.CompareAndSwap(a.ks, linearKey(k), old, encodeLinear(d.Swap[2]), durability)
	default:
		d.Read = a.rng.Perm(linearKeys)[:a.rng.IntN(3)]
		if a.rng.IntN(4) == 0 {
			d.Scan = a.bounds()
		}
		if a.rng.IntN(6) == 0 {
			d.Cut = a.bounds()
		}
		for _, k := range a.rng.Perm(linearKeys)[:a.rng.IntN(3)] {
			v := 0 // a deletion
			if a.rng.IntN(5) > 0 {
				v = a.next()
			}
			d.Write = append(d.Write, [2]int{k, v})
		}
		d.Call = monotonic()
		err = a.db.Update(func(tx *Tx) error {
			tx.SetDurability(durability)
			d.Seen = nil
			return a.transact(tx, &d)
		})
	}
	d.Return = monotonic()
	return d, err
}

// look reads what d says.
func (a *actor) look(r Reader, d *deed) error {
	for _, k := range d.Read {
		v, err := r.Get(a.ks, linearKey(k))
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		a.known[k] = decodeLinear(v)
		d.Seen = append(d.Seen, a.known[k])
		a.pause()
	}
	if d.Scan == nil || d.Scan[0] == d.Scan[1] {
		return nil
	}
	found := [linearKeys]int{}
	for e, err := range r.Scan(a.ks, linearRange(d.Scan)) {
		if err != nil {
			return err
		}
		found[e.Key[1]] = decodeLinear(e.Value)
	}
	d.Seen = append(d.Seen, found[d.Scan[0]:d.Scan[1]]...)
	a.pause()
	return nil
}

// transact reads, then changes what d says.
func (a *actor) transact(tx *Tx, d *deed) error {
	if err := a.look(tx, d); err != nil {
		return err
	}
	if d.Cut != nil && d.Cut[0] < d.Cut[1] {
		if err := tx.DeleteRange(a.ks, linearRange(d.Cut)); err != nil {
			return err
		}
	}
	for _, w := range d.Write {
		var err error
		if w[1] == 0 {
			err = tx.Delete(a.ks, linearKey(w[0]))
		} else {
			err = tx.Put(a.ks, linearKey(w[0]), encodeLinear(w[1]))
		}
		if err != nil {
			return err
		}
	}
	a.pause()
	return nil
}

// together has actors do n deeds each, all at once, and returns them all.
func together(t *testing.T, actors []*actor, n int) (deeds []deed) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, a := range actors {
		wg.Go(func() {
			for range n {
				d, err := a.do()
				if err != nil {
					t.Errorf("%+v: %v", d, err)
					return
				}
				mu.Lock()
				deeds = append(deeds, d)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return deeds
}

func linearRounds() int {
	switch {
	case os.Getenv("ARBOR_SOAK") != "":
		return 300
	case testing.Short():
		return 3
	}
	return 15
}

// TestLinearizable checks goroutines on one handle, beside the cleaner and checkpoints, and three handles on one directory, of which one owns
// it.
func TestLinearizable(t *testing.T) {
	for _, kind := range []string{"memory", "buffered", "direct", "uring", "handles"} {
		t.Run(kind, func(t *testing.T) {
			for round := range linearRounds() {
				dir := t.TempDir()
				var handles []*DB
				switch kind {
				case "memory":
					handles = append(handles, newDB(newMemory(usualLimits)))
				case "handles":
					for range 3 {
						db, err := Open(dir, Options{})
						must(t, err)
						handles = append(handles, db)
					}
				default:
					d, err := disk.Open(dir, kind)
					if err != nil {
						t.Skip(err)
					}
					l := usualLimits
					l.minSegment, l.maxSegment, l.checkpointBytes, l.cleanSlack = 16<<10, 32<<10, 16<<10, 1
					e, err := openEngine(d, false, l)
					must(t, err)
					handles = append(handles, newDB(e))
				}
				linearRound(t, handles, uint64(round))
				for i := len(handles) - 1; i >= 0; i-- {
					must(t, handles[i].Close())
				}
			}
		})
	}
}

func linearRound(t *testing.T, handles []*DB, seed uint64) {
	var actors []*actor
	for i := range 4 {
		a, err := newActor(handles[i%len(handles)], seed, i)
		must(t, err)
		actors = append(actors, a)
	}
	stop, cleaned := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(cleaned)
		for {
			select {
			case <-stop:
				return
			default:
				if err := handles[0].Clean(context.Background()); err != nil {
					t.Error(err)
				}
				runtime.Gosched()
			}
		}
	}()
	deeds := together(t, actors, 40)
	close(stop)
	<-cleaned
	checkLinear(t, deeds)
}

// TestLinearChild is the other process of TestLinearProcesses. It does deeds and tells each.
func TestLinearChild(t *testing.T) {
	dir := os.Getenv("ARBOR_TEST_LINEAR")
	if dir == "" {
		t.Skip("started by TestLinearProcesses")
	}
	number, err := strconv.Atoi(os.Getenv("ARBOR_TEST_LINEAR_NUMBER"))
	must(t, err)
	db, err := Open(dir, Options{})
	must(t, err)
	defer db.Close()
	var actors []*actor
	for i := range 2 {
		a, err := newActor(db, uint64(number), 2*number+i)
		must(t, err)
		actors = append(actors, a)
	}
	fmt.Println("> ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	for _, d := range together(t, actors, 40) {
		line, err := json.Marshal(d)
		must(t, err)
		fmt.Printf("> %s\n", line)
	}
	bufio.NewReader(os.Stdin).ReadString('\n') // the owner stays until all are done
}

// TestLinearProcesses checks two processes, of which one owns the directory, and the clock of the machine tells what came before what.
func TestLinearProcesses(t *testing.T) {
	for round := range linearRounds() {
		dir := t.TempDir()
		var children [2]*child
		for i := range children {
			children[i] = startLinear(t, dir, 2*round+i)
		}
		for _, c := range children {
			c.say("")
		}
		var deeds []deed
		for _, c := range children {
			for range 80 {
				var d deed
				must(t, json.Unmarshal([]byte(c.line()), &d))
				deeds = append(deeds, d)
			}
		}
		checkLinear(t, deeds)
		for _, c := range children {
			c.say("")
		}
	}
}

func startLinear(t *testing.T, dir string, number int) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command(os.Args[0], "-test.run=^TestLinearChild$", "-test.v", "-test.timeout=120s")}
	c.cmd.Env = append(os.Environ(), "ARBOR_TEST_LINEAR="+dir, fmt.Sprint("ARBOR_TEST_LINEAR_NUMBER=", number))
	c.cmd.Stderr = os.Stderr
	var err error
	c.in, err = c.cmd.StdinPipe()
	must(t, err)
	out, err := c.cmd.StdoutPipe()
	must(t, err)
	c.out = bufio.NewScanner(out)
	must(t, c.cmd.Start())
	t.Cleanup(func() {
		c.in.Close()
		c.cmd.Wait()
	})
	if s := c.line(); s != "ready" {
		t.Fatalf("the child said %q", s)
	}
	return c
}
