// Package inline reads and writes the one line in which a person gives a node's text together with its tags, dates and fields:
//
//	call Anna about the trip +phone due:"fri 17:00" prio:H under:q7xk
//
// It is the same in arbor add, arbor edit, quick capture and the outline. Its invariant: only what is known is taken out of the line, the
// rest stays as it was typed; and a node's line, parsed, is the node again.
//
// The grammar, word by word (a word ends at a space):
//
//	+tag #tag +"odd tag"   a tag. A tag begins with a letter or _, goes on with letters, digits and _ - . / : @, and ends with none of - . / :
//	-tag                   takes a tag away, only where Env.Change says so (arbor edit)
//	due: sched: wait: until:  a date as package date reads it, or none
//	when:                  a date, or two with .. between them
//	prio:                  a number, or H, M, L
//	                       or due-3d: a length before or after another date of the same line
//	state:                 none, todo, doing, waiting, done or cancelled, or a state of the person's own
//	est: warn:             a length of time, such as 1h30min
//	rec:                   a rule as package recur reads it
//	zone:                  a time zone, such as Europe/Paris: times in the line are read and written in it
//	under: after:          any text: the id of the parent; of the sibling to stand behind
//	depends:               ids with commas between them: what has to be done before
//	declared:              what Env.Fields says of the key: a number, a date, one of a few words, any text
//	\word                  the word as text, where it would be one of the above
//
// A value with spaces stands in quotes, with \" and \\ inside, or in single quotes, as it is. A key with a value that does not fit is an error; a key that is not known,
// a URL, a time, #key=value and #42 are text.
package inline
