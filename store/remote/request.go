package remote

import (
	"encoding/binary"
	"fmt"
)

// Kind is what a Request asks for.
type Kind uint8

// The kinds of requests, and the fields that each uses.
const (
	Snapshot Kind = 1 + iota // → ID, LSN
	Get                      // Snapshot, From → Found, Value
	Scan                     // Snapshot, From, To, Reverse, Limit → Page, More
	Changed                  // Snapshot, Older, From, To, Limit → Page, More
	Commit                   // Snapshot (given up by it; 0 if there are no Reads), Durability, Reads, Writes → LSN, and Value, its position, if it is not durable
	Release                  // Snapshot; no reply
	NextID                   // → ID
	Wait                     // After → nothing, once there is a later state
	Sync                     // → nothing
	Stats                    // → Value
	Verify                   // → Value
	GetMany                  // Snapshot, Reads (their From), Limit → Page of as many as fit, in that order; Deleted if absent
	Compete                  // Lost → ID, LSN, as Snapshot, for a try of a transaction, which lasts until Commit or Release
	Clean                    // → nothing
	Position                 // Snapshot → Value
	Since                    // Snapshot, Position, From, To, Limit → Page, More
	PartsID                  // → ID, of a value in parts
	Damage                   // → Value, a text, empty if nothing is wrong
	Proves                   // Snapshot, Position → Found, if what was visible there led to the snapshot
	Ask                      // Snapshot, From, a question → Found, if somebody answers questions there, and Value
	lastKind = Ask
)

// Request is what a client asks of the owner.
type Request struct {
	Kind       Kind
	Snapshot   uint64
	Older      uint64
	After      uint64
	Limit      uint64 // bytes of a page, about
	Lost       uint64 // how often the transaction lost against others
	Reverse    bool
	Durability uint8
	Position   []byte
	From, To   []byte
	Reads      []Span
	Writes     []Write
}

// Span is one key (To is nil), or the keys of [From, To).
type Span struct{ From, To []byte }

// Write is one change: Key is set to Value, or deleted, or the keys of [Key, Value) are, or Key is set to the value to whose parts Value leads.
type Write struct {
	Kind       WriteKind
	Key, Value []byte
}

// WriteKind is what a Write does.
type WriteKind uint8

// The kinds of writes.
const (
	Put WriteKind = iota
	Delete
	DeleteRange
	PutParted
	lastWrite = PutParted
)

// KindOf returns the kind of an encoded Request.
func KindOf(b []byte) Kind {
	if len(b) == 0 {
		return 0
	}
	return Kind(b[0])
}

// Append encodes r behind dst.
func (r *Request) Append(dst []byte) []byte {
	dst = append(dst, byte(r.Kind), flag(r.Reverse), r.Durability)
	for _, n := range [...]uint64{r.Snapshot, r.Older, r.After, r.Limit, r.Lost} {
		dst = binary.AppendUvarint(dst, n)
	}
	for _, p := range [...][]byte{r.Position, r.From, r.To} {
		dst = appendBytes(dst, p)
	}
	dst = binary.AppendUvarint(dst, uint64(len(r.Reads)))
	for _, s := range r.Reads {
		dst = appendBytes(dst, s.From)
		dst = appendBytes(dst, s.To)
	}
	dst = binary.AppendUvarint(dst, uint64(len(r.Writes)))
	for _, w := range r.Writes {
		dst = append(dst, byte(w.Kind))
		dst = appendBytes(dst, w.Key)
		dst = appendBytes(dst, w.Value)
	}
	return dst
}

// Parse decodes b into r, whose slices then point into b.
func (r *Request) Parse(b []byte) error {
	d := decoder{b: b}
	*r = Request{Kind: Kind(d.byte()), Reverse: d.flag(), Durability: d.byte(), Reads: r.Reads[:0], Writes: r.Writes[:0]}
	for _, n := range [...]*uint64{&r.Snapshot, &r.Older, &r.After, &r.Limit, &r.Lost} {
		*n = d.uvarint()
	}
	r.Position, r.From, r.To = d.bytes(), d.bytes(), d.bytes()
	for range d.count() {
		r.Reads = append(r.Reads, Span{From: d.bytes(), To: d.bytes()})
	}
	for range d.count() {
		w := Write{Kind: WriteKind(d.byte()), Key: d.bytes(), Value: d.bytes()}
		if w.Kind > lastWrite {
			d.fail()
		}
		r.Writes = append(r.Writes, w)
	}
	if d.bad || len(d.b) > 0 || r.Kind == 0 || r.Kind > lastKind {
		return fmt.Errorf("request: %w", ErrMalformed)
	}
	return nil
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// flags encodes two.
func flags(a, b bool) byte { return flag(a) | flag(b)<<1 }

// appendBytes encodes p, telling nil from empty.
func appendBytes(dst, p []byte) []byte {
	if p == nil {
		return append(dst, 0)
	}
	return append(binary.AppendUvarint(dst, uint64(len(p))+1), p...)
}

// decoder takes fields from the front of b. After the first that is not there, bad is set and all are zero.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) fail() {
	d.bad, d.b = true, nil
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail()
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

func (d *decoder) flag() bool {
	v := d.byte()
	if v > 1 {
		d.fail()
	}
	return v == 1
}

// flags takes two.
func (d *decoder) flags() (a, b bool) {
	v := d.byte()
	if v > 3 {
		d.fail()
	}
	return v&1 == 1, v>>1&1 == 1
}

// uvarint takes a number in its only encoding, the shortest.
func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || n > 1 && d.b[n-1] == 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n == 0 {
		return nil
	}
	n--
	if n > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	p := d.b[:n:n]
	d.b = d.b[n:]
	return p
}

// count takes the number of elements that follow; each has at least two bytes.
func (d *decoder) count() uint64 {
	n := d.uvarint()
	if n > uint64(len(d.b))/2 {
		d.fail()
		return 0
	}
	return n
}
