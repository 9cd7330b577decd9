// Package fn is what is asked of series beyond sums: smoothed, compared, counted and judged. Its functions are pure; each says how it treats what
// is missing, which is never made up.
//
// Samples are in the order of time. Values that are not numbers (NaN) stand for what is not known: they are passed over and never count.
//
// The tests hold the functions to certified data of NIST (https://www.itl.nist.gov/div898/strd/), and to numbers that numpy, pandas, scipy, statsmodels and R
// give.
package fn
