// Package histogram counts numbers in buckets whose width grows with the numbers, so that latencies of nanoseconds and of minutes lie in
// one histogram and every percentile is right to within one part in 128.
//
// Its invariant: merging histograms is the same as counting their numbers in one.
//
// The bucket of a number is the front of its float64: sign, exponent and six bits of the fraction, which cuts each power of two into 64
// equal parts. No logarithm is taken and no range has to be given in advance. NaNs are counted apart and belong to no percentile. Below
// 2.2e-308 floats lose digits, and percentiles with them.
//
// Add takes no lock and, once the part of the range is in use, allocates nothing: any number of goroutines may add while others read.
package histogram
