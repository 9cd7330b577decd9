package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"arbor/store/remote"
)

const (
	maxCalls  = 16      // requests at once; more wait their turn
	maxIdle   = 4       // connections kept for the next request
	firstPage = 4 << 10 // of a scan, which often ends soon; each later one is four times as large, up to maxPage
)

// client is a backend that has its work done by the process that owns the directory. Each request has a connection to itself while it is
// under way. The first failure of a connection is the end of the client: what follows is ErrStale.
type client struct {
	path    string
	silence time.Duration
	pid     int
	session uint64
	calls   chan struct{} // has an element for every request under way

	mu    sync.Mutex
	first *remote.Conn // the session lives as long as this one
	idle  []*remote.Conn
	all   map[*remote.Conn]struct{}
	gone  bool
	// newest is the last place at which this process has committed something that did not wait for the disk; below safe all is durable.
	newest Position
	safe   LSN
}

// errLost says that the connection ended after the whole request was sent: the owner may have done it or not.
var errLost = errors.New("the connection to the owner was lost")

// errRefused says that nobody listens, or no longer: the owner is coming or going.
var errRefused = errors.New("the owner is coming or going")

// errLeft is errRefused by an owner that was heard until then.
var errLeft = fmt.Errorf("%w, and was alive", errRefused)

// connect becomes a client of the owner that the note tells of.
func connect(n lockNote, silence time.Duration) (*client, error) {
	c := &client{path: n.socket, silence: silence, pid: n.pid, calls: make(chan struct{}, maxCalls), all: map[*remote.Conn]struct{}{}}
	conn, err := c.dial()
	if err != nil {
		return nil, err
	}
	c.first = conn
	c.idle = append(c.idle, conn)
	return c, nil
}

// dial opens one more connection. It is in all.
func (c *client) dial() (*remote.Conn, error) {
	nc, err := net.DialTimeout("unix", c.path, c.silence)
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) || isTimeout(err) {
			return nil, c.silent()
		}
		if errors.Is(err, os.ErrPermission) {
			return nil, fmt.Errorf("%w: process %d, of another user: %w", ErrLocked, c.pid, err)
		}
		return nil, errRefused
	}
	if err := checkPeer(nc); err != nil {
		nc.Close()
		return nil, fmt.Errorf("%w: %w", ErrLocked, err)
	}
	conn := remote.NewConn(nc)
	a, err := conn.Greet(remote.Hello{Version: remote.Version, Session: c.session}, c.silence)
	switch {
	case isTimeout(err):
		err = c.silent()
	case err != nil && a.Status == remote.Busy:
		err = errLeft
	case err != nil:
		err = errRefused
	case a.Status == remote.OtherVersion || a.Version != remote.Version:
		err = fmt.Errorf("%w: process %d, an arbor of another version (protocol %d, this is %d); quit it first", ErrLocked, a.PID, a.Version, remote.Version)
	case a.Status == remote.TooMany && c.session == 0:
		err = fmt.Errorf("%w: process %d, which has too many clients", ErrLocked, a.PID)
	case a.Status != remote.OK:
		err = errRefused
	}
	if err != nil {
		nc.Close()
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		nc.Close()
		return nil, errRefused
	}
	if c.session == 0 { // the first connection, which nobody else has seen
		c.session = a.Session
	}
	c.all[conn] = struct{}{}
	return conn, nil
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

func (c *client) silent() error {
	return fmt.Errorf("%w: process %d, for %v", ErrOwnerSilent, c.pid, c.silence)
}

// take returns a connection for one request; spare is one whose loss ends nothing else.
func (c *client) take(spare bool) (*remote.Conn, error) {
	c.mu.Lock()
	if c.gone {
		c.mu.Unlock()
		return nil, errRefused
	}
	for i := len(c.idle) - 1; i >= 0; i-- {
		if conn := c.idle[i]; !spare || conn != c.first {
			c.idle = append(c.idle[:i], c.idle[i+1:]...)
			c.mu.Unlock()
			return conn, nil
		}
	}
	c.mu.Unlock()
	return c.dial()
}

