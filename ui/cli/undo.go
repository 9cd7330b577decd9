package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"arbor/model"
)

func (r *run) undoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "undo", Short: "take back the last action of this device", Args: words(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			return r.step("undid", "undo", func(t *model.Tree) (model.Receipt, error) { return t.Undo(model.ThisDevice) })
		},
	}
}

func (r *run) redoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "redo", Short: "do again what undo took back", Args: words(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			return r.step("redid", "redo", func(t *model.Tree) (model.Receipt, error) { return t.Redo(model.ThisDevice) })
		},
	}
}

func (r *run) step(past, verb string, fn func(*model.Tree) (model.Receipt, error)) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	receipt, err := fn(s.Tree)
	if errors.Is(err, model.ErrNothing) {
		err = fmt.Errorf("there is nothing to %s", verb)
	}
	if err = s.close(err); err != nil {
		return err
	}
	r.say("%s: %s", past, receipt.Label)
	return nil
}
