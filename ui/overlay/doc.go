// Package overlay is what lies over a screen for a moment: the searchable list of commands (help, palette) and the one-line prompt. An overlay takes
// all keys while it is open.
//
// Invariant: Esc closes an overlay and leaves everything as it was.
package overlay
