package term

import (
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// escapeWait is how long a lone Esc waits for the rest of a sequence. A terminal sends the whole at once; a slow line may tear it.
const escapeWait = 25 * time.Millisecond

// Reader is a terminal's input, mended. It hands out whole sequences and never keeps back what is whole, because whoever reads it waits on the
// file first. It embeds the file, so that Bubble Tea can set raw mode and cancel a read.
type Reader struct {
	*os.File
	fix fixer
}

// NewReader returns in, mended. What the terminal answers to a question, and keys that have no older form, are given to send.
func NewReader(in *os.File, send func(tea.Msg)) *Reader {
	r := &Reader{File: in}
	r.fix.esc = func() { send(tea.KeyMsg{Type: tea.KeyEsc}) }
	r.fix.told = func(reply string) { send(Reply(reply)) }
	return r
}

// Reply is what the terminal answered: the text between ESC ] and its end.
type Reply string

// Read fills p with whole keys and reports, and fewer bytes than fit, because Bubble Tea takes a full buffer for a torn one.
func (r *Reader) Read(p []byte) (int, error) {
	room := len(p) - 1 - len(r.fix.held)
	if room < 1 {
		return r.File.Read(p)
	}
	buf := make([]byte, room)
	n, err := r.File.Read(buf)
	out := r.fix.feed(buf[:n])
	for err == nil && r.fix.ambiguous() && len(out)+len(r.fix.held) < len(p)-1 {
		if !readable(r.File, escapeWait) {
			out = append(out, r.fix.flush()...)
			break
		}
		n, err = r.File.Read(buf[:min(room, len(p)-1-len(out)-len(r.fix.held))])
		out = append(out, r.fix.feed(buf[:n])...)
	}
	return copy(p, out), err
}
