package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"arbor/store/remote"
)

const (
	maxConns = 1024 // at once, of all clients
	maxPins  = 4096 // snapshots of one client
	maxPage  = 64 << 10
	// busyEvery is how often a client that waits hears that its owner lives: often enough for any OwnerTimeout that makes sense.
	busyEvery = 100 * time.Millisecond
)

// server lets other processes use the engine of this one. It answers from the moment that the socket is there; until the engine is
// open, and while it closes, it says that it is busy, so that whoever waits for the store knows that it is alive, however long that takes.
type server struct {
	listener net.Listener
	silence  time.Duration // after which a client gives up
	ready    chan struct{} // closed when be is set
	be       backend
	answers  func(frozen, []byte) ([]byte, bool, error) // of the DB, see DB.Answer
	ctx      context.Context                            // ends when the owner leaves
	leave    context.CancelFunc
	over     context.Context // ends when it has left
	end      context.CancelFunc
	running  sync.WaitGroup
	serving  sync.WaitGroup // the connections that belong to a session

	mu       sync.Mutex
	conns    map[*serverConn]struct{}
	sessions map[uint64]*session
	last     uint64 // number of the newest session
}

// serverConn is one connection of a client.
type serverConn struct {
	*remote.Conn
	greeted bool        // it belongs to a session; under server.mu
	working atomic.Bool // a request is under way
	busy    *time.Timer // says so now and then
}

func startServer(l net.Listener, silence time.Duration) *server {
	s := &server{listener: l, silence: silence, ready: make(chan struct{}), conns: map[*serverConn]struct{}{}, sessions: map[uint64]*session{}}
	s.over, s.end = context.WithCancel(context.Background())
	s.ctx, s.leave = context.WithCancel(s.over)
	s.running.Go(s.accept)
	return s
}

// serve begins to work for the clients that wait.
func (s *server) serve(be backend, answers func(frozen, []byte) ([]byte, bool, error)) {
	s.be, s.answers = be, answers
	close(s.ready)
}

func (s *server) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			if s.over.Err() != nil {
				return
			}
			select { // out of descriptors or the like
			case <-time.After(s.silence / 8):
			case <-s.over.Done():
			}
			continue
		}
		if err := checkPeer(c); err != nil {
			c.Close()
			continue
		}
		conn := &serverConn{Conn: remote.NewConn(c)}
		s.mu.Lock()
		s.conns[conn] = struct{}{}
		if s.over.Err() != nil {
			conn.Close()
		}
		s.mu.Unlock()
		s.running.Go(func() {
			s.handle(conn)
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
			conn.Close()
		})
	}
}

// retire lets the requests under way end, tells the clients goodbye, and returns when no client is left. Those who come from then on wait.
func (s *server) retire() {
	s.leave()
	s.mu.Lock()
	for c := range s.conns {
		if c.greeted {
			c.SetDeadline(time.Unix(1, 0)) // after the request under way
		}
	}
	s.mu.Unlock()
	s.serving.Wait()
}

// close ends the server, also for those who wait: the next owner is for them.
func (s *server) close() {
	s.retire()
	s.end()
	s.listener.Close() // nothing can be done about a socket that does not close
	s.mu.Lock()
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
}

// handle serves one connection.
func (s *server) handle(c *serverConn) {
	defer func() {
		if p := recover(); p != nil {
			s.mistake(p)
		}
	}()
	hello, err := c.Listen(s.silence)
	if err != nil {
		return
	}
	answer := remote.Answer{Version: remote.Version, PID: uint64(os.Getpid())}
	if hello.Version != remote.Version {
		answer.Status = remote.OtherVersion
		c.Answer(answer, s.silence)
		return
	}
	if !s.keepWaiting(c, answer, s.ready) {
		return
	}
	ss := s.join(c, hello.Session)
	if ss == nil {
		switch {
		case s.ctx.Err() == nil:
			answer.Status = remote.TooMany
		case hello.Session != 0:
			answer.Status = remote.Goodbye
		default:
			s.keepWaiting(c, answer, nil)
			return
		}
		c.Answer(answer, s.silence)
		return
	}
	defer s.part(c, ss, hello.Session == 0)
	answer.Session = ss.id
	if c.Answer(answer, s.silence) == nil {
		s.requests(c, ss)
	}
}

