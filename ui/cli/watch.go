package cli

import (
	"context"
	"errors"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"arbor/model"
)

func (r *run) watchCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "watch", Short: "print each node that changes, as it changes", Args: words(0, 0, "no arguments"),
		Long: "A line for each node, whoever changes it, until Ctrl-C. With --json it says what became of the node, in event: add, restore, remove, done, start, stop, log, change, or around " +
			"where only something beside or below it did; of what undo or redo took back that, and the other word in effect.",
		Annotations: map[string]string{ownSignals: "yes"},
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return r.watch(ctx, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// goneJSON is the line of a node that is not there any more.
type goneJSON struct {
	V       int    `json:"v"`
	ID      string `json:"id"`
	Removed bool   `json:"removed"`
	toldJSON
}

// toldJSON is what became of a node.
type toldJSON struct {
	Event  string `json:"event,omitempty"`
	Effect string `json:"effect,omitempty"`
}

// changedJSON is a node that changed.
type changedJSON struct {
	nodeJSON
	toldJSON
}

func (r *run) watch(ctx context.Context, asJSON bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	s.Tree.Serve()
	w, err := s.Tree.Watch(ctx)
	if err != nil {
		return s.close(err)
	}
	defer w.Close()
	if asJSON {
		if err := w.Explain(); err != nil {
			return s.close(err)
		}
	}
	r.say("watching; end with ctrl+c")
	for {
		changes, err := w.Next(ctx)
		if err != nil {
			return s.close(err)
		}
		err = r.view(s, func(v *model.View) error { return r.changed(v, changes, asJSON) })
		if err != nil {
			return s.close(err)
		}
	}
}

// changed prints the nodes that changed, and writes them out at once: somebody is waiting for them. The top of the tree, the
// trash and the place of an import under way are none that a person sees.
func (r *run) changed(v *model.View, changes model.Changes, asJSON bool) error {
	p := r.printer()
	enc := newEncoder(p.out)
	for i, id := range changes.IDs {
		if id == model.Root || id == model.Trash || id == model.Detached {
			continue
		}
		var told toldJSON
		if changes.Told != nil {
			told = toldJSON{changes.Told[i].What, changes.Told[i].Effect}
		}
		n, err := v.Node(id)
		gone := errors.Is(err, model.ErrNoNode)
		switch {
		case gone && asJSON:
			err = enc.Encode(goneJSON{jsonVersion, id.String(), true, told})
		case gone:
			_, err = p.out.WriteString(id.String() + " is gone\n")
		case err != nil:
		case asJSON:
			err = enc.Encode(changedJSON{newNodeJSON(&n), told})
		default:
			var short string
			if short, err = v.ShortID(id); err == nil {
				err = p.node(&n, short, 0)
			}
		}
		if err != nil {
			return err
		}
	}
	return p.out.Flush()
}
