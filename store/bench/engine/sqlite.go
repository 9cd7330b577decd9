package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	_ "github.com/mattn/go-sqlite3" // the driver
)

// SQLite is a B+tree behind a language, in C.
var SQLite = Engine{
	Name: "sqlite", Module: "github.com/mattn/go-sqlite3", Batch: 10_000, Alone: true, Settles: "wal_checkpoint(TRUNCATE)",
	Options: "WAL, synchronous OFF and a sync of the file at the end where commits need not be durable (FULL where they must), 256 MiB " +
		"cache a connection, WITHOUT ROWID, prepared statements, a connection a worker, writers in turn",
	Open: openSQLite,
}

type sqliteStore struct {
	db    *sql.DB
	path  string
	turn  sync.Mutex
	conns []*sql.Conn
}

func openSQLite(m Mode) (Store, error) {
	level := "OFF"
	if m.Durable {
		level = "FULL"
	}
	const pragmas = "_journal_mode=WAL&_synchronous=%s&_cache_size=-262144&_busy_timeout=10000&_txlock=immediate"
	path := filepath.Join(m.Dir, "sqlite.db")
	db, err := sql.Open("sqlite3", fmt.Sprintf("file:%s?"+pragmas, path, level))
	if err != nil {
		return nil, err
	}
	s := &sqliteStore{db: db, path: path}
	if err := s.exec("CREATE TABLE IF NOT EXISTS kv (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

func (s *sqliteStore) exec(text string) error {
	_, err := s.db.Exec(text)
	return err
}

type sqliteWorker struct {
	s              *sqliteStore
	conn           *sql.Conn
	get, put, scan *sql.Stmt
}

func (s *sqliteStore) Worker() (Worker, error) {
	conn, err := s.db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	s.conns = append(s.conns, conn)
	w := &sqliteWorker{s: s, conn: conn}
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&w.get, "SELECT v FROM kv WHERE k = ?"},
		{&w.put, "INSERT INTO kv (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v"},
		{&w.scan, "SELECT k, v FROM kv WHERE k >= ? ORDER BY k"},
	} {
		if *p.to, err = conn.PrepareContext(context.Background(), p.text); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *sqliteWorker) Get(key []byte, use func([]byte) error) error {
	var v sql.RawBytes
	rows, err := w.get.Query(key)
	if err != nil {
		return err
	}
	if !rows.Next() {
		return errors.Join(ErrAbsent, rows.Close(), rows.Err())
	}
	if err := rows.Scan(&v); err != nil {
		return errors.Join(err, rows.Close())
	}
	return errors.Join(use(v), rows.Close())
}

func (w *sqliteWorker) Write(pairs []Pair, _ bool) error {
	w.s.turn.Lock()
	defer w.s.turn.Unlock()
	if len(pairs) == 1 {
		_, err := w.put.Exec(pairs[0].Key, pairs[0].Value)
		return err
	}
	tx, err := w.conn.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	put := tx.Stmt(w.put)
	for _, p := range pairs {
		if _, err := put.Exec(p.Key, p.Value); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

func (w *sqliteWorker) Scan(from []byte, use func(k, v []byte) error) error {
	rows, err := w.scan.Query(from)
	if err != nil {
		return err
	}
	var k, v sql.RawBytes
	for rows.Next() {
		if err = rows.Scan(&k, &v); err == nil {
			err = use(k, v)
		}
		if err != nil {
			break
		}
	}
	if err == Stop {
		err = nil
	}
	return errors.Join(err, rows.Close(), rows.Err())
}

func (s *sqliteStore) Settle() error { return s.exec("PRAGMA wal_checkpoint(TRUNCATE)") }

// Close brings the log into the file and syncs it.
func (s *sqliteStore) Close() error {
	var errs []error
	for _, c := range s.conns {
		errs = append(errs, c.Close())
	}
	return errors.Join(append(errs, s.Settle(), s.db.Close(), syncFile(s.path))...)
}
