package store

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"
)

// killWriters commit at once, each a sequence of its own, over killSlots keys that it writes again and again.
const (
	killWriters = 16
	killSlots   = 20
)

// killValue is what writer w has in slot n%killSlots after its nth commit, nil for nothing.
func killValue(w int, n uint64) []byte {
	switch {
	case n%7 == 3:
		return nil // a deletion
	case n%61 == 5:
		return bytes.Repeat([]byte{byte(w), byte(n)}, 50_000) // in parts
	}
	return bytes.Repeat([]byte{byte(w), byte(n)}, int(n*37%1500))
}

// TestKillChild is the process that TestKill kills: many goroutines commit and say so once it is durable, beside the cleaner, and
// checkpoints after every few of them.
func TestKillChild(t *testing.T) {
	dir := os.Getenv("ARBOR_TEST_KILL")
	if dir == "" {
		t.Skip("run by TestKill")
	}
	usualLimits.maxSegment, usualLimits.checkpointBytes, usualLimits.cleanSlack = 256<<10, 512<<10, 64<<10
	db, err := Open(dir, Options{IO: os.Getenv("ARBOR_TEST_KILL_IO"), Cleaning: 1 << 30})
	must(t, err)
	ks := keyspace(t, db)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range killWriters {
		wg.Go(func() {
			for {
				n := uint64(0)
				err := db.Update(func(tx *Tx) error {
					n = 0
					if v, err := tx.Get(ks, []byte{byte(w)}); err == nil {
						n = le.Uint64(v)
					}
					n++
					if err := tx.Put(ks, []byte{byte(w)}, le.AppendUint64(nil, n)); err != nil {
						return err
					}
					key := fmt.Appendf(nil, "%d/%d", w, n%killSlots)
					if v := killValue(w, n); v != nil {
						return tx.Put(ks, key, v)
					}
					return tx.Delete(ks, key)
				})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				fmt.Printf("acked %d %d\n", w, n)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// TestKill kills a process that commits, at any moment, again and again: what it said was durable is there, and with it all before.
func TestKill(t *testing.T) {
	rounds := 5
	if os.Getenv("ARBOR_SOAK") != "" {
		rounds = 200
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	kinds := []string{"direct", "buffered", ""}
	acked := map[int]uint64{}
	for round := range rounds {
		killOne(t, dir, kinds[round%len(kinds)], time.Duration(rng.IntN(120))*time.Millisecond, acked)
		db, err := Open(dir, Options{})
		must(t, err)
		ks := keyspace(t, db)
		for w, n := range acked {
			acked[w] = checkKilled(t, db, ks, round, w, n)
		}
		if round%5 == 4 {
			rep, err := db.Verify(t.Context())
			if err != nil || len(rep.Damage) > 0 {
				t.Fatal(err, rep.Damage)
			}
		}
		must(t, db.Close())
	}
}

// checkKilled checks all that a writer has, who was told that n commits are durable, and returns how many there are.
func checkKilled(t *testing.T, db *DB, ks Keyspace, round, w int, n uint64) uint64 {
	t.Helper()
	v := get(t, db, ks, string([]byte{byte(w)}))
	if len(v) != 8 || le.Uint64(v) < n {
		t.Fatalf("round %d: writer %d was told that %d is durable, the store has %x", round, w, n, v)
	}
	last := le.Uint64(v)
	for i := last - min(last, killSlots) + 1; i <= last; i++ {
		key := fmt.Sprintf("%d/%d", w, i%killSlots)
		if v := get(t, db, ks, key); !bytes.Equal(v, killValue(w, i)) {
			t.Fatalf("round %d: writer %d has made %d commits; of the one of %d %s is %d bytes", round, w, last, i, key, len(v))
		}
	}
	return last
}

// killOne runs a child for a while after its first commit, kills it, and notes what it said.
func killOne(t *testing.T, dir, kind string, after time.Duration, acked map[int]uint64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKillChild$", "-test.v")
	cmd.Env = append(os.Environ(), "ARBOR_TEST_KILL="+dir, "ARBOR_TEST_KILL_IO="+kind)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	kill := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
	first := true
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var w int
		var n string
		if c, _ := fmt.Sscanf(lines.Text(), "acked %d %s", &w, &n); c != 2 {
			continue
		}
		if first {
			first = false
			kill.Reset(after)
		}
		if x, err := strconv.ParseUint(n, 10, 64); err == nil {
			acked[w] = max(acked[w], x)
		}
	}
	kill.Stop()
	cmd.Wait() // killed, as intended
}
