package store

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"arbor/store/remote"
)

// attempt is answer, of which a panic is the end of the request and of nothing else. One in the middle of a commit leaves open what became of
// it; and since nobody knows then what it has left of the log in memory, no other is taken until the store is opened again.
func (s *server) attempt(ctx context.Context, ss *session, q *remote.Request, r *remote.Reply) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		err = s.mistake(p)
		if q.Kind == remote.Commit {
			if e, ok := s.be.(*engine); ok {
				err = e.poison(err)
			}
			err = fmt.Errorf("%w: %w", ErrUncertain, err)
		}
	}()
	return s.answer(ctx, ss, q, r)
}

// mistake makes an error of a panic, with the place where it began. The owner is told of it by its close.
func (s *server) mistake(p any) error {
	err := fmt.Errorf("a mistake in the process that owns the store: %v%s", p, origin())
	if e, ok := s.be.(*engine); ok {
		e.unseen(err)
	}
	return err
}

// origin is where the panic began that is being recovered from.
func origin() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
	for panicked := false; ; {
		f, more := frames.Next()
		inside := strings.HasPrefix(f.Function, "runtime.")
		if panicked && !inside {
			return fmt.Sprintf(" (%s:%d)", f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
		}
		panicked = panicked || f.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}
