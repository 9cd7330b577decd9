package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/timeseries"
)

func (r *run) logCommand() *cobra.Command {
	var at string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "log NAME VALUE", Short: "log a value of a series: arbor log weight 72.4 --at 7:00", Args: words(2, 2, "a name and a value"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.log(args[0], args[1], at, asJSON) },
	}
	cmd.Flags().StringVar(&at, "at", "", "`TIME` of the value; now without")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the sample as a JSON object")
	return cmd
}

// sampleJSON is the line of `arbor log --json`.
type sampleJSON struct {
	V      int     `json:"v"`
	Series string  `json:"series"` // the node's id
	Name   string  `json:"name"`
	Time   string  `json:"time"`
	Value  float64 `json:"value"`
}

func (r *run) log(name, value, at string, asJSON bool) error {
	number, err := parseNumber(value)
	if err != nil {
		return err
	}
	when := r.now()
	if at != "" {
		d, err := date.ParsePast(at, when)
		if err != nil {
			return usagef("--at: %w", err)
		}
		when = d.Start(when.Location())
	}
	if name = strings.TrimSpace(name); name == "" {
		return usagef("the name of the series is empty")
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	var id model.ID
	_, err = s.Tree.Do("log "+name+" "+value, func(e *model.Edit) error {
		var err error
		if id, err = e.SeriesNode(name); err != nil {
			return err
		}
		return e.Log(id, timeseries.Sample{T: when.UnixNano(), V: number})
	})
	if err = s.close(err); err != nil {
		return err
	}
	if asJSON {
		return newEncoder(r.Out).Encode(sampleJSON{jsonVersion, id.String(), name, when.UTC().Format(time.RFC3339Nano), number})
	}
	r.say("logged %s %s at %s", quoted(name), strconv.FormatFloat(number, 'g', -1, 64), date.Format(date.At(when), r.now()))
	_, err = fmt.Fprintln(r.Out, id)
	return err
}

// parseNumber reads a decimal number and nothing else.
func parseNumber(s string) (float64, error) {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || strings.ContainsAny(s, "xX_") {
		return 0, usagef("%q is no number; write it as 72.4", s)
	}
	return n, nil
}
