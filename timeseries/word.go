package timeseries

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"arbor/store"

	"github.com/cespare/xxhash/v2"
)

// MaxWord is the greatest length of a text that is a sample, in bytes.
const MaxWord = 4096

// Errors of texts that are samples.
var (
	// ErrWord means a text that is empty, longer than MaxWord, or by a one in 10^15 chance has the value of another that the series has.
	ErrWord = errors.New("not a text that can be a sample")
)

// WordValue returns the value that stands for a text, the same on every device: 52 bits of its hash, so that a float64 has it exactly.
func WordValue(text string) float64 { return float64(xxhash.Sum64String(text) >> 12) }

func wordKey(series ID, v float64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, len(series)+8), series[:]...), math.Float64bits(v))
}

// PutWord has a series know a text, by its WordValue. Each text is kept once, however many samples it is; it stays when they go.
func (b *Book) PutWord(tx *store.Tx, series ID, text string) error {
	if text == "" || len(text) > MaxWord {
		return fmt.Errorf("text of %d bytes, at most %d: %w", len(text), MaxWord, ErrWord)
	}
	key := wordKey(series, WordValue(text))
	switch old, err := tx.Get(b.words, key); {
	case errors.Is(err, store.ErrNotFound):
		return tx.Put(b.words, key, []byte(text))
	case err != nil:
		return err
	case !bytes.Equal(old, []byte(text)):
		return fmt.Errorf("%q has the value of %q: %w", text, old, ErrWord)
	}
	return nil
}

// Word returns the text that a value stands for; false if the series knows none.
func (b *Book) Word(r store.Reader, series ID, v float64) (string, bool, error) {
	text, err := r.Get(b.words, wordKey(series, v))
	if errors.Is(err, store.ErrNotFound) {
		return "", false, nil
	}
	return string(text), err == nil, err
}
