package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/query"
)

// maxAsleep is how far back is looked for what should have been said while the machine slept.
const maxAsleep = 7 * 24 * time.Hour

// reminding is the options of `arbor remind`.
type reminding struct {
	within, dayAt, command, of string
	asJSON                     bool
}

func (r *run) remindCommand() *cobra.Command {
	var opt reminding
	cmd := &cobra.Command{
		Use: "remind", Short: "say what begins or is due soon, once each; for cron or systemd",
		Long: "Prints what takes place, is due or scheduled within 15 minutes, or asks by its field warn to be said earlier, and the pomodoro that is over. What was said is not said again: run it every minute. " +
			"With --exec a command of the shell runs for each instead, with ARBOR_ID, ARBOR_TEXT, ARBOR_KIND, ARBOR_AT and ARBOR_IN in its environment and the JSON on its standard input; " +
			"what it fails for is said again by the next call.\n\n" +
			`  * * * * * arbor remind --exec 'notify-send "$ARBOR_TEXT" "$ARBOR_KIND $ARBOR_AT"'`,
		Args: words(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.remind(cmd.Context(), opt) },
	}
	cmd.Flags().StringVar(&opt.within, "within", "15min", "how long ahead, a `SPAN` such as 1h")
	cmd.Flags().StringVar(&opt.dayAt, "day-at", "9:00", "`TIME` at which to say what has no time of day")
	cmd.Flags().StringVar(&opt.command, "exec", "", "`COMMAND` to run for each")
	cmd.Flags().StringVar(&opt.of, "of", "", "only of the nodes that `QUERY` means")
	cmd.Flags().BoolVar(&opt.asJSON, "json", false, "one JSON object a line")
	return cmd
}

// reminder is the line of `arbor remind --json`.
type reminder struct {
	V    int    `json:"v"`
	ID   string `json:"id"`
	Text string `json:"text"`
	Kind string `json:"kind"`
	At   string `json:"at"`         // of the thing itself
	In   int64  `json:"in_seconds"` // until then; negative if that has passed

	say   time.Time // when it is to be said
	at    date.Date
	short string
}

