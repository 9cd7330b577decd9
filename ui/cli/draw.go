package cli

import (
	"errors"
	"math/rand/v2"

	"github.com/spf13/cobra"

	"arbor/model"
)

func (r *run) drawCommand() *cobra.Command {
	var under string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "draw", Short: "draw a task by lot, heavier ones more often", Args: words(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error { return r.draw(under, asJSON) },
	}
	cmd.Flags().StringVar(&under, "under", "", "`ID` below which to draw")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// drawnJSON is the line of `arbor draw --json`: the node, and its share of the lot.
type drawnJSON struct {
	nodeJSON
	Weight float64 `json:"weight"`
	Total  float64 `json:"total"`
	Leaves int     `json:"leaves"`
}

func (r *run) draw(under string, asJSON bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		root := model.Root
		if under != "" && under != rootName {
			of, err := resolve(v, under)
			if err != nil {
				return err
			}
			if root, err = v.Through(of); err != nil {
				return mirrorError(of, err)
			}
		}
		d, err := v.Draw(root, rand.New(rand.NewPCG(r.Seed[0], r.Seed[1])))
		if errors.Is(err, model.ErrNothing) {
			if !asJSON {
				r.say(nothingReady)
			}
			return nil
		}
		if err != nil {
			return err
		}
		n, err := v.Node(d.ID)
		if err != nil {
			return err
		}
		if asJSON {
			return newEncoder(r.Out).Encode(drawnJSON{newNodeJSON(&n), d.Weight, d.Total, d.Leaves})
		}
		short, err := v.ShortID(d.ID)
		if err != nil {
			return err
		}
		p := r.printer()
		if err := p.node(&n, short, 0); err != nil {
			return err
		}
		r.say("weight %g of %g, in a lot of %s: %.0f %%", d.Weight, d.Total, count(d.Leaves, "task", "tasks"), 100*d.Weight/d.Total)
		return p.out.Flush()
	}))
}
