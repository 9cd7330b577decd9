package term

import "strings"

// Bell rings: the terminal makes a sound, flashes, or marks the window.
const Bell = "\a"

// maxNotice bounds a notification; desktops show less.
const maxNotice = 200

// Notification asks the terminal for a notification of the desktop (OSC 9). Nothing in text can end it or begin something else: control
// characters, and what some terminals take for commands of theirs, are left out.
func Notification(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > maxNotice {
		text = string(runes[:maxNotice-1]) + "…"
	}
	return "\x1b]9;arbor: " + strings.TrimSpace(text) + Bell // a text that begins with a digit is a progress bar to ConEmu and Windows Terminal
}

// Notifies reports whether a terminal may take a Notification: all but those that are known not to, by their environment. A multiplexer
// swallows it, the console of Linux and terminals of the last century would write it out.
func Notifies(getenv func(string) string) bool {
	kind := getenv("TERM")
	for _, known := range []string{"dumb", "linux", "screen", "tmux", "vt1", "vt2", "cons25", "cygwin", "sun", "ansi"} {
		if strings.HasPrefix(kind, known) {
			return false
		}
	}
	return kind != "" && getenv("TMUX") == "" && getenv("STY") == "" && getenv("VTE_VERSION") == "" && getenv("TERM_PROGRAM") != "Apple_Terminal"
}
