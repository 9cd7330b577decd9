package store

// Stats is what a store measured of itself.
type Stats struct {
	Disk                           string // "uring", "direct", "buffered" or "memory"
	DiskNote                       string // why a better disk is not used, "" if none is better
	Damage                         string // why nothing can be written, "" if nothing is wrong
	Role                           string // "owner" or "client"
	OwnerPID                       int
	Epoch                          uint64
	Keys                           int64
	Visible                        LSN
	Durable                        LSN
	Segments                       int
	DiskBytes                      int64 // of all files
	LogTail                        int64 // bytes of log that the next open replays
	Commits                        uint64
	Conflicts                      uint64
	Flushes                        uint64
	RingEnters, RingEntries, Syncs uint64
}

// VerifyReport is the result of Verify.
type VerifyReport struct {
	Segments, Frames, Records, Keys int64
	Bytes                           int64
	Damage                          []error // each a *CorruptError
}
