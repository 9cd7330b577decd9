package cli

import (
	"errors"
	"slices"
	"strings"

	"arbor/model"
	"arbor/model/field"
	"arbor/model/query"
)

// minRef is the least number of digits by which a node may be named.
const minRef = 4

// resolve returns the node that ref names.
func resolve(v *model.View, ref string) (model.ID, error) {
	id, err := v.Resolve(ref)
	if err == nil {
		return id, nil
	}
	var ambiguous *model.AmbiguousError
	if errors.As(err, &ambiguous) {
		candidates := make([]string, len(ambiguous.Candidates))
		for i, c := range ambiguous.Candidates {
			candidates[i] = c.String()
		}
		return id, refusedf("%s could be %s; give more of it", ref, strings.Join(candidates, " or "))
	}
	if errors.Is(err, model.ErrNoNode) || errors.Is(err, model.ErrID) {
		return id, missingf("there is no node %q; 'arbor ls' shows the ids, and '\"%s\"' means the word", ref, ref)
	}
	return id, err
}

// inboxName is how a person names the inbox, wherever it is.
const inboxName = "inbox"

// parentNamed returns the node that ref names, to stand under. The inbox is made if it is not there.
func parentNamed(e *model.Edit, ref string) (model.ID, error) {
	if ref == inboxName {
		return e.Inbox()
	}
	return parentThere(e.View, ref)
}

// parentThere is parentNamed for nodes that are there.
func parentThere(v *model.View, ref string) (model.ID, error) {
	id, err := resolve(v, ref)
	if err != nil {
		return id, err
	}
	to, err := v.Through(id) // below a mirror is below what it mirrors
	return to, mirrorError(id, err)
}

// sibling returns the node that ref names, for another to stand beside it.
func sibling(v *model.View, ref string) (model.Node, error) {
	id, err := resolve(v, ref)
	if err != nil {
		return model.Node{}, err
	}
	switch id {
	case model.Root:
		return model.Node{}, usagef("nothing stands beside the top of the tree; under:root is in it")
	case model.Trash:
		return model.Node{}, usagef("nothing stands beside the trash; 'arbor rm' moves there")
	}
	return v.Node(id)
}

// looksLikeID tells what may be an id from a word of a query by its letters alone. Many a word looks like one: wash, plants.
func looksLikeID(word string) bool {
	const full = 13
	if word == inboxName || word == "trash" {
		return true
	}
	return len(word) >= minRef && len(word) <= full && strings.Trim(word, "0123456789abcdefghjkmnpqrstvwxyz") == ""
}

// idsOf returns the words of a selection, and whether all of them are ids.
func idsOf(sel string) ([]string, bool) {
	refs := strings.FieldsFunc(sel, func(c rune) bool { return c == ' ' || c == ',' || c == '\n' })
	return refs, !slices.ContainsFunc(refs, func(ref string) bool { return !looksLikeID(ref) })
}

// selectNodes returns the nodes that a selection names: ids, separated by spaces or commas, or a query. Words that look like ids, none of which
// there is, are a query. To name none is an error.
func (r *run) selectNodes(v *model.View, sel string) ([]model.ID, error) {
	ids, _, err := r.selectFound(v, sel)
	return ids, err
}

// selectFound is selectNodes, and has what a query found.
func (r *run) selectFound(v *model.View, sel string) (ids []model.ID, found []model.Node, err error) {
	refs, areIDs := idsOf(sel)
	if len(refs) == 0 {
		return nil, nil, usagef("the selection is empty; name ids or a query")
	}
	if areIDs {
		ids, asWords, err := resolveAll(v, refs)
		if !asWords {
			return ids, nil, err
		}
		ids, found, wrong := r.selectMatching(v, sel)
		if wrong != nil && exitCode(wrong) == exitMissing {
			wrong = err // of the two ways to read it the id is what the letters say
		}
		return ids, found, wrong
	}
	return r.selectMatching(v, sel)
}

// resolveAll returns the nodes that all of refs name. Where there is none of them, which is an error too, asWords says that they may be words.
func resolveAll(v *model.View, refs []string) (ids []model.ID, asWords bool, err error) {
	missing := 0
	for _, ref := range refs {
		id, wrong := resolve(v, ref)
		if wrong == nil {
			ids = append(ids, id)
			continue
		}
		if err == nil {
			err = wrong
		}
		if exitCode(wrong) == exitMissing && ref != inboxName && ref != "trash" {
			missing++
		}
	}
	return ids, missing == len(refs), err
}

// selectMatching returns the nodes that match a query. That there is none is an error.
func (r *run) selectMatching(v *model.View, sel string) (ids []model.ID, found []model.Node, err error) {
	q, err := r.parseQuery(sel)
	if err != nil {
		return nil, nil, err
	}
	for n, err := range v.Select(q) {
		if err != nil {
			return nil, nil, err
		}
		ids, found = append(ids, n.ID), append(found, n)
	}
	if len(ids) == 0 {
		return nil, nil, missingf("nothing matches %q; name ids or another query", sel)
	}
	return ids, found, nil
}

// selectAll returns the nodes of several selections, each once.
func (r *run) selectAll(v *model.View, sels []string) ([]model.ID, error) {
	c, err := r.choose(v, sels)
	if err != nil {
		return nil, err
	}
	return c.ids, nil
}

func (r *run) parseQuery(text string) (*query.Query, error) {
	q, err := query.Parse(text, r.now(), ownStates(r.fields)...)
	if err != nil {
		return nil, usagef("%w", err)
	}
	return q, nil
}

// ownStates returns the names of the person's own states.
func ownStates(fields *field.Set) []string {
	var names []string
	for _, s := range fields.States() {
		names = append(names, s.Name)
	}
	return names
}

// maxUnasked is how many nodes a command changes without --yes.
const maxUnasked = 20

// mayChange refuses to change many nodes unless the person said so.
func mayChange(ids []model.ID, yes bool) error {
	if len(ids) > maxUnasked && !yes {
		return refusedf("this changes %d nodes; say --yes if you mean all of them", len(ids))
	}
	return nil
}
