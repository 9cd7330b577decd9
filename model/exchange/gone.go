package exchange

import (
	"errors"
	"slices"

	"arbor/model"
)

// keepGone leaves of the nodes that are no more those that stand in the tree, and counts them.
func (p *Plan) keepGone(v *model.View) error {
	var failed error
	p.Gone = slices.DeleteFunc(p.Gone, func(id model.ID) bool {
		top, err := v.Top(id)
		if err != nil && !errors.Is(err, model.ErrNoNode) {
			failed = errors.Join(failed, err)
		}
		return err != nil || top == model.Trash || top == model.Detached
	})
	p.Report.Folded = len(p.Gone)
	return failed
}
