package store

import "bytes"

// CompareAndSwap sets key to new if its value is old, and tells whether it was. A nil old is the absent key, and a nil new removes it; an
// empty value is not nil. It compares bytes, so that a value which was changed and changed back, or that was moved in the log meanwhile, is
// still the same. It does not return the value that was there instead: a loop that would go on with it is what Update is, with the conflict
// found out at the commit and nothing read twice. After an error swapped is false; ErrUncertain, and an error of the disk during the commit, leave
// open what became of it.
func (db *DB) CompareAndSwap(ks Keyspace, key, old, new []byte, d Durability) (swapped bool, err error) {
	if err := checkKey(ks, key); err != nil {
		return false, err
	}
	err = db.Update(func(tx *Tx) error {
		tx.SetDurability(d)
		v, err := tx.value(ks, key)
		if err != nil {
			return err
		}
		if swapped = (v == nil) == (old == nil) && bytes.Equal(v, old); !swapped {
			return nil
		}
		if old == nil && new == nil {
			return nil
		}
		return tx.setValue(ks, key, new)
	})
	return swapped && err == nil, err
}
