package engine

import (
	"context"
	"errors"
	"runtime"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable/block"
)

// Pebble is a log-structured merge tree.
var Pebble = Engine{
	Name: "pebble", Module: "github.com/cockroachdb/pebble/v2", PureGo: true, Settles: "Compact of everything",
	Options: "256 MiB cache, 64 MiB memtables, as many concurrent compactions as cores, Bloom filters of 10 bits, no compression; NoSync " +
		"where commits need not be durable",
	Open: openPebble,
}

type pebbleStore struct{ db *pebble.DB }

func openPebble(m Mode) (Store, error) {
	cache := pebble.NewCache(256 << 20)
	defer cache.Unref()
	opt := &pebble.Options{
		Cache: cache, MemTableSize: 64 << 20, MemTableStopWritesThreshold: 4, L0CompactionThreshold: 2, L0StopWritesThreshold: 1000,
		MaxOpenFiles: 1000, Logger: quiet{}, FormatMajorVersion: pebble.FormatNewest,
		CompactionConcurrencyRange: func() (int, int) { return 1, runtime.NumCPU() },
	}
	for i := range opt.Levels {
		opt.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
		opt.Levels[i].Compression = func() *block.CompressionProfile { return block.NoCompression }
	}
	db, err := pebble.Open(m.Dir, opt)
	if err != nil {
		return nil, err
	}
	return &pebbleStore{db}, nil
}

func (s *pebbleStore) Worker() (Worker, error) { return s, nil }

func (s *pebbleStore) Get(key []byte, use func([]byte) error) error {
	v, closer, err := s.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return ErrAbsent
	} else if err != nil {
		return err
	}
	return errors.Join(use(v), closer.Close())
}

func (s *pebbleStore) Write(pairs []Pair, durable bool) error {
	opt := pebble.NoSync
	if durable {
		opt = pebble.Sync
	}
	if len(pairs) == 1 {
		return s.db.Set(pairs[0].Key, pairs[0].Value, opt)
	}
	b := s.db.NewBatch()
	for _, p := range pairs {
		if err := b.Set(p.Key, p.Value, nil); err != nil {
			return errors.Join(err, b.Close())
		}
	}
	return errors.Join(b.Commit(opt), b.Close())
}

func (s *pebbleStore) Scan(from []byte, use func(k, v []byte) error) error {
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: from})
	if err != nil {
		return err
	}
	for ok := it.First(); ok && err == nil; ok = it.Next() {
		err = use(it.Key(), it.Value())
	}
	if err == Stop {
		err = nil
	}
	return errors.Join(err, it.Error(), it.Close())
}

func (s *pebbleStore) Settle() error {
	return s.db.Compact(context.Background(), []byte{0}, []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), true)
}

func (s *pebbleStore) Close() error { return errors.Join(s.db.LogData(nil, pebble.Sync), s.db.Close()) }

// quiet is a logger that says nothing.
type quiet struct{}

func (quiet) Infof(string, ...any)      {}
func (quiet) Errorf(string, ...any)     {}
func (quiet) Fatalf(f string, a ...any) { panic(f) }
