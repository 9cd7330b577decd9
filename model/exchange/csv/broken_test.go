package csv

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"arbor/model/exchange/exchangetest"
	"arbor/timeseries/ingest"
)

// A table that cannot be read to its end changes nothing, wherever it breaks off, in a new series and one that is there, and comes in whole afterwards.
func TestBreaksOff(t *testing.T) {
	var b strings.Builder
	b.WriteString("time,a,b\n")
	for i := range 30_000 {
		fmt.Fprintf(&b, "%s,%d,%d.5\n", time.Unix(1.6e9+int64(i*7919%30_000), 0).UTC().Format(time.RFC3339), i%50, i)
	}
	text := b.String()
	opt := Options{Options: ingest.Options{Wide: true}}
	tr := exchangetest.New(t, 1)
	for _, had := range []string{"", text[:60_000]} {
		if had != "" {
			load(t, tr, had[:strings.LastIndexByte(had, '\n')+1], opt)
		}
		before := tr.Picture(t)
		for _, n := range []int{10_000, 70_000, 400_000, len(text)} {
			broken := errors.New("the disk is gone")
			in := io.MultiReader(strings.NewReader(text[:n]), iotest.ErrReader(broken))
			if _, err := Import(tr.Tree, tr.Book, in, "import", opt); !errors.Is(err, broken) {
				t.Fatalf("broken off at %d: %v", n, err)
			}
			if tr.Picture(t) != before {
				t.Fatalf("broken off at %d it leaves something", n)
			}
		}
	}
	if r := load(t, tr, text, opt); r.Samples == 0 || r.Changed != 2 {
		t.Fatalf("%+v", r)
	}
	if got := strings.Count(series(t, tr, "b"), "\n"); got != 30_000 {
		t.Errorf("%d samples", got)
	}
	if r := load(t, tr, text, opt); r.Samples != 0 || r.Unchanged != 2 {
		t.Errorf("a second time: %+v", r)
	}
}

// An import that ends while the store takes its chunks, as if the process died, leaves nothing to be seen, and comes in whole the next time.
func TestEndsMidway(t *testing.T) {
	var b strings.Builder
	b.WriteString("time,a\n")
	for i := range 300_000 {
		fmt.Fprintf(&b, "%s,%d\n", time.Unix(1.6e9+int64(i), 0).UTC().Format(time.RFC3339), i*7919%100_003)
	}
	tr := exchangetest.New(t, 1)
	before := tr.Picture(t)
	for _, after := range []int64{1, 100_000, 290_000} {
		table, err := Read(strings.NewReader(b.String()), Options{})
		if err != nil {
			t.Fatal(err)
		}
		func() {
			defer func() {
				if recover() != "the process dies" {
					t.Fatal("it went on to its end")
				}
			}()
			_, err = table.Import(tr.Tree, tr.Book, "import", func(done, _ int64) {
				if done > after {
					panic("the process dies")
				}
			})
		}()
		if err := table.Close(); err != nil {
			t.Fatal(err)
		}
		if tr.Picture(t) != before {
			t.Fatalf("after %d samples it leaves something", after)
		}
	}
	if r := load(t, tr, b.String(), Options{}); r.Samples != 300_000 {
		t.Fatalf("%+v", r)
	}
	if got := strings.Count(series(t, tr, "a"), "\n"); got != 300_000 {
		t.Errorf("%d samples", got)
	}
	tr.Undo(t)
	if tr.Picture(t) != before {
		t.Error("undo leaves something")
	}
}
