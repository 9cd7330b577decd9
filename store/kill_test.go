package store

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"
)

// TestKillChild is the process that TestKill kills: several goroutines commit numbers, each its own sequence, and say so once they are
// durable.
func TestKillChild(t *testing.T) {
	dir := os.Getenv("ARBOR_TEST_KILL")
	if dir == "" {
		t.Skip("run by TestKill")
	}
	db, err := Open(dir, Options{IO: os.Getenv("ARBOR_TEST_KILL_IO")})
	must(t, err)
	ks := keyspace(t, db)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for {
				n := uint64(0)
				err := db.Update(func(tx *Tx) error {
					if v, err := tx.Get(ks, []byte{byte(w)}); err == nil {
						n = le.Uint64(v)
					}
					n++
					if err := tx.Put(ks, []byte{byte(w)}, le.AppendUint64(nil, n)); err != nil {
						return err
					}
					return tx.Put(ks, fmt.Appendf(nil, "%d/%d", w, n), make([]byte, n*37%3000))
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
		rounds = 500
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
			v := get(t, db, ks, string([]byte{byte(w)}))
			if len(v) != 8 || le.Uint64(v) < n {
				t.Fatalf("round %d: worker %d was told that %d is durable, the store has %x", round, w, n, v)
			}
			last := le.Uint64(v)
			for _, i := range []uint64{1, n, last} {
				if i == 0 {
					continue
				}
				if v := get(t, db, ks, fmt.Sprintf("%d/%d", w, i)); v == nil || uint64(len(v)) != i*37%3000 {
					t.Fatalf("round %d: value %d of worker %d is %d bytes", round, i, w, len(v))
				}
			}
			acked[w] = last
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
