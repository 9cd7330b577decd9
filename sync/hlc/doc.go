// Package hlc is a hybrid logical clock: stamps that order events by cause, and otherwise by the wall clock as far as it can be
// trusted.
//
// Its invariant: a stamp taken after another was seen is greater than it, whatever the wall clock says. A stamp is order, not a date:
// a clock that was set wrong for a day leaves stamps from that day for ever, so nothing is ever refused for its stamp.
package hlc
