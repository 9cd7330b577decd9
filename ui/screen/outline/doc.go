// Package outline shows the tree as indented lines, and is where most of it is written.
//
// The screen holds a window of rows round the cursor, a few screens high. Commands load it by walking the tree from a row to its neighbours, so that
// a key costs the same in a tree of ten nodes and of a million.
//
// Below the node of a saved query stand rows for what it means, in front of what hangs from it. What that is comes with a window, asked in its
// command, and is asked again when something changed; no move of the cursor asks. The children
// of what a mirror shows stand below it in the same way, and are shown without what is below them.
//
// Invariant: the rows are in the order of the tree, each follows the one before it without a gap, and the cursor is one of them unless there
// are none.
package outline
