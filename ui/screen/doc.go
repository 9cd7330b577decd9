// Package screen is what the frame and its screens say to each other. A screen is a view of the tree: the outline, the map, the plot. Each is a
// package below this one; they never import each other, and the frame (ui/tui) asks of them only the methods of Screen.
//
// Invariant: a screen's picture is a function of its state, and its state changes in Update alone.
//
// # Writing a screen
//
// Make a package ui/screen/<noun> with a Model that is a value and a New(screen.Env) Model. Add the commands it has of its own to a file of
// ui/command, with a Focus bit. Register it with one line in ui/tui/views.go: the command that opens it, its name, its focus, New. That is all: the
// number key, the header, the footer, the help, the palette and the mouse follow from the line.
//
// # What a screen is told, by Update
//
//   - Resize, before anything else and whenever its part of the window changes. View gets a surface of that size.
//   - Enter, when it gets the focus: where the screen before it was, so that the selection stays. A screen that is entered loads itself.
//   - Leave, when another screen gets the focus.
//   - command.Invoke, when a command of its Keys or of its focus is run, by a key, by the mouse, from the palette. Screens see no raw keys…
//   - tea.KeyMsg, …except while CapturesText is true: then every key but those of the frame's Cancel, Suspend and Help comes as it is.
//   - Mouse, with the cell in the screen's own coordinates and the hit that View gave to it (grid.Surface.WithHit; numbers below MaxHit).
//   - Goto, to put the cursor on a node wherever it is in the tree (after a search, a draw, a new node).
//   - Changed, after any commit by anyone. A screen loads again what it shows. Screens without the focus are told too and may note it.
//   - Narrow, when another context holds. Env.Part is what of the tree it shows, Env.Within what it means, Env.Stamp what it puts on new lines.
//   - Clock, at midnight and after a pause: time has moved on.
//   - every message that its own commands return. It gets those of others too and ignores types it does not own.
//
// # What a screen says, by the tea.Cmd that Update returns
//
// All reading and writing of the store happens in a tea.Cmd, which captures values and never the model. Answers carry a number, and an answer
// whose number is not the latest is dropped. To the frame a screen returns (wrapped by Say): Echo, a line for the person; Open, another view; Return, the view before a list;
// Do, an action of the frame's own such as command.DueDate on the current targets; Did, what an action of the screen's own did, so that the frame
// says it and u undoes it.
//
// The frame runs by itself, on Place().Targets, everything that is the same in all views: done, state, due, tags, priority, delete, gather, arrows,
// note, find, draw, capture, undo, redo. A screen runs what depends on its picture: movement, folding, marking, adding nodes and editing their
// text, hiding what is done. ui/tui/action.go lists the frame's own.
package screen
