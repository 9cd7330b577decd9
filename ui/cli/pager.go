package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
)

// throughPager are the commands whose output goes through a pager on a terminal that it is too long for: those that print a tree or a part of it.
var throughPager = []string{"ls", "find", "show", "tree", "next", "agenda", "track", "track report", "report", "chain", "history", "diff", "backlinks", "trash", "day", "note",
	"undo", "redo", "template list", "hook list", "config show", "store stats"}

// paged runs the command that the arguments name. What goes through a pager is collected first, so that the store is closed while a person reads,
// however long that takes.
func (r *run) paged(ctx context.Context, root, cmd *cobra.Command) error {
	if !r.Terminal.Out || !slices.Contains(throughPager, strings.TrimPrefix(cmd.CommandPath(), root.Name()+" ")) {
		return root.ExecuteContext(ctx)
	}
	out := r.Out
	var text bytes.Buffer
	r.Out = &text
	err := root.ExecuteContext(ctx)
	r.Out = out
	if _, failed := r.page(ctx, text.Bytes()); err == nil {
		err = failed
	}
	return err
}

// page writes text to the terminal, through a pager if there is one and the screen is too small for it.
func (r *run) page(ctx context.Context, text []byte) (int, error) {
	words := r.pager()
	if words == nil || !overflows(text, r.Terminal.Width, r.Terminal.Height) {
		return r.Out.Write(text)
	}
	c := r.attached(ctx, words)
	c.Stdin = bytes.NewReader(text)
	c.Env = os.Environ()
	for _, option := range []string{"LESS=FRX", "LV=-c"} { // colours as they are; what fits on a screen is shown and left there
		if name, _, _ := strings.Cut(option, "="); r.getenv(name) == "" {
			c.Env = append(c.Env, option)
		}
	}
	interrupts := make(chan os.Signal, 1) // Ctrl-C is for the pager
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	if err := c.Start(); err != nil {
		r.say("%v; shown without a pager, set ARBOR_PAGER to another", err)
		return r.Out.Write(text)
	}
	if err := c.Wait(); err != nil && c.ProcessState == nil {
		return 0, fmt.Errorf("pager %s: %w", words[0], err)
	}
	return len(text), nil // a pager that is left early, by q or a signal, is no failure
}

// pager returns the person's pager as a command line, nil for none: $ARBOR_PAGER, the setting, $PAGER, or less if it is there. Empty and cat mean none.
func (r *run) pager() []string {
	if kind := r.getenv("TERM"); kind == "" || kind == "dumb" {
		return nil
	}
	line, ok := r.Lookup("ARBOR_PAGER")
	if !ok && r.config != nil {
		line = r.config.Pager
		ok = line != ""
	}
	if !ok {
		line, ok = r.Lookup("PAGER")
	}
	if !ok {
		if _, err := exec.LookPath("less"); err != nil {
			return nil
		}
		line = "less"
	}
	if words := strings.Fields(line); len(words) > 0 && words[0] != "cat" {
		return words
	}
	return nil
}

// overflows reports whether text and the prompt below it need more rows than a terminal has.
func overflows(text []byte, width, height int) bool {
	if width <= 0 || height <= 0 {
		return false
	}
	rows := 1
	for line := range bytes.Lines(text) {
		cells := ansi.StringWidth(strings.TrimSuffix(string(line), "\n"))
		rows += max(1, (cells+width-1)/width)
		if rows > height {
			return true
		}
	}
	return false
}
