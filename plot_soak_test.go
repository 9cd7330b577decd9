//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// held is the time between the keys of one that is held down; a terminal draws two frames in it, at 60 a second. A picture that comes later has missed a
// frame: the one that was due while it was worked out.
const held = time.Second / 30

// TestPanLong holds keys down over a hundred million samples, in a terminal of its own, the built program and its store: each has its picture before the
// next, as over a thousand samples of the same time. ARBOR_SOAK=1 makes it.
func TestPanLong(t *testing.T) {
	if os.Getenv("ARBOR_SOAK") == "" {
		t.Skip("ARBOR_SOAK=1 makes it")
	}
	const long, short = 100_000_000, 1000
	few, many := sensorHome(t, short, long/short), sensorHome(t, long, 1)
	for _, size := range []pty.Winsize{{Cols: 200, Rows: 50}, {Cols: 80, Rows: 24}} {
		seed := rand.Uint64()
		want, got := holdKeys(t, few, size, seed), holdKeys(t, many, size, seed)
		missed, still := 0, 0
		for i := range got {
			switch {
			case want[i] >= held && got[i] >= held: // the key changes nothing there
				still++
			case got[i] >= held:
				missed++
				t.Logf("key %d: %v, %v over %d samples", i, got[i], want[i], short)
			}
		}
		t.Logf("%d×%d, seed %d, %d keys, %d of which change nothing:\n  over %d samples %s\n  over %d samples %s", size.Cols, size.Rows, seed, len(got), still, short,
			spreadOf(want), long, spreadOf(got))
		if missed > 0 {
			t.Errorf("%d×%d: %d pictures of %d missed a frame", size.Cols, size.Rows, missed, len(got)-still)
		}
	}
}

// spreadOf says how long pictures took that came in time.
func spreadOf(took []time.Duration) string {
	took = slices.DeleteFunc(slices.Clone(took), func(d time.Duration) bool { return d >= held })
	slices.Sort(took)
	if len(took) == 0 {
		return "none"
	}
	return fmt.Sprintf("median %v, 99 of 100 within %v, the longest %v", took[len(took)/2], took[len(took)*99/100], took[len(took)-1])
}

// sensorHome is a home with a series of n samples so many seconds apart, imported from a pipe.
func sensorHome(t *testing.T, n, apart int) *home {
	t.Helper()
	h := newHome(t)
	cmd := exec.Command("arbor", "import", "csv", "-", "--series", "sensor")
	cmd.Env, cmd.Dir = h.env, h.dir
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer in.Close()
		w := bufio.NewWriterSize(in, 1<<20)
		rng := rand.New(rand.NewPCG(1, 2))
		io.WriteString(w, "time,sensor\n")
		v, at := 200, time.Date(2023, 9, 20, 0, 0, 0, 0, time.UTC).UnixMilli()
		var line []byte
		for range n {
			line = append(strconv.AppendInt(line[:0], at+rng.Int64N(10), 10), ',')
			line = append(strconv.AppendFloat(line, float64(v)/10, 'f', 1, 64), '\n')
			if _, err := w.Write(line); err != nil {
				return
			}
			at += int64(apart) * 1000
			v = min(max(v+rng.IntN(7)-3, -400), 1200)
		}
		w.Flush()
	}()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return h
}

// screenOf is what a program writes to a terminal, and when.
type screenOf struct {
	mu   sync.Mutex
	text strings.Builder
	at   []time.Time
}

func (s *screenOf) read(from io.Reader) {
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		now := time.Now()
		s.mu.Lock()
		if n > 0 {
			s.text.Write(b[:n])
			s.at = append(s.at, now)
		}
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// quiet waits until the screen has shown a text and nothing new came for a while.
func (s *screenOf) quiet(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		seen := strings.Contains(s.text.String(), text) && len(s.at) > 0 && time.Since(s.at[len(s.at)-1]) > 300*time.Millisecond
		s.mu.Unlock()
		if seen {
			return
		}
	}
	t.Fatalf("%q never shows", text)
}

// holdKeys presses keys at random, each held for some time, and returns how long it took until the screen changed after each: held if it did not
// before the next one.
func holdKeys(t *testing.T, h *home, size pty.Winsize, seed uint64) []time.Duration {
	t.Helper()
	cmd := exec.Command("arbor")
	cmd.Env, cmd.Dir = h.env, h.dir
	f, err := pty.StartWithSize(cmd, &size)
	if err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer f.Close()
	var s screenOf
	go s.read(f)
	s.quiet(t, "outline")
	io.WriteString(f, "6")
	s.quiet(t, "sensor")
	rng := rand.New(rand.NewPCG(seed, 1))
	var sent []time.Time
	tick := time.NewTicker(held)
	defer tick.Stop()
	for range 60 {
		key := []string{"+", "+", "-", "h", "l", "H", "L"}[rng.IntN(7)]
		for range 1 + rng.IntN(12) {
			<-tick.C
			sent = append(sent, time.Now())
			io.WriteString(f, key)
		}
	}
	<-tick.C
	sent = append(sent, time.Now())
	time.Sleep(held)
	s.mu.Lock()
	defer s.mu.Unlock()
	io.WriteString(f, "q")
	out, at := make([]time.Duration, len(sent)-1), s.at
	for i := range out {
		for len(at) > 0 && at[0].Before(sent[i]) {
			at = at[1:]
		}
		if out[i] = held; len(at) > 0 && at[0].Before(sent[i+1]) {
			out[i] = min(at[0].Sub(sent[i]), held)
		}
	}
	return out
}
