package outline

import (
	"strconv"
	"strings"
	"time"

	"arbor/model"
)

// spark reads the values of a node whose text asks for a sparkline.
func (w *walker) spark(n *model.Node, r *row, now time.Time) (err error) {
	r.spark, r.sparkOK, err = w.v.Spark(*n, now)
	r.sparkOK = r.sparkOK && len(r.spark) > 0 // #plot without #tagged has nothing to count
	return err
}

// withoutPlot returns the words of a text without those that only say what its sparkline shows.
func withoutPlot(text string) string {
	words := strings.Fields(text)
	kept := words[:0]
	for _, w := range words {
		key, _, has := strings.Cut(w, "=")
		switch key {
		case "#plot", "#since", "#until", "#n", "#tagged":
			if has {
				continue
			}
		}
		kept = append(kept, w)
	}
	return strings.Join(kept, " ")
}

// sum returns the sum of values as it is written beside a sparkline.
func sum(values []float64) string {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return strconv.FormatFloat(total, 'g', 6, 64)
}
