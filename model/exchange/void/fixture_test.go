package void

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"arbor/model/exchange/void/voidtest"
)

var update = flag.Bool("update", false, "write testdata anew")

// testdata/map.db is a map for scripts; it is what the generator makes.
func TestFixture(t *testing.T) {
	want := voidtest.Tree(1, 20).Encode()
	if *update {
		if err := os.WriteFile("testdata/map.db", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("testdata/map.db")
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("testdata/map.db is not what the generator makes (%v); go test -update writes it", err)
	}
}
