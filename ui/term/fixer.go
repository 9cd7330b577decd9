package term

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	esc      = 0x1b
	maxHeld  = 128     // bytes of an unfinished control sequence; what is longer is no key
	maxReply = 4 << 10 // bytes of a terminal's answer
	pasteEnd = "\x1b[201~"
)

// fixer cuts a stream of input bytes at the ends of sequences, translates keys that Bubble Tea does not know, and takes the terminal's answers
// out.
type fixer struct {
	held  []byte // an unfinished sequence
	reply []byte // an unfinished answer, from its ESC ]
	paste int    // 0 outside a paste, else 1 + bytes of pasteEnd seen
	esc   func() // an Esc key that came in the newer encoding
	told  func(reply string)
}

// feed takes bytes as they were read and returns those that Bubble Tea may have: whole sequences only.
func (f *fixer) feed(in []byte) []byte {
	b := in
	if len(f.held) > 0 {
		b = append(f.held, in...)
		f.held = nil
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		switch {
		case f.reply != nil:
			b = f.answer(b)
			continue
		case f.paste > 0:
			n := f.pasted(b)
			out, b = append(out, b[:n]...), b[n:]
			continue
		}
		n, whole := sequence(b)
		if !whole {
			if len(b) <= maxHeld {
				f.held = bytes.Clone(b)
			}
			break
		}
		seq := b[:n]
		b = b[n:]
		switch {
		case n == 2 && seq[0] == esc && seq[1] == ']' && len(b) > 0 && b[0] >= '0' && b[0] <= '9':
			f.reply = []byte{}
		case string(seq) == "\x1b[200~":
			f.paste = 1
			out = append(out, seq...)
		case n > 2 && seq[0] == esc && seq[1] == '[':
			out = append(out, f.control(seq)...)
		default:
			out = append(out, seq...)
		}
	}
	return out
}

// ambiguous reports whether what is held may be a key by itself: Esc, Alt+[, Alt+O, Alt+].
func (f *fixer) ambiguous() bool {
	return len(f.held) == 1 || len(f.held) == 2 && f.held[0] == esc
}

// flush returns what is held, as a key, when nothing followed it.
func (f *fixer) flush() []byte {
	b := f.held
	f.held = nil
	return b
}

// sequence returns the length of the first key or control sequence of b, and whether it is whole.
func sequence(b []byte) (int, bool) {
	switch {
	case b[0] >= 0x80:
		if !utf8.FullRune(b) {
			return 0, false
		}
		_, n := utf8.DecodeRune(b)
		return n, true
	case b[0] != esc:
		return 1, true
	case len(b) == 1:
		return 0, false
	}
	switch b[1] {
	case '[':
		return csi(b)
	case 'O':
		if len(b) == 2 {
			return 0, false
		}
		if b[2] == esc {
			return 2, true // Alt+O, then another key
		}
		return 3, true
	case ']':
		if len(b) == 2 {
			return 0, false
		}
		return 2, true
	case esc:
		return 1, true
	}
	n, whole := sequence(b[1:])
	return 1 + n, whole
}

// csi measures a control sequence that begins with ESC [.
func csi(b []byte) (int, bool) {
	if len(b) == 2 {
		return 0, false
	}
	switch b[2] {
	case 'M': // the oldest mouse report: three bytes follow
		return 6, len(b) >= 6
	case '[': // the Linux console's function keys
		return 4, len(b) >= 4
	}
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c >= 0x40 && c <= 0x7e:
			return i + 1, true
		case c < 0x20 || c > 0x3f:
			return i, true // broken off
		}
	}
	return 0, false
}

// pasted returns how many bytes of b belong to the paste.
func (f *fixer) pasted(b []byte) int {
	for i, c := range b {
		switch seen := f.paste - 1; {
		case c == pasteEnd[seen]:
			f.paste++
		case c == esc:
			f.paste = 2
		default:
			f.paste = 1
		}
		if f.paste == 1+len(pasteEnd) {
			f.paste = 0
			return i + 1
		}
	}
	return len(b)
}

