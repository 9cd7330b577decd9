// Package hush keeps Bubble Tea from questioning the terminal when it is merely linked into a program.
//
// Bubble Tea v1 asks the terminal for its background colour in an init function and waits up to five seconds for the answer, in every command of
// the binary. lipgloss asks only if nobody has told it. This package tells it, and it must be initialised first: Go initialises packages in the
// order of their import paths where the dependencies leave a choice, and arbor/… sorts before github.com/…. It therefore imports lipgloss alone.
// The interface asks for the background itself, once it has a screen, and does not wait.
package hush

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