// give returns a connection on which nothing is under way.
func (c *client) give(conn *remote.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if conn == c.first || len(c.idle) < maxIdle {
		c.idle = append(c.idle, conn)
		return
	}
	c.forget(conn)
}

// forget closes one connection. mu is held.
func (c *client) forget(conn *remote.Conn) {
	delete(c.all, conn)
	conn.Close()
}

// end closes all connections; requests under way fail.
func (c *client) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	for conn := range c.all {
		c.forget(conn)
	}
	c.idle = nil
}

// call makes one request and hands the reply to read, whose slices are gone afterwards. ErrStale means that the owner is gone and did
// not begin it, errLost that it may have, ErrOwnerSilent that it lives and may yet.
func (c *client) call(q *remote.Request, read func(*remote.Reply) error) error {
	c.calls <- struct{}{}
	defer func() { <-c.calls }()
	conn, err := c.take(false)
	if err == nil {
		var idle bool
		if idle, err = c.exchange(conn, q, c.silence, read); idle {
			c.give(conn)
		}
	}
	return c.judge(err)
}

// callUntil is call for what may take any time. When ctx ends the request is given up with its connection.
func (c *client) callUntil(ctx context.Context, q *remote.Request, silence time.Duration, read func(*remote.Reply) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	conn, err := c.take(true)
	if err != nil {
		return c.judge(err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	idle, err := c.exchange(conn, q, silence, read)
	if !stop() { // also if that was too late for the request: the connection is closed
		c.mu.Lock()
		c.forget(conn)
		c.mu.Unlock()
		return ctx.Err()
	}
	if idle {
		c.give(conn)
	}
	return c.judge(err)
}

// judge ends the client after an error of its connections.
func (c *client) judge(err error) error {
	switch {
	case errors.Is(err, errRefused):
		c.end()
		return ErrStale
	case errors.Is(err, errLost), errors.Is(err, ErrOwnerSilent), errors.Is(err, ErrLocked):
		c.end()
	}
	return err
}

// exchange sends q and waits for its reply. idle tells that the connection is good for another request.
func (c *client) exchange(conn *remote.Conn, q *remote.Request, silence time.Duration, read func(*remote.Reply) error) (idle bool, err error) {
	if err := conn.Send(q, c.silence); err != nil {
		if errors.Is(err, remote.ErrTooLarge) {
			return true, fmt.Errorf("request: %w: %w", ErrTooLarge, err)
		}
		return false, errRefused // the owner has not seen the whole of it
	}
	var r remote.Reply
	for {
		var deadline time.Time
		if silence > 0 {
			deadline = time.Now().Add(silence)
		}
		if err := conn.SetDeadline(deadline); err != nil {
			return false, errLost
		}
		b, err := conn.Receive()
		if err == nil {
			err = r.Parse(b)
		}
		switch {
		case isTimeout(err):
			return false, c.silent()
		case err != nil:
			return false, errLost
		}
		switch r.Status {
		case remote.Busy:
			if q.Kind == remote.Verify && len(r.Value) > 0 { // the progress of one that runs beside is told to all requests
				if err := read(&r); err != nil {
					return false, errLost // what cannot be understood is no answer
				}
			}
			continue
		case remote.Goodbye:
			return false, errRefused
		case remote.Failed:
			err = fromFault(r.Fault)
		default:
			if read != nil {
				err = read(&r)
			}
		}
		return true, err
	}
}

// ask is call for what may be asked twice, so that it makes no difference whether the owner had begun.
func (c *client) ask(q *remote.Request, read func(*remote.Reply) error) error {
	return again(c.call(q, read))
}

// again turns errLost into ErrStale.
func again(err error) error {
	if errors.Is(err, errLost) {
		return ErrStale
	}
	return err
}

func (c *client) close() error {
	c.end()
	return nil
}
