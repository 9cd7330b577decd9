package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"arbor/model"
	"arbor/ui/editor"
)

// maxFile bounds the bytes of a file of nodes.
const maxFile = 8 << 20

// throughEditor runs the person's editor on a file and returns what it has left there. Without a terminal the editor must be one that was chosen.
func (r *run) throughEditor(ctx context.Context, f editor.File) (text string, changed bool, err error) {
	words := editor.Command(r.getenv)
	if words == nil {
		return "", false, editor.ErrNone
	}
	ran := r.attached(ctx, append(words, f.Name)).Run()
	text, changed, err = f.Text()
	if err == nil && ran != nil {
		err = editor.Failed(ran)
	}
	return text, changed, err
}

// mayEdit refuses to run an editor where it would wait for somebody who is not there.
func (r *run) mayEdit(instead string) error {
	if r.Terminal.In && r.Terminal.Out || editor.Chosen(r.getenv) {
		return nil
	}
	return usagef("an editor needs a terminal, or EDITOR to be set; %s", instead)
}

// editNodes opens the nodes that sel means in the person's editor, and makes them what it has left in the file. The store is closed meanwhile.
func (r *run) editNodes(ctx context.Context, sel string, yes bool) error {
	if err := r.mayEdit("'arbor edit SEL CHANGE...' changes nodes without one"); err != nil {
		return err
	}
	base, err := r.toEdit(sel, yes)
	if err != nil {
		return err
	}
	nodes := make([]writtenNode, len(base))
	for i, n := range base {
		nodes[i] = n.writtenNode
	}
	f, err := editor.New("nodes.txt", writeNodes(nodes))
	if err != nil {
		return fmt.Errorf("write the nodes for the editor: %w", err)
	}
	for {
		text, changed, err := r.throughEditor(ctx, f)
		switch {
		case err == nil && !changed:
			r.say("nothing was changed")
			return f.Remove()
		case err != nil && !changed:
			return errors.Join(err, f.Remove())
		case err == nil:
			err = r.saveNodes([]byte(text), base)
		}
		if err == nil {
			return f.Remove()
		}
		if errors.As(err, new(*lineError)) && r.again(err) {
			continue
		}
		return fmt.Errorf("nothing was changed: %w; what was written is in %s, and 'arbor edit --from' reads it from there", err, f.Name)
	}
}

// again asks whether to go on with the editor after a mistake, where somebody can be asked.
func (r *run) again(mistake error) bool {
	if !r.Terminal.In || !r.Terminal.Err {
		return false
	}
	fmt.Fprintf(r.Err, "%v\nopen the editor again? [Y/n] ", mistake)
	answer, err := bufio.NewReader(r.In).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return err == nil && (answer == "" || answer == "y" || answer == "yes")
}

// toEdit reads the nodes that sel means.
func (r *run) toEdit(sel string, yes bool) (base []edited, err error) {
	s, err := r.open()
	if err != nil {
		return nil, err
	}
	return base, s.close(r.view(s, func(v *model.View) error {
		base = nil
		ids, err := r.selectMeant(v, sel)
		if err == nil {
			err = mayChange(ids, yes)
		}
		if err != nil {
			return err
		}
		if len(ids) > maxAtOnce {
			return refusedf("%d nodes are too many for one file, which has room for %d", len(ids), maxAtOnce)
		}
		for _, id := range ids {
			if id == model.Root || id == model.Trash || id == model.Detached {
				return fmt.Errorf("%s: %w", sel, model.ErrBuiltin)
			}
			n, _, err := r.edited(v, id)
			if err != nil {
				return err
			}
			base = append(base, n)
		}
		return nil
	}))
}

// editFrom makes nodes what a file says, as they stand now.
func (r *run) editFrom(path string) error {
	var b []byte
	var err error
	if path == "-" {
		b, err = io.ReadAll(io.LimitReader(r.In, maxFile+1))
	} else {
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return missingf("%w", err)
	}
	return r.saveNodes(b, nil)
}

// saveNodes makes nodes what a file says, as one step of undo: all of it or nothing. Where base is given, the file was written of it, and a node
// that somebody else has changed since is not overwritten.
func (r *run) saveNodes(file []byte, base []edited) error {
	if len(file) > maxFile || !utf8.Valid(file) || !isText(file) {
		return usagef("the file is no text in UTF-8 of up to %d bytes", maxFile)
	}
	written, err := readNodes(string(file))
	if err != nil {
		return err
	}
	was := map[string]edited{}
	for _, n := range base {
		was[n.ref] = n
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	outcome := ""
	_, err = s.Tree.Do("edit", func(e *model.Edit) error {
		var ids []model.ID
		renamed := ""
		seen := map[model.ID]bool{}
		for _, n := range written {
			id, changed, links, err := r.saveNode(e, n, was)
			if err != nil {
				return err
			}
			if seen[id] {
				return &lineError{n.number - 1, usagef("the node %s is there twice", n.ref)}
			}
			seen[id] = true
			if changed {
				ids = append(ids, id)
			}
			if said := links.String(); said != "" {
				renamed += "; " + said
			}
		}
		if len(ids) == 0 {
			outcome = "nothing was changed"
			return nil
		}
		names, err := describe(e.View, ids)
		e.SetLabel("edit " + names)
		outcome = names + " changed" + renamed
		return err
	})
	if err = s.close(err); err != nil {
		return err
	}
	r.say("%s", outcome)
	return nil
}

// saveNode makes one node what a file says of it, and reports whether that is anything new.
func (r *run) saveNode(e *model.Edit, n writtenNode, was map[string]edited) (id model.ID, changed bool, links model.Renamed, err error) {
	at := func(number int, err error) error { return &lineError{number, err} }
	base, known := was[n.ref]
	if len(was) > 0 && !known {
		return id, false, links, at(n.number-1, usagef("%q is the id of no node in the file that was opened", n.ref))
	}
	if known && n.line == base.line && n.note == base.note {
		id, err = model.ParseID(n.ref)
		return id, false, links, err
	}
	id, err = resolve(e.View, n.ref)
	if known && exitCode(err) == exitMissing {
		return id, false, links, refusedf("%s was removed meanwhile", quoted(base.line))
	}
	if err == nil {
		id, err = e.Through(id)
		err = mirrorError(id, err)
	}
	if err == nil && (id == model.Root || id == model.Trash || id == model.Detached) {
		err = model.ErrBuiltin
	}
	if err != nil {
		return id, false, links, at(n.number-1, err)
	}
	now, env, err := r.edited(e.View, id)
	if err != nil {
		return id, false, links, err
	}
	if known && (now.line != base.line || now.note != base.note || now.top != base.top) {
		return id, false, links, refusedf("%s was changed meanwhile by somebody else, see 'arbor show %s'", quoted(base.line), n.ref)
	}
	if n.line != now.line {
		env.Now = r.now()
		before, err := parseLine(now.line, env)
		if err != nil {
			return id, false, links, err
		}
		after, err := parseLine(n.line, env)
		if err == nil && after.Text == "" && before.Text != "" {
			err = usagef("the node has no text; 'arbor rm %s' removes it", n.ref)
		}
		if err == nil {
			links, err = rewrite(e, id, before, after)
		}
		if err != nil {
			return id, false, links, at(n.number, err)
		}
		changed = true
	}
	if n.note != now.note {
		if err := e.SetNote(id, n.note); err != nil {
			return id, false, links, at(n.number+1, err)
		}
		changed = true
	}
	return id, changed, links, nil
}
