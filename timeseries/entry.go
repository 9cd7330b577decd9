package timeseries

import (
	"encoding/binary"
	"fmt"
	"math"
)

// entry is what stands beside a chunk, or for a whole block of them. The times are those of all samples, removed and hidden ones too.
type entry struct {
	t0, t1 int64
	sum    Summary // of what a reader of the stream alone sees: of each time the sample written last
	all    Summary // of every sample that is not removed
	gone   bool    // what stood here was dropped; the rest says nothing
	print  uint64  // of the block that it stands for; 0 of a chunk, and where what is below has none

	chunk   bool // it stands for a chunk, which the rest tells of
	seq     uint64
	name    []byte
	crc     uint32   // of the chunk
	again   bool     // it has several samples of one time that are neither removed nor hidden
	dead    []uint16 // places of removed samples, rising
	beneath []uint16 // places of samples above which the stream has one of the same time in another chunk, rising
}

// Flags of an encoded entry.
const (
	flagGone     = 1 << iota
	flagChunk    // it is of a chunk
	flagImported // and the chunk bears its hash
	flagAgain
	flagAll     // all differs from sum
	flagDead    // some are removed
	flagBeneath // some are hidden
	flagPrint   // it is of a block, and bears its print
)

// append appends the entry, behind its length: flags, both times, sum, all if it differs, and of a chunk its number, its checksum, its hash if it
// is imported, and the places of what is removed and of what is hidden; of a block its print.
func (e *entry) append(b []byte) []byte {
	var room [256]byte
	body := room[:0]
	if e.gone {
		body = append(body, flagGone)
		b = binary.AppendUvarint(b, uint64(len(body)))
		return append(b, body...)
	}
	body = append(body, e.flags())
	body = binary.BigEndian.AppendUint64(body, uint64(e.t0))
	body = binary.AppendUvarint(body, uint64(e.t1-e.t0))
	body = e.appendSummary(body, &e.sum)
	if body[0]&flagAll != 0 {
		body = e.appendSummary(body, &e.all)
	}
	if body[0]&flagPrint != 0 {
		body = binary.LittleEndian.AppendUint64(body, e.print)
	}
	if e.chunk {
		body = binary.AppendUvarint(body, e.seq)
		body = binary.LittleEndian.AppendUint32(body, e.crc)
		if e.name[0] == nameImported {
			body = append(body, e.name[1:]...)
		}
		if len(e.dead) > 0 {
			body = appendPlaces(body, e.dead)
		}
		if len(e.beneath) > 0 {
			body = appendPlaces(body, e.beneath)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(body)))
	return append(b, body...)
}

func (e *entry) flags() byte {
	var f byte
	for _, x := range [...]struct {
		on   bool
		flag byte
	}{
		{e.chunk, flagChunk}, {e.chunk && e.name[0] == nameImported, flagImported}, {e.again, flagAgain},
		{!identical(&e.all, &e.sum), flagAll}, {len(e.dead) > 0, flagDead}, {len(e.beneath) > 0, flagBeneath},
		{!e.chunk && e.print != 0, flagPrint},
	} {
		if x.on {
			f |= x.flag
		}
	}
	return f
}

// identical reports whether two summaries are the same to the bit.
func identical(a, b *Summary) bool {
	if a.N != b.N || a.T0 != b.T0 || a.T1 != b.T1 {
		return false
	}
	x, y := a.numbers(), b.numbers()
	for i := range x {
		if math.Float64bits(x[i]) != math.Float64bits(y[i]) {
			return false
		}
	}
	return true
}

// numbers returns the values of s.
func (s *Summary) numbers() [7]float64 {
	return [...]float64{s.First, s.Last, s.Min, s.Max, s.Sum, s.Mean, s.M2}
}

// notDecimal stands where an exponent would.
const notDecimal = 0xff

// powers are those of ten up to the greatest exponent.
var powers = [...]float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}

// appendSummary appends the number of samples and, if there are any, how far from the entry's the times are; an exponent and the first, last, least
// and greatest value as integers, to be divided by that power of ten, or notDecimal and their bits; the sum; by how many units in the last
// place the mean differs from the sum divided; and the sum of squares.
func (e *entry) appendSummary(b []byte, s *Summary) []byte {
	b = binary.AppendUvarint(b, uint64(s.N))
	if s.N == 0 {
		return b
	}
	b = binary.AppendUvarint(b, uint64(s.T0-e.t0))
	b = binary.AppendUvarint(b, uint64(e.t1-s.T1))
	ends := [...]float64{s.First, s.Last, s.Min, s.Max}
	if integers, exponent, ok := decimals(ends); ok {
		b = append(b, byte(exponent))
		for _, n := range integers {
			b = binary.AppendVarint(b, n)
		}
	} else {
		b = append(b, notDecimal)
		for _, f := range ends {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
		}
	}
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.Sum))
	b = binary.AppendVarint(b, int64(math.Float64bits(s.Mean)-math.Float64bits(s.Sum/float64(s.N))))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(s.M2))
}

// decimals returns the integers that, divided by a power of ten, are values, to the bit.
func decimals(values [4]float64) (integers [4]int64, exponent int, ok bool) {
	for exponent < len(powers) {
		exact := true
		for i, f := range values {
			n := math.Round(f * powers[exponent])
			if !(math.Abs(n) < 1<<53) {
				return integers, 0, false
			}
			integers[i] = int64(n)
			exact = exact && math.Float64bits(float64(integers[i])/powers[exponent]) == math.Float64bits(f)
		}
		if exact {
			return integers, exponent, true
		}
		exponent++
	}
	return integers, 0, false
}

