// Package codec packs the samples of one chunk, at most 1,024 times and values, into few bytes and back.
//
// Its invariant: what Decode returns is what Append was given, to the bit; bytes that Append did not write are an error, never a panic
// or a large allocation.
//
// A chunk is a version byte, a mode byte for the values, the count, the column of times, the column of values and a CRC-32C of all that.
// Times are integers. Values are brought to integers by an exact decimal scaling (21.5 is 215 and the exponent 1), because what people
// and sensors write down is decimal; a value that no integer below 2^53 divided by a power of ten gives back to the bit (a NaN with its
// payload, an infinity, a negative zero, a denormal) is an exception kept verbatim. Decimals that went through arithmetic have a second
// column beside the integers, the units in the last place they are off; values of full precision are split into leading bits, which are
// integers again, and trailing bits; what none of that makes smaller is kept raw. A sample of the chunk decides.
// Scaling is undone by division, which IEEE 754 rounds correctly; a multiplication by 0.1 would not be exact.
//
// A column of integers is reduced by the greatest common divisor of its differences, so that seconds stored as nanoseconds cost what
// seconds cost, then coded as offsets, differences or differences of differences, whichever is smallest, in blocks of 128: a base, a bit
// width, the packed bits, and the few numbers that would need a greater width beside them; where all that is left are the same, that number. All arithmetic on them wraps modulo 2^64, so
// every int64 is as good as any other.
package codec
