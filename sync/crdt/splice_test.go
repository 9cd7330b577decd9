package crdt

import (
	"testing"

	"pgregory.net/rapid"
)

func (s Splice) apply(text string) string {
	r := []rune(text)
	return string(r[:s.Pos]) + s.Ins + string(r[s.Pos+s.Del:])
}

func drawSplice(t *rapid.T, text string) Splice {
	n := len([]rune(text))
	pos := rapid.IntRange(0, n).Draw(t, "pos")
	return Splice{pos, rapid.IntRange(0, n-pos).Draw(t, "del"), rapid.StringOfN(rapid.SampledFrom([]rune("xyé")), 0, 3, -1).Draw(t, "ins")}
}

// Whichever of two splices is made first, the text is the same; and what is refused really overlaps.
func TestTransform(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("abcdé日")), 0, 8, -1).Draw(t, "text")
		a, b := drawSplice(t, text), drawSplice(t, text)
		a2, b2, ok := Transform(a, b)
		if !ok {
			if a.end() < b.Pos || b.end() < a.Pos {
				t.Fatalf("%+v and %+v are apart", a, b)
			}
			return
		}
		if ab, ba := b2.apply(a.apply(text)), a2.apply(b.apply(text)); ab != ba {
			t.Fatalf("%q: %+v then %+v gives %q, %+v then %+v gives %q", text, a, b2, ab, b, a2, ba)
		}
	})
}
