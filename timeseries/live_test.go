package timeseries

import (
	"testing"
)

// TestLiveBytes writes 10 million samples as a sensor gives them and holds what the store keeps for them, keys, summaries, levels and sketches
// included, to 1.25 bytes a sample.
func TestLiveBytes(t *testing.T) {
	n := 10_000_000
	if testing.Short() {
		n = 1_000_000
	}
	g := &big{n: n, rig: newRig(t)}
	defer g.db.Close()
	g.fillSensor(t, g.rig)
	st, err := g.db.Stats()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d samples take %d bytes in %d keys: %.3f a sample", n, st.LiveBytes, st.Keys, float64(st.LiveBytes)/float64(n))
	if most := int64(n) * 125 / 100; int64(st.LiveBytes) > most {
		t.Errorf("%d samples take %d bytes, want at most %d", n, st.LiveBytes, most)
	}
}
