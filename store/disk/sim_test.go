package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

func contents(t testing.TB, d FS, name string) []byte {
	t.Helper()
	f := must[File](t)(d.Open(name))
	p := make([]byte, must[int64](t)(f.Size()))
	if _, err := f.ReadAt(p, 0); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	return p
}

func TestSimKeepsWhatIsDurable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := NewSim(rapid.Uint64().Draw(rt, "seed"))
		const blocks = 8
		f := must[File](t)(s.Create("a", blocks*4096))
		durable := make([]byte, blocks*4096)
		pending := map[int]bool{} // sectors
		for range rapid.IntRange(1, 20).Draw(rt, "writes") {
			at, b := rapid.IntRange(0, blocks-1).Draw(rt, "block"), byte(rapid.IntRange(1, 255).Draw(rt, "byte"))
			switch rapid.IntRange(0, 3).Draw(rt, "how") {
			case 0:
				check(t, f.WriteDurable(block(4096, b), int64(at)*4096))
				copy(durable[at*4096:], block(4096, b))
				for k := range 8 {
					delete(pending, at*8+k)
				}
			case 1:
				must[int](t)(f.WriteAt(block(4096, b)[:1000], int64(at)*4096))
				pending[at*8], pending[at*8+1] = true, true
			case 2:
				check(t, f.Sync())
				must[int](t)(f.ReadAt(durable, 0))
				clear(pending)
			case 3:
				f.Submit(block(4096, b), int64(at)*4096, func(err error) {
					check(t, err)
				})
				s.Step()
				must[int](t)(f.ReadAt(durable[at*4096:(at+1)*4096], int64(at)*4096))
				for k := range 8 {
					delete(pending, at*8+k)
				}
			}
		}
		for range 3 {
			got := contents(t, s.Crash(), "a")
			if len(got) != len(durable) {
				rt.Fatalf("%d bytes are left of %d", len(got), len(durable))
			}
			for k := 0; k < len(durable); k += sector {
				if !pending[k/sector] && !bytes.Equal(got[k:k+sector], durable[k:k+sector]) {
					rt.Fatalf("the durable sector at %d is gone", k)
				}
			}
		}
	})
}

// TestSimLosesWhatIsNot shows that the power cut is bad enough: over some seeds a pending sector is kept, lost, torn and noise.
func TestSimLosesWhatIsNot(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(60) {
		s := NewSim(seed)
		f := must[File](t)(s.Create("a", 4096))
		check(t, f.WriteDurable(block(4096, 1), 0))
		must[int](t)(f.WriteAt(block(512, 2), 512))
		got := contents(t, s.Crash(), "a")[512:1024]
		ones, twos := bytes.Count(got, []byte{1}), bytes.Count(got, []byte{2})
		switch {
		case ones == 512:
			seen["lost"] = true
		case twos == 512:
			seen["kept"] = true
		case ones+twos == 512:
			seen["torn"] = true
		default:
			seen["noise"] = true
		}
	}
	if len(seen) != 4 {
		t.Errorf("outcomes %v, want kept, lost, torn and noise", seen)
	}
}

func TestSimNamesArePendingUntilSynced(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(100) {
		s := NewSim(seed)
		check(t, must[File](t)(s.Create("a", 1)).Close())
		check(t, s.Rename("a", "b"))
		names := must[[]string](t)(s.Crash().List())
		seen[fmt.Sprint(names)]++
		check(t, s.SyncDir())
		if names := must[[]string](t)(s.Crash().List()); !slices.Equal(names, []string{"b"}) {
			t.Fatalf("after the sync of the directory a crash leaves %q", names)
		}
	}
	if seen["[a]"] == 0 || seen["[b]"] == 0 || seen["[a b]"] == 0 || len(seen) != 3 {
		t.Errorf("a pending rename left %v", seen)
	}
}

// script does a little of everything until something fails.
func script(s *Sim) error {
	f, err := s.Create("a", 16<<10)
	if err != nil {
		return err
	}
	if err := f.WriteDurable(block(4096, 1), 0); err != nil {
		return err
	}
	var submitted error
	f.Submit(block(4096, 2), 4096, func(err error) { submitted = err })
	f.Submit(block(4096, 3), 8192, func(err error) { submitted = errors.Join(submitted, err) })
	for s.Step() {
	}
	if submitted != nil {
		return submitted
	}
	g, err := s.Create("tmp", 0)
	if err != nil {
		return err
	}
	if _, err := g.WriteAt([]byte("manifest"), 0); err != nil {
		return err
	}
	if err := g.Sync(); err != nil {
		return err
	}
	if err := s.Rename("tmp", "manifest"); err != nil {
		return err
	}
	return s.SyncDir()
}