// keepWaiting waits for what closes ready and tells the client meanwhile that the owner lives. It returns false if the client has gone, or the
// owner has left.
func (s *server) keepWaiting(c *serverConn, answer remote.Answer, ready chan struct{}) bool {
	select {
	case <-ready:
		return true
	default:
	}
	answer.Status = remote.Busy
	tick := time.NewTicker(busyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ready:
			return true
		case <-s.over.Done():
			return false
		case <-tick.C:
			if c.Answer(answer, s.silence) != nil {
				return false
			}
		}
	}
}

// join gives the connection its session. From here on close ends it.
func (s *server) join(c *serverConn, number uint64) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) > maxConns || s.ctx.Err() != nil {
		return nil
	}
	ss := s.sessions[number]
	if number == 0 {
		s.last++
		ss = &session{id: s.last, pins: map[uint64]*pin{}, conns: map[*serverConn]struct{}{}}
		s.sessions[ss.id] = ss
	}
	if ss == nil {
		return nil
	}
	c.SetDeadline(time.Time{})
	c.greeted = true
	s.serving.Add(1)
	ss.conns[c] = struct{}{}
	return ss
}

// part ends the connection; with the first of a session, which the client keeps open as long as it lives, the session ends.
func (s *server) part(c *serverConn, ss *session, first bool) {
	defer s.serving.Done()
	s.mu.Lock()
	delete(ss.conns, c)
	if first {
		delete(s.sessions, ss.id)
		for other := range ss.conns {
			other.Close()
		}
	}
	s.mu.Unlock()
	if first {
		ss.end(s.be)
	}
}

// requests answers one request after the other.
func (s *server) requests(c *serverConn, ss *session) {
	c.busy = time.AfterFunc(time.Hour, func() { s.sayBusy(c, ss) })
	defer c.busy.Stop()
	var q remote.Request
	var r remote.Reply
	var page []byte
	for {
		b, err := c.Receive()
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				c.Send(&remote.Reply{Status: remote.Goodbye}, s.silence)
			}
			return
		}
		if remote.KindOf(b) == remote.Commit {
			b = bytes.Clone(b) // what is committed must not change with the next request
		}
		if err := q.Parse(b); err != nil {
			return // not a client of ours; closing is all the answer it can understand
		}
		if q.Kind == remote.Release {
			ss.release(q.Snapshot)
			continue
		}
		r = remote.Reply{Page: page[:0]}
		peeked, err := s.work(c, ss, &q, &r)
		switch {
		case err != nil && peeked != nil && s.ctx.Err() != nil: // given up because the owner leaves
			r = remote.Reply{Status: remote.Goodbye}
		case err != nil:
			r = remote.Reply{Status: remote.Failed, Fault: toFault(err)}
		}
		page = r.Page
		err = c.Send(&r, s.silence)
		if errors.Is(err, remote.ErrTooLarge) {
			err = c.Send(&remote.Reply{Status: remote.Failed, Fault: toFault(fmt.Errorf("answer: %w: %w", ErrTooLarge, err))}, s.silence)
		}
		if err != nil {
			return
		}
		if peeked != nil {
			<-peeked
		}
	}
}

// work does what q asks. The client may end what takes long by closing the connection; then peeked is closed once nobody but the caller
// reads from it.
func (s *server) work(c *serverConn, ss *session, q *remote.Request, r *remote.Reply) (peeked chan struct{}, err error) {
	ctx := s.ctx
	if q.Kind == remote.Wait || q.Kind == remote.Verify || q.Kind == remote.Clean {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(s.ctx)
		defer cancel()
		peeked = make(chan struct{})
		s.running.Go(func() {
			c.Peek()
			cancel() // too early only if the client breaks the rule of one request at a time
			close(peeked)
		})
	}
	if q.Kind != remote.Wait {
		c.working.Store(true)
		c.busy.Reset(busyEvery)
		defer func() {
			c.working.Store(false)
			c.busy.Stop()
		}()
	}
	return peeked, s.attempt(ctx, ss, q, r)
}

// sayBusy keeps the client waiting, and tells how far its request is. One that comes after the reply is passed over by the client.
func (s *server) sayBusy(c *serverConn, ss *session) {
	busy := remote.Reply{Status: remote.Busy}
	if p := ss.progress.Load(); p != nil {
		busy.Value, _ = json.Marshal(p) // numbers and a word
	}
	if c.working.Load() && c.Send(&busy, s.silence) == nil {
		c.busy.Reset(busyEvery)
	}
}
