package term

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"
)

// collector is a program that notes what it is told and quits when it sees the key ctrl+q, or a lone Esc, which nothing may follow.
type collector struct{ got *[]string }

func (c collector) Init() tea.Cmd { return nil }
func (c collector) View() string  { return "" }
func (c collector) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if msg.Type == tea.KeyCtrlQ {
			return c, tea.Quit
		}
		if msg.Paste {
			*c.got = append(*c.got, "paste:"+string(msg.Runes))
			break
		}
		*c.got = append(*c.got, msg.String())
		if msg.Type == tea.KeyEsc && len(*c.got) == 1 {
			return c, tea.Quit
		}
	case Keys:
		for _, k := range msg {
			*c.got = append(*c.got, k.String())
		}
	case Mouse:
		*c.got = append(*c.got, fmt.Sprintf("mouse:%d,%d", msg.X, msg.Y))
	case Reply:
		*c.got = append(*c.got, "reply:"+string(msg))
	}
	return c, nil
}

// events runs a Bubble Tea program on a pipe with the mended input and returns what it was told.
func events(t *testing.T, writes ...string) []string {
	t.Helper()
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var got []string
	var p *tea.Program
	r := NewReader(in, func(m tea.Msg) { p.Send(m) })
	p = tea.NewProgram(collector{&got}, tea.WithInput(r), tea.WithOutput(io.Discard), tea.WithoutRenderer(), tea.WithoutSignalHandler(),
		tea.WithFilter(Filter(time.Now)))
	go func() {
		if writes[0] != "\x1b" {
			writes = append(writes, "\x11")
		}
		for _, w := range writes {
			if _, err := io.WriteString(out, w); err != nil {
				t.Error(err)
			}
		}
	}()
	if _, err := p.Run(); err != nil {
		t.Fatal(err)
	}
	out.Close()
	return got
}

func TestBursts(t *testing.T) {
	for _, n := range []int{1, 2, 254, 255, 256, 257, 1000} {
		got := events(t, strings.Repeat("j", n))
		if len(got) != n {
			t.Errorf("%d keys came of %d", len(got), n)
		}
	}
	if got := events(t, "añ日👩‍👧e\u0301"); !reflect.DeepEqual(got, []string{"a", "ñ", "日", "👩‍👧", "e\u0301"}) {
		t.Errorf("a burst of letters came as %q", got)
	}
}

