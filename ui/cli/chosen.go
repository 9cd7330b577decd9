package cli

import (
	"errors"
	"fmt"
	"slices"

	"arbor/model"
	"arbor/store"
)

// chosen are the nodes that a command is about to change. They are chosen on a view before the transaction: a query in it would be in conflict with
// everybody who writes meanwhile.
type chosen struct {
	ids   []model.ID
	found []model.Node // by queries, as they were read
}

// choose returns the nodes that selections name, each once.
func (r *run) choose(v *model.View, sels []string) (*chosen, error) {
	c := &chosen{}
	seen := map[model.ID]bool{}
	for _, sel := range sels {
		ids, found, err := r.selectFound(v, sel)
		if err != nil {
			return nil, err
		}
		c.found = append(c.found, found...)
		for _, id := range ids {
			if !seen[id] {
				seen[id] = true
				c.ids = append(c.ids, id)
			}
		}
	}
	return c, nil
}

// chooseMeant is choose for what is done to the nodes that mirrors show.
func (r *run) chooseMeant(v *model.View, sels []string) (*chosen, error) {
	c, err := r.choose(v, sels)
	if err == nil {
		c.ids, err = meant(v, c.ids)
	}
	return c, err
}

// errOvertaken gives up an edit of nodes that were changed since they were chosen.
var errOvertaken = errors.New("changed since they were chosen")

// still fails with errOvertaken if another has changed what a query found.
func (c *chosen) still(v *model.View) error {
	for i := range c.found {
		switch n, err := v.Node(c.found[i].ID); {
		case errors.Is(err, model.ErrNoNode):
			return errOvertaken
		case err != nil:
			return err
		case !n.Same(&c.found[i]):
			return errOvertaken
		}
	}
	return nil
}

// maxChosen bounds how often nodes are chosen anew where others change them before the command does.
const maxChosen = 5

// onChosen runs change on what choose finds, and says what change calls the outcome. Where another has changed some of it before change does, which has
// to ask still about that, nodes are chosen anew: what no longer fits is left out.
func (r *run) onChosen(choose func(*model.View) (*chosen, error), change func(*Session, *chosen) (string, error)) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	said, err := r.tryChosen(s, choose, change)
	if err = s.close(err); err != nil {
		return err
	}
	r.say("%s", said)
	return nil
}

func (r *run) tryChosen(s *Session, choose func(*model.View) (*chosen, error), change func(*Session, *chosen) (string, error)) (said string, err error) {
	var first []model.ID
	for try := range maxChosen {
		var c *chosen
		if err := r.view(s, func(v *model.View) (err error) {
			c, err = choose(v)
			return err
		}); err != nil {
			return "", err
		}
		if try == 0 {
			first = c.ids
		}
		left := 0
		for _, id := range first {
			if !slices.Contains(c.ids, id) {
				left++
			}
		}
		said, err = change(s, c)
		if !errors.Is(err, errOvertaken) {
			if left > 0 {
				said += fmt.Sprintf("; %s left out, changed meanwhile", count(left, "node", "nodes"))
			}
			return said, err
		}
	}
	return "", fmt.Errorf("the nodes are %w, %d times: %w", errOvertaken, maxChosen, store.ErrConflict)
}
