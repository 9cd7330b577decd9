// Package disk is the one seam between the store and files: a directory of files that can be written durably.
//
// Its invariant: when a durable write, a sync or a completion says nil, a power cut right after it loses none of those bytes.
//
// There are three ways to write, chosen by trying: "uring" (direct writes through one io_uring), "direct" (O_DIRECT and O_DSYNC on the
// caller's goroutine) and "buffered" (the page cache and fdatasync; everywhere). Note says in one line why a better one is not in use.
// Reading is through the page cache. Fetch brings many places into it at once: by one submission to a ring, where the caller sleeps in the
// kernel until all are there, or by advice to the kernel and one read after the other.
//
// Sim is a fourth for tests: deterministic, from one seed, with power cuts and faults at any step. NewMemory is a Sim without them.
//
// A sector of 512 bytes is all that is written as a whole; a durable write in flight at a power cut may leave any of its sectors old or
// new, and on bad hardware damaged.
package disk
