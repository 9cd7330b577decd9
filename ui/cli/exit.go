package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"arbor/model"
	"arbor/model/query"
	"arbor/store"
	"arbor/ui/hook"
)

// Exit codes, as the package comment describes them.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
	exitMissing = 3
	exitRefused = 4
)

// exitMeanings says what each code means.
var exitMeanings = []string{
	exitOK:      "it is done; a list in which nothing was found is one too",
	exitFailure: "it failed, for a reason beyond the command line, such as a full disk",
	exitUsage:   "the command line cannot be understood",
	exitMissing: "what was named does not exist",
	exitRefused: "it was refused or is in conflict, such as with somebody who changed the same",
}

// coded is an error that knows its exit code.
type coded struct {
	code int
	err  error
}

func (c *coded) Error() string { return c.err.Error() }
func (c *coded) Unwrap() error { return c.err }

func usagef(format string, args ...any) error {
	return &coded{exitUsage, fmt.Errorf(format, args...)}
}

func missingf(format string, args ...any) error {
	return &coded{exitMissing, fmt.Errorf(format, args...)}
}

func refusedf(format string, args ...any) error {
	return &coded{exitRefused, fmt.Errorf(format, args...)}
}

// exitCode returns the code of err.
func exitCode(err error) int {
	var c *coded
	var ambiguous *model.AmbiguousError
	var ended interface{ ExitCode() int } // a signal ended the terminal interface
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &c):
		return c.code
	case errors.As(err, &ended):
		return ended.ExitCode()
	case errors.Is(err, context.Canceled):
		return 128 + int(syscall.SIGINT)
	case errors.Is(err, model.ErrNoNode), errors.Is(err, model.ErrID), errors.Is(err, model.ErrNoQuery):
		return exitMissing
	case errors.Is(err, model.ErrName), errors.Is(err, model.ErrBackwards), errors.As(err, new(*query.Error)):
		return exitUsage
	case errors.As(err, &ambiguous), errors.As(err, new(*hook.Refusal)):
		return exitRefused
	}
	for _, refused := range refusals {
		if errors.Is(err, refused) {
			return exitRefused
		}
	}
	return exitFailure
}

// refusals are the errors by which a store or a tree declines what it understood.
var refusals = []error{
	store.ErrLocked, store.ErrOwnerSilent, store.ErrConflict, store.ErrReadOnly, store.ErrVersion, store.ErrUncertain, store.ErrStale,
	model.ErrBuiltin, model.ErrCycle, model.ErrNotHere, model.ErrExists, model.ErrNotTrash, model.ErrChanged, model.ErrVersion, model.ErrArrowThere,
	model.ErrAsksItself,
}

// about reports whether err may be about the store in dir: it names no path, one in dir or one on the way there.
func about(err error, dir string) bool {
	var p *fs.PathError
	if !errors.As(err, &p) {
		return true
	}
	for _, pair := range [][2]string{{dir, p.Path}, {p.Path, dir}} {
		if rel, err := filepath.Rel(pair[0], pair[1]); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return strings.HasPrefix(p.Path, dir+".") // of what is made beside it
}

// advice says what a person can do about err, "" where the error says it all.
func advice(err error, dir string) string {
	ours := about(err, dir) // else it is another file, which has room or leave of its own
	switch {
	case errors.Is(err, store.ErrVersion), errors.Is(err, model.ErrVersion):
		return "run the newer arbor, or name another store with --dir"
	case errors.Is(err, store.ErrNoSpace), ours && (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)):
		return "nothing was changed; make room for " + dir + " and run this again"
	case errors.Is(err, store.ErrCorrupt):
		return "nothing was overwritten; 'arbor store verify' says more, 'arbor store salvage' makes a whole store of what is left"
	case errors.Is(err, store.ErrReadOnly), ours && (errors.Is(err, syscall.EROFS) || errors.As(err, new(*fs.PathError)) && errors.Is(err, fs.ErrPermission)):
		return "nothing was changed; make " + dir + " writable or name another store with --dir"
	case ours && errors.Is(err, syscall.ENOTDIR):
		return "name a directory with --dir"
	case errors.Is(err, store.ErrUncertain):
		return "look with 'arbor ls' before you run it again"
	case errors.Is(err, store.ErrOwnerSilent):
		return "wait for that process or end it, then run this again"
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrStale):
		return "run this again"
	}
	return ""
}

// elsewhere is an error about a store in another directory than that of the settings.
type elsewhere struct {
	dir string
	error
}

func (e *elsewhere) Unwrap() error { return e.error }

func inDir(dir string, err error) error {
	if abs, absErr := filepath.Abs(dir); absErr == nil { // else the name as it was given
		dir = abs
	}
	return &elsewhere{dir, err}
}

// oneLine returns what is said of err on standard error: a line.
func oneLine(err error, dir string) string {
	text := err.Error()
	var other *elsewhere
	if errors.As(err, &other) {
		dir = other.dir
	}
	if a := advice(err, dir); a != "" {
		text += "; " + a
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(slices.Compact(parts), "; ") // several steps may have met the same error
}
