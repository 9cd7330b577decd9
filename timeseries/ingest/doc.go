// Package ingest reads samples from tables of text: CSV and its kin, as spreadsheets, sensors and other programs write them.
//
// Its invariant: a sample is given out only if its line says so in one way. What could be read in two ways is refused, with the flag that
// decides; a line that does not hold a sample is dropped, counted and named in the report by its number.
//
// Sniff looks at the beginning of a file: which delimiter, whether there is a header, which column holds times and in what form, which
// holds numbers. Read sniffs and then streams: it holds a few blocks of the file at a time, however big that is, and reads them on two cores.
// A Sorter takes what Read gives out, of a file that need not be in order, puts it aside in chunks and gives it back in the order of time; it, too, holds
// no more of a large file in memory than of a small one.
package ingest
