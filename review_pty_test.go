//go:build unix

package main

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// screenText is what a program has written to a terminal by now.
type screenText struct {
	mu   sync.Mutex
	text string
}

func (s *screenText) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text += string(b)
	return len(b), nil
}

// after waits until what was written behind the mark holds part, and returns the mark behind it.
func (s *screenText) after(t *testing.T, mark int, part string) int {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		i := strings.Index(s.text[mark:], part)
		s.mu.Unlock()
		if i >= 0 {
			return mark + i + len(part)
		}
	}
	t.Fatalf("%q does not come; the terminal has %q", part, s.text)
	return 0
}

// A review on a terminal: a key for each node, undone by a key, going on where it stopped, and noted on the page of the day.
func TestReviewByKeys(t *testing.T) {
	h := newHome(t)
	for _, line := range []string{"alpha due:2020-01-01", "beta due:2020-01-02", "gamma due:2020-01-03"} {
		h.must(t, append([]string{"add", "state:todo", "prio:H"}, strings.Fields(line)...)...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	review := func(keys ...string) string {
		t.Helper()
		cmd := h.command(ctx, "review")
		f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
		if err != nil {
			t.Skipf("no pseudo terminal: %v", err)
		}
		defer f.Close()
		var s screenText
		read := make(chan struct{})
		go func() {
			defer close(read)
			buf := make([]byte, 4096)
			for {
				n, err := f.Read(buf)
				s.Write(buf[:n])
				if err != nil {
					return
				}
			}
		}()
		mark := 0
		for i := 0; i+1 < len(keys); i += 2 {
			mark = s.after(t, mark, keys[i])
			f.WriteString(keys[i+1])
		}
		if err := cmd.Wait(); err != nil {
			t.Fatalf("review: %v; the terminal has %q", err, s.text)
		}
		<-read
		return s.text
	}
	const ask = "q quit:"
	out := review("1/3", "", ask, "e", "2/3", "", ask, "u", "1/3", "", ask, "f", "until: ", "fri\r", "2/3", "", ask, "q")
	if !strings.Contains(out, "2 of 3 left; 'arbor review' goes on") {
		t.Errorf("the first part said %q", out)
	}
	out = review("1/2", "", ask, "e", "2/2", "", ask, "z", "2/2", "", ask, "n", "next step: ", "call them\r")
	if !strings.Contains(out, "Review: 1 done") {
		t.Errorf("the end said %q", out)
	}
	if ls := h.must(t, "ls", "--json", "state:todo"); !strings.Contains(ls, `"text":"call them"`) || strings.Count(ls, "\n") != 3 {
		t.Errorf("left to do\n%s", ls)
	}
	if page := h.must(t, "ls", "Review"); !strings.Contains(page, "Review: 1 done, 0:00 worked") {
		t.Errorf("on the page of the day\n%s", page)
	}
}
