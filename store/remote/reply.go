package remote

import (
	"encoding/binary"
	"fmt"
)

// Reply is what the owner answers to a Request.
type Reply struct {
	Status Status
	Found  bool
	Parted bool // Value is not the value but leads to its parts
	More   bool // another page follows
	ID     uint64
	LSN    uint64
	Value  []byte
	Page   []byte // entries, see AppendEntry
	Fault  Fault  // if Status is Failed
}

// Fault is an error on its way to another process. Code is the store's.
type Fault struct {
	Code      uint8
	Text      string
	File      string // the rest is evidence of damage
	Offset    int64
	Want, Got uint64
}

// Append encodes r behind dst.
func (r *Reply) Append(dst []byte) []byte {
	dst = append(dst, byte(r.Status), flags(r.Found, r.Parted), flag(r.More))
	dst = binary.AppendUvarint(dst, r.ID)
	dst = binary.AppendUvarint(dst, r.LSN)
	dst = appendBytes(dst, r.Value)
	dst = appendBytes(dst, r.Page)
	if r.Status != Failed {
		return dst
	}
	f := &r.Fault
	dst = append(dst, f.Code)
	dst = appendBytes(dst, []byte(f.Text))
	dst = appendBytes(dst, []byte(f.File))
	for _, n := range [...]uint64{uint64(f.Offset), f.Want, f.Got} {
		dst = binary.AppendUvarint(dst, n)
	}
	return dst
}

// Parse decodes b into r, whose slices then point into b.
func (r *Reply) Parse(b []byte) error {
	d := decoder{b: b}
	*r = Reply{Status: Status(d.byte())}
	r.Found, r.Parted = d.flags()
	r.More, r.ID, r.LSN, r.Value, r.Page = d.flag(), d.uvarint(), d.uvarint(), d.bytes(), d.bytes()
	if r.Status == Failed {
		r.Fault = Fault{Code: d.byte(), Text: string(d.text()), File: string(d.text())}
		r.Fault.Offset, r.Fault.Want, r.Fault.Got = int64(d.uvarint()), d.uvarint(), d.uvarint()
	}
	if d.bad || len(d.b) > 0 || r.Status > Failed {
		return fmt.Errorf("reply: %w", ErrMalformed)
	}
	return nil
}

// text takes bytes that are never nil.
func (d *decoder) text() []byte {
	p := d.bytes()
	if p == nil {
		d.fail()
	}
	return p
}

// Entry is one of a page: a key with its value, or, in a page of changes, one that was deleted. If Parted is set Value leads to the parts.
type Entry struct {
	Key, Value      []byte
	Deleted, Parted bool
}

// AppendEntry adds e to a page.
func AppendEntry(page []byte, e Entry) []byte {
	page = append(page, flags(e.Deleted, e.Parted))
	page = appendBytes(page, e.Key)
	return appendBytes(page, e.Value)
}

// CutEntry returns the first entry of page, which points into it, and the rest.
func CutEntry(page []byte) (e Entry, rest []byte, err error) {
	d := decoder{b: page}
	e.Deleted, e.Parted = d.flags()
	e.Key, e.Value = d.bytes(), d.bytes()
	if d.bad {
		return Entry{}, nil, fmt.Errorf("page: %w", ErrMalformed)
	}
	return e, d.b, nil
}
