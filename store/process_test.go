//go:build unix

package store

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childVariable makes TestChild another process that has the store open: its value is the directory.
const childVariable = "ARBOR_TEST_STORE"

// TestChild is what the other tests of this file start. It does what the lines of its standard input say and answers each with lines
// that begin with "> ".
func TestChild(t *testing.T) {
	dir := os.Getenv(childVariable)
	if dir == "" {
		t.Skip("started by other tests")
	}
	db, err := Open(dir, withMerge)
	if err != nil {
		fmt.Println(">", err)
		return
	}
	defer db.Close()
	ks, err := db.Keyspace("test")
	if err != nil {
		fmt.Println(">", err)
		return
	}
	st, _ := db.Stats()
	fmt.Println(">", st.Role, st.OwnerPID)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var n int
		word, rest, _ := strings.Cut(in.Text(), " ")
		fmt.Sscan(rest, &n)
		switch word {
		case "add": // to a counter, so many times
			for range n {
				if err := increment(db, ks); err != nil {
					fmt.Println(">", err)
				}
			}
			fmt.Println("> done")
		case "merge": // so many times, by four goroutines
			if err := mergeMuch(db, ks, fmt.Sprint(os.Getpid()), 4, n, sometimes); err != nil {
				fmt.Println(">", err)
			}
			fmt.Println("> done")
		case "load": // commits until the end of the input
			load(db, ks, rest, in)
		case "quit":
			return
		}
	}
}

func increment(db *DB, ks Keyspace) error {
	return db.Update(func(tx *Tx) error {
		v, err := tx.Get(ks, []byte("counter"))
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		var n uint64
		if len(v) == 8 {
			n = binary.LittleEndian.Uint64(v)
		}
		return tx.Put(ks, []byte("counter"), binary.LittleEndian.AppendUint64(nil, n+1))
	})
}

