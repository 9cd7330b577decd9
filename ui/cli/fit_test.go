package cli

import (
	"bufio"
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"arbor/ui/grid"
)

// words that are hard to measure: wide letters, accents of their own, families, flags, letters that join.
var hard = []string{"a", "milk", " ", "日本語", "é", "👩‍👩‍👧", "🇮🇹", "क्षि", "한국", "…", "x̂"}

func clusters(s string) (all []string) {
	grid.Clusters(s, func(c string, _, _ int) bool { all = append(all, c); return true })
	return all
}

// A line takes no more cells than there are, is whole where it fits, and what is left of each of its stretches is its beginning, cluster by cluster.
func TestFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(hard), 0, 12).Draw(t, "words"), "")
		})
		var spans []span
		whole := ""
		for range rapid.IntRange(1, 6).Draw(t, "spans") {
			s := span{text: text.Draw(t, "text"), gives: rapid.Bool().Draw(t, "gives")}
			spans, whole = append(spans, s), whole+s.text
		}
		given := slices.Clone(spans)
		p := printer{width: rapid.IntRange(1, 60).Draw(t, "width")}
		got := ""
		for _, s := range p.fit(spans) {
			got += s.text
		}
		if w := grid.Width(got); w > p.width {
			t.Fatalf("%q takes %d cells of %d", got, w, p.width)
		}
		if grid.Width(whole) <= p.width && got != whole {
			t.Fatalf("%q became %q where it fits", whole, got)
		}
		if !slices.Equal(spans, given) {
			t.Fatal("the spans that were given are changed")
		}
		if p.width > 0 && got == "" && grid.Width(whole) > 0 {
			t.Fatalf("nothing is left of %q", whole)
		}
	})
}

// What is cut is cut between clusters, with one sign behind it.
func TestCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(hard), 0, 12).Draw(t, "words"), "")
		p := printer{ascii: rapid.Bool().Draw(t, "ascii")}
		got := p.cut(text, rapid.IntRange(1, 40).Draw(t, "width"))
		if got == text {
			return
		}
		sign := "…"
		if p.ascii {
			sign = "~"
		}
		left, ok := strings.CutSuffix(got, sign)
		all := clusters(text)
		if kept := clusters(left); !ok || len(kept) > len(all) || !slices.Equal(kept, all[:len(kept)]) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

// What gives is cut first, and the end of the line stays.
func TestFitKeepsTheEnd(t *testing.T) {
	var b bytes.Buffer
	p := printer{width: 31, out: bufio.NewWriter(&b)}
	if err := p.line(plain("q7xk  "), span{text: "a text that is far too long for this", gives: true}, plain("  due Fri 27 Nov")); err != nil {
		t.Fatal(err)
	}
	p.out.Flush()
	if got, want := b.String(), "q7xk  a text that…  due Fri 27…\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b.Reset()
	p.width = 40
	if err := p.line(plain("q7xk  "), span{text: "a text that is far too long for this", gives: true}, plain("  due Fri 27 Nov")); err != nil {
		t.Fatal(err)
	}
	p.out.Flush()
	if got, want := b.String(), "q7xk  a text that is fa…  due Fri 27 Nov\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
