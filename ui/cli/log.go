package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/timeseries"
)

func (r *run) logCommand() *cobra.Command {
	var l logging
	cmd := &cobra.Command{
		Use: "log NAME [VALUE]", Short: "log a value of a series: arbor log weight 72.4 --at 7:00", Args: words(1, 2, "a name and a value"),
		Annotations: map[string]string{ownSignals: "yes"},
		Long: "Logs a value of a series, which is made if there is none. A habit, which is a series with a target, needs no value: that is 1. --list prints what was logged; " +
			"--conflicts prints the times for which several devices have written different values: the one that counts, and over which it stands. --edit settles that. " +
			"--edit and --rm correct it and take it away, whichever device it is of; --skip says that a day of a habit is left out on purpose. Each is a step of undo.\n\n" +
			"--at is a time: of several samples of that minute, or that day, none is chosen for you.\n\n" +
			"--stdin logs what a program prints, line by line as it comes, until it ends or Ctrl-C: 'tail -f x | arbor log temp --stdin'. A line is a value, whose time is then now, or a time " +
			"and a value: 2026-11-22T10:00:00 21.5, or 1700000000,21.5. What comes fast is logged ten times a second, each time as a step of undo. A line that is neither is told and passed over.",
		RunE: func(cmd *cobra.Command, args []string) error {
			mode, err := l.mode()
			switch {
			case err != nil:
				return err
			case mode == "":
				return r.log(args, l)
			case mode == "--stdin" && len(args) == 1:
				ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
				defer stop()
				return r.logLines(ctx, args[0], l)
			case len(args) > 1:
				return usagef("%q is too much: %s goes with the name of the series alone", args[1], mode)
			}
			return r.samples(args[0], mode, l)
		},
	}
	f := cmd.Flags()
	f.StringVar(&l.at, "at", "", "`TIME` of the value; now without")
	f.BoolVar(&l.list, "list", false, "print the samples, the oldest first")
	f.BoolVar(&l.conflicts, "conflicts", false, "print the times for which devices have written different values, the one that counts first")
	f.StringVar(&l.edit, "edit", "", "make `VALUE` that of the sample at --at")
	f.BoolVar(&l.rm, "rm", false, "take away the sample at --at, or those of --since and --until")
	f.BoolVar(&l.skip, "skip", false, "leave out the day of --at, today without")
	f.StringVar(&l.since, "since", "", "samples from a `TIME` on, or from so long ago: 90d")
	f.StringVar(&l.until, "until", "", "samples before a `TIME`, or before so long ago")
	f.IntVar(&l.limit, "limit", 0, "print the last `N` samples")
	f.BoolVar(&l.yes, "yes", false, fmt.Sprintf("take away more than %d samples", maxUnasked))
	f.BoolVar(&l.stdin, "stdin", false, "log the lines of standard input: a value, or a time and a value")
	f.BoolVar(&l.strict, "strict", false, "end at the first line of --stdin that holds no sample")
	f.BoolVar(&l.json, "json", false, "one JSON object a line")
	return cmd
}

// sampleJSON is a line of `arbor log --json`.
type sampleJSON struct {
	V      int    `json:"v"`
	Series string `json:"series"` // the node's id
	Name   string `json:"name"`
	Time   string `json:"time"`
	Value  any    `json:"value"` // a jsonValue, of a series of yes and no or of texts that
}

func newSampleJSON(n *model.Node, x timeseries.Sample) sampleJSON {
	return sampleJSON{jsonVersion, n.ID.String(), n.Text, nanos(x.T), valueJSON(n, x.V)}
}

// valueJSON is a value as JSON has it.
func valueJSON(n *model.Node, v float64) any {
	switch k := n.Definition().Kind; {
	case k == model.Words:
		return n.Value(v)
	case k == model.Bool && (v == 0 || v == 1):
		return v == 1
	}
	return jsonValue(v)
}

// jsonValue is a number, or as a string what JSON has no number for.
type jsonValue float64

// MarshalJSON writes NaN, +Inf and -Inf as strings.
func (v jsonValue) MarshalJSON() ([]byte, error) {
	x := float64(v)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return strconv.AppendQuote(nil, strconv.FormatFloat(x, 'g', -1, 64)), nil
	}
	return json.Marshal(x)
}

// log logs a value; that of a habit may be left away.
func (r *run) log(args []string, l logging) error {
	var err error
	at := date.Date{T: r.now()}
	if l.at != "" {
		if at, err = date.ParsePast(l.at, r.now()); err != nil {
			return usagef("--at: %w", err)
		}
	}
	name := strings.TrimSpace(args[0])
	if name == "" {
		return usagef("the name of the series is empty")
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	if len(args) == 1 {
		if err := r.isHabit(s, name); err != nil {
			return s.close(err)
		}
	}
	var sample timeseries.Sample
	var n model.Node
	_, err = s.Tree.Do("log "+strings.Join(args, " "), func(e *model.Edit) error {
		id, err := e.SeriesNode(name)
		if err != nil {
			return err
		}
		if n, err = e.Node(id); err != nil {
			return err
		}
		sample = timeseries.Sample{T: s.Tree.StartOf(&n, at).UnixNano(), V: 1}
		if len(args) > 1 {
			if sample.V, err = e.Sample(&n, args[1]); err != nil {
				return usagef("%w", err)
			}
		}
		if _, err := e.UnskipDay(id, s.Tree.DayOf(&n, time.Unix(0, sample.T))); err != nil {
			return err
		}
		return e.Log(id, sample)
	})
	line, value := newSampleJSON(&n, sample), n.Value(sample.V) // while the store knows what a text stands for
	if err = s.close(err); err != nil {
		return err
	}
	if l.json {
		return newEncoder(r.Out).Encode(line)
	}
	r.say("logged %s %s at %s", quoted(name), printable(value), date.Format(date.At(time.Unix(0, sample.T)), r.now()))
	_, err = fmt.Fprintln(r.Out, n.ID)
	return err
}

// isHabit refuses a series that has no target.
func (r *run) isHabit(s *Session, name string) error {
	n, err := r.seriesNamed(s, name)
	if exitCode(err) == exitMissing || err == nil && n.Definition().Target.Value == 0 {
		return usagef("missing the value; write 'arbor log %s 72.4', or 'arbor series set %s target:3/week' for a habit, which needs none", quoted(name), quoted(name))
	}
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
