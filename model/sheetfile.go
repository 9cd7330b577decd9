package model

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"arbor/store"
	"arbor/sync/hlc"

	"github.com/cespare/xxhash/v2"
)

// A file of a sheet is a head and blocks of facts:
//
//	sheetMagic, u32 length of the body, body, u64 xxhash of the body
//	body: position (text), fold version, number of devices {device, batch, u64 stamp}, number of blocks {nodes, bytes, u64 xxhash}
//
// Numbers are uvarints where nothing else is said, fixed ones little-endian. A block is its nodes in the order of their ids, each as
// appendFacts has it. Whoever changes that, or what facts are made of a record, changes the magic: the file is then made again.
const sheetMagic = "arbor sheet 1\n"

// sheetPrefix is the size of what stands before the body of the head, and maxSheetHead bounds that.
const (
	sheetPrefix  = len(sheetMagic) + 4
	maxSheetHead = 64 << 20
)

// sheetHead says of what state a sheet is, and where its blocks are.
type sheetHead struct {
	at     store.Position
	ends   []logEnd
	blocks []sheetPart
}

// logEnd is the last batch of a device that the state knows. A store that has it with this stamp has this state in its past.
type logEnd struct {
	device device
	seq    uint64
	stamp  hlc.Stamp
}

// sheetPart is a block in the file.
type sheetPart struct {
	nodes, size int
	sum         uint64
}

func (h *sheetHead) encode() []byte {
	body := appendBytes(nil, h.at.String())
	body = binary.AppendUvarint(body, foldVersion)
	body = binary.AppendUvarint(body, uint64(len(h.ends)))
	for _, e := range h.ends {
		body = binary.AppendUvarint(append(body, e.device[:]...), e.seq)
		body = binary.BigEndian.AppendUint64(body, uint64(e.stamp))
	}
	body = binary.AppendUvarint(body, uint64(len(h.blocks)))
	for _, p := range h.blocks {
		body = binary.AppendUvarint(binary.AppendUvarint(body, uint64(p.nodes)), uint64(p.size))
		body = binary.BigEndian.AppendUint64(body, p.sum)
	}
	b := binary.LittleEndian.AppendUint32([]byte(sheetMagic), uint32(len(body)))
	return binary.LittleEndian.AppendUint64(append(b, body...), xxhash.Sum64(body))
}

// decodeSheetHead reads the body of a head.
func decodeSheetHead(body []byte) (h sheetHead, err error) {
	d := decoder{b: body}
	at := d.string()
	if v := d.uvarint(); v != foldVersion {
		d.fail("fold version")
	}
	for range d.count(len(device{}) + 9) {
		e := logEnd{device: device(d.fixedOr(len(device{}))), seq: d.uvarint()}
		e.stamp = hlc.Stamp(d.u64())
		h.ends = append(h.ends, e)
	}
	total, nodes := uint64(0), uint64(0)
	for range d.count(10) {
		n, size := d.uvarint(), d.uvarint()
		if nodes, total = nodes+n, total+size; n == 0 || n > sheetBlock || n*minFacts > size || size > math.MaxInt32 || nodes > math.MaxInt32 {
			d.fail("block")
			break
		}
		h.blocks = append(h.blocks, sheetPart{int(n), int(size), d.u64()})
	}
	if err := d.end(); err != nil {
		return h, fmt.Errorf("head of a sheet: %w", err)
	}
	h.at, err = store.ParsePosition(at)
	return h, err
}

// count reads how many things follow that take at least size bytes each.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.b)/size) {
		d.fail("number of things")
		return 0
	}
	return int(n)
}

// fixedOr is fixed, and zeros where that fails.
func (d *decoder) fixedOr(n int) []byte {
	if b := d.fixed(n); b != nil {
		return b
	}
	return make([]byte, n)
}

// What is said of a node by bits. The low four are its state.
const (
	factSeries = 1 << (4 + iota)
	factNote
	factTask
	factPrio
	factFinished
	factArrows
	factDates
	factTags
	factFields
	factDepends
	factTop  // the first bit of a number from 0 to 2
	factMore = factArrows | factDates | factTags | factFields | factDepends
)

// sheetTops are the tops by their numbers.
var sheetTops = [...]ID{Detached, Root, Trash}

// minFacts is the least that the facts of a node take.
const minFacts = 8 + 8 + 4 + 4 + 8 + 8

