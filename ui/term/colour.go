package term

import (
	"math"
	"strconv"
	"strings"
)

// AskBackground is the question for the terminal's background colour; the answer comes as a Reply.
const AskBackground = "\x1b]11;?\x07"

// Background reads the answer to AskBackground: whether the background is dark.
func Background(r Reply) (dark, ok bool) {
	s, ok := strings.CutPrefix(string(r), "11;rgb:")
	parts := strings.Split(s, "/")
	if !ok || len(parts) != 3 {
		return false, false
	}
	light := 0.0
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 16, 32)
		if err != nil || len(p) > 4 || p == "" {
			return false, false
		}
		light += [3]float64{0.2126, 0.7152, 0.0722}[i] * float64(n) / (math.Pow(16, float64(len(p))) - 1)
	}
	return light < 0.5, true
}
