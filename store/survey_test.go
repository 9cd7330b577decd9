package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// wreckFrame makes a frame of transactions, the last of which is aborted, and tells where each change lies.
func wreckFrame(t testing.TB, l LSN, txs [][]write) (b []byte, want []piece) {
	t.Helper()
	b = make([]byte, frameHeader, 64<<10)
	for i, writes := range txs {
		rec, err := encode(writes)
		must(t, err)
		at := LSN(len(b))
		rec.bind(rec.bytes, &fuzzID, l+at)
		x := fuzzID.word(kindTx, uint32(len(rec.bytes)), l+at)
		if i == len(txs)-1 {
			x |= flagAborted
			void(rec.bytes)
		}
		le.PutUint64(rec.bytes, uint64(x))
		for c, err := range changes(rec.bytes) {
			must(t, err)
			want = append(want, piece{lsn: l + at + LSN(c.at), change: c, aborted: i == len(txs)-1})
		}
		b = append(b, rec.bytes...)
	}
	if pad := int(roundUp(uint32(len(b)))) - len(b); pad > 0 {
		at := len(b)
		b = append(b, make([]byte, pad)...)
		le.PutUint64(b[at:], uint64(fuzzID.word(kindPad, uint32(pad), l+LSN(at))))
	}
	le.PutUint64(b, uint64(fuzzID.word(kindFrame, frameHeader, l)))
	frame{lsn: l, size: uint32(len(b)), epoch: 1}.seal(b, &fuzzID)
	return b, want
}

func wreckWrites() [][]write {
	return [][]write{
		{{key: []byte("a"), value: []byte("b")}, {key: []byte("c"), del: true}, {key: []byte("d"), value: bytes.Repeat([]byte("d"), 100)}},
		{{key: []byte("long"), value: bytes.Repeat([]byte("value"), 900)}, {key: []byte("m"), value: []byte("n")}},
		{{key: []byte("from"), to: []byte("to"), del: true}},
		{{key: []byte("tiny"), value: []byte{}}},
		{{key: []byte("lost"), value: []byte("by an earlier one")}, {key: []byte("lost too"), value: []byte("likewise")}},
	}
}

func (p piece) text() string {
	return fmt.Sprintf("%q %q %q %v %v", p.change.key, p.change.value, p.change.to, p.change.del, p.aborted)
}

// TestTakeApart damages each byte of a frame in turn: every change but the one that the byte lies in is found, nothing else is, and a loss is
// never taken for none.
func TestTakeApart(t *testing.T) {
	l := makeLSN(3, 2*pageSize)
	b, want := wreckFrame(t, l, wreckWrites())
	if w := (stretch{lsn: l, b: b}).takeApart(&fuzzID); !w.complete || len(w.pieces) != len(want) || len(w.torn) > 0 {
		t.Fatalf("a sound frame: %+v", w)
	}
	complete := 0
	for off := range b {
		b[off] ^= 1 << (off % 8)
		w := stretch{lsn: l, b: b}.takeApart(&fuzzID)
		expected := map[LSN]piece{}
		hit := false // a change that took effect is damaged
		for _, p := range want {
			at := int(p.lsn - l)
			if off >= at && off < at+int(p.change.size) {
				hit = hit || !p.aborted
				continue
			}
			expected[p.lsn] = p
		}
		for _, p := range w.pieces {
			if e, ok := expected[p.lsn]; !ok || e.text() != p.text() {
				t.Fatalf("a bit flipped at %d: found %q at %v", off, p.change.key, p.lsn)
			}
			delete(expected, p.lsn)
		}
		if len(expected) > 0 {
			t.Fatalf("a bit flipped at %d: %d changes are not found", off, len(expected))
		}
		if hit && (w.complete || len(w.torn) != 1) {
			t.Fatalf("a bit flipped at %d: complete %v, torn %v", off, w.complete, w.torn)
		}
		if w.complete {
			complete++
		}
		b[off] ^= 1 << (off % 8)
	}
	if complete < frameHeader {
		t.Errorf("only %d bytes are without meaning", complete)
	}
}