func TestMouseReportsAreWhole(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "\x1b[<35;%d;29M", i+1)
	}
	got := events(t, b.String())
	if len(got) != 100 {
		t.Fatalf("%d events, want 100: %q", len(got), got)
	}
	for i, g := range got {
		if g != fmt.Sprintf("mouse:%d,28", i) {
			t.Errorf("event %d is %q", i, g)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"lone Esc", "\x1b", []string{"esc"}},
		{"alt", "\x1bx", []string{"alt+x"}},
		{"alt+[", "\x1b[", []string{"alt+["}},
		{"arrows", "\x1b[A\x1b[1;3C\x1bOA", []string{"up", "alt+right", "up"}},
		{"shift+enter in the new encoding", "\x1b[13;2u", []string{"alt+enter"}},
		{"ctrl+p in the new encoding", "\x1b[112;5u", []string{"ctrl+p"}},
		{"modifyOtherKeys", "\x1b[27;2;13~x", []string{"alt+enter", "x"}},
		{"Esc in the new encoding", "\x1b[27u", []string{"esc"}},
		{"shift+a", "\x1b[97;2u\x1b[97:65;2u", []string{"A", "A"}},
		{"a key let go", "a\x1b[97;1:3u", []string{"a"}},
		{"an arrow let go", "\x1b[1;1:1A\x1b[1;1:3A", []string{"up"}},
		{"paste with an escape inside", "\x1b[200~a\x1b[<35;1\nb\x1b[201~c", []string{"paste:a\x1b[<35;1\nb", "c"}},
		{"a torn report is no text", "\x1b[<35;1\x1b[Bx", []string{"down", "x"}},
		{"an answer is no text", "a\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\b", []string{"a", "reply:11;rgb:1e1e/1e1e/2e2e", "b"}},
		{"an answer with a bell", "\x1b]11;rgb:ff/ff/ff\a", []string{"reply:11;rgb:ff/ff/ff"}},
		{"alt+]", "\x1b]x", []string{"alt+]", "x"}},
	} {
		got := events(t, c.in)
		if strings.HasPrefix(c.name, "an answer is") || strings.HasPrefix(c.name, "Esc in") { // it does not travel with the keys of its read
			got, c.want = sorted(got), sorted(c.want)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q came as %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func sorted(s []string) []string {
	out := append([]string(nil), s...)
	for i := range out {
		for j := i + 1; j < len(out); j++ {
			if out[j] < out[i] {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
	return out
}

// stream is bytes as terminals send them.
func stream() *rapid.Generator[[]byte] {
	part := rapid.SampledFrom([]string{"a", "jjj", "日", "👩‍👧", "\x1b[A", "\x1bOB", "\x1b[1;3C", "\x1b[<35;119;29M", "\x1b[<0;1;1m", "\x1b[200~text\x1b[0m\nmore\x1b[201~",
		"\x1b]11;rgb:0000/0000/0000\x1b\\", "\x1bx", "\r", "\t", "\x7f", "\x1b[13;2u", "\x1b[27;5;112~", "\x1b[M !!", "\x1b[[A", "\x1b[3~"})
	return rapid.Custom(func(t *rapid.T) []byte {
		return []byte(strings.Join(rapid.SliceOfN(part, 1, 12).Draw(t, "parts"), ""))
	})
}

// TestSplitsDoNotMatter: wherever reads tear the stream, Bubble Tea is given the same bytes, and never the half of a sequence.
func TestSplitsDoNotMatter(t *testing.T) {
	check := func(t rapid.TB, in []byte, at ...int) {
		var whole, parts fixer
		var a, b []string
		whole.told = func(s string) { a = append(a, s) }
		parts.told = func(s string) { b = append(b, s) }
		want := append(whole.feed(in), whole.flush()...)
		var got []byte
		last := 0
		for _, i := range append(at, len(in)) {
			if i < last || i > len(in) {
				continue
			}
			piece := parts.feed(in[last:i])
			if n := len(piece); n > 0 && piece[n-1] == esc && parts.paste == 0 {
				t.Fatalf("%q torn at %v gives %q, which ends inside a sequence", in, at, piece)
			}
			got = append(got, piece...)
			last = i
		}
		got = append(got, parts.flush()...)
		if !bytes.Equal(got, want) || !reflect.DeepEqual(a, b) {
			t.Fatalf("%q torn at %v gives %q %q, whole %q %q", in, at, got, b, want, a)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		in := stream().Draw(t, "in")
		for i := range in {
			check(t, in, i)
		}
		check(t, in, rapid.SliceOfN(rapid.IntRange(0, len(in)), 0, 5).Draw(t, "at")...)
	})
}

func FuzzFixer(f *testing.F) {
	f.Add([]byte("\x1b[<35;1\x1b[200~"), 3)
	f.Fuzz(func(t *testing.T, in []byte, at int) {
		var x fixer
		at = max(min(at, len(in)), 0)
		x.feed(in[:at])
		x.feed(in[at:])
		if len(x.held) > maxHeld || len(x.reply) > maxReply {
			t.Fatalf("%d bytes held, %d of an answer", len(x.held), len(x.reply))
		}
	})
}

func TestBackground(t *testing.T) {
	for _, c := range []struct {
		in       string
		dark, ok bool
	}{{"11;rgb:1e1e/1e1e/2e2e", true, true}, {"11;rgb:ff/ff/ff", false, true}, {"11;rgb:f/f/e", false, true}, {"10;rgb:ff/ff/ff", false, false}, {"11;rgb:x/y/z", false, false}, {"", false, false}} {
		if dark, ok := Background(Reply(c.in)); dark != c.dark || ok != c.ok {
			t.Errorf("%q: dark %v ok %v", c.in, dark, ok)
		}
	}
}

func TestSignals(t *testing.T) {
	ended, stopped := make(chan *SignalError, 1), make(chan bool, 1)
	s := Watch(func(e *SignalError) { ended <- e }, func() { stopped <- true })
	defer s.Close()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if len(stopSignals()) > 0 {
		if err := self.Signal(stopSignals()[0]); err != nil {
			t.Fatal(err)
		}
		<-stopped
	}
	if err := self.Signal(syscall.SIGTERM); err != nil {
		t.Skip(err)
	}
	if e := <-ended; e.ExitCode() != 143 {
		t.Errorf("exit code %d, want 143", e.ExitCode())
	}
}

func TestCrashIsWritten(t *testing.T) {
	e := Crash(t.TempDir(), "a reason", time.Unix(0, 0))
	b, err := os.ReadFile(e.File)
	if err != nil || !bytes.Contains(b, []byte("a reason")) || !bytes.Contains(b, []byte("TestCrashIsWritten")) {
		t.Errorf("the file says %q, %v", b, err)
	}
	if again := Crash("", e, time.Now()); again != e {
		t.Error("a crash was taken for another")
	}
}
