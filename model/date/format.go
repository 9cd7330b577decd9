package date

import (
	"fmt"
	"time"
)

// Format writes d for a person whose clock shows now: "Fri 27 Nov 09:00", with the year if it is not this one, without a time if d is a
// civil day. Parse, with the same now, reads it back as d.
func Format(d Date, now time.Time) string {
	if d.IsZero() {
		return ""
	}
	if d.Equal(Someday) {
		return "someday"
	}
	t := d.T
	if !d.AllDay {
		t = t.In(now.Location())
	}
	layout := "Mon 2 Jan"
	if t.Year() != now.Year() {
		layout += " 2006"
	}
	if d.AllDay {
		return t.Format(layout)
	}
	layout += " 15:04"
	if t.Second() != 0 || t.Nanosecond() != 0 {
		layout += ":05.999999999"
	}
	if !first(t).Equal(t) { // the second of two equal readings of the clock
		layout += "-07:00"
	}
	return t.Format(layout)
}

// String writes d as ISO 8601: 2026-11-27, or 2026-11-27T08:00:00Z in UTC; the zero Date is "". It is the form of every file and of JSON.
func (d Date) String() string {
	switch {
	case d.IsZero():
		return ""
	case d.AllDay:
		return d.T.Format(time.DateOnly)
	}
	return d.T.UTC().Format(time.RFC3339Nano)
}

// ParseISO reads what String writes, and any RFC 3339 time; "" is the zero Date.
func ParseISO(s string) (Date, error) {
	if s == "" {
		return Date{}, nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return Date{T: t, AllDay: true}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return Date{}, &Error{Input: s, Why: "is no ISO date; write 2026-11-27 or 2026-11-27T08:00:00Z"}
	}
	return Date{T: t.UTC()}, nil
}

// MarshalText writes d as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	parsed, err := ParseISO(string(b))
	if err != nil {
		return fmt.Errorf("unmarshal: %w", err)
	}
	*d = parsed
	return nil
}

// Phrase writes d as one word that Parse, with the same now, reads back as d: 2026-11-27, 2026-11-27T09:00 on the clock of now's zone.
// It is the form for a line that is edited.
func Phrase(d Date, now time.Time) string {
	switch {
	case d.Equal(Someday):
		return "someday"
	case d.IsZero() || d.AllDay:
		return d.String()
	}
	t := d.T.In(now.Location())
	layout := "2006-01-02T15:04"
	if t.Second() != 0 || t.Nanosecond() != 0 {
		layout += ":05.999999999"
	}
	if !first(t).Equal(t) {
		layout += "-07:00"
	}
	return t.Format(layout)
}
