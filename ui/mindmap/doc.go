// Package mindmap places a tree on an unbounded canvas of cells, routes arrows between its nodes and draws what a viewport shows.
//
// Its invariant: a layout is a function of the tree alone. The same tree gives the same picture, and moving one placed node moves
// only what hangs from it.
//
// Coordinates are cells, x to the right, y down, with the root's left upper corner at the origin. A placed node keeps its offset from
// its parent; all others are laid out in additive bands: a node's band is as high as the bands of its children together, so that an
// edit shifts what lies below it and nothing else.
package mindmap
