// Package grid is the picture of the terminal interface: cells, each with a cluster of characters, a style and what a click on it means.
//
// Screens draw on a Surface, which clips and moves; nobody builds escape sequences but Grid.ANSI. So the same picture is shown in a terminal, saved
// as plain text in a golden file, drawn as an SVG, and asked what lies under the mouse.
//
// Invariant: whatever text is drawn, each row of the picture is exactly as wide as the grid, and holds no control character.
package grid
