package cli

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
)

// maxSteps bounds the steps of one undo.
const maxSteps = 1000

func (r *run) undoCommand() *cobra.Command {
	return r.travelCommand("undo", "take back the last action, or the last N", "undid", (*model.Tree).Undo)
}

func (r *run) redoCommand() *cobra.Command {
	return r.travelCommand("redo", "do again what undo took back", "redid", (*model.Tree).Redo)
}

func (r *run) travelCommand(verb, short, past string, move func(*model.Tree, model.Scope) (model.Receipt, error)) *cobra.Command {
	var list, asJSON bool
	cmd := &cobra.Command{
		Use: verb + " [N]", Short: short, Args: words(0, 1, "how many actions, or nothing"),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case list:
				return r.listSteps(verb, args, asJSON)
			case asJSON:
				return usagef("%s: --json goes with --list", verb)
			}
			return r.steps(past, verb, args, func(t *model.Tree) (model.Receipt, error) { return move(t, model.ThisDevice) })
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "only say what it would be, the next first; the last 20 or N")
	cmd.Flags().BoolVar(&asJSON, "json", false, "with --list, one JSON object a line")
	return cmd
}

// stepsListed is how many steps are listed where nobody says how many.
const stepsListed = 20

// stepJSON is the line of `arbor undo --list --json`.
type stepJSON struct {
	V     int    `json:"v"`
	Step  int    `json:"step"`
	At    string `json:"at"`
	Label string `json:"label"`
	Nodes int    `json:"nodes"`
}

// listSteps prints what undo or redo would do.
func (r *run) listSteps(verb string, args []string, asJSON bool) error {
	n, err := stepCount(verb, args, stepsListed)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		steps, err := v.Steps(verb == "redo", n)
		if err != nil {
			return err
		}
		p := r.table()
		enc := newEncoder(p.out)
		for i, x := range steps {
			if asJSON {
				err = enc.Encode(stepJSON{jsonVersion, i + 1, x.At.UTC().Format(time.RFC3339), x.Label, x.Nodes})
			} else {
				err = p.line(span{sgr: yellow, text: fmt.Sprintf("%3d", i+1)}, plain("  "+date.Format(date.At(x.At), p.now)+"  "), span{text: printable(x.Label), gives: true})
			}
			if err != nil {
				return err
			}
		}
		return p.out.Flush()
	}))
}

// stepCount reads how many steps are meant.
func stepCount(verb string, args []string, n int) (int, error) {
	if len(args) > 0 {
		var err error
		if n, err = strconv.Atoi(args[0]); err != nil || n < 1 || n > maxSteps {
			return 0, usagef("%s %s: write a number from 1 to %d", verb, args[0], maxSteps)
		}
	}
	return n, nil
}

// steps goes back or forth, each time by one action, and says which. Where fewer are left than asked for it goes as far as it can.
func (r *run) steps(past, verb string, args []string, fn func(*model.Tree) (model.Receipt, error)) error {
	n, err := stepCount(verb, args, 1)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	for i := range n {
		receipt, err := fn(s.Tree)
		if errors.Is(err, model.ErrNothing) {
			if i > 0 {
				r.say("there is no more to %s", verb)
				break
			}
			err = fmt.Errorf("there is nothing to %s", verb)
		}
		if err != nil {
			return s.close(err)
		}
		r.say("%s: %s", past, receipt.Label)
	}
	return s.close(nil)
}
