// Package list is the screens that list nodes wherever they stand in the tree: the agenda, the tasks that are next, what a query means,
// the time worked, what a review brings up, what was thrown away, and what a node was.
//
// Invariant: the cursor is on the line of a node wherever there is one, and stays on its node as long as that is listed. All reading is done in
// commands; to move the cursor reads nothing.
package list
