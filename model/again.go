package model

import (
	"errors"

	"arbor/store"
)

// maxAgain bounds how often a reading is begun again.
const maxAgain = 5

// Again returns the answer of a reading, which is begun anew if the process that owned the store goes away during it, as when another window closes: what is
// asked for is there all the same.
func Again[A any](read func() A, err func(*A) error) A {
	for try := 0; ; try++ {
		a := read()
		if !errors.Is(err(&a), store.ErrStale) || try == maxAgain {
			return a
		}
	}
}
