package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"arbor/store/disk"
)

// beside is a store that is made in a directory beside the one whose name it is to take, so that a crash at any moment leaves either what
// was there or the whole of the new one. As long as it is not whole it holds the file unfinishedName, and cannot be opened.
type beside struct {
	dir   string // of which it takes the name
	built string
	taken bool // built may be the name of something else by now
}

const unfinishedName = "UNFINISHED"

// besideKinds are what a store is made beside another for; the directory's name tells.
var besideKinds = [...]string{".restore-", ".salvage-"}

// newBeside makes the directory. dir is absolute, and followed where it is a link, which goes on pointing where it does.
func newBeside(dir, kind string) (*beside, error) {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if err := makeDir(filepath.Dir(dir)); err != nil {
		return nil, err
	}
	built, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+kind)
	if err != nil {
		return nil, noSpace(err)
	}
	b := &beside{dir: dir, built: built}
	if err := os.WriteFile(b.mark(), []byte("This store was being made by arbor and is not whole.\n"), 0o600); err != nil {
		return nil, errors.Join(noSpace(err), b.abandon())
	}
	return b, nil
}

func (b *beside) mark() string { return filepath.Join(b.built, unfinishedName) }

// abandon removes what was made, unless it has its name.
func (b *beside) abandon() error {
	if b.taken {
		return nil
	}
	return os.RemoveAll(b.built)
}

// finish tells that the store is whole, durably.
func (b *beside) finish() error {
	if err := os.Remove(b.mark()); err != nil {
		return err
	}
	return disk.SyncDir(b.built)
}

// take gives the store its name, where at most an empty directory is.
func (b *beside) take() error {
	if err := vacant(b.dir); err != nil {
		return err
	}
	if err := b.finish(); err != nil {
		return err
	}
	if err := os.Remove(b.dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(b.built, b.dir); err != nil {
		return err
	}
	return disk.SyncDir(filepath.Dir(b.dir))
}

// replace gives the store its name and keeps the directory that had it under another, which is returned. Where the system cannot exchange
// two names at once there is a moment in which none has it; orphaned notices what a crash then leaves.
//
// The caller has the lock of that directory. Where a directory in which a file is open cannot be renamed, letGo ends it.
func (b *beside) replace(why string, exchange func(a, b string) error, letGo func() error) (kept string, err error) {
	if err := b.finish(); err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" {
		if err := letGo(); err != nil {
			return "", err
		}
	}
	parent := filepath.Dir(b.dir)
	kept = b.kept(why)
	err = exchange(b.built, b.dir)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		err = b.rename(kept)
	case err == nil:
		b.taken = true
		if err = disk.SyncDir(parent); err == nil {
			err = os.Rename(b.built, kept)
		}
	}
	if err != nil {
		return "", fmt.Errorf("put %s in the place of %s: %w", b.built, b.dir, err)
	}
	return kept, disk.SyncDir(parent)
}

// rename is replace in two steps.
func (b *beside) rename(kept string) error {
	if err := os.Rename(b.dir, kept); err != nil {
		return err
	}
	err := os.Rename(b.built, b.dir)
	if err != nil {
		back := os.Rename(kept, b.dir)
		b.taken = back != nil
		return errors.Join(err, back)
	}
	b.taken = true
	return nil
}

// kept is a name, not in use, for the directory that is replaced.
func (b *beside) kept(why string) string {
	name := b.dir + "." + why + "-" + time.Now().UTC().Format("20060102T150405Z")
	for n, try := 2, name; ; n++ {
		if _, err := os.Lstat(try); errors.Is(err, os.ErrNotExist) {
			return try
		}
		try = fmt.Sprintf("%s-%d", name, n)
	}
}

// Leftover is a directory that a Restore or Salvage left beside a store because it was cut short.
type Leftover struct {
	Path string
	// Unfinished tells that it is not whole and of no use. Otherwise it is a whole store: the one that was replaced, or was to be.
	Unfinished bool
}

// Leftovers finds what a Restore or Salvage that was cut short left beside the store in dir.
func Leftovers(dir string) ([]Leftover, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	entries, err := os.ReadDir(filepath.Dir(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var left []Leftover
	for _, e := range entries {
		for _, kind := range besideKinds {
			if e.IsDir() && strings.HasPrefix(e.Name(), filepath.Base(dir)+kind) {
				path := filepath.Join(filepath.Dir(dir), e.Name())
				left = append(left, Leftover{Path: path, Unfinished: unfinished(path) != nil})
			}
		}
	}
	return left, err
}

// unfinished tells that the store in dir was never whole.
func unfinished(dir string) error {
	if _, err := os.Lstat(filepath.Join(dir, unfinishedName)); err != nil {
		return nil
	}
	return fmt.Errorf("%s: the making of this store was cut short; remove the directory", dir)
}

// orphaned tells that the store in dir, which is not there, was to be replaced and that this was cut short in between.
func orphaned(dir string) error {
	left, err := Leftovers(dir)
	for _, l := range left {
		if !l.Unfinished {
			return fmt.Errorf("%s is not there, but a whole store that was to take its place is: %s; rename it to %s", dir, l.Path, filepath.Base(dir))
		}
	}
	return err
}
