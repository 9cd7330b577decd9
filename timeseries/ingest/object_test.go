package ingest

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzObject: what the fast cut of an object takes, encoding/json takes too, and both read alike.
func FuzzObject(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":"x"}`, `{ "a" : -0.5 , "b" : null }`, `{"a":01}`, `{"a":1.}`, `{"b":true,"b":false}`, `{"a":{}}`, `{"a":"\u0041"}`, `{}`, `{"a":1}}`, `{"a":1,}`, "{\"a\":\t2}\r"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fast, slow := newObjects(nil, []string{"a", "b"}), newObjects(nil, []string{"a", "b"})
		fast.cells, slow.cells = make([][]byte, 2), make([][]byte, 2)
		taken := fast.simpleObject(b)
		if taken && !json.Valid(b) {
			t.Fatalf("%q is taken, and is no JSON", b)
		}
		ok := slow.anyObject(b)
		if taken && !ok {
			t.Fatalf("%q is taken by one", b)
		}
		for i := range 2 {
			if taken && !bytes.Equal(fast.cells[i], slow.cells[i]) {
				t.Fatalf("%q: cell %d is %q, then %q", b, i, fast.cells[i], slow.cells[i])
			}
		}
	})
}