// appendFacts appends the facts of a node that stands there: id, id of the parent, u32 slot of the parent, u32 bits, times of creation and
// modification, then what the bits announce: the priority, when it was finished, a byte that says which dates there are and these, tags, fields
// and what it depends on, each after their number.
func appendFacts(b []byte, f *Facts, parent int32, top ID) []byte {
	bits := uint32(f.State)
	for _, x := range []struct {
		is  bool
		bit uint32
	}{{f.Series, factSeries}, {f.Note, factNote}, {f.Task, factTask}, {f.HasPrio, factPrio}, {f.finished != noTime, factFinished}} {
		if x.is {
			bits |= x.bit
		}
	}
	bits |= uint32(max(0, slices.Index(sheetTops[:], top))) * factTop
	m := f.more
	if m == nil {
		m = &moreFacts{}
	}
	for _, x := range []struct {
		is  bool
		bit uint32
	}{{m.arrows, factArrows}, {m.dates != [4]Date{}, factDates}, {len(m.tags) > 0, factTags}, {len(m.fields) > 0, factFields}, {len(m.depends) > 0, factDepends}} {
		if x.is {
			bits |= x.bit
		}
	}
	b = append(append(b, f.ID[:]...), f.Parent[:]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(parent))
	b = binary.LittleEndian.AppendUint32(b, bits)
	b = binary.LittleEndian.AppendUint64(b, uint64(f.created))
	b = binary.LittleEndian.AppendUint64(b, uint64(f.modified))
	if bits&factPrio != 0 {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(f.Prio))
	}
	if bits&factFinished != 0 {
		b = appendVarint(b, f.finished)
	}
	return m.append(b, bits)
}

func (m *moreFacts) append(b []byte, bits uint32) []byte {
	if bits&factDates != 0 {
		at := len(b)
		b = append(b, 0)
		for i, d := range m.dates {
			if !d.IsZero() {
				b[at] |= 1 << i
				b = appendDate(b, d)
			}
		}
	}
	if bits&factTags != 0 {
		b = binary.AppendUvarint(b, uint64(len(m.tags)))
		for _, t := range m.tags {
			b = appendBytes(b, t)
		}
	}
	if bits&factFields != 0 {
		b = binary.AppendUvarint(b, uint64(len(m.fields)))
		for _, f := range m.fields {
			b = appendBytes(appendBytes(b, f.Key), f.Value)
		}
	}
	if bits&factDepends != 0 {
		b = binary.AppendUvarint(b, uint64(len(m.depends)))
		for _, id := range m.depends {
			b = append(b, id[:]...)
		}
	}
	return b
}

// seat is where a node stands: the slot of its parent, -1 for none, and the top of its tree.
type seat struct {
	parent int32
	top    ID
}

// decodeFacts reads what appendFacts wrote.
func (r *factsReader) decodeFacts(d *decoder, f *Facts, s *seat) {
	if len(d.b) < minFacts {
		d.fail("node")
		return
	}
	le := binary.LittleEndian
	bits := le.Uint32(d.b[20:])
	*f = Facts{ID: ID(d.b), Parent: ID(d.b[8:]), State: State(bits & 15), Series: bits&factSeries != 0, Note: bits&factNote != 0, Task: bits&factTask != 0,
		HasPrio: bits&factPrio != 0, created: int64(le.Uint64(d.b[24:])), modified: int64(le.Uint64(d.b[32:])), finished: noTime}
	top := bits / factTop
	if top >= uint32(len(sheetTops)) || f.State >= states {
		d.fail("bits")
		return
	}
	*s = seat{int32(le.Uint32(d.b[16:])), sheetTops[top]}
	d.b = d.b[minFacts:]
	if f.HasPrio {
		f.Prio = math.Float64frombits(d.u64())
	}
	if bits&factFinished != 0 {
		f.finished = d.varint()
	}
	if bits&factMore != 0 {
		f.more = r.decodeMore(d, bits)
	}
}

func (r *factsReader) decodeMore(d *decoder, bits uint32) *moreFacts {
	if len(r.slab) == 0 {
		r.slab = make([]moreFacts, 64)
	}
	m := &r.slab[0]
	r.slab = r.slab[1:]
	m.arrows = bits&factArrows != 0
	if bits&factDates != 0 {
		which := d.byte()
		for i := range m.dates {
			if which&(1<<i) != 0 {
				m.dates[i] = decodeDate(d)
			}
		}
	}
	if bits&factTags != 0 {
		m.tags = make([]string, d.count(1))
		for i := range m.tags {
			m.tags[i] = r.known(d.bytes())
		}
	}
	if bits&factFields != 0 {
		m.fields = make([]Field, d.count(2))
		for i := range m.fields {
			m.fields[i] = Field{r.known(d.bytes()), string(d.bytes())}
		}
	}
	if bits&factDepends != 0 {
		m.depends = make([]ID, d.count(len(ID{})))
		for i := range m.depends {
			m.depends[i] = d.id()
		}
	}
	return m
}

// known is name for bytes that change later.
func (r *factsReader) known(b []byte) string {
	if s, ok := r.names[string(b)]; ok {
		return s
	}
	return r.name(strings.Clone(string(b)))
}
