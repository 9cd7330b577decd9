package disk

import (
	"bytes"
	"syscall"
	"testing"
)

// TestSimKill keeps what was written for the next process, durable or not, and any part of what was on its way.
func TestSimKill(t *testing.T) {
	lost, old, now := 0, 0, 0
	for seed := range uint64(30) {
		s := NewSim(seed)
		f := must[File](t)(s.Create("a", 3*4096))
		must[int](t)(f.WriteAt(block(4096, 1), 0))
		f.Submit(block(4096, 2), 4096, func(error) { t.Error("a write of a dead process has ended") })
		k := s.Kill()
		got := contents(t, k, "a")
		if !bytes.Equal(got[:4096], block(4096, 1)) {
			t.Fatal("what was written before is gone")
		}
		for at := 4096; at < 8192; at += sector {
			switch got[at] {
			case 0:
				old++
			case 2:
				now++
			default:
				t.Fatalf("byte %d is %d", at, got[at])
			}
		}
		if !bytes.Equal(contents(t, k.Crash(), "a")[:4096], block(4096, 1)) {
			lost++
		}
	}
	if lost == 0 || old == 0 || now == 0 {
		t.Errorf("%d power cuts lose what was not durable; %d sectors on their way were not written, %d were", lost, old, now)
	}
}

// TestSimRepeats has a write come again over a later one.
func TestSimRepeats(t *testing.T) {
	s := NewSim(1)
	f := must[File](t)(s.Create("a", 4096))
	s.RepeatAt(s.Steps() + 1)
	check(t, f.WriteDurable(block(4096, 1), 0))
	check(t, f.WriteDurable(block(4096, 2), 0))
	for range 8 {
		check(t, s.SyncDir())
	}
	if got := contents(t, s.Crash(), "a"); !bytes.Equal(got, block(4096, 1)) {
		t.Errorf("the first write did not come again: %d", got[0])
	}
}

// TestReread drops what a failed sync has left in memory as if it were written.
func TestReread(t *testing.T) {
	kinds(t, func(t *testing.T, open func() FS) {
		d := open()
		defer d.Close()
		f := must[File](t)(d.Create("a", 4096))
		defer f.Close()
		must[int](t)(f.WriteAt(block(4096, 1), 0))
		check(t, f.Reread())
		if got := contents(t, d, "a"); !bytes.Equal(got, block(4096, 1)) {
			t.Error("what was to be written is gone")
		}
	})
	differ := 0
	for seed := range uint64(20) {
		s := NewSim(seed)
		f := must[File](t)(s.Create("a", 4096))
		must[int](t)(f.WriteAt(block(4096, 1), 0))
		s.FailAt(s.Steps()+1, syscall.EIO)
		if f.Sync() == nil {
			t.Fatal("the sync has not failed")
		}
		check(t, f.Sync())
		if got := contents(t, s, "a"); !bytes.Equal(got, block(4096, 1)) {
			t.Fatal("a failed sync has changed what is read")
		}
		check(t, f.Reread())
		got := contents(t, s, "a")
		if !bytes.Equal(got, contents(t, s.Crash(), "a")) {
			t.Fatal("what is read after Reread is not what a power cut leaves")
		}
		if !bytes.Equal(got, block(4096, 1)) {
			differ++
		}
	}
	if differ == 0 {
		t.Error("no failed sync has lost anything")
	}
}
