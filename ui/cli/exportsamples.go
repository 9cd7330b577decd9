package cli

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/timeseries"
)

// sampleFormat is how samples are written: what comes first in the file, and what makes the lines of a series.
type sampleFormat struct {
	header string
	line   func(n *model.Node) (func(line []byte, x timeseries.Sample) []byte, error)
}

// csvLines has a line for each sample, and the names of the series in a column.
var csvLines = sampleFormat{"time,series,value\n", func(n *model.Node) (func([]byte, timeseries.Sample) []byte, error) {
	var cell bytes.Buffer
	w := csv.NewWriter(&cell)
	if err := w.Write([]string{n.Text, ""}); err != nil {
		return nil, err
	}
	w.Flush()
	middle := append([]byte{','}, bytes.TrimSuffix(cell.Bytes(), []byte{'\n'})...)
	return func(line []byte, x timeseries.Sample) []byte {
		line = append(appendNanos(line, x.T), middle...)
		if textual(n) {
			return append(appendCell(line, n.Value(x.V)), '\n')
		}
		return append(strconv.AppendFloat(line, x.V, 'g', -1, 64), '\n')
	}, w.Error()
}}

// jsonLines has an object for each sample.
var jsonLines = sampleFormat{"", func(n *model.Node) (func([]byte, timeseries.Sample) []byte, error) {
	quotedName, err := json.Marshal(n.Text)
	return func(line []byte, x timeseries.Sample) []byte {
		line = append(appendNanos(append(line, `{"time":"`...), x.T), `","series":`...)
		line = append(append(line, quotedName...), `,"value":`...)
		if textual(n) {
			text, _ := json.Marshal(n.Value(x.V)) // a string always can
			line = append(line, text...)
		} else if math.IsNaN(x.V) || math.IsInf(x.V, 0) { // which JSON has no number for
			line = strconv.AppendQuote(line, strconv.FormatFloat(x.V, 'g', -1, 64))
		} else {
			line = strconv.AppendFloat(line, x.V, 'g', -1, 64)
		}
		return append(line, "}\n"...)
	}, err
}}

// textual reports whether the samples of a series are texts.
func textual(n *model.Node) bool { return n.Definition().Kind == model.Words }

// appendCell writes a text as a cell of a table.
func appendCell(line []byte, text string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{text}) // into memory
	w.Flush()
	return append(line, bytes.TrimSuffix(b.Bytes(), []byte{'\n'})...)
}

// appendNanos writes an instant to the nanosecond.
func appendNanos(line []byte, t int64) []byte {
	return time.Unix(0, t).UTC().AppendFormat(line, time.RFC3339Nano)
}

func (r *run) exportSamplesCommand(name, short string, format sampleFormat) *cobra.Command {
	var file, since, until string
	cmd := &cobra.Command{
		Use: name + " [NAME...]", Short: short,
		Long: "The name of the series, the time and the value of each sample, exactly: 'arbor import FILE' reads them back into the same series.",
		RunE: func(_ *cobra.Command, args []string) error { return r.exportSamples(args, file, since, until, format) },
	}
	f := cmd.Flags()
	f.StringVarP(&file, "output", "o", "", "`FILE` to write instead of standard output; it is replaced whole or not at all")
	f.StringVar(&since, "since", "", "samples from a `TIME` on, or from so long ago: 90d")
	f.StringVar(&until, "until", "", "samples before a `TIME`, or before so long ago")
	return cmd
}

// exportSamples writes the samples of series in a span of time, one series after the other.
func (r *run) exportSamples(names []string, file, since, until string, format sampleFormat) error {
	first, end, err := r.reach(since, until)
	if err != nil {
		return err
	}
	return r.export(file, func(s *Session, v *model.View, to io.Writer) error {
		of, err := seriesOf(v, names)
		if err != nil {
			return err
		}
		out := bufio.NewWriterSize(to, 64<<10)
		out.WriteString(format.header)
		var line []byte
		for _, n := range of {
			write, err := format.line(&n)
			if err != nil {
				return err
			}
			for x, err := range s.Book.Range(v.Reader(), n.Source(), first, end) {
				if err != nil {
					return err
				}
				line = write(line[:0], x)
				if _, err := out.Write(line); err != nil {
					return err
				}
			}
		}
		return out.Flush()
	})
}

// seriesOf returns the series of those names, all if there are none. Two of one name would be one when they are read back.
func seriesOf(v *model.View, names []string) (out []model.Node, err error) {
	if len(names) == 0 {
		if out, err = v.AllSeries(); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		n, err := series(v, name)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	seen := map[string]model.ID{}
	for _, n := range out {
		if other, twice := seen[n.Text]; twice && other != n.ID {
			return nil, refusedf("two series have the name %s, %s and %s: give one of them another name, or export one by its id", quoted(n.Text), other, n.ID)
		} else if twice {
			return nil, usagef("%s is named twice", quoted(n.Text))
		}
		seen[n.Text] = n.ID
	}
	return out, nil
}
