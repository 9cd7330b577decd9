package model

import (
	"errors"
	"fmt"
	"testing"

	"arbor/store"
)

func TestAgain(t *testing.T) {
	other := errors.New("other")
	for _, c := range []struct {
		fails []error
		runs  int
		last  error
	}{{nil, 1, nil}, {[]error{store.ErrStale, fmt.Errorf("read: %w", store.ErrStale)}, 3, nil}, {[]error{other}, 1, other},
		{[]error{store.ErrStale, store.ErrStale, store.ErrStale, store.ErrStale, store.ErrStale, store.ErrStale, store.ErrStale}, maxAgain + 1, store.ErrStale}} {
		runs := 0
		got := Again(func() (err error) {
			if runs < len(c.fails) {
				err = c.fails[runs]
			}
			runs++
			return err
		}, func(err *error) error { return *err })
		if runs != c.runs || !errors.Is(got, c.last) {
			t.Errorf("%v: read %d times, %v", c.fails, runs, got)
		}
	}
}
