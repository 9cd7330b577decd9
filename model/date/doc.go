// Package date reads and writes the dates that people type. Its invariant: a phrase is read in exactly one way or refused, and what is
// echoed for a date is read back as the same date. It never guesses: an error shows the part that was not understood.
//
// A Date is either a civil day (due on Friday, in whatever zone one wakes up) or an instant (due on Friday at 09:00, here). Phrases are
// read relative to a now, whose Location is the person's zone.
package date
