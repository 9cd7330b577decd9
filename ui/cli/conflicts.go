package cli

import (
	"fmt"
	"strings"

	"arbor/model"
	"arbor/timeseries"
)

// saidJSON is the value of a device in a line of `arbor log --conflicts --json`.
type saidJSON struct {
	Value  any    `json:"value"`
	Device string `json:"device"`
}

// conflictJSON is a line of `arbor log --conflicts --json`: the sample that is seen, whose it is, and the others of its time.
type conflictJSON struct {
	sampleJSON
	Device string     `json:"device"`
	Others []saidJSON `json:"others"`
}

func deviceName(d uint64) string { return fmt.Sprintf("%016x", d) }

func newConflictJSON(n *model.Node, c timeseries.Conflict) conflictJSON {
	seen := c.Values[0]
	line := conflictJSON{sampleJSON: newSampleJSON(n, timeseries.Sample{T: c.T, V: seen.V}), Device: deviceName(seen.Device)}
	for _, x := range c.Values[1:] {
		line.Others = append(line.Others, saidJSON{valueJSON(n, x.V), deviceName(x.Device)})
	}
	return line
}

// listConflicts prints the times for which devices have written different values, with the one that is seen before the others.
func (r *run) listConflicts(s *Session, name string, l logging) (string, error) {
	first, end, err := r.reach(l.since, l.until)
	if err != nil {
		return "", err
	}
	said := ""
	err = r.view(s, func(v *model.View) error {
		n, err := series(v, name)
		if err != nil {
			return err
		}
		if m := n.Source().Merge; m != timeseries.Last {
			return refusedf("%s has merge:%v, by which all that devices have of one time counts; there are conflicts by merge:last alone", quoted(n.Text), m)
		}
		own, err := v.Stream()
		if err != nil {
			return err
		}
		p := r.table()
		enc := newEncoder(p.out)
		said = "no time of " + quoted(n.Text) + " has different values of several devices"
		for c, err := range s.Book.Conflicts(v.Reader(), timeseries.ID(n.ID), first, end) {
			switch said = ""; {
			case err != nil:
				return err
			case l.json:
				err = enc.Encode(newConflictJSON(&n, c))
			default:
				err = p.line(span{sgr: faint, text: when(c.T, p.now)}, plain("  "+conflictText(&n, c, own)))
			}
			if err != nil {
				return err
			}
		}
		return p.out.Flush()
	})
	return said, err
}

// conflictText says what is seen, and above what.
func conflictText(n *model.Node, c timeseries.Conflict, own uint64) string {
	var words []string
	for _, x := range c.Values {
		whose := "device " + deviceName(x.Device)
		if x.Device == own {
			whose = "this device"
		}
		words = append(words, withUnit(n, x.V)+" of "+whose)
	}
	return words[0] + " over " + strings.Join(words[1:], " and ")
}
