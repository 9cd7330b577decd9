package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"arbor/model/sample"
)

func (r *run) demoCommand() *cobra.Command {
	var tour bool
	cmd := &cobra.Command{
		Use: "demo", Short: "try arbor on a sample in memory, which leaves nothing behind", Args: words(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !r.Terminal.In || !r.Terminal.Out {
				return usagef("no terminal here to draw the demo on; run 'arbor demo' in one")
			}
			s, err := r.openMemory()
			if err != nil {
				return err
			}
			fill := func() error { return sample.Life(s.Tree, r.now(), r.Seed[0]) }
			if tour {
				fill = func() error { return sample.Tour(s.Tree) }
			}
			if err := fill(); err != nil {
				return s.close(fmt.Errorf("make the sample: %w", err))
			}
			return s.close(r.Start(cmd.Context(), s))
		},
	}
	cmd.Flags().BoolVar(&tour, "tour", false, "seven things to try instead of a sample life")
	return cmd
}
