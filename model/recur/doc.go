// Package recur says when something that repeats is due again. Its invariant: a rule is read in exactly one way or refused, what is shown of
// it is read back as the same rule, and the dates of a rule that counts from its start do not drift: monthly from the 31st is the last day of
// February and again the 31st of March.
//
// Dates are computed on the wall clock of one zone: what is due at 09:00 is due at 09:00 on both sides of a change of the clock. A time that
// the clock skips moves as far forward as the clock does, and of one that comes twice the first is taken (RFC 5545, 3.3.5).
//
// The grammar, whole:
//
//	daily  weekdays  weekends  weekly  biweekly  monthly  bimonthly  quarterly  semiannual  yearly  biannual
//	3d  every 3 days  every other week  P2W                days, weeks, months, quarters, years; hours, if the date has a time
//	mon,thu  every mon and thu  every 2 weeks on mon,thu
//	1st mon  2nd,4th tue  last fri of every 3 months  last workday  1st sun of oct
//	15th  1st,15th  last day  eom                          of every month, or of every 3 months, or of jan,jul
//	24 dec                                                 every year
//	FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1                      as in iCalendar
//
// Behind it may stand "until" and a date, or "12 times". Before a length stands, as in org, how a new date is found from an old one: +1w is
// one step on, however late one is; ++1w the first step that lies ahead, and so is everything without a sign; .+1w a week after it was
// done, which "1w after done" says too.
package recur
