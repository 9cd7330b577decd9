package remote

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const (
	// MaxFrame bounds a message: a transaction with what it read.
	MaxFrame = 16 << 20
	// keepBuffer is the size above which a buffer is not kept for the next message.
	keepBuffer = 256 << 10
	readBuffer = 16 << 10
	frameLen   = 4 // bytes of the length of a frame
)

// Errors of frames and messages.
var (
	ErrTooLarge  = errors.New("message too large")
	ErrMalformed = errors.New("malformed message")
)

// Message is what a frame carries: a *Request or a *Reply.
type Message interface {
	// Append encodes the message behind dst.
	Append(dst []byte) []byte
}

// Conn sends and receives frames. One goroutine at a time may Receive; any number may Send.
type Conn struct {
	c  net.Conn
	r  *bufio.Reader
	in []byte

	mu  sync.Mutex // of sending
	out []byte
}

// NewConn returns a Conn that owns c.
func NewConn(c net.Conn) *Conn { return &Conn{c: c, r: bufio.NewReaderSize(c, readBuffer)} }

// SetDeadline bounds the next receptions; the zero time is no bound.
func (c *Conn) SetDeadline(t time.Time) error { return c.c.SetReadDeadline(t) }

// Close ends both directions and whatever waits in Receive.
func (c *Conn) Close() error { return c.c.Close() }

// Net returns what the Conn was made of.
func (c *Conn) Net() net.Conn { return c.c }

// Send writes m as one frame within timeout. If it returns an error the peer has not seen the whole message and never will.
func (c *Conn) Send(m Message, timeout time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := m.Append(append(c.out[:0], 0, 0, 0, 0))
	if cap(b) <= keepBuffer {
		c.out = b
	}
	if len(b)-frameLen > MaxFrame {
		return fmt.Errorf("%d bytes, at most %d: %w", len(b)-frameLen, MaxFrame, ErrTooLarge)
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-frameLen))
	return c.write(b, timeout)
}

func (c *Conn) write(b []byte, timeout time.Duration) error {
	if err := c.c.SetWriteDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	n, err := c.c.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return err
}

// Receive returns the next frame's message, valid until the next Receive.
func (c *Conn) Receive() ([]byte, error) {
	var head [frameLen]byte
	if _, err := io.ReadFull(c.r, head[:]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(head[:]) // may be more than an int holds
	if size > MaxFrame {
		return nil, fmt.Errorf("frame of %d bytes, at most %d: %w", size, MaxFrame, ErrTooLarge)
	}
	n := int(size)
	b := c.in
	if cap(b) < n {
		b = make([]byte, n)
	}
	b = b[:n]
	if n <= keepBuffer {
		c.in = b
	}
	if _, err := io.ReadFull(c.r, b); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return b, nil
}

// Peek returns once there is something to Receive, or the connection has ended.
func (c *Conn) Peek() error {
	_, err := c.r.Peek(1)
	return err
}
