// Package timeseries keeps numbers that belong to moments: samples in, summaries and buckets out.
//
// Its invariant: a summary can be rebuilt from its samples.
//
// A series is written by devices; what one device wrote to one series is a stream. New samples go into the stream's tail, at most 1,024
// of them in the order of their times; a full tail is sealed into a chunk, which never changes. A chunk may also come whole from outside
// (PutChunk), named by its hash. For each chunk there is an entry with its summary; entries lie in blocks of 32, for each full block there is
// one in a block of the next level, and so on (level.go). So a summary of any part of a series is had from a few blocks, whatever its
// length; chunks are decoded only where they straddle the edge of a bucket or share their time with those of other devices.
//
// What devices write in turn has no such summaries: where their chunks share their time they are merged. A Book merges them once and keeps the
// result with summaries over it (view.go); what tells whether it is still that of the chunks, or up to when, is a version vector of few
// bytes (version.go).
//
// Samples may come in any order, and several may bear one time. What a reader sees of those is told by the Policy of the series, and is the
// same whatever order the streams arrived in: under Last, the usual, it is that of the stream with the greatest device id and in it the one
// written last. The others stay where they are and show again when the one above them is removed.
//
// What a person corrects or deletes is a Mark, which has a stamp and lies above the samples of all devices; chunks that no mark meets are
// read as if there were none.
//
// Times are nanoseconds since 1970 in UTC and lie below math.MaxInt64, so that a half-open range can hold any of them. A NaN is kept
// and given back, but no summary counts it.
package timeseries
