package cli

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"arbor/model"
)

// maxSteps bounds the steps of one undo.
const maxSteps = 1000

func (r *run) undoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "undo [N]", Short: "take back the last action of this device, or the last N", Args: words(0, 1, "how many actions, or nothing"),
		RunE: func(_ *cobra.Command, args []string) error {
			return r.steps("undid", "undo", args, func(t *model.Tree) (model.Receipt, error) { return t.Undo(model.ThisDevice) })
		},
	}
}

func (r *run) redoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "redo [N]", Short: "do again what undo took back", Args: words(0, 1, "how many actions, or nothing"),
		RunE: func(_ *cobra.Command, args []string) error {
			return r.steps("redid", "redo", args, func(t *model.Tree) (model.Receipt, error) { return t.Redo(model.ThisDevice) })
		},
	}
}

// steps goes back or forth, each time by one action, and says which. Where fewer are left than asked for it goes as far as it can.
func (r *run) steps(past, verb string, args []string, fn func(*model.Tree) (model.Receipt, error)) error {
	n := 1
	if len(args) > 0 {
		var err error
		if n, err = strconv.Atoi(args[0]); err != nil || n < 1 || n > maxSteps {
			return usagef("%s %s: write a number from 1 to %d", verb, args[0], maxSteps)
		}
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
