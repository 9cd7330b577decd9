// Package mindmap is the screen that shows the tree as a map on a canvas one can pan: the same nodes as the outline, their branches, and the
// arrows between them.
//
// Invariant: the picture is a function of what was loaded last, of where the view lies and of the cursor; nothing is read while drawing.
//
// At most maxNodes are laid out, the nearest to the root first, so that the map costs the same in a tree of any size; what lies deeper is
// folded and counted. A node that was placed by hand keeps its offset from its parent; all others stand where ui/mindmap's layout puts them.
package mindmap
