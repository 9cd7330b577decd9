package store

import (
	"errors"
	"fmt"
)

// Errors a caller decides on. Match them with errors.Is.
var (
	ErrNotFound    = errors.New("not found")
	ErrClosed      = errors.New("the store is closed")
	ErrLocked      = errors.New("the store is in use by another process")
	ErrReadOnly    = errors.New("the store is open for reading only")
	ErrCorrupt     = errors.New("the store is damaged")
	ErrConflict    = errors.New("another commit came first")
	ErrTooLarge    = errors.New("too large")
	ErrVersion     = errors.New("the store was written by another version")
	ErrNoSpace     = errors.New("no space left for the store")
	ErrUncertain   = errors.New("the owner of the store went away during the commit: it may or may not have happened")
	ErrStale       = errors.New("the process that owned the store went away: read again")
	ErrOwnerSilent = errors.New("the process that owns the store does not answer")
)

// CorruptError tells where stored bytes are not what was written. It matches ErrCorrupt.
type CorruptError struct {
	File   string
	Offset int64
	Want   uint64 // the checksum expected, 0 where none applies
	Got    uint64
	Err    error // what else is wrong, or nil
}

func (e *CorruptError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s at offset %d: %v", e.File, e.Offset, e.Err)
	}
	return fmt.Sprintf("%s at offset %d: checksum %016x, want %016x", e.File, e.Offset, e.Got, e.Want)
}

// Is makes errors.Is(err, ErrCorrupt) true.
func (e *CorruptError) Is(target error) bool { return target == ErrCorrupt }

// Unwrap returns the cause, if one is known.
func (e *CorruptError) Unwrap() error { return e.Err }

// errNoKeyspace is a mistake of the caller: the zero Keyspace would write among what the store keeps for itself.
var errNoKeyspace = errors.New("the zero Keyspace names none; DB.Keyspace gives one")
