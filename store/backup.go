package store

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"
)

// BackupReport is what a backup holds.
type BackupReport struct {
	LSN   LSN   // the state it is of
	Keys  int64 // those the store keeps for itself included
	Bytes int64 // of the stream
}

// Backup writes the newest state of the store to w, as the stream that Restore reads. It holds up nobody and sees nothing of what is
// committed meanwhile; it takes the memory of a block. After an error, also that a value is damaged, what was written is no backup, and
// Restore refuses it. If the store is closed or suspended meanwhile, or the process that owns it goes away, the error is ErrClosed or
// ErrStale.
func (db *DB) Backup(ctx context.Context, w io.Writer) (BackupReport, error) {
	s, err := db.Snapshot()
	if err != nil {
		return BackupReport{}, err
	}
	defer s.Release()
	b := newBackup(w, s.LSN())
	if err := b.header(); err != nil {
		return BackupReport{}, err
	}
	for from, more := []byte(nil), true; more; {
		if err := ctx.Err(); err != nil {
			return BackupReport{}, err
		}
		if from, more, err = b.fill(s, from); err != nil {
			return BackupReport{}, fmt.Errorf("back up: %w", err)
		}
		if err := b.flush(blockEntries); err != nil {
			return BackupReport{}, err
		}
	}
	if err := b.footer(); err != nil {
		return BackupReport{}, err
	}
	return BackupReport{LSN: s.LSN(), Keys: b.total.entries, Bytes: b.at}, nil
}

// backup writes the blocks of a stream; backupstream.go tells what they are.
type backup struct {
	w     io.Writer
	id    storeID
	sum   *xxhash.Digest // of all that is written
	at    int64          // bytes written
	total tally
	index uint64 // of the block that is being filled
	count uint32 // of its entries
	block []byte // its header's place and its entries
}

func newBackup(w io.Writer, lsn LSN) *backup {
	return &backup{w: w, id: streamID(lsn), sum: xxhash.New(), block: make([]byte, blockHeader, blockHeader+blockSize)}
}

func (b *backup) write(p []byte) error {
	n, err := b.w.Write(p)
	b.at += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	_, _ = b.sum.Write(p) // never fails
	return nil
}

func (b *backup) header() error {
	h := make([]byte, streamHeader)
	copy(h, streamMagic)
	le.PutUint32(h[8:], streamVersion)
	copy(h[16:], b.id[:8])
	le.PutUint64(h[24:], b.id.sum(h[:24], 0))
	return b.write(h)
}

// fill puts the entries from from on into the block until it is full. It returns where the next one begins, and whether there may be one.
// The snapshot is in use during this step alone, so that a Close need not wait for the whole backup.
func (b *backup) fill(s *Snapshot, from []byte) (next []byte, more bool, err error) {
	if err := s.begin(); err != nil {
		return nil, false, err
	}
	defer s.leave()
	for e, err := range s.f.scan(from, nil, false) {
		if err != nil {
			return nil, false, err
		}
		if size := entryHeader + len(e.Key) + len(e.Value); b.count > 0 && len(b.block)+size > blockHeader+blockSize {
			return bytes.Clone(e.Key), true, nil
		}
		b.add(e)
	}
	return nil, false, nil
}

func (b *backup) add(e Entry) {
	var h [entryHeader]byte
	le.PutUint32(h[:], uint32(len(e.Value)))
	le.PutUint16(h[4:], uint16(len(e.Key)))
	h[6] = changePut
	if e.parted {
		h[6] = changePutParted
	}
	b.block = append(append(append(b.block, h[:]...), e.Key...), e.Value...)
	b.count++
	b.total.add(e.Key, e.Value)
}

// flush writes the block, unless it is empty.
func (b *backup) flush(kind uint32) error {
	if kind == blockEntries && b.count == 0 {
		return nil
	}
	h := b.block
	le.PutUint32(h[8:], kind)
	le.PutUint32(h[12:], uint32(len(h)-blockHeader))
	le.PutUint32(h[16:], b.count)
	le.PutUint32(h[20:], 0)
	le.PutUint64(h, b.id.sum(h[8:], LSN(b.index)))
	if err := b.write(h); err != nil {
		return err
	}
	b.block, b.count = h[:blockHeader], 0
	b.index++
	return nil
}

func (b *backup) footer() error {
	sum := b.sum.Sum64()
	for _, v := range []uint64{uint64(b.total.entries), uint64(b.total.bytes), b.index, sum} {
		b.block = le.AppendUint64(b.block, v)
	}
	return b.flush(blockFooter)
}
