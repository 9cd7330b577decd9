package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// separateWords moves the words of a command line behind its flags, with "--" between them, so that a word may begin with a dash:
// `arbor ls -work` asks for what is not tagged work, `arbor log temperature -3` logs minus three. Only what begins with two dashes
// is a flag, and the few short ones that a verb declares.
func separateWords(root *cobra.Command, args []string) []string {
	if len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd) {
		return args // the shell's question, in cobra's own form
	}
	cmd := root
	var path, flags, words []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			words = append(words, args[i+1:]...)
			break
		}
		if f, isFlag := flagOf(cmd, arg); isFlag {
			flags = append(flags, arg)
			if f != nil && f.NoOptDefVal == "" && !strings.Contains(arg, "=") {
				if i++; i == len(args) {
					return append(path, flags...) // its value is missing, which is for the parser to say
				}
				flags = append(flags, args[i])
			}
			continue
		}
		if sub := child(cmd, arg); sub != nil && len(words) == 0 {
			cmd = sub
			path = append(path, arg)
			continue
		}
		words = append(words, arg)
	}
	return append(append(append(path, flags...), "--"), words...)
}

// flagOf tells whether arg is a flag of cmd, and which one if it is known.
func flagOf(cmd *cobra.Command, arg string) (*pflag.Flag, bool) {
	if name, long := strings.CutPrefix(arg, "--"); long {
		name, _, _ = strings.Cut(name, "=")
		for _, set := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags(), cmd.InheritedFlags()} {
			if f := set.Lookup(name); f != nil {
				return f, true
			}
		}
		return nil, true
	}
	if len(arg) == 2 && arg[0] == '-' && arg != "--" {
		if arg == "-h" {
			return &pflag.Flag{NoOptDefVal: "true"}, true
		}
		if f := cmd.Flags().ShorthandLookup(arg[1:]); f != nil {
			return f, true
		}
	}
	return nil, false
}

func child(cmd *cobra.Command, name string) *cobra.Command {
	for _, c := range cmd.Commands() {
		if c.Name() == name || c.HasAlias(name) {
			return c
		}
	}
	return nil
}
