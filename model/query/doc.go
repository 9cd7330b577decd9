// Package query reads the language in which a person says which nodes are meant. Its invariant: what a query prints is read back as the same
// query, and what is not understood is refused with its place.
//
//	milk bread          both words: each begins a word of the text, whatever the letter case
//	"two words"         this text, somewhere in the node's text
//	+home  #home        the tag; +"odd tag"
//	text~/ca[rt]s?/i    the text matches the regular expression; i puts the letter case aside, \/ is a slash of it
//	-home               neither the tag nor the word, and -done not the state either; -+home only the tag; - stands before anything but and, or, not
//	key:value           the field; key:>3 key:<=3 compare numbers, and so do key>3 key<=3; key:none key:any; #key=value is key:value
//	state:todo          none, todo, doing, waiting, done, cancelled; several with commas between them
//	due:today           a date as package date reads it: due:fri, due:<fri or due<fri, due:>=+7d, due:mon..fri, due:"24 dec"; none, any, overdue
//	                    (over, and the node still open); likewise sched: wait: until: created: modified: finished:
//	under:q7xk          below that node
//	is:task             task, open, done, overdue, series, leaf, waiting (for somebody or a day), scheduled (for later), expired, blocked (by what
//	                    it depends on), blocking, ready (to be done now: none of the four, and no open task below), recurring or event
//	has:note            note, arrow, children, due, sched, wait, until or tag
//	a or b, a and b, not a, ( )   not binds most, or least; beside each other means and
//	\or                 the word itself, where it would be something else
//
// An empty query means every node.
package query
