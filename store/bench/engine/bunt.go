package engine

import (
	"errors"
	"path/filepath"
	"unsafe"

	"github.com/tidwall/buntdb"
)

// Bunt is a tree in memory with a log that is read whole at the open.
var Bunt = Engine{
	Name: "buntdb", Module: "github.com/tidwall/buntdb", Alone: true, PureGo: true, Settles: "Shrink",
	Options: "SyncPolicy Never (Always where commits must be durable), a sync of the file after the end of load",
	Open:    openBunt,
}

type buntStore struct {
	db   *buntdb.DB
	path string
}

func openBunt(m Mode) (Store, error) {
	path := filepath.Join(m.Dir, "bunt.db")
	db, err := buntdb.Open(path)
	if err != nil {
		return nil, err
	}
	var c buntdb.Config
	err = db.ReadConfig(&c)
	c.SyncPolicy = buntdb.Never
	if m.Durable {
		c.SyncPolicy = buntdb.Always
	}
	if err := errors.Join(err, db.SetConfig(c)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &buntStore{db, path}, nil
}

func (s *buntStore) Worker() (Worker, error) { return s, nil }

func (s *buntStore) Get(key []byte, use func([]byte) error) error {
	return s.db.View(func(tx *buntdb.Tx) error {
		v, err := tx.Get(string(key))
		if errors.Is(err, buntdb.ErrNotFound) {
			return ErrAbsent
		} else if err != nil {
			return err
		}
		return use(lent(v))
	})
}

func (s *buntStore) Write(pairs []Pair, _ bool) error {
	return s.db.Update(func(tx *buntdb.Tx) error {
		for _, p := range pairs {
			if _, _, err := tx.Set(string(p.Key), string(p.Value), nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *buntStore) Scan(from []byte, use func(k, v []byte) error) error {
	var err error
	stepped := s.db.View(func(tx *buntdb.Tx) error {
		return tx.AscendGreaterOrEqual("", string(from), func(k, v string) bool {
			err = use(lent(k), lent(v))
			return err == nil
		})
	})
	if err == Stop {
		err = nil
	}
	return errors.Join(stepped, err)
}

// lent is the bytes of a string, not to be changed.
func lent(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func (s *buntStore) Settle() error { return s.db.Shrink() }

func (s *buntStore) Close() error { return errors.Join(s.db.Close(), syncFile(s.path)) }