// TestTakeApartMore damages longer runs: whatever is found was there.
func TestTakeApartMore(t *testing.T) {
	l := makeLSN(3, 2*pageSize)
	sound, want := wreckFrame(t, l, wreckWrites())
	there := map[LSN]string{}
	for _, p := range want {
		there[p.lsn] = p.text()
	}
	for _, seed := range seeds(t, 40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		b := bytes.Clone(sound)
		intact := map[LSN]bool{}
		for p := range there {
			intact[p] = true
		}
		for range 1 + rng.IntN(3) {
			from := rng.IntN(len(b))
			to := min(len(b), from+rng.IntN(300))
			for i := from; i < to; i++ {
				b[i] = byte(rng.Uint32() >> (8 * (seed % 5)))
			}
		}
		for _, p := range want {
			at := int(p.lsn - l)
			intact[p.lsn] = bytes.Equal(b[at:at+int(p.change.size)], sound[at:at+int(p.change.size)])
		}
		w := stretch{lsn: l, b: b}.takeApart(&fuzzID)
		for _, p := range w.pieces {
			if there[p.lsn] != p.text() {
				t.Fatalf("seed %d: found %v", seed, p)
			}
			delete(intact, p.lsn)
		}
		for _, p := range want {
			if intact[p.lsn] {
				t.Fatalf("seed %d: %q at %v is not found", seed, p.change.key, p.lsn)
			}
		}
	}
}

// TestSurvey tells frames and stretches of a segment, with no byte between them.
func TestSurvey(t *testing.T) {
	seg := make([]byte, segmentStart)
	var starts []int
	for range 4 {
		starts = append(starts, len(seg))
		b, _ := wreckFrame(t, makeLSN(3, uint32(len(seg))), wreckWrites())
		seg = append(seg, b...)
	}
	seg = append(seg, make([]byte, 3*pageSize)...)
	for _, spoil := range [][]int{{}, {0}, {1}, {1, 2}, {3}, {0, 1, 2, 3}} {
		b := bytes.Clone(seg)
		for _, i := range spoil {
			b[starts[i]+100] ^= 1
		}
		var got []string
		at := LSN(segmentStart)
		must(t, survey(b, &fuzzID, 3, func(f frame, b []byte) error {
			if f.lsn != makeLSN(3, 0)+at || len(b) != int(f.size) {
				t.Errorf("a frame at %v, want offset %d", f.lsn, at)
			}
			got, at = append(got, "frame"), at+LSN(len(b))
			return nil
		}, func(s stretch) error {
			if s.lsn != makeLSN(3, 0)+at {
				t.Errorf("a stretch at %v, want offset %d", s.lsn, at)
			}
			got, at = append(got, "stretch"), at+LSN(len(s.b))
			return nil
		}))
		if int(at) != len(b) {
			t.Errorf("%v spoiled: the survey ends at %d of %d", spoil, at, len(b))
		}
		if frames := strings.Count(fmt.Sprint(got), "frame"); frames != 4-len(spoil) {
			t.Errorf("%v spoiled: %v", spoil, got)
		}
	}
}

// FuzzTakeApart takes anything apart.
func FuzzTakeApart(f *testing.F) {
	l := makeLSN(1, 2*pageSize)
	b, _ := wreckFrame(f, l, wreckWrites())
	f.Add(b)
	f.Add(b[:pageSize])
	f.Add(b[40:])
	f.Fuzz(func(t *testing.T, b []byte) {
		w := stretch{lsn: l, b: b}.takeApart(&fuzzID)
		for _, p := range w.pieces {
			if _, _, ok := fuzzID.checkChange(b[p.lsn-l:][:p.change.size], p.lsn, len(p.change.key)); ok == p.aborted {
				t.Fatalf("%v is not proved", p)
			}
		}
	})
}
