// Package store is a log-structured, embedded key-value store: durable, ordered, atomic bytes.
//
// Its invariant: what a commit acknowledged survives any crash.
//
// # Where things are
//
// A directory holds a log of segments (000001.seg, …), a checkpoint of the index (000042.ckpt), a manifest in two copies, and the lock by
// which one process owns it. FORMAT.md gives every byte. The index, in memory, leads from a key to a value of up to 16 bytes or to the
// place of a longer one in the log. It is a tree of which every state is immutable (package index); all reading is done on one state,
// found by one atomic load, and holds up nobody.
//
// # How a commit goes
//
// A transaction ran on a state and noted what it read; a Batch reads nothing and needs none. Its commit is a record that goes through these steps:
//
//  1. encode: the record is made and its checksums computed, outside of anything shared. A transaction that has lost already, against what
//     is visible by then, ends here and leaves nothing in the log.
//  2. reserve: one atomic addition to tail gives it its place, a run of bytes in the image of the active segment.
//  3. publish: the bytes are copied there, the checksums bound to the place, and one atomic store of the record's first word shows it.
//  4. apply: the records are folded into the index in the order of the log. Here it is decided whether what the transaction read is
//     still so; if not it is aborted. The fold is a pure function of a state and the records behind it. Any goroutine may compute it, for
//     its own record and for those before, and one compare-and-swap of head makes the result visible.
//  5. flush: the records up to some point are closed into a frame, which is written in one durable write. Only what is applied is
//     flushed, so that an aborted transaction is marked so on the disk and recovery decides nothing again.
//  6. The durable LSN moves over the frames that are written without a gap, and whoever waits for it is woken, each alone.
//
// A frame begins at a multiple of 4 KiB with a header. Committers know nothing of frames: the flusher closes one by reserving for itself,
// with a compare-and-swap of tail, the rest of the page and the header of the next frame, which it publishes as records of their own
// kinds. So a page is never written twice, and the records before the cut are a frame, whoever made them.
//
// A lone committer writes its frame on its own goroutine, by one pwrite, also where there is a ring. Where several commit, one of them hands a
// frame to the disk and sleeps, with at most two frames on their way on a ring: while one is written the other gathers. Whoever is told that a
// frame is complete, on a ring its own thread, hands on what has gathered by then, wakes those who waited, and lets them run once, so that
// they come back into one frame. They let each other run too, once, between publish and apply, so that one fold applies what all of them
// have published, and loads what it will change of all of them at once; who finds another at the fold, and has nothing to lose against
// anybody, does not wait for it: its frame is not closed before it is applied, and it learns of its outcome when it is durable. So 64
// committers put more than twenty commits into a frame, and enter the ring as often as they have frames (TestGroupCommit).
//
// A value of more than 64 KiB goes the same way in parts, each a transaction of its own that nobody waits for, before the one that makes its
// key lead to them (staging.go). That one is small, however large the value is, and is what makes it visible and durable as a whole.
//
// CompareAndSwap, Merge and Batch are made of this above the engine, so that the log has but puts and deletions, and whoever reads it needs
// to know no more: a MergeFunc runs in the process that calls Merge, which combines what waits there for the same key into one transaction.
//
// A Watch compares two states, and one that begins at a Position, or goes on after the owner of the store has changed, reads in the log which
// keys were written since: there is no other memory of what changed, and where the log was cleaned there is none.
//
// # How the index is saved
//
// So that an open replays only the end of the log, the index is saved now and then beside it: some state of the tree, while others go on from
// there. To the checkpoint's file are appended the leaves and nodes that are new in that state; then it is synced; then the manifest says
// how far the file counts. What a crash leaves behind that counts for nothing, and nothing is ever written in its place. When more
// than half of a file would be dead the whole index goes to a new one. After that the leaves are read from the file, which is mapped, so that the memory of
// the index is that of what has changed since; the mappings of a file that was replaced wait in limbo.
//
// An open reads the checkpoint's footer alone, whatever its size: nodes and leaves are read, and proved, as they are touched. What the log
// has behind it is gathered and brought into the tree in the order of keys; if the log is all there is, a tree is built from it.
//
// # Where something waits, and where a lock is
//
// Reading takes no lock, with one exception: the first touch of a segment that was there at the open takes that segment's lock to map it.
// GetMany finds its keys in the index first and fetches those values that are not in the page cache at once, by one submission to a ring; the
// table of files open for that has a lock (descriptors.mu), which is taken only then. What was in memory a moment ago is believed to be.
// Taking a view, and ending it, are one addition to a counter each: that of the era in which it was taken. An era ends when something is
// given up that only older views can reach, a cleaned segment or the mapping of a replaced checkpoint; it is given back when the counters
// of that era and of all before it are zero. A view is taken again only if an era ends at that very moment.
//
// A transaction begins at once, unless another one has lost so often that it is favoured: then the tries that begin, and the batches, wait
// for its end, at most half a second, and it waits at most a tenth of one for those under way (fair.go). Nothing else waits for it.
//
// Reserve, publish and apply take no lock; but between its reserve and its publish a committer must be let run: those behind it cannot be
// applied before. It copies the record in between, and nothing else; the flusher, which reserves the rest of a page likewise, makes two
// stores. Applying is helped: a goroutine that sleeps in the middle of a fold, also with the token that keeps others from doing the same
// work, stops nobody (TestHelping shows it). Apply is therefore lock-free but for unpublished records, not wait-free: a fold may be lost to
// another one and be made again.
//
// A lock is taken, always by few and for short, never on the way of a read: to begin the next segment (rolling), by the committers that
// find the last one full, and while the segment after it is being made; to close a frame and to tell it complete (flusher.mu), never
// during its write, by one at a time, for whom no other stands in line; to hand out an id (ids.mu); to change the manifest.
// The first commit after an open waits for the manifest to be raised to the next epoch. Close waits for views and transactions.
//
// Who waits for a committer that is stopped at some step, and goes on at once when it does (TestPausedCommitter takes this table as it is):
//
//	the committer stands                 reads    other commits    other durable commits
//	before it reserves                   go on    go on            go on
//	between reserve and publish          go on    wait             wait
//	between publish and apply            go on    go on            go on
//	in the middle of a fold              go on    go on            go on
//	between apply and flush              go on    go on            go on
//	while it closes a frame              go on    go on            wait
//	between the frame and its write      go on    go on            wait
//	between the write and its end        go on    go on            wait
//	before it wakes others               go on    go on            go on
//
// What is visible and not yet durable is bounded: the committer that begins a segment waits until the second before it is on the disk. A
// commit of durability Periodic starts a timer, unless one runs, that has all be written which is visible when it ends; none runs idle.
//
// # How space comes back
//
// The log only grows at its end; what is replaced or deleted leaves bytes behind that nothing leads to. The fold counts the live bytes of every
// segment. The cleaner takes full segments of which little is live, cost and age weighed against the gain, appends what the log needs of them
// in transactions of its own, which lose against a commit that changes the same key at that moment, saves the index, writes a manifest that
// does not name them any more, and gives their files back once no view is left that began before: to become segments again, by a new name, or
// to be removed. At every moment replay of the segments that are there leads to the same state. A put is needed if the index leads to it; a
// deletion, as long as older segments are there from which replay might take what it removed. A segment in which a frame is damaged stays.
//
// What moves is no change: no watch tells of it, and a transaction that has read it does not lose.
//
// The cleaner begins when seven tenths of what is live, and 4 MiB, are useless. It goes at a rate of its own while nothing is committed.
// Beside commits it goes the faster the more is useless: hardly at first, twice as fast as they once as much is useless as is live; when two
// parts of three are useless it goes as fast as it can. Nobody waits for it but those
// whose records come behind its own in the log: it takes few at a time. A close does a bounded piece of it when very much is useless, for
// processes that commit one thing and end. Clean does all that is worth it, at once.
//
// # What goes wrong
//
// An error of a write or a sync poisons the engine: nobody knows what of the log the disk holds, so every later commit returns that error,
// nothing is retried, and only an open, which reads the disk again, helps. Want of space is found out earlier, when the next segment is
// made; commits that add then return ErrNoSpace. The whole segment that was just begun is left then for those that only delete, and the last
// quarter of it for the cleaner alone, which turns the segments that it gives back into the next ones. All go on once there is space again.
//
// The log ends, at an open, where no whole frame follows. If anything proves that more was durable, the manifest or a frame further on,
// acknowledged data is lost: the store opens for reading only, commits return a *CorruptError, and nothing is overwritten. Otherwise it
// is the torn end of what nobody was told is there, and the log goes on in its place, in a new epoch: a leftover frame of an earlier
// epoch behind it is never taken for a part of the log. What no reader can tell from a torn end is damage to the very last frames of a
// store that was not closed; of one that was, the manifest knows where the log ends.
//
// A value's checksum is proved whenever it is read, together with its key (about 20 ns for 100 bytes), a leaf or an inner node of the
// checkpoint when it is first touched. A value that is damaged fails its own reads alone, a leaf or a node those that go through it. A
// checkpoint that is damaged is made again from the log, at the next open. Mapped bytes that the disk does not deliver become a
// *CorruptError too.
//
// Verify reads every byte, replays the log beside the index and compares, and says of each damaged place what it means. Backup writes one
// state as a stream, Restore makes a store of it. Salvage needs no store that opens: of the files alone it takes what can be proved, whole
// frames, and single changes where no frame is whole, for each has a checksum bound to its place that also tells whether its transaction was
// aborted. Both make the new store beside the old one and exchange the two, so that a crash leaves one of them whole in its place.
//
// SAFETY.md lists what must not happen, what keeps it from happening, and the test that guards it.
package store
