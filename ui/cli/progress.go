package cli

import (
	"fmt"
	"io"
	"time"

	"arbor/store"
)

// progress tells a person how far a long command is, on a line of standard error that it writes over. Where nobody looks on, or in what is
// done within a moment, it says nothing.
type progress struct {
	out   io.Writer // nil if nobody looks on
	now   func() time.Time
	next  time.Time
	shown bool
}

const (
	progressAfter = time.Second // a command is quiet for so long
	progressEvery = 100 * time.Millisecond
)

func (r *run) newProgress() *progress {
	p := &progress{now: r.Now, next: r.Now().Add(progressAfter)}
	if r.Terminal.Err {
		p.out = r.Err
	}
	return p
}

func (p *progress) show(x store.Progress) {
	if p.out == nil || x.Total <= 0 || p.now().Before(p.next) {
		return
	}
	p.next = p.now().Add(progressEvery)
	p.shown = true
	fmt.Fprintf(p.out, "\r%s %d %%\x1b[K", x.Step, min(100, x.Done*100/x.Total))
}

// clear takes the line away.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
