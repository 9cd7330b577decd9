// Package tui is the frame round the screens: it owns the Bubble Tea program, routes messages, draws header and footer, opens overlays and runs the
// commands that are the same in every view.
//
// Invariant: what a sequence of keys does is independent of time. While an answer is awaited that may move the cursor, keys wait for it.
package tui
