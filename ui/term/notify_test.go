package term

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzNotification: whatever a node says, a notification is one OSC 9 that ends where it should.
func FuzzNotification(f *testing.F) {
	for _, s := range []string{"", "4;1;50", "a\x1b]0;title\ab", "x\x07y\x9c\u009c\u202ez", "\xff\xfe", strings.Repeat("日", 500), "a\nb\tc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := Notification(text)
		body, begins := strings.CutPrefix(s, "\x1b]9;arbor:")
		body, ends := strings.CutSuffix(body, "\a")
		if !begins || !ends || !utf8.ValidString(s) || utf8.RuneCountInString(body) > maxNotice+1 {
			t.Fatalf("%q gives %q", text, s)
		}
		if i := strings.IndexFunc(body, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }); i >= 0 {
			t.Fatalf("%q gives %q: a control at %d", text, s, i)
		}
	})
}

func TestNotifies(t *testing.T) {
	for _, x := range []struct {
		env  map[string]string
		want bool
	}{
		{map[string]string{"TERM": "xterm-256color"}, true},
		{map[string]string{"TERM": "xterm-kitty"}, true},
		{map[string]string{"TERM": "xterm-ghostty"}, true},
		{map[string]string{}, false},
		{map[string]string{"TERM": "dumb"}, false},
		{map[string]string{"TERM": "linux"}, false},
		{map[string]string{"TERM": "tmux-256color"}, false},
		{map[string]string{"TERM": "screen.xterm-256color"}, false},
		{map[string]string{"TERM": "xterm-256color", "TMUX": "/tmp/x"}, false},
		{map[string]string{"TERM": "xterm-256color", "VTE_VERSION": "7600"}, false},
		{map[string]string{"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, false},
	} {
		if got := Notifies(func(k string) string { return x.env[k] }); got != x.want {
			t.Errorf("%v: %v, want %v", x.env, got, x.want)
		}
	}
}
