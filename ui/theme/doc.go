// Package theme says what a style looks like. Screens name styles (Tag, Overdue, Edge…) and never a colour; a Theme is the table that gives each
// name a lipgloss.Style, and NO_COLOR, TERM and the terminal's background choose the Theme.
//
// Invariant: no state is told by colour alone. Every style that means something is accompanied by a glyph, a word or an attribute, so that the
// monochrome theme loses beauty and nothing else.
package theme
