// Package command is the one table of what a person can do: each command's name, its words, its keys, where it works and when it does not. The
// footer, the ? help, the palette, the remapping of keys and KEYS.md are made from its rows; a screen never compares a key with a string.
//
// Invariant: in every preset a key, or a sequence of keys, means at most one command in any one focus.
//
// A row's Run is the message Invoke{ID}: the root sends it to whoever has the focus, so that a key, a click on the footer, the palette and the
// help all do the same.
package command
