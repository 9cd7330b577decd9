// Package jsonl writes a tree as lines of JSON and reads it back. Its invariant: what is written is read back as an equal tree, with the
// same ids, order, dates and samples.
//
// # Format 1
//
// A file is UTF-8, one JSON object a line. The first line is the header, the last one the end; a file without it was cut off.
//
//	{"arbor":1,"exported":"2026-11-22T17:00:00Z"}
//	{"id":"…","parent":"…","order":0,"text":"…","state":"todo","tags":["a"],"fields":{"k":"v"}, …}
//	{"samples":"…","values":[[1700000000000000000,72.4], …]}
//	{"events":"…","happened":[{"id":"…","date":"2026-11-27","outcome":"done","at":"…"}, …]}
//	{"end":true,"nodes":2,"samples":1}
//
// A node always has these:
//
//	id        13 digits of base32
//	parent    the id of its parent; null for the root of the tree
//	order     its number among its siblings, from 0; the order of the lines says the same and is what is read
//	text      one line; #tag and #key=value in it are live and appear nowhere else
//	state     none, todo, doing, waiting, done or cancelled
//	tags      its explicit tags, sorted
//	fields    its explicit fields, text each
//
// and, where it has them:
//
//	note                              text
//	due sched wait until              2026-11-27 for a day, 2026-11-27T08:00:00Z for an instant
//	created modified finished         instants, to the millisecond
//	arrows                            [{"to":"…","label":"…"}]
//	x y                               its place on the canvas
//	collapsed hide_done auto_arrange  true
//	series                            true: lines with its samples follow it
//
// Parents come before their children and siblings in order. The root comes first and the trash, whose id is fixed, last; both are there in
// every tree, so that their lines carry only what was set on them. A line of samples belongs to a node further up and holds at most 1,024
// pairs of nanoseconds since 1970 UTC and value, in the order of time; a value that JSON has no number for is "NaN", "+Inf" or "-Inf".
// Where they are texts, the value of one is 52 bits of its XXH64, and texts has those that the values of the line stand for.
// A line of events says what happened to a node further up: intervals worked have from and, once they ended, to; what became of a date of what
// repeats has date, outcome (done, skipped or missed) and at. Either may have a text.
//
// A reader passes over keys that it does not know, and says so.
package jsonl
