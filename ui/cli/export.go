package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/exchange/jsonl"
)

func (r *run) exportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "export", Short: "write the tree, or samples, to a file", Args: words(1, 1, "a format: json, csv or jsonl"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return usagef("there is no format %q to export to; json, csv and jsonl are there", args[0])
		},
	}
	var file string
	asJSON := &cobra.Command{
		Use: "json [QUERY...]", Short: "everything, or what a query means with what is above it, one JSON object a line",
		Long: "'arbor import json FILE' reads it back to an equal tree. The format is described in model/exchange/jsonl.",
		RunE: func(cmd *cobra.Command, args []string) error { return r.exportJSON(strings.Join(args, " "), file) },
	}
	asJSON.Flags().StringVarP(&file, "output", "o", "", "`FILE` to write instead of standard output; it is replaced whole or not at all")
	cmd.AddCommand(asJSON, r.exportSamplesCommand("csv", "samples of all series, or of some, as a table", csvLines),
		r.exportSamplesCommand("jsonl", "samples of all series, or of some, one JSON object a line", jsonLines))
	return cmd
}

func (r *run) exportJSON(text, file string) error {
	q, err := r.parseQuery(text)
	if err != nil {
		return err
	}
	return r.export(file, func(s *Session, v *model.View, out io.Writer) error {
		if strings.TrimSpace(text) == "" {
			return jsonl.Write(out, v, s.Book, r.now())
		}
		w, err := jsonl.NewWriter(out, r.now())
		if err != nil {
			return err
		}
		part := partial{w: w, v: v, s: s, written: map[model.ID]bool{}, children: map[model.ID]int{}}
		for n, err := range v.Select(q) {
			if err == nil {
				err = part.add(n.ID)
			}
			if err != nil {
				return err
			}
		}
		return w.Close()
	})
}

// export writes what write does to a file, which is replaced whole or not at all, or to standard output.
func (r *run) export(file string, write func(*Session, *model.View, io.Writer) error) error {
	file, special, err := output(file)
	if err != nil {
		return err
	}
	if special != nil {
		defer special.Close() // a pipe or a device: what was written is with its reader
		r.Out = special
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	if file == "" {
		return s.close(s.whole(r.view(s, func(v *model.View) error { return write(s, v, r.Out) })))
	}
	if _, err := os.Stat(file); err == nil && s.damage != "" {
		return s.close(refusedf("%s is there, and may hold what the store has lost; name another file", file))
	}
	return s.close(s.whole(again(func() error {
		return replaceFile(file, func(out io.Writer) error {
			return s.Tree.View(func(v *model.View) error { return write(s, v, out) })
		})
	})))
}

// whole returns err, or an error where what was read is only what a damaged store has left: nobody should take it for a copy of all.
func (s *Session) whole(err error) error {
	if err == nil && s.damage != "" {
		return errors.New("this is what is left of the tree, not all of it")
	}
	return err
}

// output looks at the file that a person named. "" is standard output, which "-" is too; a link goes on pointing where it does; a pipe or a
// device is opened and returned, because it cannot be replaced.
func output(file string) (string, *os.File, error) {
	if file == "" || file == "-" {
		return "", nil, nil
	}
	if there, err := filepath.EvalSymlinks(file); err == nil {
		file = there
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().IsRegular() {
		return file, nil, nil // what is wrong with it shows when it is written
	}
	if info.IsDir() {
		return "", nil, usagef("%s is a directory; name a file", file)
	}
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	return "", f, err
}

// partial writes some nodes of a tree with those above them, so that the file is a tree too.
type partial struct {
	w        *jsonl.Writer
	v        *model.View
	s        *Session
	written  map[model.ID]bool
	children map[model.ID]int // how many of each were written
}

func (p *partial) add(id model.ID) error {
	path, err := p.v.Path(id)
	if err != nil {
		return err
	}
	for _, id := range path {
		if p.written[id] {
			continue
		}
		p.written[id] = true
		n, err := p.v.Node(id)
		if err != nil {
			return err
		}
		if err := p.w.Node(p.v, p.s.Book, &n, p.children[n.Parent]); err != nil {
			return err
		}
		if n.ID != n.Parent {
			p.children[n.Parent]++
		}
	}
	return nil
}

// replaceFile writes a file beside the one of that name and puts it in its place once it is whole and on the disk.
func replaceFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			p.Path = filepath.Dir(name) // that is what is amiss, not the name of a moment
		}
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name()) // what is left of it is of no use
		}
	}()
	if err := write(f); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if info, err := os.Stat(name); err == nil {
		if err := f.Chmod(info.Mode().Perm()); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	if d, err := os.Open(filepath.Dir(name)); err == nil {
		_ = d.Sync() // not every system can; the file is whole under its name or was not there
		d.Close()
	}
	return nil
}
