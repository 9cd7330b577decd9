package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"arbor/config"
	"arbor/model"
	"arbor/store"
	"arbor/timeseries"
)

// Session is an open store with what lies on it, for as long as a command or the terminal interface runs.
type Session struct {
	Config *config.Loaded
	DB     *store.DB
	Tree   *model.Tree
	Book   *timeseries.Book
}

// open opens the store that the settings name.
func (r *run) open() (*Session, error) {
	dir := r.config.Dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the store's directory: %w", err)
	}
	s, err := r.openWith(dir, store.Options{IO: r.config.IO})
	if err != nil {
		return nil, fmt.Errorf("open the store in %s: %w", dir, err)
	}
	return s, nil
}

// openMemory opens a new store that leaves nothing behind.
func (r *run) openMemory() (*Session, error) { return r.openWith("", store.Options{Memory: true}) }

func (r *run) openWith(dir string, opt store.Options) (*Session, error) {
	db, err := store.Open(dir, opt)
	if err != nil {
		return nil, err
	}
	s := &Session{Config: r.config, DB: db}
	if s.Book, err = timeseries.Open(db); err != nil {
		return nil, s.close(err)
	}
	s.Tree, err = model.Open(db, model.Options{Session: sessionName(), Now: r.Now, Location: r.config.Zone, Dir: dir})
	if err != nil {
		return nil, s.close(err)
	}
	return s, nil
}

// sessionName names this run of the program: undo in one window leaves the other window's actions alone.
func sessionName() string {
	var b [6]byte
	if _, err := rand.Read(b[:]); err != nil {
		return strconv.FormatInt(time.Now().UnixNano(), 36)
	}
	return fmt.Sprintf("%x", b)
}

// close closes the store after err, and reports what went wrong first.
func (s *Session) close(err error) error {
	return errors.Join(err, s.DB.Close())
}
