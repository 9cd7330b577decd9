// Package query reads the language in which a person says which nodes are meant. Its invariant: what a query prints is read back as the same
// query, and what is not understood is refused with its place.
//
//	milk bread          both words: each begins a word of the text, whatever the letter case
//	"two words"         this text, somewhere in the node's text
//	+home  #home        the tag; +"odd tag"
//	tag:home            the tag, of the node or of one above it
//	text~/ca[rt]s?/i    the text matches the regular expression; i puts the letter case aside, \/ is a slash of it; likewise note~/pattern/
//	-home               neither the tag nor the word, and -done not the state either; -+home only the tag; - stands before anything but and, or, not
//	key:value           the field; key:>3 key:<=3 compare numbers, and so do key>3 key<=3; key:none key:any; #key=value is key:value
//	state:todo          none, todo, doing, waiting, done, cancelled; several with commas between them
//	due:today           a date as package date reads it: due:fri, due:<fri or due<fri, due:>=+7d, due:mon..fri, due:"24 dec"; none, any, overdue
//	                    (over, and the node still open); likewise sched: wait: until: created: modified: finished:
//	under:q7xk          below that node, of a mirror below what it shows; under:"name" below each of that text; under:(query) below each that the query means
//	above:q7xk          what that node lies below
//	depth:1 depth<3     how many nodes are above, the top of the tree included
//	is:task             task (it has a state, a due or scheduled date, or the tag task), open, done, overdue, series, leaf, waiting (for somebody or
//	                    a day), scheduled (for later), expired, blocked (by what it depends on), blocking, ready (to be done now: none of the four,
//	                    and no open task below), recurring, event, active (its clock runs), inbox (what lies in it) or mirror (it shows another node)
//	has:note            note, children, tag, a date (due, sched, wait, until), a field (rec, when, prio, est, depends, query), interval (it was worked on),
//	                    link (an arrow from it, or a [[link by name]] in its text or its note),
//	                    backlink (an arrow or a link by name to it, from a node of the tree) or arrow (an arrow from it or to it)
//	@today @"my list"   what the query of the node of that name, or id, means; it lists as that one does
//	a or b, a and b, not a, ( )   not binds most, or least; beside each other means and
//	\or                 the word itself, where it would be something else
//	sort:due,-prio      how to list, wherever it stands outside of parentheses: by text, state, prio, due, sched, wait, created, modified, finished,
//	                    urgency (the most urgent first) or tree; a dash turns an order round
//	limit:20            no more than these
//	group:tag           in groups by tag, state, due or parent
//
// An empty query means every node.
package query
