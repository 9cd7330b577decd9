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
