package cli

import (
	"fmt"

	"arbor/model"
	"arbor/ui/theme"
)

// resultsShown is how many results of a saved query are shown below its node.
const resultsShown = 20

// results prints what the query of n means, if it has one, each result a line at a depth, with an arrow before its text.
func (p *printer) results(v *model.View, n *model.Node, depth int) error {
	nodes, more, ok, err := v.Results(n, p.now, resultsShown)
	if !ok {
		return nil
	}
	mark := theme.ArrowTo
	if p.ascii {
		mark = string(theme.ASCII([]rune(mark)[0]))
	}
	if err != nil { // of that query alone: the list goes on
		return p.line(plain(fmt.Sprintf("%*s", idWidth+2*depth, "")), span{red, printable(err.Error()), true})
	}
	for i := range nodes {
		short, err := v.ShortID(nodes[i].ID)
		if err != nil {
			return err
		}
		nodes[i].Text = mark + " " + nodes[i].Text
		if err := p.node(&nodes[i], short, depth); err != nil {
			return err
		}
	}
	if more > 0 {
		return p.line(span{sgr: faint, text: fmt.Sprintf("%*s%s and %d more", idWidth+2*depth, "", mark, more)})
	}
	return nil
}
