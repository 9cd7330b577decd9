package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"arbor/store/remote"
)

// faults are the errors that keep their identity on the way to another process; the code of one is its place here, and part of the
// protocol.
var faults = [...]error{
	1: ErrNotFound, ErrClosed, ErrLocked, ErrReadOnly, ErrCorrupt, ErrConflict, ErrTooLarge, ErrVersion, ErrNoSpace, ErrStale,
	context.Canceled, ErrUncertain,
}

func toFault(err error) remote.Fault {
	f := remote.Fault{Text: err.Error()}
	for code, e := range faults {
		if e != nil && errors.Is(err, e) {
			f.Code = uint8(code)
			break
		}
	}
	var c *CorruptError
	if errors.As(err, &c) {
		f.File, f.Offset, f.Want, f.Got = c.File, c.Offset, c.Want, c.Got
	}
	return f
}

func fromFault(f remote.Fault) error {
	var cause error
	if int(f.Code) < len(faults) {
		cause = faults[f.Code]
	}
	switch {
	case f.File != "":
		c := evidenceOf(f)
		if cause != nil && cause != ErrCorrupt { // it is that too: a store that is open for reading only, because it is damaged
			return &ownerError{f.Text, errors.Join(cause, c)}
		}
		if c.Error() != f.Text { // then the text says more
			return &ownerError{f.Text, c}
		}
		return c
	case cause == nil:
		return errors.New(f.Text)
	case f.Text == cause.Error():
		return cause
	}
	return &ownerError{f.Text, cause}
}

// evidenceOf is the damage that a fault is about. What is wrong other than a checksum stands in the text.
func evidenceOf(f remote.Fault) *CorruptError {
	c := &CorruptError{File: f.File, Offset: f.Offset, Want: f.Want, Got: f.Got}
	if f.Want == 0 && f.Got == 0 {
		if _, what, ok := strings.Cut(f.Text, fmt.Sprintf("%s at offset %d: ", f.File, f.Offset)); ok {
			c.Err = errors.New(what)
		}
	}
	return c
}

// ownerError is an error that happened in the owner.
type ownerError struct {
	text  string
	cause error
}

func (e *ownerError) Error() string { return e.text }
func (e *ownerError) Unwrap() error { return e.cause }
