package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/field"
	"arbor/ui/editor"
)

func (r *run) openCommand() *cobra.Command {
	var note, execute, yes bool
	cmd := &cobra.Command{
		Use: "open SEL", Short: "open the address in a node, edit its note, or run what it says",
		Long: "Opens the first address (https:, http:, mailto:, file:) that stands in the text, a field or the note of the node, with $BROWSER or what the system has for it. " +
			"--note opens the note in your editor ($ARBOR_EDITOR, $VISUAL, $EDITOR); a node whose text begins with txt: is opened so without it. " +
			"--run has your shell run the text, once you have said yes to it.",
		Args: words(1, -1, "the node to open"),
		RunE: func(cmd *cobra.Command, args []string) error {
			sel := strings.Join(args, " ")
			switch {
			case note && execute:
				return usagef("--note and --run are two things; say one of them")
			case yes && !execute:
				return usagef("--yes goes with --run")
			}
			w, err := r.toOpen(sel)
			if err != nil {
				return err
			}
			switch {
			case execute:
				return r.runText(cmd.Context(), w, yes)
			case note || strings.HasPrefix(w.node.Text, "txt:"):
				return r.editNote(cmd.Context(), w)
			}
			return r.browse(cmd.Context(), w)
		},
	}
	cmd.Flags().BoolVar(&note, "note", false, "edit the note")
	cmd.Flags().BoolVar(&execute, "run", false, "run the text as a command")
	cmd.Flags().BoolVar(&yes, "yes", false, "run it without being asked")
	return cmd
}

// opened is a node that is to be opened, as it was read.
type opened struct {
	id   model.ID
	node model.Node
	note string
}

// toOpen reads the one node that sel means. The store is closed when it returns: nobody else waits for an editor or a browser.
func (r *run) toOpen(sel string) (w opened, err error) {
	s, err := r.open()
	if err != nil {
		return w, err
	}
	return w, s.close(r.view(s, func(v *model.View) error {
		ids, err := r.selectMeant(v, sel)
		if err != nil {
			return err
		}
		if len(ids) != 1 {
			return refusedf("%s are meant; open one at a time", count(len(ids), "node", "nodes"))
		}
		w.id = ids[0]
		if w.node, err = v.Node(w.id); err != nil {
			return err
		}
		w.note, err = v.Note(w.id)
		return err
	}))
}

var address = regexp.MustCompile(`(?i)\b(?:https?://|file://|mailto:)[^\s<>"]+`)

// address returns the first address in the node: in its text, in the fields that are for addresses and then in the others, in its note.
func (w *opened) address(fields *field.Set) string {
	places := []string{w.node.Text}
	var others []string
	for _, f := range w.node.Fields {
		if d, ok := fields.Lookup(f.Key); ok && d.Kind == field.URL {
			places = append(places, f.Value)
		} else {
			others = append(others, f.Value)
		}
	}
	for _, text := range append(append(places, others...), w.note) {
		if a := address.FindString(text); a != "" {
			a = strings.TrimRight(a, ".,;:!?'")
			if !strings.Contains(a, "(") {
				a = strings.TrimRight(a, ")]")
			}
			return a
		}
	}
	return ""
}

// browser returns the command that opens an address.
func (r *run) browser() []string {
	first, _, _ := strings.Cut(r.getenv("BROWSER"), ":")
	if words := strings.Fields(strings.ReplaceAll(first, "%s", "")); len(words) > 0 {
		return words
	}
	switch runtime.GOOS {
	case "darwin":
		return []string{"open"}
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	return []string{"xdg-open"}
}

func (r *run) browse(ctx context.Context, w opened) error {
	a := w.address(r.fields)
	if a == "" {
		return missingf("no address stands in %q; --note edits its note, --run runs its text", w.node.Text)
	}
	words := r.browser()
	if err := r.attached(ctx, append(words, a)).Run(); err != nil {
		return fmt.Errorf("open %s with %s: %w; set BROWSER to another program", a, words[0], err)
	}
	r.say("opened %s", a)
	return nil
}

// attached is a command on the streams of this one.
func (r *run) attached(ctx context.Context, words []string) *exec.Cmd {
	c := exec.CommandContext(ctx, words[0], words[1:]...)
	c.Stdin, c.Stdout, c.Stderr = r.In, r.Out, r.Err
	return c
}

func (r *run) getenv(key string) string {
	v, _ := r.Lookup(key)
	return v
}

// runText has the shell run the node's text, if the person says so.
func (r *run) runText(ctx context.Context, w opened, yes bool) error {
	text := strings.TrimSpace(w.node.Text)
	if text == "" {
		return missingf("there is nothing to run: the node has no text")
	}
	if !yes {
		if !r.Terminal.In || !r.Terminal.Err {
			return refusedf("%q is not run without --yes where nobody can be asked", text)
		}
		fmt.Fprintf(r.Err, "run %q? [y/N] ", text)
		answer, _ := bufio.NewReader(r.In).ReadString('\n') // the end of the input is a no
		if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
			return refusedf("not run")
		}
	}
	words := []string{"/bin/sh", "-c", text}
	if runtime.GOOS == "windows" {
		words = []string{"cmd", "/c", text}
	} else if sh := r.getenv("SHELL"); sh != "" {
		words[0] = sh
	}
	if err := r.attached(ctx, words).Run(); err != nil {
		return fmt.Errorf("run %q: %s", text, err) // its exit status is none of ours
	}
	return nil
}

// editNote runs the editor on the note and takes what it has written. What cannot be kept stays in its file.
func (r *run) editNote(ctx context.Context, w opened) error {
	if err := r.mayEdit("'arbor note SEL TEXT' writes without one"); err != nil {
		return err
	}
	f, err := editor.New("note.md", w.note)
	if err != nil {
		return fmt.Errorf("open the note: %w", err)
	}
	text, changed, err := r.throughEditor(ctx, f)
	switch {
	case err != nil && changed:
		return fmt.Errorf("not saved, %w; what was written is in %s", err, f.Name)
	case err != nil:
		return errors.Join(err, f.Remove())
	case !changed:
		r.say("the note is as it was")
		return f.Remove()
	}
	if err := r.saveNote(w, text); err != nil {
		return fmt.Errorf("save the note: %w; what was written is in %s", err, f.Name)
	}
	r.say("the note is saved")
	return f.Remove()
}

// saveNote writes the note, unless another has changed it while it was edited.
func (r *run) saveNote(w opened, text string) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	_, err = s.Tree.Do("note", func(e *model.Edit) error {
		now, err := e.Note(w.id)
		if err != nil {
			return err
		}
		if now != w.note {
			return refusedf("it was changed meanwhile")
		}
		return e.SetNote(w.id, text)
	})
	return s.close(err)
}
