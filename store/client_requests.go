package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"arbor/store/remote"
)

func (c *client) snapshot() (frozen, error) { return c.pin(&remote.Request{Kind: remote.Snapshot}) }

func (c *client) compete(lost int) (frozen, error) {
	return c.pin(&remote.Request{Kind: remote.Compete, Lost: uint64(lost)})
}

// pin has the owner freeze its newest state.
func (c *client) pin(q *remote.Request) (frozen, error) {
	p := &pinned{c: c}
	err := c.ask(q, func(r *remote.Reply) error {
		p.id, p.at = r.ID, LSN(r.LSN)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (c *client) commit(base frozen, reads []read, writes []write, d Durability) (lsn LSN, err error) {
	q := remote.Request{Kind: remote.Commit, Durability: uint8(d)}
	p, _ := base.(*pinned)
	if p != nil {
		q.Snapshot = p.id
	}
	for _, x := range reads {
		q.Reads = append(q.Reads, remote.Span{From: x.from, To: x.to})
	}
	for _, w := range writes {
		q.Writes = append(q.Writes, w.remote())
	}
	err = c.call(&q, func(r *remote.Reply) error {
		lsn = LSN(r.LSN)
		switch {
		case d == Commit:
			c.settled(lsn)
		case writes[len(writes)-1].key[0] != 0: // a part of a value is nothing before its transaction has ended
			return c.unsettled(r.Value)
		}
		return nil
	})
	switch {
	case errors.Is(err, ErrTooLarge): // perhaps it was not even sent
	case errors.Is(err, errLost):
		return 0, ErrUncertain
	case errors.Is(err, ErrOwnerSilent):
		return 0, fmt.Errorf("%w; %w", err, ErrUncertain)
	case p != nil:
		p.released.Store(true) // the owner has done so
	}
	return lsn, err
}

// remote returns the write as it goes to the owner.
func (w write) remote() remote.Write {
	switch {
	case w.to != nil:
		return remote.Write{Kind: remote.DeleteRange, Key: w.key, Value: w.to}
	case w.del:
		return remote.Write{Kind: remote.Delete, Key: w.key}
	case w.parted:
		return remote.Write{Kind: remote.PutParted, Key: w.key, Value: w.value}
	}
	return remote.Write{Kind: remote.Put, Key: w.key, Value: w.value}
}

func (c *client) nextID() (id uint64, err error) {
	err = c.ask(&remote.Request{Kind: remote.NextID}, func(r *remote.Reply) error {
		id = r.ID
		return nil
	})
	return id, err
}

func (c *client) partsID() (id uint64, err error) {
	err = c.ask(&remote.Request{Kind: remote.PartsID}, func(r *remote.Reply) error {
		id = r.ID
		return nil
	})
	return id, err
}

func (c *client) wait(ctx context.Context, after LSN) error {
	return again(c.callUntil(ctx, &remote.Request{Kind: remote.Wait, After: uint64(after)}, 0, nil))
}

func (c *client) sync() error {
	p, _ := c.volatile()
	return c.ask(&remote.Request{Kind: remote.Sync}, func(*remote.Reply) error {
		c.settled(p.at)
		return nil
	})
}

func (c *client) harm() (text string, err error) {
	err = c.ask(&remote.Request{Kind: remote.Damage}, func(r *remote.Reply) error {
		text = string(r.Value)
		return nil
	})
	return text, err
}

func (c *client) stats() (st Stats, err error) {
	err = c.ask(&remote.Request{Kind: remote.Stats}, func(r *remote.Reply) error { return json.Unmarshal(r.Value, &st) })
	return st, err
}

func (c *client) clean(ctx context.Context) error {
	return again(c.callUntil(ctx, &remote.Request{Kind: remote.Clean}, c.silence, nil))
}

func (c *client) verify(ctx context.Context, opt VerifyOptions) (VerifyReport, error) {
	var w wireReport
	err := again(c.callUntil(ctx, &remote.Request{Kind: remote.Verify}, c.silence, func(r *remote.Reply) error {
		if r.Status != remote.Busy {
			return json.Unmarshal(r.Value, &w)
		}
		var p Progress
		err := json.Unmarshal(r.Value, &p)
		if err == nil && opt.Progress != nil {
			opt.Progress(p)
		}
		return err
	}))
	return fromWire(w), err
}
