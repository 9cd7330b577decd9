package gen

import (
	"bytes"
	"testing"
)

func TestKey(t *testing.T) {
	for i := range uint64(10_000) {
		n, err := Number(Key(nil, i*golden))
		if err != nil || n != i*golden {
			t.Fatalf("key %d reads as %d, %v", i*golden, n, err)
		}
	}
	k := Key(nil, 7)
	k[15] ^= 1
	if _, err := Number(k); err == nil {
		t.Error("a damaged key is taken for one")
	}
}

func TestValue(t *testing.T) {
	v := Value(nil, 5, 3)
	if version, err := Check(v, 5); err != nil || version != 3 || len(v) != ValueSize {
		t.Fatalf("version %d, %v", version, err)
	}
	if _, err := Check(v, 6); err == nil {
		t.Error("the value of another key is taken for this one's")
	}
	for at := range v {
		bad := bytes.Clone(v)
		bad[at] ^= 0x10
		if _, err := Check(bad, 5); err == nil {
			t.Errorf("damage at %d is not seen", at)
		}
	}
	for size := 8; size < 40; size++ {
		if _, err := CheckBytes(Bytes(nil, 9, 1, size), 9); err != nil {
			t.Error(size, err)
		}
	}
}
