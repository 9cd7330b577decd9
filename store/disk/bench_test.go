package disk

import "testing"

func benchmarkKinds(b *testing.B, f func(b *testing.B, kind string)) {
	for _, kind := range []string{"uring", "direct", "buffered"} {
		b.Run(kind, func(b *testing.B) {
			d, err := Open(b.TempDir(), kind)
			if err != nil {
				b.Skip(err)
			}
			d.Close()
			f(b, kind)
		})
	}
}

// BenchmarkOpen is what finding out the kind of disk costs a short-lived process.
func BenchmarkOpen(b *testing.B) {
	benchmarkKinds(b, func(b *testing.B, kind string) {
		dir := b.TempDir()
		for b.Loop() {
			must[FS](b)(Open(dir, kind)).Close()
		}
	})
}

func BenchmarkWriteDurable(b *testing.B) {
	benchmarkKinds(b, func(b *testing.B, kind string) {
		d := must[FS](b)(Open(b.TempDir(), kind))
		defer d.Close()
		f := must[File](b)(d.Create("a", 4<<20))
		defer f.Close()
		p, n := block(4096, 1), int64(0)
		for b.Loop() {
			check(b, f.WriteDurable(p, n%1024*4096))
			n++
		}
	})
}

// BenchmarkSubmit keeps two writes in flight.
func BenchmarkSubmit(b *testing.B) {
	benchmarkKinds(b, func(b *testing.B, kind string) {
		d := must[FS](b)(Open(b.TempDir(), kind))
		defer d.Close()
		f := must[File](b)(d.Create("a", 4<<20))
		defer f.Close()
		p, n, done := block(4096, 1), int64(0), make(chan error, 2)
		done <- nil
		done <- nil
		for b.Loop() {
			check(b, <-done)
			f.Submit(p, n%1024*4096, func(err error) { done <- err })
			n++
		}
		check(b, <-done)
		check(b, <-done)
	})
}
