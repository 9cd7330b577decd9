// Package plot draws charts of series with real axes, for a screen, for standard output and in words. A Chart says what is plotted; it is laid out
// once, as a scene of words in cells and shapes in dots, and that is drawn.
//
// Its invariant: every sample in the window is covered. A column of dots shows the first, the least, the greatest and the last of its samples
// (M4: Jugel, Jerzak, Hackenbroich, Markl, "M4: a visualization-oriented time series data aggregation", VLDB 2014), so the line is the one that
// all samples would draw; and what lies between two distant samples is left open.
package plot