func counter(t *testing.T, db *DB, ks Keyspace) (n uint64) {
	t.Helper()
	err := db.View(func(s *Snapshot) error {
		v, err := s.Get(ks, []byte("counter"))
		if err == nil {
			n = binary.LittleEndian.Uint64(v)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// load commits name/0, name/1, … and tells each that is acknowledged.
func load(db *DB, ks Keyspace, name string, in *bufio.Scanner) {
	stop := make(chan struct{})
	go func() {
		in.Scan()
		close(stop)
	}()
	for i := 0; ; i++ {
		select {
		case <-stop:
			fmt.Println("> done")
			return
		default:
		}
		key := fmt.Sprintf("%s/%d", name, i)
		err := db.Update(func(tx *Tx) error { return tx.Put(ks, []byte(key), []byte(key)) })
		switch {
		case err == nil:
			fmt.Println(">", key)
		case !errors.Is(err, ErrUncertain):
			fmt.Println("> error", err)
			return
		}
	}
}

// child is a running TestChild.
type child struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
	name string // of the keys it writes
	role string
}

func startChild(t *testing.T, dir string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.timeout=60s")}
	c.cmd.Env = append(os.Environ(), childVariable+"="+dir)
	c.cmd.Stderr = os.Stderr
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.in.Close() // the child ends by itself, so that it leaves no socket behind
		c.cmd.Process.Signal(syscall.SIGCONT)
		for c.out.Scan() {
		}
		c.cmd.Wait()
	})
	fmt.Sscan(c.line(), &c.role)
	return c
}

// line returns the child's next answer, "" at its end.
func (c *child) line() string {
	for c.out.Scan() {
		if s, ok := strings.CutPrefix(c.out.Text(), "> "); ok {
			return s
		}
	}
	return ""
}

func (c *child) say(s string) { fmt.Fprintln(c.in, s) }

func (c *child) signal(s os.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// TestIncrementsOfFourProcessesAddUp shows that transactions of different processes are serializable.
func TestIncrementsOfFourProcessesAddUp(t *testing.T) {
	dir := t.TempDir()
	const each = 60
	children := make([]*child, 4)
	for i := range children {
		children[i] = startChild(t, dir)
	}
	if children[0].role != "owner" || children[1].role != "client" || children[3].role != "client" {
		t.Errorf("roles %q, %q … %q; want an owner and clients", children[0].role, children[1].role, children[3].role)
	}
	for _, c := range children {
		c.say(fmt.Sprint("add ", each))
	}
	for _, c := range children {
		if s := c.line(); s != "done" {
			t.Fatal(s)
		}
	}
	db, ks := openTest(t, dir, Options{})
	if got := counter(t, db, ks); got != 4*each {
		t.Errorf("the counter is %d, want %d", got, 4*each)
	}
}

// TestMergesOfThreeProcesses shows that what processes merge at once adds up, though each resolves its own.
func TestMergesOfThreeProcesses(t *testing.T) {
	dir := t.TempDir()
	const each = 12
	var names []string
	children := make([]*child, 3)
	for i := range children {
		children[i] = startChild(t, dir)
		names = append(names, fmt.Sprint(children[i].cmd.Process.Pid))
	}
	for _, c := range children {
		c.say(fmt.Sprint("merge ", each))
	}
	for _, c := range children {
		if s := c.line(); s != "done" {
			t.Fatal(s)
		}
	}
	db, ks := openTest(t, dir, Options{})
	checkMerged(t, db, ks, names, 4, each)
}

// TestOwnerKilled shows that what any process was told is committed outlives the owner, and that the others go on. ARBOR_SOAK=1 kills
// the owner of the moment many times.
func TestOwnerKilled(t *testing.T) {
	rounds := 1
	if os.Getenv("ARBOR_SOAK") != "" {
		rounds = 40
	}
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	var running []*child
	for round := range rounds {
		for len(running) < 3 {
			c := startChild(t, dir)
			c.name = fmt.Sprintf("%d.%d", round, len(running))
			c.say("load " + c.name)
			running = append(running, c)
		}
		for _, c := range running {
			c.acknowledge(100, acknowledged)
		}
		owner := slices.IndexFunc(running, func(c *child) bool { return c.cmd.Process.Pid == ownerPID(t, dir) })
		if owner < 0 {
			t.Fatal("none of the children owns the store")
		}
		running[owner].signal(syscall.SIGKILL)
		running[owner].acknowledge(-1, acknowledged)
		running = slices.Delete(running, owner, owner+1)
		for _, c := range running {
			c.acknowledge(200, acknowledged)
		}
	}
	for _, c := range running {
		c.say("stop")
		c.acknowledge(-1, acknowledged)
	}
	db, ks := openTest(t, dir, Options{})
	missing := 0
	err := db.View(func(s *Snapshot) error {
		for key := range acknowledged {
			if v, err := s.Get(ks, []byte(key)); err != nil || string(v) != key {
				missing++
			}
		}
		return nil
	})
	if err != nil || missing > 0 {
		t.Errorf("%d of %d acknowledged commits are missing (%v)", missing, len(acknowledged), err)
	}
	if v, err := db.Verify(t.Context()); err != nil || len(v.Damage) > 0 {
		t.Errorf("verify: %v, %v", v.Damage, err)
	}
}

// acknowledge notes the next n commits that a loading child was told of, or all to its end.
func (c *child) acknowledge(n int, into map[string]bool) {
	c.t.Helper()
	for i := 0; i != n; i++ {
		s := c.line()
		if n < 0 && (s == "" || s == "done") {
			return
		}
		if !strings.HasPrefix(s, c.name+"/") {
			c.t.Fatalf("%s said %q", c.name, s)
		}
		into[s] = true
	}
}

// ownerPID is what the lock file says, once there is an owner.
func ownerPID(t *testing.T, dir string) int {
	t.Helper()
	h, err := openLock(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	n, err := readNote(h)
	if err != nil {
		t.Fatal(err)
	}
	return n.pid
}

func TestStoppedOwner(t *testing.T) {
	dir := t.TempDir()
	owner := startChild(t, dir)
	const silence = 250 * time.Millisecond
	db, ks := openTest(t, dir, Options{OwnerTimeout: silence})
	owner.signal(syscall.SIGSTOP)
	if _, err := syscall.Wait4(owner.cmd.Process.Pid, new(syscall.WaitStatus), syscall.WUNTRACED, nil); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	commit := increment(db, ks)
	_, open := Open(dir, Options{OwnerTimeout: silence})
	for what, err := range map[string]error{"commit": commit, "open": open} {
		if !errors.Is(err, ErrOwnerSilent) || !strings.Contains(err.Error(), fmt.Sprint(owner.cmd.Process.Pid)) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want one line with ErrOwnerSilent and the owner's pid", what, err)
		}
	}
	if d := time.Since(began); d > 8*silence {
		t.Errorf("it took %v to find out, with a timeout of %v", d, silence)
	}
	owner.signal(syscall.SIGCONT)
	if err := increment(db, ks); err != nil {
		t.Errorf("after the owner went on: %v", err)
	}
}

// TestOwnerLeaves shows that a clean close of the owner is felt by nobody: no commit of a client is uncertain, let alone lost.
func TestOwnerLeaves(t *testing.T) {
	dir := t.TempDir()
	db, ks := openTest(t, dir, Options{})
	clients := []*child{startChild(t, dir), startChild(t, dir)}
	for _, c := range clients {
		c.say("add 150")
	}
	for counterOrZero(db, ks) < 50 {
		if err := db.be.wait(context.Background(), lsnOf(t, db)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		if s := c.line(); s != "done" {
			t.Errorf("a client said %q", s)
		}
	}
	db, ks = openTest(t, dir, Options{})
	if got := counter(t, db, ks); got != 300 {
		t.Errorf("the counter is %d, want 300", got)
	}
}

func counterOrZero(db *DB, ks Keyspace) (n uint64) {
	db.View(func(s *Snapshot) error {
		if v, err := s.Get(ks, []byte("counter")); err == nil {
			n = binary.LittleEndian.Uint64(v)
		}
		return nil
	})
	return n
}
