package store

import (
	"encoding/json"
	"expvar"
	"fmt"
	"sync"
	"testing"
	"time"

	"arbor/store/disk"
)

// What a store did appears in its Stats.
func TestStats(t *testing.T) {
	db, ks := openTest(t, t.TempDir(), Options{})
	before, err := db.Stats()
	must(t, err)
	const commits, size = 100, 1000
	for i := range commits {
		put(t, db, ks, fmt.Sprint(i), string(make([]byte, size)))
	}
	held, err := db.Snapshot()
	must(t, err)
	for range 64 * 40 {
		_, err := held.Get(ks, []byte("7"))
		must(t, err)
	}
	for range 20 {
		for _, err := range held.Scan(ks, Range{}) {
			must(t, err)
		}
	}
	after, err := db.Stats()
	must(t, err)
	if n := after.Commits - before.Commits; n != commits {
		t.Errorf("%d commits, want %d", n, commits)
	}
	if n := after.UserBytes - before.UserBytes; n < commits*size || n > commits*(size+20) {
		t.Errorf("%d bytes of the user's, want about %d", n, commits*size)
	}
	if after.WrittenBytes < after.UserBytes || after.WriteAmplification < 1 || after.DiskBytes < after.UserBytes {
		t.Errorf("%d bytes written, %d on the disk, for %d (amplification %v)", after.WrittenBytes, after.DiskBytes, after.UserBytes, after.WriteAmplification)
	}
	if after.Snapshots != 1 || after.OldestSnapshot <= 0 || after.OldestSnapshot > after.Uptime {
		t.Errorf("%d snapshots, the oldest %v, of a store open for %v", after.Snapshots, after.OldestSnapshot, after.Uptime)
	}
	l := after.Latency
	if n := l.CommitDurable.Count - before.Latency.CommitDurable.Count; n != commits {
		t.Errorf("%d durable commits timed, want %d", n, commits)
	}
	if l.Flush.Count < commits {
		t.Errorf("%d flushes timed, want %d", l.Flush.Count, commits)
	}
	for name, x := range map[string]Latency{"durable": l.CommitDurable, "get": l.Get, "scan": l.ScanStep, "flush": l.Flush} {
		if x.Count == 0 || x.P50 <= 0 || x.P50 > x.P90 || x.P90 > x.P99 || x.P99 > x.P999 || x.P999 > x.Max || x.Max > after.Uptime {
			t.Errorf("%s: %+v", name, x)
		}
	}
	if l.CommitDurable.Max < l.Flush.P50 {
		t.Errorf("a durable commit takes %v at most, half of the flushes more than %v", l.CommitDurable.Max, l.Flush.P50)
	}
	held.Release()
	if after, err = db.Stats(); err != nil || after.Snapshots != 0 || after.OldestSnapshot != 0 {
		t.Errorf("%d snapshots, the oldest %v, after the release (%v)", after.Snapshots, after.OldestSnapshot, err)
	}
}

// What the cleaner does, and what it keeps for a snapshot, appears too.
func TestStatsOfCleaning(t *testing.T) {
	l := small
	l.minSegment, l.maxSegment = 16<<10, 32<<10
	db, e, _ := overwritten(t, disk.NewSim(1), l, 500, 1)
	held, err := db.Snapshot()
	must(t, err)
	ks := keyspace(t, db)
	for round := range 4 {
		for i := range 500 {
			putBytes(t, db, ks, fmt.Sprintf("key %d", i), fmt.Appendf(nil, "%0100d", round))
		}
	}
	must(t, db.Clean(t.Context()))
	st, err := db.Stats()
	must(t, err)
	if st.PinnedBytes == 0 || st.Snapshots != 1 || st.Latency.Cleaning.Count == 0 || st.Latency.Checkpoint.Count == 0 || st.MovedBytes == 0 {
		t.Errorf("with a snapshot: %+v", st)
	}
	if st.LiveBytes == 0 || st.LogBytes < st.LiveBytes || st.SpaceAmplification < 1 {
		t.Errorf("%d bytes of log, %d live, %v times that on the disk", st.LogBytes, st.LiveBytes, st.SpaceAmplification)
	}
	held.Release()
	must(t, e.sweep())
	if st, err = db.Stats(); err != nil || st.PinnedBytes != 0 {
		t.Errorf("%d bytes are kept for nobody, %v", st.PinnedBytes, err)
	}
	must(t, db.Close())
}

