package store

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"time"

	"arbor/store/disk"
)

// Stats is what a store measured of itself. What is counted and timed is counted from the moment that its owner, this process or another,
// opened it. The names in JSON are kept.
type Stats struct {
	Disk     string        `json:"disk"`                // "uring", "direct", "buffered" or "memory"
	DiskNote string        `json:"disk_note,omitempty"` // why a better disk is not used, "" if none is better
	Damage   string        `json:"damage,omitempty"`    // why nothing can be written, "" if nothing is wrong
	Role     string        `json:"role"`                // "owner", "client" or "reader"
	OwnerPID int           `json:"owner_pid,omitempty"`
	Uptime   time.Duration `json:"uptime_ns"` // since the owner opened it

	Epoch   uint64 `json:"epoch"`
	Keys    int64  `json:"keys"`
	Visible LSN    `json:"visible_lsn"`
	Durable LSN    `json:"durable_lsn"`

	Segments        int   `json:"segments"`
	SpareSegments   int   `json:"spare_segments"` // made, and nothing in them yet
	DiskBytes       int64 `json:"disk_bytes"`     // of all files
	LogBytes        int64 `json:"log_bytes"`      // of segments; in memory, if the store is
	CheckpointBytes int64 `json:"checkpoint_bytes"`
	LiveBytes       int64 `json:"live_bytes"`     // of the log: what its keys and values would take alone; 0 if not known
	PinnedBytes     int64 `json:"pinned_bytes"`   // of files that are kept for snapshots alone
	LogTail         int64 `json:"log_tail_bytes"` // that the next open replays

	Snapshots      int           `json:"snapshots"`          // held: by Snapshot, and by clients
	OldestSnapshot time.Duration `json:"oldest_snapshot_ns"` // how long it is held

	Commits      uint64 `json:"commits"`
	Conflicts    uint64 `json:"conflicts"`
	Flushes      uint64 `json:"flushes"`
	UserBytes    int64  `json:"user_bytes"`    // of keys and values committed
	MovedBytes   int64  `json:"moved_bytes"`   // appended anew by the cleaner
	WrittenBytes int64  `json:"written_bytes"` // to the disk, the zeroes of new segments included
	ReadBytes    int64  `json:"read_bytes"`    // from the disk; what is read through mappings is not counted
	RingEnters   uint64 `json:"ring_enters"`
	RingEntries  uint64 `json:"ring_entries"`
	Syncs        uint64 `json:"syncs"`

	WriteAmplification float64 `json:"write_amplification"` // bytes written for each of the user's; 0 if not known
	SpaceAmplification float64 `json:"space_amplification"` // bytes on the disk for each live one; 0 if not known

	Latency Latencies `json:"latency"`
}

// Latencies is how long the operations of a store took. Of the frequent ones some are timed, drawn by lot.
type Latencies struct {
	CommitDurable Latency `json:"commit_durable"` // every commit that waits for the disk
	CommitVisible Latency `json:"commit_visible"` // one in 16: until every reader sees it
	Get           Latency `json:"get"`            // one in 64
	ScanStep      Latency `json:"scan_step"`      // one in 256
	Flush         Latency `json:"flush"`          // the write of a frame
	Checkpoint    Latency `json:"checkpoint"`
	Cleaning      Latency `json:"cleaning"` // of one segment
	Fetch         Latency `json:"fetch"`    // values that were not in memory, by one GetMany or scan
}

// Latency is how long the timed ones of one kind of operation took. Percentiles are right to one part in 128.
type Latency struct {
	Count uint64        `json:"count"`
	P50   time.Duration `json:"p50_ns"`
	P90   time.Duration `json:"p90_ns"`
	P99   time.Duration `json:"p99_ns"`
	P999  time.Duration `json:"p999_ns"`
	Max   time.Duration `json:"max_ns"`
}

// Vars is the Stats of an open store as an expvar.Var. That package is not imported here, because to import it adds a handler to the
// default HTTP server.
type Vars struct{ db *DB }

// Vars returns the store's Stats to publish: expvar.Publish("arbor", db.Vars()).
func (db *DB) Vars() Vars { return Vars{db} }

// String returns the Stats of the moment as a JSON object, or one with the error alone.
func (v Vars) String() string {
	st, err := v.db.Stats()
	var b []byte
	if err == nil {
		b, err = json.Marshal(st)
	}
	if err != nil {
		b, _ = json.Marshal(map[string]string{"error": err.Error()}) // which strings never fail
	}
	return string(b)
}

func (e *engine) stats() (Stats, error) {
	x, err := e.users.enter()
	if err != nil {
		return Stats{}, err
	}
	defer x.leave()
	h := e.head.Load()
	s := Stats{
		Disk: "memory", Role: "owner", Uptime: time.Duration(now() - e.opened),
		Epoch: e.epoch.Load(), Keys: h.tree.Len(), Visible: h.at, Durable: min(h.at, LSN(e.durable.Load())),
		Segments: int(e.log.count.Load()), LogTail: e.tailBytes.Load(),
		Commits: e.counts.commits.Load(), Conflicts: e.counts.conflicts.Load(), Flushes: e.counts.flushes.Load(),
		UserBytes: e.counts.userBytes.Load(), PinnedBytes: e.limbo.bytes.Load(),
		LogBytes: e.accounts.files.Load(), MovedBytes: e.cleaner.moved.Load(),
		LiveBytes: h.table.all(), Latency: e.latency.read(),
	}
	s.Snapshots, s.OldestSnapshot = e.kept.read()
	s.Damage = e.damaged()
	if e.fs == nil {
		s.Durable = 0
		return s, nil
	}
	err = e.diskStats(&s)
	s.WriteAmplification = ratio(s.WrittenBytes, s.UserBytes)
	s.SpaceAmplification = ratio(s.DiskBytes, s.LiveBytes)
	return s, err
}

func (e *engine) harm() (string, error) {
	x, err := e.users.enter()
	if err != nil {
		return "", err
	}
	defer x.leave()
	return e.damaged(), nil
}

func (e *engine) damaged() string {
	if err := e.writable(); err != nil && !errors.Is(err, ErrReadOnly) || e.broken != nil {
		return err.Error()
	}
	return ""
}

// diskStats adds what the disk knows.
func (e *engine) diskStats(s *Stats) error {
	c := e.fs.Counters()
	s.Disk, s.DiskNote = e.fs.Kind(), e.fs.Note()
	s.RingEnters, s.RingEntries, s.Syncs = c.Enters, c.Entries, c.Syncs
	s.WrittenBytes, s.ReadBytes = c.Written, c.Read
	names, err := e.fs.List()
	if err != nil {
		return err
	}
	files := 0
	for _, n := range names {
		size, err := sizeOf(e.fs, n)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		s.DiskBytes += size
		if strings.HasSuffix(n, ".ckpt") {
			s.CheckpointBytes += size
		}
	}
	files += len(segmentNumbers(names))
	s.SpareSegments = max(0, files-s.Segments)
	return nil
}

// ratio is a / b, or 0 where nothing is to be said.
func ratio(a, b int64) float64 {
	if b <= 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func sizeOf(dir disk.FS, name string) (int64, error) {
	f, err := dir.Open(name)
	if err != nil {
		return 0, err
	}
	size, err := f.Size()
	return size, errors.Join(err, f.Close())
}
