//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// BenchmarkFirstPaint measures how long it takes from the start of the process until the first node of a tree of 100,000 is on the
// screen, and how much memory the interface has taken by then. It reports the medians.
func BenchmarkFirstPaint(b *testing.B) {
	h := newHome(b)
	h.grow(b, benchNodes)
	for b.Loop() {
		took, memory := make([]time.Duration, benchRuns/2), make([]int64, benchRuns/2)
		for i := range took {
			took[i], memory[i] = h.paint(b)
		}
		slices.Sort(took)
		slices.Sort(memory)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
		b.ReportMetric(float64(memory[len(memory)/2])/1024, "MB")
		b.ReportMetric(0, "ns/op")
	}
}

// paint starts the interface, waits until it shows a node and quits it.
func (h *home) paint(b *testing.B) (took time.Duration, kilobytes int64) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := h.command(ctx)
	began := time.Now()
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		b.Skipf("no pseudo terminal: %v", err)
	}
	defer f.Close()
	var seen []byte
	buffer := make([]byte, 64<<10)
	for !bytes.Contains(seen, []byte("node 0 of a tree")) {
		n, err := f.Read(buffer)
		if err != nil {
			b.Fatalf("the interface ended: %v after %q", err, seen)
		}
		seen = append(seen, buffer[:n]...)
	}
	took = time.Since(began)
	if _, err := f.WriteString("q"); err != nil {
		b.Fatal(err)
	}
	io.Copy(io.Discard, f) // ends with EIO when the program does
	if err := cmd.Wait(); err != nil {
		b.Fatal(err)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if ok {
		kilobytes = usage.Maxrss
	}
	return took, kilobytes
}