func (r *run) remind(ctx context.Context, opt reminding) error {
	within, err := date.ParseSpan(opt.within)
	if err != nil {
		return usagef("--within: %w", err)
	}
	now := r.now()
	dayAt, err := date.Parse(date.Phrase(date.Day(now), now)+" "+opt.dayAt, now)
	if err != nil || dayAt.AllDay {
		return usagef("--day-at %s: write a time of day such as 9:00", opt.dayAt)
	}
	q, err := r.parseQuery(opt.of)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	mark := r.remindMark(s)
	until := now.Add(within)
	from, err := mark.read(now, until)
	if err != nil {
		return s.close(err)
	}
	var all []reminder
	err = s.close(r.view(s, func(v *model.View) (err error) {
		over, err := pomodorosOver(v, q, from, within, now)
		if err != nil {
			return err
		}
		all, err = r.reminders(v, q, model.Moments{From: from, Until: until, Now: now, DayAt: time.Duration(dayAt.T.Hour())*time.Hour + time.Duration(dayAt.T.Minute())*time.Minute})
		all = append(over, all...)
		slices.SortStableFunc(all, func(a, b reminder) int { return a.say.Compare(b.say) })
		return err
	}))
	if err != nil {
		return err
	}
	said := until
	if opt.command != "" {
		if said, err = r.remindBy(ctx, opt.command, all, until); err != nil {
			return errors.Join(err, mark.write(said))
		}
		return mark.write(said)
	}
	p := r.printer()
	enc := newEncoder(p.out)
	for _, m := range all {
		if opt.asJSON {
			err = enc.Encode(m)
		} else {
			p.reminder(&m)
		}
		if err != nil {
			return err
		}
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	return mark.write(said)
}

// reminders returns what is to be said at these moments, as it is written.
func (r *run) reminders(v *model.View, q *query.Query, m model.Moments) ([]reminder, error) {
	found, err := v.Reminders(q, m)
	if err != nil {
		return nil, err
	}
	var all []reminder
	for _, f := range found {
		m := reminder{V: jsonVersion, ID: f.Node.ID.String(), Text: f.Node.Text, Kind: f.Kind.String(), At: f.At.String(), In: int64(f.Start.Sub(m.Now).Seconds()), say: f.Say, at: f.At}
		if m.short, err = v.ShortID(f.Node.ID); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// remindBy runs a command for each, and returns until when all is said: up to the first for which it failed.
func (r *run) remindBy(ctx context.Context, command string, all []reminder, until time.Time) (time.Time, error) {
	for _, m := range all {
		var line bytes.Buffer
		if err := newEncoder(&line).Encode(m); err != nil {
			return m.say.Add(-time.Second), err
		}
		shell, flag := "sh", "-c"
		if runtime.GOOS == "windows" {
			shell, flag = "cmd", "/C"
		}
		c := exec.CommandContext(ctx, shell, flag, command)
		c.Stdin, c.Stdout, c.Stderr = &line, r.Out, r.Err
		c.Env = append(os.Environ(), "ARBOR_ID="+m.ID, "ARBOR_TEXT="+printable(m.Text), "ARBOR_KIND="+m.Kind,
			"ARBOR_AT="+date.Format(m.at, r.now()), "ARBOR_IN="+inWords(m.In))
		if err := c.Run(); err != nil {
			return m.say.Add(-time.Second), fmt.Errorf("--exec for %s: %w; it is tried again by the next call", quoted(m.Text), err)
		}
	}
	return until, nil
}

// inWords writes how long it is until something, or since.
func inWords(seconds int64) string {
	d := time.Duration(seconds) * time.Second
	switch m := d.Round(time.Minute); {
	case m == 0:
		return "now"
	case m < 0:
		return date.FormatSpan(-m) + " ago"
	default:
		return "in " + date.FormatSpan(m)
	}
}

// reminder writes a line: id, how long it is until then, what it is, and when.
func (p *printer) reminder(m *reminder) {
	sgr := yellow
	if m.In < 0 {
		sgr = red
	}
	fmt.Fprintf(p.out, "%s  %s  %s  %s\n", p.paint(faint, m.short), p.paint(sgr, inWords(m.In)), printable(m.Text), p.paint(faint, m.Kind+" "+date.Format(m.at, p.now)))
}

// remindMark is the file that knows until when all was said, for the reminders of one store.
type remindMark string

func (r *run) remindMark(s *Session) remindMark {
	h := fnv.New64a()
	h.Write([]byte(s.Config.Dir))
	return remindMark(filepath.Join(filepath.Dir(r.Paths.Log), fmt.Sprintf("remind-%016x", h.Sum64())))
}

// read returns until when all was said. Whoever asks for the first time, or by a clock that was set back, is told what follows from now on.
func (m remindMark) read(now, until time.Time) (time.Time, error) {
	b, err := os.ReadFile(string(m))
	if errors.Is(err, fs.ErrNotExist) {
		return now.Add(-time.Second), nil
	}
	if err != nil {
		return now, err
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(b)))
	switch {
	case err != nil:
		return now, fmt.Errorf("%s: it holds no time; remove it: %w", m, err)
	case at.After(until.Add(24 * time.Hour)):
		return now.Add(-time.Second), nil
	case at.Before(now.Add(-maxAsleep)):
		return now.Add(-maxAsleep), nil
	}
	return at, nil
}

// write notes until when all is said. A crash leaves the old time or the new one.
func (m remindMark) write(at time.Time) error {
	if err := os.MkdirAll(filepath.Dir(string(m)), 0o700); err != nil {
		return err
	}
	temp := string(m) + ".new"
	if err := os.WriteFile(temp, []byte(at.UTC().Format(time.RFC3339)+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(temp, string(m))
}
