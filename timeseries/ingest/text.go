package ingest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// sniffed is how many bytes Sniff looks at.
const sniffed = 64 << 10

// decode returns a reader of r's text as UTF-8 without a byte order mark.
func decode(r io.Reader) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(r, sniffed)
	head, err := b.Peek(3)
	if len(head) == 0 {
		if err == io.EOF {
			return nil, ErrEmpty
		}
		return nil, err
	}
	switch {
	case bytes.Equal(head, []byte{0xef, 0xbb, 0xbf}):
		_, err = b.Discard(3)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		_, err = b.Discard(2)
		b = bufio.NewReaderSize(&utf16Reader{r: b, order: binary.LittleEndian}, sniffed)
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		_, err = b.Discard(2)
		b = bufio.NewReaderSize(&utf16Reader{r: b, order: binary.BigEndian}, sniffed)
	default:
		err = nil
	}
	return b, err
}

// utf16Reader gives UTF-8 for UTF-16.
type utf16Reader struct {
	r     *bufio.Reader
	order binary.ByteOrder
	have  []byte // not yet given out
	next  rune   // a unit read ahead of its turn, or 0
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.have) < len(p) {
		c, err := u.unit()
		if err != nil {
			if len(u.have) > 0 {
				break
			}
			return 0, err
		}
		if utf16.IsSurrogate(c) {
			low, err := u.unit()
			if err == nil && utf16.DecodeRune(c, low) == utf8.RuneError {
				u.next = low
			}
			c = utf16.DecodeRune(c, low)
		}
		u.have = utf8.AppendRune(u.have, c)
	}
	n := copy(p, u.have)
	u.have = append(u.have[:0], u.have[n:]...)
	return n, nil
}

// unit returns the next 16 bits; an odd byte at the end is no character.
func (u *utf16Reader) unit() (rune, error) {
	if c := u.next; c != 0 {
		u.next = 0
		return c, nil
	}
	var b [2]byte
	if n, err := io.ReadFull(u.r, b[:]); err != nil {
		if n == 1 {
			return utf8.RuneError, nil
		}
		return 0, err
	}
	return rune(u.order.Uint16(b[:])), nil
}
