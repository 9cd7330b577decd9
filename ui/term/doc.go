// Package term stands between the terminal and Bubble Tea: it mends the input, catches signals and leaves the terminal as it was found.
//
// Invariant: bytes that are not a key that a person pressed are never typed into their text, and no key that they pressed is lost.
//
// Bubble Tea v1 reports the letters of one read as one message, tears mouse reports that cross a read, and knows neither signals other than
// SIGINT nor keys in the newer encodings. Reader, Filter and Signals are the cure; nothing else in arbor reads the terminal.
package term
