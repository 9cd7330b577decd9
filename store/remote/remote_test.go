package remote

import (
	"bytes"
	"errors"
	"io"
	"net"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// some draws bytes, nil and empty among them.
func some(t *rapid.T) []byte {
	if rapid.Bool().Draw(t, "nil") {
		return nil
	}
	return rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "bytes")
}

func TestRequestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Uint64()
		want := Request{
			Kind: Kind(rapid.IntRange(1, int(lastKind)).Draw(t, "kind")), Snapshot: number.Draw(t, "snapshot"), Older: number.Draw(t, "older"),
			After: number.Draw(t, "after"), Limit: number.Draw(t, "limit"), Lost: number.Draw(t, "lost"), Reverse: rapid.Bool().Draw(t, "reverse"),
			Durability: rapid.Byte().Draw(t, "durability"), Position: some(t), From: some(t), To: some(t),
		}
		for range rapid.IntRange(0, 5).Draw(t, "reads") {
			want.Reads = append(want.Reads, Span{some(t), some(t)})
		}
		for range rapid.IntRange(0, 5).Draw(t, "writes") {
			want.Writes = append(want.Writes, Write{WriteKind(rapid.IntRange(0, int(lastWrite)).Draw(t, "write")), some(t), some(t)})
		}
		var got Request
		if err := got.Parse(want.Append(nil)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v became %+v", want, got)
		}
	})
}

func TestReplyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Reply{
			Status: Status(rapid.IntRange(0, int(Failed)).Draw(t, "status")), Found: rapid.Bool().Draw(t, "found"), Parted: rapid.Bool().Draw(t, "parted"), More: rapid.Bool().Draw(t, "more"),
			ID: rapid.Uint64().Draw(t, "id"), LSN: rapid.Uint64().Draw(t, "lsn"), Value: some(t), Page: some(t),
		}
		if want.Status == Failed {
			want.Fault = Fault{7, rapid.String().Draw(t, "text"), rapid.String().Draw(t, "file"), rapid.Int64().Draw(t, "offset"), 3, 4}
		}
		var got Reply
		if err := got.Parse(want.Append(nil)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v became %+v", want, got)
		}
	})
}

func TestPages(t *testing.T) {
	want := []Entry{{Key: []byte("a"), Value: []byte{}}, {Key: []byte("b"), Deleted: true}, {Key: []byte("c"), Value: bytes.Repeat([]byte{1}, 300)}, {Key: []byte("d"), Value: []byte("x"), Parted: true}}
	var page []byte
	for _, e := range want {
		page = AppendEntry(page, e)
	}
	for _, e := range want {
		got, rest, err := CutEntry(page)
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Fatalf("got %+v, %v, want %+v", got, err, e)
		}
		page = rest
	}
	if len(page) > 0 {
		t.Errorf("%d bytes are left", len(page))
	}
}

// FuzzMessage holds every parser to its word: an error, or a message that encodes to the same bytes.
func FuzzMessage(f *testing.F) {
	f.Add((&Request{Kind: Commit, From: []byte("k"), Reads: []Span{{[]byte("a"), nil}}, Writes: []Write{{Put, []byte("k"), []byte("v")}, {DeleteRange, []byte("a"), []byte("b")}}}).Append(nil))
	f.Add((&Request{Kind: Since, Snapshot: 3, Position: make([]byte, 24), Lost: 7}).Append(nil))
	f.Add((&Reply{Status: Failed, Fault: Fault{Code: 1, Text: "no", File: "x", Offset: 9}}).Append(nil))
	f.Add((&Reply{Page: AppendEntry(nil, Entry{Key: []byte("k")})}).Append(nil))
	f.Add(Hello{Version: 1, Session: 2}.Append(nil))
	f.Add(Answer{Version: 1, PID: 2, Session: 3}.Append(nil))
	f.Add([]byte{5, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		same := func(what string, err error, again []byte) {
			if err == nil && !bytes.Equal(again, b) {
				t.Errorf("%s: %x encodes to %x", what, b, again)
			}
		}
		var q Request
		err := q.Parse(b)
		same("request", err, q.Append(nil))
		var r Reply
		err = r.Parse(b)
		same("reply", err, r.Append(nil))
		if a, err := ParseAnswer(b); err == nil {
			same("answer", err, a.Append(nil))
		}
		if h, err := ParseHello(b); err == nil && !bytes.Equal(h.Append(nil)[:10], b[:10]) {
			t.Errorf("hello: %x", b)
		}
		for page := b; len(page) > 0; {
			_, rest, err := CutEntry(page)
			if err != nil {
				break
			}
			if len(rest) >= len(page) {
				t.Fatal("a page that does not end")
			}
			page = rest
		}
	})
}

func pipe(t *testing.T) (a, b *Conn) {
	x, y := net.Pipe()
	a, b = NewConn(x), NewConn(y)
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

func TestFramesAreBounded(t *testing.T) {
	a, b := pipe(t)
	if err := a.Send(&Reply{Value: make([]byte, MaxFrame)}, time.Second); !errors.Is(err, ErrTooLarge) {
		t.Errorf("sent a frame that is too large: %v", err)
	}
	go a.Net().Write([]byte{0xff, 0xff, 0xff, 0xff})
	if _, err := b.Receive(); !errors.Is(err, ErrTooLarge) {
		t.Errorf("received a frame that is too large: %v", err)
	}
	go func() {
		a.Net().Write([]byte{10, 0, 0, 0, 1, 2})
		a.Close()
	}()
	if _, err := b.Receive(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("half a frame: %v", err)
	}
}

func TestGreeting(t *testing.T) {
	a, b := pipe(t)
	go func() {
		h, err := b.Listen(time.Second)
		if err != nil || h.Version != 9 || h.Session != 7 {
			t.Errorf("heard %+v, %v", h, err)
		}
		b.Answer(Answer{Status: Busy}, time.Second)
		b.Answer(Answer{Version: Version, Status: OtherVersion, PID: 5}, time.Second)
	}()
	got, err := a.Greet(Hello{Version: 9, Session: 7}, time.Second)
	if err != nil || got != (Answer{Version: Version, Status: OtherVersion, PID: 5}) {
		t.Errorf("answer %+v, %v", got, err)
	}
}
