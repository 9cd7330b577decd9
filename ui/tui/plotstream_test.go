package tui

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// plotAlphabet are the keys of random streams on a plot.
var plotAlphabet = strings.Fields(", . , . <left> <right> < > h l <up> <down> + - j k <pgup> <pgdown> H L 0 g G <home> <end> zh zd zw zm zq zy za zs90d<enter> zufri<enter> v v v V b b M y o | W c " +
	"<tab> <s-tab> <enter>79.5<enter> <enter> i x <del> X A A77<enter> u u U p pdone<enter> s<enter> sbacklog<enter> e+x<enter> e-<enter> e<enter> <esc> <esc> <c-c> ? : 16 26")

// TestRandomPlots plays keys, mouse, resizes and samples by others on a plot, with late answers. Nothing panics, no key waits for ever, what is pointed
// at is a sample of the series, and what is shown in the end is what a fresh look shows.
func TestRandomPlots(t *testing.T) {
	n := streams / 5
	if testing.Short() {
		n = 40
	}
	from := uint64(time.Now().UnixNano()) % 1e9
	if *seedFlag != 0 {
		from, n = *seedFlag, 1
	}
	for i := range uint64(n) {
		if plotStream(t, from+i); t.Failed() {
			return
		}
	}
}

func plotStream(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 4))
	var played []string
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("-seed %d: after %s: panic: %v", seed, strings.Join(played, " "), p)
			panic(p)
		}
	}()
	d, book, _ := weighed(t)
	plant(t, d.tree, "a trip [[weight]] when:2026-03-01..2026-03-02\nb +x due:2026-03-02\nc state:done\n")
	d.send(screen.Changed{})
	log := func() {
		_, err := d.tree.Do("log", func(e *model.Edit) error {
			id, err := e.SeriesNode([]string{"weight", "sleep", "steps"}[r.IntN(3)])
			if err != nil {
				return err
			}
			return e.Log(id, timeseries.Sample{T: noon.Add(-time.Duration(r.IntN(5000)) * time.Minute).UnixNano(), V: float64(r.IntN(100))})
		})
		if err != nil {
			t.Fatal(err)
		}
		d.send(screen.Changed{})
	}
	d.rand = r
	for range 10 + r.IntN(40) {
		switch r.IntN(12) {
		case 0:
			played = append(played, "resize")
			d.send(tea.WindowSizeMsg{Width: r.IntN(120), Height: r.IntN(40)})
		case 1, 2:
			played = append(played, "mouse")
			d.send(randomMouse(r, d))
		case 3:
			played = append(played, "log")
			log()
		default:
			key := plotAlphabet[r.IntN(len(plotAlphabet))]
			played = append(played, key)
			d.press(key)
		}
		d.picture()
		if d.quit {
			return
		}
	}
	d.settle()
	d.rand = nil
	script := strings.Join(played, " ")
	if d.m.settling() || len(d.m.queue) > 0 {
		t.Fatalf("-seed %d: keys wait for ever after %s", seed, script)
	}
	d.send(tea.WindowSizeMsg{Width: 100, Height: 30})
	d.press("<c-c><c-c>")
	d.m.echo = screen.Echo{}
	if d.m.views[d.m.focus].focus != command.Plot {
		return
	}
	if p := d.m.place(); p.Sample != nil {
		real := false
		err := d.tree.View(func(v *model.View) error {
			real = false
			for x, err := range book.Range(v.Reader(), p.Series.Source(), p.Sample.T, p.Sample.T+1) {
				if err != nil {
					return err
				}
				real = real || x.V == p.Sample.V
			}
			return nil
		})
		if err != nil || !real {
			t.Errorf("-seed %d: after %s it points at %+v, which is no sample (%v)", seed, script, p.Sample, err)
		}
	}
	before := d.picture()
	d.send(screen.Changed{})
	if after := d.picture(); after != before {
		t.Errorf("-seed %d: after %s it shows\n%sbut looks again and shows\n%s", seed, script, before, after)
	}
}