func TestSimTraceAndDeterminism(t *testing.T) {
	s := NewSim(7)
	check(t, script(s))
	trace := s.Trace()
	want := []string{
		"create a", "zero a 0+16384", "sync a", "sync directory", "durable a 0+4096", "complete a 4096+4096", "complete a 8192+4096",
		"create tmp", "sync tmp", "sync directory", "write tmp 0+8", "sync tmp", "rename tmp manifest", "sync directory",
	}
	if slices.Sort(trace[5:7]); !slices.Equal(trace, want) {
		t.Errorf("trace\n%s\nwant\n%s", strings.Join(trace, "\n"), strings.Join(want, "\n"))
	}
	if s.Steps() != len(want) {
		t.Errorf("%d steps, want %d", s.Steps(), len(want))
	}
	for at := range len(want) {
		left := func() string {
			s := NewSim(7)
			s.CrashAt(at + 1)
			if err := script(s); !errors.Is(err, ErrCrashed) {
				t.Fatalf("crash at step %d: %v", at+1, err)
			}
			if _, err := s.List(); !errors.Is(err, ErrCrashed) {
				t.Fatalf("after the crash: %v", err)
			}
			after := s.Crash()
			var out strings.Builder
			for _, n := range must[[]string](t)(after.List()) {
				fmt.Fprintf(&out, "%s %x\n", n, contents(t, after, n))
			}
			return out.String()
		}
		if once, again := left(), left(); once != again {
			t.Errorf("crash at step %d: two runs of one seed differ", at+1)
		}
	}
}

func TestSimFaults(t *testing.T) {
	for at := 1; at <= 14; at++ {
		for _, cause := range []error{syscall.EIO, syscall.ENOSPC, io.ErrShortWrite} {
			s := NewSim(uint64(at))
			s.FailAt(at, cause)
			if err := script(s); !errors.Is(err, cause) {
				t.Errorf("step %d: %v, want %v", at, err, cause)
			}
		}
	}
	s := NewSim(1)
	f := must[File](t)(s.Create("a", 8192))
	s.LieAt(s.Steps() + 1)
	check(t, f.WriteDurable(block(4096, 9), 0))
	lost := false
	for range 20 {
		lost = lost || contents(t, s.Crash(), "a")[0] != 9
	}
	if !lost {
		t.Error("a lying write was durable in 20 crashes")
	}
	s.MisdirectAt(s.Steps() + 1)
	check(t, f.WriteDurable(block(4096, 5), 0))
	if got := contents(t, s, "a"); got[0] == 5 || got[4096] != 5 {
		t.Error("a misdirected write is where it should be")
	}
	check(t, s.FlipBit("a", 4096, 1))
	if got := contents(t, s.Crash(), "a"); got[4096] != 5^2 {
		t.Errorf("flipped byte is %d", got[4096])
	}
	s.FailRead(1, syscall.EIO)
	if _, err := f.ReadAt(make([]byte, 1), 0); !errors.Is(err, syscall.EIO) {
		t.Errorf("planted read error: %v", err)
	}
}

// TestSimFailedSyncIsNotMadeGood shows what fsync on Linux does: after a failure the next one says nil, and data is lost.
func TestSimFailedSyncIsNotMadeGood(t *testing.T) {
	lost := 0
	for seed := range uint64(20) {
		s := NewSim(seed)
		f := must[File](t)(s.Create("a", 4096))
		must[int](t)(f.WriteAt(block(512, 7), 0))
		s.FailAt(s.Steps()+1, syscall.EIO)
		if err := f.Sync(); !errors.Is(err, syscall.EIO) {
			t.Fatal(err)
		}
		check(t, f.Sync())
		if contents(t, s.Crash(), "a")[0] == 0 {
			lost++
		}
		if contents(t, s, "a")[0] != 7 {
			t.Fatal("reads no longer see what was written")
		}
	}
	if lost == 0 || lost == 20 {
		t.Errorf("%d of 20 failed syncs lost the data, want some", lost)
	}
}
