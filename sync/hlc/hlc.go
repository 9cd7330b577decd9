package hlc

import (
	"math"
	"sync"
	"time"
)

// Stamp is 48 bits of Unix milliseconds above a 16-bit counter. Stamps of one clock only grow; ties between replicas are for the
// caller to break, by replica id.
type Stamp uint64

const counterBits = 16

// maxMS is the last millisecond a stamp can hold, in the year 10889.
const maxMS = 1<<48 - 1

// At returns the least stamp of the millisecond of t, the nearest there is where t lies outside what a stamp can hold.
func At(t time.Time) Stamp {
	return Stamp(min(max(t.UnixMilli(), 0), maxMS)) << counterBits
}

// Last returns the greatest stamp of the millisecond of t.
func Last(t time.Time) Stamp { return At(t) | 1<<counterBits - 1 }

// UnixMilli returns the wall clock part of s.
func (s Stamp) UnixMilli() int64 { return int64(s >> counterBits) }

// Time returns the wall clock part of s in UTC.
func (s Stamp) Time() time.Time { return time.UnixMilli(s.UnixMilli()).UTC() }

// Counter returns the logical part of s.
func (s Stamp) Counter() uint16 { return uint16(s) }

// Clock gives stamps. It is safe for use by many goroutines.
type Clock struct {
	now func() time.Time

	mu   sync.Mutex
	last Stamp
}

// NewClock returns a clock that reads the wall time from now.
func NewClock(now func() time.Time) *Clock { return &Clock{now: now} }

// Next returns a stamp greater than every stamp the clock gave or observed. Only at the end of the range, which a foreign stamp can
// force, does it repeat the last one.
func (c *Clock) Next() Stamp {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last < math.MaxUint64 {
		c.last++ // an overflowing counter carries into the milliseconds
	}
	c.last = max(c.last, At(c.now()))
	return c.last
}

// Observe tells the clock of a stamp from elsewhere. It takes any stamp, however far in the future.
func (c *Clock) Observe(s Stamp) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(c.last, s)
}

// Skew returns how far s lies ahead of the wall clock; negative if behind. It is for telling people, never for refusing.
func (c *Clock) Skew(s Stamp) time.Duration { return s.Time().Sub(c.now()) }