// appendPlaces appends rising places as their number and the stretches they lie in: the gap before each and its length.
func appendPlaces(b []byte, places []uint16) []byte {
	b = binary.AppendUvarint(b, uint64(len(places)))
	for i, end := 0, 0; i < len(places); {
		n := 1
		for i+n < len(places) && places[i+n] == places[i]+uint16(n) {
			n++
		}
		b = binary.AppendUvarint(b, uint64(int(places[i])-end))
		b = binary.AppendUvarint(b, uint64(n))
		end = int(places[i]) + n
		i += n
	}
	return b
}

// reader takes apart what an entry is kept as; bad is set where that is not possible.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) number() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 {
		v := r.b[0]
		r.b = r.b[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.bad = true
		return make([]byte, n)
	}
	p := r.b[:n]
	r.b = r.b[n:]
	return p
}

func (r *reader) integer() int64 {
	u := r.number()
	return int64(u>>1) ^ -int64(u&1)
}

func (r *reader) float() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(r.take(8)))
}

// summary reads one of what lies in [t0, t1] into s.
func (r *reader) summary(s *Summary, t0, t1 int64) {
	n := int64(r.number())
	if r.bad || n <= 0 {
		r.bad = r.bad || n < 0
		*s = Summary{}
		return
	}
	s.N, s.T0 = n, t0+int64(r.number())
	s.T1 = t1 - int64(r.number())
	switch e := r.take(1)[0]; {
	case e == notDecimal:
		s.First, s.Last, s.Min, s.Max = r.float(), r.float(), r.float(), r.float()
	case int(e) < len(powers):
		p := powers[e]
		s.First, s.Last = float64(r.integer())/p, float64(r.integer())/p
		s.Min, s.Max = float64(r.integer())/p, float64(r.integer())/p
	default:
		r.bad = true
	}
	s.Sum = r.float()
	s.Mean = math.Float64frombits(math.Float64bits(s.Sum/float64(n)) + uint64(r.integer()))
	s.M2 = r.float()
}

func (r *reader) places() []uint16 {
	n := r.number()
	if r.bad || n > MaxChunk {
		r.bad = true
		return nil
	}
	out := make([]uint16, 0, n)
	for at := uint64(0); len(out) < int(n); {
		gap, length := r.number(), r.number()
		if r.bad || length == 0 || gap > MaxChunk || length > n-uint64(len(out)) || at+gap+length > MaxChunk {
			r.bad = true
			return nil
		}
		at += gap
		for range length {
			out = append(out, uint16(at))
			at++
		}
	}
	return out
}

// head is the front of an entry: where it lies in time. rest is all of it.
type head struct {
	t0, t1 int64
	gone   bool
	rest   []byte
}

// head takes the next entry, without its length, and reads where it lies in time.
func (r *reader) head() (h head) {
	n := r.number()
	if r.bad || n == 0 || n > uint64(len(r.b)) {
		r.bad = true
		return h
	}
	h.rest = r.take(int(n))
	if h.gone = h.rest[0]&flagGone != 0; h.gone {
		return h
	}
	if n < 10 {
		r.bad = true
		return h
	}
	h.t0 = int64(binary.BigEndian.Uint64(h.rest[1:]))
	d, k := binary.Uvarint(h.rest[9:])
	if h.t1 = h.t0 + int64(d); k <= 0 || h.t1 < h.t0 {
		r.bad = true
	}
	return h
}

// addTo adds to s what a reader sees under a policy.
func (h *head) addTo(s *Summary, p Policy) error {
	var own Summary
	r := reader{b: h.rest[9:]}
	r.number()
	r.summary(&own, h.t0, h.t1)
	if p == All && h.rest[0]&flagAll != 0 {
		r.summary(&own, h.t0, h.t1)
	}
	if r.bad {
		return fmt.Errorf("summary: %w", ErrChunk)
	}
	s.add(&own)
	return nil
}

// entry reads all of it.
func (h *head) entry() (entry, error) {
	if h.gone {
		return entry{gone: true}, nil
	}
	flags := h.rest[0]
	e := entry{t0: h.t0, t1: h.t1, chunk: flags&flagChunk != 0, again: flags&flagAgain != 0}
	r := reader{b: h.rest[9:]}
	r.number()
	r.summary(&e.sum, h.t0, h.t1)
	e.all = e.sum
	if flags&flagAll != 0 {
		r.summary(&e.all, h.t0, h.t1)
	}
	if flags&flagPrint != 0 {
		e.print = binary.LittleEndian.Uint64(r.take(8))
	}
	if e.chunk {
		e.seq = r.number()
		e.crc = binary.LittleEndian.Uint32(r.take(4))
		if e.name = sealedName(e.seq); flags&flagImported != 0 {
			e.name = importedName(Hash(r.take(len(Hash{}))))
		}
		if flags&flagDead != 0 {
			e.dead = r.places()
		}
		if flags&flagBeneath != 0 {
			e.beneath = r.places()
		}
	}
	if r.bad || len(r.b) > 0 || e.chunk && flags&flagPrint != 0 || e.chunk && (e.sum.N > MaxChunk || e.all.N > MaxChunk) {
		return e, fmt.Errorf("entry: %w", ErrChunk)
	}
	return e, nil
}

// decodeEntry reads what append wrote.
func decodeEntry(b []byte) (entry, error) {
	r := reader{b: b}
	h := r.head()
	if r.bad || len(r.b) > 0 {
		return entry{}, fmt.Errorf("entry: %w", ErrChunk)
	}
	return h.entry()
}
