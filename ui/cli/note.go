package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
)

func (r *run) noteCommand() *cobra.Command {
	var replace, yes bool
	cmd := &cobra.Command{
		Use: "note SEL [TEXT...]", Short: "print the note of a node, or write lines below it",
		Long: "Without TEXT the note is printed as it is. TEXT becomes a line at its end; with - it is what standard input has, and --replace puts it in the place of the note. " +
			"An empty text with --replace takes the note away.",
		Args: words(1, -1, "a selection, and perhaps a text"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && !replace {
				return r.printNote(args[0])
			}
			text := strings.Join(args[1:], " ")
			if len(args) == 2 && args[1] == "-" {
				b, err := io.ReadAll(io.LimitReader(r.In, model.MaxNote+1))
				if err != nil {
					return err
				}
				text = strings.TrimRight(string(b), "\n")
			}
			return r.change(args[:1], yes, "note", func(e *model.Edit, ids []model.ID) (string, error) {
				for _, id := range ids {
					if err := addNote(e, id, text, replace); err != nil {
						return "", err
					}
				}
				return "noted", nil
			})
		},
	}
	cmd.Flags().BoolVar(&replace, "replace", false, "put TEXT in the place of the note")
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("change more than %d nodes", maxUnasked))
	return cmd
}

// addNote writes text below a node's note, or in its place.
func addNote(e *model.Edit, id model.ID, text string, replace bool) error {
	if replace {
		return e.SetNote(id, text)
	}
	note, err := e.Note(id)
	if err != nil {
		return err
	}
	if note != "" && !strings.HasSuffix(note, "\n") {
		note += "\n"
	}
	return e.SetNote(id, note+text)
}

func (r *run) printNote(sel string) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		ids, err := r.selectMeant(v, sel)
		if err != nil {
			return err
		}
		p := r.printer()
		for _, id := range ids {
			note, err := v.Note(id)
			if err != nil {
				return err
			}
			if note == "" {
				continue
			}
			p.out.WriteString(note)
			if !strings.HasSuffix(note, "\n") {
				p.out.WriteByte('\n')
			}
		}
		return p.out.Flush()
	}))
}
