package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"arbor/store/disk"
)

// RestoreOptions of Restore. The zero value is right for most.
type RestoreOptions struct {
	// IO forces the disk, as Options.IO.
	IO string
	// Replace puts the store in the place of one that is there and that no process uses, and keeps that one beside it.
	Replace bool
}

// RestoreReport is what was restored.
type RestoreReport struct {
	LSN   LSN    // the state of the store that the backup was made of
	Keys  int64  // those the store keeps for itself included
	Bytes int64  // of the stream
	Kept  string // the directory of the store that was replaced, "" if none was
}

// Errors of Restore and Salvage.
var (
	ErrNotEmpty = errors.New("the directory is not empty")
	ErrNoStore  = errors.New("there is no store there")
)

// Restore makes a store of the backup that it reads from r, in dir, which is not there or is empty. The store is built beside dir and
// read back; only then, the whole backup being proved, it takes the name. After an error, such as the *CorruptError of a damaged or cut
// backup, nothing is left behind. The store is a new one: it has an id of its own, and another Incarnation.
func Restore(ctx context.Context, r io.Reader, dir string, opt RestoreOptions) (report RestoreReport, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return report, err
	}
	replace, letGo := false, func() error { return nil }
	if err := vacant(dir); errors.Is(err, ErrNotEmpty) && opt.Replace {
		lock, err := lockAlone(dir, "it is being replaced by a backup")
		if err != nil {
			return report, err
		}
		letGo = sync.OnceValue(func() error { return unlock(lock) })
		defer func() { err = errors.Join(err, letGo()) }()
		replace = true
	} else if err != nil {
		return report, err
	}
	in, err := newBackupReader(r)
	if err != nil {
		return report, err
	}
	b, err := newBeside(dir, besideKinds[0])
	if err != nil {
		return report, err
	}
	if report, err = restore(ctx, in, b.built, opt); err == nil {
		if replace {
			report.Kept, err = b.replace("replaced", exchange, letGo)
		} else {
			err = b.take()
		}
	}
	if err != nil {
		return report, errors.Join(err, b.abandon())
	}
	return report, nil
}

// vacant tells why a store cannot be put at dir, or nil.
func vacant(dir string) error {
	names, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil && len(names) > 0 {
		err = fmt.Errorf("%s: %w", dir, ErrNotEmpty)
	}
	return err
}

// restore loads the stream into a new store in dir, and reads it back.
func restore(ctx context.Context, in *backupReader, dir string, opt RestoreOptions) (RestoreReport, error) {
	fs, err := disk.Open(dir, opt.IO)
	if err != nil {
		return RestoreReport{}, err
	}
	e, err := openEngine(fs, false, usualLimits)
	if err != nil {
		return RestoreReport{}, errors.Join(err, fs.Close())
	}
	if err := pour(ctx, in, e); err != nil {
		return RestoreReport{}, errors.Join(err, e.close())
	}
	report := RestoreReport{LSN: in.lsn, Keys: in.total.entries, Bytes: in.at}
	return report, e.close()
}

// pour brings the whole stream into e and reads it back.
func pour(ctx context.Context, in *backupReader, e *engine) error {
	l := loader{e: e}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := in.next(l.put)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if err := l.incarnate(); err != nil {
		return err
	}
	if err := l.finish(); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return l.prove(ctx)
}

// loader fills a new store with entries in the order of their keys. Nothing is durable before finish.
type loader struct {
	e      *engine
	writes []write
	size   int
	keys   int64
}

// put adds an entry, of which it keeps copies.
func (l *loader) put(w write) error {
	if bytes.Equal(w.key, incarnationKey) {
		return nil // of the store that it was
	}
	if id, _, ok := parsePart(w.key); ok {
		l.e.ids.loaded = max(l.e.ids.loaded, id)
	}
	size := len(w.key) + len(w.value) + recordOverhead
	if l.size+size > MaxTransaction {
		if err := l.flush(); err != nil {
			return err
		}
	}
	b := append(append(make([]byte, 0, len(w.key)+len(w.value)), w.key...), w.value...)
	w.key, w.value = b[:len(w.key):len(w.key)], b[len(w.key):]
	l.writes = append(l.writes, w)
	l.size += size
	l.keys++
	return nil
}

// flush commits what was put.
func (l *loader) flush() error {
	if len(l.writes) == 0 {
		return nil
	}
	base, err := l.e.snapshot()
	if err != nil {
		return err
	}
	defer base.release()
	_, err = l.e.commit(base, nil, l.writes, None)
	l.writes, l.size = nil, 0
	return err
}

func (l *loader) finish() error {
	if err := l.flush(); err != nil {
		return err
	}
	return l.e.sync()
}

// prove reads the store back from the disk.
func (l *loader) prove(ctx context.Context) error {
	rep, err := l.e.verify(ctx, VerifyOptions{})
	if err == nil && len(rep.Damage) > 0 {
		err = fmt.Errorf("what was written does not read back: %w", rep.Damage[0])
	}
	if err == nil && rep.Keys != l.keys {
		err = fmt.Errorf("%d keys were written, %d are there", l.keys, rep.Keys)
	}
	return err
}

// incarnationKey leads to what Incarnation returns, in a keyspace that only the store's own keys are in.
var incarnationKey = []byte{0, 'i', 'n', 'c'}

// incarnate makes the store another incarnation than the one its contents are of.
func (l *loader) incarnate() error {
	var fresh [16]byte
	if _, err := rand.Read(fresh[:]); err != nil {
		return fmt.Errorf("draw an incarnation: %w", err)
	}
	base, err := l.e.snapshot()
	if err != nil {
		return err
	}
	defer base.release()
	_, err = l.e.commit(base, nil, []write{{key: incarnationKey, value: fresh[:]}}, None)
	l.keys++
	return err
}

// Incarnation tells apart the lives of a store: it is empty in one that began empty, and drawn at random when a store is restored from a
// backup or salvaged. Whoever numbers what they do must begin anew in another incarnation, for it may not know the last numbers used.
func (db *DB) Incarnation() ([]byte, error) {
	var v []byte
	err := db.View(func(s *Snapshot) (err error) {
		x, _, err := s.f.get(incarnationKey)
		v = x.bytes
		return err
	})
	return v, err
}
