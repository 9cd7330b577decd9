package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"syscall"
	"time"

	"arbor/config"
	"arbor/model"
	"arbor/model/field"
	"arbor/store"
	"arbor/timeseries"
)

// Session is an open store with what lies on it, for as long as a command or the terminal interface runs.
type Session struct {
	Config *config.Loaded
	Fields *field.Set
	DB     *store.DB
	Tree   *model.Tree
	Book   *timeseries.Book

	Context    func() (string, error)  // the name of the context that holds, empty for none
	SetContext func(name string) error // keeps a choice for this machine

	past   *model.Past // in which DB, Tree and Book are, if the tree is read as of a moment
	live   *store.DB   // then, what it was made of
	damage string      // of the store, which then shows only what was written before it
	say    func(format string, args ...any)
}

// open opens the store that the settings name, and the tree in it. Of a damaged store the person is told at the end, whatever they did.
func (r *run) open() (*Session, error) {
	s, err := r.openWith(r.config.Dir, store.Options{IO: r.config.IO})
	if err != nil {
		return nil, err
	}
	if err := again(func() (err error) { s.damage, err = s.DB.Damage(); return err }); err != nil {
		return nil, s.close(err)
	}
	s.say = r.say
	if err := r.goBack(s); err != nil {
		return nil, s.close(err)
	}
	return s, nil
}

// mustExist refuses where no store is: an open would make one, and a backup of it take the place of a good one.
func (r *run) mustExist() error {
	if there, err := store.Exists(r.config.Dir); err == nil && !there { // what else is wrong shows when the store is opened
		return missingf("there is no store in %s; --dir names another directory", r.config.Dir)
	}
	return nil
}

// openStore opens the store alone, which works where the tree in it can no longer be read. It makes none.
func (r *run) openStore() (*store.DB, error) {
	if err := r.mustExist(); err != nil {
		return nil, err
	}
	return openDir(r.config.Dir, store.Options{IO: r.config.IO})
}

// openDir opens a store, for reading alone if its directory cannot be written to. Whoever then changes something is told.
func openDir(dir string, opt store.Options) (*store.DB, error) {
	db, err := store.Open(dir, opt)
	var file *fs.PathError // else it is something else that is denied, such as a ring
	denied := errors.As(err, &file) && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS))
	if !denied || errors.Is(err, store.ErrLocked) || opt.Memory {
		return db, err
	}
	opt.ReadOnly = true
	if db, readErr := store.Open(dir, opt); readErr == nil {
		return db, nil
	}
	return nil, err
}

// openMemory opens a new store that leaves nothing behind.
func (r *run) openMemory() (*Session, error) { return r.openWith("", store.Options{Memory: true}) }

func (r *run) openWith(dir string, opt store.Options) (*Session, error) {
	db, err := openDir(dir, opt)
	if err != nil {
		return nil, err
	}
	return r.openTree(db, dir)
}

// openTree opens the tree in db, and closes db if that fails.
func (r *run) openTree(db *store.DB, dir string) (*Session, error) {
	s := &Session{Config: r.config, Fields: r.fields, DB: db, Context: r.contextName, SetContext: r.keepContext}
	guard, err := r.guard(dir)
	if err != nil {
		return nil, s.close(err)
	}
	err = again(func() (err error) {
		if s.Book, err = timeseries.Open(db); err != nil {
			return err
		}
		days := r.seriesDays()
		s.Tree, err = model.Open(db, model.Options{Session: sessionName(), Now: r.Now, Location: days.Zone, Starts: days.Starts, WeekShift: days.WeekShift, Dir: dir, Cache: r.cacheDir(dir),
			Weights: r.weighed(), States: ownStates(r.fields), Guard: guard})
		return err
	})
	if err != nil {
		return nil, s.close(err)
	}
	return s, nil
}

// cacheDir is where what can be made again of a store in a directory is kept, nowhere if it leaves nothing behind.
func (r *run) cacheDir(dir string) string {
	if dir == "" {
		return ""
	}
	return r.Paths.Cache
}

// sessionName names this run of the program: undo in one window leaves the other window's actions alone.
func sessionName() string {
	var b [6]byte
	if _, err := rand.Read(b[:]); err != nil {
		return strconv.FormatInt(time.Now().UnixNano(), 36)
	}
	return fmt.Sprintf("%x", b)
}

func (s *Session) stats() (st store.Stats, err error) {
	err = again(func() error {
		st, err = s.DB.Stats()
		return err
	})
	return st, err
}

// close closes the store after err, and reports what went wrong first.
func (s *Session) close(err error) error {
	switch {
	case s.damage == "":
	case err == nil:
		s.say("damaged: %s; 'arbor doctor' says more", s.damage)
	case !errors.Is(err, store.ErrReadOnly): // which says it
		err = fmt.Errorf("%w; %s", err, s.damage)
	}
	if s.past != nil {
		return errors.Join(err, s.past.Close(), s.live.Close())
	}
	return errors.Join(err, s.DB.Close())
}

// maxStale bounds how often a read is begun again after the process that owned the store went away.
const maxStale = 4

// again runs fn, a read, until the owner of the store does not go away during it.
func again(fn func() error) error {
	for try := 0; ; try++ {
		err := fn()
		if !errors.Is(err, store.ErrStale) || try == maxStale {
			return err
		}
	}
}

// counted counts what is written through it.
type counted struct {
	io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	return n, err
}

// view runs fn, which prints what it reads, on a frozen state of the tree. If the owner of the store goes away it is run again, unless
// something is printed already.
func (r *run) view(s *Session, fn func(*model.View) error) error {
	out := &counted{Writer: r.Out}
	defer func(was io.Writer) { r.Out = was }(r.Out)
	r.Out = out
	var printed error
	err := again(func() error {
		err := s.Tree.View(fn)
		if err != nil && out.n > 0 {
			printed = err
			return nil
		}
		return err
	})
	return errors.Join(err, printed)
}
