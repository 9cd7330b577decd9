package remote

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// Version is that of the messages. It grows with every change of a Request, a Reply or what they mean.
const Version = 8

const (
	magic     = "arborRP\n"
	helloLen  = len(magic) + 2 + 2 + 8
	answerLen = len(magic) + 2 + 2 + 8 + 8
)

// Hello is the first thing a client says. Its layout is fixed for ever: magic, version, kind, session.
type Hello struct {
	Version uint16
	Session uint64 // that of another connection of this client; 0 begins one, which lives as long as this connection
}

// Status is what an Answer or a Reply means.
type Status uint16

// The statuses. Those of an Answer never change.
const (
	OK           Status = iota
	Busy                // the owner lives and works on it; another follows
	Goodbye             // the owner leaves; the request was not begun
	Failed              // a Reply with a Fault
	OtherVersion        // an Answer: the owner speaks another version
	TooMany             // an Answer: no more connections
)

// Answer is what the owner replies to a Hello. Its layout is fixed for ever: magic, version, status, pid, session.
type Answer struct {
	Version uint16
	Status  Status
	PID     uint64
	Session uint64
}

// Append encodes h behind dst.
func (h Hello) Append(dst []byte) []byte {
	dst = append(dst, magic...)
	dst = binary.LittleEndian.AppendUint16(dst, h.Version)
	dst = binary.LittleEndian.AppendUint16(dst, 0)
	return binary.LittleEndian.AppendUint64(dst, h.Session)
}

// ParseHello decodes b.
func ParseHello(b []byte) (Hello, error) {
	if len(b) != helloLen || string(b[:len(magic)]) != magic {
		return Hello{}, fmt.Errorf("hello: %w", ErrMalformed)
	}
	b = b[len(magic):]
	return Hello{Version: binary.LittleEndian.Uint16(b), Session: binary.LittleEndian.Uint64(b[4:])}, nil
}

// Append encodes a behind dst.
func (a Answer) Append(dst []byte) []byte {
	dst = append(dst, magic...)
	dst = binary.LittleEndian.AppendUint16(dst, a.Version)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(a.Status))
	dst = binary.LittleEndian.AppendUint64(dst, a.PID)
	return binary.LittleEndian.AppendUint64(dst, a.Session)
}

// ParseAnswer decodes b.
func ParseAnswer(b []byte) (Answer, error) {
	if len(b) != answerLen || string(b[:len(magic)]) != magic {
		return Answer{}, fmt.Errorf("answer: %w", ErrMalformed)
	}
	b = b[len(magic):]
	return Answer{
		Version: binary.LittleEndian.Uint16(b), Status: Status(binary.LittleEndian.Uint16(b[2:])),
		PID: binary.LittleEndian.Uint64(b[4:]), Session: binary.LittleEndian.Uint64(b[12:]),
	}, nil
}

// Greet says hello and returns the owner's answer. While the owner says that it is busy, silence of timeout is an error. With an error comes the
// last answer that was heard, if there was one.
func (c *Conn) Greet(h Hello, timeout time.Duration) (Answer, error) {
	if err := c.write(h.Append(nil), timeout); err != nil {
		return Answer{}, err
	}
	var b [answerLen]byte
	var a Answer
	for {
		if err := c.SetDeadline(time.Now().Add(timeout)); err != nil {
			return a, err
		}
		if _, err := io.ReadFull(c.r, b[:]); err != nil {
			return a, err
		}
		var err error
		if a, err = ParseAnswer(b[:]); err != nil || a.Status != Busy {
			return a, err
		}
	}
}

// Listen returns the hello of a client, said within timeout.
func (c *Conn) Listen(timeout time.Duration) (Hello, error) {
	if err := c.SetDeadline(time.Now().Add(timeout)); err != nil {
		return Hello{}, err
	}
	var b [helloLen]byte
	if _, err := io.ReadFull(c.r, b[:]); err != nil {
		return Hello{}, err
	}
	return ParseHello(b[:])
}

// Answer replies to a hello.
func (c *Conn) Answer(a Answer, timeout time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write(a.Append(nil), timeout)
}