// answer takes the bytes of a terminal's answer, which ends with BEL or ESC \, and returns the rest.
func (f *fixer) answer(b []byte) []byte {
	for i, c := range b {
		switch {
		case c == 0x07:
			f.tell()
			return b[i+1:]
		case c == '\\' && len(f.reply) > 0 && f.reply[len(f.reply)-1] == esc:
			f.reply = f.reply[:len(f.reply)-1]
			f.tell()
			return b[i+1:]
		case c < 0x20 && c != esc, len(f.reply) >= maxReply, c != '\\' && len(f.reply) > 0 && f.reply[len(f.reply)-1] == esc:
			f.reply = nil // not an answer after all
			return b[i:]
		}
		f.reply = append(f.reply, c)
	}
	return nil
}

func (f *fixer) tell() {
	s := string(f.reply)
	f.reply = nil
	if f.told != nil {
		f.told(s)
	}
}

// control returns what Bubble Tea is given for a control sequence: itself, the older form of a key in a newer encoding, or nothing.
func (f *fixer) control(seq []byte) []byte {
	final := seq[len(seq)-1]
	if final < 0x40 || final > 0x7e {
		return nil // broken off: a torn report is no key
	}
	params := string(seq[2 : len(seq)-1])
	switch {
	case final == 'u' && params != "" && params[0] != '?':
		code, mods, ok := keyParams(params)
		if !ok {
			return nil
		}
		return f.legacy(code, mods)
	case final == '~' && strings.HasPrefix(params, "27;"):
		p := strings.Split(params, ";")
		if len(p) != 3 {
			return nil
		}
		code, mods, ok := keyParams(p[2] + ";" + p[1])
		if !ok {
			return nil
		}
		return f.legacy(code, mods)
	case final != 'M' && final != 'm' && strings.Contains(params, ":"): // a kind of event after the modifiers
		i := strings.IndexByte(params, ':')
		if params[i:] == ":3" {
			return nil // a key that was let go
		}
		return []byte("\x1b[" + strings.TrimSuffix(params[:i], "1;1") + string(final))
	}
	return seq
}

// keyParams reads code[:shifted][;modifiers[:event]].
func keyParams(params string) (code rune, mods int, ok bool) {
	p := strings.Split(params, ";")
	keys := strings.Split(p[0], ":")
	n, err := strconv.Atoi(keys[0])
	if err != nil || n < 0 || n > unicode.MaxRune {
		return 0, 0, false
	}
	mods = 1
	if len(p) > 1 {
		m, event, _ := strings.Cut(p[1], ":")
		if event == "3" {
			return 0, 0, false
		}
		if mods, err = strconv.Atoi(m); err != nil || mods < 1 {
			return 0, 0, false
		}
	}
	code = rune(n)
	if (mods-1)&shift != 0 && len(keys) > 1 {
		if s, err := strconv.Atoi(keys[1]); err == nil && s > 0 && s <= unicode.MaxRune {
			return rune(s), mods - shift, true
		}
	}
	return code, mods, true
}

// The bits of the modifiers, after one is taken off.
const (
	shift = 1 << iota
	alt
	ctrl
)

// legacy returns the bytes that an older terminal would send for a key.
func (f *fixer) legacy(code rune, mods int) []byte {
	mods--
	if mods&^(shift|alt|ctrl) != 0 && mods < 64 { // super, hyper, meta; the lock keys above them do not matter
		return nil
	}
	var s string
	switch {
	case code == 27:
		if f.esc != nil {
			f.esc()
		}
		return nil
	case code == 13 || code == 57414:
		if mods&(shift|alt|ctrl) != 0 {
			return []byte("\x1b\r")
		}
		return []byte("\r")
	case code == 9 && mods&shift != 0:
		return []byte("\x1b[Z")
	case code == 127 || code == 8:
		if mods&(alt|ctrl) != 0 {
			return []byte("\x1b\x7f")
		}
		return []byte("\x7f")
	case code >= 57399 && code <= 57408: // the digits of the keypad
		s = string('0' + code - 57399)
	case code >= 57344 && code <= 63743: // other keys that older terminals did not have
		return nil
	case mods&ctrl != 0 && code == ' ':
		s = "\x00"
	case mods&ctrl != 0 && (code|0x20 >= 'a' && code|0x20 <= 'z' || code >= '[' && code <= '_'):
		s = string(code & 0x1f)
	case mods&ctrl != 0:
		return nil
	case mods&shift != 0:
		s = string(unicode.ToUpper(code))
	default:
		s = string(code)
	}
	if mods&alt != 0 {
		s = "\x1b" + s
	}
	return []byte(s)
}
