package model

import (
	"math"
	"slices"
	"testing"
	"time"

	"arbor/store"
	"arbor/timeseries"

	"pgregory.net/rapid"
)

// shown returns what a reader sees of a series.
func shown(t testing.TB, tree *Tree, id ID) (out []timeseries.Sample) {
	err := tree.View(func(v *View) error {
		out = nil
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		for x, err := range tree.ks.book.Range(v.r, n.Source(), math.MinInt64, math.MaxInt64) {
			if err != nil {
				return err
			}
			out = append(out, x)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTidy compares what is left of a series with what its rules say, works them out once, and undoes it.
func TestTidy(t *testing.T) {
	now := time.Date(2026, 11, 22, 17, 20, 0, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		defer tree.db.Close()
		id, err := tree.SeriesNode("temp")
		if err != nil {
			rt.Fatal(err)
		}
		merge := rapid.SampledFrom([]string{"last", "all", "sum"}).Draw(rt, "merge")
		day := rapid.SampledFrom([]string{"", "last", "max", "sum"}).Draw(rt, "day")
		keep := rapid.SampledFrom([]string{"2d then hour", "2d then 10min, 4d then day", "3d", "1d then 5min, 3d then 2h", "2d then hour, 5d"}).Draw(rt, "keep")
		if keep == "1d then 5min, 3d then 2h" {
			if _, err := ParseDefinition(fieldKeep, keep, now); err == nil {
				rt.Fatal("2h divides no hour")
			}
			keep = "1d then 5min, 3d then hour"
		}
		do(t, tree, func(e *Edit) error {
			for key, value := range map[string]string{FieldMerge: merge, fieldDay: day, fieldKeep: keep} {
				if value == "" {
					continue
				}
				if err := e.SetField(id, key, value); err != nil {
					return err
				}
			}
			return nil
		})
		minutes := rapid.SliceOfN(rapid.IntRange(0, 7*24*60), 0, 60).Draw(rt, "minutes ago")
		burst := rapid.IntRange(0, 2500).Draw(rt, "burst")
		for i := range burst {
			minutes = append(minutes, 5*24*60-i/3)
		}
		var written []timeseries.Sample
		for i, m := range minutes {
			written = append(written, timeseries.Sample{T: now.Add(-time.Duration(m) * time.Minute).UnixNano(), V: float64(i % 17)})
		}
		for part := range slices.Chunk(written, 2000) {
			do(t, tree, func(e *Edit) error { return e.Log(id, part...) })
		}
		if rapid.Bool().Draw(rt, "as chunks") && len(written) > 0 { // what was imported
			do(t, tree, func(e *Edit) error {
				c, err := timeseries.EncodeChunk([]timeseries.Sample{{T: now.Add(-100*time.Hour - 5).UnixNano(), V: 1}, {T: now.Add(-100 * time.Hour).UnixNano(), V: 2}})
				if err != nil {
					return err
				}
				return e.PutChunk(id, c)
			})
		}
		if len(minutes) > 0 && rapid.Bool().Draw(rt, "corrected") {
			do(t, tree, func(e *Edit) error { return e.Correct(id, timeseries.Sample{T: written[0].T, V: 99}) })
		}
		other := timeseries.Sample{T: now.Add(-150 * time.Hour).UnixNano(), V: 1000}
		if err := tree.db.Update(func(tx *store.Tx) error {
			return tree.ks.book.Append(tx, timeseries.ID(id), 1, []timeseries.Sample{other})
		}); err != nil {
			rt.Fatal(err)
		}
		before := shown(t, tree, id)
		def := Definition{}
		view(t, tree, func(v *View) error {
			n, err := v.Node(id)
			def = n.Definition()
			return err
		})
		counted, err := tree.Tidy(id, now, true)
		if err != nil {
			rt.Fatal(err)
		}
		if got := shown(t, tree, id); !slices.Equal(got, before) {
			rt.Fatal("a dry run changes samples")
		}
		done, err := tree.Tidy(id, now, false)
		if err != nil || done != counted {
			rt.Fatalf("%+v, %v; the dry run said %+v", done, err, counted)
		}
		after := shown(t, tree, id)
		if want := tidied(tree, before, def, now, other.T); !slices.Equal(after, want) {
			rt.Fatalf("%s by %s of %s leaves\n%v of\n%v, want\n%v", keep, day, merge, after, before, want)
		}
		if again, err := tree.Tidy(id, now, false); err != nil || again.Any() {
			rt.Fatalf("once more: %+v, %v", again, err)
		}
		if !done.Any() {
			return
		}
		if _, err := tree.Undo(ThisSession); err != nil {
			rt.Fatal(err)
		}
		if got := shown(t, tree, id); !slices.Equal(got, before) {
			rt.Fatalf("undone, there are\n%v, not\n%v", got, before)
		}
		if _, err := tree.Redo(ThisSession); err != nil {
			rt.Fatal(err)
		}
		if got := shown(t, tree, id); !slices.Equal(got, after) {
			rt.Fatalf("redone, there are\n%v, not\n%v", got, after)
		}
	})
}

// tidied is the definition of Tidy, of samples of which those that were corrected, and that of another device, stay as they are.
func tidied(tree *Tree, before []timeseries.Sample, def Definition, now time.Time, others int64) (out []timeseries.Sample) {
	cal := timeseries.Calendar{Zone: tree.opt.Location}
	type group struct{ rule, from int64 }
	groups := map[group][]timeseries.Sample{}
	var order []group
	for _, x := range before {
		rule := -1
		for i, r := range def.Keep {
			if x.T < r.cut(cal, now) {
				rule = i
			}
		}
		if rule < 0 || x.T == others || x.V == 99 {
			out = append(out, x)
			continue
		}
		if def.Keep[rule].Step == "" {
			continue
		}
		from, _ := def.Keep[rule].bounds(cal, x.T)
		k := group{int64(rule), from}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], x)
	}
	for _, k := range order {
		xs := groups[k]
		one := xs[len(xs)-1]
		if len(xs) > 1 {
			sum := 0.0
			most := math.Inf(-1)
			for _, x := range xs {
				sum, most = sum+x.V, max(most, x.V)
			}
			switch {
			case def.Merge == timeseries.Sum || def.Day == DailyLast:
			case def.Day == DailyMax:
				one.V = most
			case def.Day == DailySum:
				one.V = sum
			default:
				one.V = timeseries.Fill([]int64{xs[0].T, one.T + 1}, xs)[0].Mean
			}
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b timeseries.Sample) int {
		switch {
		case a.T < b.T:
			return -1
		case a.T > b.T:
			return 1
		}
		return 0
	})
	return out
}

func TestKeepRules(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"90d", "90d"}, {"90d then 1h", "90d then hour"}, {"90d THEN hour,5y", "90d then hour, 5y"}, {"2w then 60s, 1y then 24h", "2w then 1min, 1y then day"},
		{"1y then 1 month", "1y then month"}, {"30d then 15min", "30d then 15min"}, {"30d then 30s", "30d then 30s"},
		{"", ""}, {"1h", "!"}, {"90d then", "!"}, {"90d then year", "!"}, {"90d then 7min", "!"}, {"5y, 90d", "!"}, {"90d, 5y then day", "!"}, {"then hour", "!"}, {"x", "!"},
	} {
		got, err := ParseDefinition(fieldKeep, c.text, clockTime)
		if err != nil {
			got = "!"
		}
		if got != c.want {
			t.Errorf("keep:%s is %q, %v; want %q", c.text, got, err, c.want)
		}
		if err == nil && got != "" {
			if again, err := ParseDefinition(fieldKeep, got, clockTime); again != got || err != nil {
				t.Errorf("%q comes back as %q, %v", got, again, err)
			}
		}
	}
}
