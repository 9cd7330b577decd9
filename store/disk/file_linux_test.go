package disk

import (
	"bytes"
	"os"
	"syscall"
	"testing"
)

// The first durable write finds out by itself that a filesystem takes none past the page cache, and is made all the same.
func TestNoDirectWrites(t *testing.T) {
	refuses := func() (*os.File, error) { return os.OpenFile("/proc/self/oom_score_adj", os.O_WRONLY, 0) } // no number: EINVAL
	for name, direct := range map[string]func() (*os.File, error){
		"open":  func() (*os.File, error) { return nil, syscall.EINVAL },
		"write": refuses,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			d := must[FS](t)(Open(dir, "")).(*folder)
			defer d.Close()
			g := must[File](t)(d.Create("a", 2*Align)).(*file)
			defer g.Close()
			g.direct = direct
			d.path += "/missing" // so that a try in the directory fails
			want := Aligned(Align)
			want[7] = 7
			for range 2 {
				check(t, g.WriteDurable(want, Align))
			}
			got := make([]byte, Align)
			must[int](t)(g.ReadAt(got, Align))
			if !bytes.Equal(got, want) {
				t.Error("other bytes than were written")
			}
			if d.Kind() != "buffered" || d.Note() == "" {
				t.Errorf("the disk is %q: %q", d.Kind(), d.Note())
			}
		})
	}
}

// A durable write past the page cache is proof enough, without a try.
func TestProvedDirect(t *testing.T) {
	d := must[FS](t)(Open(t.TempDir(), "")).(*folder)
	defer d.Close()
	g := must[File](t)(d.Create("a", Align)).(*file)
	defer g.Close()
	check(t, g.WriteDurable(Aligned(Align), 0))
	if d.buffered.Load() {
		t.Skip("no direct writes here: ", d.Note())
	}
	d.path += "/missing"
	if k := d.Kind(); k == "buffered" {
		t.Errorf("the disk is %q: %q", k, d.Note())
	}
}
