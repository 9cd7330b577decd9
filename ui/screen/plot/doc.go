// Package plot is the screen that shows a series as a chart that fills the window, to zoom and to pan in time.
//
// Invariant: the picture is a function of the window of time and of what was loaded for it. A chart on its way is drawn in place of none, so
// that a key never blinks.
package plot
