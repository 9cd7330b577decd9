// Package model is the tree of nodes and what may be done to it.
//
// Its invariant: state is a pure fold of the log. What a person does is one batch of ops, appended to this device's log and folded
// into state in the same store transaction; Verify folds the log again and compares.
//
// # The log
//
// A batch is kept verbatim, in blocks of about a kilobyte under (device, number of the first batch). Beside it the block holds the ops
// that would take it back, made of the values the batch replaced. Ops that this version does not know are kept and have no effect.
//
// # The state
//
//	nodes   id → record
//	places  parent, order, 0, id → state of the node
//	notes   id → text
//	terms   kind, term, 0, number → up to 32 ids: words, tags, links by name, days of creation and of finishing, series
//	arrows  to, from → nothing: who points here; the arrow itself is in the record of from
//	events  of a node, by time, and those that still run: intervals worked, and what became of each date of what repeats
//	meta    this device, the heads of the logs, the stacks of undo and redo
//
// Terms are only ever appended to, so an id found there must be checked against its record. Samples are kept by package timeseries in
// the same store; an op that brings a chunk of them names it by its hash.
//
// # Reading many nodes
//
// A Sheet is the facts of all nodes in memory: what a query, a draw or a list of what is next asks of each of them. It is made of the records,
// kept for the next who asks, and refreshed by what changed meanwhile. Nobody changes a sheet that was handed out. For the next process it is
// kept in a file (Options.Cache), with the position of its state in the store and the last batch of each log: a store that has these batches and
// can tell what was written after the position makes its own sheet of it. The file may be deleted at any time.
//
// A process that shares the store with one that lives for long asks that one what a query means, which tasks are next, and where nodes stand; it
// is answered on its own frozen state, and works out itself what it is not answered.
//
// The answers to saved queries are kept too: the sheet remembers which nodes its last refreshes brought, and only what these touch is asked again.
//
// # Undo
//
// Undo and redo are batches like others. Beside each batch stands what it replaced; undo restores that wherever the batch's own values
// are still there, and says so where nothing of it is. A node whose creation is undone goes to Detached, from where redo brings it back.
package model
