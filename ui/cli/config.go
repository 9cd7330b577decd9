package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"arbor/config"
)

func (r *run) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "config", Short: "show the settings and where they come from",
		Long: "The settings file is TOML. Besides what 'arbor config show' lists, it declares keys and states of your own:\n\n" +
			"  [field.cost]\n  type = \"number\"     # text, number, date, span, bool, choice or url\n  unit = \"€\"          # shown behind a number\n" +
			"  roll = \"sum\"        # what all below a node comes to: sum, mean, min, max\n\n" +
			"  [field.size]\n  type = \"choice\"\n  choices = [\"S\", \"M\", \"L\"]\n\n" +
			"  [states]             # a name, and which state it is a kind of\n  review = \"doing\"\n  someday = \"waiting\"\n\n" +
			"Then 'arbor add stove cost:350€ size:M state:review' is understood, and a wrong value is refused.",
		Args: words(1, 1, "path, show or check"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return usagef("there is no 'config %s'; path, show and check are there", args[0])
		},
	}
	cmd.AddCommand(
		&cobra.Command{Use: "path", Short: "print the path of the settings file", Args: words(0, 0, "no arguments"),
			RunE: func(*cobra.Command, []string) error {
				_, err := fmt.Fprintln(r.Out, r.Paths.Config)
				return err
			}},
		&cobra.Command{Use: "check", Short: "look for mistakes in the settings file", Args: words(0, 0, "no arguments"), RunE: r.configCheck},
		r.configShowCommand(),
	)
	return cmd
}

func (r *run) configShowCommand() *cobra.Command {
	var origin, asJSON bool
	cmd := &cobra.Command{Use: "show", Short: "print every setting with its value", Args: words(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			for _, s := range config.Settings() {
				if err := r.printSetting(s, origin, asJSON); err != nil {
					return err
				}
			}
			for _, e := range r.config.Entries {
				if err := r.printEntry(e.Name, e.Value, r.Paths.Config, origin, asJSON, !e.Bare); err != nil {
					return err
				}
			}
			return nil
		}}
	cmd.Flags().BoolVar(&origin, "origin", false, "say where each value comes from")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func (r *run) printSetting(s config.Setting, origin, asJSON bool) error {
	return r.printEntry(s.Name, r.config.Value(s), r.config.Origins[s.Name].String(), origin, asJSON, !s.Switch)
}

// printEntry prints one line of the settings.
func (r *run) printEntry(name, value, from string, origin, asJSON, quote bool) (err error) {
	switch {
	case asJSON:
		err = json.NewEncoder(r.Out).Encode(struct {
			V      int    `json:"v"`
			Name   string `json:"name"`
			Value  string `json:"value"`
			Origin string `json:"origin"`
		}{jsonVersion, name, value, from})
	default:
		line := name + " = " + value
		if quote {
			line = fmt.Sprintf("%s = %q", name, value)
		}
		if origin {
			line += "  # " + from
		}
		_, err = fmt.Fprintln(r.Out, line)
	}
	return err
}

// configCheck prints a line for each mistake, in the form that editors jump by.
func (r *run) configCheck(*cobra.Command, []string) error {
	for _, p := range r.config.Problems {
		if _, err := fmt.Fprintln(r.Out, p); err != nil {
			return err
		}
	}
	if n := len(r.config.Problems); n > 0 {
		return fmt.Errorf("%s has %s; correct the lines above", r.Paths.Config, count(n, "mistake", "mistakes"))
	}
	return nil
}

// count says a number of things.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
