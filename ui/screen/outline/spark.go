package outline

import (
	"strconv"
	"time"

	"arbor/model"
)

// spark reads the values of a node whose text asks for a sparkline.
func (w *walker) spark(n *model.Node, r *row, now time.Time) (err error) {
	r.spark, r.sparkOK, err = w.v.Spark(*n, now)
	r.sparkOK = r.sparkOK && len(r.spark) > 0 // #plot without #tagged has nothing to count
	return err
}

// sum returns the sum of values as it is written beside a sparkline.
func sum(values []float64) string {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return strconv.FormatFloat(total, 'g', 6, 64)
}