// Of frequent operations one in n is timed, on average.
func TestSampled(t *testing.T) {
	const n, runs = 64, 1 << 16
	timed := 0
	for range runs {
		if sampled(n) != 0 {
			timed++
		}
	}
	if timed < runs/n*8/10 || timed > runs/n*12/10 {
		t.Errorf("%d of %d timed, want one in %d", timed, runs, n)
	}
	var l latency
	l.since(0)
	if got := l.read(); got != (Latency{}) {
		t.Errorf("an operation that was not timed counts: %+v", got)
	}
}

// The snapshots of clients count where the owner tells of them, also to the client.
func TestStatsOfClient(t *testing.T) {
	dir := t.TempDir()
	owner, _ := openTest(t, dir, Options{})
	client, _ := openTest(t, dir, Options{})
	held, err := client.Snapshot()
	must(t, err)
	for name, db := range map[string]*DB{"owner": owner, "client": client} {
		st, err := db.Stats()
		must(t, err)
		if st.Role != name || st.Snapshots != 1 {
			t.Errorf("%s: role %s, %d snapshots", name, st.Role, st.Snapshots)
		}
	}
	held.Release()
	must(t, client.Sync()) // an exchange behind the release
	st, err := owner.Stats()
	must(t, err)
	if st.Snapshots != 0 {
		t.Errorf("%d snapshots of a client that released its own", st.Snapshots)
	}
}

var _ expvar.Var = Vars{}

// Vars is a JSON object under names that are kept, and an error is one too.
func TestVars(t *testing.T) {
	db, err := Open("", Options{Memory: true})
	must(t, err)
	ks := keyspace(t, db)
	put(t, db, ks, "a", "b")
	var got map[string]any
	must(t, json.Unmarshal([]byte(db.Vars().String()), &got))
	for _, name := range []string{"disk", "keys", "commits", "live_bytes", "pinned_bytes", "write_amplification", "latency"} {
		if _, ok := got[name]; !ok {
			t.Errorf("no %q", name)
		}
	}
	if d := got["latency"].(map[string]any)["commit_durable"].(map[string]any); d["count"] != 2.0 || d["p50_ns"].(float64) <= 0 {
		t.Errorf("commit_durable %v, want two: the keyspace and the key", d)
	}
	must(t, db.Close())
	if s := db.Vars().String(); s != `{"error":"`+ErrClosed.Error()+`"}` {
		t.Errorf("after Close: %s", s)
	}
}

// BenchmarkTiming is what timing adds to each operation.
func BenchmarkTiming(b *testing.B) {
	for name, n := range map[string]uint32{"every": 1, "commit": visibleSample, "get": getSample} {
		b.Run(name, func(b *testing.B) {
			var l latency
			for b.Loop() {
				l.since(sampled(n))
			}
		})
	}
	b.Run("read", func(b *testing.B) {
		var l latency
		for i := range 1 << 16 {
			l.since(now() - moment(time.Duration(i)*time.Microsecond))
		}
		for b.Loop() {
			_ = l.read()
		}
	})
}

// TestStatsBesideFirstCommit reads the counters while the first commit begins the epoch: for the race detector.
func TestStatsBesideFirstCommit(t *testing.T) {
	for range 20 {
		db := openSmall(t, disk.NewSim(1), small)
		var both sync.WaitGroup
		both.Go(func() {
			for range 50 {
				if _, err := db.Stats(); err != nil {
					t.Error(err)
				}
			}
		})
		put(t, db, keyspace(t, db), "a", "b")
		both.Wait()
		must(t, db.Close())
	}
}
